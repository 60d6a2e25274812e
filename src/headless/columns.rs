//! Text in aligned columns.

use unicode_width::UnicodeWidthStr;

/// Which side of its column a cell stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// `rows` as lines, their cells two blanks apart and without blanks at the end. Every row has a cell per side.
pub fn aligned(sides: &[Side], rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..sides.len()).map(|column| width(column).unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let cells =
            row.iter().zip(sides).zip(&widths).map(|((cell, side), width)| padded(cell, *side, *width));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

fn padded(cell: &str, side: Side, width: usize) -> String {
    let blanks = " ".repeat(width.saturating_sub(cell.width()));
    match side {
        Side::Left => format!("{cell}{blanks}"),
        Side::Right => format!("{blanks}{cell}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let rows = [("a", "10"), ("long", "2 µs")].map(|(a, b)| vec![a.to_string(), b.to_string()]);
        assert_eq!(aligned(&[Side::Left, Side::Right], &rows), "a       10\nlong  2 µs\n");
        assert_eq!(aligned(&[Side::Right, Side::Left], &rows), "   a  10\nlong  2 µs\n");
    }
}
