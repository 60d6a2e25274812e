//! A sweep: one work measured in many configurations, so that a curve comes out and not a point.
//!
//! A configuration is an executor (a model, under Python's models with an interpreter) with a number of workers. Serial is
//! always one of them, once, as speed-ups are measured against it; Python's are measured against one thread of the same
//! interpreter, which is one of them too. Every configuration is measured once per round, in an order that is shuffled anew in each, so that drift and
//! heat hit all of them alike; round 0 warms up and is not counted.

mod counts;
mod definition;
mod order;
mod results;

use std::collections::HashSet;

pub use counts::{MAX_COUNTS, parse_counts};
pub use results::{Results, Series, Summary};
use serde::{Deserialize, Serialize};

use super::{
    executor::Executor,
    machine::Limits,
    plan::{Draft, Field, Invalid, Plan, to_u32},
    python::Interpreter,
    record::Record,
    text::grouped,
};
use crate::catalog::{model::Model, parameter::REPEATS, workload::Step};

/// Counted rounds unless the user says otherwise.
pub const DEFAULT_REPEATS: u64 = 3;
/// The most configurations of a sweep.
pub const MAX_CONFIGURATIONS: usize = 128;
/// The most runs of a sweep, those of the round that warms up included.
pub const MAX_RUNS: u64 = 10_000;

/// A sweep as it is being written: every value is possible, also a wrong one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepDraft {
    /// The work; its model, workers and repeats do not count.
    pub draft: Draft,
    /// Which models, in any order; what their speed-ups are measured against is measured whether it is among them or not.
    pub models: Vec<Model>,
    /// By which interpreters each of Python's models is executed; if it is empty, by that of the work.
    pub pythons: Vec<Interpreter>,
    /// With how many workers each of them, in any order; serial has one in any case.
    pub workers: Vec<u64>,
    /// How many rounds are counted.
    pub repeats: u64,
    /// Where the order of each round is drawn from.
    pub seed: u64,
}

impl SweepDraft {
    /// A draft of every configuration: first those that this program executes itself, then those of each interpreter; of
    /// each kin what speed-ups are measured against, then by model and number of workers. Each may be wrong.
    pub fn configurations(&self) -> impl Iterator<Item = Draft> {
        self.cells().map(|(python, model, workers)| Draft {
            model,
            workers,
            repeats: 1,
            python: python.cloned(),
            ..self.draft.clone()
        })
    }

    /// The same: whose interpreter executes it, under which model, by how many workers.
    fn cells(&self) -> impl Iterator<Item = (Option<&Interpreter>, Model, u64)> {
        let counts = ascending(&self.workers);
        let native = self.has_native().then_some((false, None));
        let pythons = self.interpreters().into_iter();
        let kins = native
            .into_iter()
            .chain(pythons.map(|python| (true, python)));
        kins.flat_map(move |(is_python, python)| {
            let serial = (Model::serial(is_python), 1);
            let models = self.parallel_models();
            let pairs = models
                .filter(|model| model.is_python() == is_python)
                .flat_map(|model| counts.iter().map(move |workers| (model, *workers)));
            let others: Vec<(Model, u64)> = pairs.filter(|pair| *pair != serial).collect();
            let all = std::iter::once(serial).chain(others);
            all.map(move |(model, workers)| (python, model, workers))
        })
    }

    /// The models besides serial, each once, in the order in which they are offered.
    fn parallel_models(&self) -> impl Iterator<Item = Model> {
        let is_asked = |model: &Model| !model.is_serial() && self.models.contains(model);
        Model::ALL.into_iter().filter(is_asked)
    }

    fn has_native(&self) -> bool {
        self.models.iter().any(|model| !model.is_python())
    }

    /// Whom the asked models of Python are executed by: nobody if there are none of them.
    fn interpreters(&self) -> Vec<Option<&Interpreter>> {
        let mut all: Vec<Option<&Interpreter>> = self.pythons.iter().map(Some).collect();
        if all.is_empty() {
            all.push(self.draft.python.as_ref());
        }
        let has_python = self.models.iter().any(|model| model.is_python());
        let mut seen = HashSet::new();
        all.retain(|python| has_python && seen.insert(*python));
        all
    }

