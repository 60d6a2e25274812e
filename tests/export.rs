//! Files to share, read by parsers that know nothing about this program.

#[path = "support/fixtures.rs"]
mod fixtures;

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    io::{self, Write},
    path::Path,
};

use fixtures::{
    explorer::{Scenario, machine},
    sample::{draft, plan, shared},
};
use pconc_tui::{
    analysis::{shared::Shared, verified::Verification},
    catalog::{
        caveat::Observation,
        claim::{CLAIMS, Setting},
        model::Model,
        workload::Workload,
    },
    domain::{
        history::{History, RunEntry, SweepEntry},
        machine::WorkerLimits,
        phase::{Phase, PhaseTimes},
        plan::{Draft, Plan},
        provenance::Provenance,
        python::{GilState, Interpreter},
        record::{CampaignPart, GilTotals, Outcome, PhaseSource, PrintedOutput, PythonRecord},
        rounds::Effort,
        speed::Speed,
        sweep::{Sweep, SweepDraft},
        time::seconds,
        trace::{Batch, LaneUpdate, Trace, Transition},
    },
    export::{self, file, json::Traces},
    present::{
        format::{Format, Refusal},
        sentence::conclusion,
    },
};
use roxmltree::{Document, ParsingOptions};
use serde_json::Value;

/// Untrusted text that tries to break every format.
const NASTY: &str = "<script>alert(\"&\")</script>|,='\u{202e}`*_";

fn history() -> History {
    History::new(Provenance::here("session", machine(2)))
}

/// Adds a run to the history as the explorer would have seen it.
fn add(history: &mut History, plan: Plan) -> usize {
    let scenario = Scenario::new(plan, 2);
    let mut trace = Trace::new(scenario.plan().workers);
    trace.apply(scenario.batch(0, scenario.wall()));
    trace.conclude(scenario.wall());
    history.add(scenario.record(), trace).0
}

/// Runs of every model and both workloads, one of them with a nasty name.
fn every_model() -> History {
    let mut history = history();
    for kind in Workload::ALL {
        for model in Model::ALL.into_iter().filter(|model| kind.suits(*model)) {
            add(
                &mut history,
                plan(kind, model, if model.is_serial() { 1 } else { 4 }),
            );
        }
    }
    history.rename(2, Some(NASTY.into()));
    history
}

/// The facts that an interpreter reported about a run, and its output.
fn python_record() -> PythonRecord {
    PythonRecord {
        gil: Some(GilState::On),
        interpreter_s: Some(0.02),
        imports_s: Some(0.1),
        pool_s: Some(0.005),
        memory_bytes: Some(10_000_000),
        manager_cpu_s: Some(0.2),
        output: Some(PrintedOutput {
            text: format!("one\n{NASTY}\n```\n\n  two"),
            bytes: 100,
        }),
    }
}

/// A run under the emulated lock and one under the real lock, by an interpreter with a nasty path.
fn emulated_and_real() -> History {
    let mut history = history();
    add(&mut history, plan(Workload::Cpu, Model::GilThreads, 2));
    let interpreter = Interpreter {
        path: format!("={NASTY}/python3"),
        ..fixtures::python::interpreter()
    };
    let draft = Draft {
        python: Some(interpreter),
        ..draft(Workload::Cpu, Model::PythonThreads, 2)
    };
    let scenario = Scenario::new(
        draft
            .validate(&WorkerLimits::default())
            .expect("the draft is valid"),
        2,
    );
    let mut record = scenario.record();
    record.interpreter.python = Some(python_record());
    record.measurement.phase_source = PhaseSource::ClockAndSchedstatGilEstimated;
    record.interpreter.gil = Some(GilTotals {
        switches: None,
        is_estimate: true,
        wait_s: 1e-5,
    });
    (record.times.wall_s, record.times.phases_s) = (1e-5, PhaseTimes::default());
    (
        record.times.phases_s[Phase::Computing],
        record.times.phases_s[Phase::Gil],
    ) = (10_000, 10_000);
    let mut trace = Trace::new(2);
    let waiting = |at, phase| Transition {
        at,
        task: Some(0),
        phase,
        core: 0,
        after_gap: false,
    };
    let lane = LaneUpdate {
        transitions: vec![waiting(0, Phase::Computing), waiting(5_000, Phase::Gil)],
        ..LaneUpdate::default()
    };
    trace.apply(Batch {
        now: 10_000,
        lanes: vec![lane.clone(), lane],
        ..Batch::default()
    });
    trace.conclude(10_000);
    history.add(record, trace);
    history
}

