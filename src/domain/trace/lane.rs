//! One worker's row of a picture: its events with running sums.

use super::{LaneUpdate, Transition};
use crate::domain::phase::{Phase, PhaseTimes};
use crate::domain::time::{Nanos, STALE_AFTER};

/// How many transitions share one running sum: the more, the less memory, and the longer a look-up.
const STRIDE: usize = 16;

/// A stretch of a lane in one phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub phase: Phase,
    pub from: Nanos,
    pub until: Nanos,
    /// On which core it was stamped.
    pub core: u16,
}

/// One worker's row.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    pub(super) transitions: Vec<Transition>,
    /// Before transition `i * STRIDE`, how long each phase had lasted.
    sums: Vec<PhaseTimes>,
    /// Sums up to the last transition.
    closed: PhaseTimes,
    pub(super) last_stamp: Nanos,
    pub(super) dropped: u64,
    pub(super) migrations: u64,
    /// How long its worker was on a task until the last transition.
    pub(super) on_task: Nanos,
    /// Events were dropped after the last one that is known, so what the worker does now is not.
    pub(super) in_doubt: bool,
    /// Whether a computing worker without a recent stamp most likely waits for an interpreter lock, which its last stamp
    /// could not know yet; else it waits for a core.
    pub(super) shares_lock: bool,
}

impl Lane {
    /// Appends an event, and returns the segment that it closes. One that lies before its predecessor is moved to it: a
    /// lane's segments never overlap.
    pub(super) fn push(&mut self, mut transition: Transition) -> Option<Segment> {
        let open = self.transitions.last().copied();
        let closed = open.map(|open| {
            transition.at = transition.at.max(open.at);
            let phase = if transition.after_gap {
                Phase::Lost
            } else {
                open.phase
            };
            Segment {
                phase,
                from: open.at,
                until: transition.at,
                core: open.core,
            }
        });
        if let Some(Segment {
            phase, from, until, ..
        }) = closed
        {
            self.closed[phase] += until - from;
            self.on_task += if open.is_some_and(|open| open.task.is_some()) {
                until - from
            } else {
                0
            };
        }
        // Before its first task, nobody stamped a core.
        let moved =
            open.is_some_and(|open| open.phase != Phase::Starting && open.core != transition.core);
        self.migrations += u64::from(moved);
        if self.transitions.len().is_multiple_of(STRIDE) {
            self.sums.push(self.closed);
        }
        self.last_stamp = self.last_stamp.max(transition.at);
        self.transitions.push(transition);
        closed
    }

    /// Makes room for so many events.
    pub(super) fn reserve(&mut self, events: usize) {
        self.transitions.reserve_exact(events);
        self.sums.reserve_exact(events.div_ceil(STRIDE));
    }

    /// What its events close, in order.
    pub(super) fn segments(&self) -> impl Iterator<Item = Segment> {
        self.transitions.windows(2).map(|pair| Segment {
            phase: if pair[1].after_gap {
                Phase::Lost
            } else {
                pair[0].phase
            },
            from: pair[0].at,
            until: pair[1].at,
            core: pair[0].core,
        })
    }

    /// How long its worker was on a task, whatever it did there, given that it is `now`.
    pub(super) fn time_on_tasks(&self, now: Nanos) -> Nanos {
        let open = self.transitions.last().filter(|open| open.task.is_some());
        self.on_task + open.map_or(0, |open| now.saturating_sub(open.at))
    }

    /// All events, in order.
    pub fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    /// Events that the engine had to drop.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// When its worker last stamped anything.
    pub(super) fn last_stamp(&self) -> Nanos {
        self.last_stamp
    }

    /// How often its worker was found on another core than at the event before.
    pub fn migrations(&self) -> u64 {
        self.migrations
    }

    /// The index of the event in force at `t`, if there is one.
    pub fn index_at(&self, t: Nanos) -> Option<usize> {
        self.transitions
            .partition_point(|transition| transition.at <= t)
            .checked_sub(1)
    }

