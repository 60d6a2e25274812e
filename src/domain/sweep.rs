//! A sweep: one work measured in many configurations, so that a curve comes out and not a point.
//!
//! A configuration is a model with a number of workers. Serial is always one of them, once, as speed-ups are measured
//! against it. Every configuration is measured once per round, in an order that is shuffled anew in each, so that drift and
//! heat hit all of them alike; round 0 warms up and is not counted.

mod conclusion;
mod counts;
mod definition;
mod order;
mod results;

use super::machine::Limits;
use super::model::Model;
use super::plan::{Draft, Field, Invalid, MAX_REPEATS, Plan, in_range};
use super::record::Record;
use super::speed::Speed;
use super::text::grouped;
use super::workload::WorkloadKind;

pub use counts::{MAX_COUNTS, parse_counts};
pub use results::{MIN_GAIN, Results, Series, Summary};

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
    /// Which models, in any order; serial is measured whether it is among them or not.
    pub models: Vec<Model>,
    /// With how many workers each of them, in any order; serial has one in any case.
    pub workers: Vec<u64>,
    /// How many rounds are counted.
    pub repeats: u64,
    /// Where the order of each round is drawn from.
    pub seed: u64,
}

impl SweepDraft {
    /// A draft of every configuration, serial first, then by model and number of workers. Each may be wrong.
    #[must_use]
    pub fn configurations(&self) -> Vec<Draft> {
        let with = |model, workers| Draft { model, workers, repeats: 1, ..self.draft.clone() };
        let workers = ascending(&self.workers);
        let others = self.parallel_models().into_iter();
        let others = others.flat_map(|model| workers.iter().map(move |workers| (model, *workers)));
        std::iter::once((Model::Serial, 1))
            .chain(others)
            .map(|(model, workers)| with(model, workers))
            .collect()
    }

    /// The models besides serial, each once, in the order in which they are offered.
    #[must_use]
    pub fn parallel_models(&self) -> Vec<Model> {
        let is_asked = |model: &Model| *model != Model::Serial && self.models.contains(model);
        Model::ALL.into_iter().filter(is_asked).collect()
    }

    /// How many runs it has, those of the round that warms up included.
    #[must_use]
    pub fn runs(&self) -> u64 {
        let counts = ascending(&self.workers).len() as u64;
        let configurations = 1 + counts * self.parallel_models().len() as u64;
        configurations.saturating_mul(self.repeats.saturating_add(1))
    }

    /// Whether the machine's speed has to be known before this can become a plan.
    #[must_use]
    pub fn needs_calibration(&self) -> bool {
        self.draft.needs_calibration()
    }

    /// The draft with its task time, if it has one, replaced by iterations; see [`Draft::calibrated`].
    #[must_use]
    pub fn calibrated(self, speed: &Speed) -> SweepDraft {
        SweepDraft { draft: self.draft.calibrated(speed), ..self }
    }

    /// Whether it is a plan, or would be one once it is calibrated.
    ///
    /// # Errors
    /// The same as [`SweepDraft::validate`].
    pub fn check(&self, limits: &Limits) -> Result<(), Invalid> {
        self.check_shape()?;
        self.configurations().iter().try_for_each(|draft| draft.check(limits))
    }

    /// The plan, or the first thing that is wrong with the draft.
    ///
    /// # Errors
    /// One sentence about one field: what was wrong and what is allowed. A draft that
    /// [needs calibration](SweepDraft::needs_calibration) has to be calibrated first.
    pub fn validate(&self, limits: &Limits) -> Result<SweepPlan, Invalid> {
        self.check_shape()?;
        let configurations = self.configurations();
        let plans: Result<Vec<Plan>, Invalid> =
            configurations.iter().map(|draft| draft.validate(limits)).collect();
        Ok(SweepPlan {
            configurations: plans?,
            repeats: u32::try_from(self.repeats).expect("checked against a limit below 2^32"),
            seed: self.seed,
        })
    }

