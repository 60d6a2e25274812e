//! Concurrency and parallelism over time, on the timeline's axis: the difference that the whole subject is about.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::panel::{block, draw_block};
use super::theme::Theme;
use super::widget::curve::Curve;
use crate::app::screen::Panel;
use crate::app::{App, Shown};
use crate::domain::trace::Sample;

/// One of the two curves.
struct Row {
    name: &'static str,
    now: f64,
    most: f64,
    value: fn(&Sample) -> f64,
    style: Style,
}

/// Both curves.
pub fn panel(app: &App, theme: Theme, area: Rect, gutter: u16, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let focused = app.focus().panel == Panel::Curves;
    let title = "Concurrency: tasks in flight · Parallelism: workers on a core";
    let inner = draw_block(&block(title, focused, theme), area, buf);
    let Some(shown) = app.shown() else { return };
    let window = app.timeline().window(shown.trace());
    let (upper, lower) = halves(inner);
    for (row, area) in rows(app, shown, theme).into_iter().zip([upper, lower]) {
        draw_label(&row, theme, area, buf);
        let curve =
            Rect { x: area.x + gutter.min(area.width), width: area.width.saturating_sub(gutter), ..area };
        Curve::new(shown.trace().samples(), row.value, window, row.most, row.style).render(curve, buf);
    }
}

fn halves(area: Rect) -> (Rect, Rect) {
    let upper = area.height.div_ceil(2);
    // With an odd number of rows the one in the middle keeps the curves apart.
    let lower = area.height / 2;
    let upper = Rect { height: upper.min(lower.max(1)), ..area };
    (upper, Rect { y: area.bottom() - lower, height: lower, ..area })
}

fn rows(app: &App, shown: Shown<'_>, theme: Theme) -> [Row; 2] {
    let plan = shown.plan();
    let last = shown.trace().samples().last();
    let (in_flight, on_core) = match shown {
        Shown::Live(_) => {
            (last.map_or(0.0, |last| f64::from(last.in_flight)), shown.trace().on_core_lately())
        }
        Shown::Entry(entry) => (entry.record.concurrency, entry.record.parallelism),
    };
    [
        Row {
            name: "in flight",
            now: in_flight,
            most: f64::from(plan.workers().min(plan.tasks())),
            value: |sample| f64::from(sample.in_flight),
            style: theme.concurrency(),
        },
        Row {
            name: "on a core",
            now: on_core,
            most: f64::from(app.machine().cores_usable),
            value: |sample| sample.on_core,
            style: theme.parallelism(),
        },
    ]
}

/// The name with the number, and below it, where there is room, what would fill the curve.
fn draw_label(row: &Row, theme: Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let line = Line::from(vec![
        Span::raw(format!("{} ", row.name)),
        Span::styled(format!("{:>6.1}", row.now), theme.strong()),
    ]);
    buf.set_line(area.x, area.y, &line, area.width);
    if area.height > 1 {
        let most = format!("{:>10}{:>6}", "of at most", row.most);
        buf.set_stringn(area.x, area.y + 1, most, usize::from(area.width), Style::new());
    }
}