    /// What the worker is doing at its last event, where a computing segment without a recent stamp counts as
    /// [`Phase::Ready`], or as [`Phase::Gil`] where workers share a lock that they cannot see.
    pub fn phase_now(&self, now: Nanos) -> Option<Phase> {
        let open = self.transitions.last()?;
        let stale = open.phase == Phase::Computing && now > self.last_stamp + STALE_AFTER;
        Some(if stale {
            self.stale_phase()
        } else {
            open.phase
        })
    }

    fn stale_phase(&self) -> Phase {
        if self.shares_lock {
            Phase::Gil
        } else {
            Phase::Ready
        }
    }

    /// How long each phase lasted from `t0` until `t`, given that it is `now`. O(log events).
    ///
    /// After the lane's last event, its phase goes on until `now`; a computing one without a stamp for
    /// [`STALE_AFTER`] counts as waiting from that stamp on.
    pub fn times_until(&self, t: Nanos, now: Nanos) -> PhaseTimes {
        let t = t.min(now);
        let Some(index) = self.index_at(t) else {
            return PhaseTimes::default();
        };
        let stride = index / STRIDE;
        let mut times = self.sums[stride];
        for pair in self.transitions[stride * STRIDE..=index].windows(2) {
            let phase = if pair[1].after_gap {
                Phase::Lost
            } else {
                pair[0].phase
            };
            times[phase] += pair[1].at - pair[0].at;
        }
        let current = self.transitions[index];
        match self.transitions.get(index + 1) {
            Some(next) if next.after_gap => times[Phase::Lost] += t - current.at,
            Some(_) => times[current.phase] += t - current.at,
            None => self
                .open(now)
                .for_each(|part| times[part.phase] += part.until.min(t).saturating_sub(part.from)),
        }
        times
    }

    /// What came after the last event, until `now`: of a computing segment without a recent stamp, the part after that
    /// stamp counts as waiting.
    pub(super) fn open(&self, now: Nanos) -> impl Iterator<Item = Segment> + use<> {
        let (last_stamp, waiting) = (self.last_stamp, self.stale_phase());
        self.transitions
            .last()
            .copied()
            .into_iter()
            .flat_map(move |open| {
                let stale = open.phase == Phase::Computing && now > last_stamp + STALE_AFTER;
                let seen = if stale { last_stamp.max(open.at) } else { now };
                let part = |phase, from, until| Segment {
                    phase,
                    from,
                    until,
                    core: open.core,
                };
                [part(open.phase, open.at, seen), part(waiting, seen, now)]
            })
    }

    /// What its stamps say for certain of the time after the last event: until the last stamp, its phase went on.
    pub(super) fn stamped(&self) -> Option<Segment> {
        let open = self.transitions.last().filter(|_| !self.in_doubt)?;
        Some(Segment {
            phase: open.phase,
            from: open.at,
            until: self.last_stamp,
            core: open.core,
        })
    }

    /// Makes the lane poorer: where more than two events fall into a slice of `slice` nanoseconds, two are kept. They
    /// tell how long the worker computed in the slice, and what took most of its rest.
    pub(super) fn thin(&mut self, slice: Nanos) {
        let Some((open, _)) = self.transitions.split_last() else {
            return;
        };
        let mut thinned = Thinned::new(self, open.at);
        let all = self.transitions.len() - 1;
        let mut first = 0;
        while first < all {
            let number = self.transitions[first].at / slice;
            let after = self.transitions[..all].partition_point(|event| event.at / slice <= number);
            if after - first <= 2 {
                (first..after).for_each(|index| thinned.keep(index));
            } else {
                thinned.sum_up(
                    number * slice,
                    (number + 1).saturating_mul(slice),
                    after - 1,
                );
            }
            first = after;
        }
        let events = thinned.events;
        self.rewrite(events, *open);
    }

