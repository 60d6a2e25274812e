//! Which worker computed on which core at which time: the run by core instead of by worker.
//!
//! The row of a core is made from the workers' computing segments and the cores in their stamps, up to each worker's
//! last stamp. What happens within a tick is known only at its end, so segments of two workers on a core can overlap by
//! up to a tick. Then the core belongs to the worker that came later, until that worker leaves. So a core never counts
//! twice.

use super::{CoreCurves, look::Segment};
use crate::domain::{phase::Phase, time::Nanos};

/// The maximum number of segments of all cores together. With more, older ones are merged.
const SEGMENTS_MAX: usize = 1 << 18;
/// Takes the place of a worker's number where several workers took turns.
pub(super) const SEVERAL: u32 = u32::MAX;

/// Which workers computed on a core in an interval of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// None of the run's workers.
    #[default]
    Nobody,
    /// This worker and no other.
    One(u32),
    /// The first worker, and from some moment on only the second one.
    Handover(u32, u32),
    /// Several workers took turns.
    Several,
}

/// What a core did for the run's workers in an interval of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnCore {
    /// How long workers computed on the core, in nanoseconds.
    pub time: Nanos,
    /// Which workers computed on the core.
    pub who: Who,
}

/// A time in which one worker, or several in turn, had the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CoreSegment {
    pub from: Nanos,
    pub until: Nanos,
    /// How long the core computed for the run until the end of this segment.
    pub computed: Nanos,
    /// The worker, or [`SEVERAL`].
    pub who: u32,
    /// How often the core went from one worker to another until the start of this segment.
    changes: u32,
}

impl CoreSegment {
    /// A segment by itself, with its own computing time.
    pub fn new(from: Nanos, until: Nanos, computed: Nanos, who: u32) -> CoreSegment {
        CoreSegment {
            from,
            until,
            computed,
            who,
            changes: 0,
        }
    }
}

/// The time of a worker on a core, according to its stamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Visit {
    from: Nanos,
    until: Nanos,
    who: u32,
}

/// One core's row of the trace.
#[derive(Clone, Debug, Default)]
pub struct CoreLane {
    /// The core's number.
    pub core: u16,
    /// In order, without overlaps.
    pub(super) segments: Vec<CoreSegment>,
    /// The number of merged segments. They do not change any more.
    sealed: usize,
    /// The visits that were seen since the segments were put in order.
    pending: Vec<Visit>,
}

impl CoreLane {
    /// The row of a core whose segments do not change any more.
    pub(super) fn sealed(core: u16, segments: impl Iterator<Item = CoreSegment>) -> CoreLane {
        let mut lane = CoreLane {
            core,
            ..CoreLane::default()
        };
        segments.for_each(|segment| lane.append(segment));
        lane.sealed = lane.segments.len();
        lane
    }

    /// Appends a segment; its `computed` is its own computing time.
    fn append(&mut self, mut segment: CoreSegment) {
        if let Some(last) = self.segments.last() {
            segment.computed += last.computed;
            segment.changes = last.changes + u32::from(last.who != segment.who);
        }
        self.segments.push(segment);
    }

    /// What the core did for the run's workers between two moments. O(log segments).
    pub fn between(&self, from: Nanos, to: Nanos) -> OnCore {
        let segments = &self.segments;
        let start = segments.partition_point(|segment| segment.until <= from);
        let end = segments.partition_point(|segment| segment.from < to);
        if start >= end || from >= to {
            return OnCore::default();
        }
        OnCore {
            time: self.computed_until(end - 1, to) - self.computed_until(start, from),
            who: self.who(start, end),
        }
    }

    /// How long the core computed for the run until `moment`. The moment must lie before the next segment, but not
    /// before the end of the previous one.
    fn computed_until(&self, index: usize, moment: Nanos) -> Nanos {
        let CoreSegment {
            from,
            until,
            computed,
            ..
        } = self.segments[index];
        let earlier = self.segments[..index].last();
        let before = earlier.map_or(0, |earlier| earlier.computed);
        let passed = u128::from(moment.clamp(from, until) - from);
        // The computing time of a coarse segment is spread evenly over it.
        let share = u128::from(computed - before) * passed / u128::from((until - from).max(1));
        before + u64::try_from(share).unwrap_or(u64::MAX)
    }

