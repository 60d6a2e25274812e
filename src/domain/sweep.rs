//! A sweep: one work measured in many configurations, to draw a curve instead of a point.
//!
//! A configuration is an executor (a model, and an interpreter for a Python model) with a number of workers. A sweep
//! always includes what its speed-ups are measured against: the serial model once, and for the Python models one thread
//! of each interpreter. Every configuration is measured once per round. Each round shuffles the order anew, so that
//! drift and heat affect all configurations alike. Round 0 is the warm-up round and does not count.

mod counts;
mod definition;
mod order;
mod results;

use std::collections::HashSet;

pub use counts::{MAX_COUNTS, parse_counts};
pub use results::{ConfigurationSummary, Results, Series};
use serde::{Deserialize, Serialize};

use super::{
    machine::WorkerLimits,
    model_variant::ModelVariant,
    plan::{Draft, Field, Invalid, Plan, to_u32},
    python::Interpreter,
    record::Record,
    text::grouped,
};
use crate::catalog::{model::Model, parameter::REPEATS, workload::TaskStep};

/// The number of counted rounds unless the user gives another.
pub const DEFAULT_REPEATS: u64 = 3;
/// The maximum number of configurations of a sweep.
pub const MAX_CONFIGURATIONS: usize = 128;
/// The maximum number of runs of a sweep, including the warm-up round.
pub const MAX_RUNS: u64 = 10_000;

/// A sweep while the user writes it. Its values may be invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepDraft {
    /// The work. The model, workers and repeats of this draft are ignored.
    pub draft: Draft,
    /// The models, in any order. Baselines are measured whether they are listed or not.
    pub models: Vec<Model>,
    /// The interpreters that execute each of the Python models. If the list is empty, it is the interpreter of the
    /// work.
    pub pythons: Vec<Interpreter>,
    /// The worker counts for each model, in any order. Serial always has one worker.
    pub workers: Vec<u64>,
    /// The number of counted rounds, without the warm-up round.
    pub repeats: u64,
    /// The seed from which the order of each round is drawn.
    pub seed: u64,
}

impl SweepDraft {
    /// A draft of every configuration, which may be invalid. Native configurations come first, then those of each
    /// interpreter. Within each of these groups the baseline comes first, then the others by model and number of
    /// workers.
    pub fn configurations(&self) -> impl Iterator<Item = Draft> {
        self.cells().map(|(python, model, workers)| Draft {
            model,
            workers,
            repeats: 1,
            python: python.cloned(),
            ..self.draft.clone()
        })
    }

