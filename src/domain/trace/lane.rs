//! One worker's row of a trace: its events with running sums.

use std::iter;

use super::{LaneUpdate, Transition, look::Segment};
use crate::domain::{
    phase::{Phase, PhaseTimes},
    time::{Nanos, STALE_AFTER},
};

/// The number of transitions that share one running sum. A larger number takes less memory, but makes look-ups slower.
const STRIDE: usize = 16;

/// One worker's row.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    /// All events, in order.
    pub transitions: Vec<Transition>,
    /// How long each phase had lasted before transition `i * STRIDE`.
    sums: Vec<PhaseTimes>,
    /// How long each phase had lasted at the last transition.
    closed: PhaseTimes,
    pub(super) last_stamp: Nanos,
    /// Events that the engine had to drop.
    pub dropped: u64,
    /// How often the worker was found on a different core from the previous event.
    pub migrations: u64,
    /// How long the worker was on a task until the last transition.
    pub(super) on_task: Nanos,
    /// Whether events were dropped after the last known one, so that it is unknown what the worker does now.
    pub(super) is_uncertain: bool,
    /// Whether a computing worker without a recent stamp most likely waits for an interpreter lock, which its last
    /// stamp could not show yet. Otherwise it waits for a core.
    pub(super) shares_lock: bool,
    /// Whether the worker's thread is watched from outside. A stamp without successor then means nothing.
    is_watched: bool,
    /// What the lane was before events were added that may still turn out to be something else; `None` without such
    /// events.
    settled: Option<Settled>,
}

/// What changes in a lane when events are added.
#[derive(Clone, Copy, Debug)]
struct Settled {
    events: usize,
    sums: usize,
    closed: PhaseTimes,
    last_stamp: Nanos,
    migrations: u64,
    on_task: Nanos,
}

impl Lane {
    /// Appends an event. An event that lies before its predecessor is moved to it, so that segments of a lane never
    /// overlap.
    pub(super) fn push(&mut self, mut transition: Transition) {
        if let Some(open) = self.transitions.last() {
            transition.at = transition.at.max(open.at);
            let closed = Segment::between(open, &transition);
            let time = closed.to - closed.from;
            self.closed[closed.phase] += time;
            if open.task.is_some() {
                self.on_task += time;
            }
            // Before its first task the worker has not stamped a core.
            let moved = open.phase != Phase::Starting && open.core != transition.core;
            self.migrations += u64::from(moved);
        }
        if self.transitions.len().is_multiple_of(STRIDE) {
            self.sums.push(self.closed);
        }
        self.last_stamp = self.last_stamp.max(transition.at);
        self.transitions.push(transition);
    }

    /// The events that will not turn out to be something else.
    fn settled(&self) -> &[Transition] {
        let events = self.settled.map(|settled| settled.events);
        &self.transitions[..events.unwrap_or(self.transitions.len())]
    }

    /// The segments between settled events, in order, starting with the event at this index.
    pub(super) fn settled_from(&self, index: usize) -> impl Iterator<Item = Segment> {
        closed(&self.settled()[index..])
    }

    /// What came after the last settled event until `now`.
    pub(super) fn unsettled(&self, now: Nanos) -> impl Iterator<Item = Segment> {
        self.segments_from(self.settled().len().saturating_sub(1), now)
    }

    /// The segments that end with an event, in order, starting with the event at this index, and what came after the last
    /// event until `now`.
    pub(super) fn segments_from(&self, index: usize, now: Nanos) -> impl Iterator<Item = Segment> {
        // Few callers iterate this far.
        let open = iter::once_with(move || self.open(now));
        closed(&self.transitions[index..]).chain(open.flatten().flatten())
    }

    /// Everything that the worker did until `now`, in order. Some segments may have no length.
    pub fn segments(&self, now: Nanos) -> impl Iterator<Item = Segment> {
        self.segments_from(0, now)
    }

