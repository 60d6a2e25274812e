//! The states of real threads of Python, as seen from outside, against what the threads measure themselves.
//!
//! The threads are watched as in a run, but they stamp nothing, like a user's own function: they only compute, as far as
//! their lane says. Each interpreter of this machine takes part.

#[path = "executors/interpreters.rs"]
#[expect(dead_code, reason = "all interpreters take part")]
mod interpreters;
#[path = "support/fixtures.rs"]
mod support;

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::Ordering::Relaxed,
        mpsc::{self, Receiver},
    },
    time::Duration,
};

use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{
        phase::Phase,
        python::GilState,
        time::Nanos,
        trace::{LaneUpdate, Transition},
    },
    engine::{
        arena::{Arena, LaneState},
        clock,
        outside::Outside,
    },
};

const SCRIPT: &str = include_str!("outside/truth.py");
const HANG: Duration = Duration::from_secs(60);
/// How far a time may be from the truth: this share of it, or this long.
const SHARE: f64 = 0.05;
const LEAST: Nanos = 20_000_000;
/// On a busy machine it may besides be this part of the time that the thread waited for a core: which waits these waits
/// follow is not known.
const OF_READY: Nanos = 2;

/// What a thread prints: its id, when it began and ended, how long it computed, and how long it waited.
type Said = (u32, Nanos, Nanos, Nanos, Nanos);

/// A thread's own account.
struct Truth {
    computed: Nanos,
    waited: Nanos,
}

/// One program at a time, so that the threads do not take the cores from each other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that is watched while it does what it is told.
struct Watched {
    program: Child,
    lines: Receiver<String>,
    arena: Arc<Arena>,
    outside: Outside,
}

impl Watched {
    /// Starts it; `None` if the system does not allow watching.
    fn start(python: &str, what: &str, threads: u32) -> Option<Watched> {
        let mut program = Command::new(python)
            .args(["-c", SCRIPT, what, &threads.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the interpreter was found a moment ago");
        let output = BufReader::new(program.stdout.take().expect("it is piped"));
        let (told, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = told.send(line);
            }
        });
        let first = lines.recv_timeout(HANG).expect("it names its threads");
        let ids: Vec<u32> = serde_json::from_str(&first).expect("they are numbers");
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
        let plan = support::sample::plan(Workload::Cpu, Model::PythonThreads, threads.into());
        let mut outside = Outside::start(arena.clone(), &plan).expect("there may be a thread");
        if let Err(refused) = outside.attach() {
            println!("skipped: this system does not let a program watch threads: {refused}");
            let _ = program.kill();
            let _ = program.wait();
            return None;
        }
        Some(Watched {
            program,
            lines,
            arena,
            outside,
        })
    }

    fn say_go(&mut self) {
        let mut input = self.program.stdin.as_ref().expect("it is piped");
        input.write_all(b"go\n").expect("it reads");
    }

    /// What the program says was true, by lane. It is merged with what was seen.
    fn watch(&mut self) -> Vec<Truth> {
        self.say_go();
        let said = self.lines.recv_timeout(HANG);
        let said = said.expect("the program says what was true");
        let mut said: Vec<Said> = serde_json::from_str(&said).expect("they are numbers");
        let lanes = 0..self.arena.workers();
        let tids: Vec<u32> = lanes
            .map(|worker| self.arena.lane(worker).tid.load(Relaxed))
            .collect();
        said.sort_by_key(|(tid, ..)| tids.iter().position(|known| known == tid));
        let t0 = self.arena.t0();
        let update = |(task, (_, begun, end, ..)): (u32, &Said)| {
            let transitions = vec![
                transition(begun - t0, Some(task), Phase::Computing),
                transition(end - t0, None, Phase::Idle),
            ];
            LaneUpdate {
                transitions,
                ..LaneUpdate::default()
            }
        };
        let mut updates: Vec<LaneUpdate> = (0..).zip(&said).map(update).collect();
        self.outside.merge(&mut updates, true);
        let of = |(_, _, _, computed, waited): Said| Truth { computed, waited };
        said.into_iter().map(of).collect()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn transition(at: Nanos, task: Option<u32>, phase: Phase) -> Transition {
    Transition {
        at,
        task,
        phase,
        core: 0,
        after_gap: false,
    }
}

/// Checks that threads that do `what` are seen in `phase` for as long as they say, and computing for as long.
fn agrees(what: &str, threads: u32, phase: Phase) {
    let _alone = alone();
    for interpreter in interpreters::all() {
        if phase == Phase::Gil && interpreter.gil != GilState::On {
            continue;
        }
        let Some(mut watched) = Watched::start(&interpreter.path, what, threads) else {
            return;
        };
        let truths = watched.watch();
        for (truth, seen) in truths.iter().zip(&watched.outside.states) {
            let of = format!("{what} of {}: {:?}", interpreter.label(), seen.times);
            let blurred = seen.times[Phase::Ready] / OF_READY;
            // Each wait for a disk is short, and the CPU clock also counts the switching, which happens thousands of times.
            let switching = if phase == Phase::File {
                truth.computed / 4
            } else {
                0
            };
            close(seen.times[Phase::Computing], truth.computed, switching, &of);
            if phase != Phase::Computing {
                close(seen.times[phase], truth.waited, blurred + switching, &of);
            }
        }
    }
}

fn close(seen: Nanos, truth: Nanos, blurred: Nanos, of: &str) {
    let allowed = LEAST.max((truth as f64 * SHARE) as Nanos) + blurred;
    assert!(
        seen.abs_diff(truth) <= allowed,
        "seen {seen} ns of {truth} ns: {of}"
    );
}

#[test]
fn a_thread_that_computes_is_seen_to_compute() {
    agrees("computing", 1, Phase::Computing);
}

#[test]
fn a_thread_that_sleeps_is_seen_to_sleep() {
    agrees("sleep", 1, Phase::Sleep);
}

#[test]
fn a_thread_that_receives_is_seen_to_wait_for_the_network_with_and_without_a_timeout() {
    agrees("network", 1, Phase::Network);
}

#[test]
fn a_thread_that_waits_for_a_lock_of_its_program_is_not_taken_for_one_that_waits_for_the_gil() {
    agrees("lock", 1, Phase::Lock);
}

#[test]
fn a_thread_that_writes_to_a_disk_is_seen_to_wait_for_it() {
    agrees("file", 1, Phase::File);
}

#[test]
fn a_thread_that_runs_a_program_is_seen_to_wait_for_it() {
    agrees("process", 1, Phase::Subprocess);
}

#[test]
fn threads_that_compute_together_are_seen_to_wait_for_the_gil() {
    agrees("gil", 2, Phase::Gil);
    agrees("gil", 4, Phase::Gil);
}

#[test]
fn a_thread_that_naps_beside_one_that_computes_is_seen_to_wait_for_the_gil() {
    agrees("convoy", 1, Phase::Gil);
}