    /// How many configurations it has.
    pub fn size(&self) -> usize {
        self.cells().count()
    }

    /// How many runs it has, those of the round that warms up included.
    pub fn runs(&self) -> u64 {
        (self.size() as u64).saturating_mul(self.repeats.saturating_add(1))
    }

    /// Whether it is a plan, or would be one once it is calibrated.
    ///
    /// # Errors
    /// The same as [`SweepDraft::validate`].
    pub fn check(&self, limits: &Limits) -> Result<(), Invalid> {
        self.check_shape()?;
        self.configurations()
            .try_for_each(|draft| draft.check(limits))
    }

    /// The plan, or the first thing that is wrong with the draft.
    ///
    /// # Errors
    /// One sentence about one field: what was wrong and what is allowed. A draft that
    /// [needs calibration](Draft::needs_calibration) has to be calibrated first.
    pub fn validate(&self, limits: &Limits) -> Result<SweepPlan, Invalid> {
        self.check_shape()?;
        let configurations = self.configurations();
        let plans: Result<Vec<Plan>, Invalid> =
            configurations.map(|draft| draft.validate(limits)).collect();
        let serial = self.has_native().then_some(Model::serial(false));
        let mut counts = ascending(&self.workers);
        counts.retain(|_| self.parallel_models().next().is_some());
        Ok(SweepPlan {
            configurations: plans?,
            models: serial.into_iter().chain(self.parallel_models()).collect(),
            workers: counts.into_iter().map(to_u32).collect(),
            repeats: to_u32(self.repeats),
            seed: self.seed,
        })
    }

    /// What can be wrong besides a configuration itself.
    fn check_shape(&self) -> Result<(), Invalid> {
        let wrong = |field, sentence: String| Err(Invalid::new(field, sentence));
        if self.models.is_empty() {
            return wrong(Field::Model, "a sweep needs at least one model".into());
        }
        let counts = ascending(&self.workers).len();
        if counts == 0 && self.parallel_models().next().is_some() {
            let sentence = "a sweep needs at least one number of workers";
            return wrong(Field::WORKERS, sentence.into());
        }
        if counts > MAX_COUNTS {
            let sentence = format!(
                "a sweep may have at most {MAX_COUNTS} numbers of workers, not {}",
                grouped(counts as u64)
            );
            return wrong(Field::WORKERS, sentence);
        }
        if let Err(sentence) = REPEATS.check(self.repeats) {
            return wrong(Field::REPEATS, sentence);
        }
        let configurations = self.size();
        if configurations > MAX_CONFIGURATIONS {
            let sentence = format!(
                "a sweep may have at most {MAX_CONFIGURATIONS} configurations (models × numbers of workers), not \
                 {configurations}"
            );
            return wrong(Field::WORKERS, sentence);
        }
        if self.runs() > MAX_RUNS {
            let sentence = format!(
                "a sweep may have at most {} runs (configurations × rounds), not {}",
                grouped(MAX_RUNS),
                grouped(self.runs())
            );
            return wrong(Field::REPEATS, sentence);
        }
        Ok(())
    }
}

/// Each of these once, ascending.
fn ascending(counts: &[u64]) -> Vec<u64> {
    let mut counts = counts.to_vec();
    counts.sort_unstable();
    counts.dedup();
    counts
}

/// A valid sweep, made by [`SweepDraft::validate`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepPlan {
    /// All configurations, in the order of [`SweepDraft::configurations`].
    pub configurations: Vec<Plan>,
    /// The models that were asked for, each once; serial is the first if any of them is native.
    pub models: Vec<Model>,
    /// The numbers of workers that were asked for, ascending; empty if serial was all.
    pub workers: Vec<u32>,
    /// How many rounds are counted, at least one.
    pub repeats: u32,
    seed: u64,
}