    /// How long the worker was on tasks until `now`, in any phase.
    pub fn time_on_tasks(&self, now: Nanos) -> Nanos {
        let open = self.transitions.last().filter(|open| open.task.is_some());
        self.on_task + open.map_or(0, |open| now.saturating_sub(open.at))
    }

    /// The index of the latest event at `t`, if there is one.
    pub fn index_at(&self, t: Nanos) -> Option<usize> {
        self.transitions
            .partition_point(|transition| transition.at <= t)
            .checked_sub(1)
    }

    /// What the worker is doing at `now`. A computing segment without a recent stamp counts as [`Phase::Ready`], or as
    /// [`Phase::Gil`] if the workers share a lock that they cannot see.
    pub fn phase_now(&self, now: Nanos) -> Option<Phase> {
        let [seen, waiting] = self.open(now)?;
        Some(if seen.is_open { seen } else { waiting }.phase)
    }

    /// Whether the worker was ever in this phase.
    pub(super) fn has_seen(&self, phase: Phase) -> bool {
        let now = self.transitions.last();
        self.closed[phase] > 0 || now.is_some_and(|open| open.phase == phase)
    }

    /// How long each phase lasted from `t0` until `t`, given that it is `now`. O(log events).
    ///
    /// After the lane's last event, its phase continues until `now`. A computing phase without a stamp for
    /// [`STALE_AFTER`] counts as waiting from that stamp on.
    pub fn times_until(&self, t: Nanos, now: Nanos) -> PhaseTimes {
        let t = t.min(now);
        let Some(index) = self.index_at(t) else {
            return PhaseTimes::default();
        };
        let stride = index / STRIDE;
        let mut times = self.sums[stride];
        let since = self.segments_from(stride * STRIDE, now);
        for segment in since.take_while(|segment| segment.from < t) {
            times[segment.phase] += segment.to.min(t) - segment.from;
        }
        times
    }

    /// How long each phase lasted between two moments, given that it is `now`.
    pub(super) fn times_between(&self, from: Nanos, to: Nanos, now: Nanos) -> PhaseTimes {
        self.times_until(to, now)
            .since(&self.times_until(from, now))
    }

    /// What came after the last event until `now`. If a computing segment has no recent stamp, the part after its last
    /// stamp counts as waiting. Otherwise that part has no length.
    fn open(&self, now: Nanos) -> Option<[Segment; 2]> {
        let open = self.transitions.last()?;
        let is_stale = open.phase == Phase::Computing
            && !self.is_watched
            && now > self.last_stamp + STALE_AFTER;
        let seen = Segment {
            is_open: !is_stale,
            ..open.until(if is_stale { self.last_stamp } else { now })
        };
        let waiting = Segment {
            phase: if self.shares_lock {
                Phase::Gil
            } else {
                Phase::Ready
            },
            from: seen.to,
            to: now,
            is_open: true,
            ..seen
        };
        Some([seen, waiting])
    }

    /// What the stamps prove about the time after the last event: until the last stamp, the phase continued.
    pub(super) fn stamped(&self) -> Option<Segment> {
        let open = self.settled().last().filter(|_| !self.is_uncertain)?;
        let last_stamp = self.settled.map(|settled| settled.last_stamp);
        Some(open.until(last_stamp.unwrap_or(self.last_stamp)))
    }

    /// Thins the lane. If more than two events lie in an interval of `length` nanoseconds, two are kept. They show how
    /// long the worker computed in the interval, and which other phase was the longest.
    pub(super) fn thin(&mut self, length: Nanos) {
        self.take_back();
        // Time that is unknown because of a gap becomes a separate phase.
        for index in 1..self.transitions.len() {
            if std::mem::take(&mut self.transitions[index].after_gap) {
                self.transitions[index - 1].phase = Phase::Lost;
            }
        }
        let Some((open, mut rest)) = self.transitions.split_last() else {
            return;
        };
        let mut thinned = vec![];
        while let Some(first) = rest.first() {
            let start = first.at / length * length;
            let end = start.saturating_add(length);
            let (within, after) = rest.split_at(rest.partition_point(|event| event.at < end));
            if let [.., last] = within
                && within.len() > 2
            {
                self.sum_up(start, end.min(open.at), &mut thinned);
                // The phase at the end of the interval continues in the next one.
                if end < open.at {
                    keep(&mut thinned, Transition { at: end, ..*last });
                }
            } else {
                within.iter().for_each(|event| keep(&mut thinned, *event));
            }
            rest = after;
        }
        let mut lane = Lane::default();
        for event in thinned.into_iter().chain([*open]) {
            lane.push(event);
        }
        (self.transitions, self.sums, self.closed) = (lane.transitions, lane.sums, lane.closed);
        self.shrink();
    }

