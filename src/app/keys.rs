//! The keys: one table that dispatch, footer and help use, so that they cannot disagree.

pub mod everywhere;
pub mod forms;
pub mod texts;

use std::borrow::Cow;

use crate::{app::App, ui::key::Key};

/// The keys that work in one place. Each screen has one or several tables.
#[derive(Debug)]
pub struct Keys {
    /// The heading in the help. Keys without a heading belong to the previous one.
    pub heading: &'static str,
    /// Moves the cursor by a number of rows, points or steps.
    pub(crate) step: fn(&mut App, isize),
    /// The bindings of the keys.
    pub bindings: Vec<Binding>,
    /// Whether the user types a text there. Pasted text goes into it, and letters do nothing else.
    pub(crate) takes_text: bool,
}

impl Keys {
    pub(crate) fn taking_text(self) -> Keys {
        Keys {
            takes_text: true,
            ..self
        }
    }

    /// The same keys, which do nothing unless this is true.
    pub(crate) fn when(mut self, when: fn(&App) -> bool) -> Keys {
        let bindings = self.bindings.into_iter();
        self.bindings = bindings.map(|binding| binding.when(when)).collect();
        self
    }
}

/// The meaning of a key, or of each of several keys, in one place.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The keys, each of which triggers the action.
    pub keys: Vec<Key>,
    /// The keys as text.
    pub shown: &'static str,
    /// The label in the footer: the keys, a space, and a word or two. Two keys that belong together share a label.
    pub label: &'static str,
    /// The label that fits the current state better, if there is one.
    pub(crate) label_now: fn(&App) -> Option<&'static str>,
    /// The priority in the footer. The most useful is 1; 0 stays out of the footer.
    pub priority: u8,
    /// The line in the help.
    pub explanation: Cow<'static, str>,
    /// The action of the keys.
    pub(crate) action: Action,
    /// Whether the binding makes sense now.
    pub(crate) when: fn(&App) -> bool,
    /// What is missing, if the user may expect the keys to work.
    pub(crate) why_not: fn(&App) -> Option<&'static str>,
}

/// The action of keys.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// One action for all of the keys.
    Do(fn(&mut App)),
    /// An action that depends on the key.
    With(fn(&mut App, Key)),
    /// Moves by this number of rows, points or steps.
    Step(isize),
}

impl Binding {
    /// Whether this key is one of the binding's keys.
    pub fn means(&self, key: Key) -> bool {
        self.keys.contains(&key)
            || (matches!(key, Key::Char(_)) && self.keys.contains(&Key::AnyChar))
    }

    /// Whether the keys are a range of characters, so that it matters which one is pressed.
    pub fn is_range(&self) -> bool {
        matches!(self.shown.as_bytes(), [_, b'-', _])
    }

    pub(crate) fn when(self, when: fn(&App) -> bool) -> Binding {
        Binding { when, ..self }
    }

    pub(crate) fn labelled(self, label_now: fn(&App) -> Option<&'static str>) -> Binding {
        Binding { label_now, ..self }
    }

    pub(crate) fn or_says(self, why_not: fn(&App) -> Option<&'static str>) -> Binding {
        Binding { why_not, ..self }
    }
}

/// A binding of keys as they are written in the help. The keys after a bar are not listed there.
pub(crate) fn row(
    written: &'static str,
    label: &'static str,
    priority: u8,
    explanation: impl Into<Cow<'static, str>>,
    action: Action,
) -> Binding {
    let (shown, also) = written.split_once(" | ").unwrap_or((written, ""));
    let names = shown.split(' ').chain(also.split(' '));
    Binding {
        keys: names.flat_map(Key::written).collect(),
        shown,
        label,
        label_now: |_| None,
        priority,
        explanation: explanation.into(),
        action,
        when: |_| true,
        why_not: |_| None,
    }
}

