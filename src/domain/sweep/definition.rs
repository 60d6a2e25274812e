//! A sweep as JSON, and back: what was asked for, as it could be asked for again.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Results, Series, Summary, Sweep, SweepDraft, SweepPlan};
use crate::domain::foreign;
use crate::domain::machine::Limits;
use crate::domain::model::Model;
use crate::domain::plan::Draft;
use crate::domain::plan::stored::StoredPlan;
use crate::domain::stats::fit::{Amdahl, Fit, Universal};
use crate::domain::stats::{Ratio, Spread};

/// How a sweep is written, and read: nothing of it is believed before it was checked as a draft is.
#[derive(Serialize, Deserialize)]
struct Definition {
    #[serde(deserialize_with = "foreign::text")]
    id: String,
    /// The serial configuration.
    work: StoredPlan,
    models: Vec<Model>,
    workers: Vec<u64>,
    repeats: u64,
    /// Of the order of the rounds.
    #[serde(default)]
    seed: u64,
    /// Null unless a model has an interpreter lock.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    switch_interval_s: Option<f64>,
}

impl Serialize for Sweep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plan = &self.plan;
        let locked = plan.configurations().iter().find(|plan| plan.model().has_interpreter_lock());
        Definition {
            id: self.id.clone(),
            work: StoredPlan::from(plan.work()),
            models: plan.models(),
            workers: plan.workers().into_iter().map(u64::from).collect(),
            repeats: plan.repeats().into(),
            seed: plan.seed(),
            switch_interval_s: locked.map(|plan| plan.switch_interval_us() as f64 / 1e6),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sweep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sweep, D::Error> {
        let read = Definition::deserialize(deserializer)?;
        let id = read.id.clone();
        let plan = read.plan().map_err(de::Error::custom)?;
        Ok(Sweep { id, plan })
    }
}

impl Definition {
    fn plan(self) -> Result<SweepPlan, String> {
        let work = self.work.restored()?;
        let mut draft = Draft::from(&work);
        if let Some(seconds) = self.switch_interval_s {
            draft.switch_interval_us = (seconds * 1e6).round() as u64;
        }
        let (models, workers, repeats, seed) = (self.models, self.workers, self.repeats, self.seed);
        // The machine that measured it allowed what this one may not.
        let sweep = SweepDraft { draft, models, workers, repeats, seed }.validate(&Limits::default());
        let mut plan = sweep.map_err(|invalid| invalid.sentence)?;
        // The latencies of its addresses were drawn where it was measured, perhaps by another version.
        plan.configurations = plan.configurations.iter().map(|plan| plan.on_work_of(&work)).collect();
        Ok(plan)
    }
}

/// A sweep with what came out of it, as the JSON shows both.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    #[serde(flatten)]
    sweep: &'a Sweep,
    /// One per configuration of which a sound run was counted.
    summary: Vec<&'a Summary>,
    /// Laws that were fitted, by model: only where there are points enough.
    fits: Vec<Fits<'a>>,
    conclusion: &'a str,
}

#[derive(Debug, Serialize)]
struct Fits<'a> {
    model: Model,
    amdahl: Option<&'a Fit<Amdahl>>,
    universal: Option<&'a Fit<Universal>>,
}

impl Sweep {
    /// The sweep with what came out of it, to be written.
    #[must_use]
    pub fn report<'a>(&'a self, results: &'a Results) -> Report<'a> {
        let is_fitted = |series: &&Series| series.amdahl.is_some() || series.universal.is_some();
        let fits = results.series.iter().filter(is_fitted).map(|series| Fits {
            model: series.model,
            amdahl: series.amdahl.as_ref(),
            universal: series.universal.as_ref(),
        });
        Report {
            sweep: self,
            summary: results.summaries.iter().flatten().collect(),
            fits: fits.collect(),
            conclusion: &results.conclusion,
        }
    }
}

/// A summary as the JSON shows it.
#[derive(Serialize)]
struct WrittenSummary<'a> {
    model: Model,
    workers: u32,
    runs: u32,
    failed: u32,
    time_s: &'a Spread,
    speedup: &'a Option<Ratio>,
    efficiency: Option<f64>,
    karp_flatt: Option<f64>,
    concurrency: f64,
    parallelism: f64,
    outliers: &'a [String],
    median_run: &'a str,
    is_best: bool,
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WrittenSummary {
            model: self.plan.model(),
            workers: self.plan.workers(),
            runs: self.runs,
            failed: self.failed,
            time_s: &self.time,
            speedup: &self.speedup,
            efficiency: self.efficiency,
            karp_flatt: self.karp_flatt,
            concurrency: self.concurrency,
            parallelism: self.parallelism,
            outliers: &self.outliers,
            median_run: &self.median_run,
            is_best: self.is_best,
        }
        .serialize(serializer)
    }
}
