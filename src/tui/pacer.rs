//! When to draw: at once for the user, at most 15 times a second for a run and less often where frames are dear, never for
//! nothing.
//!
//! Drawing beside saturated cores takes time from the workers: 15 frames a second cost them 0.7 % of theirs, 30 twice
//! as much.

use std::time::Duration;

use crate::domain::time::Nanos;

/// Between two frames that the user's keys ask for, in nanoseconds. In between, a burst of keys is read, not drawn.
const GAP_NOW: Nanos = 16_000_000;
/// Between two frames that a run asks for, in nanoseconds, at least.
const GAP_PACED: Nanos = 1_000_000_000 / 15;
/// Frames that are dear are rarer: drawing takes at most this part of a core's time.
const SHARE: Nanos = 80;

/// How soon a change has to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It is one of many that follow each other.
    Paced,
    /// The user waits for it.
    Now,
}

/// Knows when to draw next. It reads no clock: moments are told.
#[derive(Debug, Default)]
pub struct Pacer {
    /// When the last frame was done; `None` before the first.
    drawn: Option<Nanos>,
    /// What it cost, in nanoseconds of CPU time.
    cost: Nanos,
    wanted: Option<Urgency>,
}

impl Pacer {
    /// Something has changed.
    pub fn want(&mut self, urgency: Urgency) {
        self.wanted = self.wanted.max(Some(urgency));
    }

    /// How long to wait before drawing; zero to draw now, `None` while nothing has changed.
    pub fn pause(&self, now: Nanos) -> Option<Duration> {
        let gap = match self.wanted? {
            Urgency::Now => GAP_NOW,
            Urgency::Paced => GAP_PACED.max(self.cost * SHARE),
        };
        let due = self.drawn.map_or(now, |drawn| drawn + gap);
        Some(Duration::from_nanos(due.saturating_sub(now)))
    }

    /// A frame was finished that took so much CPU time. Counting from its end leaves time to read what happens even where
    /// drawing is slow.
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
    fn dear_frames_are_rarer_for_a_run_but_not_for_the_user() {
        let mut pacer = Pacer::default();
        pacer.drawn(0, 2 * MS);
        pacer.want(Urgency::Paced);
        assert_eq!(pacer.pause(0), Some(Duration::from_millis(160)));
        pacer.want(Urgency::Now);
        assert_eq!(pacer.pause(0), Some(Duration::from_millis(16)));
    }
}
