//! The teaching layout: fewer panels, larger numbers, and the keys just pressed, so that an audience can follow.

pub mod view;

use std::borrow::Cow;

use crate::{
    app::{
        App,
        keys::{Binding, everywhere::QUESTIONS},
    },
    catalog::experiment::Experiment,
    ui::key::Key,
};

/// The number of different keys that are shown.
const REMEMBERED: usize = 4;

/// A key that did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// The pressed key.
    pub key: Key,
    /// The effect of the key, in a few words.
    pub meaning: Cow<'static, str>,
    /// The number of successive presses, at least one.
    pub times: u32,
}

/// Whether the teaching layout is on, and the last keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Teaching {
    /// Whether the teaching layout is on.
    pub is_on: bool,
    /// The last keys that did something, the latest first. They stay until others replace them.
    pub pressed: Vec<Pressed>,
}

impl Teaching {
    /// Adds a key that did what its binding says.
    pub(crate) fn remember(&mut self, key: Key, binding: &'static Binding) {
        let meaning = meaning(key, binding);
        match self.pressed.first_mut() {
            Some(last) if (last.key, &last.meaning) == (key, &meaning) => {
                last.times = last.times.saturating_add(1);
            }
            _ => {
                self.pressed.insert(
                    0,
                    Pressed {
                        key,
                        meaning,
                        times: 1,
                    },
                );
                self.pressed.truncate(REMEMBERED);
            }
        }
    }
}

/// The start of the help text, up to the first comma or colon. A quick experiment is described by its question.
fn meaning(key: Key, binding: &Binding) -> Cow<'static, str> {
    if let (QUESTIONS, Key::Char(digit)) = (binding.shown, key)
        && let Some(experiment) = Experiment::by_key(digit)
    {
        return experiment.question.into();
    }
    let explanation = &*binding.explanation;
    let first = explanation
        .split([':', ';', ','])
        .next()
        .unwrap_or(explanation);
    first.to_string().into()
}

impl App {
    /// Switches the teaching layout on or off. No panel stays expanded, because the layouts have different panels.
    pub(crate) fn toggle_teaching(&mut self) {
        self.settings.teaching.is_on ^= true;
        self.open.focus.expanded = false;
        self.settle_form();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{
        keys::{everywhere::PANELS, lookup},
        screens::timeline::keys::TIMELINE,
    };

    #[test]
    fn the_last_keys_stay_until_others_replace_them_and_repeats_are_counted() {
        let mut teaching = Teaching::default();
        let mut press = |key: Key| {
            let (_, binding) = lookup(key, &[&TIMELINE, &PANELS]).unwrap();
            teaching.remember(key, binding);
            teaching
                .pressed
                .iter()
                .map(|pressed| (pressed.key, pressed.times))
                .collect::<Vec<_>>()
        };
        press(Key::Char('2'));
        press(Key::Char('+'));
        assert_eq!(
            press(Key::Char('+')),
            [(Key::Char('+'), 2), (Key::Char('2'), 1)]
        );
        for key in [Key::Down, Key::Char('0'), Key::Char('e')] {
            press(key);
        }
        assert_eq!(press(Key::Char('e'))[0], (Key::Char('e'), 2));
        assert_eq!(teaching.pressed.len(), REMEMBERED);
    }

    #[test]
    fn a_key_is_described_in_a_few_words() {
        let words = |key: Key| meaning(key, lookup(key, &[&PANELS]).unwrap().1);
        assert_eq!(words(Key::Char('+')), "zoom in");
        assert_eq!(
            words(Key::Char('2')),
            "Do threads speed up computing under the GIL?"
        );
    }
}