    /// Replaces all events but the open one.
    fn rewrite(&mut self, events: Vec<Transition>, open: Transition) {
        let mut lane = Lane::default();
        for event in events {
            lane.push(event);
        }
        lane.push(Transition {
            after_gap: false,
            ..open
        });
        *self = Lane {
            shares_lock: self.shares_lock,
            last_stamp: self.last_stamp,
            dropped: self.dropped,
            migrations: self.migrations,
            on_task: self.on_task,
            in_doubt: self.in_doubt,
            ..lane
        };
        self.shrink();
    }

    /// Gives back memory that no event uses, as none will follow for now.
    pub(super) fn shrink(&mut self) {
        self.transitions.shrink_to_fit();
        self.sums.shrink_to_fit();
    }

    /// Takes in what the engine saw of it, and tells which segments were closed by that.
    pub(super) fn update(&mut self, update: LaneUpdate, mut closed: impl FnMut(Segment)) {
        self.in_doubt =
            update.dropped > self.dropped || (self.in_doubt && update.transitions.is_empty());
        self.transitions.reserve(update.transitions.len());
        for transition in update.transitions {
            self.push(transition).into_iter().for_each(&mut closed);
        }
        self.last_stamp = self.last_stamp.max(update.last_stamp);
        self.dropped = update.dropped;
    }

    /// How much memory its events take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.transitions.capacity() * size_of::<Transition>()
            + self.sums.capacity() * size_of::<PhaseTimes>()
    }
}

/// A lane while it is thinned.
struct Thinned<'a> {
    lane: &'a Lane,
    /// When the open segment begins.
    end: Nanos,
    events: Vec<Transition>,
}

impl<'a> Thinned<'a> {
    fn new(lane: &'a Lane, end: Nanos) -> Thinned<'a> {
        Thinned {
            lane,
            end,
            events: vec![],
        }
    }

    /// The event with this index with what its segment turned out to have been.
    fn event(&self, index: usize) -> Transition {
        let event = self.lane.transitions[index];
        let lost = self
            .lane
            .transitions
            .get(index + 1)
            .is_some_and(|next| next.after_gap);
        Transition {
            phase: if lost { Phase::Lost } else { event.phase },
            after_gap: false,
            ..event
        }
    }

    fn keep(&mut self, index: usize) {
        self.push(self.event(index));
    }

    fn push(&mut self, event: Transition) {
        // A segment without length says nothing.
        self.events.pop_if(|last| last.at == event.at);
        let same = |last: &Transition| {
            (last.phase, last.task, last.core) == (event.phase, event.task, event.core)
        };
        if !self.events.last().is_some_and(same) {
            self.events.push(event);
        }
    }

    /// One slice, in which the event with index `last` is the last one.
    fn sum_up(&mut self, from: Nanos, to: Nanos, last: usize) {
        let to = to.min(self.end);
        let in_force = self.event(self.lane.index_at(from).unwrap_or(0));
        let from = from.max(in_force.at.min(to));
        let times = self
            .lane
            .times_until(to, Nanos::MAX)
            .since(&self.lane.times_until(from, Nanos::MAX));
        let computing = times[Phase::Computing];
        let other = times.dominant_except(Phase::Computing);
        let rest = times.total() - computing;
        // In the order in which they began.
        let parts = match other {
            Some(other) if in_force.phase == Phase::Computing => {
                [(Phase::Computing, computing), (other, rest)]
            }
            Some(other) => [(other, rest), (Phase::Computing, computing)],
            None => [(Phase::Computing, computing); 2],
        };
        let second = from + parts[0].1;
        self.push(Transition {
            at: from,
            phase: parts[0].0,
            ..in_force
        });
        if second < to {
            self.push(Transition {
                at: second,
                phase: parts[1].0,
                ..in_force
            });
        }
        // What was going on at the slice's end goes on in the next one.
        let goes_on = self.event(last);
        if to < self.end {
            self.push(Transition {
                at: to.max(goes_on.at),
                ..goes_on
            });
        }
    }
}
