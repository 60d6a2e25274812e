//! The runs that the user can look at, their pictures, and how much memory those may take.

mod repeats;

use std::sync::Arc;

use super::plan::Plan;
use super::provenance::Provenance;
use super::record::{Outcome, Record};
use super::speedup::{self, Baseline, Gain};
use super::trace::{EVENTS_PER_SLICE, Trace};
use super::verdict;

/// The most memory that the pictures of a session take together, in bytes.
pub const TRACE_BYTES: usize = 256 << 20;
/// Who is faster by less than this has won nothing.
const A_GAIN: f64 = 1.1;
/// How many slices a lane keeps when its picture is thinned.
const THINNED_SLICES: u64 = 512;
/// With more events than this in a lane, thinning is worth it.
const THINNED_EVENTS: u64 = 2 * EVENTS_PER_SLICE * THINNED_SLICES;

/// Whether there is a picture of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Its trace is here.
    Here,
    /// Its trace can be read from the kept history.
    Kept,
    /// Its trace is being read.
    Awaited,
    /// There is none: one sentence says why.
    Gone(String),
}

/// A record with its picture and its number on the screen.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Counts from 1 in the order of measuring; numbers of runs that were removed stay unused.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<String>,
    /// Where and when it was measured.
    pub provenance: Arc<Provenance>,
    /// What was measured.
    pub record: Record,
    /// What it looked like; without lanes unless `picture` is [`Picture::Here`].
    pub trace: Trace,
    /// Whether there is a picture.
    pub picture: Picture,
    /// Times faster than its baseline; `None` without one.
    pub speedup: Option<f64>,
    /// What its speed-up is measured against; `None` if there is nothing.
    pub baseline: Option<Baseline>,
    /// Whether it is the baseline of its work.
    pub is_baseline: bool,
    /// Whether it is the fastest of its work, see [`History::fastest_of`].
    pub is_fastest: bool,
}

impl Entry {
    /// Its speed-up with what it was measured against: against itself there is none to tell.
    #[must_use]
    pub fn gain(&self) -> Option<Gain> {
        let over = self.baseline.filter(|baseline| baseline.number != self.number)?;
        Some(Gain { factor: self.speedup?, over })
    }

    /// Speed-up per worker; `None` unless its baseline had one worker.
    #[must_use]
    pub fn efficiency(&self) -> Option<f64> {
        Gain { factor: self.speedup?, over: self.baseline? }.efficiency(self.record.plan.workers())
    }

    /// What came out, in one sentence.
    #[must_use]
    pub fn verdict(&self) -> String {
        verdict::concluded(&self.record, self.gain())
    }
}

/// The runs that the user can look at, oldest first.
#[derive(Clone, Debug)]
pub struct History {
    /// Their numbers ascend.
    entries: Vec<Entry>,
    /// The numbers of the runs that the user made baselines: at most one of each work.
    chosen_baselines: Vec<usize>,
    here: Arc<Provenance>,
}

impl History {
    /// An empty history, in which new runs come from `here`.
    #[must_use]
    pub fn new(here: Arc<Provenance>) -> History {
        History { entries: vec![], chosen_baselines: vec![], here }
    }

    /// Where new runs come from.
    #[must_use]
    pub fn here(&self) -> &Arc<Provenance> {
        &self.here
    }

