//! Numbers and verdicts in large letters, readable from the last row: three rows high, or five.
//!
//! ```text
//! ▀▀█   ▀▀█
//! █▀▀   █▀▀ ▀▄▀
//! ▀▀▀ ▀ ▀▀▀ ▀ ▀
//! ```
//!
//! The digits use only blocks (`█`, `▀`, `▄`), so that a terminal without them can show `#`, `"` and `_` cell by cell.
//! Only numbers, and the capitals of verdicts, are large. Other letters, for example of a unit, are drawn in normal size
//! on the lowest row, right after the number.

use ratatui::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::ui::area::{cells, split_above};

/// The height of a letter, in pixels.
const PIXELS: usize = 5;
/// A letter as rows of pixels from the top, all equally long; `#` is lit.
type Letter = [&'static str; PIXELS];

/// The size of the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Three rows high; a pixel is half a cell.
    Small,
    /// Five rows high; a pixel is two cells.
    Large,
}

impl Size {
    /// The height of a figure, in rows.
    pub fn rows(self) -> u16 {
        match self {
            Size::Small => 3,
            Size::Large => 5,
        }
    }

    /// The width of a pixel, and of the gap between two letters, in columns.
    fn across(self) -> u16 {
        match self {
            Size::Small => 1,
            Size::Large => 2,
        }
    }
}

/// A number in large digits.
pub struct LargeFigure<'a> {
    text: &'a str,
    size: Size,
    style: Style,
}

impl<'a> LargeFigure<'a> {
    /// A number in digits of this size.
    pub fn new(text: &'a str, size: Size, style: Style) -> LargeFigure<'a> {
        LargeFigure { text, size, style }
    }

    /// The width in columns.
    pub fn width(&self) -> u16 {
        self.places().last().map_or(0, |(_, x, width)| x + width)
    }

    /// Each character with its first column and its width. Words stay together.
    fn places(&self) -> impl Iterator<Item = (char, u16, u16)> {
        let mut x = 0u16;
        let mut before: Option<char> = None;
        self.text.chars().filter(|c| *c != ' ').map(move |c| {
            let in_word =
                letter(c).is_none() && before.is_some_and(|before| letter(before).is_none());
            let gap = if before.is_none() || in_word {
                0
            } else {
                self.size.across()
            };
            before = Some(c);
            let (start, width) = (x.saturating_add(gap), self.width_of(c));
            x = start.saturating_add(width);
            (c, start, width)
        })
    }

    fn width_of(&self, c: char) -> u16 {
        letter(c).map_or(1, |rows| self.size.across() * cells(rows[0].len()))
    }

    fn draw_letter(&self, rows: &Letter, area: Rect, buf: &mut Buffer) {
        for (y, line) in (0..PIXELS).zip(area.rows()) {
            let (upper, lower) = match self.size {
                Size::Small => (2 * y, 2 * y + 1),
                Size::Large => (y, y),
            };
            for (x, at) in line.positions().enumerate() {
                let pixel = x / usize::from(self.size.across());
                let is_lit =
                    |y: usize| rows.get(y).and_then(|row| row.as_bytes().get(pixel)) == Some(&b'#');
                let symbol = match (is_lit(upper), is_lit(lower)) {
                    (true, true) => "█",
                    (true, false) => "▀",
                    (false, true) => "▄",
                    (false, false) => " ",
                };
                buf[at].set_symbol(symbol).set_style(self.style);
            }
        }
    }
}

impl Widget for &LargeFigure<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let (area, _) = split_above(area.intersection(buf.area), self.size.rows());
        for (c, start, width) in self.places() {
            let x = area.x.saturating_add(start);
            // If only half a digit were drawn, it would look like a different number.
            if area.is_empty() || x.saturating_add(width) > area.right() {
                return;
            }
            match letter(c) {
                Some(rows) => self.draw_letter(&rows, Rect { x, width, ..area }, buf),
                None => {
                    buf[(x, area.bottom() - 1)]
                        .set_char(c)
                        .set_style(self.style);
                }
            }
        }
    }
}

