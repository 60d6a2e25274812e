//! A bar per worker over time.
//!
//! ```text
//! ▃▂▃▃▂▃▂▃▃▂   a cell's ink is the share of its time that was computing
//! ──────█≡█─   without ink it shows what took longest: here waiting for the network, then writing
//! ```
//!
//! Drawing costs one look-up per cell, however many events there are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::RISING;
use crate::app::timeline::Window;
use crate::domain::phase::{Phase, PhaseTimes};
use crate::domain::trace::{Lane, Trace};
use crate::ui::theme::{self, Theme};

/// So much of an eighth may be lost to stamps, and it still counts as one: half a percent of a cell. Nine workers that
/// share eight eighths of a core would need 36 times as much to draw a ninth, so the promise of [`Ink::of`] holds.
const STAMPS: f64 = 0.04;

/// What one cell shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Nothing was going on yet.
    Nothing,
    /// So many eighths of its time were computing: 1 to 8.
    Work(u8),
    /// Hardly any computing, mostly this.
    Mark(Phase),
}

impl Ink {
    /// What to show of a stretch of time.
    ///
    /// The eighths are rounded down: workers that take turns on one core, as under the lock, together never fill more
    /// than one cell of a column.
    #[must_use]
    pub fn of(times: &PhaseTimes) -> Ink {
        let total = times.total();
        if total == 0 {
            return Ink::Nothing;
        }
        let share = times[Phase::Computing] as f64 / total as f64;
        // Between 0 and 8, as a share is at most one.
        let eighths = (share * 8.0 + STAMPS) as u8;
        match times.dominant_except(Phase::Computing) {
            Some(phase) if eighths == 0 => Ink::Mark(phase),
            _ => Ink::Work(eighths.clamp(1, 8)),
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Ink::Nothing => " ",
            Ink::Work(eighths) => RISING[usize::from(eighths).min(8)],
            Ink::Mark(phase) => theme::mark(phase),
        }
    }

    fn style(self, theme: Theme) -> Style {
        match self {
            Ink::Nothing => Style::new(),
            Ink::Work(_) => theme.phase(Phase::Computing),
            Ink::Mark(phase) => theme.phase(phase),
        }
    }
}

/// Bars of some workers of a trace, one per row.
#[derive(Clone, Debug)]
pub struct Gantt<'a> {
    trace: &'a Trace,
    lanes: Vec<usize>,
    window: Window,
    theme: Theme,
}

impl<'a> Gantt<'a> {
    /// The bars of all workers of `trace` in this stretch of time.
    #[must_use]
    pub fn new(trace: &'a Trace, window: Window, theme: Theme) -> Gantt<'a> {
        Gantt { trace, lanes: (0..trace.lanes().len()).collect(), window, theme }
    }

    /// Only these workers, from top to bottom.
    #[must_use]
    pub fn lanes(mut self, lanes: impl IntoIterator<Item = usize>) -> Gantt<'a> {
        self.lanes = lanes.into_iter().collect();
        self
    }

    fn draw_lane(&self, lane: &Lane, row: Rect, buf: &mut Buffer) {
        let now = self.trace.now();
        let mut before = lane.times_until(self.window.from, now);
        for column in 0..row.width {
            let until = lane.times_until(self.window.boundary(column + 1, row.width), now);
            let ink = Ink::of(&until.since(&before));
            before = until;
            buf[(row.x + column, row.y)].set_symbol(ink.symbol()).set_style(ink.style(self.theme));
        }
    }
}

impl Widget for &Gantt<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        for (row, lane) in area.rows().zip(&self.lanes) {
            if let Some(lane) = self.trace.lanes().get(*lane) {
                self.draw_lane(lane, row, buf);
            }
        }
    }
}

/// All workers of a trace, squeezed into the rows there are: each row stands for several, of which a few are looked at.
#[derive(Clone, Debug)]
pub struct Overview<'a> {
    trace: &'a Trace,
    window: Window,
    theme: Theme,
}

/// How many workers a row of the overview looks at, at most: more would make drawing depend on their number.
pub const SAMPLED: usize = 4;

