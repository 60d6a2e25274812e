//! The runs that the user can look at, their pictures, and how much memory those may take.

mod compare;
mod earlier;
mod pictures;
mod removal;
mod repeats;
mod sweeps;

pub use earlier::EarlierRun;
pub use pictures::{THINNED_SLICES, TRACE_BYTES};
pub use sweeps::{EarlierSweep, Peak, SweepEntry};

use std::sync::Arc;

use super::assessment::Assessment;
use super::provenance::{Origin, Provenance};
use super::record::Record;
use super::speedup::Gain;
use super::trace::Trace;
use crate::catalog::caveat::Caveat;
use crate::catalog::metric::AssessedRun;
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
    /// What the other runs say about it.
    pub assessment: Assessment,
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
            assessment: Assessment::default(),
        }
    }

    /// Whether an earlier session measured it, or another one that goes on.
    pub fn is_earlier(&self) -> bool {
        self.provenance.origin == Origin::Earlier
    }

    /// Whether this session did not measure it.
    pub fn is_foreign(&self) -> bool {
        self.provenance.origin != Origin::Here
    }

    /// Its number, with its name if it has one: `#12 demo`.
    pub fn called(&self) -> String {
        match &self.name {
            Some(name) => format!("#{} {name}", self.number),
            None => format!("#{}", self.number),
        }
    }

    /// What it looked like, if that is at hand.
    pub fn picture(&self) -> Option<&Trace> {
        (self.picture == Picture::Here).then_some(&self.trace)
    }

    /// Its speed-up with what it was measured against: against itself there is none to tell.
    pub fn gain(&self) -> Option<Gain> {
        self.assessment.gain()
    }

    /// Speed-up per worker; `None` unless its baseline had one worker.
    pub fn efficiency(&self) -> Option<f64> {
        self.assessment.efficiency(self.record.plan.workers())
    }

    /// Every reason to trust it less.
    pub fn caveats(&self) -> impl Iterator<Item = &Caveat> + Clone {
        self.assessment.caveats(&self.record)
    }

    /// Whether there is any.
    pub fn is_doubted(&self) -> bool {
        self.caveats().next().is_some()
    }

    /// It with what other runs say about it.
    pub fn assessed(&self) -> AssessedRun<'_> {
        AssessedRun {
            record: &self.record,
            speedup: self.assessment.speedup,
            efficiency: self.efficiency(),
        }
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
///   └─ sweeps         sweeps, which share the numbers of the runs, and which runs are theirs
///   └─ repeats        what runs of one configuration say together
/// ```
#[derive(Clone, Debug)]
pub struct History {
    /// Their numbers ascend.
    entries: Vec<Entry>,
    /// Their numbers ascend; none of them is a run's.
    sweeps: Vec<SweepEntry>,
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
    pub fn new(here: Arc<Provenance>) -> History {
        History {
            entries: vec![],
            sweeps: vec![],
            chosen_baselines: vec![],
            removals: vec![],
            highest: 0,
            in_sight: vec![],
            here,
        }
    }

    /// Where new runs come from.
    pub fn here(&self) -> &Arc<Provenance> {
        &self.here
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with this number.
    pub fn get(&self, number: usize) -> Option<&Entry> {
        self.entries.get(self.index_of(number)?)
    }

    fn get_mut(&mut self, number: usize) -> Option<&mut Entry> {
        let at = self.index_of(number)?;
        self.entries.get_mut(at)
    }

    fn index_of(&self, number: usize) -> Option<usize> {
        self.entries
            .binary_search_by_key(&number, |entry| entry.number)
            .ok()
    }

    /// The number that the next run or sweep gets.
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
        self.entries
            .push(Entry::new(number, None, here, record, trace, Picture::Here));
        self.compare_same_work(number);
        self.gather_of(number);
        self.doubt_outliers(number);
        (number, self.make_room(TRACE_BYTES) || poorer)
    }

    /// What a run or a sweep is called.
    pub fn name_of(&self, number: usize) -> Option<&str> {
        let of_run = || self.get(number).and_then(|entry| entry.name.as_deref());
        of_run().or_else(|| self.sweep(number).and_then(|sweep| sweep.name.as_deref()))
    }

    /// The number of the first run or sweep that is called so.
    pub fn named(&self, name: &str) -> Option<usize> {
        let run = self
            .entries
            .iter()
            .find(|entry| entry.name.as_deref() == Some(name));
        let sweep = || {
            self.sweeps
                .iter()
                .find(|sweep| sweep.name.as_deref() == Some(name))
        };
        run.map(|entry| entry.number)
            .or_else(|| sweep().map(|sweep| sweep.number))
    }

    /// Where and when a run or a sweep was measured.
    pub fn provenance_of(&self, number: usize) -> Option<&Provenance> {
        let of_run = || self.get(number).map(|entry| &*entry.provenance);
        of_run().or_else(|| self.sweep(number).map(|sweep| &*sweep.provenance))
    }

    /// Calls a run or a sweep something else, or nothing; returns whether there is such a one.
    pub fn rename(&mut self, number: usize, name: Option<String>) -> bool {
        if let Some(sweep) = self.sweeps.iter_mut().find(|sweep| sweep.number == number) {
            sweep.name = name;
            return true;
        }
        self.get_mut(number)
            .map(|entry| entry.name = name)
            .is_some()
    }
}

#[cfg(test)]
mod tests;
