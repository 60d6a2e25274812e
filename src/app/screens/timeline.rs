//! Which stretch of time, which row and which moment the timeline looks at.

pub mod inspect;
pub mod keys;
pub mod playback;
pub mod view;

use crate::domain::time::Nanos;
use crate::domain::trace::Trace;
pub use crate::ui::window::Window;
use crate::ui::window::stepped;

/// The first length of a live time axis.
const FIRST_AXIS: Nanos = 100_000_000;

/// What the rows of the timeline are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// A worker each: what it did.
    #[default]
    Workers,
    /// A core each: which worker it ran.
    Cores,
}

/// The timeline: how the user looks at it, and at what instead of the run that is on or chosen.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    pub(crate) view: TimelineView,
    /// A run as it was when the user froze its picture.
    pub(crate) frozen: Option<inspect::Frozen>,
    /// A run that is over and played again.
    pub(crate) playback: Option<playback::Playback>,
}

/// What the user did to the timeline's picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineView {
    rows: Rows,
    zoom: Option<Window>,
    /// The row that the cursor is on.
    row: usize,
    /// The moment that the cursor is on, once there is one.
    cursor: Option<Nanos>,
    /// How many columns the bars have: a step of the cursor.
    columns: u16,
}

/// Columns of the bars before the shell has said how many there are.
const COLUMNS: u16 = 64;

impl Default for TimelineView {
    fn default() -> TimelineView {
        TimelineView {
            rows: Rows::Workers,
            zoom: None,
            row: 0,
            cursor: None,
            columns: COLUMNS,
        }
    }
}

impl TimelineView {
    /// The stretch of time to draw.
    pub fn window(&self, trace: &Trace) -> Window {
        self.zoom.unwrap_or_else(|| whole(trace))
    }

    /// Whether only a part of the run is in view.
    pub fn is_zoomed(&self) -> bool {
        self.zoom.is_some()
    }

    /// What the rows are.
    pub fn rows(&self) -> Rows {
        self.rows
    }

    /// The row that the cursor is on. The rows around it are in view.
    pub fn row(&self) -> usize {
        self.row
    }

    /// The moment that the cursor is on, once the user has asked for one.
    pub fn cursor(&self) -> Option<Nanos> {
        self.cursor
    }

    /// Another run is shown: from its first row, whole, without a cursor.
    pub fn start_over(&mut self) {
        *self = TimelineView {
            rows: self.rows,
            columns: self.columns,
            ..TimelineView::default()
        };
    }

    /// The bars have so many columns now.
    pub fn fit_columns(&mut self, columns: u16) {
        self.columns = columns.max(1);
    }

    /// Rows become cores, or workers again; the moment stays.
    pub fn turn(&mut self) {
        self.rows = match self.rows {
            Rows::Workers => Rows::Cores,
            Rows::Cores => Rows::Workers,
        };
        self.row = 0;
    }

    /// Moves the cursor by so many of `rows`.
    pub fn move_row(&mut self, by: isize, rows: usize) {
        self.row = self
            .row
            .saturating_add_signed(by)
            .min(rows.saturating_sub(1));
    }

    /// Moves the cursor by so many columns; the first step puts it into the middle of what is in view.
    pub fn move_cursor(&mut self, by: isize, trace: &Trace) {
        let window = self.window(trace);
        let Some(at) = self.cursor else {
            let seen = window.to.min(trace.now()).max(window.from);
            self.look_at(window.from.midpoint(seen), trace);
            return;
        };
        let column = (window.span() / u64::from(self.columns)).max(1);
        self.look_at(stepped(at, column, by), trace);
    }

    /// Puts the cursor on a moment of the run, which comes into view.
    pub fn look_at(&mut self, at: Nanos, trace: &Trace) {
        let at = at.min(trace.now().saturating_sub(1));
        self.cursor = Some(at);
        if let Some(window) = self.zoom
            && !(window.from..window.to).contains(&at)
        {
            self.zoom = Some(window.centred(at, trace.now()));
        }
    }

    /// Puts the cursor on a row.
    pub fn look_at_row(&mut self, row: usize) {
        self.row = row;
    }

    /// Takes the cursor away.
    pub fn take_cursor(&mut self) {
        self.cursor = None;
    }

    /// Halves the stretch in view around the cursor, or else its middle; what has not happened yet stays out of it.
    pub fn zoom_in(&mut self, trace: &Trace) {
        self.zoom_around(self.centre(trace), true, trace);
    }

