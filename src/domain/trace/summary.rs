//! How long groups of workers were in each phase, by buckets of time. Timelines of many workers are drawn from these
//! sums.
//!
//! ```text
//! level 2   ├───────────────────────────────────────┤   16 times as wide as level 0
//! level 1   ├─────────┼─────────┼─────────┼─────────┤    4 times
//! level 0   ├─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┤   at most 256 buckets, whatever the length of the run
//! ```
//!
//! Each closed segment is added to the buckets that it touches, on every level. This is a few additions, because most
//! segments are shorter than a bucket. When the run outgrows the buckets, neighbours merge, and all become twice as
//! wide. Then only the position of events within a bucket is lost. On each level, the buckets of all groups sum to the
//! lanes' exact times, even after the lanes themselves were thinned.
//!
//! Open segments are not included, because they may turn out to be something else. The caller adds them.

use std::ops::Range;

use super::look::Segment;
use crate::domain::{phase::PhaseTimes, time::Nanos};

/// The maximum number of groups of lanes. No screen has more rows.
const GROUPS_MAX: usize = 256;
/// The maximum number of buckets on the finest level.
const BUCKETS_MAX: u64 = 256;
/// The number of levels, and the power of two by which a bucket is wider than one of the level below.
const LEVELS: usize = 3;
const COARSER: u32 = 2;
/// The initial width of a bucket as a power of two of nanoseconds: about 16 µs.
const FIRST_SHIFT: u32 = 14;
/// A query uses the coarsest level that has this many buckets for each of its parts.
const BUCKETS_PER_PART: u64 = 4;

/// The sums of one run.
#[derive(Clone, Debug)]
pub(super) struct TraceSums {
    lanes: usize,
    /// The number of lanes in a group; the last one may have fewer.
    per_group: usize,
    /// Buckets of the finest level are `1 << shift` nanoseconds wide.
    shift: u32,
    /// By level, then by bucket, then by group.
    levels: [Vec<PhaseTimes>; LEVELS],
    /// The end of the last segment.
    until: Nanos,
}

impl Default for TraceSums {
    fn default() -> TraceSums {
        TraceSums::new(0)
    }
}

impl TraceSums {
    /// Empty sums of this many lanes.
    pub fn new(lanes: usize) -> TraceSums {
        TraceSums {
            lanes,
            per_group: lanes.div_ceil(GROUPS_MAX).max(1),
            shift: FIRST_SHIFT,
            levels: Default::default(),
            until: 0,
        }
    }

    fn groups(&self) -> usize {
        self.lanes.div_ceil(self.per_group)
    }

    /// Adds a closed segment of a lane.
    pub fn add(&mut self, lane: usize, segment: &Segment) {
        if segment.to <= segment.from {
            return;
        }
        self.until = self.until.max(segment.to);
        while (segment.to - 1) >> self.shift >= BUCKETS_MAX {
            self.widen();
        }
        let (group, groups) = (lane / self.per_group, self.groups());
        for (shift, level) in (self.shift..)
            .step_by(COARSER as usize)
            .zip(&mut self.levels)
        {
            let needed = (((segment.to - 1) >> shift) as usize + 1) * groups;
            if level.len() < needed {
                // All memory is reserved at once, because memory that is not touched is free.
                let most = (BUCKETS_MAX as usize * groups) >> (shift - self.shift);
                level.reserve_exact(most.max(needed) - level.len());
                level.resize(needed, PhaseTimes::default());
            }
            for (bucket, time) in parts(segment, shift) {
                level[bucket * groups + group][segment.phase] += time;
            }
        }
    }

    /// Makes all buckets twice as wide.
    fn widen(&mut self) {
        let groups = self.groups();
        for level in &mut self.levels {
            let buckets = level.len() / groups;
            for bucket in 0..buckets {
                for group in 0..groups {
                    let times = std::mem::take(&mut level[bucket * groups + group]);
                    level[bucket / 2 * groups + group].add(&times);
                }
            }
            level.truncate(buckets.div_ceil(2) * groups);
        }
        self.shift += 1;
    }

    /// The lanes that row `row` of `rows` represents. All rows together show each lane once. If there are fewer lanes
    /// than rows, some rows show none.
    pub fn lanes_of_row(&self, row: usize, rows: usize) -> Range<usize> {
        let start =
            |row: usize| (self.groups() * row / rows.max(1) * self.per_group).min(self.lanes);
        start(row)..start(row + 1)
    }