    /// All entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with this number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Entry> {
        self.entries.get(self.index_of(number)?)
    }

    fn index_of(&self, number: usize) -> Option<usize> {
        self.entries.binary_search_by_key(&number, |entry| entry.number).ok()
    }

    /// What runs of this work are measured against in this session: what the user chose, else the latest sound serial
    /// record of the session.
    #[must_use]
    pub fn baseline_of(&self, work: &Plan) -> Option<&Entry> {
        self.baseline_in(work, &self.here)
    }

    /// The same for the runs of another session: unless the user chose one of the same machine, a baseline was measured
    /// in the same session.
    fn baseline_in(&self, work: &Plan, provenance: &Provenance) -> Option<&Entry> {
        let chosen =
            self.chosen_baseline_of(work).filter(|entry| entry.provenance.is_same_machine(provenance));
        let default = || {
            let of_session = |entry: &&Entry| entry.provenance.is_same_session(provenance);
            self.entries.iter().rev().filter(of_session).find(|entry| entry.record.is_baseline_of(work))
        };
        chosen.or_else(default)
    }

    fn chosen_baseline_of(&self, work: &Plan) -> Option<&Entry> {
        let chosen = self.chosen_baselines.iter().filter_map(|number| self.get(*number));
        chosen.into_iter().find(|entry| entry.record.plan.same_work(work))
    }

    /// Makes this run the baseline of all runs of the same work; if it was made that before, the latest sound serial run
    /// is the baseline again.
    ///
    /// # Errors
    /// Why it cannot be one, in one sentence: it did not do all of its work.
    pub fn choose_baseline(&mut self, number: usize) -> Result<(), String> {
        let Some(entry) = self.get(number) else { return Ok(()) };
        let record = &entry.record;
        if !record.is_sound() {
            let what = match record.outcome {
                Outcome::Completed => "some of its tasks failed".to_string(),
                outcome => format!("it was {}", outcome.name()),
            };
            return Err(format!("#{number} cannot be a baseline: {what}, so its time says nothing"));
        }
        let was_chosen = self.chosen_baselines.contains(&number);
        let work = record.plan.clone();
        self.forget_baseline(&work);
        if !was_chosen {
            self.chosen_baselines.push(number);
            self.compare();
        }
        Ok(())
    }

    /// Makes this run the baseline of all runs of the same work, whatever was chosen before. What is the baseline anyway
    /// need not be chosen.
    ///
    /// # Errors
    /// Why it cannot be one, in one sentence.
    pub fn measure_against(&mut self, number: usize) -> Result<(), String> {
        let Some(entry) = self.get(number) else { return Ok(()) };
        let (work, is_sound) = (entry.record.plan.clone(), entry.record.is_sound());
        if is_sound {
            self.forget_baseline(&work);
        }
        if self.get(number).is_some_and(|entry| entry.is_baseline) {
            Ok(())
        } else {
            self.choose_baseline(number)
        }
    }

    /// Measures runs of this work against the latest sound serial run again.
    pub fn forget_baseline(&mut self, work: &Plan) {
        let chosen = self.chosen_baseline_of(work).map(|entry| entry.number);
        self.chosen_baselines.retain(|number| Some(*number) != chosen);
        self.compare();
    }

    /// Adds a run and recomputes the speed-ups of the same work, as it may be their new baseline. Returns its number,
    /// and whether a picture had to be thinned: this one while it grew, or older ones now.
    pub fn add(&mut self, record: Record, trace: Trace) -> (usize, bool) {
        let number = self.entries.last().map_or(1, |last| last.number + 1);
        let poorer = trace.is_thinned();
        self.entries.push(Entry {
            number,
            name: None,
            provenance: Arc::clone(&self.here),
            record,
            trace,
            picture: Picture::Here,
            speedup: None,
            baseline: None,
            is_baseline: false,
            is_fastest: false,
        });
        self.compare();
        self.doubt_outliers(number);
        (number, self.make_room(TRACE_BYTES) || poorer)
    }

    fn compare(&mut self) {
        let compared: Vec<_> = self.entries.iter().map(|entry| self.place_of(entry)).collect();
        for (entry, (speedup, baseline, is_fastest)) in self.entries.iter_mut().zip(compared) {
            (entry.speedup, entry.baseline, entry.is_fastest) = (speedup, baseline, is_fastest);
            entry.is_baseline = baseline.is_some_and(|baseline| baseline.number == entry.number);
            let cores_usable = entry.provenance.machine.cores_usable;
            entry.record.doubt_speedup(entry.gain(), cores_usable);
        }
    }

    /// An entry's speed-up, what it is measured against, and whether it is the fastest of its work.
    fn place_of(&self, entry: &Entry) -> (Option<f64>, Option<Baseline>, bool) {
        let baseline = self.baseline_in(&entry.record.plan, &entry.provenance);
        let speedup = baseline.and_then(|baseline| speedup::speedup(&entry.record, &baseline.record));
        let is_fastest = self.fastest_in(&entry.record.plan, &entry.provenance) == Some(entry.number);
        (speedup, baseline.map(|baseline| self.as_baseline(baseline)), is_fastest)
    }

    fn as_baseline(&self, entry: &Entry) -> Baseline {
        Baseline {
            number: entry.number,
            model: entry.record.plan.model(),
            workers: entry.record.plan.workers(),
            parallelism: entry.record.parallelism,
            is_chosen: self.chosen_baselines.contains(&entry.number),
        }
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

    /// The number of this session's fastest sound record of the same work, if it won: by a tenth at least over the
    /// slowest, as single runs cannot tell less apart.
    #[must_use]
    pub fn fastest_of(&self, work: &Plan) -> Option<usize> {
        self.fastest_in(work, &self.here)
    }

    fn fastest_in(&self, work: &Plan, provenance: &Provenance) -> Option<usize> {
        let same = || {
            let of_session = self.entries.iter().filter(|entry| entry.provenance.is_same_session(provenance));
            of_session.filter(|entry| entry.record.is_sound() && entry.record.plan.same_work(work))
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
    use super::super::workload::WorkloadKind::{Cpu, Io};
    use super::*;

    fn add(history: &mut History, model: Model, workers: u64, wall_s: f64) -> usize {
        let plan = sample::plan(Cpu, model, workers);
        let trace = Trace::new(plan.workers());
        history.add(sample::record(plan, wall_s, 1.0), trace).0
    }

    #[test]
    fn a_baseline_measured_later_gives_earlier_rows_their_speedup() {
        let mut history = sample::history(2);
        add(&mut history, Model::Processes, 2, 1.0);
        assert_eq!(history.entries()[0].speedup, None);
        add(&mut history, Model::Serial, 1, 2.0);
        assert_eq!(history.entries()[0].speedup, Some(2.0));
        assert_eq!(history.entries()[1].speedup, Some(1.0));
    }

    #[test]
    fn a_chosen_baseline_is_what_all_runs_of_its_work_are_measured_against_until_it_is_chosen_again() {
        let mut history = sample::history(8);
        add(&mut history, Model::Serial, 1, 4.0);
        let threads = add(&mut history, Model::Threads, 2, 2.0);
        add(&mut history, Model::Processes, 4, 1.0);
        let other = sample::plan(Io, Model::Serial, 1);
        history.add(sample::record(other, 9.0, 1.0), Trace::new(1));
        let speedups = |history: &History| -> Vec<Option<f64>> {
            history.entries().iter().map(|entry| entry.speedup).collect()
        };
        history.choose_baseline(threads).unwrap();
        assert_eq!(speedups(&history), [Some(0.5), Some(1.0), Some(2.0), Some(1.0)], "io has its own");
        assert!(history.entries()[1].is_baseline && !history.entries()[0].is_baseline);
        assert!(history.entries()[2].verdict().contains("2.0× faster than #2 threads"));
        assert_eq!(history.entries()[2].efficiency(), None, "it had two workers");
        add(&mut history, Model::Serial, 1, 8.0);
        assert!(history.entries()[1].is_baseline, "a new serial run does not take the choice away");
        history.choose_baseline(threads).unwrap();
        assert_eq!(history.entries()[2].speedup, Some(8.0), "the latest serial run again");
        assert_eq!(history.entries()[2].efficiency(), Some(2.0));
    }

    #[test]
    fn the_latest_choice_of_a_baseline_counts() {
        let mut history = sample::history(8);
        add(&mut history, Model::Threads, 2, 2.0);
        add(&mut history, Model::Threads, 4, 1.0);
        history.choose_baseline(1).unwrap();
        history.choose_baseline(2).unwrap();
        assert_eq!(history.entries()[0].speedup, Some(0.5));
        history.forget_baseline(&sample::plan(Cpu, Model::Serial, 1));
        assert_eq!(history.entries()[0].speedup, None, "there is no serial run");
    }

    #[test]
    fn a_run_that_did_not_do_all_of_its_work_is_refused_as_baseline() {
        let mut history = sample::history(2);
        let mut record = sample::record(sample::plan(Cpu, Model::Threads, 2), 1.0, 1.0);
        record.outcome = Outcome::Cancelled;
        history.add(record.clone(), Trace::new(2));
        (record.outcome, record.tasks_failed) = (Outcome::Completed, 1);
        history.add(record, Trace::new(2));
        assert!(history.choose_baseline(1).unwrap_err().contains("it was cancelled"));
        assert!(history.choose_baseline(2).unwrap_err().contains("tasks failed"));
        assert!(history.entries().iter().all(|entry| !entry.is_baseline));
    }

    #[test]
    fn a_speedup_that_the_cores_cannot_explain_is_doubted_once() {
        let mut history = sample::history(2);
        add(&mut history, Model::Serial, 1, 3.0);
        add(&mut history, Model::Processes, 2, 1.0);
        add(&mut history, Model::Serial, 1, 3.0);
        let caveats: Vec<usize> = history.entries().iter().map(|entry| entry.record.caveats.len()).collect();
        assert_eq!(caveats, [0, 1, 0]);
    }

    #[test]
    fn the_fastest_is_marked_only_if_it_won() {
        let mut history = sample::history(2);
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
        let mut history = sample::history(2);
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
