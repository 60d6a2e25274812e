//! Cells below each other: words at the left, whole numbers at the right, and decimal points in one column. Widths are
//! those of the terminal, where a character may take two columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How cells stand below each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Whole numbers.
    Right,
    /// Numbers, their decimal points in one column.
    Point,
}

/// The room that cells need, in columns of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Before the decimal point; of a cell that has none, all of it.
    pub before: usize,
    /// From the decimal point on, with the unit.
    pub after: usize,
    /// Of words between numbers, which stand at the right.
    pub words: usize,
}

impl Extent {
    /// Of one cell.
    pub fn of(cell: &str, side: Side) -> Extent {
        let width = cell.width();
        let (before, after, words) = match (side, point(cell)) {
            (Side::Point, Some(before)) => (before, width - before, 0),
            (Side::Point, None) => (0, 0, width),
            _ => (width, 0, 0),
        };
        Extent {
            before,
            after,
            words,
        }
    }

    /// Of both.
    pub fn with(self, other: Extent) -> Extent {
        Extent {
            before: self.before.max(other.before),
            after: self.after.max(other.after),
            words: self.words.max(other.words),
        }
    }

    /// Columns of all.
    pub fn width(self) -> usize {
        (self.before + self.after).max(self.words)
    }

    /// `cell` in exactly `width` columns, among cells that need this room; a longer one stays as it is.
    pub fn align(self, cell: &str, side: Side, width: usize) -> String {
        // A dash stands where the digit before the point does.
        let before = if cell == "–" { Some(1) } else { point(cell) };
        match (side, before) {
            (Side::Point, Some(before)) => {
                let blanks = width.saturating_sub(self.after + before);
                padded(&(" ".repeat(blanks) + cell), Side::Left, width)
            }
            _ => padded(cell, side, width),
        }
    }
}

/// A text in exactly so many columns, with blanks at its other side; a longer one stays as it is.
pub fn padded(text: &str, side: Side, width: usize) -> String {
    let blanks = " ".repeat(width.saturating_sub(text.width()));
    match side {
        Side::Left => format!("{text}{blanks}"),
        Side::Right | Side::Point => format!("{blanks}{text}"),
    }
}

/// A text in at most so many columns: dots say that it went on.
pub fn shortened(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.into();
    }
    let mut room = most.saturating_sub(1);
    let fits = |c: &char| {
        let left = room.checked_sub(c.width().unwrap_or(0));
        room = left.unwrap_or(0);
        left.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// The end of a path in so many columns, which tells more than its begin: dots say that there was more.
pub fn tail(path: &str, room: usize) -> String {
    let length = path.width();
    if length <= room {
        return path.into();
    }
    let kept: String = path.chars().skip(length - room.saturating_sub(1)).collect();
    format!("…{kept}")
}

/// The first of these that fits, or else the last.
pub fn fitting<T: Default>(
    candidates: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
) -> T {
    let mut last = T::default();
    for candidate in candidates {
        if fits(&candidate) {
            return candidate;
        }
        last = candidate;
    }
    last
}

/// `rows` as lines, their cells two blanks apart and without blanks at the end; the first row is a heading. Every row has a
/// cell per side.
pub fn aligned(sides: &[Side], rows: &[Vec<String>]) -> String {
    let mut lines = vec![String::new(); rows.len()];
    for (at, side) in sides.iter().enumerate() {
        let cells = rows.iter().skip(1).map(|row| Extent::of(&row[at], *side));
        let extent = cells.fold(Extent::default(), Extent::with);
        let heading = rows.first().map_or(0, |row| row[at].width());
        let width = extent.width().max(heading);
        for (nth, (line, row)) in lines.iter_mut().zip(rows).enumerate() {
            *line += if at > 0 { "  " } else { "" };
            *line += &match nth {
                0 => padded(&row[at], *side, width),
                _ => extent.align(&row[at], *side, width),
            };
        }
    }
    let lines = lines.iter().map(|line| line.trim_end().to_string() + "\n");
    lines.collect()
}

/// How many characters stand before a number's decimal point, or before its unit; `None` for words.
fn point(cell: &str) -> Option<usize> {
    let is_whole = |c: char| c.is_ascii_digit() || c == ' ';
    let before = cell.chars().take_while(|c| is_whole(*c)).count();
    let next = cell.chars().nth(before);
    let is_number =
        cell.starts_with(|c: char| c.is_ascii_digit()) && next.is_none_or(|c| !c.is_alphabetic());
    is_number.then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_below_each_other_and_words_at_the_right() {
        let cells = ["1.9×", "0.54×", "12×", "–", "cancelled", "3 failed", ""];
        let extent = cells
            .iter()
            .map(|cell| Extent::of(cell, Side::Point))
            .fold(Extent::default(), Extent::with);
        let aligned = cells.map(|cell| extent.align(cell, Side::Point, extent.width()));
        assert_eq!(
            aligned,
            [
                "    1.9× ",
                "    0.54×",
                "   12×   ",
                "    –    ",
                "cancelled",
                " 3 failed",
                "         "
            ]
        );
    }

    #[test]
    fn grouped_numbers_are_numbers() {
        let extent = Extent::of("12 345.7", Side::Point);
        assert_eq!(
            extent,
            Extent {
                before: 6,
                after: 2,
                words: 0
            }
        );
        let both = extent.with(Extent::of("1.213", Side::Point));
        assert_eq!(both.align("1.213", Side::Point, 10), "     1.213");
        assert_eq!(both.align("12 345.7", Side::Point, 10), "12 345.7  ");
    }

    #[test]
    fn words_stand_left_and_numbers_right() {
        let rows = [("a", "10"), ("long", "2 µs")].map(|(a, b)| vec![a.to_string(), b.to_string()]);
        assert_eq!(
            super::aligned(&[Side::Left, Side::Right], &rows),
            "a       10\nlong  2 µs\n"
        );
        assert_eq!(
            super::aligned(&[Side::Right, Side::Left], &rows),
            "   a  10\nlong  2 µs\n"
        );
    }

    #[test]
    fn decimal_points_stand_below_each_other() {
        let rows =
            ["time (s)", "1.213", "0.000300", "–", "12.500"].map(|cell| vec![cell.to_string()]);
        assert_eq!(
            super::aligned(&[Side::Point], &rows),
            " time (s)\n 1.213\n 0.000300\n –\n12.500\n"
        );
    }

    #[test]
    fn names_in_wide_characters_keep_the_columns_straight_and_are_cut_where_they_do_not_fit() {
        let rows = [("name", "n"), ("并发测试", "1"), ("🚀 fast", "10")]
            .map(|(a, b)| vec![a.to_string(), b.to_string()]);
        let table = super::aligned(&[Side::Left, Side::Right], &rows);
        let ends: Vec<usize> = table.lines().map(UnicodeWidthStr::width).collect();
        assert_eq!(ends, [12, 12, 12], "{table}");
        assert_eq!(shortened("并发测试", 8), "并发测试");
        for (most, said) in [(7, "并发测…"), (6, "并发…"), (5, "并发…"), (1, "…")] {
            assert_eq!(shortened("并发测试", most), said);
        }
    }

    #[test]
    fn of_a_path_without_room_the_end_is_shown() {
        assert_eq!(tail("/usr/bin/python3", 20), "/usr/bin/python3");
        assert_eq!(tail("/usr/bin/python3", 8), "…python3");
        assert_eq!(tail("/usr/bin/python3", 0), "…");
    }
}