    /// Represents what happened between two moments by two events.
    fn sum_up(&self, from: Nanos, to: Nanos, thinned: &mut Vec<Transition>) {
        let in_force = self.transitions[self.index_at(from).unwrap_or(0)];
        let from = from.max(in_force.at.min(to));
        let times = self.times_between(from, to, Nanos::MAX);
        let computing = times[Phase::Computing];
        let other = times.dominant_except(Phase::Computing);
        let mut parts = [
            (Phase::Computing, computing),
            (other.unwrap_or(Phase::Computing), times.total() - computing),
        ];
        // In the order in which they started.
        if in_force.phase != Phase::Computing {
            parts.reverse();
        }
        for (at, phase) in [(from, parts[0].0), (from + parts[0].1, parts[1].0)] {
            if at < to {
                let part = Transition {
                    at,
                    phase,
                    ..in_force
                };
                keep(thinned, part);
            }
        }
    }

    /// Returns memory that no event uses, because no more events are expected for now.
    pub(super) fn shrink(&mut self) {
        self.transitions.shrink_to_fit();
        self.sums.shrink_to_fit();
    }

    /// Takes back the events that may have turned out to be something else. Returns the number of the others.
    fn take_back(&mut self) -> usize {
        if let Some(settled) = self.settled.take() {
            self.transitions.truncate(settled.events);
            self.sums.truncate(settled.sums);
            self.closed = settled.closed;
            self.last_stamp = settled.last_stamp;
            self.migrations = settled.migrations;
            self.on_task = settled.on_task;
        }
        self.transitions.len()
    }

    /// Adds an update from the engine. Returns the number of settled events before it.
    pub(super) fn update(&mut self, update: LaneUpdate) -> usize {
        let known = self.take_back();
        self.is_uncertain =
            update.dropped > self.dropped || (self.is_uncertain && update.transitions.is_empty());
        self.transitions.reserve(update.transitions.len());
        for transition in update.transitions {
            self.push(transition);
        }
        self.last_stamp = self.last_stamp.max(update.last_stamp);
        self.dropped = update.dropped;
        self.is_watched = update.is_watched;
        if !update.ahead.is_empty() {
            self.settled = Some(Settled {
                events: self.transitions.len(),
                sums: self.sums.len(),
                closed: self.closed,
                last_stamp: self.last_stamp,
                migrations: self.migrations,
                on_task: self.on_task,
            });
        }
        for transition in update.ahead {
            self.push(transition);
        }
        known
    }

    /// How much memory the events take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.transitions.capacity() * size_of::<Transition>()
            + self.sums.capacity() * size_of::<PhaseTimes>()
    }
}

/// The segments between neighbouring events.
fn closed(events: &[Transition]) -> impl Iterator<Item = Segment> {
    events
        .windows(2)
        .map(|pair| Segment::between(&pair[0], &pair[1]))
}

/// Adds an event to the kept events of a lane.
fn keep(events: &mut Vec<Transition>, event: Transition) {
    // A segment without length carries no information.
    events.pop_if(|last| last.at == event.at);
    let same = |last: &Transition| {
        (last.phase, last.task, last.core) == (event.phase, event.task, event.core)
    };
    if !events.last().is_some_and(same) {
        events.push(event);
    }
}
