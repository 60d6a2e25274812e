//! Measures the cost of measuring and prints each result next to its target. Reports only: a missed target is not a
//! failure.

#[path = "support/median.rs"]
mod median;
#[path = "support/table.rs"]
mod table;

use std::{
    hint::black_box,
    sync::{Arc, atomic::Ordering::Relaxed, mpsc},
};

use median::median;
use pconc_tui::{
    catalog::{
        model::Model,
        workload::{ITERATIONS, Workload},
    },
    domain::{
        machine::WorkerLimits,
        phase::Phase,
        plan::{Draft, Plan},
        record::Record,
        time::{Nanos, seconds},
    },
    engine::{
        arena::Arena,
        clock, os,
        recorder::{LaneWriter, take_events},
        run::Report,
        session::Session,
    },
};
use table::row;

fn main() {
    // Forked before anything else, as in the program.
    let session = Session::prepare().expect("the machine lets us measure");
    table::begin();
    events();
    dispatch(&session);
    gate(&session);
    memory(&session);
    io(&session);
    lock(&session);
    table::publish("engine");
}

fn median_of(times: usize, measure: impl FnMut() -> f64) -> f64 {
    median(std::iter::repeat_with(measure).take(times).collect())
}

/// Nanoseconds per call, over a batch that fits a lane's ring.
fn nanos_per_call<T>(mut call: impl FnMut() -> T) -> f64 {
    const CALLS: u32 = 50_000;
    let start = clock::now();
    for _ in 0..CALLS {
        black_box(call());
    }
    (clock::now() - start) as f64 / f64::from(CALLS)
}

fn events() {
    let arena = Arc::new(Arena::map().expect("the machine has the memory"));
    arena.reset(1, 1);
    arena.header().t0.store(clock::now(), Relaxed);
    let mut writer = LaneWriter::new(arena.clone(), 0);
    let clock_alone = median_of(21, || nanos_per_call(clock::now));
    let both = median_of(21, || {
        nanos_per_call(|| (clock::now(), clock::thread_cpu()))
    });
    // Touches every page of the ring once, so that a long run touches no new one afterwards.
    for task in 0..arena.ring_slots() as u32 {
        writer.begin(task);
    }
    drop(take_events(&arena, 0, 0));
    let next_task = median_of(21, || {
        let cost = nanos_per_call(|| writer.begin(0));
        drop(take_events(&arena, 0, 0));
        cost
    });
    let mut phase = Phase::File;
    let change = median_of(21, || {
        let cost = nanos_per_call(|| {
            phase = if phase == Phase::File {
                Phase::Network
            } else {
                Phase::File
            };
            writer.enter(phase)
        });
        drop(take_events(&arena, 0, 0));
        cost
    });
    let core = median_of(21, || nanos_per_call(os::core));
    row(
        "asking for the core, part of every event",
        &format!("{core:.1} ns"),
        "",
    );
    row(
        "reading the monotonic clock",
        &format!("{clock_alone:.1} ns"),
        "",
    );
    row(
        "an event from task to task costs more than that by",
        &format!("{:.1} ns", next_task - clock_alone),
        "at most 10 ns",
    );
    row(
        "reading the monotonic and the CPU clock",
        &format!("{both:.1} ns"),
        "",
    );
    row(
        "an event that changes the phase costs more than both by",
        &format!("{:.1} ns", change - both),
        "at most 10 ns",
    );
}

fn plan(draft: &Draft) -> Plan {
    draft
        .validate(&WorkerLimits::default())
        .expect("a bench's draft is valid")
}

fn run(session: &Session, draft: &Draft) -> Record {
    let (sender, records) = mpsc::channel();
    let report = move |report| {
        if let Report::Concluded(record) = report {
            let _ = sender.send(*record);
        }
    };
    let run = session
        .context
        .start(plan(draft), report)
        .expect("one run at a time");
    let record = records.recv().expect("every run concludes");
    drop(run);
    record
}

fn cpu(model: Model, workers: u64, tasks: u64, iterations: u64) -> Draft {
    let mut draft = Draft::new(Workload::Cpu, model, workers);
    draft.tasks = tasks;
    draft.set(&ITERATIONS, iterations);
    draft
}

