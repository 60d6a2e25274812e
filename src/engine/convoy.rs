//! The convoy: how long a thread that sleeps for 1 ms is away when others compute under the same interpreter lock.
//!
//! After its sleep it needs the lock again, and the holder gives it up only when the switch interval is over. Measured twice:
//! under [`Gil`], and in CPython by `convoy` in `assets/worker.py`.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::clock;
use super::gil::Gil;
use super::kernel::cpu;
use super::python::{self, AskError, order};
use super::scratch::Scratch;
use super::zygote::Zygote;
use crate::domain::plan::DEFAULT_SWITCH_INTERVAL_US;
use crate::domain::text;
use crate::domain::time::seconds;

/// How long the sleeper sleeps.
const SLEEP: Duration = Duration::from_millis(1);
/// How many steps lie between two looks at whether it is over: about 10 µs.
const LOOK: u64 = 1024;
/// How long CPython may take, many times what it needs.
const LIMIT: Duration = Duration::from_secs(120);
/// What stands before CPython's answer.
const MARK: &str = "pconc-tui:";

/// Latencies of so many sleeps beside so many threads that compute under the emulated lock, in seconds. Fewer if `cancelled`
/// says so.
///
/// # Errors
/// When the system refuses a thread, in one sentence.
pub fn emulated(beside: u32, samples: u32, cancelled: &dyn Fn() -> bool) -> Result<Vec<f64>, String> {
    let gil = Gil::new(Duration::from_micros(DEFAULT_SWITCH_INTERVAL_US));
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let computing = (1..=beside).map(|worker| {
            let (gil, over) = (&gil, &over);
            std::thread::Builder::new().spawn_scoped(scope, move || compute(gil, worker, over))
        });
        let refused = computing.filter_map(Result::err).next();
        let latencies = match refused {
            Some(error) => Err(format!("cannot start the threads of the convoy: {}", text::plain(&error))),
            None => Ok(sleep_often(&gil, samples, cancelled)),
        };
        over.store(true, Relaxed);
        latencies
    })
}

/// The thread that sleeps, as worker 0.
fn sleep_often(gil: &Gil, samples: u32, cancelled: &dyn Fn() -> bool) -> Vec<f64> {
    gil.take(0, || {});
    let latencies = (0..samples).take_while(|_| !cancelled()).map(|_| {
        let begun = clock::now();
        gil.release(0);
        std::thread::sleep(SLEEP);
        gil.take(0, || {});
        seconds(clock::now() - begun)
    });
    let latencies = latencies.collect();
    gil.release(0);
    latencies
}

/// The `cpu` workload without end, giving the lock up when asked.
fn compute(gil: &Gil, worker: u32, over: &AtomicBool) {
    gil.take(worker, || {});
    let (mut foo, mut at) = (0.0, 0);
    while !over.load(Relaxed) {
        (foo, at) = cpu::steps_until_asked(foo, at, at + LOOK, gil.drop_request());
        if gil.drop_request().load(Relaxed) {
            gil.release(worker);
            gil.take(worker, || {});
        }
    }
    // The last one has nobody to hand the lock to, and must not wait for anybody.
    gil.abandon(worker);
}

/// The same in CPython.
///
/// # Errors
/// What kept it from answering, in one sentence.
pub fn real(
    zygote: &mut Zygote,
    scratch: &Scratch,
    interpreter: &str,
    (beside, samples): (u32, u32),
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<f64>, String> {
    let (script, beside, samples) = (order::CONVOY, beside.to_string(), samples.to_string());
    let arguments = ["-c", script, &beside, &samples];
    match python::ask(zygote, scratch, interpreter, &arguments, None, LIMIT, cancelled) {
        Ok(answer) => latencies(&String::from_utf8_lossy(&answer.output))
            .ok_or_else(|| format!("the convoy in CPython did not answer: it {}", answer.cause)),
        Err(AskError::Cancelled) => Ok(vec![]),
        Err(AskError::NotStarted(why)) => Err(format!("the convoy in CPython was not started: {why}")),
        Err(AskError::TimedOut(_)) => {
            Err(format!("the convoy in CPython did not end within {} s", LIMIT.as_secs()))
        }
        Err(AskError::Broken(sentence)) => Err(sentence),
    }
}

/// What CPython printed, as seconds.
fn latencies(printed: &str) -> Option<Vec<f64>> {
    let line = printed.lines().find_map(|line| line.strip_prefix(MARK))?;
    let nanos: Vec<u64> = serde_json::from_str(line).ok()?;
    Some(nanos.into_iter().map(seconds).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sleep_beside_computing_threads_takes_its_time_at_least_and_none_is_lost() {
        for beside in [0, 1, 3] {
            let latencies = emulated(beside, 5, &|| false).unwrap();
            assert_eq!(latencies.len(), 5);
            assert!(latencies.iter().all(|latency| *latency >= SLEEP.as_secs_f64()), "{latencies:?}");
        }
    }

    #[test]
    fn who_does_not_want_to_wait_gets_what_there_is() {
        assert_eq!(emulated(2, 1_000_000, &|| true), Ok(vec![]));
    }

    #[test]
    fn what_an_interpreter_prints_besides_is_no_answer() {
        assert_eq!(latencies("warning\npconc-tui:[1500000, 6000000]\n"), Some(vec![0.0015, 0.006]));
        assert_eq!(latencies("pconc-tui:[-1]"), None);
        assert_eq!(latencies("Traceback"), None);
    }
}