/// Runs that did not succeed.
fn unfortunate() -> History {
    let mut history = history();
    for outcome in [Outcome::Cancelled, Outcome::Failed] {
        let mut record = Scenario::new(plan(Workload::Cpu, Model::Threads, 2), 2)
            .failing([1])
            .record();
        record.ending.outcome = outcome;
        record.ending.error = Some(NASTY.into());
        record
            .measurement
            .caveats
            .push(Observation::WorkerDied(format!("worker 0 died: {NASTY}")).into());
        history.add(record, Trace::new(2));
    }
    // No task was ever started.
    let mut record = Scenario::new(plan(Workload::Io, Model::Processes, 3), 2).record();
    (
        record.ending.outcome,
        record.times.startup_s,
        record.times.wall_s,
        record.ending.tasks_not_begun,
    ) = (Outcome::Cancelled, None, 0.0, 16);
    let mut trace = Trace::new(3);
    trace.conclude(0);
    history.add(record, trace);
    history
}

fn written(format: Format, shared: &Shared<'_>) -> String {
    let mut out = vec![];
    export::write(format, &machine(2), shared, Traces::Included, &mut out)
        .expect("memory takes everything");
    String::from_utf8(out).expect("every format is UTF-8")
}

/// Every collection of runs of these tests.
fn everything() -> Vec<History> {
    let mut one = history();
    add(&mut one, plan(Workload::Cpu, Model::Threads, 1));
    let mut thousand = history();
    add(&mut thousand, plan(Workload::Io, Model::Threads, 1_000));
    vec![
        history(),
        one,
        thousand,
        every_model(),
        unfortunate(),
        emulated_and_real(),
    ]
}