impl<'a> Overview<'a> {
    /// All workers of `trace` in this stretch of time.
    #[must_use]
    pub fn new(trace: &'a Trace, window: Window, theme: Theme) -> Overview<'a> {
        Overview { trace, window, theme }
    }

    /// Whether each row looks only at some of the workers that it stands for.
    #[must_use]
    pub fn is_sampled(lanes: usize, rows: u16) -> bool {
        lanes > usize::from(rows) * SAMPLED
    }

    fn draw_row(&self, lanes: std::ops::Range<usize>, row: Rect, buf: &mut Buffer) {
        let step = lanes.len().div_ceil(SAMPLED).max(1);
        let now = self.trace.now();
        let times = |t| {
            let mut sum = PhaseTimes::default();
            for lane in lanes.clone().step_by(step) {
                sum.add(&self.trace.lanes()[lane].times_until(t, now));
            }
            sum
        };
        let mut before = times(self.window.from);
        for column in 0..row.width {
            let until = times(self.window.boundary(column + 1, row.width));
            let ink = Ink::of(&until.since(&before));
            before = until;
            buf[(row.x + column, row.y)].set_symbol(ink.symbol()).set_style(ink.style(self.theme));
        }
    }
}

impl Widget for &Overview<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let (lanes, rows) = (self.trace.lanes().len(), usize::from(area.height));
        for (i, row) in area.rows().enumerate() {
            self.draw_row(lanes * i / rows..lanes * (i + 1) / rows, row, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::sample::Scenario;
    use crate::domain::model::Model;
    use crate::domain::record::sample;
    use crate::domain::trace::{Batch, LaneUpdate, Transition};
    use crate::domain::workload::WorkloadKind::{Cpu, Io};
    use proptest::prelude::*;

    fn concluded(scenario: &Scenario) -> Trace {
        let mut trace = Trace::new(scenario.plan().workers());
        trace.apply(scenario.batch(0, scenario.wall()));
        trace.conclude(scenario.wall());
        trace
    }

    fn lane_of(phases: &[(Phase, u64)]) -> Trace {
        let mut at = 0;
        let mut transitions = vec![];
        for (phase, length) in phases {
            transitions.push(Transition { at, task: Some(0), phase: *phase, core: 0, after_gap: false });
            at += length;
        }
        let mut trace = Trace::new(1);
        let lanes = vec![LaneUpdate { transitions, last_stamp: at, ..LaneUpdate::default() }];
        trace.apply(Batch { now: at, lanes, ..Batch::default() });
        trace.conclude(at);
        trace
    }

    fn drawn(trace: &Trace, window: Window, width: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, u16::try_from(trace.lanes().len()).unwrap());
        let mut buf = Buffer::empty(area);
        Gantt::new(trace, window, Theme::plain()).render(area, &mut buf);
        rows(&buf)
    }

    fn rows(buf: &Buffer) -> Vec<String> {
        buf.area.rows().map(|row| row.columns().map(|at| buf[(at.x, at.y)].symbol()).collect()).collect()
    }

    fn eighths(symbol: char) -> usize {
        RISING.iter().position(|fill| fill.chars().eq([symbol])).unwrap_or(0)
    }

    #[test]
    fn ink_is_the_share_of_computing_and_a_mark_says_what_else() {
        let trace = lane_of(&[
            (Phase::Computing, 100),
            (Phase::Gil, 50),
            (Phase::Computing, 50),
            (Phase::Network, 100),
            (Phase::File, 95),
            (Phase::Computing, 5),
            (Phase::Ready, 100),
            (Phase::Idle, 100),
        ]);
        assert_eq!(drawn(&trace, Window { from: 0, to: 600 }, 6), ["█▄─≡▒·"]);
    }

    #[test]
    fn zooming_in_resolves_the_slices() {
        let trace = lane_of(&[(Phase::Computing, 50), (Phase::Gil, 150)]);
        assert_eq!(drawn(&trace, Window { from: 0, to: 200 }, 1), ["▂"]);
        assert_eq!(drawn(&trace, Window { from: 0, to: 200 }, 4), ["█╳╳╳"]);
    }

    #[test]
    fn half_a_percent_lost_to_stamps_leaves_a_full_bar_full() {
        let trace = lane_of(&[(Phase::Computing, 996), (Phase::Ready, 4)]);
        assert_eq!(drawn(&trace, Window { from: 0, to: 1000 }, 1), ["█"]);
        let trace = lane_of(&[(Phase::Computing, 980), (Phase::Ready, 20)]);
        assert_eq!(drawn(&trace, Window { from: 0, to: 1000 }, 1), ["▇"]);
    }

    #[test]
    fn under_the_lock_the_workers_of_a_column_together_fill_at_most_one_cell() {
        for workers in [2, 3, 4, 7, 16, 33] {
            let trace = concluded(&Scenario::new(sample::plan(Cpu, Model::GilThreads, workers), 2));
            for width in [1, 7, 40, 90, 400] {
                let rows = drawn(&trace, Window { from: 0, to: trace.now() }, width);
                for column in 0..usize::from(width) {
                    let ink: usize = rows.iter().map(|row| eighths(row.chars().nth(column).unwrap())).sum();
                    assert!(ink <= 8, "{ink} eighths in column {column} of {width} with {workers} workers");
                }
            }
        }
    }

    #[test]
    fn two_processes_on_two_cores_are_two_solid_bars() {
        let trace = concluded(&Scenario::new(sample::plan(Cpu, Model::Processes, 2), 2));
        let rows = drawn(&trace, Window { from: 0, to: trace.now() }, 60);
        for row in rows {
            assert!(row.chars().skip(1).all(|cell| cell == '█'), "{row}");
        }
    }

    #[test]
    fn nothing_is_drawn_beyond_the_end_of_a_run() {
        let trace = lane_of(&[(Phase::Computing, 100)]);
        assert_eq!(drawn(&trace, Window { from: 0, to: 400 }, 4), ["█   "]);
    }

    #[test]
    fn an_overview_shows_all_workers_in_few_rows() {
        let trace = concluded(&Scenario::new(sample::plan(Io, Model::Threads, 200), 2));
        let area = Rect::new(0, 0, 8, 5);
        let mut buf = Buffer::empty(area);
        Overview::new(&trace, Window { from: 0, to: trace.now() }, Theme::plain()).render(area, &mut buf);
        // 16 tasks: the first row's workers fetch, the others find none left.
        let rows = rows(&buf);
        assert!(rows[0].contains('─'), "{rows:?}");
        assert!(!rows[1].contains('─') && !rows[4].contains('─'), "{rows:?}");
        assert!(Overview::is_sampled(200, 5) && !Overview::is_sampled(20, 5));
    }

    proptest! {
        #[test]
        fn workers_that_share_a_core_never_draw_more_than_one(
            parts in proptest::collection::vec(1u64..1000, 1..64),
        ) {
            let total: u64 = parts.iter().sum();
            let ink: u64 = parts
                .iter()
                .map(|part| {
                    let mut times = PhaseTimes::default();
                    times[Phase::Computing] = *part;
                    times[Phase::Gil] = total - part;
                    match Ink::of(&times) {
                        Ink::Work(eighths) => u64::from(eighths),
                        _ => 0,
                    }
                })
                .sum();
            prop_assert!(ink <= 8);
        }

        #[test]
        fn any_room_and_any_window_can_be_drawn(
            width in 0u16..200, height in 0u16..40, from in any::<u64>(), span in 1u64..,
        ) {
            let trace = lane_of(&[(Phase::Computing, 50), (Phase::Gil, 150)]);
            let window = Window { from, to: from.saturating_add(span) };
            let mut buf = Buffer::empty(Rect::new(0, 0, 50, 10));
            let area = Rect::new(3, 1, width, height);
            Gantt::new(&trace, window, Theme::ansi()).lanes([0, 7]).render(area, &mut buf);
            Overview::new(&trace, window, Theme::ansi()).render(area, &mut buf);
        }
    }
}
