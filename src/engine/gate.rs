//! The gate at which the workers of a run wait until all have arrived.

use super::sync::{
    AtomicU32,
    Ordering::{AcqRel, Release},
};

/// Publishes the state of a worker that arrives, and counts it. Returns whether it is the last one of `workers`, which
/// has to ring for the supervisor.
pub fn arrive(state: &AtomicU32, is_here: u32, arrived: &AtomicU32, workers: u32) -> bool {
    // Release: a supervisor that sees the state sees what the worker has written before.
    state.store(is_here, Release);
    // AcqRel: the last one has seen the states of all others, and so has the supervisor for which it rings.
    arrived.fetch_add(1, AcqRel) + 1 == workers
}