fn xml(text: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn text_of(document: &Document<'_>) -> String {
    document
        .descendants()
        .filter(|node| node.is_text())
        .filter_map(|node| node.text())
        .collect()
}

#[test]
fn a_csv_reader_finds_a_row_per_run_with_the_numbers_of_its_record() {
    for history in everything() {
        let shared = shared(&history);
        let text = written(Format::Csv, &shared);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
        assert_eq!(rows.len(), shared.runs.len());
        for (row, run) in rows.iter().zip(&shared.runs) {
            assert_eq!(row["number"], run.number.to_string());
            assert_eq!(row["wall_s"].parse(), Ok(run.record.times.wall_s));
            assert_eq!(row["outcome"], run.record.ending.outcome.name());
            assert_eq!(row["model"], run.record.plan.model().name());
            assert_eq!(
                row["startup_s"].is_empty(),
                run.record.times.startup_s.is_none()
            );
            assert_eq!(
                row["speedup"].parse().ok(),
                run.gain().map(|gain| gain.factor)
            );
            for phase in Phase::MEASURED {
                let column = format!("{}_s", phase.name());
                assert_eq!(
                    row[&column].parse(),
                    Ok(seconds(run.record.times.phases_s[phase]))
                );
            }
        }
    }
}

#[test]
fn names_come_back_as_they_were_but_never_as_formulas_of_a_spreadsheet() {
    let mut history = history();
    add(&mut history, plan(Workload::Cpu, Model::Serial, 1));
    for (name, expected) in [
        ("<script>&\"|,=", "<script>&\"|,="),
        (
            "=HYPERLINK(\"http://a.example\")",
            "'=HYPERLINK(\"http://a.example\")",
        ),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("a\nb", "a\u{fffd}b"),
    ] {
        history.rename(1, Some(name.into()));
        let text = written(Format::Csv, &shared(&history));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
        assert_eq!(rows[0]["name"], expected);
    }
}

#[test]
fn every_row_of_a_markdown_table_has_as_many_cells_as_its_heading() {
    for history in everything() {
        let shared = shared(&history);
        let text = written(Format::Markdown, &shared);
        let cells = |line: &str| {
            line.replace("\\\\", "")
                .replace("\\|", "")
                .matches('|')
                .count()
        };
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(
            rows.len(),
            if shared.runs.is_empty() {
                0
            } else {
                shared.runs.len() + 2
            }
        );
        assert!(
            rows.iter().all(|row| cells(row) == cells(rows[0])),
            "{text}"
        );
        // Indented text is a code block, in which markup has no effect.
        let mut markup = text.lines().filter(|line| !line.starts_with("    "));
        assert!(markup.all(|line| !line.contains("<script>")), "{text}");
    }
}

#[test]
fn a_report_names_patterns_and_advice_once_for_each_plan() {
    let mut history = history();
    let waiting = plan(Workload::Io, Model::Threads, 16);
    for _ in 0..2 {
        add(&mut history, waiting.clone());
    }
    for format in [Format::Markdown, Format::Html] {
        let text = written(format, &shared(&history));
        assert_eq!(text.matches("Waits overlap: ").count(), 1, "{text}");
        assert_eq!(text.matches("Advice: ").count(), 1, "{text}");
    }
}

#[test]
fn an_svg_is_well_formed_and_shows_what_came_out_in_text() {
    for history in everything() {
        let shared = shared(&history);
        let text = written(Format::Svg, &shared);
        let document = xml(&text);
        let root = document.root_element();
        assert_eq!(
            (root.tag_name().name(), root.tag_name().namespace()),
            ("svg", Some("http://www.w3.org/2000/svg"))
        );
        let view: Vec<f64> = root
            .attribute("viewBox")
            .unwrap()
            .split(' ')
            .map(|n| n.parse().unwrap())
            .collect();
        assert!(view[2] > 0.0 && view[3] > 0.0);
        let said = text_of(&document);
        assert!(
            said.contains("Sample CPU") || shared.runs.is_empty(),
            "{said}"
        );
        for run in shared.runs.iter().take(3) {
            assert!(said.contains(run.record.plan.model().label()));
        }
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

#[test]
fn a_picture_of_many_events_is_as_small_as_one_of_few() {
    let mut history = history();
    add(&mut history, plan(Workload::Io, Model::Threads, 1_000));
    let draft = Draft {
        tasks: 5_000,
        ..Draft::new(Workload::Cpu, Model::GilThreads, 100)
    };
    add(
        &mut history,
        draft.validate(&WorkerLimits::default()).unwrap(),
    );
    let text = written(Format::Svg, &shared(&history));
    assert!(text.len() < 1_000_000, "{} bytes", text.len());
}

#[test]
fn equal_caveats_of_many_runs_are_said_once_with_the_runs_in_every_format_for_people() {
    let mut history = history();
    for _ in 0..20 {
        let plan = plan(Workload::Cpu, Model::Threads, 2);
        let mut record = Scenario::new(plan, 2).record();
        let caveat = Observation::WorkerDied("worker 0 died".into()).into();
        record.measurement.caveats.push(caveat);
        history.add(record, Trace::new(2));
    }
    for format in [Format::Svg, Format::Html, Format::Markdown] {
        let text = written(format, &shared(&history));
        assert_eq!(text.matches("Worker 0 died").count(), 1, "{text}");
        // In Markdown, a backslash stands before the signs.
        let text = text.replace('\\', "");
        assert!(text.contains("#1–#20: Worker 0 died"), "{text}");
    }
}

#[test]
fn the_report_is_one_well_formed_file_that_needs_nothing_else() {
    for history in everything() {
        let shared = shared(&history);
        let text = written(Format::Html, &shared);
        let document = xml(&text);
        assert_eq!(document.root_element().tag_name().name(), "html");
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name().name();
            assert!(
                !["script", "link", "img", "iframe", "object", "embed", "base"].contains(&name),
                "{name}"
            );
            for attribute in node.attributes() {
                assert!(!attribute.name().starts_with("on"), "{}", attribute.name());
                assert!(
                    !["src", "href", "action"].contains(&attribute.name()),
                    "{}",
                    attribute.name()
                );
            }
        }
        assert!(!text.contains("@import") && !text.contains("url(http"));
        let said = text_of(&document);
        // A report has the timelines of so many runs. The others are in its table.
        for run in shared.runs.iter().take(24) {
            assert!(
                run.caveats()
                    .all(|_| said.contains("Worker 0 died: <script>"))
            );
            assert!(
                said.contains(&format!("#{} ", run.number)),
                "{}",
                run.number
            );
        }
        // A parser of HTML takes `<p/>` for an open paragraph.
        let unclosed = [
            "<p/>",
            "<div/>",
            "<td/>",
            "<li/>",
            "<span/>",
            "<ul/>",
            "<section/>",
        ];
        assert!(unclosed.iter().all(|tag| !text.contains(tag)));
    }
}

#[test]
fn every_id_of_the_report_is_unique_and_everything_that_is_referred_to_is_there() {
    let text = written(Format::Html, &shared(&every_model()));
    let document = xml(&text);
    let mut ids: Vec<&str> = document
        .descendants()
        .filter_map(|node| node.attribute("id"))
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    for reference in text.split("url(#").skip(1) {
        let id = reference.split(')').next().unwrap();
        assert!(ids.contains(&id), "{id}");
    }
}

#[test]
fn a_chrome_trace_has_a_track_per_worker_without_overlaps_and_loses_no_time() {
    for history in everything() {
        let shared = shared(&history);
        let document: Value = serde_json::from_str(&written(Format::ChromeTrace, &shared)).unwrap();
        assert_eq!(document["displayTimeUnit"], "ms");
        let events = document["traceEvents"].as_array().unwrap();
        let mut tracks: HashMap<(u64, u64), Vec<(f64, f64)>> = HashMap::new();
        let mut names: HashMap<(u64, u64), String> = HashMap::new();
        let mut by_phase: HashMap<(u64, String), f64> = HashMap::new();
        for event in events {
            let (pid, tid) = (
                event["pid"].as_u64().unwrap(),
                event["tid"].as_u64().unwrap(),
            );
            let ts = event["ts"].as_f64().unwrap();
            match event["ph"].as_str().unwrap() {
                "X" => {
                    let dur = event["dur"].as_f64().unwrap();
                    assert!(dur > 0.0 && ts >= 0.0);
                    tracks.entry((pid, tid)).or_default().push((ts, dur));
                    *by_phase
                        .entry((pid, event["name"].as_str().unwrap().into()))
                        .or_default() += dur;
                }
                "M" if event["name"] == "thread_name" => {
                    names.insert((pid, tid), event["args"]["name"].as_str().unwrap().into());
                }
                "M" => assert!(event["args"].is_object()),
                "C" => assert!(event["args"]["mean"].as_f64().unwrap() >= 0.0),
                other => panic!("{other}"),
            }
        }
        for ((pid, tid), slices) in &tracks {
            assert!(names.contains_key(&(*pid, *tid)), "every track has a name");
            let mut end = 0.0;
            for (ts, dur) in slices {
                assert!(*ts >= end - 1e-3, "slices overlap");
                end = ts + dur;
            }
        }
        for run in shared
            .runs
            .iter()
            .filter(|run| run.record.ending.outcome == Outcome::Completed)
        {
            let pid = run.number as u64;
            assert_eq!(
                names.keys().filter(|key| key.0 == pid).count(),
                run.record.plan.workers as usize
            );
            for phase in Phase::MEASURED
                .into_iter()
                .filter(|phase| *phase != Phase::Idle)
            {
                let drawn = by_phase
                    .get(&(pid, phase.name().to_string()))
                    .copied()
                    .unwrap_or(0.0);
                let recorded = run.record.times.phases_s[phase] as f64 / 1e3;
                assert!(
                    (drawn - recorded).abs() <= 1.0 + recorded * 1e-6,
                    "{phase:?}: {drawn} {recorded}"
                );
            }
        }
    }
}

#[test]
fn a_csv_says_who_executed_a_run_of_python_and_what_was_estimated() {
    let history = emulated_and_real();
    let shared = shared(&history);
    let text = written(Format::Csv, &shared);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let cells = |name: &str| [rows[0][name].as_str(), rows[1][name].as_str()];
    assert_eq!(cells("model"), ["gil-threads", "python-threads"]);
    assert_eq!(cells("python_version"), ["", "3.13.0"]);
    assert!(
        rows[1]["python_path"].starts_with("'="),
        "no formula: {}",
        rows[1]["python_path"]
    );
    assert_eq!(cells("python_gil"), ["", "on"]);
    assert_eq!(cells("start_method"), ["", ""]);
    assert_eq!(cells("gil_is_estimate")[1], "true");
    assert_eq!(
        cells("phase_source")[1],
        "cpu-clock+schedstat+gil-estimated"
    );
    assert_eq!(cells("imports_s"), ["", "0.1"]);
    assert_eq!(cells("manager_cpu_s"), ["", "0.2"]);
    assert_eq!(cells("printed_bytes"), ["", "100"]);
}

#[test]
fn controls_are_in_every_report_of_claims_with_what_they_showed() {
    let setting = Setting {
        cores: 2,
        ..Setting::default()
    };
    let verification = Verification::new(
        &[CLAIMS[0]],
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
    let control = "pure waiting must scale with the workers";
    for format in [Format::Markdown, Format::Html] {
        let written = written(format, &shared);
        assert!(
            written.contains(control) && written.contains("cannot tell"),
            "{written}"
        );
    }
    let document: Value =
        serde_json::from_str(&written(Format::Json, &shared)).expect("it is a JSON document");
    assert_eq!(document["controls"][0]["control"], control);
    assert_eq!(document["controls"][0]["verdict"], "cannot-tell");
    assert!(document["controls"][0]["conditions"].is_array());
}

#[test]
fn what_was_estimated_says_so_in_pictures_reports_and_traces() {
    let history = emulated_and_real();
    let both = shared(&history);
    let real = Shared {
        runs: vec![&history.entries()[1]],
        ..Shared::default()
    };
    for format in [Format::Svg, Format::Html] {
        let text = |shared: &Shared<'_>| text_of(&xml(&written(format, shared)));
        assert!(
            text(&real).contains("gil (estimated): waits for the interpreter lock"),
            "{format:?}"
        );
        assert!(
            text(&both).contains("gil (Python's: estimated): waits"),
            "{format:?}"
        );
    }
    let report = written(Format::Html, &both);
    assert!(
        text_of(&xml(&report))
            .contains("It is estimated: what is left of a computing task's wall time")
    );
    let document: Value = serde_json::from_str(&written(Format::ChromeTrace, &both)).unwrap();
    let events = document["traceEvents"].as_array().unwrap();
    let estimated = |event: &&Value| event["args"]["estimated"] == true;
    assert!(
        events
            .iter()
            .filter(estimated)
            .all(|event| event["name"] == "gil" && event["pid"] == 2)
    );
    assert_eq!(events.iter().filter(estimated).count(), 2);
    let labels = events
        .iter()
        .find(|event| event["name"] == "process_labels")
        .unwrap();
    assert_eq!(labels["args"]["labels"], "Python 3.13.0, GIL on");
    assert_eq!(
        document["otherData"]["runs"][1]["phase_source"],
        "cpu-clock+schedstat+gil-estimated"
    );
}

#[test]
fn what_a_run_printed_is_text_line_by_line_and_nothing_else() {
    let history = emulated_and_real();
    let shared = shared(&history);
    let report = written(Format::Html, &shared);
    let report = xml(&report);
    let printed = report
        .descendants()
        .find(|node| node.has_tag_name("pre"))
        .expect("it was printed");
    let text = printed.text().unwrap_or_default();
    assert!(
        text.starts_with("one\n<script>alert") && text.ends_with("\n```\n\n  two"),
        "{text}"
    );
    assert!(!text.contains('\u{202e}'), "{text}");
    let markdown = written(Format::Markdown, &shared);
    let block = markdown
        .split("## Printed by")
        .nth(1)
        .and_then(|part| part.split("\n\n").nth(1))
        .unwrap();
    assert!(
        block.lines().all(|line| line.starts_with("    ")),
        "{block}"
    );
}

#[test]
fn json_of_the_same_runs_is_json() {
    for history in everything() {
        let shared = shared(&history);
        let document: Value = serde_json::from_str(&written(Format::Json, &shared)).unwrap();
        assert_eq!(
            document["records"].as_array().unwrap().len(),
            shared.runs.len()
        );
    }
}

/// A sweep of two models in which threads scale and gil-threads do not.
struct Swept {
    runs: Vec<RunEntry>,
    entry: SweepEntry,
}

fn swept() -> Swept {
    swept_by(
        vec![],
        vec![Model::Threads, Model::GilThreads, Model::Processes],
    )
}

/// Models with many worker counts; the Python models use these interpreters.
fn swept_by(pythons: Vec<Interpreter>, models: Vec<Model>) -> Swept {
    let draft = SweepDraft {
        pythons,
        draft: Draft::new(Workload::Cpu, Model::Serial, 1),
        models,
        workers: vec![1, 2, 4, 8, 12, 16],
        repeats: 3,
        seed: 1,
    };
    let sweep = Sweep {
        id: "sweep".into(),
        plan: draft
            .validate(&WorkerLimits::default())
            .expect("the sweep is valid"),
    };
    let mut history = history();
    for round in 0..=3u32 {
        for (at, plan) in sweep.plan.configurations.iter().enumerate() {
            let scenario = Scenario::new(plan.clone(), 16);
            let mut trace = Trace::new(plan.workers);
            trace.apply(scenario.batch(0, scenario.wall()));
            trace.conclude(scenario.wall());
            let mut record = scenario.record();
            record.id = format!("{round}-{at}");
            record.times.wall_s *= 1.0 + f64::from(round) * 0.02;
            record.campaign = Some(CampaignPart {
                id: "sweep".into(),
                round,
                in_turn: false,
            });
            history.add(record, trace);
        }
    }
    let results = sweep.results(history.entries().iter().map(|entry| &entry.record));
    let name = Some(NASTY.into());
    Swept {
        runs: history.entries().to_vec(),
        entry: SweepEntry {
            results,
            ..SweepEntry::new(100, name, history.here().clone(), sweep)
        },
    }
}

impl Swept {
    fn shared(&self) -> Shared<'_> {
        Shared {
            runs: self.runs.iter().collect(),
            sweeps: vec![&self.entry],
            ..Shared::default()
        }
    }
}

#[test]
fn a_sweep_has_its_conclusion_its_charts_and_a_row_per_configuration_in_every_format_for_people() {
    let swept = swept();
    let shared = swept.shared();
    let configurations = swept.entry.sweep.plan.configurations.len();
    let markdown = written(Format::Markdown, &shared);
    assert_eq!(
        markdown
            .lines()
            .filter(|line| line.starts_with("| "))
            .count(),
        configurations + 2,
        "{markdown}"
    );
    for format in [Format::Svg, Format::Html] {
        let text = written(format, &shared);
        let document = xml(&text);
        let said: String = text_of(&document)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let conclusion = conclusion::of_entry(&swept.entry);
        let conclusion = conclusion.split(';').next().unwrap();
        assert!(said.contains(conclusion), "{conclusion}\n{said}");
        let bars = document.descendants().filter(|node| {
            node.tag_name().name() == "rect"
                && node
                    .parent()
                    .is_some_and(|parent| parent.tag_name().name() == "g")
                && node
                    .attribute("class")
                    .is_some_and(|class| class.starts_with("m-"))
        });
        assert!(
            bars.count() >= 2 * (configurations - 1),
            "a bar per configuration and chart"
        );
        assert!(said.contains('★'));
        if let Ok(path) = std::env::var("PCONC_TUI_KEEP") {
            fs::write(format!("{path}/sweep.{}", format.extension()), &text).unwrap();
        }
    }
    let json: Value = serde_json::from_str(&written(Format::Json, &shared)).unwrap();
    assert_eq!(json["sweeps"].as_array().unwrap().len(), 1);
}

#[test]
fn nothing_is_drawn_over_the_bars_of_a_sweep() {
    let swept = swept();
    let svg = written(Format::Svg, &swept.shared());
    let document = xml(&svg);
    let has_class = |node: &roxmltree::Node<'_, '_>, begin: &str| {
        let class = node.attribute("class");
        class.is_some_and(|class| class.starts_with(begin))
    };
    let number = |node: roxmltree::Node<'_, '_>, name: &str| {
        let text = node.attribute(name).expect("it has a place");
        text.parse::<f64>().expect("it is a number")
    };
    let lines = document.descendants().filter(|node| {
        let is_line = |begin| has_class(node, begin);
        ["ideal", "reference", "fitted"].into_iter().any(is_line)
    });
    for line in lines {
        let mut before = line.prev_siblings();
        assert!(before.all(|node| !node.has_tag_name("g")), "{line:?}");
    }
    let mut beside = 0;
    for bar in document.descendants().filter(|node| has_class(node, "m-")) {
        let group = bar.parent().expect("no picture is a bar alone");
        let circles = group.children().filter(|node| node.has_tag_name("circle"));
        let dots = circles.map(|node| number(node, "cx") - number(node, "r"));
        let whiskers = group.children().filter(|node| has_class(node, "whisker"));
        let ends = whiskers.map(|node| {
            let path = node.attribute("d").expect("it is a path");
            let (x, _) = path[1..].split_once(' ').expect("it has a start");
            x.parse::<f64>().expect("it is a number")
        });
        for x in dots.chain(ends) {
            assert!(x > number(bar, "x") + number(bar, "width"), "{bar:?}");
            beside += 1;
        }
    }
    assert!(
        beside > swept.runs.len(),
        "single runs and intervals are drawn"
    );
}

#[test]
fn a_sweep_by_several_interpreters_says_which_bars_are_whose_and_what_each_is_measured_against() {
    let pythons = vec![
        fixtures::python::interpreter(),
        fixtures::python::free_threaded(),
    ];
    let swept = swept_by(
        pythons,
        vec![
            Model::PythonThreads,
            Model::PythonProcesses,
            Model::Processes,
        ],
    );
    let svg = written(Format::Svg, &swept.shared());
    let svg = xml(&svg);
    let classes: BTreeSet<&str> = svg
        .descendants()
        .filter(|node| node.has_tag_name("rect"))
        .filter_map(|node| node.attribute("class"))
        .filter(|class| class.starts_with("m-"))
        .collect();
    let told_apart = [
        "m-processes",
        "m-python-processes",
        "m-python-processes another",
        "m-python-threads",
        "m-python-threads another",
        "m-serial",
    ];
    assert_eq!(classes.into_iter().collect::<Vec<_>>(), told_apart);
    let text = text_of(&svg);
    assert!(
        text.contains("times as fast as serial or one Python thread"),
        "{text}"
    );
    for label in [
        "python-threads (3.13.0)",
        "python-threads (3.14.2t, GIL off)",
        "3.14.2t 1",
    ] {
        assert!(text.contains(label), "{label}: {text}");
    }
    let right = svg
        .descendants()
        .filter(|node| node.has_tag_name("text") && node.attribute("class") == Some("small"))
        .filter_map(|node| {
            Some((
                node.attribute("x")?.parse::<f64>().ok()?,
                node.text()?.chars().count(),
            ))
        });
    assert!(
        right
            .into_iter()
            .all(|(x, characters)| x + 5.0 * characters as f64 <= 1_048.0)
    );
}

fn content(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"whole")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .into_string()
                .expect("our names are text")
        })
        .collect()
}

