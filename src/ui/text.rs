//! Texts that are read: rows of pieces, each with a look, which the theme makes a style of when they are drawn.

use std::borrow::Cow;

use crate::domain::{phase::Phase, text::wrap};

/// How a piece of a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextStyle {
    /// As any text.
    Plain,
    /// Like a heading, a key or a sign.
    Strong,
    /// What went wrong.
    Error,
    /// In the style of this phase; without a text of its own it is the phase's mark.
    Phase(Phase),
    /// Like the curve of concurrency.
    Concurrency,
    /// Like the curve of parallelism, and our share of a core.
    Parallelism,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPart {
    /// What is written; empty for a phase's mark, which is one column wide.
    pub text: Cow<'static, str>,
    /// How.
    pub look: TextStyle,
}

impl TextPart {
    /// A text that looks like this.
    pub fn new(text: impl Into<Cow<'static, str>>, look: TextStyle) -> TextPart {
        TextPart {
            text: text.into(),
            look,
        }
    }

    /// Columns that it takes.
    pub fn width(&self) -> usize {
        let is_mark = matches!(self.look, TextStyle::Phase(_));
        self.text.chars().count().max(is_mark.into())
    }
}

/// A row of a text.
pub type TextLine = Vec<TextPart>;

/// The mark of a phase before a name.
pub fn marked(phase: Phase, name: TextPart) -> TextLine {
    let mark = TextPart::new("", TextStyle::Phase(phase));
    vec![mark, TextPart::new(" ", TextStyle::Plain), name]
}

/// Columns of a line.
pub fn width_of(line: &[TextPart]) -> usize {
    line.iter().map(TextPart::width).sum()
}

/// Spaces up to this column.
pub fn fill_up(line: &mut TextLine, column: usize) {
    let missing = column.saturating_sub(width_of(line));
    if missing > 0 {
        line.push(TextPart::new(" ".repeat(missing), TextStyle::Plain));
    }
}

/// Columns of a number's name.
const NAMES: usize = 14;
/// Columns of its value with its unit.
const VALUES: usize = 14;
/// Columns before its note.
const BEFORE_NOTES: usize = NAMES + VALUES + 2;

/// Rows of so many columns, as they are written one below the other.
#[derive(Debug)]
pub struct Page {
    /// What is written.
    pub lines: Vec<TextLine>,
    width: u16,
}

impl Page {
    /// An empty page.
    pub fn of(width: u16) -> Page {
        Page {
            lines: vec![],
            width,
        }
    }

    /// An empty row and a heading.
    pub fn heading(&mut self, text: &str) {
        self.lines.push(vec![]);
        self.say(text, TextStyle::Strong);
    }

    /// A text in as many rows as it needs.
    pub fn say(&mut self, text: &str, look: TextStyle) {
        let rows = wrap(text, self.width).into_iter();
        self.lines
            .extend(rows.map(|text| vec![TextPart::new(text, look)]));
    }

    /// What is said of a term, from this column on: it goes on below where it began. A longer term has a row of its own.
    pub fn say_of(&mut self, mut term: TextLine, begin: usize, said: &str) {
        let width = usize::from(self.width).saturating_sub(begin);
        if width_of(&term) >= begin {
            self.lines.push(std::mem::take(&mut term));
        }
        for text in wrap(said, u16::try_from(width).unwrap_or(u16::MAX)) {
            fill_up(&mut term, begin);
            term.push(TextPart::new(text, TextStyle::Plain));
            self.lines.push(std::mem::take(&mut term));
        }
    }

    /// A number with what it means.
    pub fn number(&mut self, mut term: TextLine, value: &str, note: &str) {
        fill_up(&mut term, NAMES);
        term.push(TextPart::new(
            format!("{value:>VALUES$}"),
            TextStyle::Strong,
        ));
        self.say_of(term, BEFORE_NOTES, note);
    }

    /// The same, of what is called so.
    pub fn say_number(&mut self, name: &'static str, value: &str, note: &str) {
        self.number(vec![TextPart::new(name, TextStyle::Plain)], value, note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_never_touches_its_term() {
        for length in 1..40 {
            let mut page = Page::of(60);
            page.number(
                vec![TextPart::new("x".repeat(length), TextStyle::Plain)],
                "1.2 s",
                "said",
            );
            page.say_of(
                vec![TextPart::new("y".repeat(length), TextStyle::Plain)],
                20,
                "said",
            );
            for line in page.lines {
                let text: String = line.iter().map(|piece| &*piece.text).collect();
                let before = text.trim_end().strip_suffix("said");
                assert!(before.is_none_or(|before| before.ends_with(' ')), "{text}");
            }
        }
    }
}
