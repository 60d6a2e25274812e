use std::sync::Arc;

use super::*;
use crate::{
    analysis::compared::default_reference,
    catalog::{
        model::Model,
        workload::{
            ITERATIONS,
            Workload::{self, Cpu, Io},
        },
    },
    domain::{
        assessment::Assessment,
        history::{History, RunEntry},
        machine::WorkerLimits,
        phase::PhaseTimes,
        python::GilState,
        record::{CampaignPart, Outcome, PhaseSource, PythonRecord, Record},
        stats,
        time::nanos,
        trace::Trace,
    },
    fixtures::{explorer::lot, sample},
    present::comparison::{Comparison, compare},
};

/// A configuration: model, workers, cores in use, and the times of its repeats.
type Configuration<'c> = (Model, u64, f64, &'c [f64]);

/// A campaign that measured these configurations.
fn measured(kind: Workload, configurations: &[Configuration<'_>]) -> History {
    let mut history = sample::history(4);
    for (model, workers, parallelism, times) in configurations {
        for (round, wall_s) in (1..).zip(*times) {
            let plan = sample::plan(kind, *model, *workers);
            let mut record = sample::record(plan.clone(), *wall_s, parallelism * wall_s);
            record.times.phases_s = PhaseTimes::default();
            record.times.phases_s[if kind == Io {
                Phase::Network
            } else {
                Phase::Computing
            }] = nanos(record.times.concurrency * wall_s);
            record.campaign = Some(CampaignPart {
                id: "campaign".into(),
                round,
                in_turn: false,
            });
            history.add(record, Trace::new(plan.workers));
        }
    }
    history
}

/// The sentence about the runs with these numbers, against the first of them.
fn said(history: &History, numbers: &[usize]) -> String {
    of(&runs(history, numbers), 0)
}

fn compared(history: &History, numbers: &[usize]) -> Comparison {
    compare(&runs(history, numbers), 0)
}

fn runs<'h>(history: &'h History, numbers: &[usize]) -> Vec<Compared<'h>> {
    numbers
        .iter()
        .map(|number| Compared::in_history(history, history.get(*number).unwrap()))
        .collect()
}

const SERIAL: Configuration<'_> = (Model::Serial, 1, 1.0, &[1.00, 1.01, 1.02, 1.00, 0.99]);
const TWICE: Configuration<'_> = (Model::Processes, 2, 1.97, &[0.52, 0.51, 0.52, 0.53, 0.52]);

#[test]
fn repeats_give_a_factor_with_its_interval_and_single_runs_say_that_they_are() {
    let history = measured(Cpu, &[SERIAL, TWICE]);
    let sentence = said(&history, &[1, 6]);
    assert!(
        sentence.starts_with("#6 processes is 1.92× (1.8"),
        "{sentence}"
    );
    assert!(
        sentence.ends_with(") faster than #1 serial; it kept 1.97 cores in use instead of 1.00"),
        "{sentence}"
    );
    let history = measured(
        Cpu,
        &[
            (Model::Serial, 1, 1.0, &[1.0]),
            (Model::Processes, 2, 1.97, &[0.52]),
        ],
    );
    assert_eq!(
        said(&history, &[1, 2]),
        "#2 processes is 1.9× faster than #1 serial (single runs); it kept 1.97 cores in use instead of 1.00"
    );
    let history = measured(Cpu, &[SERIAL, (Model::Processes, 2, 1.0, &[0.5])]);
    let sentence = said(&history, &[1, 6]);
    assert!(
        sentence.starts_with("#6 processes is 2.0× faster than #1 serial (#6 was measured once)"),
        "{sentence}"
    );
}

#[test]
fn the_factor_is_the_ratio_of_the_medians_that_are_shown() {
    for (fast, slow) in [(0.5, 1.0), (0.333, 1.0), (0.9, 1.1), (0.08, 1.3)] {
        let times = |middle: f64| {
            [middle * 0.99, middle, middle * 1.01].map(|s: f64| (s * 1e3).round() / 1e3)
        };
        let configurations = [
            (Model::Serial, 1, 1.0, &times(slow)[..]),
            (Model::Threads, 2, 1.0, &times(fast)[..]),
        ];
        let history = measured(Cpu, &configurations);
        let comparison = compared(&history, &[1, 4]);
        let of = |name: &str, column: usize| {
            comparison
                .rows
                .iter()
                .find(|row| row.name.starts_with(name))
                .unwrap()
                .cells[column]
                .trim_end_matches(['s', '×', ' '])
                .parse::<f64>()
                .unwrap()
        };
        assert_eq!(Some(of("median time", 0)), stats::median(&times(slow)));
        let ratio = of("median time", 0) / of("median time", 1);
        assert!((of("speed-up", 1) - ratio).abs() <= 0.005);
        let sentence = said(&history, &[1, 4]);
        let said = sentence
            .split('×')
            .next()
            .unwrap()
            .rsplit(' ')
            .next()
            .unwrap();
        assert!(
            (said.parse::<f64>().unwrap() / ratio - 1.0).abs() < 0.01,
            "{sentence}"
        );
    }
}

