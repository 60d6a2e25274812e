//! Keys, independent of any terminal library.

use std::fmt;

/// A pressed key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the key of that name")]
pub enum Key {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F1,
    /// Stands for every [`Key::Char`] in the table of keys. It is never pressed.
    AnyChar,
    /// Control and a letter, in lower case.
    Ctrl(char),
}

/// The labels of keys that have a name.
const NAMES: [(Key, &str); 17] = [
    (Key::Char(' '), "Space"),
    (Key::Enter, "Enter"),
    (Key::Esc, "Esc"),
    (Key::Tab, "Tab"),
    (Key::BackTab, "Shift-Tab"),
    (Key::Backspace, "Backspace"),
    (Key::Delete, "Del"),
    (Key::Up, "↑"),
    (Key::Down, "↓"),
    (Key::Left, "←"),
    (Key::Right, "→"),
    (Key::Home, "Home"),
    (Key::End, "End"),
    (Key::PageUp, "PgUp"),
    (Key::PageDown, "PgDn"),
    (Key::F1, "F1"),
    (Key::AnyChar, "a-z"),
];

/// Letters of layouts that have no Latin ones, and what their keys mean on a keyboard of the US: Russian with the letters of
/// Ukrainian and Belarusian, Greek, Hebrew, Arabic.
const PLACES: [(&str, &str); 5] = [
    (
        "йцукенгшщзхъфывапролджэячсмитьбю",
        "qwertyuiop[]asdfghjkl;'zxcvbnm,.",
    ),
    ("ёіїєґў", "`s]'\\o"),
    ("ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm"),
    ("קראטוןםפשדגכעיחלךףזסבהנמצתץ", "ertyuiopasdfghjkl;zxcvbnm,."),
    (
        "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظ",
        "qwertyuiop[]asdfghjkl;'zxcvnm,./",
    ),
];

impl Key {
    /// The key at the same place on a keyboard of the US, for a letter of a layout that has no Latin ones.
    pub(crate) fn at_its_place(self) -> Option<Key> {
        let Key::Char(c) = self else { return None };
        let lower = c.to_lowercase().next()?;
        let mut pairs = PLACES
            .iter()
            .flat_map(|(letters, keys)| letters.chars().zip(keys.chars()));
        let (_, key) = pairs.find(|(letter, _)| *letter == lower)?;
        Some(Key::Char(if c == lower {
            key
        } else {
            key.to_ascii_uppercase()
        }))
    }

    /// The keys for a label such as `↑`, `Ctrl-C`, `k`, or a range such as `0-9`.
    pub(crate) fn written(name: &str) -> Vec<Key> {
        if let Some((key, _)) = NAMES.iter().find(|(_, named)| *named == name) {
            return vec![*key];
        }
        let control = name.strip_prefix("Ctrl-").map(str::to_lowercase);
        let chars: Vec<char> = control.as_deref().unwrap_or(name).chars().collect();
        match chars[..] {
            [c] if control.is_some() => vec![Key::Ctrl(c)],
            [c] => vec![Key::Char(c)],
            [first, '-', last] => (first..=last).map(Key::Char).collect(),
            [] => vec![],
            _ => panic!("no key is called {name}"),
        }
    }
}

impl fmt::Display for Key {
    /// Writes the key as it is labelled on a keyboard and in the help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Ctrl(c) => write!(f, "Ctrl-{}", c.to_ascii_uppercase()),
            Key::Char(c) if *c != ' ' => write!(f, "{c}"),
            named => {
                let name = NAMES.iter().find(|(key, _)| key == named);
                f.write_str(name.map_or("", |(_, name)| name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_of_another_alphabet_is_the_key_at_its_place() {
        for (typed, key) in [
            ('й', 'q'),
            ('Й', 'Q'),
            ('к', 'r'),
            ('х', '['),
            ('і', 's'),
            ('ς', 'w'),
            ('Ρ', 'R'),
            ('ק', 'e'),
            ('ق', 'r'),
        ] {
            assert_eq!(
                Key::Char(typed).at_its_place(),
                Some(Key::Char(key)),
                "{typed}"
            );
        }
        for other in [
            Key::Char('q'),
            Key::Char('ü'),
            Key::Char('ก'),
            Key::Ctrl('c'),
            Key::Esc,
        ] {
            assert_eq!(other.at_its_place(), None, "{other}");
        }
    }

    #[test]
    fn every_letter_of_a_layout_has_one_place() {
        let mut letters = std::collections::HashSet::new();
        for (of_layout, keys) in PLACES {
            assert_eq!(
                of_layout.chars().count(),
                keys.chars().count(),
                "{of_layout}"
            );
            assert!(
                of_layout.chars().all(|letter| letters.insert(letter)),
                "{of_layout}"
            );
        }
    }
}
