//! XML as it is written: every name is ours, every value is escaped, every element that was opened is closed.
//!
//! The HTML of this program is written by the same rules, so that parsers of either kind accept it.

use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};

use crate::domain::text::is_treacherous;

/// An attribute: its name and its value.
pub(super) type Attribute<'a> = (&'static str, &'a dyn Display);

/// A document that is being written.
pub(super) struct Xml<'a> {
    out: &'a mut dyn Write,
    open: Vec<&'static str>,
}

impl<'a> Xml<'a> {
    /// Into `out`, from where that is.
    pub fn new(out: &'a mut dyn Write) -> Xml<'a> {
        Xml { out, open: vec![] }
    }

    /// Text of this program that is markup already.
    pub fn raw(&mut self, markup: &'static str) -> io::Result<()> {
        self.out.write_all(markup.as_bytes())
    }

    /// Begins an element: what follows is in it.
    pub fn begin(&mut self, name: &'static str, attributes: &[Attribute<'_>]) -> io::Result<()> {
        self.tag(name, attributes)?;
        self.open.push(name);
        self.out.write_all(b">")
    }

    /// Ends the element that was begun last.
    pub fn end(&mut self) -> io::Result<()> {
        let name = self
            .open
            .pop()
            .expect("whoever ends an element has begun it");
        writeln!(self.out, "</{name}>")
    }

    /// An element without content, as `<path …/>`. In HTML only those may be written so that never have content.
    pub fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) -> io::Result<()> {
        self.tag(name, attributes)?;
        self.out.write_all(b"/>\n")
    }

    /// An element with nothing but text in it.
    pub fn element(
        &mut self,
        name: &'static str,
        attributes: &[Attribute<'_>],
        text: &dyn Display,
    ) -> io::Result<()> {
        self.begin(name, attributes)?;
        self.text(text)?;
        self.end()
    }

    /// Text within an element.
    pub fn text(&mut self, text: &dyn Display) -> io::Result<()> {
        write!(self.out, "{}", Escaped(text))
    }

    /// An element with text whose lines stay lines.
    pub fn lines(&mut self, name: &'static str, text: &str) -> io::Result<()> {
        self.begin(name, &[])?;
        for (at, line) in text.split('\n').enumerate() {
            self.out.write_all(if at == 0 { b"" } else { b"\n" })?;
            self.text(&line)?;
        }
        self.end()
    }

    /// A path of an SVG: its steps are ours, and may be many.
    pub fn path(&mut self, attributes: &[Attribute<'_>], steps: &str) -> io::Result<()> {
        self.tag("path", attributes)?;
        writeln!(self.out, " d=\"{steps}\"/>")
    }

    fn tag(&mut self, name: &'static str, attributes: &[Attribute<'_>]) -> io::Result<()> {
        write!(self.out, "<{name}")?;
        attributes
            .iter()
            .try_for_each(|(key, value)| write!(self.out, " {key}=\"{}\"", Escaped(value)))
    }
}

/// A value as text and attributes may contain it. What could turn the text around it is replaced, as on the screen.
struct Escaped<'a>(&'a dyn Display);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut plain = 0;
        for (at, c) in text.char_indices() {
            let Some(instead) = instead_of(c) else {
                continue;
            };
            self.0.write_str(&text[plain..at])?;
            self.0.write_str(instead)?;
            plain = at + c.len_utf8();
        }
        self.0.write_str(&text[plain..])
    }
}

/// What stands for a character that must not be there.
fn instead_of(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\n' => Some(" "),
        // XML cannot hold them, whatever the spelling.
        '\u{fffe}' | '\u{ffff}' => Some("\u{fffd}"),
        c if is_treacherous(c) => Some("\u{fffd}"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Xml<'_>) -> io::Result<()>) -> String {
        let mut out = vec![];
        write(&mut Xml::new(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn foreign_text_stays_text() {
        let text =
            written(|xml| xml.element("p", &[("title", &"\"><script>")], &"a & b\u{202e}<script>"));
        assert_eq!(
            text,
            "<p title=\"&quot;&gt;&lt;script&gt;\">a &amp; b\u{fffd}&lt;script&gt;</p>\n"
        );
    }

    proptest! {
        #[test]
        fn whatever_the_text_a_parser_reads_it_back_but_for_what_is_treacherous(text in any::<String>()) {
            let xml = written(|xml| xml.element("p", &[("title", &text)], &text));
            let document = roxmltree::Document::parse(&xml).unwrap();
            let instead = |c: char| match c {
                '\n' => ' ',
                c if is_treacherous(c) || ('\u{fffe}'..='\u{ffff}').contains(&c) => '\u{fffd}',
                c => c,
            };
            let expected: String = text.chars().map(instead).collect();
            let root = document.root_element();
            prop_assert_eq!(root.text().unwrap_or(""), expected.as_str());
            prop_assert_eq!(root.attribute("title"), Some(expected.as_str()));
        }
    }
}