    /// Which workers had the core in segments `start..end`, at least one.
    fn who(&self, start: usize, end: usize) -> Who {
        let (first, last) = (self.segments[start], self.segments[end - 1]);
        match last.changes - first.changes {
            _ if first.who == SEVERAL || last.who == SEVERAL => Who::Several,
            0 => Who::One(first.who),
            1 => Who::Handover(first.who, last.who),
            _ => Who::Several,
        }
    }

    /// Records that a worker was seen on the core. Successive tasks of a worker continue the same visit.
    fn note(&mut self, visit: Visit) {
        match self.pending.last_mut() {
            Some(last) if last.who == visit.who && last.until == visit.from => {
                last.until = visit.until
            }
            _ => self.pending.push(visit),
        }
    }

    /// Orders what was seen since the last call. Most of it comes after everything that is known; then the cost is only
    /// that of sorting it.
    fn settle(&mut self) {
        let Some(start) = self.pending.iter().map(|visit| visit.from).min() else {
            return;
        };
        let kept = self
            .segments
            .partition_point(|segment| segment.until <= start)
            .max(self.sealed);
        let reopened = self.segments.drain(kept..);
        self.pending.extend(reopened.map(
            |CoreSegment {
                 from, until, who, ..
             }| Visit { from, until, who },
        ));
        self.pending.sort_by_key(|visit| visit.from);
        let visits = std::mem::take(&mut self.pending);
        self.lay(&visits);
    }

    /// Appends visits in order of their start so that they do not overlap; the later one wins.
    fn lay(&mut self, visits: &[Visit]) {
        let ends = visits.iter().skip(1).map(|next| next.from);
        let mut at = 0;
        let mut on_it: Vec<Visit> = vec![];
        for (visit, end) in visits.iter().zip(ends.chain([Nanos::MAX])) {
            at = at.max(visit.from);
            on_it.push(*visit);
            // Until another worker comes, the core belongs to the latest worker that is on it, as long as that worker
            // stays.
            while let Some(visit) = on_it.last() {
                let until = visit.until.min(end);
                if until > at {
                    self.push(at, until, visit.who);
                    at = until;
                }
                if visit.until > end {
                    break;
                }
                on_it.pop();
            }
        }
    }

    /// Appends a visit, or extends the last segment.
    fn push(&mut self, from: Nanos, until: Nanos, who: u32) {
        let is_sealed = self.segments.len() <= self.sealed;
        let last = self.segments.last_mut();
        let from = last.as_ref().map_or(from, |last| from.max(last.until));
        if until <= from {
            return;
        }
        match last {
            Some(last) if last.who == who && last.until == from && !is_sealed => {
                last.until = until;
                last.computed += until - from;
            }
            _ => self.append(CoreSegment::new(from, until, until - from, who)),
        }
    }

    /// Merges all segments that start in the same interval of this many nanoseconds.
    fn coarsen(&mut self, interval: Nanos) {
        let mut before = 0;
        let groups = self
            .segments
            .chunk_by(|a, b| a.from / interval == b.from / interval);
        let coarse = groups.map(|group| {
            let (first, last) = (group[0], group[group.len() - 1]);
            let is_one = group.iter().all(|segment| segment.who == first.who);
            let who = if is_one { first.who } else { SEVERAL };
            let computed = last.computed - std::mem::replace(&mut before, last.computed);
            CoreSegment::new(first.from, last.until, computed, who)
        });
        *self = CoreLane {
            pending: self.pending.clone(),
            ..CoreLane::sealed(self.core, coarse)
        };
    }
}

/// What is known about the cores.
#[derive(Clone, Debug, Default)]
pub struct Cores {
    /// The cores on which workers computed, by number, with the workers that had them.
    pub lanes: Vec<CoreLane>,
    /// How far each worker's computing is included in the lanes.
    pub(super) seen: Vec<Nanos>,
    /// CPU time of the run's workers so far.
    pub times: Vec<(u16, Nanos)>,
    /// CPU time of the run's workers over time.
    pub curves: CoreCurves,
    /// The share of each core that other processes use, from 0 to 1; empty if it is unknown.
    pub others: Vec<(u16, f64)>,
}

