//! The number to which the workers of a `counter` run add, and its lock.
//!
//! Each process has one in ordinary memory, and all processes share one in the arena's map. Forked workers inherit the
//! first from the zygote, which never adds: they have a copy of their own as soon as they write to it, and the program
//! never sees their additions. That is what the workload shows.

use std::{
    cell::UnsafeCell,
    mem::MaybeUninit,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// A number and its lock.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct Counter {
    /// The number. Any worker adds to it.
    pub number: AtomicU64,
    lock: UnsafeCell<libc::pthread_mutex_t>,
}

// SAFETY: the number is atomic, and the lock is only used by functions of pthread, which any thread may call.
unsafe impl Send for Counter {}
// SAFETY: as above.
unsafe impl Sync for Counter {}

impl Default for Counter {
    /// The number 0 with a lock for the threads of one process.
    fn default() -> Counter {
        Counter {
            number: AtomicU64::new(0),
            lock: UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER),
        }
    }
}

impl Counter {
    /// Sets the number to 0 and makes a new lock, which works across processes and outlives a holder that was killed.
    ///
    /// No worker may exist that uses it.
    pub fn reset(&self) {
        self.number.store(0, Relaxed);
        let mut kind = MaybeUninit::uninit();
        let kind = kind.as_mut_ptr();
        // SAFETY: the attributes are initialised before they are used, and by the rule above the lock is not in use.
        // On Linux, none of these calls can fail with these values.
        unsafe {
            libc::pthread_mutexattr_init(kind);
            libc::pthread_mutexattr_setpshared(kind, libc::PTHREAD_PROCESS_SHARED);
            libc::pthread_mutexattr_setrobust(kind, libc::PTHREAD_MUTEX_ROBUST);
            libc::pthread_mutex_init(self.lock.get(), kind);
            libc::pthread_mutexattr_destroy(kind);
        }
    }

    /// Replaces the number by the next one without a lock, and returns it.
    ///
    /// Two single accesses, and deliberately not `fetch_add`: what another worker writes between them is lost. As both
    /// are atomic, this is a race with a defined result: every value is one that some worker wrote.
    #[inline]
    pub fn replace(&self, next: impl FnOnce(u64) -> u64) -> u64 {
        let next = next(self.number.load(Relaxed));
        self.number.store(next, Relaxed);
        next
    }

    /// The same under the lock.
    #[inline]
    pub fn replace_locked(&self, next: impl FnOnce(u64) -> u64) -> u64 {
        // SAFETY: the lock was initialised by `default` or `reset` and is never moved while workers exist. It is held from
        // the first call to the last. If a process was killed while it held the lock, the number is still valid.
        unsafe {
            let lock = self.lock.get();
            if libc::pthread_mutex_lock(lock) == libc::EOWNERDEAD {
                libc::pthread_mutex_consistent(lock);
            }
            let next = self.replace(next);
            libc::pthread_mutex_unlock(lock);
            next
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(number: u64) -> u64 {
        number + 1
    }

    fn added_by_four(add: fn(&Counter) -> u64) -> u64 {
        let counter = Counter::default();
        counter.reset();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    (0..20_000).for_each(|_| {
                        add(&counter);
                    })
                });
            }
        });
        counter.number.load(Relaxed)
    }

    #[test]
    fn under_the_lock_no_addition_is_lost_and_without_it_none_is_made_up() {
        assert_eq!(added_by_four(|it| it.replace_locked(next)), 80_000);
        let found = added_by_four(|it| it.replace(next));
        assert!((1..=80_000).contains(&found), "{found}");
    }

    #[test]
    fn a_lock_whose_holder_is_gone_can_be_taken() {
        let counter = &Counter::default();
        counter.reset();
        std::thread::scope(|scope| {
            // SAFETY: the lock was reset. The thread ends without releasing it, as a killed process does.
            scope.spawn(move || unsafe { libc::pthread_mutex_lock(counter.lock.get()) });
        });
        assert_eq!(counter.replace_locked(next), 1);
        assert_eq!(counter.replace_locked(next), 2);
    }
}
