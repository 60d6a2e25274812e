//! Each core's share over time, on the axis of the timeline, if the panel fills the screen.

use ratatui::{buffer::Buffer, layout::Rect, text::Span, widgets::Widget};

use crate::{
    app::{
        App, Shown,
        screens::{
            cores::view::{Core, percent},
            curves::view::draw_scale,
        },
    },
    ui::{
        area::{cells, split_below, split_left},
        panel::draw_lines,
        theme::{STRONG, Theme},
        widget::{axis::Axis, curve::TimeCurve, gantt::Pitch},
    },
};

/// The maximum height of a curve, in rows.
const HIGHEST: u16 = 16;

/// A curve per core, and an axis below.
pub fn draw(
    app: &App,
    shown: Shown<'_>,
    cores: &[Core],
    theme: Theme,
    area: Rect,
    gutter: u16,
    buf: &mut Buffer,
) {
    let trace = shown.trace();
    let window = app.timeline().window(trace);
    let (rows, axis) = split_below(area, 1);
    for (core, row) in cores.iter().zip(pitch(cores.len(), rows.height).bars(rows)) {
        let (label, bar) = split_left(row, gutter);
        draw_label(core, label, buf);
        draw_scale(["100", "50", "0"], bar.x, row, buf);
        let share = |from, to| trace.cores.curves.share(core.number, from, to);
        let curve = TimeCurve {
            value: &share,
            window,
            most: 1.0,
            style: theme.parallelism(),
            nothing: theme.secondary(),
        };
        curve.render(bar, buf);
    }
    let cursor = None;
    Axis { window, cursor }.render(split_left(axis, gutter).1, buf);
}

/// Curves are taller than bars elsewhere, because their height carries the information.
fn pitch(cores: usize, rows: u16) -> Pitch {
    let slot = (rows + 1) / cells(cores.max(1));
    if slot < 3 {
        Pitch::fitting(cores, rows)
    } else {
        Pitch {
            bar: (slot - 1).min(HIGHEST),
            gap: 1,
        }
    }
}

/// Draws the shares over the whole run: beside each other, or below each other if there is room.
fn draw_label(core: &Core, area: Rect, buf: &mut Buffer) {
    let ours = Span::styled(percent(core.ours), STRONG);
    let others = percent(core.others);
    let number = Span::raw(format!("{:>3} ", core.number));
    let [first, second] = if area.height > 1 {
        let below = format!("    others {others}").into();
        [vec![number, "workers".into(), ours], vec![below]]
    } else {
        [vec![number, ours, format!(" + {others}").into()], vec![]]
    };
    draw_lines([first, second], area, buf);
}
