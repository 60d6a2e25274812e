//! A plan in JSON: flat, resolved, and not trusted when it comes back.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Draft, Invalid, Plan, all_parameters};
use crate::catalog::model::Model;
use crate::catalog::parameter::Parameter;
use crate::catalog::workload::{ADDRESSES, LATENCY_MAX, Workload};
use crate::domain::address;
use crate::domain::addresses::{Addresses, LatencyRange};
use crate::domain::machine::Limits;
use crate::domain::python::{Interpreter, StartMethod};
use crate::domain::text::is_treacherous;

/// Everything that decides what was done, but for passwords in addresses.
///
/// # Errors
/// What the serializer says.
pub fn serialize<S: Serializer>(plan: &Plan, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Written<'a> {
        workload: Workload,
        model: Model,
        workers: u32,
        tasks: u32,
        seed: u64,
        parameters: Parameters<'a>,
    }
    Written {
        workload: plan.workload,
        model: plan.model,
        workers: plan.workers,
        tasks: plan.tasks,
        seed: plan.seed,
        parameters: Parameters(plan),
    }
    .serialize(serializer)
}

/// The plan again, checked as a draft is.
///
/// # Errors
/// What no plan can be, in one sentence: the limits are the program's own, whatever this machine allows.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Plan, D::Error> {
    #[derive(Deserialize)]
    struct Read {
        workload: Workload,
        model: Model,
        workers: u64,
        tasks: u64,
        seed: u64,
        parameters: Given,
    }
    let read = Read::deserialize(deserializer)?;
    let draft = Draft {
        tasks: read.tasks,
        seed: read.seed,
        ..Draft::new(read.workload, read.model, read.workers)
    };
    read.parameters.restored(draft).map_err(D::Error::custom)
}

/// The resolved parameters of a plan, flat; those that its workload or model does not have are left out.
struct Parameters<'a>(&'a Plan);

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Parameters(plan) = self;
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
            Some(Addresses::Loopback { latencies_ms, .. }) => {
                let seconds: Vec<f64> =
                    latencies_ms.iter().map(|ms| f64::from(*ms) / 1e3).collect();
                map.serialize_entry(LATENCIES, &seconds)?;
            }
            // Whoever gets a record shall not get a password with it.
            Some(Addresses::Urls(urls)) => {
                let masked: Vec<String> = urls.iter().map(|url| address::masked(url)).collect();
                map.serialize_entry(URLS, &masked)?;
            }
            None => {}
        }
        if let Some(python) = plan.python() {
            map.serialize_entry(PYTHON, &python.interpreter)?;
            if let Some(method) = python.start_method {
                map.serialize_entry(START_METHOD, &method)?;
            }
        }
        map.end()
    }
}

const LATENCIES: &str = "latencies_s";
const URLS: &str = "urls";
const PYTHON: &str = "python";
const START_METHOD: &str = "start_method";

/// What was read: nothing of it is believed.
#[derive(Default)]
struct Given {
    values: Vec<(&'static Parameter, u64)>,
    latencies_s: Option<Vec<f64>>,
    urls: Option<Vec<String>>,
    python: Option<Interpreter>,
    start_method: Option<StartMethod>,
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Given, D::Error> {
        deserializer.deserialize_map(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the parameters of a plan")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
        let mut given = Given::default();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                LATENCIES => given.latencies_s = map.next_value()?,
                URLS => given.urls = map.next_value()?,
                PYTHON => given.python = map.next_value()?,
                START_METHOD => given.start_method = map.next_value()?,
                key => match known(key) {
                    Some(parameter) => {
                        let value = value_of(parameter, &mut map)?;
                        given.values.extend(value.map(|value| (parameter, value)));
                    }
                    None => drop(map.next_value::<IgnoredAny>()?),
                },
            }
        }
        Ok(given)
    }
}

/// The parameter of any workload or model that is stored under this name.
fn known(id: &str) -> Option<&'static Parameter> {
    all_parameters().find(|parameter| parameter.id == id)
}

/// Null says nothing, as a parameter that is left out.
fn value_of<'de, A: MapAccess<'de>>(
    parameter: &Parameter,
    map: &mut A,
) -> Result<Option<u64>, A::Error> {
    if parameter.is_switch() {
        return Ok(map.next_value::<Option<bool>>()?.map(u64::from));
    }
    if parameter.per_stored() == 1.0 {
        return map.next_value();
    }
    let stored: Option<f64> = map.next_value()?;
    Ok(stored.map(|stored| whole(stored * parameter.per_stored())))
}

impl Given {
    fn restored(self, mut draft: Draft) -> Result<Plan, String> {
        for (parameter, value) in &self.values {
            draft.set(parameter, *value);
        }
        // They say how many addresses there are, as what is in the record may be another's.
        if let Some(listed) = &self.latencies_s {
            draft.set(&ADDRESSES, listed.len() as u64);
        }
        if let Some(urls) = &self.urls {
            check_urls(urls)?;
        }
        draft.urls = self.urls;
        draft.python = self.python;
        draft.start_method = self.start_method;
        let mut plan = draft
            .validate(&Limits::default())
            .map_err(|Invalid { sentence, .. }| sentence)?;
        if let (
            Some(Addresses::Loopback {
                latencies_ms,
                latency,
                ..
            }),
            Some(listed),
        ) = (&mut plan.addresses, &self.latencies_s)
        {
            // They were drawn where it was measured, perhaps by another version.
            *latencies_ms = checked_latencies(listed, *latency)?;
        }
        Ok(plan)
    }
}

/// Rounded; what is no number, or negative, becomes 0, and what is too large stays too large.
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

fn checked_latencies(listed: &[f64], range: LatencyRange) -> Result<Vec<u32>, String> {
    let in_ms = |seconds: &f64| {
        let ms = u32::try_from(whole(seconds * 1e3)).ok()?;
        let is_drawn = (range.min_ms..=range.max_ms).contains(&ms)
            && LATENCY_MAX.range.contains(&u64::from(ms));
        (is_drawn && *seconds >= 0.0).then_some(ms)
    };
    listed
        .iter()
        .map(in_ms)
        .collect::<Option<_>>()
        .ok_or_else(|| "a latency is not in its range".into())
}
