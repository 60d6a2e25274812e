//! All points of a sweep as numbers: a row per number of workers, a column per model.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::app::App;
use crate::app::sweep::Sketch;
use crate::present::chart::BarGroup;
use crate::ui::theme::Theme;

/// Columns of the numbers of workers.
const WORKERS: usize = 9;
/// Between two columns.
const BETWEEN: u16 = 3;

/// As many rows as fit around the cursor, as many columns as fit.
pub fn draw(app: &App, sketch: &Sketch, theme: Theme, area: Rect, buf: &mut Buffer) {
    // A row apart from the chart.
    let area = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    let Some(rows) = area.height.checked_sub(1).filter(|rows| *rows > 0) else {
        return;
    };
    let cursor = app.chart().map_or((0, 0), crate::app::sweep::Chart::place);
    let columns = columns(sketch, area);
    buf.set_stringn(
        area.x,
        area.y,
        format!("{:>WORKERS$}", "workers"),
        WORKERS,
        Style::new(),
    );
    for (executor, column) in sketch.executors.iter().zip(&columns) {
        put(&executor.label(), *column, area.y, Style::new(), buf);
    }
    let rows = usize::from(rows);
    let groups = &sketch.groups;
    let first = cursor
        .0
        .saturating_sub(rows / 2)
        .min(groups.len().saturating_sub(rows));
    // Serial is no number of workers: its numbers stand where the cursor's do.
    let first = first.max(1);
    for (at, group) in groups.iter().enumerate().skip(first).take(rows) {
        let y = area.y + 1 + u16::try_from(at - first).unwrap_or(u16::MAX);
        draw_row(
            at,
            group,
            cursor,
            &columns,
            theme,
            Rect {
                y,
                height: 1,
                ..area
            },
            buf,
        );
    }
}

fn draw_row(
    at: usize,
    group: &BarGroup,
    cursor: (usize, usize),
    columns: &[(u16, u16)],
    theme: Theme,
    row: Rect,
    buf: &mut Buffer,
) {
    buf.set_stringn(
        row.x,
        row.y,
        format!("{:>WORKERS$}", group.label),
        WORKERS,
        Style::new(),
    );
    for (i, (point, column)) in group.bars.iter().zip(columns).enumerate() {
        let style = match (cursor == (at, i), point.is_best) {
            (true, _) => theme.cursor(),
            (false, true) => theme.strong(),
            (false, false) => Style::new(),
        };
        put(&point.text, *column, row.y, style, buf);
        if point.is_best {
            let text = u16::try_from(point.text.width()).unwrap_or(u16::MAX);
            let begin = column.0 + column.1.saturating_sub(text);
            buf.set_string(begin.saturating_sub(2), row.y, "★", theme.strong());
        }
    }
}

/// Where each column begins, and how wide it is.
fn columns(sketch: &Sketch, area: Rect) -> Vec<(u16, u16)> {
    let mut x = area.x + WORKERS as u16 + BETWEEN;
    let mut columns = vec![];
    for (at, executor) in sketch.executors.iter().enumerate() {
        let cells = sketch.groups.iter().filter_map(|group| group.bars.get(at));
        let widest = cells.map(|bar| bar.text.width()).max().unwrap_or(0);
        // A value that gets its interval moves nothing.
        let width = widest.max(executor.label().width()).max(16);
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        if x.saturating_add(width) > area.right() {
            break;
        }
        columns.push((x, width));
        x += width + BETWEEN;
    }
    columns
}

fn put(text: &str, (x, width): (u16, u16), y: u16, style: Style, buf: &mut Buffer) {
    let width = usize::from(width);
    let blanks = width.saturating_sub(text.width());
    buf.set_stringn(
        x + u16::try_from(blanks).unwrap_or(0),
        y,
        text,
        width,
        style,
    );
}