fn target(path: &Path, overwrite: bool) -> file::OutputFile<'_> {
    file::OutputFile {
        path,
        overwrite,
        is_kept: false,
    }
}

fn check(path: &Path, overwrite: bool) -> Result<(), Refusal> {
    target(path, overwrite).check()
}

fn write(
    path: &Path,
    overwrite: bool,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<u64, Refusal> {
    target(path, overwrite).write(content)
}

#[test]
fn a_file_is_written_whole_and_never_over_another_unless_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    assert_eq!(write(&path, false, content), Ok(5));
    let other = |out: &mut dyn Write| out.write_all(b"other");
    assert!(matches!(
        write(&path, false, other),
        Err(Refusal::Exists(_))
    ));
    assert!(matches!(check(&path, false), Err(Refusal::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"whole");
    assert_eq!(write(&path, true, other), Ok(5));
    assert_eq!(fs::read(&path).unwrap(), b"other");
    assert_eq!(names(folder.path()), ["a.txt"], "nothing else is left");
}

#[test]
fn a_file_that_appears_while_another_is_written_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let meanwhile = |out: &mut dyn Write| {
        fs::write(&path, "mine")?;
        content(out)
    };
    assert!(matches!(
        write(&path, false, meanwhile),
        Err(Refusal::Exists(_))
    ));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
}

#[test]
fn if_writing_fails_there_is_no_file_and_an_old_one_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let full = |out: &mut dyn Write| {
        content(out)?;
        Err(io::Error::from(io::ErrorKind::StorageFull))
    };
    let refusal = write(&path, false, full).unwrap_err();
    assert!(
        refusal.sentence().contains("no storage space") || refusal.sentence().contains("no space"),
        "{refusal:?}"
    );
    assert!(names(folder.path()).is_empty());
    fs::write(&path, "old").unwrap();
    assert!(write(&path, true, full).is_err());
    assert_eq!(
        (fs::read(&path).unwrap(), names(folder.path())),
        (b"old".to_vec(), vec!["a.txt".to_string()])
    );
}

