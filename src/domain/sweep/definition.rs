//! A sweep as JSON, and back: what was asked for, as it could be asked for again.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Sweep, SweepDraft, SweepPlan};
use crate::domain::machine::Limits;
use crate::domain::model::Model;
use crate::domain::plan::{Draft, Plan, TaskSize};
use crate::domain::record;
use crate::domain::text;
use crate::domain::workload::{Files, WorkloadKind};

/// The longest id that is believed, in characters.
const MAX_ID: usize = 100;

/// How a sweep is written.
#[derive(Serialize)]
struct Written<'a> {
    id: &'a str,
    /// The serial configuration.
    #[serde(serialize_with = "record::serialize_plan")]
    work: &'a Plan,
    models: Vec<Model>,
    workers: Vec<u32>,
    repeats: u32,
    /// Of the order of the rounds.
    seed: u64,
    /// Null unless a model has an interpreter lock.
    switch_interval_s: Option<f64>,
}

impl Serialize for Sweep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plan = &self.plan;
        let locked = plan.configurations().iter().find(|plan| plan.model().has_interpreter_lock());
        Written {
            id: &self.id,
            work: plan.work(),
            models: plan.models(),
            workers: plan.workers(),
            repeats: plan.repeats(),
            seed: plan.seed(),
            switch_interval_s: locked.map(|plan| plan.switch_interval_us() as f64 / 1e6),
        }
        .serialize(serializer)
    }
}

/// How a sweep is read: nothing of it is believed before it was checked as a draft is.
#[derive(Deserialize)]
struct Read {
    id: String,
    work: Work,
    models: Vec<Model>,
    workers: Vec<u64>,
    repeats: u64,
    #[serde(default)]
    seed: u64,
    switch_interval_s: Option<f64>,
}

#[derive(Deserialize)]
struct Work {
    workload: WorkloadKind,
    tasks: u64,
    #[serde(default)]
    seed: u64,
    parameters: Parameters,
}

#[derive(Deserialize)]
struct Parameters {
    iterations: Option<u64>,
    writes: Option<u64>,
    #[serde(default)]
    shared_file: bool,
    addresses: Option<u64>,
    latency_min_s: Option<f64>,
    latency_max_s: Option<f64>,
    page_bytes: Option<u64>,
    urls: Option<Vec<String>>,
}

impl Work {
    fn draft(self, switch_interval_s: Option<f64>) -> Draft {
        let given = self.parameters;
        let default = Draft::new(self.workload, Model::Serial, 1);
        let whole = |value: f64, factor: f64| (value * factor).round() as u64;
        Draft {
            tasks: self.tasks,
            seed: self.seed,
            task_size: given.iterations.map_or(default.task_size, TaskSize::Iterations),
            writes: given.writes.unwrap_or(default.writes),
            files: if given.shared_file { Files::OneShared } else { Files::OneEach },
            addresses: given.addresses.unwrap_or(default.addresses),
            latency_min_ms: given.latency_min_s.map_or(default.latency_min_ms, |s| whole(s, 1e3)),
            latency_max_ms: given.latency_max_s.map_or(default.latency_max_ms, |s| whole(s, 1e3)),
            page_bytes: given.page_bytes.unwrap_or(default.page_bytes),
            urls: given.urls,
            switch_interval_us: switch_interval_s.map_or(default.switch_interval_us, |s| whole(s, 1e6)),
            ..default
        }
    }
}

impl<'de> Deserialize<'de> for Sweep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sweep, D::Error> {
        let read = Read::deserialize(deserializer)?;
        let draft = SweepDraft {
            draft: read.work.draft(read.switch_interval_s),
            models: read.models,
            workers: read.workers,
            repeats: read.repeats,
            seed: read.seed,
        };
        // The machine that measured it allowed what this one may not.
        let plan: SweepPlan = draft.validate(&Limits::default()).map_err(de::Error::custom)?;
        Ok(Sweep { id: text::clean(&read.id, MAX_ID), plan })
    }
}
