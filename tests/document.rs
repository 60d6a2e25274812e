//! The JSON document: what the schema promises, what can be read again, and what is refused.

#[path = "support/fixtures.rs"]
mod fixtures;

use std::collections::BTreeSet;

use fixtures::{
    damage::{cases, damaged},
    explorer::{Scenario, machine},
    sample,
};
use jsonschema::Validator;
use pconc_tui::{
    analysis::{shared::Shared, verified::Verification},
    catalog::{
        caveat::Observation,
        claim::{CLAIMS, Setting},
        metric::{METRICS, Unit},
        model::Model,
        workload::{ADDRESSES, ITERATIONS, SHARED_FILE, Workload},
    },
    domain::{
        counter::{CounterTotals, HandOver, HandOverWay},
        function::FunctionFacts,
        history::{History, Lot, RunEntry, SweepEntry},
        machine::WorkerLimits,
        plan::Draft,
        provenance::{Origin, Provenance},
        python::{GilState, Interpreter},
        record::{
            CampaignPart, GilTotals, Outcome, PhaseSource, PrintedOutput, PythonRecord, Record,
            TaskOutcome, TaskRecord,
        },
        rounds::Effort,
        shared_file::{FileContent, FilePart, SharedFile, Source},
        speed::Speed,
        sweep::{Sweep, SweepDraft},
        trace::Trace,
    },
    export::json::{self, Traces},
};
use proptest::prelude::*;
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../assets/records.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("this test makes it right")
}

/// The same schema, which also refuses keys that it does not list.
fn strict(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.contains_key("properties") && map.get("type") == Some(&json!("object")) {
                map.insert("additionalProperties".into(), json!(false));
            }
            map.values_mut().for_each(strict);
        }
        Value::Array(list) => list.iter_mut().for_each(strict),
        _ => {}
    }
}

fn strict_validator() -> Validator {
    let mut schema = schema();
    strict(&mut schema);
    jsonschema::validator_for(&schema).expect("this test makes it right")
}

