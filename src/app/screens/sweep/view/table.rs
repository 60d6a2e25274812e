//! All points of a sweep as numbers: a row per number of workers, a column per model.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::screens::sweep::Sketch;
use crate::present::chart::BarGroup;
use crate::ui::area::{first_around, split_above};
use crate::ui::panel::draw_lines;
use crate::ui::theme::{CURSOR, STRONG, strong_if};

/// Columns of the numbers of workers.
const WORKERS: usize = 9;
/// Between two columns.
const BETWEEN: usize = 3;

/// As many rows as fit around the cursor, as many columns as fit.
pub fn draw(sketch: &Sketch, cursor: (usize, usize), area: Rect, buf: &mut Buffer) {
    // A row apart from the chart.
    let (_, area) = split_above(area, 1);
    if area.height < 2 {
        return;
    }
    let widths = widths(sketch, usize::from(area.width));
    let mut heading = Line::raw(format!("{:>WORKERS$}", "workers"));
    for (executor, width) in sketch.executors.iter().zip(&widths) {
        let width = BETWEEN + width;
        heading.push_span(format!("{:>width$}", executor.label()));
    }
    let rows = usize::from(area.height - 1);
    let groups = &sketch.groups;
    let first = first_around(cursor.0, groups.len(), rows);
    // Serial is no number of workers: its numbers stand where the cursor's do.
    let shown = groups.iter().enumerate().skip(first.max(1)).take(rows);
    let shown = shown.map(|(at, group)| {
        let cursor = (at == cursor.0).then_some(cursor.1);
        row(group, cursor, &widths)
    });
    draw_lines(std::iter::once(heading).chain(shown), area, buf);
}

fn row<'a>(group: &'a BarGroup, cursor: Option<usize>, widths: &[usize]) -> Line<'a> {
    let mut line = Line::raw(format!("{:>WORKERS$}", group.label));
    for (i, (point, width)) in group.bars.iter().zip(widths).enumerate() {
        let style = match (cursor == Some(i), point.is_best) {
            (true, _) => CURSOR,
            (false, is_best) => strong_if(is_best),
        };
        let blanks = BETWEEN + width - point.text.width() - 1;
        let star = if point.is_best { "★" } else { "" };
        line.push_span(Span::styled(format!("{star:>blanks$} "), STRONG));
        line.push_span(Span::styled(point.text.as_str(), style));
    }
    line
}

/// How wide each column is that has room.
fn widths(sketch: &Sketch, room: usize) -> Vec<usize> {
    let mut left = room.saturating_sub(WORKERS);
    let widths = sketch.executors.iter().enumerate().map(|(at, executor)| {
        let cells = sketch.groups.iter().filter_map(|group| group.bars.get(at));
        let widest = cells.map(|bar| bar.text.width()).max().unwrap_or(0);
        // A value that gets its interval moves nothing.
        widest.max(executor.label().width()).max(16)
    });
    let fits = |width: &usize| {
        let rest = left.checked_sub(BETWEEN + width);
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    widths.take_while(fits).collect()
}
