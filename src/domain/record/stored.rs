//! How a record is written and read: what its parts look like in JSON, and what is checked when they are read.
//!
//! Anyone may have written a file that a record is read from. So a plan is validated like a draft, untrusted text loses
//! characters that could command a terminal, numbers are finite and not negative, and workers, tasks and plan agree.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};

use super::{
    BlockedTotals, CampaignPart, ContextSwitches, CoreRecord, EventTotals, GilTotals,
    InterpreterFacts, Measurement, Observer, Outcome, PhaseSource, PythonRecord, Record, RunEnding,
    RunTimes, SystemFacts, TaskRecord, WorkerRecord,
};
use crate::{
    catalog::caveat::Caveat,
    domain::{
        counter::CounterTotals,
        foreign::{self, MeasuredNumber},
        function::FunctionFacts,
        phase::PhaseTimes,
        plan::{self, Plan},
        shared_file::SharedFile,
    },
};

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WithCaveats::new(self, &self.measurement.caveats).serialize(serializer)
    }
}

/// A record as it is written, with all caveats that it has at that moment.
#[derive(Debug, Serialize)]
pub struct WithCaveats<'a> {
    #[serde(flatten, serialize_with = "facts")]
    record: &'a Record,
    caveats: Vec<&'a Caveat>,
}

impl<'a> WithCaveats<'a> {
    /// Pairs a record with the caveats to write, which may depend on other runs.
    pub fn new(
        record: &'a Record,
        caveats: impl IntoIterator<Item = &'a Caveat>,
    ) -> WithCaveats<'a> {
        WithCaveats {
            record,
            caveats: caveats.into_iter().collect(),
        }
    }
}

fn facts<S: Serializer>(record: &&Record, serializer: S) -> Result<S::Ok, S::Error> {
    Record::serialize(record, serializer)
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Record, D::Error> {
        let record = deserializer.deserialize_map(RecordVisitor)?;
        disagreement(&record).map_or(Ok(record), |sentence| Err(Error::custom(sentence)))
    }
}

/// Declares a variable for each key and fills it from a map, like serde's derive does for the fields of a struct. The
/// derive is not used because its `flatten` buffers every value, which makes opening a history a third slower.
macro_rules! read_keys {
    (
        $map:ident,
        required: $($key:ident: $kind:ty $(=> $field:tt)?),+;
        optional: $($rare:ident: $rare_kind:ty $(=> $rare_field:tt)?),+;
    ) => {
        #[derive(Deserialize)]
        #[serde(field_identifier)]
        #[expect(non_camel_case_types, reason = "each is the key of that name")]
        enum RecordKey {
            $($key,)+
            $($rare,)+
            #[serde(other)]
            Unknown,
        }
        $(let mut $key: Option<$kind> = None;)+
        $(let mut $rare: Option<$rare_kind> = None;)+
        while let Some(key) = $map.next_key()? {
            match key {
                $(RecordKey::$key => once(stringify!($key), $key.replace($map.next_value()?))?,)+
                $(RecordKey::$rare => once(stringify!($rare), $rare.replace($map.next_value()?))?,)+
                RecordKey::Unknown => drop($map.next_value::<IgnoredAny>()?),
            }
        }
        $(let $key = $key.ok_or_else(|| Error::missing_field(stringify!($key)))?$(.$field)?;)+
        $(let $rare = $rare.unwrap_or_default()$(.$rare_field)?;)+
    };
}

/// Fails if a key occurs twice.
fn once<T, E: Error>(key: &'static str, before: Option<T>) -> Result<(), E> {
    before.map_or(Ok(()), |_| Err(E::duplicate_field(key)))
}

