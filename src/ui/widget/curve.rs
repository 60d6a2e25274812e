//! A curve as a row of columns, drawn to the eighth of a cell.
//!
//! ```text
//!   ▃▆█████▆
//! ▂████████████▁
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::RISING;
use crate::app::timeline::Window;
use crate::domain::time::Nanos;
use crate::domain::trace::Sample;

/// No column looks at more samples than this.
const LOOKED_AT: usize = 16;

/// A curve over time.
#[derive(Clone, Copy, Debug)]
pub struct Curve<'a> {
    samples: &'a [Sample],
    value: fn(&Sample) -> f64,
    window: Window,
    most: f64,
    style: Style,
}

impl<'a> Curve<'a> {
    /// The curve of `value`, where `most` fills the room.
    #[must_use]
    pub fn new(
        samples: &'a [Sample],
        value: fn(&Sample) -> f64,
        window: Window,
        most: f64,
        style: Style,
    ) -> Curve<'a> {
        Curve { samples, value, window, most, style }
    }

    /// The value between two moments. A sample stands for the time since the one before it.
    fn between(&self, from: Nanos, to: Nanos) -> Option<f64> {
        let first = self.samples.partition_point(|sample| sample.at <= from);
        let last = self.samples.partition_point(|sample| sample.at < to);
        let covering = self.samples.get(first..(last + 1).min(self.samples.len()))?;
        let step = covering.len().div_ceil(LOOKED_AT).max(1);
        let looked_at = || covering.iter().step_by(step);
        let sum: f64 = looked_at().map(self.value).sum();
        (!covering.is_empty()).then(|| sum / looked_at().count() as f64)
    }
}

impl Widget for &Curve<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        for (i, column) in (0u16..).zip(area.columns()) {
            let (from, to) = (self.window.boundary(i, area.width), self.window.boundary(i + 1, area.width));
            let Some(value) = self.between(from, to) else { continue };
            let share = if self.most > 0.0 { (value / self.most).clamp(0.0, 1.0) } else { 0.0 };
            let eighths = (share * f64::from(area.height) * 8.0).round() as usize;
            for (from_below, y) in column.rows().map(|cell| cell.y).rev().enumerate() {
                let fill = eighths.saturating_sub(from_below * 8).min(8);
                if fill > 0 {
                    buf[(column.x, y)].set_symbol(RISING[fill]).set_style(self.style);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at: Nanos, in_flight: u32) -> Sample {
        Sample { at, in_flight, on_core: 0.0 }
    }

    fn drawn(samples: &[Sample], window: Window, most: f64, width: u16, height: u16) -> Buffer {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        Curve::new(samples, |sample| f64::from(sample.in_flight), window, most, Style::new())
            .render(area, &mut buf);
        buf
    }

    #[test]
    fn a_sample_stands_for_the_time_before_it_and_the_future_stays_empty() {
        let samples = [sample(100, 1), sample(200, 2), sample(300, 4)];
        let buf = drawn(&samples, Window { from: 0, to: 400 }, 4.0, 4, 2);
        assert_eq!(buf, Buffer::with_lines(["  █ ", "▄██ "]));
    }

    #[test]
    fn absurd_scales_and_no_room_can_be_drawn() {
        let samples = [sample(100, u32::MAX)];
        for most in [0.0, f64::NAN, f64::INFINITY, 1e-300] {
            drawn(&samples, Window { from: 0, to: 1 }, most, 3, 2);
            drawn(&samples, Window { from: 0, to: u64::MAX }, most, 0, 0);
        }
    }
}
