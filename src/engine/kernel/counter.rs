//! The additions of `counter`.

use std::{hint::black_box, sync::atomic::Ordering::Relaxed};

use super::cpu;
use crate::{
    catalog::workload::{LOCK, SHARE},
    engine::{
        error::Unfinished,
        worker::{Assignment, Worker},
    },
};

/// Adds one this many times to the number of the run: the one in shared memory, or the one of this process.
///
/// Under the emulated lock, a worker hands it over only between two additions. That is where CPython does so from 3.10
/// on: at the backward jump of a loop. Before 3.10, CPython could do so between any two bytecodes, also in the middle
/// of `counter.value += 1`.
///
/// # Errors
/// If the run is cancelled.
pub fn add(worker: &mut Worker, assignment: &Assignment, additions: u64) -> Result<(), Unfinished> {
    let Assignment { arena, plan, .. } = assignment;
    let counter = arena.counter(plan.size.is_on(&SHARE));
    let last = if plan.size.is_on(&LOCK) {
        repeat(worker, additions, |i| {
            counter.replace_locked(|number| next(number, i))
        })
    } else {
        repeat(worker, additions, |i| {
            counter.replace(|number| next(number, i))
        })
    }?;
    worker.saw(last);
    Ok(())
}

/// One more than this number. In between, it computes a step of the loop of `cpu`, so that an addition takes about as long
/// as in an interpreter. Otherwise the first worker would have made all its additions before the others have woken up.
fn next(number: u64, i: u64) -> u64 {
    black_box(cpu::steps(black_box(0.0), i, i + 1));
    number + 1
}

/// Returns the result of the last addition.
fn repeat(
    worker: &mut Worker,
    additions: u64,
    add: impl Fn(u64) -> u64,
) -> Result<u64, Unfinished> {
    let mut sum = 0;
    worker.in_strides(additions, |from, to, request| {
        for i in from..to {
            sum = add(i);
            if request.is_some_and(|request| request.load(Relaxed)) {
                return i + 1;
            }
        }
        to
    })?;
    Ok(sum)
}
