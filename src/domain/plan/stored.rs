//! A plan in JSON: flat, resolved, and not trusted when it comes back.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Draft, Invalid, MAX_ADDRESSES, MAX_LATENCY_MS, Plan, TaskSize};
use crate::domain::address;
use crate::domain::machine::Limits;
use crate::domain::model::Model;
use crate::domain::python::{Interpreter, StartMethod};
use crate::domain::text::{grouped, is_treacherous};
use crate::domain::workload::{Addresses, Files, LatencyRange, Workload, WorkloadKind};

/// Everything that decides what was done, but for passwords in addresses.
///
/// # Errors
/// What the serializer says.
pub fn serialize<S: Serializer>(plan: &Plan, serializer: S) -> Result<S::Ok, S::Error> {
    StoredPlan::from(plan).serialize(serializer)
}

/// The plan again, checked as a draft is.
///
/// # Errors
/// What no plan can be, in one sentence: the limits are the program's own, whatever this machine allows.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Plan, D::Error> {
    StoredPlan::deserialize(deserializer)?
        .restored()
        .map_err(Error::custom)
}

/// A plan as the JSON shows it.
#[derive(Debug, Serialize, Deserialize)]
struct StoredPlan {
    workload: WorkloadKind,
    model: Model,
    workers: u64,
    tasks: u64,
    seed: u64,
    parameters: Parameters,
}

/// The resolved parameters of a plan, flat; those that its workload or model does not have are left out.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Parameters {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iterations: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    writes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shared_file: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    addresses: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency_min_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency_max_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latencies_s: Option<Vec<f64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    urls: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    switch_interval_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    python: Option<Interpreter>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start_method: Option<StartMethod>,
}

impl From<&Plan> for StoredPlan {
    fn from(plan: &Plan) -> StoredPlan {
        StoredPlan {
            workload: plan.workload.kind(),
            model: plan.model,
            workers: plan.workers.into(),
            tasks: plan.tasks.into(),
            seed: plan.seed,
            parameters: Parameters::of(plan),
        }
    }
}

impl Parameters {
    fn of(plan: &Plan) -> Parameters {
        let seconds = |ms: u32| f64::from(ms) / 1e3;
        let mut parameters = match &plan.workload {
            Workload::Cpu { iterations } => Parameters {
                iterations: Some(*iterations),
                ..Parameters::default()
            },
            Workload::Io {
                writes,
                addresses,
                files,
            } => {
                let common = Parameters {
                    writes: Some((*writes).into()),
                    shared_file: Some(*files == Files::OneShared),
                    addresses: Some(addresses.count() as u64),
                    ..Parameters::default()
                };
                match addresses {
                    Addresses::Urls(urls) => Parameters {
                        // Whoever gets a record shall not get a password with it.
                        urls: Some(urls.iter().map(|url| address::masked(url)).collect()),
                        ..common
                    },
                    Addresses::Loopback {
                        latencies_ms,
                        latency,
                        page_bytes,
                    } => Parameters {
                        latency_min_s: Some(seconds(latency.min_ms)),
                        latency_max_s: Some(seconds(latency.max_ms)),
                        latencies_s: Some(latencies_ms.iter().copied().map(seconds).collect()),
                        page_bytes: Some((*page_bytes).into()),
                        ..common
                    },
                }
            }
        };
        if plan.model.has_emulated_lock() {
            parameters.switch_interval_s = Some(plan.switch_interval_us as f64 / 1e6);
        }
        if let Some(python) = &plan.python {
            parameters.python = Some(python.interpreter.clone());
            parameters.start_method = python.start_method;
        }
        parameters
    }
}

impl StoredPlan {
    fn restored(self) -> Result<Plan, String> {
        let draft = self.draft()?;
        let mut plan = draft
            .validate(&Limits::default())
            .map_err(|Invalid { sentence, .. }| sentence)?;
        if let (
            Workload::Io {
                addresses:
                    Addresses::Loopback {
                        latencies_ms,
                        latency,
                        ..
                    },
                ..
            },
            Some(listed),
        ) = (&mut plan.workload, &self.parameters.latencies_s)
        {
            // They were drawn where it was measured, perhaps by another version.
            *latencies_ms = checked_latencies(listed, *latency)?;
        }
        Ok(plan)
    }

    fn draft(&self) -> Result<Draft, String> {
        let given = &self.parameters;
        let mut draft = Draft::new(self.workload, self.model, self.workers);
        (draft.tasks, draft.seed) = (self.tasks, self.seed);
        let set = |field: &mut u64, given: Option<u64>| *field = given.unwrap_or(*field);
        if let Some(iterations) = given.iterations {
            draft.task_size = TaskSize::Iterations(iterations);
        }
        set(&mut draft.writes, given.writes);
        set(&mut draft.page_bytes, given.page_bytes);
        set(
            &mut draft.addresses,
            given
                .latencies_s
                .as_ref()
                .map(|all| all.len() as u64)
                .or(given.addresses),
        );
        set(
            &mut draft.latency_min_ms,
            given.latency_min_s.map(|s| whole(s * 1e3)),
        );
        set(
            &mut draft.latency_max_ms,
            given.latency_max_s.map(|s| whole(s * 1e3)),
        );
        set(
            &mut draft.switch_interval_us,
            given.switch_interval_s.map(|s| whole(s * 1e6)),
        );
        if given.shared_file == Some(true) {
            draft.files = Files::OneShared;
        }
        draft.python = given.python.clone();
        draft.start_method = given.start_method;
        draft.urls = given.urls.clone();
        draft.urls.iter().try_for_each(|urls| check_urls(urls))?;
        Ok(draft)
    }
}

/// Rounded; what is no number, or negative, becomes 0, and what is too large stays too large.
fn whole(value: f64) -> u64 {
    value.round() as u64
}

fn check_urls(urls: &[String]) -> Result<(), String> {
    if !(1..=MAX_ADDRESSES).contains(&(urls.len() as u64)) {
        return Err(format!(
            "addresses must be from 1 to {}, not {}",
            grouped(MAX_ADDRESSES),
            urls.len()
        ));
    }
    let is_bad =
        |url: &&String| url.chars().any(is_treacherous) || address::check_address(url).is_err();
    urls.iter().find(is_bad).map_or(Ok(()), |url| {
        Err(format!("{} is no address", address::shown(url)))
    })
}

fn checked_latencies(listed: &[f64], range: LatencyRange) -> Result<Vec<u32>, String> {
    let in_ms = |seconds: &f64| {
        let ms = u32::try_from(whole(seconds * 1e3)).ok()?;
        let is_drawn =
            (range.min_ms..=range.max_ms).contains(&ms) && u64::from(ms) <= MAX_LATENCY_MS;
        (is_drawn && *seconds >= 0.0).then_some(ms)
    };
    listed
        .iter()
        .map(in_ms)
        .collect::<Option<_>>()
        .ok_or_else(|| "a latency is not in its range".into())
}