    /// What can be wrong besides a configuration itself.
    fn check_shape(&self) -> Result<(), Invalid> {
        if self.models.is_empty() {
            return Err(Invalid::new(Field::Model, "a sweep needs at least one model".into()));
        }
        let counts = ascending(&self.workers);
        if counts.is_empty() && !self.parallel_models().is_empty() {
            return Err(Invalid::new(Field::Workers, "a sweep needs at least one number of workers".into()));
        }
        if counts.len() > MAX_COUNTS {
            let sentence = format!(
                "a sweep may have at most {MAX_COUNTS} numbers of workers, not {}",
                grouped(counts.len() as u64)
            );
            return Err(Invalid::new(Field::Workers, sentence));
        }
        in_range(Field::Repeats, "repeats", self.repeats, 1..=MAX_REPEATS)?;
        let configurations = 1 + counts.len() * self.parallel_models().len();
        if configurations > MAX_CONFIGURATIONS {
            let sentence = format!(
                "a sweep may have at most {MAX_CONFIGURATIONS} configurations (models × numbers of workers), not \
                 {configurations}"
            );
            return Err(Invalid::new(Field::Workers, sentence));
        }
        if self.runs() > MAX_RUNS {
            let sentence = format!(
                "a sweep may have at most {} runs (configurations × rounds), not {}",
                grouped(MAX_RUNS),
                grouped(self.runs())
            );
            return Err(Invalid::new(Field::Repeats, sentence));
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
    configurations: Vec<Plan>,
    repeats: u32,
    seed: u64,
}

impl SweepPlan {
    /// All configurations: serial first, then by model in the order in which they are offered, then by ascending number
    /// of workers.
    #[must_use]
    pub fn configurations(&self) -> &[Plan] {
        &self.configurations
    }

    /// The work, as a serial plan.
    #[must_use]
    pub fn work(&self) -> &Plan {
        &self.configurations[0]
    }

    /// The models, each once; serial is the first.
    #[must_use]
    pub fn models(&self) -> Vec<Model> {
        let mut models: Vec<Model> = self.configurations.iter().map(Plan::model).collect();
        models.dedup();
        models
    }

    /// The numbers of workers of the models besides serial, ascending; empty if there is none.
    #[must_use]
    pub fn workers(&self) -> Vec<u32> {
        let mut workers: Vec<u32> = self.configurations[1..].iter().map(Plan::workers).collect();
        workers.sort_unstable();
        workers.dedup();
        workers
    }

    /// How many rounds are counted, at least one.
    #[must_use]
    pub fn repeats(&self) -> u32 {
        self.repeats
    }

    /// How many rounds there are: those that are counted, and the one that warms up.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.repeats + 1
    }

    /// How many runs there are, those of the round that warms up included.
    #[must_use]
    pub fn runs(&self) -> u32 {
        self.rounds() * u32::try_from(self.configurations.len()).expect("limited to a few")
    }

    /// The highest speed-up that there can be with so many workers: every worker does its share, as far as there are tasks
    /// for it, and cores where tasks compute.
    #[must_use]
    pub fn ideal_speedup(&self, workers: u32, cores_usable: u32) -> f64 {
        let work = self.work();
        let most = match work.workload().kind() {
            WorkloadKind::Cpu => work.tasks().min(cores_usable),
            WorkloadKind::Io => work.tasks(),
        };
        f64::from(workers.min(most))
    }

    /// Where the order of each round is drawn from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// In which order a round measures the configurations: each index of [`SweepPlan::configurations`] once. The same
    /// seed gives the same order on every machine and in every version.
    #[must_use]
    pub fn order(&self, round: u32) -> Vec<usize> {
        order::shuffled(self.configurations.len(), self.seed, round)
    }

    /// Which of the configurations this plan is.
    #[must_use]
    pub fn index_of(&self, plan: &Plan) -> Option<usize> {
        self.configurations.iter().position(|configuration| {
            // What differs most often comes first: a plan of io has a list of latencies.
            configuration.workers() == plan.workers()
                && configuration.model() == plan.model()
                && configuration == plan
        })
    }
}

/// A sweep that is happening or has happened: what was asked for, and by which name its records know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// Unique across sessions; the `id` of its records' [`Part`](super::record::Part).
    pub id: String,
    /// What was asked for.
    pub plan: SweepPlan,
}

impl Sweep {
    /// Whether this run was a part of it, counted or not.
    #[must_use]
    pub fn owns(&self, record: &Record) -> bool {
        record.campaign.as_ref().is_some_and(|part| part.id == self.id)
    }

    /// What its runs among `records` say together. Conclusions about computing name the usable cores of the machine on
    /// which they were measured.
    #[must_use]
    pub fn results<'a>(&self, records: impl IntoIterator<Item = &'a Record>, cores_usable: u32) -> Results {
        results::of(self, records, cores_usable)
    }
}

#[cfg(test)]
mod tests;
