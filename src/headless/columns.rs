//! Text in aligned columns.

use unicode_width::UnicodeWidthStr;

pub use crate::domain::align::Side;

use crate::domain::align::Extent;

/// `rows` as lines, their cells two blanks apart and without blanks at the end. Every row has a cell per side; where
/// decimal points are aligned, the first row is a heading.
pub fn aligned(sides: &[Side], rows: &[Vec<String>]) -> String {
    let rows = &with_aligned_points(sides, rows);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.width())
            .max()
    };
    let widths: Vec<usize> = (0..sides.len())
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in rows {
        let cells = row
            .iter()
            .zip(sides)
            .zip(&widths)
            .map(|((cell, side), width)| padded(cell, *side, *width));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

fn padded(cell: &str, side: Side, width: usize) -> String {
    let blanks = " ".repeat(width.saturating_sub(cell.width()));
    match side {
        Side::Left => format!("{cell}{blanks}"),
        Side::Right | Side::Point => format!("{blanks}{cell}"),
    }
}

/// Numbers with as many blanks around them as bring their points below each other.
fn with_aligned_points(sides: &[Side], rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let extent = |at: usize| -> Extent {
        let cells = rows.iter().skip(1).filter_map(|row| row.get(at));
        cells
            .map(|cell| Extent::of(cell, sides[at]))
            .fold(Extent::default(), Extent::with)
    };
    let extents: Vec<Extent> = (0..sides.len()).map(extent).collect();
    let align = |(at, cell): (usize, &String)| match sides[at] {
        Side::Point => extents[at].align(cell, Side::Point, extents[at].width()),
        Side::Left | Side::Right => cell.clone(),
    };
    let aligned = |row: &Vec<String>| row.iter().enumerate().map(align).collect();
    rows.iter()
        .take(1)
        .cloned()
        .chain(rows.iter().skip(1).map(aligned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let rows = [("a", "10"), ("long", "2 µs")].map(|(a, b)| vec![a.to_string(), b.to_string()]);
        assert_eq!(
            aligned(&[Side::Left, Side::Right], &rows),
            "a       10\nlong  2 µs\n"
        );
        assert_eq!(
            aligned(&[Side::Right, Side::Left], &rows),
            "   a  10\nlong  2 µs\n"
        );
    }

    #[test]
    fn decimal_points_stand_below_each_other() {
        let rows =
            ["time (s)", "1.213", "0.000300", "–", "12.500"].map(|cell| vec![cell.to_string()]);
        assert_eq!(
            aligned(&[Side::Point], &rows),
            " time (s)\n 1.213\n 0.000300\n –\n12.500\n"
        );
    }
}
