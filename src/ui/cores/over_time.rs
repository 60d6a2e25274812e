//! Each core's share over time, on the timeline's axis: where the panel fills the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Core, percent};
use crate::app::{App, Shown};
use crate::ui::curves::{draw_scale, left_of};
use crate::ui::panel::draw_lines;
use crate::ui::theme::Theme;
use crate::ui::widget::axis::Axis;
use crate::ui::widget::curve::Curve;
use crate::ui::widget::gantt::Pitch;

/// Curves get no higher than this many rows.
const HIGHEST: u16 = 16;

/// Whether there is a row for each of so many cores, and one for the axis.
pub fn fits(cores: usize, area: Rect) -> bool {
    cores < usize::from(area.height)
}

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
    let gutter = gutter.min(area.width);
    let curves = Rect {
        x: area.x + gutter,
        width: area.width - gutter,
        height: area.height.saturating_sub(1),
        ..area
    };
    let pitch = pitch(cores.len(), curves.height);
    for (core, row) in cores.iter().zip(pitch.bars(curves)) {
        draw_label(
            core,
            theme,
            Rect {
                x: area.x,
                width: gutter,
                ..row
            },
            buf,
        );
        draw_scale(["100", "50", "0"], left_of(curves, row), buf);
        let share = |from, to| trace.core_curves().share(core.number, from, to);
        Curve::new(&share, window, 1.0, theme.parallelism())
            .nothing("·", theme.secondary())
            .render(row, buf);
    }
    let axis = Rect {
        y: curves.bottom(),
        height: 1,
        ..curves
    }
    .intersection(area);
    Axis::new(window, Style::new()).render(axis, buf);
}

/// Higher than bars elsewhere, as height is what tells here.
fn pitch(cores: usize, rows: u16) -> Pitch {
    let slot = (rows + 1) / u16::try_from(cores.max(1)).unwrap_or(u16::MAX);
    if slot < 3 {
        Pitch::fitting(cores, rows)
    } else {
        Pitch {
            bar: (slot - 1).min(HIGHEST),
            gap: 1,
        }
    }
}

/// The shares over the whole run: beside each other, or below each other where there is room.
fn draw_label(core: &Core, theme: Theme, area: Rect, buf: &mut Buffer) {
    let ours = || Span::styled(percent(core.ours), theme.strong());
    let others = percent(core.others);
    let number = Span::raw(format!("{:>3} ", core.number));
    let lines = if area.height > 1 {
        vec![
            Line::from(vec![number, Span::raw("ours   "), ours()]),
            Line::from(format!("    others {others}")),
        ]
    } else {
        vec![Line::from(vec![
            number,
            ours(),
            Span::raw(format!(" + {others}")),
        ])]
    };
    draw_lines(&lines, area, buf);
}