impl SweepPlan {
    /// The work, as a serial plan: that of the first kin.
    pub fn work(&self) -> &Plan {
        &self.configurations[0]
    }

    /// The interpreters of Python's models, each once.
    pub fn pythons(&self) -> Vec<Interpreter> {
        let plans = self.configurations.iter();
        let mut pythons: Vec<Interpreter> = plans.filter_map(Plan::interpreter).cloned().collect();
        pythons.dedup();
        pythons
    }

    /// Who executed anything, each once, in the order of the configurations: one curve each.
    pub fn executors(&self) -> Vec<Executor> {
        let plans = self.configurations.iter();
        let mut executors: Vec<Executor> = plans.map(|plan| &plan.executor).cloned().collect();
        executors.dedup();
        executors
    }

    /// The executors that were asked for besides serial, in the order of the configurations.
    pub fn parallel_executors(&self) -> Vec<Executor> {
        let mut executors = self.executors();
        executors.retain(|executor| {
            !executor.model.is_serial() && self.models.contains(&executor.model)
        });
        executors
    }

    /// The configuration of an executor with so many workers.
    pub fn configuration(&self, executor: &Executor, workers: u32) -> Option<usize> {
        let is_it = |plan: &Plan| plan.workers == workers && plan.executor == *executor;
        self.configurations.iter().position(is_it)
    }

    /// The configuration that the speed-ups of another are measured against: the serial one of its kin.
    pub fn base_of(&self, configuration: usize) -> usize {
        let interpreter = self.configurations[configuration].interpreter();
        let is_base = |plan: &Plan| plan.is_serial() && plan.interpreter() == interpreter;
        self.configurations
            .iter()
            .position(is_base)
            .expect("every kin has a serial configuration")
    }

    /// How many rounds there are: those that are counted, and the one that warms up.
    pub fn rounds(&self) -> u32 {
        self.repeats + 1
    }

    /// How many runs there are, those of the round that warms up included.
    pub fn runs(&self) -> u32 {
        self.rounds() * u32::try_from(self.configurations.len()).expect("limited to a few")
    }

    /// The highest speed-up that there can be with so many workers: every worker does its share, as far as there are tasks
    /// for it, and cores where tasks compute. How much of a core tasks need that wait, too, is known from this program's own
    /// serial runs, once one of them has ended: until then cores are no limit for these.
    pub fn ideal_speedup(&self, workers: u32, cores_usable: u32, results: &Results) -> f64 {
        let work = self.work();
        let computes = || work.steps().into_iter().any(Step::computes);
        let cores_each = if work.workload.computes() {
            Some(1.0)
        } else {
            let serial = results.summaries[0].as_ref().filter(|_| computes());
            serial.map(|serial| serial.parallelism)
        };
        let most = f64::from(workers.min(work.tasks));
        cores_each.map_or(most, |each| most.min(f64::from(cores_usable) / each))
    }

    /// In which order a round measures the configurations: each index of [`SweepPlan::configurations`] once. The same
    /// seed gives the same order on every machine and in every version.
    pub fn order(&self, round: u32) -> Vec<usize> {
        order::shuffled(self.configurations.len(), self.seed, round)
    }

    /// Which of the configurations this plan is.
    pub fn index_of(&self, plan: &Plan) -> Option<usize> {
        self.configurations.iter().position(|configuration| {
            // What differs most often comes first: a plan of io has a list of latencies.
            configuration.workers == plan.workers
                && configuration.model() == plan.model()
                && configuration == plan
        })
    }
}

/// A sweep that is happening or has happened: what was asked for, and by which name its records know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "definition::Stored", try_from = "definition::Stored")]
pub struct Sweep {
    /// Unique across sessions; the `id` of its records' [`Part`](super::record::Part).
    pub id: String,
    /// What was asked for.
    pub plan: SweepPlan,
}

impl Sweep {
    /// Whether this run was a part of it, counted or not.
    pub fn owns(&self, record: &Record) -> bool {
        record.campaign_id() == Some(&self.id)
    }
}

#[cfg(test)]
mod tests;
