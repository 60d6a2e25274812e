//! A bar per worker over time.
//!
//! ```text
//! ▆▇█▆▇▆█▇▆▇   the ink of a column is the share of its time that was computing
//! ──────█≡█─   without ink it shows what took longest: here waiting for the network, then writing
//! ▂╳▂╳▃╳▂╳▂╳   with less than half ink it shows both: the ink in one column, what took longest in the next
//!
//! ╳╳╳█╳╳╳      if there is room, bars are several rows high, and ink rises in them. A worker that wants a core or the
//! ╳╳╳█╳╳╳      lock and gets none is hatched up to the height of full ink. So a bar is what its worker wanted, and the
//! ▆▅▆█▅▆▅──≡─  ink is what it got. A worker that wants neither is a thin line at the bottom
//! ```
//!
//! Drawing costs one look-up per cell, independent of the number of events.

use ratatui::{buffer::Buffer, layout::Rect, widgets::Widget};

use crate::{
    domain::{
        phase::{Phase, PhaseTimes},
        time::Nanos,
        trace::{Lane, Trace},
    },
    ui::{area::cells, theme::Theme, widget::RISING, window::Window},
};

/// A share from here on counts as the whole, because the rest is the cost of stamps.
const WHOLE: f64 = 0.995;
/// The maximum height of a bar, in rows. More rows would not show more.
const HIGHEST: u16 = 12;

/// The contents of one column of a bar; empty if nothing has happened yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellInk {
    /// The number of filled eighths of a cell, from below.
    pub eighths: u16,
    /// The phase that took longest besides computing.
    pub other: Option<Phase>,
    /// Whether the mark of that phase replaces the ink.
    pub gives_way: bool,
}

impl CellInk {
    /// The contents of a cell for a period, in a bar in which full ink is `full` eighths of a cell tall.
    ///
    /// The eighths are rounded down, so that workers that take turns on one core, for example under the lock, together
    /// never fill more than one bar of a column. (Beside a share that counts as the whole, the others are too small for
    /// an eighth.)
    pub fn of(times: &PhaseTimes, full: u16) -> CellInk {
        let total = times.total();
        if total == 0 {
            return CellInk::default();
        }
        let share = times[Phase::Computing] as f64 / total as f64;
        // The tiny number compensates for the rounding of the division and the multiplication.
        let eighths = if share >= WHOLE {
            full
        } else {
            (share * f64::from(full) + 1e-9) as u16
        };
        // A share that is too small to draw must not leave a gap, because a lane has none.
        let other = times.dominant_except(Phase::Computing);
        CellInk {
            eighths,
            other,
            gives_way: false,
        }
    }

    /// This cell to the right of `left`, in a bar of `height` rows. If a mark has no room except in place of the ink,
    /// and the mark says more, ink and mark alternate. A single column shows the ink of a worker that wanted a core,
    /// and the mark of a worker that did not.
    #[must_use]
    pub(crate) fn right_of(self, left: CellInk, height: u16) -> CellInk {
        let is_little = |ink: CellInk| (1..height * 4).contains(&ink.eighths);
        let gives_way = is_little(self)
            && !self.is_hatched(height)
            && if is_little(left) {
                !left.gives_way
            } else {
                !self.is_starved()
            };
        CellInk { gives_way, ..self }
    }

    /// Whether the mark stands for a worker that waits for a core or the lock.
    fn is_starved(self) -> bool {
        let other = self.other;
        other.is_some_and(|phase| phase.description().is_starved)
    }

    /// Whether the mark continues up to the height of full ink.
    fn is_hatched(self, height: u16) -> bool {
        height > 1 && self.is_starved()
    }

    /// Draws one column of a bar.
    pub(crate) fn draw(self, column: Rect, theme: Theme, buf: &mut Buffer) {
        if self == CellInk::default() {
            return;
        }
        let eighths = if self.gives_way { 0 } else { self.eighths };
        for (row, cell) in (0..).zip(column.rows().rev()) {
            let fill = usize::from(eighths.saturating_sub(row * 8)).min(8);
            let is_marked = if self.is_hatched(column.height) {
                row >= eighths.div_ceil(8)
            } else {
                row == 0 && eighths == 0
            };
            let (symbol, phase) = match self.other.filter(|_| is_marked) {
                Some(phase) => (phase.description().mark, phase),
                None => (RISING[fill], Phase::Computing),
            };
            buf[(cell.x, cell.y)]
                .set_symbol(symbol)
                .set_style(theme.phase(phase));
        }
    }
}