#[test]
fn if_one_is_in_the_interval_there_is_no_clear_difference() {
    let wide: Configuration<'_> = (Model::Threads, 2, 1.0, &[0.7, 0.9, 1.0, 1.1, 1.3]);
    let sentence = said(&measured(Cpu, &[SERIAL, wide]), &[1, 6]);
    assert!(
        sentence.starts_with("no clear difference between #1 serial and #6 threads: 1.0"),
        "{sentence}"
    );
    assert!(
        !sentence.contains("faster") && !sentence.contains("slower"),
        "{sentence}"
    );
    let close = measured(
        Cpu,
        &[
            (Model::Serial, 1, 1.0, &[1.0]),
            (Model::Threads, 2, 1.0, &[0.95]),
        ],
    );
    assert_eq!(
        said(&close, &[1, 2]),
        "no clear difference between #1 serial and #2 threads: under 10 %, too little for single runs"
    );
}

#[test]
fn against_a_faster_baseline_the_other_is_slower_and_every_number_follows() {
    let history = measured(Cpu, &[TWICE, SERIAL]);
    let comparison = compared(&history, &[1, 6]);
    let sentence = said(&history, &[1, 6]);
    assert!(
        sentence.starts_with("#6 serial is 1.92× (1.8"),
        "{sentence}"
    );
    assert!(
        sentence.ends_with(") slower than #1 processes; it kept 1.00 cores in use instead of 1.97")
    );
    let row = |name: &str| comparison.rows.iter().find(|row| row.name == name).unwrap();
    assert_eq!(row("speed-up over #1").cells[1], "0.52×");
    assert_eq!(row("median time").cells[2], "+0.480 s");
    assert_eq!(comparison.columns[2].heading, "#6 − #1");
}

#[test]
fn of_many_runs_the_fastest_of_the_others_is_named() {
    let slow: Configuration<'_> = (Model::GilThreads, 2, 1.0, &[1.30, 1.31, 1.32, 1.30, 1.29]);
    let history = measured(Cpu, &[SERIAL, TWICE, slow]);
    assert!(
        said(&history, &[1, 6, 11]).starts_with("#6 processes is the fastest of 3 runs: 1.92× (")
    );
    let level: Configuration<'_> = (Model::Rayon, 2, 1.97, &[0.52, 0.51, 0.52, 0.53, 0.52]);
    let sentence = said(&measured(Cpu, &[SERIAL, TWICE, level]), &[1, 6, 11]);
    assert!(
        sentence.contains(" is among the fastest of 3 runs: 1.92× ("),
        "{sentence}"
    );
    let sentence = said(&history, &[6, 1, 11]);
    assert!(
        sentence
            .starts_with("#6 processes is the fastest of 3 runs: the next, #1 serial, is 1.92× ("),
        "{sentence}"
    );
}

#[test]
fn io_is_explained_by_what_it_waits_for_at_once_and_the_lock_by_how_long() {
    let times = (&[3.2][..], &[0.22][..]);
    let history = measured(
        Io,
        &[
            (Model::Serial, 1, 0.1, times.0),
            (Model::Threads, 16, 0.2, times.1),
        ],
    );
    assert!(
        said(&history, &[1, 2]).ends_with("; it waited for 16.0 addresses at once instead of 1.0")
    );
    let mut history = measured(
        Cpu,
        &[
            (Model::Processes, 2, 1.97, &[0.5]),
            (Model::Serial, 1, 1.0, &[1.0]),
        ],
    );
    let mut locked = history.get(2).unwrap().record.clone();
    locked.plan = sample::plan(Cpu, Model::GilThreads, 4);
    locked.times.phases_s[Phase::Gil] = nanos(3.1);
    let (number, _) = history.add(locked, Trace::new(4));
    assert!(said(&history, &[1, number]).ends_with(
        "kept 1.00 cores in use instead of 1.97 and waited 3.10 s for the lock, summed over its workers"
    ));
}