    /// How long these lanes together were in each phase between neighbouring `moments`, which ascend, up to `now`.
    /// Groups that start in `lanes` count as a whole. `open` are the lanes' open segments.
    ///
    /// A bucket that contains a moment counts as if its contents were spread evenly. The cost is O(groups × buckets) of
    /// the coarsest level that has a few buckets for each part.
    pub fn times(
        &self,
        lanes: Range<usize>,
        moments: &[Nanos],
        open: impl Iterator<Item = Segment>,
        now: Nanos,
    ) -> Vec<PhaseTimes> {
        let (Some(start), Some(end)) = (moments.first(), moments.last()) else {
            return vec![];
        };
        let until = now.max(self.until);
        let last = (*end).min(until).max(*start);
        let parts_asked = (moments.len() - 1).max(1) as u64;
        let level = self.level_for((end - start) / parts_asked);
        let level_shift = self.shift + level as u32 * COARSER;
        let mut shift = level_shift;
        // Open segments may be much longer than everything that has ended.
        while (last >> shift) - (start >> shift) >= BUCKETS_MAX << COARSER {
            shift += 1;
        }
        let (first, wider) = (start >> shift, shift - level_shift);
        let mut buckets = vec![PhaseTimes::default(); ((last >> shift) - first + 1) as usize];
        let group = |lane: usize| lane.div_ceil(self.per_group).min(self.groups());
        let groups = group(lanes.start)..group(lanes.end);
        let rows = self.levels[level].chunks(self.groups().max(1));
        let skipped = usize::try_from(first << wider).unwrap_or(usize::MAX);
        for (number, row) in rows.skip(skipped).enumerate() {
            let Some(bucket) = buckets.get_mut(number >> wider) else {
                break;
            };
            row[groups.clone()]
                .iter()
                .for_each(|times| bucket.add(times));
        }
        for segment in open {
            add_open(&mut buckets, &segment, first, shift);
        }
        cut(&buckets, first << shift, shift, moments, until)
    }

    /// The coarsest level with enough buckets in a part of this length.
    fn level_for(&self, part: Nanos) -> usize {
        (0..LEVELS)
            .rev()
            .find(|level| part >> (self.shift + *level as u32 * COARSER) >= BUCKETS_PER_PART)
            .unwrap_or(0)
    }

    /// How much memory the sums take, in bytes.
    pub fn bytes(&self) -> usize {
        self.levels
            .iter()
            .map(|level| level.capacity() * size_of::<PhaseTimes>())
            .sum()
    }
}

/// How much of a segment lies in each bucket that it touches.
fn parts(segment: &Segment, shift: u32) -> impl Iterator<Item = (usize, Nanos)> {
    let Segment { from, to, .. } = *segment;
    (from >> shift..=(to - 1) >> shift).map(move |bucket| {
        let (start, last) = (bucket << shift, (bucket << shift) + ((1 << shift) - 1));
        (
            bucket as usize,
            to.min(last.saturating_add(1)) - from.max(start),
        )
    })
}

/// Adds a segment to the buckets that it touches; the first bucket has number `first`.
fn add_open(buckets: &mut [PhaseTimes], segment: &Segment, first: u64, shift: u32) {
    let end = (first + buckets.len() as u64)
        .checked_shl(shift)
        .unwrap_or(Nanos::MAX);
    let part = Segment {
        from: segment.from.max(first << shift),
        to: segment.to.min(end),
        ..*segment
    };
    if part.to <= part.from {
        return;
    }
    for (bucket, time) in parts(&part, shift) {
        buckets[bucket - first as usize][segment.phase] += time;
    }
}

