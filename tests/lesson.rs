//! The recording that the lesson shows where a machine is too busy to measure: what it contains, and how it is made.
//!
//! `UPDATE_RECORDING="serial.json claims.json" cargo test --test lesson` makes it from documents that the program wrote,
//! as `docs/claims.md` says.

use std::{env, fs, sync::LazyLock};

use pconc_tui::{
    analysis::{recorded::Recording, shared::Shared},
    catalog::lesson::{LESSON, StepRuns},
    domain::{history::TraceState, plan::Plan, trace::Trace},
    export::json::{self, Traces},
    present::sentence::claim as sentence,
};
use serde_json::Value;

const RECORDING: &str = "assets/lessons/recorded.json";
/// The maximum size of the recording, which is part of the program, in bytes.
const SIZE_MAX: usize = 600_000;
/// The size from which on a trace is thinned, in bytes.
const TRACE_MAX: usize = 22_000;

/// The recording; if it is to be updated, after that.
fn text() -> &'static [u8] {
    static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| {
        if let Ok(files) = env::var("UPDATE_RECORDING") {
            fs::write(RECORDING, made_from(&files)).expect("the recording can be written");
        }
        fs::read(RECORDING).expect("the recording is there")
    });
    &TEXT
}

fn read(text: &[u8]) -> Recording {
    Recording::new(json::read(text).expect("it is a document").runs)
}

/// The plans that the lesson plays.
fn played(recording: &Recording) -> Vec<Plan> {
    let steps = LESSON.iter().map(|step| step.experiment);
    steps.flat_map(|runs| recording.plans(runs)).collect()
}

/// The recording from documents that were measured: all runs, with a timeline of one run of each plan that is played.
fn made_from(files: &str) -> Vec<u8> {
    let files = files.split_whitespace();
    let documents = files.map(|file| fs::read(file).expect("it is a file"));
    let mut recording = Recording::new(documents.flat_map(|text| read(&text).runs).collect());
    let played = played(&recording);
    let runs = &mut recording.runs;
    let drawn = played.iter().filter_map(|plan| {
        let of_it = (0..runs.len()).filter(|at| runs[*at].record.plan == *plan);
        of_it.min_by_key(|at| runs[*at].record.is_disturbed())
    });
    let drawn: Vec<usize> = drawn.collect();
    for (at, run) in runs.iter_mut().enumerate() {
        run.number = at + 1;
        if drawn.contains(&at) {
            thin(&mut run.trace);
        } else {
            run.trace_state = TraceState::Gone("left out".into());
            (run.record.tasks, run.record.workers) = (None, vec![]);
        }
    }
    let shared = Shared {
        runs: runs.iter().collect(),
        ..Shared::default()
    };
    let machine = &runs[0].provenance.machine;
    let mut document = vec![];
    json::write(&mut document, machine, &shared, Traces::Included).expect("there is memory");
    let mut document = serde_json::from_slice(&document).expect("it is JSON");
    shorten(&mut document);
    let mut text = serde_json::to_vec(&document).expect("it is JSON");
    text.push(b'\n');
    text
}

/// Thins a trace until it is short enough.
fn thin(trace: &mut Trace) {
    let length = |trace: &Trace| serde_json::to_string(trace).expect("it is JSON").len();
    for intervals in [512, 256, 128, 64, 32, 16] {
        if length(trace) <= TRACE_MAX {
            break;
        }
        trace.thin(intervals);
    }
}

/// Leaves out what is unknown, phases without any time, and digits below a microsecond.
fn shorten(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            if let Some(Value::Object(phases)) = entries.get_mut("phases_s") {
                phases.retain(|_, time| time.as_f64() != Some(0.0));
            }
            entries.retain(|_, value| !value.is_null());
            entries.values_mut().for_each(shorten);
        }
        Value::Array(elements) => elements.iter_mut().for_each(shorten),
        Value::Number(number) if number.is_f64() => {
            let rounded = number.as_f64().map(|number| (number * 1e6).round() / 1e6);
            *value = rounded.into();
        }
        _ => {}
    }
}

#[test]
fn every_recorded_verdict_is_the_one_that_is_known() {
    for verified in &read(text()).claims {
        let reason = sentence::reason(verified);
        assert!(
            verified.is_as_expected(),
            "{}: {reason}",
            verified.claim.number
        );
    }
}

#[test]
fn every_step_that_runs_something_has_a_recorded_timeline_of_each_of_its_plans() {
    let recording = read(text());
    for step in LESSON.iter() {
        let plans = recording.plans(step.experiment);
        let runs_nothing = matches!(step.experiment, StepRuns::Nothing);
        assert_eq!(plans.is_empty(), runs_nothing, "{}", step.title);
        for plan in plans {
            assert!(
                recording.played(&plan).is_some(),
                "{}: {plan:?}",
                step.title
            );
        }
    }
}

#[test]
fn the_recording_is_small_and_names_no_folder_of_a_user() {
    let text = text();
    assert!(text.len() <= SIZE_MAX, "{} bytes", text.len());
    let text = str::from_utf8(text).expect("JSON is UTF-8");
    assert!(!text.contains("/root") && !text.contains("/home"));
}