/// The height and spacing of bars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pitch {
    /// The height of a bar, in rows.
    pub bar: u16,
    /// The number of empty rows below a bar.
    pub gap: u16,
}

impl Pitch {
    /// One row each, without gaps.
    pub const DENSE: Pitch = Pitch { bar: 1, gap: 0 };

    /// The tallest bars for `lanes` workers in `rows` rows. If there is room to spare, the bars do not touch. Two rows
    /// without a gap are better than one row with a gap, because they have room for the mark of the waiting phase.
    pub fn fitting(lanes: usize, rows: u16) -> Pitch {
        let lanes = cells(lanes.max(1));
        // The last bar needs no gap below it.
        match (rows.saturating_add(1)) / lanes {
            0 | 1 => Pitch::DENSE,
            2 if rows / lanes == 2 => Pitch { bar: 2, gap: 0 },
            slot => Pitch {
                bar: (slot - 1).min(HIGHEST),
                gap: 1,
            },
        }
    }

    /// How many eighths of a cell full ink fills in a bar with `height` rows in view. Tall bars without a gap keep an
    /// eighth free, which separates them.
    fn full(self, height: u16) -> u16 {
        height.saturating_mul(8) - u16::from(self.gap == 0 && height > 1)
    }

    /// The number of rows from one bar to the next.
    pub fn rows(self) -> u16 {
        self.bar + self.gap
    }

    /// The room of each bar in `area`, from top to bottom.
    pub fn bars(self, area: Rect) -> impl Iterator<Item = Rect> {
        let rows = self.rows().max(1);
        (0..area.height.div_ceil(rows)).map(move |i| {
            let y = area.y + i * rows;
            Rect {
                y,
                height: self.bar.min(area.bottom() - y),
                ..area
            }
        })
    }
}

/// Bars of some workers of a trace.
pub struct Gantt<'a> {
    /// The trace to draw.
    pub trace: &'a Trace,
    /// The workers, from top to bottom.
    pub lanes: Vec<usize>,
    /// The window of time in view.
    pub window: Window,
    /// The height and spacing of the bars.
    pub pitch: Pitch,
    /// The theme of the bars.
    pub theme: Theme,
}

impl Gantt<'_> {
    fn draw_lane(&self, lane: &Lane, bar: Rect, buf: &mut Buffer) {
        let now = self.trace.now;
        let full = self.pitch.full(bar.height);
        let mut before = lane.times_until(self.window.from, now);
        let mut ink = CellInk::default();
        for (i, column) in (1..).zip(bar.columns()) {
            let until = lane.times_until(self.window.boundary(i, bar.width), now);
            ink = CellInk::of(&until.since(&before), full).right_of(ink, bar.height);
            ink.draw(column, self.theme, buf);
            before = until;
        }
    }
}

impl Widget for Gantt<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        for (row, lane) in self.pitch.bars(area).zip(&self.lanes) {
            if let Some(lane) = self.trace.lanes.get(*lane) {
                self.draw_lane(lane, row, buf);
            }
        }
    }
}

/// All workers of a trace in the available rows. Each row represents several workers and shows all of them together.
/// Row `i` of `n` represents [`Trace::lanes_of_row`]`(i, n)`.
pub struct Overview<'a> {
    /// The trace to draw.
    pub trace: &'a Trace,
    /// The window of time in view.
    pub window: Window,
    /// The theme of the bars.
    pub theme: Theme,
}