/// Cuts buckets into sums between moments. The buckets start at `origin`, and the last one ends at `until` at the
/// latest.
fn cut(
    buckets: &[PhaseTimes],
    origin: Nanos,
    shift: u32,
    moments: &[Nanos],
    until: Nanos,
) -> Vec<PhaseTimes> {
    let mut passed = PhaseTimes::default();
    let mut next = 0;
    let mut up_to = |moment: Nanos| {
        let moment = moment.min(until).max(origin) - origin;
        while next < buckets.len() && moment >> shift > next as u64 {
            passed.add(&buckets[next]);
            next += 1;
        }
        let Some(bucket) = buckets.get(next) else {
            return passed;
        };
        let start = (next as u64) << shift;
        let length = (1u64 << shift).min((until.max(origin) - origin).saturating_sub(start));
        let mut sum = passed;
        if length > 0 {
            sum.add(&bucket.scaled((moment - start) as f64 / length as f64));
        }
        sum
    };
    let Some((first, rest)) = moments.split_first() else {
        return vec![];
    };
    let mut before = up_to(*first);
    rest.iter()
        .map(|moment| {
            let sum = up_to(*moment);
            let times = sum.since(&before);
            before = sum;
            times
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::phase::Phase;

    fn segment(phase: Phase, from: Nanos, until: Nanos) -> Segment {
        Segment {
            phase,
            from,
            to: until,
            is_open: false,
            task: None,
            core: 0,
        }
    }

    fn sum_of(level: &[PhaseTimes]) -> PhaseTimes {
        let mut sum = PhaseTimes::default();
        level.iter().for_each(|times| sum.add(times));
        sum
    }

    #[test]
    fn every_lane_is_in_one_row_and_the_rows_are_in_order() {
        for (lanes, rows) in [
            (1, 1),
            (3, 9),
            (200, 5),
            (1_000, 17),
            (4_000, 60),
            (4_000, 400),
        ] {
            let summary = TraceSums::new(lanes);
            let mut next = 0;
            for row in 0..rows {
                let in_row = summary.lanes_of_row(row, rows);
                assert_eq!(in_row.start, next);
                next = in_row.end;
            }
            assert_eq!(next, lanes, "{lanes} lanes in {rows} rows");
        }
    }

    #[test]
    fn a_thousand_lanes_take_a_few_megabytes_however_long_the_run() {
        let mut summary = TraceSums::new(1_000);
        for lane in 0..1_000 {
            for second in 0..100 {
                let from = second * 1_000_000_000;
                summary.add(lane, &segment(Phase::Computing, from, from + 1_000_000_000));
            }
        }
        assert!(summary.bytes() <= 8 << 20, "{} bytes", summary.bytes());
    }

    #[test]
    fn a_row_shows_when_its_lanes_did_what() {
        let mut summary = TraceSums::new(2);
        let ms = 1_000_000;
        summary.add(0, &segment(Phase::Computing, 0, 400 * ms));
        summary.add(1, &segment(Phase::Gil, 0, 200 * ms));
        let open = [
            segment(Phase::Gil, 400 * ms, 600 * ms),
            segment(Phase::Idle, 200 * ms, 600 * ms),
        ];
        let moments = [0, 200 * ms, 400 * ms, 800 * ms];
        let times = summary.times(0..2, &moments, open.into_iter(), 600 * ms);
        let near = |time: Nanos, expected: Nanos| time.abs_diff(expected) <= 200 * ms / 16;
        assert!(
            near(times[0][Phase::Computing], 200 * ms) && near(times[0][Phase::Gil], 200 * ms),
            "{times:?}"
        );
        assert!(
            near(times[1][Phase::Computing], 200 * ms) && near(times[1][Phase::Idle], 200 * ms),
            "{times:?}"
        );
        assert!(
            near(times[2][Phase::Gil], 200 * ms) && near(times[2][Phase::Idle], 200 * ms),
            "{times:?}"
        );
    }

    #[test]
    fn an_open_segment_much_longer_than_all_closed_ones_counts_up_to_now() {
        let mut summary = TraceSums::new(2);
        let s = 1_000_000_000;
        summary.add(0, &segment(Phase::Starting, 0, 1_000));
        let open = [segment(Phase::Sleep, 1_000, 20 * s)];
        let times = summary.times(0..2, &[0, 10 * s, 20 * s], open.into_iter(), 20 * s);
        assert_eq!(sum_of(&times).total(), 20 * s);
        assert!(
            times[1][Phase::Sleep].abs_diff(10 * s) <= 20 * s / 256,
            "{times:?}"
        );
    }

    proptest! {
        #[test]
        fn on_each_level_the_buckets_sum_to_what_was_added(
            lanes in 1usize..600,
            segments in proptest::collection::vec((any::<u16>(), 0u64..5_000_000_000, 0u64..200_000_000, 0u8..8), 1..60),
        ) {
            let mut summary = TraceSums::new(lanes);
            let mut expected = PhaseTimes::default();
            for (lane, from, length, phase) in segments {
                let phase = Phase::from_number(phase).unwrap();
                expected[phase] += length;
                summary.add(usize::from(lane) % lanes, &segment(phase, from, from + length));
            }
            for level in &summary.levels {
                prop_assert_eq!(sum_of(level), expected);
                prop_assert!(level.len() <= BUCKETS_MAX as usize * summary.groups());
            }
        }

        #[test]
        fn what_is_cut_into_parts_sums_to_the_whole(
            segments in proptest::collection::vec((0u64..50_000_000, 1u64..20_000_000, 0u8..7), 1..30),
            mut moments in proptest::collection::vec(0u64..100_000_000, 0..30),
        ) {
            let mut summary = TraceSums::new(1);
            let mut expected = 0;
            for (from, length, phase) in segments {
                expected += length;
                summary.add(0, &segment(Phase::from_number(phase).unwrap(), from, from + length));
            }
            moments.extend([0, Nanos::MAX]);
            moments.sort_unstable();
            let times = summary.times(0..1, &moments, std::iter::empty(), 0);
            prop_assert_eq!(sum_of(&times).total(), expected);
        }
    }
}
