//! The emulated lock under many schedules.

#[path = "../../src/engine/gil.rs"]
mod gil;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use gil::Gil;
use shuttle::thread;

/// What `engine::sync` has, from shuttle.
mod sync {
    pub use std::sync::PoisonError;
    use std::{
        sync::{Arc, LockResult},
        time::Duration,
    };

    pub use shuttle::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    };
    use shuttle::{sync, thread};

    pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A condition variable for which time passes at any speed: shuttle's own never stops waiting.
    #[derive(Debug)]
    pub struct Condvar(Arc<sync::Condvar>);

    pub struct WaitTimeoutResult(bool);

    impl WaitTimeoutResult {
        pub fn timed_out(&self) -> bool {
            self.0
        }
    }

    impl Condvar {
        pub fn new() -> Condvar {
            Condvar(Arc::new(sync::Condvar::new()))
        }

        pub fn notify_one(&self) {
            self.0.notify_one();
        }

        pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
            self.0.wait(guard)
        }

        /// Waits until somebody notifies it, or until an alarm goes off at any moment. If it goes off before the wait
        /// begins, it is as if the time limit were very long.
        pub fn wait_timeout<'a, T>(
            &self,
            guard: MutexGuard<'a, T>,
            _limit: Duration,
        ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
            let (condition, is_over) = (self.0.clone(), Arc::new(AtomicBool::new(false)));
            let alarm = is_over.clone();
            thread::spawn(move || {
                thread::yield_now();
                alarm.store(true, Ordering::SeqCst);
                condition.notify_all();
            });
            let guard = self.0.wait(guard).unwrap_or_else(PoisonError::into_inner);
            Ok((guard, WaitTimeoutResult(is_over.load(Ordering::SeqCst))))
        }
    }
}

const WORKERS: u32 = 3;
const TURNS: u32 = 2;

/// Workers that take the lock in turns. They pass it on when it is requested, or because they have something to wait
/// for.
fn turns() {
    let gil = Arc::new(Gil::new(Duration::from_millis(5)));
    let inside = Arc::new(AtomicU32::new(0));
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let (gil, inside) = (gil.clone(), inside.clone());
            thread::spawn(move || {
                for _ in 0..TURNS {
                    gil.take(worker, || {});
                    assert_eq!(inside.fetch_add(1, Relaxed), 0, "two hold the lock");
                    for _ in 0..3 {
                        if gil.drop_request.load(Relaxed) {
                            break;
                        }
                        thread::yield_now();
                    }
                    inside.fetch_sub(1, Relaxed);
                    gil.release(worker);
                }
                // A worker that ends holds nothing.
                gil.abandon(worker);
            })
        })
        .collect();
    for worker in workers {
        worker.join().expect("a worker does not panic");
    }
    gil.take(0, || panic!("somebody still holds the lock"));
    let switches = gil.switches();
    let most = u64::from(WORKERS * TURNS) + 1;
    assert!(
        (u64::from(WORKERS)..=most).contains(&switches),
        "{switches}"
    );
}

#[test]
fn the_lock_has_one_holder_at_a_time_and_no_wake_up_is_lost() {
    // It fails if all threads wait for each other. A scheduler with priorities would let the alarms go off for ever.
    shuttle::check_random(turns, 1_000);
}

#[test]
fn a_lost_wake_up_would_be_found() {
    let turns = || {
        let pair = Arc::new((sync::Mutex::new(false), sync::Condvar::new()));
        let waiter = {
            let pair = pair.clone();
            thread::spawn(move || {
                // The check and the wait are apart, so that the notification can come between them.
                let is_set = *sync::lock(&pair.0);
                if !is_set {
                    drop(pair.1.wait(sync::lock(&pair.0)));
                }
            })
        };
        *sync::lock(&pair.0) = true;
        pair.1.notify_one();
        waiter.join().expect("the waiter does not panic");
    };
    let found = std::panic::catch_unwind(|| shuttle::check_random(turns, 200));
    assert!(found.is_err(), "the schedules are too few to find anything");
}
