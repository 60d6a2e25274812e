//! A curve as a row of columns, drawn to the eighth of a cell.
//!
//! ```text
//!   ▃▆█████▆
//! ▂████████████▁
//! ```

use ratatui::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::{
    domain::{time::Nanos, trace::Sample},
    ui::{panel::draw_text, widget::RISING, window::Window},
};

/// The maximum number of samples for one column.
const LOOKED_AT: usize = 16;

/// The mean of a sampled value between two moments; `None` in the future. A sample stands for the time since the
/// previous sample.
pub fn mean(samples: &[Sample], value: fn(&Sample) -> f64, from: Nanos, to: Nanos) -> Option<f64> {
    let first = samples.partition_point(|sample| sample.at <= from);
    let last = samples.partition_point(|sample| sample.at < to);
    let covering = samples.get(first..(last + 1).min(samples.len()))?;
    let step = covering.len().div_ceil(LOOKED_AT).max(1);
    let looked_at = || covering.iter().step_by(step);
    let sum: f64 = looked_at().map(value).sum();
    (!covering.is_empty()).then(|| sum / looked_at().count() as f64)
}

/// A curve over time.
pub struct TimeCurve<'a> {
    /// The mean between two moments, if it is known.
    pub value: &'a dyn Fn(Nanos, Nanos) -> Option<f64>,
    /// The window of time in view.
    pub window: Window,
    /// The value that fills the height.
    pub most: f64,
    /// The style of the curve.
    pub style: Style,
    /// The style of the mark for a value that is known and almost zero.
    pub nothing: Style,
}

impl Widget for TimeCurve<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        for (i, column) in (0u16..).zip(area.columns()) {
            let moment = |i: u16| self.window.boundary(i, area.width);
            let Some(value) = (self.value)(moment(i), moment(i + 1)) else {
                continue;
            };
            let share = if self.most > 0.0 {
                value / self.most
            } else {
                0.0
            };
            draw_column(share, self.style, self.nothing, column, buf);
        }
    }
}

/// Fills a column from below, in eighths of a cell. A mark stands for a value that is almost zero.
pub fn draw_column(share: f64, style: Style, nothing: Style, column: Rect, buf: &mut Buffer) {
    let eighths = (share.clamp(0.0, 1.0) * f64::from(column.height) * 8.0).round() as usize;
    for (from_below, cell) in column.rows().rev().enumerate() {
        match eighths.saturating_sub(from_below * 8).min(8) {
            0 if from_below == 0 => draw_text("·", nothing, cell, buf),
            0 => break,
            fill => draw_text(RISING[fill], style, cell, buf),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at: Nanos, in_flight: f64) -> Sample {
        Sample {
            at,
            in_flight,
            on_core: 0.0,
        }
    }

    fn drawn(samples: &[Sample], window: Window, most: f64, width: u16, height: u16) -> Buffer {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let value = |from, to| mean(samples, |sample| sample.in_flight, from, to);
        let curve = TimeCurve {
            value: &value,
            window,
            most,
            style: Style::new(),
            nothing: Style::new(),
        };
        curve.render(area, &mut buf);
        buf
    }

    #[test]
    fn a_sample_stands_for_the_time_before_it_and_the_future_stays_empty() {
        let samples = [sample(100, 1.0), sample(200, 2.0), sample(300, 4.0)];
        let buf = drawn(&samples, Window { from: 0, to: 400 }, 4.0, 4, 2);
        assert_eq!(buf, Buffer::with_lines(["  █ ", "▄██ "]));
    }

    #[test]
    fn a_known_value_of_nothing_has_a_mark() {
        let samples = [sample(100, 0.0), sample(200, 2.0)];
        let buf = drawn(&samples, Window { from: 0, to: 300 }, 2.0, 3, 2);
        assert_eq!(buf, Buffer::with_lines([" █ ", "·█ "]));
    }

    #[test]
    fn absurd_scales_and_no_room_can_be_drawn() {
        let samples = [sample(100, f64::from(u32::MAX))];
        for most in [0.0, f64::NAN, f64::INFINITY, 1e-300] {
            drawn(&samples, Window { from: 0, to: 1 }, most, 3, 2);
            drawn(
                &samples,
                Window {
                    from: 0,
                    to: u64::MAX,
                },
                most,
                0,
                0,
            );
        }
    }
}