fn dispatch(session: &Session) {
    for (model, workers) in [
        (Model::Serial, 1),
        (Model::Threads, 2),
        (Model::Processes, 1),
        (Model::Processes, 2),
        (Model::GilThreads, 1),
        (Model::Rayon, 2),
    ] {
        let nanos = median_of(5, || {
            let record = run(session, &cpu(model, workers, 1_000_000, 1));
            record.times.phases_s[Phase::Computing] as f64 / 1e6
        });
        let aim = if model == Model::Rayon {
            ""
        } else {
            "under 0.2 µs (ProcessPoolExecutor: 106–169 µs)"
        };
        let plural = if workers == 1 { "" } else { "s" };
        let what = format!(
            "a task handed out, with its events: {}, {workers} worker{plural}",
            model.name()
        );
        row(&what, &format!("{:.3} µs", nanos / 1e3), aim);
    }
}

fn gate(session: &Session) {
    for (model, aim) in [
        (Model::Threads, "under 5 ms (Python: 15 ms)"),
        (Model::Processes, "under 5 ms (Python: 59 ms)"),
    ] {
        let ms = median_of(21, || {
            let record = run(session, &cpu(model, 16, 16, 1000));
            record.times.startup_s.expect("tasks began") * 1e3
        });
        row(
            &format!("t0 to the first task, 16 workers: {}", model.name()),
            &format!("{ms:.2} ms"),
            aim,
        );
    }
}

/// The memory of forked workers while they work.
fn memory(session: &Session) {
    let (sender, reports) = mpsc::channel();
    let report = move |report| drop(sender.send(report));
    let run = session
        .context
        .start(
            plan(&cpu(Model::Processes, 16, 16, 100_000_000_000)),
            report,
        )
        .expect("one run at a time");
    let all_begun = |report: &Report| matches!(report, Report::Batch(batch) if batch.begun == 16);
    while !all_begun(&reports.recv().expect("it goes on")) {}
    let zygotes = children_of(std::process::id());
    let workers = zygotes.into_iter().flat_map(children_of);
    let private = median(
        workers
            .filter_map(private_memory)
            .map(|bytes| bytes as f64 / 1e6)
            .collect(),
    );
    run.stop();
    drop(run);
    row(
        "private memory of a forked worker",
        &format!("{private:.3} MB"),
        "under 0.3 MB (Python: 1.8 MB)",
    );
}

fn children_of(parent: u32) -> Vec<u32> {
    let path = format!("/proc/{parent}/task/{parent}/children");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

fn private_memory(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let private = text.lines().filter(|line| line.starts_with("Private_"));
    Some(
        private
            .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
            .sum::<u64>()
            * 1024,
    )
}

fn io(session: &Session) {
    for model in [Model::Threads, Model::Processes, Model::GilThreads] {
        let mut slowest = 0.0;
        let mut computing = 0.0;
        let wall = median_of(5, || {
            let record = run(session, &Draft::new(Workload::Io, model, 16));
            let tasks = record.tasks.iter().flatten();
            slowest = tasks
                .filter_map(|task| Some(task.end_s? - task.start_s))
                .fold(0.0, f64::max);
            computing = seconds(record.times.phases_s[Phase::Computing]);
            record.times.wall_s
        });
        let aim = match model {
            Model::GilThreads => format!(
                "within 10 % of {:.3} s, plus {computing:.3} s computing",
                slowest
            ),
            _ => format!("within 10 % of the slowest task, {slowest:.3} s"),
        };
        row(
            &format!("io, 16 addresses, 16 workers: {}", model.name()),
            &format!("{wall:.3} s"),
            &aim,
        );
    }
}

/// The emulated lock against serial, as in CPython.
fn lock(session: &Session) {
    let wall = |model, workers| {
        median_of(3, || {
            run(session, &cpu(model, workers, 8, 10_000_000))
                .times
                .wall_s
        })
    };
    let serial = wall(Model::Serial, 1);
    for (workers, cpython) in [(2, "1.00"), (4, "1.16"), (8, "1.09")] {
        let ratio = wall(Model::GilThreads, workers) / serial;
        let what = format!("gil-threads over serial, cpu, {workers} workers");
        row(
            &what,
            &format!("{ratio:.2}"),
            &format!("CPython 3.11: {cpython}"),
        );
    }
    let checked = wall(Model::GilThreads, 1) / serial;
    row(
        "checking the drop request in every iteration",
        &format!("{:+.1} %", (checked - 1.0) * 100.0),
        "under 2 %",
    );
    let cost = |read: fn() -> Option<Nanos>| median_of(21, || nanos_per_call(read)) / 1e3;
    row(
        "reading schedstat, once per worker",
        &format!("{:.1} µs", cost(os::run_queue_wait)),
        "",
    );
}