impl Cores {
    /// The row of the core with this number, if any worker computed on it.
    pub fn lane(&self, core: u16) -> Option<&CoreLane> {
        let found = self.lanes.binary_search_by_key(&core, |lane| lane.core);
        self.lanes.get(found.ok()?)
    }

    /// Adds a segment of a worker, ended or open. The part of it that was added before is left out.
    pub(super) fn add(&mut self, worker: usize, segment: &Segment) {
        let from = segment.from.max(self.seen[worker]);
        self.seen[worker] = segment.to.max(from);
        if segment.phase == Phase::Computing && segment.to > from {
            let who = u32::try_from(worker).unwrap_or(SEVERAL);
            self.lane_mut(segment.core).note(Visit {
                from,
                until: segment.to,
                who,
            });
        }
    }

    fn lane_mut(&mut self, core: u16) -> &mut CoreLane {
        let found = self.lanes.binary_search_by_key(&core, |lane| lane.core);
        let index = found.unwrap_or_else(|index| {
            let lane = CoreLane::sealed(core, std::iter::empty());
            self.lanes.insert(index, lane);
            index
        });
        &mut self.lanes[index]
    }

    /// Orders everything that was added, and drops detail if there is too much of it in a run of this length.
    pub(super) fn settle(&mut self, now: Nanos) {
        self.lanes.iter_mut().for_each(CoreLane::settle);
        let segments: usize = self.lanes.iter().map(|lane| lane.segments.len()).sum();
        if segments > SEGMENTS_MAX {
            self.coarsen((SEGMENTS_MAX / 2 / self.lanes.len()) as u64, now);
        }
    }

    /// Keeps about this many segments per core in a run of this length.
    pub(super) fn coarsen(&mut self, intervals: u64, now: Nanos) {
        let interval = (now / intervals.max(1)).max(1);
        self.lanes
            .iter_mut()
            .for_each(|lane| lane.coarsen(interval));
    }