#[test]
fn what_makes_the_work_different_is_named_with_both_values() {
    let mut history = History::new(sample::history(2).here().clone());
    for (iterations, tasks) in [(1_080_000, 8), (2_160_000, 8), (1_080_000, 9)] {
        let mut draft = sample::draft(Cpu, Model::Serial, 1).with(&ITERATIONS, iterations);
        draft.tasks = tasks;
        let plan = draft.validate(&WorkerLimits::default()).unwrap();
        history.add(sample::record(plan, 1.0, 1.0), Trace::new(1));
    }
    for seed in [1, 2] {
        let mut draft = sample::draft(Io, Model::Serial, 1);
        draft.seed = seed;
        let plan = draft.validate(&WorkerLimits::default()).unwrap();
        history.add(sample::record(plan, 1.0, 1.0), Trace::new(1));
    }
    for (runs, named) in [
        ([1, 2], "iterations: 1 080 000 and 2 160 000"),
        ([1, 3], "tasks: 8 and 9"),
        (
            [4, 5],
            "addresses: with latencies of seed 1 and with latencies of seed 2",
        ),
    ] {
        let said = said(&history, &runs);
        assert!(said.contains(&format!("({named})")), "{said}");
    }
}

#[test]
fn what_cannot_be_compared_has_its_numbers_but_no_speed_up() {
    let mut history = measured(Cpu, &[(Model::Serial, 1, 1.0, &[1.0])]);
    let mut stopped = history.get(1).unwrap().record.clone();
    stopped.ending.outcome = Outcome::Cancelled;
    history.add(stopped, Trace::new(1));
    history.add(
        sample::record(sample::plan(Io, Model::Serial, 1), 2.0, 0.1),
        Trace::new(1),
    );
    for (other, reason) in [
        (2, "not every run did all its work"),
        (3, "different work (workload: cpu and io)"),
    ] {
        let comparison = compared(&history, &[1, other]);
        assert!(said(&history, &[1, other]).contains(reason));
        assert!(
            comparison
                .rows
                .iter()
                .all(|row| !row.name.starts_with("speed-up"))
        );
        assert!(comparison.rows.iter().any(|row| row.name == "time"));
    }
    let mut elsewhere = (*history.get(1).unwrap().provenance).clone();
    (elsewhere.session, elsewhere.machine.kernel) = ("other".into(), "other".into());
    let mut record = history.get(1).unwrap().record.clone();
    (record.campaign, record.id) = (None, "elsewhere".into());
    history.add_earlier(lot(vec![RunEntry::new(
        9,
        None,
        Arc::new(elsewhere),
        record,
        None,
    )]));
    assert!(said(&history, &[1, 9]).contains("different machines"));
}

#[test]
fn repeats_are_reported_together_and_never_compared_with_themselves() {
    let history = measured(Cpu, &[SERIAL, TWICE]);
    let sentence = said(&history, &[1, 2]);
    assert!(
        sentence.starts_with("These runs repeat one configuration. median 1.000 s of 5 runs ("),
        "{sentence}"
    );
    let sentence = said(&history, &[1, 2, 6]);
    assert!(
        sentence.contains("#1 was measured once") || sentence.contains("single"),
        "{sentence}"
    );
}

#[test]
fn a_row_has_one_unit() {
    let history = measured(Cpu, &[SERIAL, TWICE, (Model::Threads, 2, 1.0, &[0.004])]);
    for row in compared(&history, &[1, 6, 11]).rows {
        let units: std::collections::BTreeSet<&str> = row
            .cells
            .iter()
            .filter_map(|cell| Some(cell.rsplit_once(' ')?.1))
            .collect();
        assert!(units.len() <= 1, "{row:?}");
    }
}

/// A run of this model, Python or native.
fn of_model(model: Model, wall_s: f64, gil_s: f64) -> Record {
    let mut record = sample::record(sample::plan(Cpu, model, 2), wall_s, wall_s);
    record.times.phases_s[Phase::Gil] = nanos(gil_s);
    if model.is_python() {
        record.interpreter.python = Some(PythonRecord {
            gil: Some(GilState::On),
            interpreter_s: Some(0.02),
            imports_s: Some(0.1),
            pool_s: Some(0.005),
            memory_bytes: Some(10_000_000),
            manager_cpu_s: Some(0.2),
            output: None,
        });
        record.measurement.phase_source = PhaseSource::ClockAndSchedstatGilEstimated;
    }
    record
}

