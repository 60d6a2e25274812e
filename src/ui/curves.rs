//! Concurrency and parallelism over time, on the timeline's axis: the difference that the whole subject is about.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::panel::{block, draw_block, draw_centred, draw_lines, wrap};
use super::theme::Theme;
use super::widget::axis::Axis;
use super::widget::curve::{Curve, mean};
use crate::app::screen::Panel;
use crate::app::timeline::Window;
use crate::app::{App, Shown};
use crate::domain::text::grouped;
use crate::domain::trace::Sample;

/// Columns of a scale: a number and its tick.
const SCALE: u16 = 6;
/// From so many rows on, a curve has a scale.
const ROOM_FOR_SCALE: u16 = 4;

/// One of the two curves.
struct Row {
    name: &'static str,
    now: f64,
    most: f64,
    /// What would fill the curve.
    most_is: &'static str,
    /// Which time the number is of.
    when: &'static str,
    value: fn(&Sample) -> f64,
    style: Style,
}

/// Both curves; where they fill the screen, with scales and an axis.
pub fn panel(app: &App, theme: Theme, area: Rect, gutter: u16, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let focused = app.focus().panel == Panel::Curves;
    let title = "Concurrency: tasks in flight · Parallelism: workers on a core";
    let inner = draw_block(&block(title, focused, theme), area, buf);
    let Some(shown) = app.shown() else {
        let text = "Two curves over the time of a run: tasks begun and not yet ended, and workers that a core works for.";
        let lines: Vec<Line<'_>> = wrap(text, inner.width)
            .into_iter()
            .map(Line::from)
            .collect();
        draw_lines(&lines, inner, buf);
        return;
    };
    let window = app.timeline().window(shown.trace());
    let (upper, lower) = if app.focus().expanded && shown.missing_picture().is_none() {
        let curves = Rect {
            height: inner.height.saturating_sub(1),
            ..inner
        };
        draw_axis(
            window,
            gutter,
            Rect {
                y: curves.bottom(),
                height: 1,
                ..inner
            }
            .intersection(inner),
            buf,
        );
        halves(curves)
    } else {
        halves(inner)
    };
    for (row, area) in rows(app, shown, theme).into_iter().zip([upper, lower]) {
        draw_label(&row, theme, area, buf);
        let bars = right_of(gutter, area);
        let half = row.most / 2.0;
        draw_scale(
            [&row.most.to_string(), &half.to_string(), "0"],
            left_of(bars, area),
            buf,
        );
        if shown.missing_picture().is_some() {
            continue;
        }
        let value = |from, to| mean(shown.trace().samples(), row.value, from, to);
        Curve::new(&value, window, row.most, row.style)
            .nothing("·", theme.secondary())
            .render(bars, buf);
    }
    if let Some(why) = shown.missing_picture() {
        draw_centred(why, right_of(gutter, inner), buf);
    }
}

fn right_of(gutter: u16, area: Rect) -> Rect {
    Rect {
        x: area.x + gutter.min(area.width),
        width: area.width.saturating_sub(gutter),
        ..area
    }
}

fn draw_axis(window: Window, gutter: u16, area: Rect, buf: &mut Buffer) {
    Axis::new(window, Style::new()).render(right_of(gutter, area), buf);
}

fn halves(area: Rect) -> (Rect, Rect) {
    let upper = area.height.div_ceil(2);
    // With an odd number of rows the one in the middle keeps the curves apart.
    let lower = area.height / 2;
    let upper = Rect {
        height: upper.min(lower.max(1)),
        ..area
    };
    (
        upper,
        Rect {
            y: area.bottom() - lower,
            height: lower,
            ..area
        },
    )
}

fn rows(app: &App, shown: Shown<'_>, theme: Theme) -> [Row; 2] {
    let plan = shown.plan();
    let (in_flight, on_core, when) = match shown {
        Shown::Live(_) => (
            f64::from(shown.trace().in_flight_now()),
            shown.trace().on_core_lately(),
            "now",
        ),
        Shown::Entry(entry) => (
            entry.record.times.concurrency,
            entry.record.times.parallelism,
            "on average",
        ),
    };
    [
        Row {
            name: "in flight",
            now: in_flight,
            most: f64::from(plan.workers().min(plan.tasks())),
            most_is: if plan.workers() <= plan.tasks() {
                "workers"
            } else {
                "tasks"
            },
            when,
            value: |sample| sample.in_flight,
            style: theme.concurrency(),
        },
        Row {
            name: "on a core",
            now: on_core,
            most: f64::from(app.machine_shown().cores_usable),
            most_is: "cores",
            when,
            value: |sample| sample.on_core,
            style: theme.parallelism(),
        },
    ]
}

/// The name with the number, and below it, as far as there is room, what would fill the curve and what the number is.
fn draw_label(row: &Row, theme: Theme, area: Rect, buf: &mut Buffer) {
    let lines = [
        Line::from(vec![
            Span::raw(format!("{} ", row.name)),
            Span::styled(format!("{:>6.1}", row.now), theme.strong()),
        ]),
        Line::from(format!(
            "{:>10}{:>6}",
            "of at most",
            grouped(row.most as u64)
        )),
        Line::from(format!("{:>16}", row.most_is)),
        Line::default(),
        Line::from(format!("{:>16}", row.when)),
    ];
    // A line more would stand alone without the last one.
    let shown = if area.height > ROOM_FOR_SCALE {
        lines.len()
    } else {
        2
    };
    draw_lines(&lines[..shown], area, buf);
}

/// The room of a scale, on the left of the curves that begin where `curves` do, beside one of them.
pub fn left_of(curves: Rect, row: Rect) -> Rect {
    Rect {
        x: curves.x.saturating_sub(SCALE),
        width: SCALE,
        ..row
    }
}

/// All, half and nothing, where they are; only where a curve is high enough for that.
pub fn draw_scale(values: [&str; 3], area: Rect, buf: &mut Buffer) {
    if area.height < ROOM_FOR_SCALE {
        return;
    }
    let middle = area.y + area.height / 2;
    for (value, y) in values.into_iter().zip([area.y, middle, area.bottom() - 1]) {
        buf.set_stringn(
            area.x,
            y,
            format!("{value:>4}┤ "),
            usize::from(area.width),
            Style::new(),
        );
    }
}
