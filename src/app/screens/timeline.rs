//! The timeline's view: the window of time, the selected row and the moment.

pub mod inspect;
pub mod keys;
pub mod playback;
pub mod view;

use std::cmp::Reverse;

pub use crate::ui::window::Window;
use crate::{
    domain::{
        time::Nanos,
        trace::{Direction, Trace},
    },
    present::chart::round_lengths,
    ui::window::stepped,
};

/// The initial length of a live time axis, in nanoseconds.
const FIRST_AXIS: Nanos = 100_000_000;

/// The kind of the timeline's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// A row per worker: what it did.
    #[default]
    Workers,
    /// A row per core: which worker it ran.
    Cores,
}

/// The timeline: the user's view of it, and what it shows instead of the live or chosen run.
#[derive(Debug, Default)]
pub(crate) struct TimelineState {
    pub(crate) view: TimelineView,
    /// A run at the moment when the user froze its trace.
    pub(crate) frozen: Option<inspect::Frozen>,
    /// A finished run during its playback.
    pub(crate) playback: Option<playback::Playback>,
}

/// The user's view of the timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimelineView {
    /// Whether the rows are workers or cores.
    pub rows: Rows,
    /// The window of time in view; `None` is the whole run.
    pub zoom: Option<Window>,
    /// The selected row. The rows around it are in view.
    pub row: usize,
    /// The moment under the cursor, once the user has asked for one.
    pub cursor: Option<Nanos>,
    /// Whether the workers are sorted by what they did, instead of by their numbers.
    pub busiest_first: bool,
    /// The columns and rows of the bars, once the shell has reported them. A column is a step of the cursor.
    pub(crate) room: Option<(u16, u16)>,
}

/// The number of turns of the lock that are shown from near.
const TURNS: usize = 10;
/// The number of columns of the bars until the shell has reported it.
const COLUMNS: u16 = 64;

impl TimelineView {
    /// The window of time to draw.
    pub fn window(&self, trace: &Trace) -> Window {
        self.zoom.unwrap_or_else(|| whole(trace))
    }

    /// Resets the view for another run: the first row, the whole run, no cursor.
    pub fn start_over(&mut self) {
        (self.zoom, self.row, self.cursor) = (None, 0, None);
    }

    /// Switches the rows between cores and workers. The moment stays.
    pub fn turn(&mut self) {
        self.rows = match self.rows {
            Rows::Workers => Rows::Cores,
            Rows::Cores => Rows::Workers,
        };
        self.row = 0;
    }

    /// The workers of this run in the order of their rows. They are sorted by their numbers, and if not all have a row
    /// in view, workers without any task come last. Or they are sorted by their time on tasks, the longest first.
    pub fn workers_in_order(&self, trace: &Trace) -> Vec<usize> {
        let on_tasks = |worker: &usize| trace.lanes[*worker].time_on_tasks(trace.now);
        let mut workers: Vec<usize> = (0..trace.lanes.len()).collect();
        let are_too_many = self
            .room
            .is_some_and(|(_, rows)| workers.len() > rows.into());
        if self.busiest_first {
            workers.sort_by_cached_key(|worker| Reverse(on_tasks(worker)));
        } else if are_too_many {
            workers.sort_by_cached_key(|worker| on_tasks(worker) == 0);
        }
        workers
    }

    /// Moves the cursor by `by` of `rows` rows.
    pub fn move_row(&mut self, by: isize, rows: usize) {
        let row = self.row.saturating_add_signed(by);
        self.row = row.min(rows.saturating_sub(1));
    }

    /// Moves the cursor by `by` columns. The first step puts it into the middle of the view.
    pub fn move_cursor(&mut self, by: isize, trace: &Trace) {
        let window = self.window(trace);
        let to = if let Some(at) = self.cursor {
            let columns = self.room.map_or(COLUMNS, |(columns, _)| columns.max(1));
            stepped(at, (window.span() / u64::from(columns)).max(1), by)
        } else {
            let seen = window.to.min(trace.now).max(window.from);
            window.from.midpoint(seen)
        };
        self.look_at(to, trace);
    }

    /// Puts the cursor on a moment of the run, and brings the moment into view.
    pub fn look_at(&mut self, at: Nanos, trace: &Trace) {
        let at = at.min(trace.now.saturating_sub(1));
        self.cursor = Some(at);
        if let Some(window) = self.zoom
            && !(window.from..window.to).contains(&at)
        {
            self.zoom = Some(window.centred(at, trace.now));
        }
    }