impl Widget for Overview<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let moments: Vec<Nanos> = (0..=area.width)
            .map(|i| self.window.boundary(i, area.width))
            .collect();
        for (i, row) in area.rows().enumerate() {
            let lanes = self.trace.lanes_of_row(i, usize::from(area.height));
            let times = self.trace.times_together(lanes, &moments);
            let mut ink = CellInk::default();
            for (times, column) in times.iter().zip(row.columns()) {
                ink = CellInk::of(times, 8).right_of(ink, 1);
                ink.draw(column, self.theme, buf);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        catalog::{
            model::Model,
            workload::Workload::{Cpu, Io},
        },
        domain::trace::{Batch, LaneUpdate, Transition},
        fixtures::{explorer::Scenario, sample},
    };

    fn concluded(scenario: &Scenario) -> Trace {
        let mut trace = Trace::new(scenario.plan().workers);
        trace.apply(scenario.batch(0, scenario.wall()));
        trace.conclude(scenario.wall());
        trace
    }

    fn bars(trace: &Trace, window: Window, pitch: Pitch) -> Gantt<'_> {
        Gantt {
            trace,
            lanes: (0..trace.lanes.len()).collect(),
            window,
            pitch,
            theme: Theme::plain(),
        }
    }

    fn lane_of(phases: &[(Phase, u64)]) -> Trace {
        let mut at = 0;
        let mut transitions = vec![];
        for (phase, length) in phases {
            transitions.push(Transition {
                at,
                task: Some(0),
                phase: *phase,
                core: 0,
                after_gap: false,
            });
            at += length;
        }
        let mut trace = Trace::new(1);
        let lanes = vec![LaneUpdate {
            transitions,
            last_stamp: at,
            ..LaneUpdate::default()
        }];
        trace.apply(Batch {
            now: at,
            lanes,
            ..Batch::default()
        });
        trace.conclude(at);
        trace
    }

    fn drawn(trace: &Trace, window: Window, width: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, u16::try_from(trace.lanes.len()).unwrap());
        let mut buf = Buffer::empty(area);
        bars(trace, window, Pitch::DENSE).render(area, &mut buf);
        rows(&buf)
    }

    fn rows(buf: &Buffer) -> Vec<String> {
        buf.area
            .rows()
            .map(|row| row.columns().map(|at| buf[(at.x, at.y)].symbol()).collect())
            .collect()
    }

    fn eighths(symbol: char) -> usize {
        RISING
            .iter()
            .position(|fill| fill.chars().eq([symbol]))
            .unwrap_or(0)
    }

    #[test]
    fn ink_is_the_share_of_computing_and_a_mark_shows_the_other_phase() {
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
        assert_eq!(drawn(&trace, Window { from: 0, to: 600 }, 6), ["█▄─≡┊·"]);
    }

    #[test]
    fn zooming_in_resolves_the_segments() {
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
            let trace = concluded(&Scenario::new(
                sample::plan(Cpu, Model::GilThreads, workers),
                2,
            ));
            for width in [1, 7, 40, 90, 400] {
                let rows = drawn(
                    &trace,
                    Window {
                        from: 0,
                        to: trace.now,
                    },
                    width,
                );
                for column in 0..usize::from(width) {
                    let ink: usize = rows
                        .iter()
                        .map(|row| eighths(row.chars().nth(column).unwrap()))
                        .sum();
                    assert!(
                        ink <= 8,
                        "{ink} eighths in column {column} of {width} with {workers} workers"
                    );
                }
            }
        }
    }

    #[test]
    fn two_processes_on_two_cores_are_two_solid_bars() {
        let trace = concluded(&Scenario::new(sample::plan(Cpu, Model::Processes, 2), 2));
        let rows = drawn(
            &trace,
            Window {
                from: 0,
                to: trace.now,
            },
            60,
        );
        for row in rows {
            assert!(row.chars().skip(1).all(|cell| cell == '█'), "{row}");
        }
    }

    #[test]
    fn a_high_bar_is_hatched_above_its_ink_if_its_worker_wants_a_core_and_is_a_thin_line_if_not() {
        let trace = lane_of(&[
            (Phase::Computing, 25),
            (Phase::Gil, 75),
            (Phase::Network, 100),
            (Phase::Computing, 100),
        ]);
        let area = Rect::new(0, 0, 3, 3);
        let mut buf = Buffer::empty(area);
        let pitch = Pitch::fitting(1, 3);
        bars(&trace, Window { from: 0, to: 300 }, pitch).render(area, &mut buf);
        assert_eq!(rows(&buf), ["╳ █", "╳ █", "▆─█"]);
        let trace = lane_of(&[(Phase::Computing, 60), (Phase::Gil, 40)]);
        let mut buf = Buffer::empty(Rect::new(0, 0, 1, 3));
        bars(&trace, Window { from: 0, to: 100 }, pitch).render(area, &mut buf);
        assert_eq!(rows(&buf), ["╳", "▆", "█"], "the mark is where ink is not");
    }

    #[test]
    fn bars_are_as_high_as_the_room_allows_and_do_not_touch() {
        assert_eq!(Pitch::fitting(4, 17), Pitch { bar: 3, gap: 1 });
        assert_eq!(Pitch::fitting(2, 40), Pitch { bar: 12, gap: 1 });
        assert_eq!(Pitch::fitting(9, 17), Pitch { bar: 1, gap: 1 });
        assert_eq!(Pitch::fitting(16, 17), Pitch::DENSE);
        assert_eq!(Pitch::fitting(4, 9), Pitch { bar: 2, gap: 0 });
        assert_eq!(Pitch::fitting(0, 0), Pitch::DENSE);
    }

    #[test]
    fn a_lane_has_no_hole_however_little_it_computes() {
        for other in [Phase::Gil, Phase::File, Phase::Network, Phase::Ready] {
            for computing in [0, 4, 16, 40, 120] {
                let half = [(Phase::Computing, computing), (other, 1000 - computing)];
                let trace = lane_of(&half.repeat(2));
                for height in 1..5 {
                    let area = Rect::new(0, 0, 2, height);
                    let mut buf = Buffer::empty(area);
                    let window = Window { from: 0, to: 2000 };
                    let pitch = Pitch {
                        bar: height,
                        gap: 1,
                    };
                    bars(&trace, window, pitch).render(area, &mut buf);
                    let drawn = rows(&buf);
                    let lowest = &drawn[usize::from(height) - 1];
                    assert!(!lowest.contains(' '), "{other:?} {computing} {height}");
                    let has_both = drawn
                        .iter()
                        .any(|row| row.contains(other.description().mark));
                    assert!(has_both, "both are seen in two columns: {drawn:?}");
                }
            }
        }
    }

    #[test]
    fn in_a_lane_of_one_row_ink_below_half_takes_turns_with_what_took_longest_and_more_does_not() {
        for other in [Phase::Gil, Phase::Ready, Phase::File, Phase::Network] {
            for computing in 1..100 {
                let segment = [(Phase::Computing, computing), (other, 100 - computing)];
                let trace = lane_of(&segment.repeat(4));
                let [row] = &drawn(&trace, Window { from: 0, to: 400 }, 4)[..] else {
                    panic!("one lane")
                };
                let marks = row.matches(other.description().mark).count();
                let expected = match computing * 8 / 100 {
                    0 => 4,
                    1..4 => 2,
                    _ => 0,
                };
                assert_eq!(marks, expected, "{computing} %: {row}");
            }
        }
    }

    #[test]
    fn a_worker_that_wants_neither_core_nor_lock_is_a_line_at_one_height() {
        let thin = Phase::MEASURED
            .into_iter()
            .filter(|phase| *phase != Phase::Computing && !phase.description().is_starved);
        for phase in thin {
            let segments: Vec<_> = (0..40)
                .flat_map(|i| [(Phase::Computing, i), (phase, 100 - i)])
                .collect();
            let trace = lane_of(&segments);
            let area = Rect::new(0, 0, 40, 4);
            let mut buf = Buffer::empty(area);
            let pitch = Pitch { bar: 4, gap: 1 };
            bars(&trace, Window { from: 0, to: 4000 }, pitch).render(area, &mut buf);
            for row in &rows(&buf)[..3] {
                assert!(!row.contains(phase.description().mark), "{phase:?}: {row}");
            }
        }
    }

    #[test]
    fn bars_without_a_gap_are_still_distinguishable() {
        let area = Rect::new(0, 0, 2, 4);
        let mut buf = Buffer::empty(area);
        let trace = lane_of(&[(Phase::Computing, 100)]);
        let both = Gantt {
            lanes: vec![0, 0],
            ..bars(
                &trace,
                Window { from: 0, to: 100 },
                Pitch { bar: 2, gap: 0 },
            )
        };
        both.render(area, &mut buf);
        assert_eq!(rows(&buf), ["▇▇", "██", "▇▇", "██"]);
    }

    #[test]
    fn nothing_is_drawn_beyond_the_end_of_a_run() {
        let trace = lane_of(&[(Phase::Computing, 100)]);
        assert_eq!(drawn(&trace, Window { from: 0, to: 400 }, 4), ["█   "]);
    }

    #[test]
    fn an_overview_shows_all_workers_in_few_rows() {
        let trace = concluded(&Scenario::new(sample::plan(Io, Model::Threads, 64), 2));
        let area = Rect::new(0, 0, 8, 4);
        let mut buf = Buffer::empty(area);
        Overview {
            trace: &trace,
            window: Window {
                from: 0,
                to: trace.now,
            },
            theme: Theme::plain(),
        }
        .render(area, &mut buf);
        // There are 16 tasks: the workers of the first row fetch, and the others do not get a task.
        let rows = rows(&buf);
        assert!(rows[0].contains('─'), "{rows:?}");
        assert!(!rows[1].contains('─') && !rows[3].contains('─'), "{rows:?}");
    }

    #[test]
    fn a_row_of_the_overview_includes_every_worker_it_stands_for() {
        let lanes = 1_000;
        // Only one of them computes, and its row varies. All others are idle.
        for busy in [0, 3, 499, 777, 999] {
            let mut trace = Trace::new(lanes);
            let lane = |lane| LaneUpdate {
                transitions: vec![Transition {
                    at: 0,
                    task: None,
                    phase: if lane == busy {
                        Phase::Network
                    } else {
                        Phase::Starting
                    },
                    core: 0,
                    after_gap: false,
                }],
                last_stamp: 1_000_000,
                ..LaneUpdate::default()
            };
            trace.apply(Batch {
                now: 1_000_000,
                lanes: (0..lanes).map(lane).collect(),
                ..Batch::default()
            });
            trace.conclude(1_000_000);
            let sum: u64 = (0..20)
                .map(|row| {
                    trace.times_together(trace.lanes_of_row(row, 20), &[0, 1_000_000])[0]
                        [Phase::Network]
                })
                .sum();
            assert_eq!(sum, 1_000_000, "worker {busy}");
        }
    }

    proptest! {
        #[test]
        fn workers_that_share_a_core_never_draw_more_than_one(
            parts in proptest::collection::vec(1u64..1000, 1..64), full in 8u16..48,
        ) {
            let total: u64 = parts.iter().sum();
            let ink: u64 = parts
                .iter()
                .map(|part| {
                    let mut times = PhaseTimes::default();
                    times[Phase::Computing] = *part;
                    times[Phase::Gil] = total - part;
                    u64::from(CellInk::of(&times, full).eighths)
                })
                .sum();
            prop_assert!(ink <= u64::from(full));
        }

        #[test]
        fn any_room_and_any_window_can_be_drawn(
            width in 0u16..200, height in 0u16..40, bar in 0u16..9, from in any::<u64>(), span in 1u64..,
        ) {
            let trace = lane_of(&[(Phase::Computing, 50), (Phase::Gil, 150)]);
            let window = Window { from, to: from.saturating_add(span) };
            let mut buf = Buffer::empty(Rect::new(0, 0, 50, 10));
            let area = Rect::new(3, 1, width, height);
            let pitch = Pitch { bar, gap: 1 };
            let theme = Theme::default();
            Gantt { lanes: vec![0, 7], theme, ..bars(&trace, window, pitch) }.render(area, &mut buf);
            Overview { trace: &trace, window, theme }.render(area, &mut buf);
        }
    }
}
