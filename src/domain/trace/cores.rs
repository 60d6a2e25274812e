//! Which worker computed on which core when: the run by core instead of by worker.
//!
//! A core's row is made of the workers' computing segments and the core in their stamps, up to each worker's last stamp.
//! As what happens within a tick is known only at its end, segments of two workers on a core can overlap by up to a tick:
//! then the core belongs to the one that came later, until that one leaves. So a core never counts twice.

use super::lane::Segment;
use super::look::Step;
use crate::domain::phase::Phase;
use crate::domain::time::Nanos;

/// Most stretches that all cores together keep; beyond them, the past becomes coarser.
const STRETCHES_MAX: usize = 1 << 18;
/// "Several took turns", where a stretch has a worker's number.
pub(super) const SEVERAL: u32 = u32::MAX;

/// Who computed on a core in some stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// None of our workers.
    Nobody,
    /// This worker and no other.
    One(u32),
    /// The first, and from some moment on only the second.
    Handover(u32, u32),
    /// Several workers took turns.
    Several,
}

/// What a core did for our workers in some stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnCore {
    /// How long any of them computed on it, in nanoseconds.
    pub time: Nanos,
    /// Which.
    pub who: Who,
}

/// From when until when one worker, or several in turn, had the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub from: Nanos,
    pub until: Nanos,
    /// How long the core computed for us until the end of this stretch.
    pub computed: Nanos,
    /// The worker, or [`SEVERAL`].
    pub who: u32,
    /// How often the core went from one to another until the begin of this stretch.
    changes: u32,
}

/// A worker on a core, as its stamps say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    from: Nanos,
    until: Nanos,
    who: u32,
}

/// One core's row of the picture.
#[derive(Clone, Debug, Default)]
pub struct CoreLane {
    core: u16,
    /// In order, without overlaps.
    pub(super) stretches: Vec<Stretch>,
    /// So many of them were made coarser, and stay as they are.
    sealed: usize,
    /// What was seen since the last time they were put in order.
    pending: Vec<Piece>,
}

impl CoreLane {
    /// Nobody had this core so far.
    pub(super) fn new(core: u16) -> CoreLane {
        CoreLane {
            core,
            ..CoreLane::default()
        }
    }

    /// Appends a stretch that begins `after` the end of the last one, of which so much was computed; returns its end.
    /// `None` if there was more computed than time.
    pub(super) fn append(
        &mut self,
        after: Nanos,
        length: Nanos,
        computed: Nanos,
        who: u32,
    ) -> Option<Nanos> {
        let last = self.stretches.last();
        let from = last.map_or(0, |last| last.until).checked_add(after)?;
        let until = from.checked_add(length)?;
        let changes = last.map_or(0, |last| last.changes + u32::from(last.who != who));
        let computed =
            last.map_or(0, |last| last.computed) + Some(computed).filter(|time| *time <= length)?;
        self.stretches.push(Stretch {
            from,
            until,
            computed,
            who,
            changes,
        });
        self.sealed = self.stretches.len();
        Some(until)
    }

    /// The core's number.
    pub fn core(&self) -> u16 {
        self.core
    }

    /// What the core did for our workers between two moments. O(log stretches).
    pub fn between(&self, from: Nanos, to: Nanos) -> OnCore {
        let begin = self
            .stretches
            .partition_point(|stretch| stretch.until <= from);
        let end = self.stretches.partition_point(|stretch| stretch.from < to);
        if begin >= end || from >= to {
            return OnCore {
                time: 0,
                who: Who::Nobody,
            };
        }
        let time = self.computed_until(end - 1, to) - self.computed_until(begin, from);
        OnCore {
            time,
            who: self.who(begin, end),
        }
    }

    /// When the next or previous turn begins, seen from `t`. O(log stretches).
    pub(super) fn turn_from(&self, t: Nanos, step: Step) -> Option<Nanos> {
        let begins_before = |t: Nanos| self.stretches.partition_point(|stretch| stretch.from < t);
        let index = match step {
            Step::Next => begins_before(t.saturating_add(1)),
            Step::Previous => begins_before(t).checked_sub(1)?,
        };
        self.stretches.get(index).map(|stretch| stretch.from)
    }

    /// How long the core computed for us until `moment`, which lies before the next stretch but not before the end of the
    /// one before `index`.
    fn computed_until(&self, index: usize, moment: Nanos) -> Nanos {
        let Stretch {
            from,
            until,
            computed,
            ..
        } = self.stretches[index];
        let before = self.computed_before(index);
        let passed = u128::from(moment.clamp(from, until) - from);
        // Of a coarse stretch, what was computed in it is spread evenly.
        let share = u128::from(computed - before) * passed / u128::from((until - from).max(1));
        before + u64::try_from(share).unwrap_or(u64::MAX)
    }

    fn computed_before(&self, index: usize) -> Nanos {
        index
            .checked_sub(1)
            .map_or(0, |before| self.stretches[before].computed)
    }

