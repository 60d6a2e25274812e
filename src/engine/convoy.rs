//! The convoy effect: how long a thread takes that sleeps for a millisecond and then needs the interpreter lock again,
//! beside threads that compute. Without the forced switching of the lock's protocol it would take seconds.

use std::{
    sync::atomic::{
        AtomicBool, AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    thread::{self, Builder},
    time::Duration,
};

use super::{
    clock,
    gil::Gil,
    kernel::cpu::steps_until_asked,
    python::{
        ask::{AskError, ask},
        not_started,
        order::SCRIPT,
    },
    run::RunContext,
};
use crate::{
    domain::{python::Interpreter, time::Nanos},
    engine::EngineError,
};

/// The time for which the thread sleeps: CPython's `time.sleep(0.001)`.
pub const NAP: Duration = Duration::from_millis(1);
/// The time limit of one measurement of a real lock: hundreds of latencies of several switch intervals.
const LIMIT: Duration = Duration::from_secs(60);
/// The maximum number of latencies of one such measurement.
const SAMPLES_MAX: u32 = 1_000;
/// The number of steps that a thread computes before it checks whether to stop.
const STRIDE: u64 = 4096;
/// The number of the sleeping thread; the computing threads have the following numbers.
const SLEEPER: u32 = 0;
const REFUSED: &str = "the system refused a thread";

/// Measures this many latencies of the sleeping thread beside this many computing threads, under the emulated lock. A
/// latency lasts from just before the sleeping thread releases the lock until it has it again, in nanoseconds. They are
/// in the order of measurement.
///
/// # Errors
/// If the system refuses a thread; the message is one sentence.
pub fn emulated(
    computing: u32,
    samples: u32,
    switch_interval: Duration,
) -> Result<Vec<Nanos>, EngineError> {
    let gil = Gil::new(switch_interval);
    let (begun, over) = (AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for number in 1..=computing {
            let (gil, begun, over) = (&gil, &begun, &over);
            let builder = Builder::new().name("convoy".into());
            let spawned = builder.spawn_scoped(scope, move || {
                begun.fetch_add(1, Release);
                compute(gil, number, over);
            });
            if let Err(error) = spawned {
                over.store(true, Relaxed);
                return Err(EngineError::system(REFUSED)(error));
            }
        }
        while begun.load(Acquire) < computing {
            thread::yield_now();
        }
        // The sleeping thread must not be the calling one, which may have short time slices that the computing threads
        // do not have.
        let sleeper = Builder::new().spawn_scoped(scope, || naps(&gil, samples));
        let latencies = sleeper.map(|sleeper| sleeper.join().expect("a nap does not panic"));
        over.store(true, Relaxed);
        latencies.map_err(EngineError::system(REFUSED))
    })
}

/// Computes under the lock until `over` is set, and releases the lock on request.
fn compute(gil: &Gil, number: u32, over: &AtomicBool) {
    gil.take(number, || {});
    let (mut foo, mut i) = (0.0, 0);
    while !over.load(Relaxed) {
        (foo, i) = steps_until_asked(foo, i, i + STRIDE, &gil.drop_request);
        if gil.drop_request.load(Relaxed) {
            gil.release(number);
            gil.take(number, || {});
        }
    }
    gil.release(number);
}

fn naps(gil: &Gil, samples: u32) -> Vec<Nanos> {
    gil.take(SLEEPER, || {});
    let nap = |_| {
        let start = clock::now();
        gil.release(SLEEPER);
        thread::sleep(NAP);
        gil.take(SLEEPER, || {});
        clock::now() - start
    };
    let latencies = (0..samples).map(nap).collect();
    gil.release(SLEEPER);
    latencies
}

/// The same measurement under a real lock, made by this interpreter. No run can happen meanwhile.
///
/// # Errors
/// If the interpreter did not measure it; the message is one sentence.
pub fn real(
    context: &RunContext,
    interpreter: &Interpreter,
    computing: u32,
    samples: u32,
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<Nanos>, EngineError> {
    let python = format!("Python {}", interpreter.version_name());
    let none = |why: String| EngineError::new(format!("{python} {why}"));
    let numbers = [computing.to_string(), samples.min(SAMPLES_MAX).to_string()];
    let script = format!("{SCRIPT}\nconvoy()");
    let answer = context.scratch.answer();
    let answer = answer.to_string_lossy();
    let arguments = ["-c", &script, &numbers[0], &numbers[1], &answer];
    let path = &interpreter.path;
    let place = (None, crate::engine::zygote::Environment::Own);
    match ask(context, path, &arguments, place, LIMIT, cancelled) {
        Ok(answer) => answer
            .answered()
            .ok_or_else(|| none(format!("measured no convoy: it {}", answer.end))),
        Err(AskError::Cancelled) => Err(EngineError::new("stopped")),
        Err(AskError::NotStarted(why)) => Err(not_started(&python, &why)),
        Err(AskError::TimedOut(_)) => {
            let limit = LIMIT.as_secs();
            Err(none(format!("did not measure the convoy in {limit} s")))
        }
        Err(AskError::Broken(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_latency_lasts_at_least_a_nap_however_many_threads_compute() {
        for computing in [0, 1, 3] {
            let latencies = emulated(computing, 7, Duration::from_millis(1)).unwrap();
            assert_eq!(latencies.len(), 7);
            assert!(
                latencies
                    .iter()
                    .all(|latency| *latency >= NAP.as_nanos() as Nanos),
                "{latencies:?}"
            );
        }
    }
}
