//! Measures the cost of watching threads of Python from outside: the same program, watched and alone in turn. Run with
//! `cargo bench --bench outside`; the machine should be idle.

#[path = "support/median.rs"]
mod median;
#[path = "support/table.rs"]
mod table;

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use median::median;
use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{
        machine,
        phase::Phase,
        plan::{Draft, Plan},
        time::seconds,
        trace::LaneUpdate,
    },
    engine::{
        arena::{Arena, LaneState},
        clock,
        outside::Outside,
        session::Session,
    },
};
use table::row;

/// The number of pairs of runs.
const ROUNDS: usize = 9;

/// A program whose threads do their work when they are told to. Prints the thread ids, then the seconds that it took and
/// the CPU seconds of the program.
const SCRIPT: &str = "
import json, math, sys, threading, time
def compute():
    foo = 0
    for i in range(8_000_000):
        foo += foo * math.cos(i * math.pi)
def switch():
    for _ in range(1500):
        time.sleep(0.0009)
what, threads = globals()[sys.argv[1]], int(sys.argv[2])
begun, ids, go = threading.Barrier(threads + 1), [], threading.Event()
def worker():
    ids.append(threading.get_native_id())
    begun.wait()
    go.wait()
    what()
workers = [threading.Thread(target=worker) for _ in range(threads)]
for one in workers: one.start()
begun.wait()
print(json.dumps(ids), flush=True)
sys.stdin.readline()
since, cpu = time.monotonic(), time.process_time()
go.set()
for one in workers: one.join()
print(json.dumps([time.monotonic() - since, time.process_time() - cpu]), flush=True)
";

/// What one run took.
struct Took {
    wall_s: f64,
    cpu_s: f64,
    watching_s: f64,
}

fn main() {
    // Forks, so it comes before the first thread.
    let session = Session::prepare().expect("the machine lets us measure");
    let Ok(found) = session.default_python() else {
        println!("skipped: there is no Python 3.8 or newer");
        return;
    };
    table::begin();
    row("interpreter", &found.interpreter.label(), "");
    let python = found.interpreter.path.clone();
    for (name, what, threads, aim) in [
        ("a thread that computes", "compute", 1, 1),
        ("2 threads that compute under the GIL", "compute", 2, 1),
        (
            "16 threads with 1,000 switches a second each",
            "switch",
            16,
            2,
        ),
    ] {
        let mut draft = Draft::new(Workload::Cpu, Model::PythonThreads, threads);
        draft.python = Some(found.interpreter.clone());
        let limits = machine::WorkerLimits::default();
        let plan = draft.validate(&limits).expect("the draft is valid");
        let (mut alone, mut watched) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            alone.push(run(&python, what, &plan, false));
            watched.push(run(&python, what, &plan, true));
        }
        told(name, &alone, &watched, aim);
    }
    table::publish("outside");
}

fn told(name: &str, alone: &[Took], watched: &[Took], aim: u32) {
    let aim = format!("below {aim} %");
    let of = |took: &[Took], what: fn(&Took) -> f64| median(took.iter().map(what).collect());
    let more = |what: fn(&Took) -> f64| {
        let percent = (of(watched, what) / of(alone, what) - 1.0) * 100.0;
        format!("{percent:+.1} %")
    };
    row(&format!("{name}: time"), &more(|took| took.wall_s), &aim);
    row(&format!("{name}: CPU time"), &more(|took| took.cpu_s), "");
    let watching = of(watched, |took| took.watching_s / took.wall_s * 100.0);
    let what = format!("{name}: watching, of a core");
    row(&what, &format!("{watching:.2} %"), &aim);
}

fn run(python: &str, what: &str, plan: &Plan, is_watched: bool) -> Took {
    let threads = plan.workers;
    let mut program = Command::new(python)
        .args(["-c", SCRIPT, what, &threads.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the interpreter was asked a moment ago");
    let mut output = BufReader::new(program.stdout.take().expect("it is piped"));
    let mut line = String::new();
    output.read_line(&mut line).expect("it names its threads");
    let ids: Vec<u32> = serde_json::from_str(&line).expect("they are numbers");
    let arena = Arc::new(Arena::map().expect("there is memory"));
    arena.reset(threads, threads);
    arena.header().t0.store(clock::now(), Relaxed);
    for (worker, thread) in (0..).zip(ids) {
        let lane = arena.lane(worker);
        lane.pid.store(program.id(), Relaxed);
        lane.tid.store(thread, Relaxed);
        lane.open_phase.store(Phase::Computing as u32, Relaxed);
        lane.set_state(LaneState::Working);
    }
    let mut outside = is_watched.then(|| {
        let mut outside = Outside::start(arena.clone(), plan).expect("there may be a thread");
        outside.attach().expect("this system allows it");
        outside
    });
    let input = program.stdin.as_mut().expect("it is piped");
    input.write_all(b"go\n").expect("it reads");
    let (told, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        output.read_line(&mut line).expect("it prints what it took");
        told.send(line).expect("the bench waits for it");
    });
    let since = clock::thread_cpu();
    let line = loop {
        if let Some(outside) = &mut outside {
            let mut updates = vec![LaneUpdate::default(); threads as usize];
            outside.merge(&mut updates, false);
        }
        if let Ok(line) = end.recv_timeout(Duration::from_millis(33)) {
            break line;
        }
    };
    let merging = clock::thread_cpu() - since;
    let _ = program.wait();
    let (wall_s, cpu_s) = serde_json::from_str(&line).expect("they are numbers");
    let watching = outside
        .as_ref()
        .map_or(0, |outside| outside.cpu() + merging);
    Took {
        wall_s,
        cpu_s,
        watching_s: seconds(watching),
    }
}
