//! The runs that the user can look at, their pictures, and how much memory those may take.

mod compare;
mod earlier;
mod pictures;
mod removal;
mod repeats;

pub use earlier::EarlierRun;
pub use pictures::{THINNED_SLICES, TRACE_BYTES};

use std::sync::Arc;

use super::provenance::{Origin, Provenance};
use super::record::Record;
use super::speedup::{Baseline, Gain};
use super::text::moment;
use super::trace::Trace;
use super::verdict;
use removal::Removal;

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
    /// A run that has not been compared with any other.
    fn new(
        number: usize,
        name: Option<String>,
        provenance: Arc<Provenance>,
        record: Record,
        trace: Trace,
        picture: Picture,
    ) -> Entry {
        Entry {
            number,
            name,
            provenance,
            record,
            trace,
            picture,
            speedup: None,
            baseline: None,
            is_baseline: false,
            is_fastest: false,
        }
    }

    /// Whether an earlier session measured it, or another one that goes on.
    #[must_use]
    pub fn is_earlier(&self) -> bool {
        self.provenance.origin == Origin::Earlier
    }

    /// Whether this session did not measure it.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.provenance.origin != Origin::Here
    }

    /// When and where its session measured, in a few words, for somebody who is `here`.
    #[must_use]
    pub fn session_in_words(&self, here: &Provenance) -> String {
        let (when, machine) = (moment(&self.record.started_at), self.provenance.machine.in_short());
        match self.provenance.origin {
            Origin::Here => "this session".into(),
            Origin::Earlier if self.provenance.is_same_machine(here) => format!("{when} UTC · this machine"),
            Origin::Earlier => format!("{when} UTC · on {machine}"),
            Origin::Recorded => format!("{when} UTC · recorded on {machine}"),
        }
    }

    /// When and where it was measured, in one sentence for somebody who is `here`; `None` if that was here and now.
    #[must_use]
    pub fn origin_in_words(&self, here: &Provenance) -> Option<String> {
        let (when, machine) = (moment(&self.record.started_at), self.provenance.machine.in_short());
        let another = "another machine, so nothing measured here is compared with it";
        match self.provenance.origin {
            Origin::Here => None,
            Origin::Earlier if self.provenance.is_same_machine(here) => {
                Some(format!("measured in an earlier session on this machine, {when} UTC"))
            }
            Origin::Earlier => {
                Some(format!("measured in an earlier session, {when} UTC, on {machine}: {another}"))
            }
            Origin::Recorded if self.provenance.is_same_machine(here) => {
                Some(format!("recorded on this machine, {when} UTC"))
            }
            Origin::Recorded => Some(format!("recorded on {machine}, {when} UTC: {another}")),
        }
    }

    /// Its number, with its name if it has one: `#12 demo`.
    #[must_use]
    pub fn called(&self) -> String {
        match &self.name {
            Some(name) => format!("#{} {name}", self.number),
            None => format!("#{}", self.number),
        }
    }

    /// What it looked like, if that is at hand.
    #[must_use]
    pub fn picture(&self) -> Option<&Trace> {
        (self.picture == Picture::Here).then_some(&self.trace)
    }

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
///
/// ```text
///  history            the entries, in ascending order of their numbers
///   ├─ compare        baselines, speed-ups and the fastest: only of the work that changed, in O(n)
///   ├─ earlier        runs that this session did not measure come in; numbers change hands
///   ├─ pictures       which pictures are here, and how much memory they may take
///   ├─ removal        what was taken out, and back in
///   └─ repeats        what runs of one configuration say together
/// ```
#[derive(Clone, Debug)]
pub struct History {
    /// Their numbers ascend.
    entries: Vec<Entry>,
    /// The numbers of the runs that the user made baselines: at most one of each work.
    chosen_baselines: Vec<usize>,
    /// What was removed and can come back, the latest last.
    removals: Vec<Removal>,
    /// The highest number that was ever given: none is given twice.
    highest: usize,
    /// Whose pictures are looked at now.
    in_sight: Vec<usize>,
    here: Arc<Provenance>,
}

impl History {
    /// An empty history, in which new runs come from `here`.
    #[must_use]
    pub fn new(here: Arc<Provenance>) -> History {
        History {
            entries: vec![],
            chosen_baselines: vec![],
            removals: vec![],
            highest: 0,
            in_sight: vec![],
            here,
        }
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

    fn get_mut(&mut self, number: usize) -> Option<&mut Entry> {
        let at = self.index_of(number)?;
        self.entries.get_mut(at)
    }

    fn index_of(&self, number: usize) -> Option<usize> {
        self.entries.binary_search_by_key(&number, |entry| entry.number).ok()
    }

    /// The number that the next run gets.
    #[must_use]
    pub fn next_number(&self) -> usize {
        self.highest + 1
    }

    /// Adds a run and recomputes the speed-ups of the same work, as it may be their new baseline. Returns its number,
    /// and whether a picture had to be thinned: this one while it grew, or older ones now.
    pub fn add(&mut self, record: Record, trace: Trace) -> (usize, bool) {
        let number = self.next_number();
        let poorer = trace.is_thinned();
        let here = Arc::clone(&self.here);
        self.highest = number;
        self.entries.push(Entry::new(number, None, here, record, trace, Picture::Here));
        self.compare_same_work(number);
        self.doubt_outliers(number);
        (number, self.make_room(TRACE_BYTES) || poorer)
    }

    /// Calls a run something else, or nothing; returns whether there is such a run.
    pub fn rename(&mut self, number: usize, name: Option<String>) -> bool {
        self.get_mut(number).map(|entry| entry.name = name).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Model;
    use super::super::phase::Phase;
    use super::super::record::{Outcome, sample};
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