    /// Who had the core in stretches `begin..end`, at least one.
    fn who(&self, begin: usize, end: usize) -> Who {
        let (first, last) = (self.stretches[begin], self.stretches[end - 1]);
        match last.changes - first.changes {
            _ if first.who == SEVERAL || last.who == SEVERAL => Who::Several,
            0 => Who::One(first.who),
            1 => Who::Handover(first.who, last.who),
            _ => Who::Several,
        }
    }

    /// Takes in what was seen of a worker; from one task to the next it is the same piece.
    fn note(&mut self, piece: Piece) {
        match self.pending.last_mut() {
            Some(last) if last.who == piece.who && last.until == piece.from => {
                last.until = piece.until
            }
            _ => self.pending.push(piece),
        }
    }

    /// Puts what was seen since the last time in order. Most of it lies behind all that is known: then this costs no more
    /// than sorting it.
    fn settle(&mut self) {
        let Some(begin) = self.pending.iter().map(|piece| piece.from).min() else {
            return;
        };
        let kept = self
            .stretches
            .partition_point(|stretch| stretch.until <= begin)
            .max(self.sealed);
        let reopened = self.stretches.drain(kept..);
        self.pending.extend(reopened.map(
            |Stretch {
                 from, until, who, ..
             }| Piece { from, until, who },
        ));
        self.pending.sort_by_key(|piece| piece.from);
        let pieces = std::mem::take(&mut self.pending);
        self.lay(pieces);
    }

    /// Appends pieces, which begin in order, so that none overlaps another: the later one wins.
    fn lay(&mut self, pieces: Vec<Piece>) {
        let mut at = 0;
        let mut on_it: Vec<Piece> = vec![];
        for piece in pieces {
            self.lay_until(piece.from, &mut at, &mut on_it);
            at = at.max(piece.from);
            on_it.push(piece);
        }
        self.lay_until(Nanos::MAX, &mut at, &mut on_it);
    }

    /// From `at` until `end`, the core belongs to the last one that is on it, as long as that stays.
    fn lay_until(&mut self, end: Nanos, at: &mut Nanos, on_it: &mut Vec<Piece>) {
        while let Some(piece) = on_it.last() {
            let until = piece.until.min(end);
            if until > *at {
                self.push(Piece {
                    from: *at,
                    until,
                    who: piece.who,
                });
                *at = until;
            }
            if piece.until > end {
                return;
            }
            on_it.pop();
        }
    }

    /// Appends a piece, or makes the last stretch longer.
    fn push(&mut self, piece: Piece) {
        let sealed = self.stretches.len() <= self.sealed;
        let last = self.stretches.last_mut();
        let from = last
            .as_ref()
            .map_or(piece.from, |last| piece.from.max(last.until));
        if piece.until <= from {
            return;
        }
        let time = piece.until - from;
        let (computed, changes) = match last {
            Some(last) if last.who == piece.who && last.until == from && !sealed => {
                last.until = piece.until;
                last.computed += time;
                return;
            }
            Some(last) => (
                last.computed + time,
                last.changes + u32::from(last.who != piece.who),
            ),
            None => (time, 0),
        };
        self.stretches.push(Stretch {
            from,
            until: piece.until,
            computed,
            who: piece.who,
            changes,
        });
    }

    /// Makes one stretch of all that begin in the same slice of so many nanoseconds.
    fn coarsen(&mut self, slice: Nanos) {
        let mut coarse: Vec<Stretch> = vec![];
        for stretch in &self.stretches {
            match coarse
                .last_mut()
                .filter(|last| last.from / slice == stretch.from / slice)
            {
                Some(last) => {
                    (last.until, last.computed) = (stretch.until, stretch.computed);
                    last.who = if last.who == stretch.who {
                        last.who
                    } else {
                        SEVERAL
                    };
                }
                None => coarse.push(*stretch),
            }
        }
        let mut changes = 0;
        for i in 1..coarse.len() {
            changes += u32::from(coarse[i].who != coarse[i - 1].who);
            coarse[i].changes = changes;
        }
        if let Some(first) = coarse.first_mut() {
            first.changes = 0;
        }
        self.sealed = coarse.len();
        self.stretches = coarse;
    }
}

/// All cores of a run on which workers computed.
#[derive(Clone, Debug, Default)]
pub(super) struct CoreView {
    /// By number.
    cores: Vec<CoreLane>,
    /// Until when each worker's computing is in it.
    seen: Vec<Nanos>,
}

impl CoreView {
    /// Of so many workers, none of which has computed yet.
    pub fn new(workers: usize) -> CoreView {
        CoreView {
            cores: vec![],
            seen: vec![0; workers],
        }
    }

    /// The cores, by number.
    pub fn cores(&self) -> &[CoreLane] {
        &self.cores
    }

    /// Takes these rows as they are.
    ///
    /// # Errors
    /// They are not in the order of their numbers.
    pub fn restore(&mut self, cores: Vec<CoreLane>) -> Result<(), String> {
        if !cores.is_sorted_by(|a, b| a.core < b.core) {
            return Err("cores that are not in order".into());
        }
        self.cores = cores;
        Ok(())
    }

