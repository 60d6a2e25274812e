//! Cells below each other: words at the left, whole numbers at the right, and decimal points in one column.

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
        let width = cell.chars().count();
        match (side, point(cell)) {
            (Side::Left | Side::Right, _) => Extent {
                before: width,
                ..Extent::default()
            },
            (Side::Point, Some(before)) => Extent {
                before,
                after: width - before,
                words: 0,
            },
            (Side::Point, None) => Extent {
                words: width,
                ..Extent::default()
            },
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
        match (side, point(cell)) {
            (Side::Left, _) => format!("{cell:<width$}"),
            (Side::Point, Some(before)) => {
                let blanks = width.saturating_sub(self.after + before);
                format!("{:<width$}", format!("{}{cell}", " ".repeat(blanks)))
            }
            // A dash stands where the digit before the point does.
            (Side::Point, None) if cell == "–" => {
                format!(
                    "{:<width$}",
                    format!("{cell:>end$}", end = width.saturating_sub(self.after))
                )
            }
            (Side::Right | Side::Point, _) => format!("{cell:>width$}"),
        }
    }
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
}
