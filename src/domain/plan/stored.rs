//! A plan in JSON: flat, resolved, and not trusted when it is read.

use std::{fmt, ops::RangeInclusive};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::Value;

use super::{Draft, Invalid, Plan, all_parameters, to_u32};
use crate::{
    catalog::{
        model::Model,
        parameter::Parameter,
        workload::{ADDRESSES, LATENCY_MAX, LATENCY_MIN, Workload},
    },
    domain::{
        address,
        addresses::Addresses,
        command::UserCommand,
        foreign::BorrowedKey,
        function::Function,
        machine::WorkerLimits,
        python::{Interpreter, StartMethod},
        text::is_treacherous,
    },
};

#[derive(Serialize, Deserialize)]
struct StoredPlan<P> {
    workload: Workload,
    model: Model,
    workers: u64,
    tasks: u64,
    seed: u64,
    parameters: P,
}

/// Writes everything that determines what was done, except the passwords of addresses.
///
/// # Errors
/// If the serializer fails.
pub fn serialize<S: Serializer>(plan: &Plan, serializer: S) -> Result<S::Ok, S::Error> {
    let stored = StoredPlan {
        workload: plan.workload,
        model: plan.model(),
        workers: plan.workers.into(),
        tasks: plan.tasks.into(),
        seed: plan.seed,
        parameters: StoredParameters(plan),
    };
    stored.serialize(serializer)
}

/// Reads a plan and checks it like a draft.
///
/// # Errors
/// If it is not a valid plan; the message is one sentence. The limits are the program's own, not those of this machine.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Plan, D::Error> {
    restored(StoredPlan::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The resolved parameters of a plan, flat. Parameters that its workload or model does not have are left out.
struct StoredParameters<'a>(&'a Plan);

impl Serialize for StoredParameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let StoredParameters(plan) = self;
        let mut map = serializer.serialize_map(None)?;
        for (parameter, value) in plan.parameters() {
            if parameter.is_switch() {
                map.serialize_entry(parameter.id, &(value != 0))?;
            } else if parameter.per_stored() == 1.0 {
                map.serialize_entry(parameter.id, &value)?;
            } else {
                map.serialize_entry(parameter.id, &(value as f64 / parameter.per_stored()))?;
            }
        }
        match plan.addresses() {
            Some(Addresses::Loopback(latencies_ms)) => {
                let latencies = latencies_ms.iter().map(|ms| f64::from(*ms) / 1e3);
                map.serialize_entry("latencies_s", &latencies.collect::<Vec<_>>())?;
            }
            // A record may be passed on, so it must not contain passwords.
            Some(Addresses::Urls(urls)) => {
                let masked = urls.iter().map(|url| address::masked(url));
                map.serialize_entry("urls", &masked.collect::<Vec<_>>())?;
            }
            None => {}
        }
        if let Some(function) = plan.function() {
            map.serialize_entry("function", function)?;
        }
        if let Some(command) = plan.command() {
            map.serialize_entry("command", command)?;
        }
        if let Some(python) = plan.python() {
            map.serialize_entry("python", &python.interpreter)?;
            if let Some(method) = python.start_method {
                map.serialize_entry("start_method", &method)?;
            }
        }
        map.end()
    }
}

/// The parameters as they were read, before they are checked.
#[derive(Default)]
struct Given {
    latencies_s: Option<Vec<f64>>,
    urls: Option<Vec<String>>,
    function: Option<Box<Function>>,
    command: Option<Box<UserCommand>>,
    python: Option<Interpreter>,
    start_method: Option<StartMethod>,
    /// Parameters of any workload or model.
    values: Vec<(&'static Parameter, Value)>,
}

/// Written by hand because serde's `flatten` buffers every value, and each line of a history has one of these.
impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Given, D::Error> {
        deserializer.deserialize_map(ParametersVisitor)
    }
}

struct ParametersVisitor;

impl<'de> Visitor<'de> for ParametersVisitor {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the parameters of a plan")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
        let mut given = Given::default();
        while let Some(BorrowedKey(key)) = map.next_key()? {
            match &*key {
                "latencies_s" => given.latencies_s = map.next_value()?,
                "urls" => given.urls = map.next_value()?,
                "function" => given.function = map.next_value()?,
                "command" => given.command = map.next_value()?,
                "python" => given.python = map.next_value()?,
                "start_method" => given.start_method = map.next_value()?,
                id => match all_parameters().find(|parameter| parameter.id == id) {
                    Some(parameter) => given.values.push((parameter, map.next_value()?)),
                    None => drop(map.next_value::<IgnoredAny>()?),
                },
            }
        }
        Ok(given)
    }
}

fn restored(stored: StoredPlan<Given>) -> Result<Plan, String> {
    let given = stored.parameters;
    let mut draft = Draft {
        tasks: stored.tasks,
        seed: stored.seed,
        function: given.function,
        command: given.command,
        python: given.python,
        start_method: given.start_method,
        ..Draft::new(stored.workload, stored.model, stored.workers)
    };
    for (parameter, stored) in given.values {
        // Null means the same as a missing parameter.
        if !stored.is_null() {
            let value = value_of(parameter, &stored);
            let wrong = || format!("a wrong {}", parameter.id);
            draft.set(parameter, value.ok_or_else(wrong)?);
        }
    }
    // The number of addresses is the length of the list, because the file may state a different number.
    if let Some(listed) = &given.latencies_s {
        draft.set(&ADDRESSES, listed.len() as u64);
    }
    if let Some(urls) = given.urls {
        check_urls(&urls)?;
        draft.urls = Some(urls);
    }
    let mut plan = draft
        .validate(&WorkerLimits::default())
        .map_err(|Invalid { sentence, .. }| sentence)?;
    if let Some(listed) = given.latencies_s
        && let Some(Addresses::Loopback(latencies_ms)) = &mut plan.addresses
    {
        let range = plan.size.get(&LATENCY_MIN)..=plan.size.get(&LATENCY_MAX);
        // The latencies were drawn where the run was measured, perhaps by another version.
        *latencies_ms = checked_latencies(&listed, &range)?;
    }
    Ok(plan)
}

fn value_of(parameter: &Parameter, stored: &Value) -> Option<u64> {
    if parameter.is_switch() {
        stored.as_bool().map(u64::from)
    } else if parameter.per_stored() == 1.0 {
        stored.as_u64()
    } else {
        Some(whole(stored.as_f64()? * parameter.per_stored()))
    }
}

/// Rounds. A value that is negative or not a number becomes 0; one that is too large stays too large.
fn whole(value: f64) -> u64 {
    value.round() as u64
}

fn check_urls(urls: &[String]) -> Result<(), String> {
    ADDRESSES.check(urls.len() as u64)?;
    let is_bad =
        |url: &&String| url.chars().any(is_treacherous) || address::check_address(url).is_err();
    urls.iter().find(is_bad).map_or(Ok(()), |url| {
        Err(format!("{} is no address", address::shown(url)))
    })
}

fn checked_latencies(listed: &[f64], range: &RangeInclusive<u64>) -> Result<Vec<u32>, String> {
    let in_ms = |seconds: &f64| {
        let ms = whole(seconds * 1e3);
        (range.contains(&ms) && *seconds >= 0.0).then(|| to_u32(ms))
    };
    listed
        .iter()
        .map(in_ms)
        .collect::<Option<_>>()
        .ok_or_else(|| "a latency is not in its range".into())
}
