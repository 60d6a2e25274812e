//! Measures the cost of watching threads of Python from outside: the same program, watched and alone in turn. Run with
//! `cargo bench --bench outside`; the machine should be idle.

#[path = "support/median.rs"]
mod median;
#[path = "support/table.rs"]
mod table;
#[path = "../tests/support/threads.rs"]
mod threads;

use std::time::Duration;

use median::median;
use pconc_tui::{
    domain::{plan::Plan, time::seconds, trace::LaneUpdate},
    engine::{clock, session::Session},
};
use table::row;
use threads::Program;

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
        let plan = threads::plan(&found.interpreter, threads);
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
    let program = Program::start(python, SCRIPT, what, plan.workers);
    let mut outside = is_watched.then(|| {
        let outside = program.watched(plan, true);
        outside.expect("this system allows it")
    });
    program.say_go();
    let since = clock::thread_cpu();
    let line = loop {
        if let Some(outside) = &mut outside {
            let mut updates = vec![LaneUpdate::default(); plan.workers as usize];
            outside.merge(&mut updates, false);
        }
        if let Some(line) = program.line(Duration::from_millis(33)) {
            break line;
        }
    };
    let merging = clock::thread_cpu() - since;
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
