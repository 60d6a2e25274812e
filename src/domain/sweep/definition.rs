//! The JSON of a sweep's definition, so that the sweep can be measured again.

use serde::{Deserialize, Serialize};

use super::{Sweep, SweepDraft, SweepPlan};
use crate::{
    catalog::{
        model::{Model, SWITCH_INTERVAL},
        workload::CHUNK_SIZE,
    },
    domain::{
        foreign,
        machine::WorkerLimits,
        plan::{Draft, Invalid, Plan, stored},
        python::{Interpreter, StartMethod},
    },
};

/// The stored form of a sweep. What is read is checked like a draft.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredSweep {
    #[serde(deserialize_with = "foreign::text")]
    id: String,
    /// The serial configuration.
    #[serde(with = "stored")]
    work: Plan,
    models: Vec<Model>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pythons: Vec<Interpreter>,
    /// Null if every interpreter used its default start method.
    start_method: Option<StartMethod>,
    workers: Vec<u64>,
    repeats: u64,
    /// The seed from which the order of the rounds is drawn.
    #[serde(default)]
    seed: u64,
    /// Null unless a model has an interpreter lock.
    switch_interval_s: Option<f64>,
    /// Null unless processes call the user's function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chunk_size: Option<u64>,
}

impl From<Sweep> for StoredSweep {
    fn from(Sweep { id, plan }: Sweep) -> StoredSweep {
        let given = |parameter| {
            let mut plans = plan.configurations.iter();
            plans.find_map(|plan| plan.given(parameter))
        };
        let switch_interval_us = given(&SWITCH_INTERVAL);
        StoredSweep {
            id,
            work: plan.work().clone(),
            pythons: plan.pythons(),
            start_method: chosen_start_method(&plan),
            workers: plan.workers.iter().copied().map(u64::from).collect(),
            repeats: plan.repeats.into(),
            seed: plan.seed,
            chunk_size: given(&CHUNK_SIZE),
            switch_interval_s: switch_interval_us.map(|us| us as f64 / 1e6),
            models: plan.models,
        }
    }
}

/// The start method that the user chose for all interpreters, if it differs from the default of any of them. A sweep
/// without a choice equals a sweep with every interpreter's default.
fn chosen_start_method(plan: &SweepPlan) -> Option<StartMethod> {
    let mut pythons = plan.configurations.iter().filter_map(Plan::python);
    pythons.find_map(|python| {
        let default = python.interpreter.start_methods.first();
        python.start_method.filter(|method| Some(method) != default)
    })
}

impl TryFrom<StoredSweep> for Sweep {
    type Error = Invalid;

    fn try_from(stored: StoredSweep) -> Result<Sweep, Invalid> {
        let mut draft = Draft::from(&stored.work);
        if let Some(seconds) = stored.switch_interval_s {
            draft.set(&SWITCH_INTERVAL, (seconds * 1e6).round() as u64);
        }
        if let Some(inputs) = stored.chunk_size {
            draft.set(&CHUNK_SIZE, inputs);
        }
        draft.start_method = stored.start_method;
        let draft = SweepDraft {
            draft,
            models: stored.models,
            pythons: stored.pythons,
            workers: stored.workers,
            repeats: stored.repeats,
            seed: stored.seed,
        };
        // The limits are the program's own. The machine that measured the sweep may have allowed more than this one.
        let mut plan = draft.validate(&WorkerLimits::default())?;
        // The latencies of its addresses were drawn where it was measured, perhaps by another version.
        for configuration in &mut plan.configurations {
            *configuration = configuration.on_work_of(&stored.work);
        }
        Ok(Sweep {
            id: stored.id,
            plan,
        })
    }
}
