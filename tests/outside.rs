//! The states of real threads of Python, as seen from outside, against what the threads measure themselves.
//!
//! Everything is tried with the oldest and the newest interpreter of this machine, and what is different in each of them with
//! all others, too: where an interpreter keeps its lock.

#[path = "executors/interpreters.rs"]
#[expect(dead_code, reason = "the default interpreter is among all")]
mod interpreters;
#[path = "support/threads.rs"]
mod threads;

use std::sync::{Mutex, MutexGuard, PoisonError, atomic::Ordering::Relaxed};

use pconc_tui::{
    domain::{
        phase::Phase,
        python::{GilState, Interpreter},
        time::Nanos,
        trace::{LaneUpdate, Transition},
    },
    engine::outside::{Outside, states::LaneStates},
};
use threads::Program;

const SCRIPT: &str = include_str!("outside/truth.py");
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

/// What the program says was true, by lane. It is merged with what was seen.
fn truths(program: &Program, outside: &mut Outside) -> Vec<Truth> {
    program.say_go();
    let said = program.line(threads::HANG);
    let said = said.expect("the program says what was true");
    let mut said: Vec<Said> = serde_json::from_str(&said).expect("they are numbers");
    let arena = &program.arena;
    let lanes = (0..arena.workers()).map(|worker| arena.lane(worker).tid.load(Relaxed));
    let tids: Vec<u32> = lanes.collect();
    said.sort_by_key(|(tid, ..)| tids.iter().position(|known| known == tid));
    let t0 = arena.t0();
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
    outside.merge(&mut updates, true);
    let of = |(_, _, _, computed, waited): Said| Truth { computed, waited };
    said.into_iter().map(of).collect()
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

/// What threads of this interpreter that do `what` say, and what is seen of them; nothing if the system does not allow it.
fn watched(
    python: &Interpreter,
    what: &str,
    count: u32,
    may_record: bool,
) -> Vec<(Truth, LaneStates)> {
    let program = Program::start(&python.path, SCRIPT, what, count);
    match program.watched(&threads::plan(python, count), may_record) {
        Ok(mut outside) => {
            let truths = truths(&program, &mut outside);
            truths.into_iter().zip(outside.states.clone()).collect()
        }
        Err(refused) => {
            println!("skipped: this system does not let a program watch threads: {refused}");
            vec![]
        }
    }
}

/// The oldest and the newest interpreter that have a lock if it is asked for.
fn oldest_and_newest(phase: Phase) -> Vec<&'static Interpreter> {
    let has_lock = |python: &&Interpreter| phase != Phase::Gil || python.gil == GilState::On;
    let mut all: Vec<_> = interpreters::all().iter().filter(has_lock).collect();
    let last = all.pop();
    all.truncate(1);
    all.extend(last);
    all
}

/// Checks that threads that do `what` are seen in `phase` for as long as they say, and computing for as long.
fn agrees(what: &str, count: u32, phase: Phase) {
    let _alone = alone();
    for python in oldest_and_newest(phase) {
        for (truth, seen) in watched(python, what, count, true) {
            let of = format!("{what} of {}: {:?}", python.label(), seen.times);
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

/// The same where the kernel refuses its records, with the newest interpreter. How long a thread computed is known just as
/// well. Waits are told by samples: most of them are found, and hardly any is taken for something else.
fn agrees_by_samples(what: &str, count: u32, phase: Phase) {
    let _alone = alone();
    let Some(python) = oldest_and_newest(phase).pop() else {
        return;
    };
    for (truth, seen) in watched(python, what, count, false) {
        let of = format!("{what} of {}: {:?}", python.label(), seen.times);
        close(
            seen.times[Phase::Computing],
            truth.computed,
            truth.computed / 10,
            &of,
        );
        if phase != Phase::Computing {
            let blurred = seen.times[Phase::Ready] + truth.waited / 10;
            close(seen.times[phase], truth.waited, blurred, &of);
            let blocked = LaneStates::blocked(&[seen]);
            assert!(
                blocked.samples.is_some_and(|samples| samples > 20),
                "{blocked:?}"
            );
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
fn every_interpreter_keeps_its_lock_where_it_is_looked_for() {
    let _alone = alone();
    for python in interpreters::all() {
        for (_, seen) in watched(python, "turns", 2, true) {
            let of = format!("{}: {:?}", python.label(), seen.times);
            let waits = [Phase::Gil, Phase::Lock].map(|phase| seen.times[phase]);
            match python.gil {
                GilState::On => assert!(waits[0] > 10 * waits[1], "{of}"),
                GilState::Off => assert_eq!(waits[0], 0, "{of}"),
            }
        }
    }
}

#[test]
fn where_records_are_refused_samples_tell_computing_from_each_kind_of_wait() {
    agrees_by_samples("computing", 1, Phase::Computing);
    agrees_by_samples("sleep", 1, Phase::Sleep);
    agrees_by_samples("network", 1, Phase::Network);
    agrees_by_samples("lock", 1, Phase::Lock);
    agrees_by_samples("process", 1, Phase::Subprocess);
    agrees_by_samples("gil", 2, Phase::Gil);
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
