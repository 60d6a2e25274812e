//! All points of a sweep as numbers: a row per worker count, a column per model.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span, Text},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use crate::{
    present::chart::{BarChart, ChartBar},
    ui::{
        area::{cells, first_around, split_above, split_left},
        theme::{CURSOR, STRONG, strong_if},
    },
};

/// The width of the worker counts, in columns.
const WORKERS: u16 = 9;
/// The distance between two columns.
const BETWEEN: usize = 3;

/// Draws as many rows as fit around the cursor, and as many columns as fit.
pub fn draw(chart: &BarChart, cursor: (usize, usize), area: Rect, buf: &mut Buffer) {
    // An empty row separates the table from the chart.
    let (_, area) = split_above(area, 1);
    let rows = usize::from(area.height.saturating_sub(1));
    let first = first_around(cursor.0, chart.groups.len(), rows);
    // Serial is not a worker count. Its values are in the column of the cursor.
    let groups = chart.groups.iter().enumerate().skip(first.max(1));
    let labels = groups.clone().map(|(_, group)| group.label.as_str());
    let (column, mut free) = split_left(area, WORKERS);
    let labels = std::iter::once("workers").chain(labels);
    Text::from_iter(labels).right_aligned().render(column, buf);
    for (at, executor) in chart.executors.iter().enumerate() {
        let label = executor.label();
        let all = chart.groups.iter().filter_map(|group| group.bars.get(at));
        let widest = all.map(|bar| bar.text.width()).max().unwrap_or(0);
        // The columns do not move when a value gets its interval.
        let width = cells(BETWEEN + widest.max(label.width()).max(16));
        if width > free.width {
            break;
        }
        let points = groups.clone().filter_map(|(number, group)| {
            let bar = group.bars.get(at)?;
            Some(cell(bar, cursor == (number, at)))
        });
        let lines = std::iter::once(Line::raw(label)).chain(points);
        let (column, rest) = split_left(free, width);
        Text::from_iter(lines).right_aligned().render(column, buf);
        free = rest;
    }
}

fn cell(bar: &ChartBar, is_here: bool) -> Line<'_> {
    let star = if bar.is_best { "★ " } else { "" };
    let style = if is_here {
        CURSOR
    } else {
        strong_if(bar.is_best)
    };
    let value = Span::styled(bar.text.as_str(), style);
    Line::from(vec![Span::styled(star, STRONG), value])
}
