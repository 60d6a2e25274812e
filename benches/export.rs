//! Measures the export and prints each result next to its target. Reports only: a missed target is not a failure.

#[path = "../tests/support/fixtures.rs"]
mod fixtures;

#[path = "support/median.rs"]
mod median;
#[path = "support/table.rs"]
mod table;

use std::{
    fs,
    io::{self, BufWriter, Write},
    time::Instant,
};

use fixtures::{explorer::machine, sample};
use pconc_tui::{
    analysis::shared::Shared,
    catalog::{model::Model, workload::Workload},
    domain::{
        history::RunEntry,
        machine::WorkerLimits,
        phase::Phase,
        plan::Draft,
        provenance::Provenance,
        time::{Nanos, seconds},
        trace::{Batch, LaneUpdate, Trace, Transition},
    },
    export::{self, json::Traces},
    present::format::Format,
};

/// The maximum number of tasks of a run.
const TASKS: u32 = 1_000_000;
const WORKERS: u32 = 16;
/// The time for which a task computes, and for which its worker then waits, in nanoseconds.
const TASK: Nanos = 10_000;

/// A writer that counts the bytes and discards them.
#[derive(Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Two events per task: it computes, then its worker waits.
fn trace() -> Trace {
    let each = TASKS / WORKERS;
    let lane = |worker: u32| {
        let event = |i: u32, phase, after| Transition {
            at: Nanos::from(i) * TASK * 2 + after,
            task: Some(i * WORKERS + worker),
            phase,
            core: (worker % 2) as u16,
            after_gap: false,
        };
        let of_task = |i| [event(i, Phase::Computing, 0), event(i, Phase::Ready, TASK)];
        LaneUpdate {
            transitions: (0..each).flat_map(of_task).collect(),
            ..LaneUpdate::default()
        }
    };
    let mut trace = Trace::new(WORKERS);
    let wall = Nanos::from(each) * TASK * 2;
    trace.apply(Batch {
        now: wall,
        lanes: (0..WORKERS).map(lane).collect(),
        ..Batch::default()
    });
    trace.conclude(wall);
    trace
}

/// The maximum memory of this process so far, in kB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}

fn main() {
    let here = machine(2);
    table::begin();
    let draft = Draft {
        tasks: TASKS.into(),
        ..Draft::new(Workload::Cpu, Model::Threads, WORKERS.into())
    };
    let plan = draft
        .validate(&WorkerLimits::default())
        .expect("the plan is valid");
    let trace = trace();
    let record = sample::record(plan, seconds(trace.now), seconds(trace.now) * 2.0);
    let provenance = Provenance::here("bench", here.clone());
    let run = RunEntry::new(1, None, provenance, record, Some(trace.clone()));
    let shared = Shared {
        runs: vec![&run],
        ..Shared::default()
    };
    let events: usize = trace.lanes.iter().map(|lane| lane.transitions.len()).sum();
    table::row(
        "tasks; events in the picture; whether it was thinned",
        &format!("{TASKS}; {events}; {}", trace.is_thinned),
        "",
    );
    for format in Format::FILES {
        let before = peak();
        let mut size = 0;
        let once = |size: &mut u64| {
            let start = Instant::now();
            let mut out = BufWriter::with_capacity(1 << 18, Counted::default());
            export::write(format, &here, &shared, Traces::Included, &mut out)
                .expect("nothing is refused");
            out.flush().expect("nothing is refused");
            *size = out.get_ref().0;
            start.elapsed().as_secs_f64()
        };
        let took = median::median((0..3).map(|_| once(&mut size)).collect());
        let measured = format!("{took:.3} s, {:.1} MB", size as f64 / 1e6);
        table::row(
            &format!("{}: time, size", format.name()),
            &measured,
            "below 2 s",
        );
        let grown = format!("{:.1} MB", (peak() - before) as f64 / 1e3);
        table::row(
            &format!("{}: growth of the memory's peak", format.name()),
            &grown,
            "a few MB",
        );
    }
    table::publish("export");
}