    /// Takes in a segment of a worker, closed or as far as it goes until now. What was seen of it before is left out.
    pub fn add(&mut self, worker: usize, segment: &Segment) {
        let from = segment.from.max(self.seen[worker]);
        self.seen[worker] = segment.until.max(from);
        if segment.phase == Phase::Computing && segment.until > from {
            let who = u32::try_from(worker).unwrap_or(SEVERAL);
            self.core(segment.core).note(Piece {
                from,
                until: segment.until,
                who,
            });
        }
    }

    fn core(&mut self, core: u16) -> &mut CoreLane {
        let index = match self.cores.binary_search_by_key(&core, |lane| lane.core) {
            Ok(index) => index,
            Err(index) => {
                self.cores.insert(index, CoreLane::new(core));
                index
            }
        };
        &mut self.cores[index]
    }

    /// Puts what was taken in in order, and forgets detail if there is too much of it in a run that is `now` so long.
    pub fn settle(&mut self, now: Nanos) {
        self.cores.iter_mut().for_each(CoreLane::settle);
        if self
            .cores
            .iter()
            .map(|lane| lane.stretches.len())
            .sum::<usize>()
            > STRETCHES_MAX
        {
            self.coarsen((STRETCHES_MAX / 2 / self.cores.len()) as u64, now);
        }
    }

    /// Keeps about so many stretches per core of a run that is `now` so long.
    pub fn coarsen(&mut self, slices: u64, now: Nanos) {
        let slice = (now / slices.max(1)).max(1);
        self.cores.iter_mut().for_each(|lane| lane.coarsen(slice));
    }

    /// How much memory the rows take, in bytes.
    pub fn bytes(&self) -> usize {
        let of = |lane: &CoreLane| {
            lane.stretches.capacity() * size_of::<Stretch>()
                + lane.pending.capacity() * size_of::<Piece>()
        };
        self.cores.iter().map(of).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn computing(core: u16, from: Nanos, until: Nanos) -> Segment {
        Segment {
            phase: Phase::Computing,
            from,
            until,
            core,
        }
    }

    fn view(workers: usize, pieces: &[(usize, Segment)]) -> CoreView {
        let mut view = CoreView::new(workers);
        pieces
            .iter()
            .for_each(|(worker, segment)| view.add(*worker, segment));
        view.settle(
            pieces
                .iter()
                .map(|(_, segment)| segment.until)
                .max()
                .unwrap_or(0),
        );
        view
    }

    fn on(view: &CoreView, core: usize, from: Nanos, to: Nanos) -> (Nanos, Who) {
        let OnCore { time, who } = view.cores()[core].between(from, to);
        (time, who)
    }

    #[test]
    fn a_core_tells_who_computed_on_it_and_for_how_long() {
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
            view.cores().iter().map(CoreLane::core).collect::<Vec<_>>(),
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
        let mut view = CoreView::new(1);
        for until in [30, 30, 70, 100] {
            view.add(0, &computing(0, 0, until));
            view.settle(until);
            assert_eq!(on(&view, 0, 0, 1_000), (until, Who::One(0)));
        }
        assert_eq!(view.cores()[0].stretches.len(), 1);
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
        let mut late = CoreView::new(2);
        late.add(1, &computing(0, 40, 60));
        late.settle(60);
        late.add(0, &computing(0, 0, 100));
        late.settle(100);
        let at_once = view(2, &[(0, computing(0, 0, 100)), (1, computing(0, 40, 60))]);
        assert_eq!(late.cores()[0].stretches, at_once.cores()[0].stretches);
    }

    #[test]
    fn a_long_run_takes_bounded_memory_and_keeps_its_sums() {
        let mut view = CoreView::new(2);
        let batches = 20;
        let per_batch = STRETCHES_MAX as u64 / 4;
        for batch in 0..batches {
            for turn in batch * per_batch..(batch + 1) * per_batch {
                view.add(
                    turn as usize % 2,
                    &computing(0, turn * 100, turn * 100 + 50),
                );
            }
            view.settle((batch + 1) * per_batch * 100);
            assert!(view.cores()[0].stretches.len() <= STRETCHES_MAX);
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
            pieces in proptest::collection::vec((0usize..5, 0u64..1_000, 1u64..200), 1..80),
            batches in 1usize..6,
            cuts in proptest::collection::vec(0u64..1_300, 2..12),
        ) {
            let mut view = CoreView::new(5);
            let mut covered = [false; 1_300];
            let mut seen = [0u64; 5];
            for pieces in pieces.chunks(pieces.len().div_ceil(batches)) {
                for (worker, from, length) in pieces {
                    let until = from + length;
                    view.add(*worker, &computing(0, *from, until));
                    // A worker's time only goes on.
                    (seen[*worker].max(*from)..until).for_each(|t| covered[t as usize] = true);
                    seen[*worker] = seen[*worker].max(until);
                }
                view.settle(1_300);
            }
            let mut cuts = cuts;
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                let expected = (pair[0]..pair[1]).filter(|t| covered[*t as usize]).count() as u64;
                let OnCore { time, who } = view.cores()[0].between(pair[0], pair[1]);
                prop_assert_eq!(time, expected);
                prop_assert_eq!(who == Who::Nobody, time == 0);
            }
        }
    }
}