    /// Doubles the stretch in view around the cursor, or else its middle, up to the whole run.
    pub fn zoom_out(&mut self, trace: &Trace) {
        self.zoom_around(self.centre(trace), false, trace);
    }

    /// Halves or doubles the stretch in view so that this moment stays where it is, as far as the run's ends allow.
    pub fn zoom_around(&mut self, at: Nanos, closer: bool, trace: &Trace) {
        let window = self.window(trace);
        self.zoom = if closer {
            Some(window.closer(at, trace.now()))
        } else {
            Some(window.wider(at, trace.now())).filter(|wider| wider.span() < whole(trace).span())
        };
    }

    /// Shows a stretch of time with half as much on either side of it.
    pub fn zoom_to(&mut self, from: Nanos, to: Nanos, trace: &Trace) {
        let window = Window::around(from, to, trace.now());
        self.zoom = Some(window).filter(|window| window.span() < whole(trace).span());
    }

    /// What zooming leaves where it is.
    fn centre(&self, trace: &Trace) -> Nanos {
        let window = self.window(trace);
        let in_view = self
            .cursor
            .filter(|at| (window.from..window.to).contains(at));
        in_view.unwrap_or(window.middle())
    }

    /// Shows the whole run again.
    pub fn fit(&mut self) {
        self.zoom = None;
    }

    /// Moves the stretch in view by a quarter of itself, to the right or the left.
    pub fn pan(&mut self, right: bool, trace: &Trace) {
        self.zoom = self.zoom.map(|window| window.panned(right, trace.now()));
    }
}

/// All of a run: a concluded one exactly; for a live one the next length of the sequence 1-2-5, as an axis that scrolled
/// would repaint every cell of every frame.
pub fn whole(trace: &Trace) -> Window {
    let to = if trace.is_concluded() {
        trace.now().max(1)
    } else {
        axis_length(trace.now())
    };
    Window { from: 0, to }
}

fn axis_length(now: Nanos) -> Nanos {
    std::iter::successors(Some(FIRST_AXIS), |decade| decade.checked_mul(10))
        .flat_map(|decade| [1, 2, 5].map(|factor| decade.saturating_mul(factor)))
        .find(|length| *length >= now)
        .unwrap_or(Nanos::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trace::Batch;

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
            view.zoom_in(&run);
        }
        assert_eq!(view.window(&run).span(), crate::ui::window::SHORTEST);
        for _ in 0..60 {
            view.zoom_out(&run);
            assert!(view.window(&run).to <= 1_000_000_000);
        }
        assert!(!view.is_zoomed());
    }

    #[test]
    fn zooming_keeps_the_cursor_in_its_place() {
        let mut run = trace(1_000_000_000);
        run.conclude(1_000_000_000);
        let mut view = TimelineView::default();
        view.look_at(300_000_000, &run);
        let mut before = view.window(&run).part_of(300_000_000, 60);
        for _ in 0..10 {
            view.zoom_in(&run);
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
    fn the_cursor_goes_from_column_to_column_and_takes_the_view_along() {
        let mut run = trace(1_000_000_000);
        run.conclude(1_000_000_000);
        let mut view = TimelineView::default();
        view.fit_columns(50);
        view.move_cursor(1, &run);
        assert_eq!(
            view.cursor(),
            Some(500_000_000),
            "the first step only shows it"
        );
        view.move_cursor(-3, &run);
        assert_eq!(view.cursor(), Some(440_000_000));
        view.zoom_in(&run);
        (0..200).for_each(|_| view.move_cursor(1, &run));
        assert_eq!(
            (view.cursor(), view.window(&run).to),
            (Some(999_999_999), 1_000_000_000)
        );
        (0..400).for_each(|_| view.move_cursor(-1, &run));
        assert_eq!((view.cursor(), view.window(&run).from), (Some(0), 0));
        view.take_cursor();
        assert_eq!(view.cursor(), None);
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
            assert!(!view.is_zoomed());
        }
    }

    #[test]
    fn panning_stops_exactly_at_both_ends_of_the_run() {
        let mut run = trace(1_000_000_007);
        run.conclude(1_000_000_007);
        let mut view = TimelineView::default();
        (0..3).for_each(|_| view.zoom_in(&run));
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
        // The axis is 1 s long, and a bit more than half of it has happened.
        let run = trace(510_000_000);
        let mut view = TimelineView::default();
        for look in [
            TimelineView::zoom_in,
            TimelineView::zoom_in,
            |view: &mut TimelineView, run: &Trace| view.pan(true, run),
            |view: &mut TimelineView, run: &Trace| view.pan(true, run),
            TimelineView::zoom_out,
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
