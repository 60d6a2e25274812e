//! Measures the kept history and prints each result next to its target. Reports only: a missed target is not a failure.

#[path = "../tests/support/fixtures.rs"]
mod fixtures;

#[path = "support/median.rs"]
mod median;
#[path = "support/table.rs"]
mod table;

use std::{fs, hint::black_box, sync::Arc, time::Instant};

use fixtures::{explorer::machine, keep::KeepOne, sample};
use median::median;
use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{history::History, provenance::Provenance, record::Record, trace::Trace},
    store::{HistoryPlace, Store},
};
use table::row;

/// The number of kept runs.
const RUNS: usize = 10_000;
/// The number of sessions that measured them.
const SESSIONS: usize = 100;

fn main() {
    table::begin();
    for workers in [4, 16] {
        opening(workers);
    }
    table::publish("store");
}

/// The time of `what` in milliseconds, as the median of this many calls.
fn millis(times: usize, mut what: impl FnMut()) -> f64 {
    let time = |_| {
        let begun = Instant::now();
        what();
        begun.elapsed().as_secs_f64() * 1e3
    };
    median((0..times).map(time).collect())
}

fn opening(workers: u64) {
    let folder = tempfile::tempdir().expect("there is room for a directory");
    let place = HistoryPlace {
        file: folder.path().join("history.jsonl"),
    };
    let mut store = Store::at(place.clone());
    let plan = sample::plan(Workload::Io, Model::Threads, workers);
    let record = |number: usize| {
        // As many digits as a measured number has.
        let wall_s = 1.123_456_789 + number as f64 / 1.1e7;
        Record {
            id: format!("01a20568-76c9-774a-a8c6-{number:012}"),
            ..sample::record(plan.clone(), wall_s, 0.987_654_321)
        }
    };
    let session = |number: usize| {
        Provenance::here(
            &format!("session-{}", number / (RUNS / SESSIONS)),
            machine(2),
        )
    };
    let begun = Instant::now();
    for number in 0..RUNS {
        store
            .keep_run(0, &session(number), &record(number))
            .expect("there is room");
    }
    let each = begun.elapsed().as_secs_f64() * 1e6 / RUNS as f64;
    let megabytes = fs::metadata(&place.file).map_or(0.0, |it| it.len() as f64 / 1e6);
    row(
        &format!("appending a run, {workers} workers"),
        &format!("{each:.0} µs"),
        "under 1 ms",
    );
    let open = millis(7, || {
        drop(black_box(
            Store::at(place.clone()).open().expect("it can be read"),
        ))
    });
    row(
        &format!("opening a history of {RUNS} runs, {workers} workers each, {megabytes:.0} MB"),
        &format!("{open:.0} ms"),
        "under 200 ms",
    );
    let compared = millis(5, || {
        let opened = Store::at(place.clone()).open().expect("it can be read");
        let mut history = History::new(Arc::clone(&opened.kept.runs[0].provenance));
        history.add_earlier(opened.kept);
        black_box(history.entries().len());
    });
    row(
        "the same with all speed-ups",
        &format!("{compared:.0} ms"),
        "",
    );
    let first = millis(7, || {
        let kept = Store::at(place.clone()).keep_run(0, &session(0), &record(0));
        black_box(kept.expect("there is room"));
    });
    row(
        "the first run that is appended to it, its numbers unread",
        &format!("{first:.0} ms"),
        "",
    );
    let keep_trace = millis(7, || {
        store
            .traces()
            .keep(&record(0), &Trace::new(16))
            .expect("there is room");
    });
    row(
        "keeping a small picture beside it",
        &format!("{keep_trace:.2} ms"),
        "",
    );
}