/// Reads the flat JSON into groups.
struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        read_keys!(
            map,
            required:
                id: Text => 0, started_at: Text => 0, plan: CheckedPlan => 0, outcome: Outcome, tasks_failed: u32,
                wall_s: MeasuredNumber => 0, teardown_s: MeasuredNumber => 0, cpu_s: MeasuredNumber => 0,
                concurrency: MeasuredNumber => 0, parallelism: MeasuredNumber => 0, phases_s: PhaseTimes,
                workers: Vec<WorkerRecord>, phase_source: PhaseSource;
            optional:
                campaign: Option<CampaignPart>, error: ErrorText => 0, tasks_not_begun: u32,
                failures: Vec<TaskRecord>, startup_s: MaybeMeasured => 0, computing_overlap_s: MaybeMeasured => 0,
                gil: Option<GilTotals>, python: Option<PythonRecord>,
                context_switches: Option<ContextSwitches>, migrations: u64,
                memory_bytes: Option<u64>, shared_file: Option<SharedFile>, counter: Option<CounterTotals>,
                function: Option<FunctionFacts>, tasks: Option<Vec<TaskRecord>>, cores: Vec<CoreRecord>,
                blocked: Option<BlockedTotals>, events: EventTotals, observer: Observer, caveats: Vec<Caveat>;
        );
        Ok(Record {
            id,
            campaign,
            started_at,
            plan,
            ending: RunEnding {
                outcome,
                error,
                tasks_failed,
                tasks_not_begun,
                failures,
            },
            times: RunTimes {
                wall_s,
                startup_s,
                teardown_s,
                cpu_s,
                concurrency,
                parallelism,
                computing_overlap_s,
                phases_s,
            },
            interpreter: InterpreterFacts { gil, python },
            system: SystemFacts {
                context_switches,
                migrations,
                memory_bytes,
                shared_file,
                counter,
                function,
            },
            workers,
            tasks,
            cores,
            measurement: Measurement {
                events,
                observer,
                phase_source,
                blocked,
                caveats,
            },
        })
    }
}