/// The pixels of a letter.
#[rustfmt::skip]
fn letter(c: char) -> Option<Letter> {
    Some(match c {
        '0' => ["###", "# #", "# #", "# #", "###"],
        '1' => ["## ", " # ", " # ", " # ", "###"],
        '2' => ["###", "  #", "###", "#  ", "###"],
        '3' => ["###", "  #", "###", "  #", "###"],
        '4' => ["# #", "# #", "###", "  #", "  #"],
        '5' => ["###", "#  ", "###", "  #", "###"],
        '6' => ["###", "#  ", "###", "# #", "###"],
        '7' => ["###", "  #", "  #", "  #", "  #"],
        '8' => ["###", "# #", "###", "# #", "###"],
        '9' => ["###", "# #", "###", "  #", "###"],
        '.' => [" ", " ", " ", " ", "#"],
        '–' => ["   ", "   ", "###", "   ", "   "],
        '×' => ["   ", "   ", "# #", " # ", "# #"],
        'A' => ["###", "# #", "###", "# #", "# #"],
        'C' => ["###", "#  ", "#  ", "#  ", "###"],
        'D' => ["## ", "# #", "# #", "# #", "## "],
        'E' => ["###", "#  ", "## ", "#  ", "###"],
        'I' => ["#", "#", "#", "#", "#"],
        'L' => ["#  ", "#  ", "#  ", "#  ", "###"],
        'N' => ["#  #", "## #", "# ##", "#  #", "#  #"],
        'O' => ["###", "# #", "# #", "# #", "###"],
        'P' => ["###", "# #", "###", "#  ", "#  "],
        'R' => ["###", "# #", "## ", "# #", "# #"],
        'S' => ["###", "#  ", "###", "  #", "###"],
        'T' => ["###", " # ", " # ", " # ", " # "],
        'U' => ["# #", "# #", "# #", "# #", "###"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn drawn(text: &str, size: Size, width: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, size.rows());
        let mut buf = Buffer::empty(area);
        LargeFigure::new(text, size, Style::new()).render(area, &mut buf);
        area.rows()
            .map(|row| row.columns().map(|at| buf[(at.x, at.y)].symbol()).collect())
            .collect()
    }

    #[test]
    fn a_number_is_three_rows_high_or_five() {
        assert_eq!(
            drawn("2.4×", Size::Small, 13),
            ["▀▀█   █ █    ", "█▀▀   ▀▀█ ▀▄▀", "▀▀▀ ▀   ▀ ▀ ▀"]
        );
        assert_eq!(
            drawn("7", Size::Large, 6),
            ["██████", "    ██", "    ██", "    ██", "    ██"]
        );
    }

    #[test]
    fn every_letter_of_a_number_is_rectangular_and_like_no_other_even_in_ascii() {
        let letters = "0123456789.–×";
        let mut seen = HashSet::new();
        for c in letters.chars() {
            let rows = letter(c).unwrap();
            assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{c}");
            let ascii: String = drawn(&c.to_string(), Size::Small, 5)
                .join("\n")
                .chars()
                .map(|block| match block {
                    '█' => '#',
                    '▀' => '"',
                    '▄' => '_',
                    other => other,
                })
                .collect();
            assert!(ascii.is_ascii(), "{ascii}");
            seen.insert(ascii);
        }
        assert_eq!(seen.len(), letters.chars().count());
    }

    #[test]
    fn a_digit_without_room_is_left_out_and_never_halved() {
        assert_eq!(drawn("11", Size::Small, 6), drawn("1", Size::Small, 6));
        assert_eq!(LargeFigure::new("11", Size::Small, Style::new()).width(), 7);
        assert_eq!(
            LargeFigure::new("1.0 s", Size::Large, Style::new()).width(),
            2 * (3 + 1 + 1 + 1 + 3 + 1) + 1
        );
        assert_eq!(drawn("1 ms", Size::Small, 9)[2], "▀▀▀ ms   ");
    }

    proptest! {
        #[test]
        fn any_text_can_be_drawn_anywhere(text in "\\PC{0,12}", w in 0u16..60, h in 0u16..9, large in any::<bool>()) {
            let mut buf = Buffer::empty(Rect::new(0, 0, 40, 6));
            let size = if large { Size::Large } else { Size::Small };
            LargeFigure::new(&text, size, Style::new()).render(Rect::new(3, 1, w, h), &mut buf);
        }
    }
}
