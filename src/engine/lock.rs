//! Locks that a panic does not close for ever.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex. Who panicked while holding it left nothing half done: what the engine guards so is set in one step.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
