//! Measures the cost of watching CPython: one event, the article's task in the program's pool and in the same pool by
//! hand, and the time until the next run may start. Run with `cargo bench --bench python`; the machine should be idle.

#[path = "support/table.rs"]
mod table;

use std::{
    process::{Command, Stdio},
    sync::{Arc, mpsc},
    time::Instant,
};

use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{
        machine,
        plan::{Draft, Plan},
        record::Record,
    },
    engine::{
        arena::Arena,
        fetch::FetchLimits,
        python::order,
        scratch::{Scratch, temporary},
        session::{Report, Session},
        worker::Assignment,
    },
};
use table::row;

/// The number of measurements of each side of a comparison; the sides take turns.
const ROUNDS: usize = 5;
const WORKERS: u64 = 2;
const TASKS: u64 = 4;
const ITERATIONS: u64 = 10_000_000;

/// Prints the nanoseconds of a record alone, and of the stamps that a task makes.
const EVENT: &str = "
import json, os, time, pconc_worker as w
order = json.load(open('order.json'))
order['descriptors']['arena'] = os.memfd_create('bench')
os.ftruncate(order['descriptors']['arena'], order['layout']['bytes'])
writer = w.LaneWriter(w.Arena(w.Links(order, order['descriptors'])), 0)
def cost(act, n=20000):
    best = float('inf')
    for _ in range(9):
        writer.taken = writer.written
        begun = time.perf_counter_ns()
        for i in range(n):
            act(i)
        best = min(best, (time.perf_counter_ns() - begun) / n)
    return best
nothing = cost(lambda i: None)
record = cost(lambda i: writer.close(w.monotonic_ns(), writer.computing, i)) - nothing
change = cost(lambda i: writer.enter(writer.file + i % 2)) - nothing
print('%.0f %.0f' % (record, change))
";

/// The same pool as a Python user writes it, without recording. Prints the seconds since the start of the first task.
const BY_HAND: &str = "
import math, sys, time
from concurrent.futures import ProcessPoolExecutor
def compute_intensive(n):
    begun = time.monotonic()
    foo = 0
    for i in range(n):
        foo += foo * math.cos(i * math.pi)
    return begun, time.monotonic()
if __name__ == '__main__':
    workers, tasks, n = map(int, sys.argv[1:])
    with ProcessPoolExecutor(max_workers=workers) as pool:
        spans = list(pool.map(compute_intensive, [n] * tasks))
    print(max(end for _, end in spans) - min(begun for begun, _ in spans))
";

fn main() {
    // Forks, so it comes before the first thread.
    let session = Session::prepare().expect("the machine lets us measure");
    let Ok(found) = session.default_python() else {
        println!("skipped: there is no Python 3.8 or newer");
        return;
    };
    table::begin();
    row("interpreter", &found.interpreter.label(), "");
    let mut draft = Draft::new(Workload::Cpu, Model::PythonProcesses, WORKERS);
    draft.python = Some(found.interpreter);
    draft.tasks = TASKS;
    draft.set(&pconc_tui::catalog::workload::ITERATIONS, ITERATIONS);
    let plan = draft
        .validate(&machine::WorkerLimits::default())
        .expect("the bench's draft is valid");
    event(&plan);
    pools(&session, &plan);
    table::publish("python");
}

fn python(plan: &Plan) -> Command {
    let interpreter = &plan.python().expect("it is a plan for Python").interpreter;
    let mut command = Command::new(&interpreter.path);
    command.stdin(Stdio::null());
    command
}

fn printed(command: &mut Command) -> Vec<f64> {
    let output = command
        .output()
        .expect("the interpreter was asked a moment ago");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers = text
        .split_whitespace()
        .map(|word| word.parse().expect("numbers are printed"));
    numbers.collect()
}

fn event(plan: &Plan) {
    let (arena, scratch) = (
        Arc::new(Arena::map().expect("there is memory")),
        Scratch::below(&temporary()),
    );
    arena.reset(plan.workers, plan.tasks);
    scratch.make().expect("there is room");
    let assignment = Assignment {
        arena,
        plan: Arc::new(plan.clone()),
        port: 0,
        limits: FetchLimits::default(),
        scratch: scratch.clone(),
        gil: None,
        block: Arc::default(),
    };
    order::write(&assignment).expect("there is room");
    let costs = printed(
        python(plan)
            .args(["-c", EVENT])
            .current_dir(&scratch.directory),
    );
    scratch.remove();
    let nanos = |cost: f64| format!("{cost:.0} ns");
    row("one record of a worker", &nanos(costs[0]), "below 600 ns");
    row(
        "a change of phase, which reads both clocks",
        &nanos(costs[1]),
        "",
    );
}

/// A run of the program, and how long after its last stamp the session could start the next.
fn ours(session: &Session, plan: &Plan) -> (Record, f64) {
    let (sender, reports) = mpsc::channel();
    let begun = Instant::now();
    let report = move |report| {
        let _ = sender.send(report);
    };
    let run = session
        .context
        .start(plan.clone(), report)
        .expect("no other run goes on");
    let record = reports
        .iter()
        .find_map(|report| match report {
            Report::Concluded(record) => Some(*record),
            Report::Batch(_) | Report::Broken(_) => None,
        })
        .expect("a run is concluded");
    drop(run);
    let after = begun.elapsed().as_secs_f64() - record.times.wall_s;
    (record, after)
}

fn pools(session: &Session, plan: &Plan) {
    let script = tempfile::NamedTempFile::new().expect("there is room");
    std::fs::write(script.path(), BY_HAND).expect("there is room");
    let numbers = [WORKERS, TASKS, ITERATIONS].map(|number| number.to_string());
    let (mut watched, mut by_hand, mut ready) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let (record, after) = ours(session, plan);
        watched.push(record.times.wall_s - record.times.startup_s.expect("its tasks began"));
        ready.push(after);
        by_hand.push(printed(python(plan).arg(script.path()).args(&numbers))[0]);
    }
    let (watched, by_hand) = (fastest(&watched), fastest(&by_hand));
    let what = |how: &str| format!("{TASKS} tasks, {WORKERS} processes, {how}");
    row(&what("watched"), &format!("{watched:.3} s"), "");
    row(
        &what("by a script of one's own"),
        &format!("{by_hand:.3} s"),
        "",
    );
    let cost = (watched / by_hand - 1.0) * 100.0;
    row("what watching costs", &format!("{cost:+.1} %"), "below 3 %");
    let next = fastest(&ready) * 1e3;
    row(
        "from the end of a run until the next can start",
        &format!("{next:.1} ms"),
        "below 100 ms",
    );
}

/// The fastest round: other programs only make a round longer.
fn fastest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}
