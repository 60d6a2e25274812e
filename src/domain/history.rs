//! The runs of this session, their pictures, and how much memory those may take.

use super::plan::Plan;
use super::record::Record;
use super::speedup;
use super::trace::{EVENTS_PER_SLICE, Trace};

/// The most memory that the pictures of a session take together, in bytes.
pub const TRACE_BYTES: usize = 256 << 20;
/// Who is faster by less than this has won nothing.
const A_GAIN: f64 = 1.1;
/// How many slices a lane keeps when its picture is thinned.
const THINNED_SLICES: u64 = 512;
/// With more events than this in a lane, thinning is worth it.
const THINNED_EVENTS: u64 = 2 * EVENTS_PER_SLICE * THINNED_SLICES;

/// A record with its picture and its number on the screen.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Counts from 1 in the order of measuring.
    pub number: usize,
    /// What was measured.
    pub record: Record,
    /// What it looked like.
    pub trace: Trace,
    /// Times faster than its baseline; `None` without one.
    pub speedup: Option<f64>,
    /// Whether it is the baseline of its work.
    pub is_baseline: bool,
    /// Whether it is the fastest of its work, see [`History::fastest_of`].
    pub is_fastest: bool,
}

/// The runs of a session, oldest first.
#[derive(Clone, Debug)]
pub struct History {
    entries: Vec<Entry>,
    cores_usable: u32,
}

impl History {
    /// An empty history of runs on a machine with so many usable cores.
    #[must_use]
    pub fn new(cores_usable: u32) -> History {
        History { entries: vec![], cores_usable }
    }