    /// Halves or doubles the window in view, up to the whole run, around the cursor or else its middle. The future
    /// stays out of view.
    pub fn zoom(&mut self, closer: bool, trace: &Trace) {
        let window = self.window(trace);
        let in_view = |at: &Nanos| (window.from..window.to).contains(at);
        let centre = self.cursor.filter(in_view).unwrap_or(window.middle());
        self.zoom_around(centre, closer, trace);
    }

    /// Halves or doubles the window in view. The moment `at` stays in its place, as far as the ends of the run allow.
    pub fn zoom_around(&mut self, at: Nanos, closer: bool, trace: &Trace) {
        let window = self.window(trace);
        self.zoom = if closer {
            Some(window.closer(at, trace.now))
        } else {
            part(window.wider(at, trace.now), trace)
        };
    }

    /// Shows a period with half its length added on either side.
    pub fn zoom_to(&mut self, from: Nanos, to: Nanos, trace: &Trace) {
        self.zoom = part(Window::around(from, to, trace.now), trace);
    }

    /// Shows about ten turns of the lock in the middle of the run.
    pub fn zoom_to_turns(&mut self, trace: &Trace) {
        // Between two turns of one worker, each other worker has a turn. The view is twice as long as this period.
        let segments = TURNS.div_ceil(trace.lanes.len().max(1)).max(2);
        let from = trace.now / 2;
        let next = |at: &Nanos| trace.segment_from(0, *at, Direction::Next);
        let ends = std::iter::successors(Some(from), next);
        if let Some(to) = ends.take(segments + 1).last().filter(|to| *to > from) {
            self.zoom_to(from, to, trace);
        }
    }

    /// Moves the window in view by a quarter of its length, to the right or the left.
    pub fn pan(&mut self, right: bool, trace: &Trace) {
        self.zoom = self.zoom.map(|window| window.panned(right, trace.now));
    }
}

/// This window, if it is only a part of the run.
fn part(window: Window, trace: &Trace) -> Option<Window> {
    (window.span() < whole(trace).span()).then_some(window)
}

/// The window of the whole run. For a concluded run it is exact. For a live run it is the next length of the sequence
/// 1-2-5, because an axis that scrolled would repaint every cell of every frame.
pub fn whole(trace: &Trace) -> Window {
    let to = if trace.is_concluded {
        trace.now.max(1)
    } else {
        axis_length(trace.now)
    };
    Window { from: 0, to }
}

