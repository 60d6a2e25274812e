//! A line of text that the user types.

use crate::{domain::text::is_treacherous, ui::key::Key};

/// A line of text that the user types. The number of characters is limited, and control characters are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextField {
    text: String,
    /// The number of characters before the cursor.
    cursor: usize,
    most: usize,
}

impl TextField {
    /// A field for at most `most` characters. It starts with `text`, and the cursor is after it.
    pub fn new(text: &str, most: usize) -> TextField {
        let text: String = text.chars().filter(|c| is_allowed(*c)).take(most).collect();
        TextField {
            cursor: text.chars().count(),
            text,
            most,
        }
    }

    /// The same field without text.
    pub fn emptied(&self) -> TextField {
        TextField::new("", self.most)
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before the cursor and the text after it.
    pub fn parts(&self) -> (&str, &str) {
        self.text.split_at(self.byte(self.cursor))
    }

    /// Does what a key means in a field: characters are inserted, Backspace and Delete erase, the arrows, Home and End
    /// move the cursor, Ctrl-U erases everything before the cursor, and Ctrl-W erases a word. Returns whether the text
    /// changed.
    pub fn apply(&mut self, key: Key) -> bool {
        let length = self.text.chars().count();
        let mut from = self.cursor;
        match key {
            Key::Char(c) if is_allowed(c) && length < self.most => {
                self.text.insert(self.byte(self.cursor), c);
                self.cursor += 1;
                return true;
            }
            Key::Left => self.cursor = self.cursor.saturating_sub(1),
            Key::Right => self.cursor = (self.cursor + 1).min(length),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = length,
            Key::Backspace => from = self.cursor.saturating_sub(1),
            Key::Delete => self.cursor = (self.cursor + 1).min(length),
            Key::Ctrl('u') => from = 0,
            Key::Ctrl('w') => from = self.word(),
            _ => {}
        }
        let erases = matches!(key, Key::Backspace | Key::Delete | Key::Ctrl('u' | 'w'));
        let is_other = erases && from < self.cursor;
        if is_other {
            let (start, end) = (self.byte(from), self.byte(self.cursor));
            self.text.replace_range(start..end, "");
            self.cursor = from;
        }
        is_other
    }

    /// Where the word before the cursor starts.
    fn word(&self) -> usize {
        let before = self.parts().0.trim_end();
        before
            .rfind(' ')
            .map_or(0, |at| before[..=at].chars().count())
    }

    fn byte(&self, character: usize) -> usize {
        self.text
            .char_indices()
            .nth(character)
            .map_or(self.text.len(), |(at, _)| at)
    }
}

/// The maximum length of a pasted line, in characters: longer than any field.
const LINE_MAX: usize = 1_000;

/// Joins the lines of a text into one line, for a field. Line ends and tabs become single spaces, except at the ends of
/// the text.
pub fn line(text: &str) -> String {
    let is_gap = |c: char| ['\n', '\r', '\t'].contains(&c);
    let pieces = text.split(is_gap).filter(|piece| !piece.is_empty());
    let joined = pieces.collect::<Vec<_>>().join(" ");
    joined
        .chars()
        .filter(|c| is_allowed(*c))
        .take(LINE_MAX)
        .collect()
}

fn is_allowed(c: char) -> bool {
    !c.is_control() && !is_treacherous(c)
}

#[cfg(test)]
mod tests {
    use Key::{Backspace, Char, Ctrl, Delete, End, Enter, Home, Left, Right};
    use proptest::prelude::*;

    use super::*;

    fn typed(keys: &[Key]) -> TextField {
        let mut field = TextField::new("", 12);
        for key in keys {
            field.apply(*key);
        }
        field
    }

    #[test]
    fn text_is_inserted_and_erased_at_the_cursor() {
        let mut field = TextField::new("gil", 12);
        for key in [Home, Char('n'), Char('o'), Char(' '), End, Char('ö')] {
            field.apply(key);
        }
        assert_eq!(
            (field.text(), field.parts().0.chars().count()),
            ("no gilö", 7)
        );
        for key in [Backspace, Left, Delete, Left, Backspace] {
            field.apply(key);
        }
        assert_eq!((field.text(), field.parts()), ("no i", ("no ", "i")));
        field.apply(Right);
        assert!(field.apply(Ctrl('w')));
        assert_eq!(field.text(), "no ");
        assert_eq!((field.apply(Ctrl('u')), field.text()), (true, ""));
        assert!(!field.apply(Backspace), "nothing is left to erase");
        assert!(!field.apply(Enter));
    }

    #[test]
    fn a_full_field_takes_no_more_and_no_field_takes_what_disturbs_a_terminal() {
        let field = typed(&[Char('a'); 20]);
        assert_eq!(field.text().len(), 12);
        assert_eq!(
            typed(&[Char('\u{1b}'), Char('\u{202e}'), Char('\n')]).text(),
            ""
        );
        assert_eq!(TextField::new("a\u{202e}b\u{7}", 12).text(), "ab");
    }

    #[test]
    fn text_of_several_lines_becomes_one_line_without_control_characters() {
        for (text, expected) in [
            ("hello", "hello"),
            ("out.json\r", "out.json"),
            ("\n\none\r\ntwo\tthree\n", "one two three"),
            ("a\u{1b}[31mb\u{202e}c\u{3}", "a[31mbc"),
            ("\n\r", ""),
        ] {
            assert_eq!(line(text), expected, "{text:?}");
        }
        assert_eq!(line(&"x".repeat(100_000)).len(), LINE_MAX);
    }

    proptest! {
        #[test]
        fn the_cursor_is_within_the_text_after_any_keys(presses in proptest::collection::vec(0..9usize, 0..60)) {
            let keys = [Char('a'), Char('ü'), Char(' '), Backspace, Delete, Left, Right, Home, Ctrl('w')];
            let mut field = TextField::new("", 12);
            for press in presses {
                field.apply(keys[press]);
                let length = field.text().chars().count();
                prop_assert!(field.parts().0.chars().count() <= length && length <= 12);
                prop_assert_eq!([field.parts().0, field.parts().1].concat(), field.text());
            }
        }
    }
}
