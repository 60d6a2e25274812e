//! Recorded runs, for machines that are too busy to measure. The verdicts are computed from them, by the same rules as
//! everywhere.

use super::verified::{Verification, Verified};
use crate::{
    catalog::{
        claim::{CLAIMS, Claim, Setting},
        lesson::StepRuns,
    },
    domain::{
        claim::Trial,
        history::RunEntry,
        machine::WorkerLimits,
        plan::{Draft, Plan},
        python::GilState,
        record::Record,
        rounds::{Effort, MOST_PAIRS, Rounds, in_turn},
        speed::Speed,
    },
};

/// Recorded runs, and what they say about the claims.
#[derive(Clone, Debug)]
pub struct Recording {
    /// All runs. Those of a claim were measured in turn.
    pub runs: Vec<RunEntry>,
    /// The claims, as they were tested where the runs were recorded.
    pub claims: Vec<Verified>,
}

impl Recording {
    /// Judges the claims by these runs.
    pub fn new(runs: Vec<RunEntry>) -> Recording {
        let claims = verified(&runs);
        Recording { runs, claims }
    }

    /// The plans that ran for a step of the lesson, in their order.
    pub fn plans(&self, step: StepRuns) -> Vec<Plan> {
        match step {
            StepRuns::Nothing => vec![],
            StepRuns::Serial => {
                let alone = self
                    .runs
                    .iter()
                    .filter(|run| in_turn(&run.record).is_none());
                alone.map(|run| run.record.plan.clone()).collect()
            }
            StepRuns::Claim(claim) => {
                let trial = self.trial(claim);
                trial.map_or(vec![], |trial| trial.arms.clone())
            }
        }
    }

    /// The plans that are played in a step of the lesson: all of them, or the one that is looked at from near.
    pub fn played_in(&self, step: StepRuns) -> Vec<Plan> {
        match step {
            StepRuns::Claim(claim) if claim.closer => {
                let shown = self.trial(claim).and_then(Trial::shown);
                shown.cloned().into_iter().collect()
            }
            _ => self.plans(step),
        }
    }

    fn trial(&self, claim: &Claim) -> Option<&Trial> {
        let mut claims = self.claims.iter();
        let it = claims.find(|verified| verified.claim.number == claim.number);
        it?.trial.as_ref()
    }

    /// The run of this plan that can be played.
    pub fn played(&self, plan: &Plan) -> Option<&RunEntry> {
        let mut runs = self.runs.iter().filter(|run| run.record.plan == *plan);
        runs.find(|run| run.loaded_trace().is_some())
    }
}

fn verified(runs: &[RunEntry]) -> Vec<Verified> {
    let records: Vec<&Record> = runs.iter().map(|run| &run.record).collect();
    // Nothing is measured. The number of rounds is that of `verify`.
    let effort = Effort {
        budget_s: 0.0,
        rounds: MOST_PAIRS,
    };
    let limits = WorkerLimits::default();
    let speed = |draft: &Draft| speed(&records, draft);
    let mut verification = Verification::new(&CLAIMS, &setting(runs), effort, &limits, &speed);
    for control in verification.controls.clone() {
        if let Some(campaign) = campaign_of(&control, &records) {
            verification.control_measured(rounds(campaign, &records));
        }
    }
    for at in 0..verification.claims.len() {
        let trial = verification.claims[at].trial.as_ref();
        if let Some(campaign) = trial.and_then(|trial| campaign_of(trial, &records)) {
            verification.measured(&[at], campaign, &rounds(campaign, &records));
        }
    }
    verification.claims
}

/// The number of cores and the interpreters of these runs.
fn setting(runs: &[RunEntry]) -> Setting {
    let python = |gil: GilState| {
        let interpreters = runs.iter().filter_map(|run| run.record.plan.interpreter());
        let mut interpreters = interpreters.filter(|python| python.gil == gil);
        interpreters.next().cloned()
    };
    let machine = runs.first().map(|run| &run.provenance.machine);
    Setting {
        cores: machine.map_or(0, |machine| machine.cores_usable),
        quota: machine.and_then(|machine| machine.cores_quota),
        python: python(GilState::On),
        free: python(GilState::Off),
        ..Setting::default()
    }
}

/// The speed at which a draft of a claim becomes the plan that was recorded.
fn speed(records: &[&Record], draft: &Draft) -> Option<Speed> {
    let sizing = draft.sizing_by_time()?;
    let is_of_it = |record: &&&Record| {
        let plan = &record.plan;
        in_turn(record).is_some()
            && plan.workload == draft.workload
            && plan.interpreter() == draft.python.as_ref()
    };
    let plan = &records.iter().find(is_of_it)?.plan;
    let seconds = draft.get(sizing.time) as f64 / 1e3;
    let steps = Draft::from(plan).get(sizing.steps) as f64;
    Some(Speed::uniform(steps / seconds))
}

/// The first campaign in which all arms of this trial were measured.
fn campaign_of<'r>(trial: &Trial, records: &[&'r Record]) -> Option<&'r str> {
    let ran = |campaign: &str, arm: &Plan| {
        let mut records = records.iter();
        records.any(|record| in_turn(record) == Some(campaign) && record.plan == *arm)
    };
    let mut campaigns = records.iter().filter_map(|record| in_turn(record));
    campaigns.find(|campaign| trial.arms.iter().all(|arm| ran(campaign, arm)))
}

fn rounds(campaign: &str, records: &[&Record]) -> Rounds {
    Rounds::of(campaign, records.iter().copied())
}
