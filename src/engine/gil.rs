//! The interpreter lock, emulated after CPython's `Python/ceval_gil.c` (3.8–3.13 with the lock).
//!
//! The protocol:
//!
//! 1. The lock is a flag, guarded by a mutex. A thread that finds it taken waits on a condition variable for the
//!    *switch interval* (5 ms).
//! 2. If the interval passes without a switch to another thread, the waiter sets the *drop request*.
//! 3. The holder checks the drop request in every iteration of its work (CPython: at each backward jump and call). If
//!    it is set, the holder drops the lock and takes it again.
//! 4. *Forced switching*: a thread that drops the lock on request waits until another thread has taken it. Without
//!    this, the dropper often takes it right back, and a thread that waits for I/O starves (the "convoy", 2.6 s instead
//!    of 6 ms).
//! 5. Around everything that may block (connect, read, open, write, close) the lock is released and taken again.
//!
//! Known differences from CPython:
//!
//! - The mutex and condition variable are Rust's (a futex, which spins briefly before it sleeps) instead of pthread's.
//! - There is one interpreter, so no `eval_breaker` is shared with signals, pending calls or the garbage collector.
//! - A waiter whose run is cancelled still waits for its turn, which comes when the holder next checks.
//! - The work between two checks is one iteration of the kernel, not a bytecode loop.
//!
//! As in CPython, a thread that releases the lock on request before it blocks first waits until another thread has it.
//! That wait is booked as what the thread blocks for. Before 3.12 the drop request belongs to the interpreter, since
//! then to the thread. With one interpreter that makes no difference here.
//!
//! What a switch of the lock costs in voluntary context switches was counted beside CPython, on two busy cores. Each
//! figure comes from three interleaved runs. CPython's own switches were counted in the loop, by comparing the current
//! thread with the previous one.
//!
//! | threads | this lock | the same on pthread's mutex and condition | CPython 3.11 | CPython 3.13 |
//! | --- | --- | --- | --- | --- |
//! | 2 | 3.3–3.5 | 3.0–3.4 | 3.0–3.4 | 3.2–3.4 |
//! | 4 | 5.8–6.8 | 5.9–6.4 | 6.0–6.3 | 5.0–5.1 |
//! | 8 | 9.5–12.4 | 8.6–9.7 | 11.0–12.7 | 9.6–12.5 |
//!
//! The protocol needs three with two threads: the waiter blocks twice (until the interval is over, and until the lock
//! is dropped), and the dropper once. With more threads, the others also block once per interval. So the spinning does
//! not show, and pthread's mutex would not be closer to CPython. What differs by a factor of two is the number *per
//! run*, because it follows how often the lock changes hands, which depends on how long the run takes and on what else
//! uses the cores. Compare the number per switch of the lock.
//!
//! `pconc-tui fidelity` compares the lock with CPython on any machine. On two cores, medians of five rounds, emulated /
//! CPython:
//!
//! | | CPython 3.11.7 | CPython 3.13.0 |
//! | --- | --- | --- |
//! | `cpu`, 2 threads over 1 | 1.03 / 1.04 | 1.02 / 1.02 |
//! | `cpu`, 4 threads over 1 | 1.02 / 1.04 | 1.03 / 1.00 |
//! | `cpu`, 8 threads over 1 | 1.02 / 1.08 | 1.02 / 1.01 |
//! | sleep(1 ms) beside 1 computing thread | 6.17 / 6.17 ms | 6.16 / 6.14 ms |
//!
//! With 3.12.1 the medians were within 10 % too, but not the intervals, because other programs used the cores
//! meanwhile. With eight threads on `io` CPython takes longer (0.28 and 0.32 of one thread's time, 0.19 here). The most
//! likely reason is its own work for a page, which it does under the lock. Beside two and four computing threads the
//! sleeper's latency is a small multiple of the switch interval under both locks. Medians of the *same* lock differ by
//! up to three times from round to round, so neither agreement nor difference is claimed.

use std::time::Duration;

use super::sync::{AtomicBool, Condvar, Mutex, Ordering::Relaxed, PoisonError, lock};

/// The emulated lock of one run.
#[derive(Debug)]
pub struct Gil {
    interval: Duration,
    state: Mutex<LockState>,
    /// Signalled when the lock is dropped (`gil->cond`).
    dropped: Condvar,
    /// The worker that took the lock last, for forced switching (`gil->switch_mutex`). It has its own mutex, as in
    /// CPython, because the thread that drops the lock must be able to wait while other threads use the state.
    last_holder: Mutex<Option<u32>>,
    /// Signalled when the lock is taken (`gil->switch_cond`).
    switched: Condvar,
    /// Whether a waiting worker asks the holder to drop the lock. The kernel checks it in every iteration.
    pub drop_request: AtomicBool,
}

#[derive(Debug, Default)]
struct LockState {
    holder: Option<u32>,
    switches: u64,
}

impl Gil {
    /// A free lock with this switch interval.
    pub fn new(interval: Duration) -> Gil {
        Gil {
            interval,
            state: Mutex::default(),
            dropped: Condvar::new(),
            last_holder: Mutex::default(),
            switched: Condvar::new(),
            drop_request: AtomicBool::new(false),
        }
    }

    /// Takes the lock for `worker`. If it is taken, calls `must_wait` once before waiting (`take_gil`).
    pub fn take(&self, worker: u32, must_wait: impl FnOnce()) {
        let mut state = lock(&self.state);
        if state.holder.is_some() {
            must_wait();
        }
        while state.holder.is_some() {
            let seen = state.switches;
            let (woken, waited) = self
                .dropped
                .wait_timeout(state, self.interval)
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if waited.timed_out() && state.holder.is_some() && state.switches == seen {
                self.drop_request.store(true, Relaxed);
            }
        }
        let mut last = lock(&self.last_holder);
        state.holder = Some(worker);
        if *last != Some(worker) {
            *last = Some(worker);
            state.switches += 1;
        }
        self.switched.notify_one();
        drop(last);
        // Any request was meant for the previous holder.
        self.drop_request.store(false, Relaxed);
    }

    /// Drops the lock that `worker` holds (`drop_gil`). On a drop request it returns only after another worker has
    /// taken the lock.
    pub fn release(&self, worker: u32) {
        let mut state = lock(&self.state);
        debug_assert_eq!(state.holder, Some(worker), "only the holder releases");
        state.holder = None;
        self.dropped.notify_one();
        drop(state);
        if self.drop_request.load(Relaxed) {
            let last = lock(&self.last_holder);
            if *last == Some(worker) {
                self.drop_request.store(false, Relaxed);
                // One wait without a loop, as in CPython: a spurious wake-up costs one unforced switch.
                drop(
                    self.switched
                        .wait(last)
                        .unwrap_or_else(PoisonError::into_inner),
                );
            }
        }
    }

    /// Drops the lock if `worker` holds it. For a worker that exits in the middle of its work.
    pub fn abandon(&self, worker: u32) {
        let mut state = lock(&self.state);
        if state.holder == Some(worker) {
            state.holder = None;
            self.dropped.notify_one();
        }
    }

    /// How often the lock went from one worker to another.
    pub fn switches(&self) -> u64 {
        lock(&self.state).switches
    }
}
