//! Writes SVG and HTML. `maud` closes every element and escapes every value.
//!
//! The HTML is spelled like XHTML, so that both kinds of parsers accept it.

use std::io::{self, Write};

use maud::Markup;

use crate::domain::text::is_treacherous;

/// Writes a document. Characters that could reorder the text around them are replaced, as on the screen.
pub(super) fn write(document: Markup, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(harmless(&document.into_string()).as_bytes())
}

/// Replaces harmful characters except line ends. XML cannot contain U+FFFE and U+FFFF, however they are written.
fn harmless(document: &str) -> String {
    let is_harmful = |c| c != '\n' && (is_treacherous(c) || ('\u{fffe}'..='\u{ffff}').contains(&c));
    document.replace(is_harmful, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use maud::html;
    use proptest::prelude::*;

    use super::*;

    fn written(document: Markup) -> String {
        let mut out = vec![];
        write(document, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn foreign_text_stays_text() {
        let text = written(html! { p title=("\"><script>") { ("a & b\u{202e}<script>") } });
        assert_eq!(
            text,
            "<p title=\"&quot;&gt;&lt;script&gt;\">a &amp; b\u{fffd}&lt;script&gt;</p>"
        );
    }

    proptest! {
        #[test]
        fn whatever_the_text_a_parser_reads_it_back_but_for_what_is_treacherous(text in any::<String>()) {
            let xml = written(html! { p title=(text) { (text) } });
            let document = roxmltree::Document::parse(&xml).unwrap();
            let root = document.root_element();
            let expected = harmless(&text);
            prop_assert_eq!(root.text().unwrap_or(""), expected.as_str());
            // An attribute is one line.
            let expected = expected.replace('\n', " ");
            prop_assert_eq!(root.attribute("title"), Some(expected.as_str()));
        }
    }
}
