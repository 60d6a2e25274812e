//! Which stretch of time and which worker the timeline looks at.

use crate::domain::time::Nanos;
use crate::domain::trace::Trace;

/// Zooming stops here: a cell is then far below anything that was measured.
const SHORTEST: Nanos = 10_000;
/// The first length of a live time axis.
const FIRST_AXIS: Nanos = 100_000_000;

/// A stretch of time, in nanoseconds since `t0`; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its begin.
    pub from: Nanos,
    /// Its end.
    pub to: Nanos,
}

impl Window {
    /// How long it is.
    #[must_use]
    pub fn span(self) -> Nanos {
        self.to - self.from
    }

    /// The moment at boundary `i` of `n` equal parts.
    #[must_use]
    pub fn boundary(self, i: u16, n: u16) -> Nanos {
        let part = u128::from(self.span()) * u128::from(i) / u128::from(n.max(1));
        self.from + u64::try_from(part).expect("a part of a span fits where the span does")
    }
}

/// What the user did to the timeline's picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimelineView {
    zoom: Option<Window>,
    lane: usize,
}

impl TimelineView {
    /// The stretch of time to draw.
    #[must_use]
    pub fn window(&self, trace: &Trace) -> Window {
        self.zoom.unwrap_or_else(|| whole(trace))
    }

    /// Whether only a part of the run is in view.
    #[must_use]
    pub fn is_zoomed(&self) -> bool {
        self.zoom.is_some()
    }

    /// The worker that the cursor is on. The rows around it are in view.
    #[must_use]
    pub fn lane(&self) -> usize {
        self.lane
    }

    /// Moves the cursor by so many workers.
    pub fn move_lane(&mut self, by: isize, lanes: usize) {
        self.lane = self.lane.saturating_add_signed(by).min(lanes.saturating_sub(1));
    }

    /// Halves the stretch in view around its middle; what has not happened yet stays out of it.
    pub fn zoom_in(&mut self, trace: &Trace) {
        let window = self.window(trace);
        let span = (window.span() / 2).max(SHORTEST.min(window.span()));
        let from = (window.from + (window.span() - span) / 2).min(latest(trace, span));
        self.zoom = Some(Window { from, to: from + span });
    }

    /// Doubles the stretch in view, up to the whole run.
    pub fn zoom_out(&mut self, trace: &Trace) {
        let Some(window) = self.zoom else { return };
        let all = whole(trace);
        if window.span() * 2 >= all.span() {
            self.zoom = None;
            return;
        }
        let from = window.from.saturating_sub(window.span() / 2).min(latest(trace, window.span() * 2));
        self.zoom = Some(Window { from, to: from + window.span() * 2 });
    }

    /// Halves or doubles the stretch in view so that this moment stays where it is, as far as the run's ends allow.
    pub fn zoom_around(&mut self, at: Nanos, closer: bool, trace: &Trace) {
        let before = self.window(trace);
        if closer {
            self.zoom_in(trace)
        } else {
            self.zoom_out(trace)
        }
        let Some(after) = self.zoom else { return };
        let (at, span) = (at.clamp(before.from, before.to), after.span());
        let left = u128::from(at - before.from) * u128::from(span) / u128::from(before.span().max(1));
        let left = u64::try_from(left).unwrap_or(span);
        let from = at.saturating_sub(left).min(latest(trace, span));
        self.zoom = Some(Window { from, to: from + span });
    }

    /// Shows the whole run again.
    pub fn fit(&mut self) {
        self.zoom = None;
    }

    /// Moves the stretch in view by a quarter of itself, to the right or the left.
    pub fn pan(&mut self, right: bool, trace: &Trace) {
        let Some(window) = self.zoom else { return };
        let step = (window.span() / 4).max(1);
        let last = latest(trace, window.span());
        let from = if right { (window.from + step).min(last) } else { window.from.saturating_sub(step) };
        self.zoom = Some(Window { from, to: from + window.span() });
    }
}

/// Where the last stretch of this length begins, of what has happened so far.
fn latest(trace: &Trace, span: Nanos) -> Nanos {
    trace.now().saturating_sub(span)
}

/// All of a run: a concluded one exactly; for a live one the next length of the sequence 1-2-5, as an axis that scrolled
/// would repaint every cell of every frame.
#[must_use]
pub fn whole(trace: &Trace) -> Window {
    let to = if trace.is_concluded() { trace.now().max(1) } else { axis_length(trace.now()) };
    Window { from: 0, to }
}

fn axis_length(now: Nanos) -> Nanos {
    let mut decade = FIRST_AXIS;
    loop {
        for factor in [1, 2, 5] {
            if let Some(length) = decade.checked_mul(factor)
                && length >= now
            {
                return length;
            }
        }
        match decade.checked_mul(10) {
            Some(next) => decade = next,
            None => return Nanos::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trace::Batch;

    fn trace(now: Nanos) -> Trace {
        let mut trace = Trace::new(2);
        trace.apply(Batch { now, ..Batch::default() });
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
        assert_eq!(view.window(&run).span(), SHORTEST);
        for _ in 0..60 {
            view.zoom_out(&run);
            assert!(view.window(&run).to <= 1_000_000_000);
        }
        assert!(!view.is_zoomed());
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
                assert!(!closer || (place(before) - place(after)).abs() < 1e-6, "{at}: {before:?} {after:?}");
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
        assert_eq!(view.window(&run), Window { from: 1_000_000_007 - span, to: 1_000_000_007 });
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
            assert!(view.window(&run).to <= 510_000_000, "{:?}", view.window(&run));
        }
    }

    #[test]
    fn the_boundaries_of_a_window_begin_and_end_it() {
        let window = Window { from: 10, to: Nanos::MAX };
        assert_eq!((window.boundary(0, 80), window.boundary(80, 80)), (10, Nanos::MAX));
    }
}
