//! A time axis: ticks at round times, each with its label right beside it.
//!
//! ```text
//! ╵0 s         ╵0.2 s       ╵0.4 s       ╵0.6 s
//! ```

use ratatui::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::{
    domain::time::Nanos,
    present::chart::{moment, round_lengths},
    ui::{
        area::{cells, split_left},
        panel::draw_text,
        window::Window,
    },
};

/// The minimum distance between labels, in columns.
const APART: u64 = 10;

/// A time axis.
pub struct Axis {
    /// The window of time that the axis shows.
    pub window: Window,
    /// A moment that is marked on the axis, if it is in view, and the style of the mark. A label that would overlap it
    /// is left out.
    pub cursor: Option<(Nanos, Style)>,
}

impl Widget for Axis {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let Window { from, to } = self.window;
        let span = self.window.span();
        if area.is_empty() || span == 0 {
            return;
        }
        let tip = self
            .cursor
            .and_then(|(at, style)| Some((self.window.part_of(at, area.width)?, style)));
        let step = step(self.window, area.width);
        let mut at = from.div_ceil(step).checked_mul(step);
        while let Some(t) = at.filter(|t| *t < to) {
            let column = u128::from(t - from) * u128::from(area.width) / u128::from(span);
            let (_, room) = split_left(area, cells(column as usize));
            let label = format!("╵{}", moment(t, step));
            let length = cells(label.chars().count());
            let taken = room.x - area.x..=(room.x - area.x).saturating_add(length);
            let is_free = tip.is_none_or(|(tip, _)| !taken.contains(&tip));
            if length <= room.width && is_free {
                draw_text(label, Style::new(), room, buf);
            }
            at = t.checked_add(step);
        }
        if let Some((column, style)) = tip {
            buf.set_string(area.x + column, area.y, "▲", style);
        }
    }
}

/// The distance between ticks: the shortest of 1, 2, 5, 10, … that keeps even long labels apart.
fn step(window: Window, width: u16) -> Nanos {
    let least = |step: Nanos| {
        // No label is longer than the last one. A tick precedes it, and a space follows it.
        let apart = APART.max(moment(window.to, step).chars().count() as u64 + 2);
        (u128::from(window.span()) * u128::from(apart)).div_ceil(u128::from(width.max(1)))
    };
    let fits = |step: &Nanos| u128::from(*step) >= least(*step);
    round_lengths().find(fits).unwrap_or(Nanos::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(from: Nanos, to: Nanos, width: u16) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        let axis = Axis {
            window: Window { from, to },
            cursor: None,
        };
        axis.render(area, &mut buf);
        buf.content().iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn ticks_are_at_round_times_with_units() {
        assert_eq!(
            drawn(0, 1_000_000_000, 40),
            "╵0 s                ╵0.5 s              "
        );
        assert_eq!(
            drawn(0, 1_000_000_000, 60),
            "╵0 s        ╵0.2 s      ╵0.4 s      ╵0.6 s      ╵0.8 s      "
        );
    }

    #[test]
    fn a_zoomed_axis_starts_at_the_first_round_time_in_view() {
        assert_eq!(
            drawn(95_000_000, 145_000_000, 60),
            "      ╵100 ms     ╵110 ms     ╵120 ms     ╵130 ms           "
        );
    }

    #[test]
    fn long_labels_of_a_short_span_late_in_a_run_keep_their_units() {
        for width in [40, 60, 71, 120] {
            let from = 100_000_000_000;
            let row = drawn(from, from + 10_000, width);
            let labels: Vec<&str> = row.split('╵').skip(1).map(str::trim_end).collect();
            assert!(
                !labels.is_empty() && labels.iter().all(|label| label.ends_with(" µs")),
                "{row}"
            );
        }
    }

    #[test]
    fn a_tip_is_at_its_moment_and_no_label_is_in_its_way() {
        let area = Rect::new(0, 0, 60, 1);
        let mut buf = Buffer::empty(area);
        let axis = Axis {
            window: Window {
                from: 0,
                to: 1_000_000_000,
            },
            cursor: Some((250_000_000, Style::new())),
        };
        axis.render(area, &mut buf);
        let row: String = buf.content().iter().map(|cell| cell.symbol()).collect();
        assert_eq!(
            row,
            "╵0 s           ▲        ╵0.4 s      ╵0.6 s      ╵0.8 s      "
        );
    }

    proptest! {
        #[test]
        fn any_span_of_time_has_an_axis(from in any::<u64>(), span in 1u64.., width in 0u16..300) {
            drawn(from, from.saturating_add(span).max(1), width);
        }
    }
}