    /// All entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with this number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Entry> {
        self.entries.get(number.checked_sub(1)?)
    }

    /// The latest sound serial record of the same work.
    #[must_use]
    pub fn baseline_of(&self, work: &Plan) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.record.is_baseline_of(work))
    }

    /// Adds a run and recomputes the speed-ups of the same work, as it may be their new baseline. Returns its number,
    /// and whether a picture had to be thinned: this one while it grew, or older ones now.
    pub fn add(&mut self, record: Record, trace: Trace) -> (usize, bool) {
        let number = self.entries.len() + 1;
        self.entries.push(Entry {
            number,
            record,
            trace,
            speedup: None,
            is_baseline: false,
            is_fastest: false,
        });
        let poorer = self.entries[number - 1].trace.is_thinned();
        self.compare();
        (number, self.make_room(TRACE_BYTES) || poorer)
    }

    fn compare(&mut self) {
        let compared: Vec<_> = self.entries.iter().map(|entry| self.place_of(entry)).collect();
        for (entry, (speedup, is_baseline, is_fastest)) in self.entries.iter_mut().zip(compared) {
            (entry.speedup, entry.is_baseline, entry.is_fastest) = (speedup, is_baseline, is_fastest);
            entry.record.doubt_speedup(speedup, self.cores_usable);
        }
    }

    /// An entry's speed-up, whether it is the baseline, and whether it is the fastest of its work.
    fn place_of(&self, entry: &Entry) -> (Option<f64>, bool, bool) {
        let baseline = self.baseline_of(&entry.record.plan);
        let speedup = baseline.and_then(|baseline| speedup::speedup(&entry.record, &baseline.record));
        let is = |number: Option<usize>| number == Some(entry.number);
        (speedup, is(baseline.map(|baseline| baseline.number)), is(self.fastest_of(&entry.record.plan)))
    }

    /// Thins the oldest pictures first until all fit into `bytes`.
    fn make_room(&mut self, bytes: usize) -> bool {
        let mut total: usize = self.entries.iter().map(|entry| entry.trace.bytes()).sum();
        let mut thinned = false;
        for entry in &mut self.entries {
            if total <= bytes {
                break;
            }
            if entry.trace.most_events() as u64 > THINNED_EVENTS {
                total -= entry.trace.bytes();
                entry.trace.thin(THINNED_SLICES);
                total += entry.trace.bytes();
                thinned = true;
            }
        }
        thinned
    }

    /// The number of the fastest sound record of the same work, if it won: by a tenth at least over the slowest, as
    /// single runs cannot tell less apart.
    #[must_use]
    pub fn fastest_of(&self, work: &Plan) -> Option<usize> {
        let same = || {
            self.entries.iter().filter(|entry| entry.record.is_sound() && entry.record.plan.same_work(work))
        };
        let by_time = |a: &&Entry, b: &&Entry| a.record.wall_s.total_cmp(&b.record.wall_s);
        let (fastest, slowest) = (same().min_by(by_time)?, same().max_by(by_time)?);
        let has_won = slowest.record.wall_s > fastest.record.wall_s * A_GAIN;
        has_won.then_some(fastest.number)
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Model;
    use super::super::phase::Phase;
    use super::super::record::sample;
    use super::super::trace::{Batch, LaneUpdate, Transition};
    use super::super::workload::WorkloadKind::Cpu;
    use super::*;

    fn add(history: &mut History, model: Model, workers: u64, wall_s: f64) -> usize {
        let plan = sample::plan(Cpu, model, workers);
        let trace = Trace::new(plan.workers());
        history.add(sample::record(plan, wall_s, 1.0), trace).0
    }

    #[test]
    fn a_baseline_measured_later_gives_earlier_rows_their_speedup() {
        let mut history = History::new(2);
        add(&mut history, Model::Processes, 2, 1.0);
        assert_eq!(history.entries()[0].speedup, None);
        add(&mut history, Model::Serial, 1, 2.0);
        assert_eq!(history.entries()[0].speedup, Some(2.0));
        assert_eq!(history.entries()[1].speedup, Some(1.0));
    }

    #[test]
    fn a_speedup_that_the_cores_cannot_explain_is_doubted_once() {
        let mut history = History::new(2);
        add(&mut history, Model::Serial, 1, 3.0);
        add(&mut history, Model::Processes, 2, 1.0);
        add(&mut history, Model::Serial, 1, 3.0);
        let caveats: Vec<usize> = history.entries().iter().map(|entry| entry.record.caveats.len()).collect();
        assert_eq!(caveats, [0, 1, 0]);
    }

    #[test]
    fn the_fastest_is_marked_only_if_it_won() {
        let mut history = History::new(2);
        add(&mut history, Model::Serial, 1, 2.0);
        let plan = sample::plan(Cpu, Model::Serial, 1);
        assert_eq!(history.fastest_of(&plan), None);
        add(&mut history, Model::GilThreads, 4, 1.9);
        assert_eq!(history.fastest_of(&plan), None, "no gain");
        add(&mut history, Model::Processes, 2, 1.0);
        assert_eq!(history.fastest_of(&plan), Some(3));
    }

    #[test]
    fn the_oldest_pictures_are_thinned_first_and_only_as_far_as_needed() {
        let mut history = History::new(2);
        for _ in 0..3 {
            let mut trace = Trace::new(1);
            let transitions = (0..50_000)
                .map(|i| Transition {
                    at: i * 100,
                    task: Some(0),
                    phase: if i % 2 == 0 { Phase::Computing } else { Phase::File },
                    core: 0,
                    after_gap: false,
                })
                .collect();
            let lanes = vec![LaneUpdate { transitions, ..LaneUpdate::default() }];
            trace.apply(Batch { now: 5_000_000, lanes, ..Batch::default() });
            history.add(sample::record(sample::plan(Cpu, Model::Serial, 1), 1.0, 1.0), trace);
        }
        let one = history.entries()[0].trace.bytes();
        assert!(history.make_room(one * 2 + one / 2));
        let thinned: Vec<bool> = history.entries().iter().map(|entry| entry.trace.is_thinned()).collect();
        assert_eq!(thinned, [true, false, false]);
    }
}