#[test]
fn a_new_file_may_be_read_by_whom_the_umask_allows() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("usual"), "").unwrap();
    let mode = |name: &str| {
        fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode()
    };
    for overwrite in [false, true] {
        write(&folder.path().join("ours"), overwrite, content).unwrap();
        assert_eq!(mode("ours"), mode("usual"), "{overwrite}");
    }
}

#[test]
fn what_is_no_place_for_a_file_gets_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "").unwrap();
    std::os::unix::fs::symlink(at("nowhere"), at("link")).unwrap();
    std::os::unix::fs::symlink(at("file"), at("good")).unwrap();
    for (path, overwrite, why) in [
        (folder.path().to_path_buf(), true, "directory"),
        (at("missing/"), false, "directory"),
        (at("missing/a"), false, "does not exist"),
        (at("file/a"), false, "not a directory"),
        (at("link"), false, "already exists"),
        (at("link"), true, "link to nothing"),
        (at("good"), false, "already exists"),
        ("/dev/null".into(), true, "not a regular file"),
        ("".into(), false, "name"),
    ] {
        let refusal = write(&path, overwrite, content).unwrap_err();
        assert!(
            refusal.sentence().contains(why),
            "{}: {refusal:?}",
            path.display()
        );
        assert_eq!(check(&path, overwrite), Err(refusal));
    }
    assert_eq!(write(&at("good"), true, content), Ok(5));
    assert_eq!(
        fs::read(at("file")).unwrap(),
        b"whole",
        "the link is followed"
    );
    assert!(fs::symlink_metadata(at("good")).unwrap().is_symlink());
}

#[test]
fn a_run_without_events_can_be_written_in_every_format() {
    let mut history = history();
    let record = Scenario::new(plan(Workload::Cpu, Model::Threads, 2), 2).record();
    let mut trace = Trace::new(2);
    trace.apply(Batch::default());
    trace.conclude(1);
    history.add(record, trace);
    for format in Format::ALL {
        assert!(!written(format, &shared(&history)).is_empty());
    }
}
