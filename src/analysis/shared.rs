//! What is handed on to others: runs with all that is known of them.

use super::finding::RunFinding;
use crate::catalog::caveat::Caveat;
use crate::catalog::metric::AssessedRun;
use crate::domain::assessment::Assessment;
use crate::domain::history::{Entry, SweepEntry};
use crate::domain::provenance::Provenance;
use crate::domain::record::Record;
use crate::domain::speedup::Gain;
use crate::domain::sweep::{Results, Sweep};
use crate::domain::trace::Trace;

/// A run as it is handed on.
#[derive(Clone, Copy, Debug)]
pub struct SharedRun<'a> {
    /// Its number where it was measured.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<&'a str>,
    /// Where and when it was measured.
    pub provenance: &'a Provenance,
    /// What was measured.
    pub record: &'a Record,
    /// What it looked like, if that is known.
    pub trace: Option<&'a Trace>,
    /// What the other runs say about it.
    pub assessment: &'a Assessment,
    /// What came out of it, of all that repeat it.
    pub finding: RunFinding,
}

impl<'a> SharedRun<'a> {
    /// Its speed-up, if there is a baseline and that is another run.
    pub fn gain(&self) -> Option<Gain> {
        self.assessment.gain()
    }

    /// Every reason to trust it less.
    pub fn caveats(&self) -> impl Iterator<Item = &Caveat> + Clone {
        self.assessment.caveats(self.record)
    }

    /// It with what other runs say about it.
    pub fn assessed(&self) -> AssessedRun<'a> {
        AssessedRun {
            record: self.record,
            gain: self.gain(),
        }
    }
}

/// As if it and its baseline had been measured once.
impl<'a> From<&'a Entry> for SharedRun<'a> {
    fn from(entry: &'a Entry) -> SharedRun<'a> {
        SharedRun {
            number: entry.number,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
            record: &entry.record,
            trace: entry.picture(),
            assessment: &entry.assessment,
            finding: RunFinding::of_single(entry.gain()),
        }
    }
}

/// A sweep as it is handed on; its runs are handed on beside it.
#[derive(Clone, Copy, Debug)]
pub struct SharedSweep<'a> {
    /// Its number where it was measured.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<&'a str>,
    /// Where and when it was measured.
    pub provenance: &'a Provenance,
    /// What was asked for.
    pub sweep: &'a Sweep,
    /// What its runs say together.
    pub results: &'a Results,
}

impl<'a> From<&'a SweepEntry> for SharedSweep<'a> {
    fn from(entry: &'a SweepEntry) -> SharedSweep<'a> {
        SharedSweep {
            number: entry.number,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
            sweep: &entry.sweep,
            results: &entry.results,
        }
    }
}

/// Everything that is handed on together.
#[derive(Clone, Debug, Default)]
pub struct Shared<'a> {
    /// Runs, those of the sweeps included, in the order of their numbers.
    pub runs: Vec<SharedRun<'a>>,
    /// Sweeps, in the order of their numbers.
    pub sweeps: Vec<SharedSweep<'a>>,
}

impl<'a> Shared<'a> {
    /// Where everything was measured, in the order of the runs and then of the sweeps.
    pub fn provenances(&self) -> impl Iterator<Item = &'a Provenance> {
        let of_runs = self.runs.iter().map(|run| run.provenance);
        of_runs.chain(self.sweeps.iter().map(|sweep| sweep.provenance))
    }

    /// The runs that were not parts of one of the sweeps.
    pub fn single_runs(&self) -> impl Iterator<Item = &SharedRun<'a>> {
        let is_part =
            |run: &&SharedRun<'_>| self.sweeps.iter().any(|sweep| sweep.sweep.owns(run.record));
        self.runs.iter().filter(move |run| !is_part(run))
    }

    /// The runs of one of its sweeps.
    pub fn runs_of(&self, sweep: &Sweep) -> impl Iterator<Item = &SharedRun<'a>> {
        self.runs.iter().filter(|run| sweep.owns(run.record))
    }
}
