//! Texts to read: rows of parts, each with a look. The theme turns a look into a style when the part is drawn.

use std::borrow::Cow;

use crate::domain::{phase::Phase, text::wrap};

/// The look of a part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextStyle {
    /// Like any text.
    Plain,
    /// Like a heading, a key or a sign.
    Strong,
    /// Like an error.
    Error,
    /// Styled like this phase. If [`TextPart::text`] is empty, the mark of the phase is drawn.
    Phase(Phase),
    /// Like the curve of concurrency.
    Concurrency,
    /// Like the curve of parallelism, and like the workers' share of a core.
    Parallelism,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPart {
    /// The text, or an empty string for the mark of a phase. A mark is one column wide.
    pub text: Cow<'static, str>,
    /// The look of the text.
    pub look: TextStyle,
}

impl TextPart {
    /// A text with this look.
    pub fn new(text: impl Into<Cow<'static, str>>, look: TextStyle) -> TextPart {
        TextPart {
            text: text.into(),
            look,
        }
    }

    /// The width in columns.
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

/// The width of a line, in columns.
pub fn width_of(line: &[TextPart]) -> usize {
    line.iter().map(TextPart::width).sum()
}

/// Adds spaces up to this column.
pub fn fill_up(line: &mut TextLine, column: usize) {
    let missing = column.saturating_sub(width_of(line));
    if missing > 0 {
        line.push(TextPart::new(" ".repeat(missing), TextStyle::Plain));
    }
}

/// The width of the name of a number, in columns.
const NAMES: usize = 16;
/// The width of the value with its unit, in columns.
const VALUES: usize = 12;
/// The number of columns before the note.
const BEFORE_NOTES: usize = NAMES + VALUES + 2;

/// Rows of a fixed width, written one below the other.
#[derive(Debug)]
pub struct Page {
    /// The rows so far.
    pub lines: Vec<TextLine>,
    width: u16,
}

impl Page {
    /// An empty page with this width, in columns.
    pub fn of(width: u16) -> Page {
        Page {
            lines: vec![],
            width,
        }
    }

    /// Writes an empty row and a heading.
    pub fn heading(&mut self, text: &str) {
        self.lines.push(vec![]);
        self.say(text, TextStyle::Strong);
    }

    /// Writes a text in as many rows as it needs.
    pub fn say(&mut self, text: &str, look: TextStyle) {
        let rows = wrap(text, self.width).into_iter();
        self.lines
            .extend(rows.map(|text| vec![TextPart::new(text, look)]));
    }

    /// Writes a paragraph in which terms stand between `**`, and keys or code between backquotes. They are strong.
    pub fn say_marked(&mut self, text: &str) {
        let text = text.replace('`', "**");
        let parts = text
            .split("**")
            .zip([TextStyle::Plain, TextStyle::Strong].iter().cycle());
        let is_word = |c: &char| !c.is_whitespace();
        let mut looks = parts.flat_map(|(part, look)| part.chars().filter(is_word).map(|_| *look));
        for row in wrap(&text.replace("**", ""), self.width) {
            let mut line: TextLine = vec![];
            for c in row.chars() {
                let look = match line.last() {
                    Some(last) if c == ' ' => last.look,
                    _ => looks.next().unwrap_or(TextStyle::Plain),
                };
                match line.last_mut() {
                    Some(last) if last.look == look => last.text.to_mut().push(c),
                    _ => line.push(TextPart::new(c.to_string(), look)),
                }
            }
            self.lines.push(line);
        }
    }

    /// Writes the explanation of a term, starting at this column. Further rows start at the same column. A longer term
    /// has its own row.
    pub fn say_of(&mut self, mut term: TextLine, column: usize, said: &str) {
        let width = usize::from(self.width).saturating_sub(column);
        if width_of(&term) >= column {
            self.lines.push(std::mem::take(&mut term));
        }
        for text in wrap(said, u16::try_from(width).unwrap_or(u16::MAX)) {
            fill_up(&mut term, column);
            term.push(TextPart::new(text, TextStyle::Plain));
            self.lines.push(std::mem::take(&mut term));
        }
    }

    /// Writes a number and what it means.
    pub fn number(&mut self, mut term: TextLine, value: &str, note: &str) {
        fill_up(&mut term, NAMES);
        term.push(TextPart::new(
            format!("{value:>VALUES$}"),
            TextStyle::Strong,
        ));
        self.say_of(term, BEFORE_NOTES, note);
    }

    /// Writes a number with a plain name.
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

    #[test]
    fn marked_words_are_strong_however_the_paragraph_is_wrapped() {
        for width in 8..60 {
            let mut page = Page::of(width);
            page.say_marked("A **worker** does **one task** after the other; `f` plans.");
            let strong = page.lines.iter().flatten();
            let strong = strong.filter(|part| part.look == TextStyle::Strong);
            let words: Vec<&str> = strong
                .flat_map(|part| part.text.split_whitespace())
                .collect();
            assert_eq!(words, ["worker", "one", "task", "f"], "at {width}");
        }
    }
}