    /// The configurations as interpreter, model and number of workers.
    fn cells(&self) -> impl Iterator<Item = (Option<&Interpreter>, Model, u64)> {
        let counts = ascending(&self.workers);
        let native = self.has_native().then_some((false, None));
        let pythons = self.interpreters().into_iter();
        let groups = native
            .into_iter()
            .chain(pythons.map(|python| (true, python)));
        groups.flat_map(move |(is_python, python)| {
            let serial = (self.draft.workload.serial(is_python), 1);
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

    /// The interpreters that execute the chosen Python models. Empty if there are no such models.
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

    /// The interpreter whose speed turns a time of computing into steps, if Python executes all models besides serial.
    /// Otherwise it is the machine's speed. All configurations do the same number of steps.
    pub fn sized_by(&self) -> Option<&Interpreter> {
        let is_all_python = self.parallel_models().all(Model::is_python);
        let first = self.interpreters().into_iter().flatten().next();
        first.filter(|_| is_all_python)
    }

    /// The number of configurations.
    pub fn size(&self) -> usize {
        self.cells().count()
    }

    /// The number of runs, including the warm-up round.
    pub fn runs(&self) -> u64 {
        (self.size() as u64).saturating_mul(self.repeats.saturating_add(1))
    }

    /// Checks whether the draft is a plan, or becomes one when it is calibrated.
    ///
    /// # Errors
    /// As [`SweepDraft::validate`].
    pub fn check(&self, limits: &WorkerLimits) -> Result<(), Invalid> {
        self.check_shape()?;
        self.configurations()
            .try_for_each(|draft| draft.check(limits))
    }

    /// The plan.
    ///
    /// # Errors
    /// If a field is invalid. The message is one sentence about the first invalid field: what is wrong and what is
    /// allowed. A draft that [needs calibration](Draft::needs_calibration) has to be calibrated first.
    pub fn validate(&self, limits: &WorkerLimits) -> Result<SweepPlan, Invalid> {
        self.check_shape()?;
        let configurations = self.configurations();
        let plans: Result<Vec<Plan>, Invalid> =
            configurations.map(|draft| draft.validate(limits)).collect();
        let workload = self.draft.workload;
        let has_serial = self.has_native() || workload.is_opaque();
        let serial = has_serial.then_some(workload.serial(false));
        let parallel = self
            .parallel_models()
            .filter(|model| Some(*model) != serial);
        let mut counts = ascending(&self.workers);
        counts.retain(|_| self.parallel_models().next().is_some());
        Ok(SweepPlan {
            configurations: plans?,
            models: serial.into_iter().chain(parallel).collect(),
            workers: counts.into_iter().map(to_u32).collect(),
            repeats: to_u32(self.repeats),
            seed: self.seed,
        })
    }

    /// Checks everything except the configurations themselves.
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

/// The distinct values in ascending order.
fn ascending(counts: &[u64]) -> Vec<u64> {
    let mut counts = counts.to_vec();
    counts.sort_unstable();
    counts.dedup();
    counts
}

/// A valid sweep. Only [`SweepDraft::validate`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepPlan {
    /// All configurations, in the order of [`SweepDraft::configurations`].
    pub configurations: Vec<Plan>,
    /// The chosen models, each once. Serial is the first if any of them is native, and python-serial for a function.
    pub models: Vec<Model>,
    /// The chosen worker counts in ascending order. Empty if serial is the only model.
    pub workers: Vec<u32>,
    /// The number of counted rounds, at least one, without the warm-up round.
    pub repeats: u32,
    seed: u64,
}

impl SweepPlan {
    /// The work as a serial plan: the first configuration.
    pub fn work(&self) -> &Plan {
        &self.configurations[0]
    }

    /// The interpreters of the Python models, each once.
    pub fn pythons(&self) -> Vec<Interpreter> {
        let plans = self.configurations.iter();
        let mut pythons: Vec<Interpreter> = plans.filter_map(Plan::interpreter).cloned().collect();
        pythons.dedup();
        pythons
    }

    /// The executors, each once, in the order of the configurations. Each has a curve.
    pub fn executors(&self) -> Vec<ModelVariant> {
        let plans = self.configurations.iter();
        let mut executors: Vec<ModelVariant> = plans.map(|plan| &plan.executor).cloned().collect();
        executors.dedup();
        executors
    }

    /// The chosen executors besides serial, in the order of the configurations.
    pub fn parallel_executors(&self) -> Vec<ModelVariant> {
        let mut executors = self.executors();
        executors.retain(|executor| {
            !executor.model.is_serial() && self.models.contains(&executor.model)
        });
        executors
    }

    /// The configuration of an executor with this number of workers.
    pub fn configuration(&self, executor: &ModelVariant, workers: u32) -> Option<usize> {
        let is_it = |plan: &Plan| plan.workers == workers && plan.executor == *executor;
        self.configurations.iter().position(is_it)
    }

    /// The baseline of a configuration: the serial configuration with the same interpreter.
    pub fn base_of(&self, configuration: usize) -> usize {
        let interpreter = self.configurations[configuration].interpreter();
        let is_base = |plan: &Plan| plan.is_serial() && plan.interpreter() == interpreter;
        self.configurations
            .iter()
            .position(is_base)
            .expect("every group has a serial configuration")
    }

    /// The number of rounds, including the warm-up round.
    pub fn rounds(&self) -> u32 {
        self.repeats + 1
    }

    /// The number of runs, including the warm-up round.
    pub fn runs(&self) -> u32 {
        self.rounds() * u32::try_from(self.configurations.len()).expect("limited to a few")
    }

    /// The highest possible speed-up with this number of workers. It is limited by the tasks, and if they compute by
    /// the cores, of which a quota may allow a fraction. If tasks also wait, this program's own serial runs show how
    /// much of a core they need. Until the first of these has ended, cores do not limit the speed-up of such tasks.
    pub fn ideal_speedup(&self, workers: u32, cores: f64, results: &Results) -> f64 {
        let work = self.work();
        let computes = || work.steps().into_iter().any(TaskStep::computes);
        let cores_each = if work.workload.computes() {
            Some(1.0)
        } else {
            let serial = results.summaries[0].as_ref().filter(|_| computes());
            serial.map(|serial| serial.parallelism)
        };
        let most = f64::from(workers.min(work.tasks));
        // A quota below one core limits the serial run just as much.
        cores_each.map_or(most, |each| most.min(cores / each.min(cores)))
    }

    /// The order in which a round measures the configurations: each index of [`SweepPlan::configurations`] once. The
    /// same seed gives the same order on every machine and in every version.
    pub fn order(&self, round: u32) -> Vec<usize> {
        order::shuffled(self.configurations.len(), self.seed, round)
    }

    /// The index of the configuration that equals this plan.
    pub fn index_of(&self, plan: &Plan) -> Option<usize> {
        self.configurations.iter().position(|configuration| {
            // What differs most often is compared first, because a plan of `io` has a list of latencies.
            configuration.workers == plan.workers
                && configuration.model() == plan.model()
                && configuration == plan
        })
    }
}

/// A sweep that is running or has ended: its plan, and the id to which its records refer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "definition::StoredSweep", try_from = "definition::StoredSweep")]
pub struct Sweep {
    /// The id, which is unique across sessions: the `id` of its records' [`CampaignPart`](super::record::CampaignPart).
    pub id: String,
    /// The plan of the sweep.
    pub plan: SweepPlan,
}

impl Sweep {
    /// Whether this run belongs to the sweep, even if it does not count.
    pub fn owns(&self, record: &Record) -> bool {
        record.campaign_id() == Some(&self.id)
    }
}

#[cfg(test)]
mod tests;
