//! One worker's row of a picture: its events with running sums.

use super::{LaneUpdate, Transition};
use crate::domain::phase::{Phase, PhaseTimes};
use crate::domain::time::{Nanos, STALE_AFTER};

/// How many transitions share one running sum.
const STRIDE: usize = 64;

/// One worker's row.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    transitions: Vec<Transition>,
    /// Before transition `i * STRIDE`, how long each phase had lasted.
    sums: Vec<PhaseTimes>,
    /// Sums up to the last transition.
    closed: PhaseTimes,
    last_stamp: Nanos,
    dropped: u64,
}

impl Lane {
    /// Appends an event. One that lies before its predecessor is moved to it: a lane's segments never overlap.
    pub(super) fn push(&mut self, mut transition: Transition) {
        if let Some(open) = self.transitions.last() {
            transition.at = transition.at.max(open.at);
            let phase = if transition.after_gap { Phase::Lost } else { open.phase };
            self.closed[phase] += transition.at - open.at;
        }
        if self.transitions.len().is_multiple_of(STRIDE) {
            self.sums.push(self.closed);
        }
        self.last_stamp = self.last_stamp.max(transition.at);
        self.transitions.push(transition);
    }

    /// All events, in order.
    #[must_use]
    pub fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    /// Events that the engine had to drop.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// When its worker last stamped anything.
    pub(super) fn last_stamp(&self) -> Nanos {
        self.last_stamp
    }

    /// The index of the event in force at `t`, if there is one.
    #[must_use]
    pub fn index_at(&self, t: Nanos) -> Option<usize> {
        self.transitions.partition_point(|transition| transition.at <= t).checked_sub(1)
    }

    /// What the worker is doing at its last event, where a computing segment without a recent stamp counts as
    /// [`Phase::Ready`].
    #[must_use]
    pub fn phase_now(&self, now: Nanos) -> Option<Phase> {
        let open = self.transitions.last()?;
        let stale = open.phase == Phase::Computing && now > self.last_stamp + STALE_AFTER;
        Some(if stale { Phase::Ready } else { open.phase })
    }

    /// How long each phase lasted from `t0` until `t`, given that it is `now`. O(log events).
    ///
    /// After the lane's last event, its phase goes on until `now`; a computing one without a stamp for
    /// [`STALE_AFTER`] counts as ready from that stamp on.
    #[must_use]
    pub fn times_until(&self, t: Nanos, now: Nanos) -> PhaseTimes {
        let t = t.min(now);
        let Some(index) = self.index_at(t) else { return PhaseTimes::default() };
        let stride = index / STRIDE;
        let mut times = self.sums[stride];
        for pair in self.transitions[stride * STRIDE..=index].windows(2) {
            let phase = if pair[1].after_gap { Phase::Lost } else { pair[0].phase };
            times[phase] += pair[1].at - pair[0].at;
        }
        let current = self.transitions[index];
        match self.transitions.get(index + 1) {
            Some(next) if next.after_gap => times[Phase::Lost] += t - current.at,
            Some(_) => times[current.phase] += t - current.at,
            None => self.add_open(&mut times, current, t, now),
        }
        times
    }

    fn add_open(&self, times: &mut PhaseTimes, open: Transition, t: Nanos, now: Nanos) {
        if open.phase == Phase::Computing && now > self.last_stamp + STALE_AFTER {
            let seen = self.last_stamp.clamp(open.at, t.max(open.at));
            times[Phase::Computing] += seen - open.at;
            times[Phase::Ready] += t - seen;
        } else {
            times[open.phase] += t - open.at;
        }
    }

    /// Keeps one event per slice of `slice` nanoseconds, that of the phase which filled most of it.
    pub(super) fn thin(&mut self, end: Nanos, slice: Nanos) {
        let mut thinned = Lane { last_stamp: self.last_stamp, dropped: self.dropped, ..Lane::default() };
        let mut before = PhaseTimes::default();
        let mut from = 0;
        while from < end {
            let to = (from + slice).min(end);
            let until = self.times_until(to, end);
            let here = until.since(&before);
            let longest = Phase::MEASURED.into_iter().chain([Phase::Lost]).max_by_key(|phase| here[*phase]);
            if let (Some(phase), Some(index)) =
                (longest.filter(|phase| here[*phase] > 0), self.index_at(from))
            {
                let transition = Transition { at: from, phase, after_gap: false, ..self.transitions[index] };
                if thinned
                    .transitions
                    .last()
                    .is_none_or(|last| (last.phase, last.task) != (phase, transition.task))
                {
                    thinned.push(transition);
                }
            }
            before = until;
            from = to;
        }
        // What the worker is doing now goes on: the open segment stays as it is.
        if let Some(open) = self.transitions.last()
            && thinned.transitions.last() != Some(open)
        {
            thinned.push(*open);
        }
        *self = thinned;
    }

    /// Takes in what the engine saw of it.
    pub(super) fn update(&mut self, update: LaneUpdate) {
        for transition in update.transitions {
            self.push(transition);
        }
        self.last_stamp = self.last_stamp.max(update.last_stamp);
        self.dropped = update.dropped;
    }

    /// How much memory its events take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.transitions.capacity() * size_of::<Transition>() + self.sums.capacity() * size_of::<PhaseTimes>()
    }
}
