//! The Trace Event Format, which Perfetto and chrome://tracing open:
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.
//!
//! ```text
//! process  #3 threads                      one per run
//!   counter  tasks in flight               C(t)
//!   counter  cores in use                  P(t)
//!   track    worker 0   ▇▇network▇▇▇▇computing▇file▇    one per worker: its phases, each with its task
//! ```
//!
//! In this file a run is a process and each worker is one of its threads, even if the workers were forked processes.
//! Viewers sort and fold by process, so a run of a thousand processes would be unreadable. The arguments of a worker's
//! name have its real process and thread. If waiting for the interpreter lock was estimated, the argument `estimated`
//! of its segments says so. All runs start at 0, so that they are aligned. Idle workers have no segments.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    analysis::shared::Shared,
    domain::{
        history::RunEntry,
        phase::Phase,
        time::Nanos,
        trace::{Sample, Segment, Trace},
    },
    present::sentence::document,
};

/// The number of possible thread ids per run. Thread ids are unique in the file: the run's number times this, plus the
/// worker's.
const TIDS_PER_RUN: usize = 10_000;

/// Writes the traces of all runs that have one.
///
/// # Errors
/// If writing to `out` fails.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"traceEvents\":[")?;
    let mut events = Events {
        out,
        is_first: true,
    };
    for run in &shared.runs {
        if let Some(trace) = run.loaded_trace() {
            write_run(run, trace, &mut events)?;
        }
    }
    out.write_all(b"\n],\n\"displayTimeUnit\":\"ms\",\n\"otherData\":")?;
    serde_json::to_writer(&mut *out, &other(shared))?;
    out.write_all(b"}\n")
}

fn write_run(run: &RunEntry, trace: &Trace, events: &mut Events<'_>) -> io::Result<()> {
    let pid = run.number;
    events.metadata(
        "process_name",
        pid,
        0,
        json!({ "name": document::title(run) }),
    )?;
    if let Some(interpreter) = run.record.plan.interpreter() {
        let labels = format!("Python {}", interpreter.label());
        events.metadata("process_labels", pid, 0, json!({ "labels": labels }))?;
    }
    events.metadata("process_sort_index", pid, 0, json!({ "sort_index": pid }))?;
    (0..trace.lanes.len()).try_for_each(|worker| write_worker(run, trace, worker, events))?;
    write_counters(pid, trace, events)
}

/// Writes the track of a worker: its name and a segment for each of its phases.
fn write_worker(
    run: &RunEntry,
    trace: &Trace,
    worker: usize,
    events: &mut Events<'_>,
) -> io::Result<()> {
    let pid = run.number;
    let tid = pid * TIDS_PER_RUN + worker + 1;
    // The process and thread ids of the worker.
    let mut name = json!({ "name": format!("worker {worker}") });
    if let Some(record) = run.record.workers.get(worker) {
        for (key, id) in [("real_pid", record.pid), ("real_tid", record.tid)] {
            id.into_iter().for_each(|id| name[key] = id.into());
        }
    }
    events.metadata("thread_name", pid, tid, name)?;
    let order = json!({ "sort_index": worker });
    events.metadata("thread_sort_index", pid, tid, order)?;
    let gil_is_estimate = run.record.measurement.phase_source.estimates_gil();
    let is_shown = |segment: &Segment| segment.to > segment.from && segment.phase != Phase::Idle;
    let segments = trace.lanes[worker].segments(trace.now);
    for segment in segments.filter(is_shown) {
        events.add(&Complete {
            name: segment.phase.name(),
            cat: "phase",
            ph: "X",
            pid,
            tid,
            ts: micros(segment.from),
            dur: micros(segment.to - segment.from),
            args: SegmentArgs {
                task: segment.task,
                estimated: gil_is_estimate && segment.phase == Phase::Gil,
            },
        })?;
    }
    Ok(())
}

/// Writes both curves. Their values are means between two moments, so each is valid from the earlier moment on.
fn write_counters(pid: usize, trace: &Trace, events: &mut Events<'_>) -> io::Result<()> {
    let mut from = 0;
    for sample in trace.samples.iter().chain([&Sample::default()]) {
        for (name, mean) in [
            ("tasks in flight", sample.in_flight),
            ("cores in use", sample.on_core),
        ] {
            // Three decimals are more precise than the measurement.
            let args = json!({ "mean": (mean * 1e3).round() / 1e3 });
            events.add(&json!({ "name": name, "ph": "C", "pid": pid, "tid": 0, "ts": micros(from), "args": args }))?;
        }
        from = sample.at;
    }
    Ok(())
}

/// The list of events that was written so far.
struct Events<'a> {
    out: &'a mut dyn Write,
    is_first: bool,
}

impl Events<'_> {
    fn add(&mut self, event: &impl Serialize) -> io::Result<()> {
        self.out.write_all(if std::mem::take(&mut self.is_first) {
            b"\n"
        } else {
            b",\n"
        })?;
        Ok(serde_json::to_writer(&mut *self.out, event)?)
    }

    /// Adds a metadata event, which names a process or a thread.
    fn metadata(&mut self, name: &str, pid: usize, tid: usize, args: Value) -> io::Result<()> {
        self.add(&json!({ "name": name, "ph": "M", "pid": pid, "tid": tid, "ts": 0, "args": args }))
    }
}

/// Microseconds, with the nanoseconds as decimals.
fn micros(at: Nanos) -> f64 {
    at as f64 / 1e3
}

/// An event with a start and a duration.
#[derive(Serialize)]
struct Complete {
    name: &'static str,
    cat: &'static str,
    ph: &'static str,
    pid: usize,
    tid: usize,
    ts: f64,
    dur: f64,
    args: SegmentArgs,
}

#[derive(Serialize)]
struct SegmentArgs {
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<u32>,
    /// Left out unless the duration is an estimate.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    estimated: bool,
}

/// Facts about the file as a whole.
fn other(shared: &Shared<'_>) -> Value {
    json!({
        "written_by": document::PROGRAM,
        "note": "one process is one run, one thread is one worker; all runs start at 0",
        "runs": shared.runs.iter().map(|run| other_run(shared, run)).collect::<Vec<_>>(),
    })
}

fn other_run(shared: &Shared<'_>, run: &RunEntry) -> Value {
    let caveats = run.caveats().map(|caveat| &caveat.text);
    let mut other = json!({
        "number": run.number,
        "title": document::title(run),
        "machine": document::machine(&run.provenance.machine),
        "started_at": run.record.started_at,
        "verdict": document::verdict(shared, run),
        "caveats": caveats.collect::<Vec<_>>(),
        // Whether the trace was thinned before, or had gaps.
        "thinned": run.loaded_trace().is_some_and(|trace| trace.is_thinned),
        "dropped": run.loaded_trace().map_or(0, Trace::dropped),
        "has_trace": run.loaded_trace().is_some(),
        // How waiting for a core and for CPython's lock was measured.
        "phase_source": run.record.measurement.phase_source,
    });
    if let Some(interpreter) = run.record.plan.interpreter() {
        other["python"] = document::interpreter(interpreter).into();
    }
    other
}
