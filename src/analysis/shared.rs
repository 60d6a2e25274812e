//! The input of an export: runs with everything that is known about them.

use std::collections::HashMap;

use super::{advised::Advised, finding::RunFinding, verified::Verified};
use crate::domain::{
    claim::{Judgement, Trial},
    history::{History, RunEntry, SweepEntry},
    provenance::Provenance,
    sweep::Sweep,
};

/// Everything that is exported together.
#[derive(Clone, Debug, Default)]
pub struct Shared<'a> {
    /// The runs, including those of the sweeps, in the order of their numbers.
    pub runs: Vec<&'a RunEntry>,
    /// Sweeps, in the order of their numbers.
    pub sweeps: Vec<&'a SweepEntry>,
    /// The findings of the runs, by number, from all runs that repeat them.
    pub findings: HashMap<usize, RunFinding>,
    /// The article's claims that these runs tested.
    pub claims: Vec<&'a Verified>,
    /// The controls of these claims, and what they showed.
    pub controls: Vec<(&'a Trial, Judgement)>,
    /// The advice for which these runs were measured.
    pub advice: Option<&'a Advised>,
}

impl<'a> Shared<'a> {
    /// The result of a run. If nothing is known about its repeats, it counts as measured once, and so does its
    /// baseline.
    pub fn finding(&self, run: &RunEntry) -> RunFinding {
        let alone = || RunFinding::of_single(run.gain());
        self.findings
            .get(&run.number)
            .copied()
            .unwrap_or_else(alone)
    }

    /// The provenances of everything, in the order of the runs and then of the sweeps.
    pub fn provenances(&self) -> impl Iterator<Item = &'a Provenance> {
        let of_runs = self.runs.iter().map(|run| &*run.provenance);
        of_runs.chain(self.sweeps.iter().map(|sweep| &*sweep.provenance))
    }

    /// The runs that belong to none of the sweeps.
    pub fn single_runs(&self) -> impl Iterator<Item = &'a RunEntry> {
        let is_part = |run: &RunEntry| {
            self.sweeps
                .iter()
                .any(|sweep| sweep.sweep.owns(&run.record))
        };
        self.runs.iter().copied().filter(move |run| !is_part(run))
    }

    /// The runs of one of the sweeps.
    pub fn runs_of(&self, sweep: &Sweep) -> impl Iterator<Item = &'a RunEntry> {
        let runs = self.runs.iter().copied();
        runs.filter(|run| sweep.owns(&run.record))
    }
}

/// Copies of runs and sweeps of a history, to export them later.
#[derive(Clone, Debug)]
pub struct Copies {
    /// The runs.
    pub runs: Vec<RunEntry>,
    sweeps: Vec<SweepEntry>,
    findings: HashMap<usize, RunFinding>,
}

impl Copies {
    /// The runs and sweeps with these numbers, in their order.
    pub fn of<'n>(history: &History, numbers: impl Iterator<Item = &'n usize> + Clone) -> Copies {
        let runs = numbers.clone().filter_map(|number| history.get(*number));
        let runs: Vec<&RunEntry> = runs.collect();
        let sweeps = numbers.filter_map(|number| history.sweep(*number));
        Copies {
            findings: RunFinding::of_all(history, &runs),
            sweeps: sweeps.cloned().collect(),
            runs: runs.into_iter().cloned().collect(),
        }
    }

    /// Everything, for export.
    pub fn shared(&self) -> Shared<'_> {
        Shared {
            runs: self.runs.iter().collect(),
            sweeps: self.sweeps.iter().collect(),
            findings: self.findings.clone(),
            claims: vec![],
            controls: vec![],
            advice: None,
        }
    }
}
