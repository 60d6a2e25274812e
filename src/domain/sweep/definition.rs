//! A sweep as JSON, and back: what was asked for, as it could be asked for again.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Sweep, SweepDraft, SweepPlan};
use crate::catalog::model::{Model, SWITCH_INTERVAL};
use crate::domain::foreign;
use crate::domain::machine::Limits;
use crate::domain::plan::{Draft, Plan, stored};
use crate::domain::python::{Interpreter, StartMethod};

/// How a sweep is written.
#[derive(Serialize)]
struct Written<'a> {
    id: &'a str,
    /// The serial configuration.
    #[serde(serialize_with = "stored::serialize")]
    work: &'a Plan,
    models: &'a [Model],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pythons: Vec<Interpreter>,
    /// Null where every interpreter used its own default.
    start_method: Option<StartMethod>,
    workers: &'a [u32],
    repeats: u32,
    /// Of the order of the rounds.
    seed: u64,
    /// Null unless a model has an interpreter lock.
    switch_interval_s: Option<f64>,
}

impl Serialize for Sweep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plan = &self.plan;
        let locked = plan
            .configurations()
            .iter()
            .find(|plan| plan.model().has_emulated_lock());
        Written {
            id: &self.id,
            work: plan.work(),
            models: plan.models(),
            pythons: plan.pythons(),
            start_method: chosen_start_method(plan),
            workers: plan.workers(),
            repeats: plan.repeats(),
            seed: plan.seed(),
            switch_interval_s: locked.map(|plan| plan.switch_interval_us() as f64 / 1e6),
        }
        .serialize(serializer)
    }
}

/// What was asked of all interpreters, if it is another than the own default of any of them: asking nothing and asking for
/// everybody's default is the same sweep.
fn chosen_start_method(plan: &SweepPlan) -> Option<StartMethod> {
    plan.configurations()
        .iter()
        .filter_map(Plan::python)
        .find_map(|python| {
            let default = python.interpreter.start_methods.first();
            python.start_method.filter(|method| Some(method) != default)
        })
}

/// How a sweep is read: nothing of it is believed before it was checked as a draft is.
#[derive(Deserialize)]
struct Read {
    #[serde(deserialize_with = "foreign::text")]
    id: String,
    #[serde(deserialize_with = "stored::deserialize")]
    work: Plan,
    models: Vec<Model>,
    #[serde(default)]
    pythons: Vec<Interpreter>,
    #[serde(default)]
    start_method: Option<StartMethod>,
    workers: Vec<u64>,
    repeats: u64,
    #[serde(default)]
    seed: u64,
    switch_interval_s: Option<f64>,
}

impl<'de> Deserialize<'de> for Sweep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sweep, D::Error> {
        let read = Read::deserialize(deserializer)?;
        let mut work = Draft::from(&read.work);
        if let Some(seconds) = read.switch_interval_s {
            work.set(&SWITCH_INTERVAL, (seconds * 1e6).round() as u64);
        }
        work.start_method = read.start_method;
        let draft = SweepDraft {
            draft: work,
            models: read.models,
            pythons: read.pythons,
            workers: read.workers,
            repeats: read.repeats,
            seed: read.seed,
        };
        // The machine that measured it allowed what this one may not.
        let mut plan = draft
            .validate(&Limits::default())
            .map_err(de::Error::custom)?;
        // The latencies of its addresses were drawn where it was measured, perhaps by another version.
        plan.configurations = plan
            .configurations
            .iter()
            .map(|plan| plan.on_work_of(&read.work))
            .collect();
        Ok(Sweep { id: read.id, plan })
    }
}