pub(crate) fn bind(
    written: &'static str,
    label: &'static str,
    priority: u8,
    explanation: impl Into<Cow<'static, str>>,
    does: fn(&mut App),
) -> Binding {
    row(written, label, priority, explanation, Action::Do(does))
}

pub(crate) fn with(
    written: &'static str,
    label: &'static str,
    priority: u8,
    explanation: impl Into<Cow<'static, str>>,
    does: fn(&mut App, Key),
) -> Binding {
    row(written, label, priority, explanation, Action::With(does))
}

pub(crate) fn step(
    written: &'static str,
    label: &'static str,
    priority: u8,
    explanation: impl Into<Cow<'static, str>>,
    by: isize,
) -> Binding {
    row(written, label, priority, explanation, Action::Step(by))
}

/// The keys that move through a list of these, one below the other.
pub(crate) fn list(what: &str, label: &'static str, priority: u8) -> Vec<Binding> {
    let ends = vec![
        step("Home g", "", 0, format!("the first {what}"), -FAR),
        step("End G", "", 0, format!("the last {what}"), FAR),
    ];
    [steps(what, label, priority), ends].concat()
}

/// The list keys that move by one or by ten.
pub(crate) fn steps(what: &str, label: &'static str, priority: u8) -> Vec<Binding> {
    vec![
        step("↑ k", "", 0, format!("the {what} above"), -1),
        step("↓ j", label, priority, format!("the {what} below"), 1),
        step("PgUp", "", 0, format!("ten {what}s up"), -PAGE),
        step("PgDn", "", 0, format!("ten {what}s down"), PAGE),
    ]
}

pub(crate) fn keys(
    heading: &'static str,
    step: fn(&mut App, isize),
    bindings: Vec<Binding>,
) -> Keys {
    Keys {
        heading,
        step,
        bindings,
        takes_text: false,
    }
}

/// The label of the key that opens what the chosen row of the history has: all numbers of a run, or the chart of a sweep.
pub(crate) const DETAILS: &str = "Enter details";
/// The number of rows that Page Up and Page Down move.
pub(crate) const PAGE: isize = 10;
/// More rows than any list has: moves to the first or the last.
pub(crate) const FAR: isize = 1 << 24;

/// The binding of `key` if these are the active tables, innermost first.
pub fn lookup(key: Key, here: &[&'static Keys]) -> Option<(&'static Keys, &'static Binding)> {
    here.iter().find_map(|keys| {
        let binding = keys.bindings.iter().find(|binding| binding.means(key))?;
        Some((*keys, binding))
    })
}

#[cfg(test)]
mod tests {
    use Key::{Char, Ctrl};

    use super::*;
    use crate::app::{keys::texts::TYPING, screens::all_keys};

    #[test]
    fn no_key_means_two_things_in_one_context() {
        for Keys { bindings, .. } in all_keys() {
            for (i, a) in bindings.iter().enumerate() {
                for b in &bindings[i + 1..] {
                    let clash = a.keys.iter().any(|key| b.keys.contains(key));
                    assert!(!clash, "{} and {} clash", a.explanation, b.explanation);
                }
            }
        }
    }

    #[test]
    fn characters_belong_to_a_text_while_one_is_typed() {
        let found = |key| lookup(key, &[&forms::FIELD, &TYPING, &everywhere::ALWAYS]);
        for typed in ['1', 'q'] {
            assert!(std::ptr::eq(found(Char(typed)).unwrap().0, &*TYPING));
        }
        assert!(found(Ctrl('c')).is_some());
    }

    #[test]
    fn every_key_is_known_and_explained() {
        for binding in all_keys().into_iter().flat_map(|keys| &keys.bindings) {
            let names = binding.shown.split(' ');
            assert!(names.clone().all(|name| !Key::written(name).is_empty()));
            assert!(binding.keys.len() >= names.count());
            assert!(!binding.explanation.is_empty());
            assert!(binding.priority == 0 || !binding.label.is_empty());
        }
    }
}
