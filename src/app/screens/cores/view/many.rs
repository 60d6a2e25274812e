//! More cores than bars: a column per core, or per several cores, filled from below.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::screens::cores::view::Core,
    ui::{
        area::{cells, split_below},
        panel::draw_text,
        theme::Theme,
        widget::curve::draw_column,
    },
};

/// The width of the core number at the start of a row, in columns.
const LABEL: u16 = 4;
/// The maximum height of a core's bar, in rows.
const HIGHEST: u16 = 8;

/// How many cores share a cell, so that all of them have a place.
pub fn cores_per_cell(cores: usize, area: Rect) -> usize {
    cores
        .div_ceil((per_row(area) * usize::from(area.height)).max(1))
        .max(1)
}

fn per_row(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(LABEL)).max(1)
}

/// Draws a column per cell. Cores that share a cell show their mean, and each row starts with the number of its first
/// core.
pub fn draw(cores: &[Core], theme: Theme, area: Rect, buf: &mut Buffer) {
    let together = cores_per_cell(cores.len(), area);
    let per_row = per_row(area);
    let rows = cells(cores.len().div_ceil(together).div_ceil(per_row)).max(1);
    let slot = (area.height / rows).max(1);
    // If there is room to spare, bars of two rows do not touch.
    let height = if slot > 2 { slot - 1 } else { slot }.min(HIGHEST);
    for (i, cores) in (0u16..).zip(cores.chunks(per_row * together)) {
        let row = Rect {
            y: area.y + i * (height + u16::from(slot > 2)),
            height,
            ..area
        }
        .intersection(area);
        if row.is_empty() {
            return;
        }
        let label = format!("{:>3} ", cores[0].number);
        draw_text(label, Style::new(), split_below(row, 1).1, buf);
        for (x, cores) in (row.x + LABEL..row.right()).zip(cores.chunks(together)) {
            let ours = cores.iter().filter_map(|core| core.ours).sum::<f64>() / cores.len() as f64;
            let column = Rect { x, width: 1, ..row };
            draw_column(ours, theme.parallelism(), theme.secondary(), column, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(cores: u16, width: u16, height: u16) -> Vec<String> {
        let cores: Vec<Core> = (0..cores)
            .map(|number| Core {
                number,
                ours: Some(1.0),
                others: None,
            })
            .collect();
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        draw(&cores, Theme::plain(), area, &mut buf);
        area.rows()
            .map(|row| row.columns().map(|at| buf[(at.x, at.y)].symbol()).collect())
            .collect()
    }

    #[test]
    fn a_core_has_a_column_as_high_as_there_is_room() {
        assert_eq!(drawn(3, 7, 1), ["  0 ███"]);
        assert_eq!(drawn(5, 7, 4), ["    ███", "  0 ███", "    ██ ", "  3 ██ "]);
        assert_eq!(drawn(2, 7, 4), ["    ██ ", "    ██ ", "  0 ██ ", "       "]);
        assert_eq!(drawn(12, 7, 1), ["  0 ███"], "four in each");
    }

    proptest! {
        #[test]
        fn every_core_is_in_some_cell(cores in 1u16..1100, width in 5u16..130, height in 1u16..40) {
            let area = Rect::new(0, 0, width, height);
            let together = cores_per_cell(usize::from(cores), area);
            let rows = drawn(cores, width, height);
            // Each row of columns ends in a screen row that starts with a number.
            let cells: usize = rows
                .iter()
                .filter(|row| row[..LABEL as usize].trim().parse::<u16>().is_ok())
                .map(|row| row.chars().filter(|c| *c == '█').count())
                .sum();
            prop_assert_eq!(cells, usize::from(cores).div_ceil(together), "{:?}", rows);
        }
    }
}