fn axis_length(now: Nanos) -> Nanos {
    let mut lengths = round_lengths().skip_while(|length| *length < FIRST_AXIS);
    lengths.find(|length| *length >= now).unwrap_or(Nanos::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        phase::Phase,
        trace::{Batch, LaneUpdate, Transition},
    };

    fn trace(now: Nanos) -> Trace {
        let mut trace = Trace::new(2);
        trace.apply(Batch {
            now,
            ..Batch::default()
        });
        trace
    }

    #[test]
    fn a_live_axis_jumps_through_one_two_five_and_never_scrolls() {
        let lengths: Vec<Nanos> = [1, 100, 101, 200, 350, 700, 1_500, 40_000]
            .map(|ms| axis_length(ms * 1_000_000) / 1_000_000)
            .into();
        assert_eq!(lengths, [100, 100, 200, 200, 500, 1_000, 2_000, 50_000]);
        assert_eq!(axis_length(Nanos::MAX), Nanos::MAX);
    }

    #[test]
    fn workers_without_a_task_come_last_if_not_all_are_in_view_and_the_busiest_first_if_wanted() {
        let mut run = Trace::new(6);
        let on_task = |start: Option<Nanos>| LaneUpdate {
            transitions: start
                .into_iter()
                .map(|at| Transition {
                    at,
                    task: Some(0),
                    phase: Phase::Network,
                    core: 0,
                    after_gap: false,
                })
                .collect(),
            ..LaneUpdate::default()
        };
        let lanes = [None, Some(50), None, Some(70), Some(20), None].map(on_task);
        run.apply(Batch {
            now: 100,
            lanes: lanes.into(),
            ..Batch::default()
        });
        let mut view = TimelineView::default();
        let by_number = [0, 1, 2, 3, 4, 5];
        assert_eq!(
            view.workers_in_order(&run),
            by_number,
            "nobody has said how many rows there are"
        );
        view.room = Some((60, 6));
        assert_eq!(view.workers_in_order(&run), by_number);
        view.room = Some((60, 5));
        assert_eq!(view.workers_in_order(&run), [1, 3, 4, 0, 2, 5]);
        view.busiest_first = true;
        assert_eq!(view.workers_in_order(&run), [4, 1, 3, 0, 2, 5]);
    }

    #[test]
    fn a_concluded_run_fits_exactly() {
        let mut trace = trace(1_000);
        trace.conclude(777);
        assert_eq!(whole(&trace), Window { from: 0, to: 777 });
    }

    #[test]
    fn zooming_in_and_out_stays_inside_the_run_and_comes_back_to_all_of_it() {
        let mut run = trace(1_000_000_000);
        run.conclude(1_000_000_000);
        let mut view = TimelineView::default();
        for _ in 0..60 {
            view.zoom(true, &run);
        }
        assert_eq!(view.window(&run).span(), crate::ui::window::SHORTEST);
        for _ in 0..60 {
            view.zoom(false, &run);
            assert!(view.window(&run).to <= 1_000_000_000);
        }
        assert!(view.zoom.is_none());
    }

    #[test]
    fn zooming_keeps_the_cursor_in_its_place() {
        let mut run = trace(1_000_000_000);
        run.conclude(1_000_000_000);
        let mut view = TimelineView::default();
        view.look_at(300_000_000, &run);
        let mut before = view.window(&run).part_of(300_000_000, 60);
        for _ in 0..10 {
            view.zoom(true, &run);
            let now = view.window(&run).part_of(300_000_000, 60);
            assert!(
                now.unwrap().abs_diff(before.unwrap()) <= 1,
                "{now:?} after {before:?}"
            );
            before = now;
        }
        view.zoom_to(300_000_000, 300_100_000, &run);
        assert_eq!(
            view.window(&run),
            Window {
                from: 299_950_000,
                to: 300_150_000
            }
        );
    }

    #[test]
    fn the_cursor_moves_by_columns_and_the_view_follows() {
        let mut run = trace(1_000_000_000);
        run.conclude(1_000_000_000);
        let mut view = TimelineView {
            room: Some((50, 9)),
            ..TimelineView::default()
        };
        view.move_cursor(1, &run);
        assert_eq!(
            view.cursor,
            Some(500_000_000),
            "the first step only shows it"
        );
        view.move_cursor(-3, &run);
        assert_eq!(view.cursor, Some(440_000_000));
        view.zoom(true, &run);
        (0..200).for_each(|_| view.move_cursor(1, &run));
        assert_eq!(
            (view.cursor, view.window(&run).to),
            (Some(999_999_999), 1_000_000_000)
        );
        (0..400).for_each(|_| view.move_cursor(-1, &run));
        assert_eq!((view.cursor, view.window(&run).from), (Some(0), 0));
    }

    #[test]
    fn zooming_around_a_moment_keeps_it_where_it_is_and_stays_inside_the_run() {
        let mut run = trace(1_000_000_000);
        run.conclude(1_000_000_000);
        for at in [0, 1, 250_000_000, 999_999_999, u64::MAX] {
            let mut view = TimelineView::default();
            for closer in [true, true, true, false, true, false, false, false] {
                let before = view.window(&run);
                view.zoom_around(at, closer, &run);
                let after = view.window(&run);
                let place = |window: Window| {
                    (at.clamp(window.from, window.to) - window.from) as f64 / window.span() as f64
                };
                assert!(after.to <= 1_000_000_000, "{after:?}");
                assert!(
                    !closer || (place(before) - place(after)).abs() < 1e-6,
                    "{at}: {before:?} {after:?}"
                );
            }
            assert!(view.zoom.is_none());
        }
    }

    #[test]
    fn panning_stops_exactly_at_both_ends_of_the_run() {
        let mut run = trace(1_000_000_007);
        run.conclude(1_000_000_007);
        let mut view = TimelineView::default();
        (0..3).for_each(|_| view.zoom(true, &run));
        let span = view.window(&run).span();
        (0..40).for_each(|_| view.pan(true, &run));
        assert_eq!(
            view.window(&run),
            Window {
                from: 1_000_000_007 - span,
                to: 1_000_000_007
            }
        );
        (0..40).for_each(|_| view.pan(false, &run));
        assert_eq!(view.window(&run), Window { from: 0, to: span });
    }

    #[test]
    fn a_live_run_is_never_zoomed_or_panned_into_the_future() {
        // The axis is 1 s long, and a bit more than half of it has passed.
        let run = trace(510_000_000);
        let mut view = TimelineView::default();
        for look in [
            |view: &mut TimelineView, run: &Trace| view.zoom(true, run),
            |view: &mut TimelineView, run: &Trace| view.zoom(true, run),
            |view: &mut TimelineView, run: &Trace| view.pan(true, run),
            |view: &mut TimelineView, run: &Trace| view.pan(true, run),
            |view: &mut TimelineView, run: &Trace| view.zoom(false, run),
        ] {
            look(&mut view, &run);
            assert!(
                view.window(&run).to <= 510_000_000,
                "{:?}",
                view.window(&run)
            );
        }
    }
}
