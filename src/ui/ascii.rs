//! A finished picture in ASCII.

use ratatui::buffer::Buffer;

use crate::present::ascii::stand_in;

/// Replaces every character that is not ASCII by its stand-in, so that nothing that draws needs to know.
pub fn transcribe(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if !cell.symbol().is_ascii() {
            // Of characters that share a cell the first is the base. (What follows a wide one is blank already.)
            let first = cell.symbol().chars().next().unwrap_or(' ');
            cell.set_char(stand_in(first));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    proptest! {
        #[test]
        fn no_cell_is_beyond_ascii_whatever_was_drawn(text in "\\PC{0,40}") {
            let mut buf = Buffer::empty(Rect::new(0, 0, 30, 1));
            buf.set_string(0, 0, &text, Style::new());
            transcribe(&mut buf);
            prop_assert!(buf.content.iter().all(|cell| cell.symbol().is_ascii()), "{:?}", buf);
        }
    }
}