fn complaints(validator: &Validator, document: &Value) -> Vec<String> {
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn provenance() -> Provenance {
    Provenance {
        origin: Origin::Here,
        session: "the-session".into(),
        machine: machine(2),
    }
}

fn written(history: &History, traces: Traces) -> Vec<u8> {
    let shared = sample::shared(history);
    let mut out = vec![];
    json::write(&mut out, &history.here().machine, &shared, traces)
        .expect("this test makes it right");
    out
}

fn add(history: &mut History, draft: &Draft, change: impl FnOnce(&mut Record)) {
    let scenario = Scenario::new(
        draft
            .validate(&WorkerLimits::default())
            .expect("this test makes it right"),
        2,
    );
    let mut trace = Trace::new(scenario.plan().workers);
    let half = scenario.wall() / 2;
    trace.apply(scenario.batch(0, half));
    trace.apply(scenario.batch(half, scenario.wall()));
    trace.conclude(scenario.wall());
    let mut record = scenario.record();
    change(&mut record);
    history.add(record, trace);
}

fn draft(kind: Workload, model: Model) -> Draft {
    let workers = if model.is_serial() { 1 } else { 3 };
    Draft {
        tasks: 6,
        ..sample::draft(kind, model, workers).with(&ITERATIONS, 1_000)
    }
}

/// The facts that an interpreter reported about a run.
fn python_record(model: Model) -> PythonRecord {
    let has_pool = model != Model::PythonAsyncio;
    PythonRecord {
        gil: has_pool.then_some(GilState::On),
        interpreter_s: Some(0.02),
        imports_s: Some(0.1),
        pool_s: has_pool.then_some(0.005),
        memory_bytes: Some(10_000_000),
        manager_cpu_s: Some(0.2),
        output: has_pool.then(|| PrintedOutput {
            text: "one\ntwo \u{fffd}".into(),
            bytes: 100_000,
        }),
    }
}

/// Changes a record to one that the engine would have concluded for a Python model.
fn by_python(record: &mut Record) {
    let model = record.plan.model();
    record.interpreter.python = model.is_python().then(|| python_record(model));
    if model == Model::PythonThreads {
        record.measurement.phase_source = PhaseSource::ClockAndSchedstatGilEstimated;
        record.interpreter.gil = Some(GilTotals {
            switches: None,
            is_estimate: true,
            wait_s: 0.5,
        });
    }
}

/// Runs with every model, workload and outcome.
fn history() -> History {
    let mut history = History::new(provenance().into());
    for kind in Workload::ALL {
        for model in Model::ALL.into_iter().filter(|model| kind.suits(*model)) {
            add(&mut history, &draft(kind, model), by_python);
        }
    }
    let failed_task = TaskRecord {
        task: 1,
        worker: 0,
        start_s: 0.1,
        end_s: None,
        outcome: TaskOutcome::Failed,
        error: Some("the server said 503".into()),
    };
    add(
        &mut history,
        &draft(Workload::Io, Model::Threads),
        |record| {
            record.ending.outcome = Outcome::Cancelled;
            (record.ending.tasks_not_begun, record.times.startup_s) = (6, None);
        },
    );
    add(
        &mut history,
        &draft(Workload::Io, Model::Processes),
        |record| {
            record.ending.outcome = Outcome::Failed;
            record.ending.error = Some("worker 1 was killed by SIGKILL".into());
            record.ending.tasks_failed = 1;
            record.ending.failures = vec![failed_task.clone()];
            record.tasks = Some(vec![failed_task]);
            record.workers[1].pid = None;
        },
    );
    let shared = draft(Workload::Io, Model::Threads).with(&SHARED_FILE, 1);
    add(&mut history, &shared, |record| {
        record.system.shared_file = Some(SharedFile {
            content: FileContent::Mixture,
            bytes: 10,
            pieces: vec![
                FilePart {
                    source: Source::Page(3),
                    at: 0,
                    bytes: 4,
                },
                FilePart {
                    source: Source::Zeros,
                    at: 4,
                    bytes: 6,
                },
            ],
            pages_written: 1,
            writes: 2,
            spoilt: 1,
        });
    });
    let counting = draft(Workload::Counter, Model::Processes);
    add(&mut history, &counting, |record| {
        record.system.counter = Some(CounterTotals {
            expected: 600_000,
            found: 0,
            seen: vec![200_000, 300_000, 100_000],
            is_shared: false,
            is_locked: true,
            handovers: vec![
                HandOver {
                    way: HandOverWay::CopyOnWrite,
                    median_s: 0.000_4,
                },
                HandOver {
                    way: HandOverWay::Socket,
                    median_s: 0.002,
                },
            ],
        });
    });
    let called = draft(Workload::Function, Model::PythonThreads);
    add(&mut history, &called, |record| {
        record.system.function = Some(FunctionFacts {
            import_s: Some(0.2),
            results: vec![Some("0af1".into()), None],
            changed_globals: Some(vec!["CACHE".into()]),
            pickling_in_s: Some(0.001),
            pickling_out_s: Some(0.002),
            pickled_in_bytes: Some(100),
            pickled_out_bytes: Some(200),
            other_threads: Some(1),
            raised: [("ValueError".to_string(), 2)].into(),
        });
    });
    let urls = Some(vec![
        "http://me:secret@127.0.0.1/a".into(),
        "https://b.example/".into(),
    ]);
    add(
        &mut history,
        &Draft {
            urls,
            ..draft(Workload::Io, Model::Threads)
        },
        |_| {},
    );
    let many = Draft {
        tasks: 10_500,
        ..draft(Workload::Io, Model::Threads)
    };
    add(&mut history, &many, |record| record.tasks = None);
    history.rename(2, Some("<b>\"=1\u{202e}</b>".into()));
    history
}

/// A small sweep with its runs.
fn sweep_document() -> Vec<u8> {
    swept(vec![Model::Threads, Model::GilThreads], vec![])
}

/// A sweep by two interpreters with its runs.
fn python_sweep_document() -> Vec<u8> {
    let pythons = vec![
        fixtures::python::interpreter(),
        fixtures::python::free_threaded(),
    ];
    swept(
        vec![Model::Threads, Model::PythonThreads, Model::PythonProcesses],
        pythons,
    )
}

fn swept(models: Vec<Model>, pythons: Vec<Interpreter>) -> Vec<u8> {
    let sweep_draft = SweepDraft {
        pythons,
        draft: draft(Workload::Cpu, Model::Serial),
        models,
        workers: vec![2, 3],
        repeats: 2,
        seed: 7,
    };
    let plan = sweep_draft
        .validate(&WorkerLimits::default())
        .expect("this test makes it right");
    let sweep = Sweep {
        id: "the-session.1".into(),
        plan,
    };
    let mut history = History::new(provenance().into());
    for round in 0..sweep.plan.rounds() {
        for index in sweep.plan.order(round) {
            let draft = Draft::from(&sweep.plan.configurations[index]);
            add(&mut history, &draft, |record| {
                by_python(record);
                record.campaign = Some(CampaignPart {
                    id: sweep.id.clone(),
                    round,
                    in_turn: false,
                });
            });
        }
    }
    let results = sweep.results(history.entries().iter().map(|entry| &entry.record));
    let from = provenance();
    let sweep = SweepEntry {
        results,
        ..SweepEntry::new(99, None, from.clone().into(), sweep)
    };
    let shared = Shared {
        sweeps: vec![&sweep],
        ..sample::shared(&history)
    };
    let mut out = vec![];
    json::write(&mut out, &from.machine, &shared, Traces::LeftOut)
        .expect("this test makes it right");
    out
}

/// Claims with their controls, before anything was measured.
fn claims_document() -> Vec<u8> {
    let setting = Setting {
        cores: 2,
        ..Setting::default()
    };
    let verification = Verification::new(
        &CLAIMS,
        &setting,
        Effort::of_question(1.0),
        &WorkerLimits::default(),
        &|_| Some(Speed::uniform(1e8)),
    );
    let shared = Shared {
        claims: verification.claims.iter().collect(),
        controls: verification.control_judgements().collect(),
        ..Shared::default()
    };
    let mut out = vec![];
    json::write(&mut out, &provenance().machine, &shared, Traces::LeftOut)
        .expect("memory takes everything");
    out
}

#[test]
fn documents_of_every_kind_keep_to_the_schema_which_lists_all_their_keys() {
    let validator = strict_validator();
    for text in [
        written(&history(), Traces::Included),
        written(&history(), Traces::LeftOut),
        written(&History::new(provenance().into()), Traces::Included),
        sweep_document(),
        python_sweep_document(),
        claims_document(),
    ] {
        let document: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(complaints(&validator, &document), Vec::<String>::new());
    }
}

#[test]
fn a_document_has_the_caveats_of_record_and_assessment_and_where_it_is_read_none_is_doubled() {
    let mut history = History::new(provenance().into());
    for (round, wall_s) in (1..).zip([1.0, 1.01, 1.0, 1.6]) {
        let plan = sample::plan(Workload::Cpu, Model::Threads, 2);
        let mut record = sample::record(plan, wall_s, 1.0);
        let id = "campaign".to_string();
        record.campaign = Some(CampaignPart {
            id,
            round,
            in_turn: false,
        });
        record
            .measurement
            .caveats
            .push(Observation::Slept(2.0).into());
        history.add(record, Trace::new(2));
    }
    let kinds = |entry: &RunEntry| -> Vec<&str> {
        entry.caveats().map(|caveat| caveat.kind.name()).collect()
    };
    assert_eq!(kinds(&history.entries()[3]), ["suspended", "outlier"]);
    let text = written(&history, Traces::LeftOut);
    let document: Value = serde_json::from_slice(&text).unwrap();
    let told = |run: usize| document["records"][run]["caveats"].as_array().map(Vec::len);
    assert_eq!((told(2), told(3)), (Some(1), Some(2)));
    let read = json::read(&text).unwrap();
    let mut elsewhere = History::new(provenance().into());
    elsewhere.add_earlier(read);
    let of_both = |history: &History| {
        history
            .entries()
            .iter()
            .map(|entry| entry.caveats().cloned().collect())
            .collect::<Vec<Vec<_>>>()
    };
    assert_eq!(of_both(&elsewhere), of_both(&history));
}

#[test]
fn patterns_and_advice_are_made_from_the_numbers_and_are_not_read_back() {
    let mut history = History::new(provenance().into());
    let plan = sample::plan(Workload::Cpu, Model::GilThreads, 4);
    let mut record = sample::record(plan, 1.0, 0.95);
    record.interpreter.gil = Some(GilTotals {
        switches: Some(900),
        is_estimate: false,
        wait_s: 3.05,
    });
    history.add(record, Trace::new(4));
    let text = written(&history, Traces::LeftOut);
    let document: Value = serde_json::from_slice(&text).expect("it is JSON");
    assert_eq!(
        complaints(&strict_validator(), &document),
        Vec::<String>::new()
    );
    let run = &document["records"][0];
    assert_eq!(run["patterns"][0]["kind"], "serialised-by-lock");
    let advice = run["advice"].as_str().unwrap_or_default();
    assert!(advice.starts_with("this work computes"), "{advice}");
    let mut changed = document.clone();
    changed["records"][0]["patterns"] = json!([{ "kind": "of-later-versions", "text": "?" }]);
    let read =
        json::read(changed.to_string().as_bytes()).expect("unknown patterns are no obstacle");
    let mut elsewhere = History::new(provenance().into());
    elsewhere.add_earlier(read);
    assert_eq!(elsewhere.entries()[0].record, history.entries()[0].record);
}

#[test]
fn runs_that_were_measured_in_turn_are_pairs_again_where_the_document_is_read() {
    let mut history = History::new(provenance().into());
    let plan = sample::plan(Workload::Cpu, Model::Threads, 2);
    for (round, times) in (1..).zip([[2.0, 1.0], [2.02, 1.0], [2.0, 1.01]]) {
        for (plan, wall_s) in [plan.as_serial(), plan.clone()].into_iter().zip(times) {
            let mut record = sample::record(plan, wall_s, 1.0);
            let (id, in_turn) = ("experiment".into(), true);
            record.campaign = Some(CampaignPart { id, round, in_turn });
            history.add(record, Trace::new(2));
        }
    }
    let text = written(&history, Traces::LeftOut);
    let document: Value = serde_json::from_slice(&text).expect("it is JSON");
    assert_eq!(
        complaints(&strict_validator(), &document),
        [""; 0],
        "the schema knows the key"
    );
    assert_eq!(document["records"][0]["campaign"]["in_turn"], json!(true));
    let mut elsewhere = History::new(provenance().into());
    elsewhere.add_earlier(json::read(&text).expect("it is a document"));
    let rows = |history: &History| -> Vec<Option<f64>> {
        let rows = history.single_entries();
        rows.map(|run| run.assessment.speedup).collect()
    };
    assert_eq!(rows(&elsewhere), rows(&history));
    assert_eq!(rows(&history).len(), 2, "a row for each plan");
}

#[test]
fn the_schema_is_one_and_everything_in_it_is_described() {
    assert!(jsonschema::meta::is_valid(&schema()));
    fn undescribed(schema: &Value, path: &str, found: &mut Vec<String>) {
        let Some(map) = schema.as_object() else {
            return;
        };
        for (name, property) in map
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let path = format!("{path}/{name}");
            let of = |schema: &Value| {
                schema.get("description").is_some() || schema.get("$ref").is_some()
            };
            // The name describes phases and the ends of intervals.
            let is_plain = property
                .as_object()
                .is_some_and(|map| map.len() <= 2 && map.contains_key("type"));
            if !of(property) && !is_plain {
                found.push(path.clone());
            }
            undescribed(property, &path, found);
        }
        for (key, value) in map {
            if key != "properties" {
                undescribed(value, &format!("{path}/{key}"), found);
            }
        }
    }
    let mut found = vec![];
    undescribed(&schema(), "", &mut found);
    for (name, definition) in schema()["$defs"].as_object().unwrap() {
        undescribed(definition, name, &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
}

/// What a part of the schema stands for.
fn defined<'s>(schema: &'s Value, part: &'s Value) -> &'s Value {
    match part["$ref"].as_str() {
        Some(path) => &schema["$defs"][path.trim_start_matches("#/$defs/")],
        None => part,
    }
}

#[test]
fn the_schema_describes_every_number_as_the_catalogue_does() {
    let schema = schema();
    let mut wrong = vec![];
    for metric in METRICS.iter() {
        let (mut at, path) = match metric.phase() {
            Some(phase) => (&schema["$defs"]["phases_s"], phase.name()),
            None => (&schema["$defs"]["record"], metric.json),
        };
        for key in path.split('/').filter(|key| !key.is_empty()) {
            let kinds = at["anyOf"].as_array();
            let is_object = |kind: &&Value| kind["properties"].is_object();
            at = kinds
                .and_then(|kinds| {
                    kinds
                        .iter()
                        .map(|kind| defined(&schema, kind))
                        .find(is_object)
                })
                .unwrap_or(at);
            at = &at["properties"][key];
        }
        let unit = match metric.unit {
            Unit::Seconds | Unit::Milliseconds => " Seconds.",
            Unit::Bytes => " Bytes.",
            _ => "",
        };
        let said = metric.sentence() + unit;
        if !path.is_empty() && at["description"] != said.as_str() {
            wrong.push((metric.id, path, said));
        }
    }
    assert_eq!(wrong, vec![]);
}

#[test]
fn wrong_documents_do_not_keep_to_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let right: Value = serde_json::from_slice(&written(&history(), Traces::Included)).unwrap();
    assert!(validator.is_valid(&right));
    for (pointer, wrong) in [
        ("/schema", json!("pconc-tui.records/2")),
        ("/machine/cores_usable", json!(0)),
        ("/records/0/wall_s", json!("1 s")),
        ("/records/0/wall_s", json!(-1)),
        ("/records/0/plan/model", json!("teleport")),
        ("/records/0/plan/workers", json!(1_000_000)),
        ("/records/0/phases_s", json!({})),
        ("/records/0/workers", json!([])),
        ("/records/0/outcome", json!("perhaps")),
        ("/records/0/trace/lanes/0/phases", json!("sx")),
        ("/records/0/trace/lanes/0/after_ns/0", json!(0.5)),
        ("/records/0/trace/others", json!([[0, 2.0]])),
        ("/records/5/python/gil", json!("perhaps")),
        ("/records/5/plan/parameters/python/version", json!("3.13")),
        ("/records/5/phase_source", json!("a-guess")),
        ("/sweeps", json!({})),
    ] {
        let mut document = right.clone();
        *document
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer}")) = wrong.clone();
        assert!(!validator.is_valid(&document), "{pointer} = {wrong}");
    }
    let keys: BTreeSet<String> = right["records"][0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    for key in keys {
        let mut document = right.clone();
        document["records"][0].as_object_mut().unwrap().remove(&key);
        assert!(!validator.is_valid(&document), "without {key}");
    }
}

#[test]
fn what_was_written_comes_back_equal_with_where_it_was_measured() {
    let history = history();
    let text = written(&history, Traces::Included);
    let document = json::read(&text).unwrap();
    assert_eq!(document.runs.len(), history.entries().len());
    for (run, entry) in document.runs.iter().zip(history.entries()) {
        let mut record = entry.record.clone();
        if run.record.plan != record.plan {
            // Passwords are never written.
            assert!(!String::from_utf8_lossy(&text).contains("secret"));
            record.plan = run.record.plan.clone();
        }
        assert_eq!(run.record, record);
        assert_eq!(run.number, entry.number);
        assert_eq!(run.provenance.origin, Origin::Recorded);
        assert_eq!(run.provenance.session, "the-session");
        assert!(run.provenance.is_same_machine(&provenance()));
        let trace = run.loaded_trace().unwrap();
        for (restored, original) in trace.lanes.iter().zip(&entry.trace.lanes) {
            assert_eq!(restored.transitions, original.transitions);
        }
    }
    assert_eq!(
        document.runs[1].name.as_deref(),
        Some("<b>\"=1\u{fffd}</b>")
    );
    let without = json::read(&written(&history, Traces::LeftOut)).unwrap();
    assert!(without.runs.iter().all(|run| run.loaded_trace().is_none()));
}

#[test]
fn a_sweep_comes_back_with_its_runs() {
    let Lot { runs, sweeps } = json::read(&sweep_document()).unwrap();
    let [recorded] = &sweeps[..] else {
        panic!("{sweeps:?}")
    };
    assert_eq!((recorded.number, recorded.sweep.plan.repeats), (99, 2));
    assert!(runs.iter().all(|run| recorded.sweep.owns(&run.record)));
    let results = recorded.sweep.results(runs.iter().map(|run| &run.record));
    assert!(results.is_complete && results.summaries.iter().all(Option::is_some));
}

#[test]
fn a_sweep_by_several_interpreters_comes_back_with_all_of_them() {
    let text = python_sweep_document();
    let document: Value = serde_json::from_slice(&text).unwrap();
    let summary = document["sweeps"][0]["summary"].as_array().unwrap();
    assert_eq!(summary[0].get("python"), None, "serial has none");
    assert_eq!(
        summary.last().unwrap()["python"]["interpreter"]["gil"],
        "off"
    );
    let Lot { runs, sweeps } = json::read(&text).unwrap();
    let [recorded] = &sweeps[..] else {
        panic!("{sweeps:?}")
    };
    assert_eq!(recorded.sweep.plan.pythons().len(), 2);
    let results = recorded.sweep.results(runs.iter().map(|run| &run.record));
    assert!(
        results.is_complete
            && results
                .summaries
                .iter()
                .flatten()
                .all(|summary| summary.speedup.is_some())
    );
}

#[test]
fn each_kind_of_wrong_file_has_its_own_sentence() {
    let right = written(&history(), Traces::LeftOut);
    let right = String::from_utf8(right).unwrap();
    let newer = right.replace("pconc-tui.records/1", "pconc-tui.records/7");
    let broken = right.replace("\"wall_s\"", "\"wall\"");
    for (text, said) in [
        ("", "it is cut off"),
        ("\u{89}PNG\r\n", "it is not JSON"),
        (&right[..right.len() / 2], "it is cut off"),
        ("[]", "it is not a document of this program"),
        ("{}", "it is not a document of this program"),
        (
            "{\"schema\": \"geo+json\"}",
            "it is not a document of this program",
        ),
        ("{\"schema\": 3}", "it is not a document of this program"),
        (
            &newer,
            "it was written by another version of this program: its schema is pconc-tui.records/7",
        ),
        (
            "{\"schema\": \"pconc-tui.records/1\"}",
            "it is not complete: missing field `machine`",
        ),
        (&broken, "its record 1 cannot be: missing field `wall_s`"),
    ] {
        let sentence = json::read(text.as_bytes()).unwrap_err();
        assert!(sentence.starts_with(said), "{sentence}");
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}

#[test]
fn a_trace_of_another_run_is_refused() {
    let mut document: Value =
        serde_json::from_slice(&written(&history(), Traces::Included)).unwrap();
    document["records"][1]["trace"] = document["records"][0]["trace"].clone();
    let sentence = json::read(document.to_string().as_bytes()).unwrap_err();
    assert!(
        sentence.starts_with("its record 2 cannot be: its trace is not of 3 workers"),
        "{sentence}"
    );
}

/// A document small enough to be damaged often.
fn small() -> &'static [u8] {
    static SMALL: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    SMALL.get_or_init(|| {
        let mut history = History::new(provenance().into());
        let draft = Draft {
            tasks: 2,
            ..draft(Workload::Io, Model::Threads)
        };
        add(&mut history, &draft.with(&ADDRESSES, 2), |_| {});
        add(
            &mut history,
            &Draft {
                tasks: 2,
                ..self::draft(Workload::Cpu, Model::PythonThreads)
            },
            by_python,
        );
        written(&history, Traces::Included)
    })
}

fn drawable(document: &Lot) {
    for trace in document.runs.iter().filter_map(RunEntry::loaded_trace) {
        let _ = trace.times_together(0..trace.lanes.len(), &[0, trace.now / 2, trace.now]);
        let mut thinned = trace.clone();
        thinned.thin(3);
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn a_document_cut_anywhere_is_refused_in_one_sentence(at in 0usize..1 << 20) {
        let text = small();
        let end = text.iter().rposition(|byte| *byte == b'}').unwrap_or(1);
        let sentence = json::read(&text[..at % end]).unwrap_err();
        prop_assert!(!sentence.is_empty() && !sentence.contains('\n'));
    }

    #[test]
    fn a_damaged_document_is_refused_in_one_sentence_or_can_be_drawn(text in damaged(vec![small().to_vec()])) {
        match json::read(&text) {
            Ok(document) => drawable(&document),
            Err(sentence) => prop_assert!(!sentence.is_empty() && !sentence.contains('\n'), "{sentence}"),
        }
    }
}