#[derive(Deserialize)]
struct Text(#[serde(deserialize_with = "foreign::text")] String);

#[derive(Default, Deserialize)]
struct ErrorText(#[serde(deserialize_with = "foreign::error_or_null")] Option<String>);

#[derive(Default, Deserialize)]
struct MaybeMeasured(#[serde(deserialize_with = "foreign::measured_or_null")] Option<f64>);

#[derive(Deserialize)]
struct CheckedPlan(#[serde(deserialize_with = "plan::stored::deserialize")] Plan);

/// The first contradiction within a record, if there is one. The code that draws records relies on this check.
fn disagreement(record: &Record) -> Option<String> {
    let (workers, tasks) = (record.plan.workers, record.plan.tasks);
    // With many workers, a history keeps them elsewhere.
    if !record.workers.is_empty() && record.workers.len() != workers as usize {
        return Some(format!(
            "the plan has {workers} workers, the record {}",
            record.workers.len()
        ));
    }
    if record
        .workers
        .iter()
        .zip(0..)
        .any(|(worker, number)| worker.worker != number)
    {
        return Some("the workers are not in the order of their numbers".into());
    }
    let is_foreign = |task: &&TaskRecord| task.task >= tasks || task.worker >= workers;
    if let Some(task) = record
        .tasks
        .iter()
        .flatten()
        .chain(&record.ending.failures)
        .find(is_foreign)
    {
        return Some(format!(
            "task {} of worker {} is not of this plan",
            task.task, task.worker
        ));
    }
    let undone = (record.ending.tasks_failed).saturating_add(record.ending.tasks_not_begun);
    (undone > tasks).then(|| format!("more than all {tasks} tasks have failed or were not started"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        catalog::{
            caveat::CaveatKind,
            model::{Model, SWITCH_INTERVAL},
            workload::{SHARED_FILE, Workload},
        },
        domain::{
            foreign::MEASURED_MAX,
            machine::WorkerLimits,
            phase::Phase,
            plan::Draft,
            record::{
                CampaignPart, GilTotals, PhaseSource, PrintedOutput, PythonRecord, TaskOutcome,
            },
        },
        fixtures::sample,
    };

    fn record() -> Record {
        sample::record(
            sample::plan(Workload::Io, Model::GilThreads, 3),
            1.234_567_891,
            0.3,
        )
    }

    fn changed(change: impl FnOnce(&mut Value)) -> Result<Record, serde_json::Error> {
        let mut json = serde_json::to_value(record()).unwrap();
        change(&mut json);
        serde_json::from_value(json)
    }

    #[test]
    fn a_record_of_every_model_and_workload_comes_back_equal() {
        for kind in Workload::ALL {
            for model in Model::ALL.into_iter().filter(|model| kind.suits(*model)) {
                let workers = if model.is_serial() { 1 } else { 3 };
                let mut draft = sample::draft(kind, model, workers);
                draft.seed = u64::MAX;
                draft.set(&SHARED_FILE, 1);
                draft.set(&SWITCH_INTERVAL, 1_234);
                if model == Model::Threads && kind == Workload::Io {
                    draft.urls = Some(vec![
                        "http://127.0.0.1:8080/a?b=c".into(),
                        "https://b.example/".into(),
                    ]);
                }
                let plan = draft.validate(&WorkerLimits::default()).unwrap();
                let mut record = sample::record(plan, 1.0 / 3.0, 0.1 + 0.2);
                record.campaign = Some(CampaignPart {
                    id: "a.1".into(),
                    round: 2,
                    in_turn: false,
                });
                record.ending.tasks_failed = 1;
                record.ending.failures = vec![TaskRecord {
                    task: 2,
                    worker: 0,
                    start_s: 0.1,
                    end_s: None,
                    outcome: TaskOutcome::Failed,
                    error: Some("the server said 503".into()),
                }];
                record.measurement.caveats = vec![Caveat {
                    kind: CaveatKind::Suspended,
                    text: "it slept".into(),
                }];
                let json = serde_json::to_string(&record).unwrap();
                assert_eq!(
                    serde_json::from_str::<Record>(&json).unwrap(),
                    record,
                    "{json}"
                );
            }
        }
    }

    #[test]
    fn what_a_plan_may_not_be_is_refused_in_the_words_of_a_draft() {
        let error = changed(|json| json["plan"]["tasks"] = json!(0))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("tasks must be from 1 to 1 000 000, not 0"),
            "{error}"
        );
        let wrong = [
            ("/plan/workers", json!(1_000_000)),
            ("/plan/model", json!("teleport")),
            ("/plan/workload", json!("quantum")),
            ("/plan/parameters/writes", json!(0)),
            ("/plan/parameters/latencies_s", json!([])),
            ("/plan/parameters/latencies_s", json!([-1.0])),
            ("/plan/parameters/latencies_s", json!([1e9])),
            ("/plan/parameters/page_bytes", json!(1u64 << 40)),
            ("/plan/parameters/switch_interval_s", json!(1e-9)),
            ("/plan/parameters/urls", json!(["file:///etc/passwd"])),
            ("/plan/parameters/urls", json!([])),
            ("/wall_s", json!(-1.0)),
            ("/wall_s", json!(1e300)),
            ("/phases_s", json!({ "computing": -1 })),
            ("/tasks_failed", json!(4_000_000_000u32)),
        ];
        for (pointer, value) in wrong {
            let refused = changed(|json| match json.pointer_mut(pointer) {
                Some(place) => *place = value.clone(),
                None => json["plan"]["parameters"]["urls"] = value.clone(),
            });
            assert!(refused.is_err(), "{pointer} = {value}");
        }
    }

    #[test]
    fn unknown_keys_are_ignored_and_optional_keys_have_defaults() {
        let read = changed(|json| {
            json["from_the_future"] = json!({ "a": [1, 2] });
            for key in [
                "campaign",
                "caveats",
                "cores",
                "failures",
                "memory_bytes",
                "tasks",
                "gil",
                "observer",
            ] {
                json.as_object_mut().unwrap().remove(key);
            }
        });
        assert_eq!(read.unwrap(), record());
    }

    #[test]
    fn a_caveat_of_a_kind_of_a_later_version_is_kept_with_its_text() {
        let later = json!([{ "kind": "tunnel-effect", "text": "a worker was on both sides" }]);
        let read = changed(|json| json["caveats"] = later).unwrap();
        assert_eq!(
            read.measurement.caveats,
            [Caveat {
                kind: CaveatKind::Other,
                text: "a worker was on both sides".into()
            }]
        );
        assert_eq!(
            serde_json::to_value(&read).unwrap()["caveats"][0]["kind"],
            "other"
        );
    }

    #[test]
    fn what_python_said_comes_back_cleaned_and_within_reason() {
        let plan = sample::plan(Workload::Cpu, Model::PythonProcesses, 2);
        let mut record = sample::record(plan, 1.0, 0.5);
        record.interpreter.python = Some(PythonRecord {
            gil: None,
            interpreter_s: Some(0.02),
            imports_s: Some(0.1),
            pool_s: None,
            memory_bytes: Some(12_345),
            manager_cpu_s: Some(0.2),
            output: Some(PrintedOutput {
                text: "one\ntwo".into(),
                bytes: 7,
            }),
        });
        record.interpreter.gil = Some(GilTotals {
            switches: None,
            is_estimate: true,
            wait_s: 0.25,
        });
        record.measurement.phase_source = PhaseSource::ClockGilEstimated;
        let json = serde_json::to_value(&record).unwrap();
        assert_eq!(json["plan"]["parameters"]["start_method"], "fork");
        assert_eq!(json["phase_source"], "cpu-clock+gil-estimated");
        assert_eq!(
            serde_json::from_value::<Record>(json.clone()).unwrap(),
            record
        );
        let mut foreign = json.clone();
        foreign["python"]["output"]["text"] = json!("a\u{1b}[2J\nb\u{202e}");
        foreign["plan"]["parameters"]["python"]["path"] = json!("/bin/\u{7}python3");
        let read: Record = serde_json::from_value(foreign).unwrap();
        assert_eq!(
            read.interpreter.python.unwrap().output.unwrap().text,
            "a\u{fffd}[2J\nb\u{fffd}"
        );
        assert_eq!(
            read.plan.interpreter().unwrap().path,
            "/bin/\u{fffd}python3"
        );
        for (pointer, wrong) in [
            ("/python/imports_s", json!(-1)),
            ("/python/gil", json!("perhaps")),
            ("/plan/parameters/python/version", json!("three")),
            ("/plan/parameters/python/version", json!("2.7.18")),
            ("/plan/parameters/python", json!(null)),
            ("/plan/parameters/start_method", json!("teleport")),
        ] {
            let mut broken = json.clone();
            *broken.pointer_mut(pointer).unwrap() = wrong.clone();
            assert!(
                serde_json::from_value::<Record>(broken).is_err(),
                "{pointer} = {wrong}"
            );
        }
    }

    #[test]
    fn foreign_text_is_cleaned_where_it_enters() {
        let read = changed(|json| {
            json["outcome"] = json!("failed");
            json["error"] = json!("a\u{1b}[2J\u{202e}b\nc");
            json["started_at"] = json!("\u{7}now");
        });
        let read = read.unwrap();
        assert_eq!(
            read.ending.error.as_deref(),
            Some("a\u{fffd}[2J\u{fffd}b\u{fffd}c")
        );
        assert_eq!(read.started_at, "\u{fffd}now");
    }

    #[test]
    fn a_password_in_an_address_does_not_travel() {
        let mut draft = Draft::new(Workload::Io, Model::Threads, 2);
        draft.urls = Some(vec!["http://me:secret@127.0.0.1/".into()]);
        let record = sample::record(draft.validate(&WorkerLimits::default()).unwrap(), 1.0, 0.5);
        let json = serde_json::to_string(&record).unwrap();
        assert!(!json.contains("secret") && json.contains("***"), "{json}");
        assert!(serde_json::from_str::<Record>(&json).is_ok());
    }

    #[test]
    fn a_password_that_an_earlier_version_kept_is_not_read() {
        let read = changed(|json| {
            json["outcome"] = json!("failed");
            json["error"] = json!("InvalidURL: nonnumeric port: 'secret@localhost'");
            let failed = |error| json!({ "task": 2, "worker": 0, "start_s": 0.1, "end_s": 0.2, "outcome": "failed", "error": error });
            json["tasks_failed"] = json!(1);
            json["failures"] = json!([failed("URLError: http://me:secret@h/ is not allowed")]);
            json["tasks"] = json!([failed("InvalidURL: nonnumeric port: 's@secret@localhost'")]);
            json["python"]["output"] = json!({ "text": "one\nhttp://me:secret@h/", "bytes": 30 });
        });
        let read = read.unwrap();
        let told = format!(
            "{:?} {:?} {:?} {:?}",
            read.ending.error, read.ending.failures, read.tasks, read.interpreter.python
        );
        assert!(!told.contains("secret"), "{told}");
        assert_eq!(told.matches("***@").count(), 4, "{told}");
    }

    proptest! {
        #[test]
        fn times_come_back_to_the_nanosecond(
            times in proptest::collection::vec(0u64..1 << 50, 7), wall in 0.0..MEASURED_MAX,
        ) {
            let mut record = record();
            for (phase, time) in Phase::MEASURED.into_iter().zip(times) {
                record.times.phases_s[phase] = time;
            }
            record.times.wall_s = wall;
            let json = serde_json::to_string(&record).unwrap();
            prop_assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
        }
    }
}
