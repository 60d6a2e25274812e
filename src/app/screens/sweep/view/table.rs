//! All points of a sweep as numbers: a row per worker count, a column per model.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span, Text},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use crate::{
    present::chart::{BarChart, ChartBar},
    ui::{
        area::{cells, first_around, split_above, split_below, split_left},
        panel::draw_text,
        theme::{CURSOR, STRONG, strong_if},
    },
};

/// The width of the worker counts, in columns.
const WORKERS: u16 = 9;
/// The distance between two columns.
const BETWEEN: usize = 3;

/// Draws as many rows as fit around the cursor, with the best one, and as many columns as fit. A row that does not fit
/// is counted in words.
pub fn draw(chart: &BarChart, cursor: (usize, usize), area: Rect, buf: &mut Buffer) {
    // An empty row separates the table from the chart.
    let (_, area) = split_above(area, 1);
    let shown = in_view(chart, cursor.0, area.height.saturating_sub(1).into());
    let missing = chart.groups.len().saturating_sub(1 + shown.len());
    if missing > 0 && area.height > 0 {
        let text = format!("… {missing} more numbers of workers: ←→ go there");
        draw_text(text, Style::new(), split_below(area, 1).1, buf);
    }
    let groups = shown
        .into_iter()
        .filter_map(|at| Some((at, chart.groups.get(at)?)));
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

/// The groups that have a row. Serial is no number of workers; its values are where those of the cursor are.
fn in_view(chart: &BarChart, cursor: usize, rows: usize) -> Vec<usize> {
    let count = chart.groups.len().saturating_sub(1);
    if count <= rows {
        return (1..=count).collect();
    }
    // A row says what is missing.
    let rows = rows.saturating_sub(1);
    let first = 1 + first_around(cursor.saturating_sub(1), count, rows);
    let mut shown: Vec<usize> = (first..first + rows).collect();
    let is_best = |at: &usize| chart.groups[*at].bars.iter().any(|bar| bar.is_best);
    if let Some(best) = (1..=count)
        .find(is_best)
        .filter(|best| !shown.contains(best))
        && rows > 0
    {
        shown[if best < first { 0 } else { rows - 1 }] = best;
    }
    shown
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
