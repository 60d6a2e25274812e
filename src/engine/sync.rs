//! The types with which threads wait for each other and see each other's numbers.
//!
//! [`gil`](super::gil), [`ring`](super::ring) and [`gate`](super::gate) take theirs from here, so that
//! `tests/models.rs` can compile the same files with types that try out interleavings.

pub use std::sync::{
    Condvar, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

/// Locks a mutex, even if a thread panicked while it held it. That is safe because the engine sets the guarded values
/// in one step, so a panic leaves nothing half done.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