    /// How much memory the cores take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let of = |lane: &CoreLane| {
            lane.segments.capacity() * size_of::<CoreSegment>()
                + lane.pending.capacity() * size_of::<Visit>()
        };
        self.lanes.iter().map(of).sum::<usize>() + self.curves.bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn computing(core: u16, from: Nanos, until: Nanos) -> Segment {
        Segment {
            phase: Phase::Computing,
            from,
            to: until,
            is_open: false,
            task: None,
            core,
        }
    }

    fn view_of(workers: usize) -> Cores {
        Cores {
            seen: vec![0; workers],
            ..Cores::default()
        }
    }

    fn view(workers: usize, visits: &[(usize, Segment)]) -> Cores {
        let mut view = view_of(workers);
        visits
            .iter()
            .for_each(|(worker, segment)| view.add(*worker, segment));
        view.settle(
            visits
                .iter()
                .map(|(_, segment)| segment.to)
                .max()
                .unwrap_or(0),
        );
        view
    }

    fn on(view: &Cores, core: usize, from: Nanos, to: Nanos) -> (Nanos, Who) {
        let OnCore { time, who } = view.lanes[core].between(from, to);
        (time, who)
    }

    #[test]
    fn a_core_shows_which_workers_computed_on_it_and_for_how_long() {
        let view = view(
            4,
            &[
                (3, computing(0, 0, 100)),
                (1, computing(1, 0, 150)),
                (1, computing(0, 150, 200)),
                (2, computing(0, 200, 210)),
                (3, computing(0, 210, 220)),
            ],
        );
        assert_eq!(
            view.lanes.iter().map(|lane| lane.core).collect::<Vec<_>>(),
            [0, 1]
        );
        assert_eq!(on(&view, 0, 0, 100), (100, Who::One(3)));
        assert_eq!(on(&view, 0, 50, 140), (50, Who::One(3)));
        assert_eq!(on(&view, 0, 100, 150), (0, Who::Nobody));
        assert_eq!(on(&view, 0, 90, 160), (20, Who::Handover(3, 1)));
        assert_eq!(on(&view, 0, 190, 220), (30, Who::Several));
        assert_eq!(on(&view, 1, 0, 1_000), (150, Who::One(1)));
        assert_eq!(on(&view, 1, 150, 1_000), (0, Who::Nobody));
    }

    #[test]
    fn a_segment_that_goes_on_is_in_the_row_as_far_as_it_was_seen_and_counts_once() {
        let mut view = view_of(1);
        for until in [30, 30, 70, 100] {
            view.add(0, &computing(0, 0, until));
            view.settle(until);
            assert_eq!(on(&view, 0, 0, 1_000), (until, Who::One(0)));
        }
        assert_eq!(view.lanes[0].segments.len(), 1);
    }

    #[test]
    fn where_two_overlap_the_core_belongs_to_the_later_one_until_it_leaves() {
        let view = view(2, &[(0, computing(0, 0, 100)), (1, computing(0, 40, 60))]);
        assert_eq!(on(&view, 0, 0, 40), (40, Who::One(0)));
        assert_eq!(on(&view, 0, 40, 60), (20, Who::One(1)));
        assert_eq!(on(&view, 0, 60, 100), (40, Who::One(0)));
        assert_eq!(on(&view, 0, 0, 100), (100, Who::Several));
    }

    #[test]
    fn what_arrives_late_is_put_where_it_was() {
        let mut late = view_of(2);
        late.add(1, &computing(0, 40, 60));
        late.settle(60);
        late.add(0, &computing(0, 0, 100));
        late.settle(100);
        let at_once = view(2, &[(0, computing(0, 0, 100)), (1, computing(0, 40, 60))]);
        assert_eq!(late.lanes[0].segments, at_once.lanes[0].segments);
    }

    #[test]
    fn a_long_run_takes_bounded_memory_and_keeps_its_sums() {
        let mut view = view_of(2);
        let batches = 20;
        let per_batch = SEGMENTS_MAX as u64 / 4;
        for batch in 0..batches {
            for turn in batch * per_batch..(batch + 1) * per_batch {
                view.add(
                    turn as usize % 2,
                    &computing(0, turn * 100, turn * 100 + 50),
                );
            }
            view.settle((batch + 1) * per_batch * 100);
            assert!(view.lanes[0].segments.len() <= SEGMENTS_MAX);
        }
        let all = batches * per_batch;
        assert_eq!(on(&view, 0, 0, all * 100), (all * 50, Who::Several));
        let early = on(&view, 0, 0, all * 10);
        assert!(
            early.0.abs_diff(all * 5) < all / 100 && early.1 == Who::Several,
            "{early:?}"
        );
        view.add(0, &computing(0, all * 100, all * 100 + 50));
        view.settle(all * 100 + 50);
        assert_eq!(
            on(&view, 0, all * 100, all * 100 + 20),
            (20, Who::One(0)),
            "what comes is as fine as ever"
        );
    }

    proptest! {
        #[test]
        fn a_core_is_never_busier_than_time_passes_and_never_busy_without_a_worker(
            visits in proptest::collection::vec((0usize..5, 0u64..1_000, 1u64..200), 1..80),
            batches in 1usize..6,
            cuts in proptest::collection::vec(0u64..1_300, 2..12),
        ) {
            let mut view = view_of(5);
            let mut covered = [false; 1_300];
            let mut seen = [0u64; 5];
            for visits in visits.chunks(visits.len().div_ceil(batches)) {
                for (worker, from, length) in visits {
                    let until = from + length;
                    view.add(*worker, &computing(0, *from, until));
                    // A worker's time only goes forward.
                    (seen[*worker].max(*from)..until).for_each(|t| covered[t as usize] = true);
                    seen[*worker] = seen[*worker].max(until);
                }
                view.settle(1_300);
            }
            let mut cuts = cuts;
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                let expected = (pair[0]..pair[1]).filter(|t| covered[*t as usize]).count() as u64;
                let OnCore { time, who } = view.lanes[0].between(pair[0], pair[1]);
                prop_assert_eq!(time, expected);
                prop_assert_eq!(who == Who::Nobody, time == 0);
            }
        }
    }
}