fn table(records: &[Record]) -> (History, Comparison) {
    let mut history = sample::history(4);
    for record in records {
        history.add(record.clone(), Trace::new(2));
    }
    let numbers: Vec<usize> = (1..=records.len()).collect();
    let comparison = compared(&history, &numbers);
    (history, comparison)
}

/// The cells of the two runs, without the difference.
fn cells<'c>(comparison: &'c Comparison, name: &str) -> Vec<&'c str> {
    let row = comparison.rows.iter().find(|row| row.name == name);
    row.unwrap_or_else(|| panic!("{name}"))
        .cells
        .iter()
        .take(2)
        .map(String::as_str)
        .collect()
}

#[test]
fn rows_that_only_python_has_are_there_with_a_python_run_and_only_then() {
    let only_python = ["interpreter", "imports", "pool", "GIL", "manager CPU"];
    let native = [
        of_model(Model::Threads, 1.0, 0.0),
        of_model(Model::GilThreads, 1.0, 0.5),
    ];
    let (_, comparison) = table(&native);
    assert!(
        comparison
            .rows
            .iter()
            .all(|row| !only_python.contains(&row.name.as_str()))
    );
    let mut processes = of_model(Model::PythonProcesses, 2.0, 0.0);
    processes.system.memory_bytes = Some(20_000_000);
    let (_, comparison) = table(&[native[1].clone(), processes]);
    assert_eq!(cells(&comparison, "imports"), ["–", "0.100 s"]);
    assert_eq!(cells(&comparison, "GIL"), ["emulated", "on"]);
    assert_eq!(cells(&comparison, "manager CPU"), ["–", "0.200 s"]);
    assert_eq!(
        cells(&comparison, "memory"),
        ["–", "30.0 MB"],
        "of the workers and of who made them"
    );
    let mut threads = of_model(Model::PythonThreads, 2.0, 0.0);
    threads.system.memory_bytes = Some(10_000_000);
    assert_eq!(
        cells(&table(&[threads]).1, "memory"),
        ["10.0 MB"],
        "threads have that of their process"
    );
    let is_part = |name: &str| {
        comparison
            .rows
            .iter()
            .any(|row| row.name == name && row.is_part)
    };
    assert!(is_part("interpreter") && is_part("imports") && is_part("pool"));
}

#[test]
fn an_estimate_is_marked_by_its_row_or_by_itself_if_others_were_measured() {
    let python = of_model(Model::PythonThreads, 2.0, 1.5);
    let (_, alike) = table(&[python.clone(), of_model(Model::PythonThreads, 2.1, 1.6)]);
    assert_eq!(cells(&alike, "gil (estimated)"), ["1.500 s", "1.600 s"]);
    let (history, mixed) = table(&[of_model(Model::GilThreads, 1.0, 0.5), python]);
    assert_eq!(cells(&mixed, "gil"), ["0.500 s", "~1.500 s"]);
    let sentence = said(&history, &[1, 2]);
    assert!(
        sentence.ends_with("waited 1.50 s for the lock (estimated), summed over its workers"),
        "{sentence}"
    );
}

#[test]
fn between_languages_the_sentence_says_what_the_work_costs_in_each() {
    let (history, _) = table(&[
        of_model(Model::PythonThreads, 20.0, 0.0),
        of_model(Model::Threads, 1.0, 0.0),
    ]);
    assert_eq!(
        said(&history, &[1, 2]),
        "#2 threads is 20× faster than #1 python-threads (3.13.0) (single runs); it needed 1.00 s of CPU time instead \
         of 20.0 s"
    );
}

#[test]
fn a_row_is_measured_against_one_python_thread_if_nothing_else_is_serial() {
    let mut history = sample::history(4);
    for (model, workers) in [(Model::PythonProcesses, 2), (Model::PythonThreads, 1)] {
        history.add(
            sample::record(sample::plan(Cpu, model, workers), 1.0, 1.0),
            Trace::new(2),
        );
    }
    let mut entries = history.entries().to_vec();
    let unassessed = entries.iter_mut().map(|entry| {
        entry.assessment = Assessment::default();
        Compared {
            measured: vec![],
            entry,
        }
    });
    assert_eq!(default_reference(&unassessed.collect::<Vec<_>>()), 1);
}
