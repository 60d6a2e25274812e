//! Determines when to draw: at once for the user, at most 15 times a second for a run, less often if frames are
//! expensive, and never without a change.
//!
//! Drawing beside saturated cores takes time from the workers: 15 frames a second cost them 0.7 % of their time, 30
//! twice as much.

use std::time::Duration;

use crate::domain::time::Nanos;

/// The minimum time between two frames for the user's keys, in nanoseconds. A burst of keys in between is read, but not
/// drawn.
const GAP_NOW: Nanos = 16_000_000;
/// The minimum time between two frames for a run, in nanoseconds.
const GAP_PACED: Nanos = 1_000_000_000 / 15;
/// The minimum ratio of the time between two frames for a run to the cost of a frame. Drawing therefore takes at most
/// an eightieth of a core's time.
const SHARE: Nanos = 80;

/// How soon a change has to be visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The change is one of many in a series.
    Paced,
    /// The user waits for the change.
    Now,
}

/// Determines when to draw next. It reads no clock; the caller passes the time.
#[derive(Debug, Default)]
pub struct Pacer {
    /// When the last frame was finished; `None` before the first.
    drawn: Option<Nanos>,
    /// The cost of the last frame, in nanoseconds of CPU time.
    cost: Nanos,
    wanted: Option<Urgency>,
}

impl Pacer {
    /// Records that something has changed.
    pub fn want(&mut self, urgency: Urgency) {
        self.wanted = self.wanted.max(Some(urgency));
    }

    /// How long to wait before drawing: zero means now, `None` that nothing has changed.
    pub fn pause(&self, now: Nanos) -> Option<Duration> {
        let gap = match self.wanted? {
            Urgency::Now => GAP_NOW,
            Urgency::Paced => GAP_PACED.max(self.cost * SHARE),
        };
        let due = self.drawn.map_or(now, |drawn| drawn + gap);
        Some(Duration::from_nanos(due.saturating_sub(now)))
    }

    /// Records that a frame was finished, with its CPU time. The next gap starts at its end, which leaves time to read
    /// events even if drawing is slow.
    pub fn drawn(&mut self, now: Nanos, cost: Nanos) {
        self.drawn = Some(now);
        self.cost = cost;
        self.wanted = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Nanos = 1_000_000;

    #[test]
    fn nothing_is_drawn_when_nothing_changed() {
        let mut pacer = Pacer::default();
        assert_eq!(pacer.pause(0), None);
        pacer.want(Urgency::Now);
        assert_eq!(pacer.pause(0), Some(Duration::ZERO));
        pacer.drawn(0, 0);
        assert_eq!(pacer.pause(1_000 * MS), None);
    }

    #[test]
    fn a_second_of_batches_makes_at_most_fifteen_frames() {
        let mut pacer = Pacer::default();
        let mut frames = 0;
        for ms in 0..1_000 {
            pacer.want(Urgency::Paced);
            if pacer.pause(ms * MS) == Some(Duration::ZERO) {
                frames += 1;
                pacer.drawn(ms * MS, 0);
            }
        }
        assert_eq!(frames, 15);
    }

    #[test]
    fn a_key_is_shown_at_once_also_during_a_run() {
        let mut pacer = Pacer::default();
        pacer.drawn(0, 0);
        pacer.want(Urgency::Paced);
        pacer.want(Urgency::Now);
        pacer.want(Urgency::Paced);
        assert_eq!(pacer.pause(16 * MS), Some(Duration::ZERO));
        assert_eq!(pacer.pause(10 * MS), Some(Duration::from_millis(6)));
    }

    #[test]
    fn expensive_frames_are_rarer_for_a_run_but_not_for_the_user() {
        let mut pacer = Pacer::default();
        pacer.drawn(0, 2 * MS);
        pacer.want(Urgency::Paced);
        assert_eq!(pacer.pause(0), Some(Duration::from_millis(160)));
        pacer.want(Urgency::Now);
        assert_eq!(pacer.pause(0), Some(Duration::from_millis(16)));
    }
}
