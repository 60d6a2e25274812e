//! What keys do: one table that feeds dispatch, footer and help alike, so that they cannot disagree.

pub mod everywhere;
pub mod forms;
pub mod texts;

use std::borrow::Cow;

use crate::{app::App, ui::key::Key};

/// The keys that do something somewhere. Each screen has a table of its own, or several.
#[derive(Debug)]
pub struct Keys {
    /// Above them in the help; without one they belong to those before.
    pub heading: &'static str,
    /// What moves there: by so many rows, or points, or steps.
    pub(crate) step: fn(&mut App, isize),
    /// Each of them.
    pub bindings: Vec<Binding>,
    /// Whether a text is typed there: what is pasted goes into it, and letters do nothing else.
    pub(crate) takes_text: bool,
}

impl Keys {
    pub(crate) fn taking_text(self) -> Keys {
        Keys {
            takes_text: true,
            ..self
        }
    }
}

/// What a key does somewhere.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Any of these.
    pub keys: Vec<Key>,
    /// How they are written.
    pub shown: &'static str,
    /// In the footer, where two keys that belong together are told as one: the keys, a space, a word or two.
    pub label: &'static str,
    /// The most useful is 1; 0 stays out of the footer.
    pub priority: u8,
    /// In the help: a line.
    pub explanation: Cow<'static, str>,
    /// What they do.
    pub(crate) action: Action,
    /// Whether that makes sense now.
    pub(crate) when: fn(&App) -> bool,
    /// What is missing, where somebody may expect that it does.
    pub(crate) why_not: fn(&App) -> Option<&'static str>,
}

/// What keys do.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// The same for all of them.
    Do(fn(&mut App)),
    /// What depends on which of them it is.
    With(fn(&mut App, Key)),
    /// Moves by so much.
    Step(isize),
}

impl Binding {
    /// Whether it is about this key.
    pub fn means(&self, key: Key) -> bool {
        self.keys.contains(&key)
            || (matches!(key, Key::Char(_)) && self.keys.contains(&Key::AnyChar))
    }

    /// Whether they are a range of characters, of which it matters which one is pressed.
    pub fn is_range(&self) -> bool {
        matches!(self.shown.as_bytes(), [_, b'-', _])
    }

    pub(crate) fn when(self, when: fn(&App) -> bool) -> Binding {
        Binding { when, ..self }
    }

    pub(crate) fn or_says(self, why_not: fn(&App) -> Option<&'static str>) -> Binding {
        Binding { why_not, ..self }
    }
}

/// Keys as they are written in the help; behind a bar those that it does not list.
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

/// The keys that go through a list of these, one below the other.
pub(crate) fn list(what: &str, label: &'static str, priority: u8) -> Vec<Binding> {
    let ends = vec![
        step("Home g", "", 0, format!("the first {what}"), -FAR),
        step("End G", "", 0, format!("the last {what}"), FAR),
    ];
    [steps(what, label, priority), ends].concat()
}

/// Those of them that go on by one or by ten.
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

/// How far Page Up and Page Down go.
pub(crate) const PAGE: isize = 10;
/// Farther than anything is long: to the first or the last.
pub(crate) const FAR: isize = 1 << 24;

/// What `key` does where these are the keys that work, innermost first.
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
