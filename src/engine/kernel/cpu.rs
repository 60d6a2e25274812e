//! The article's `compute_intensive`: `foo = 0; for i in range(n): foo += foo * cos(i * pi)`, in f64.
//!
//! `foo` is 0 from the first step on, so its value proves nothing. It is hidden from the optimiser before and after, so
//! that every product and cosine has to be computed: the value could be NaN, which would have to propagate.

use std::{
    f64::consts::PI,
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use crate::engine::{error::Unfinished, worker::Worker};

/// Executes this many iterations.
///
/// # Errors
/// If the run is cancelled.
pub fn execute(worker: &mut Worker, iterations: u64) -> Result<(), Unfinished> {
    let mut foo = black_box(0.0);
    worker.in_strides(iterations, |from, to, request| {
        let next;
        (foo, next) = match request {
            Some(request) => steps_until_asked(foo, from, to, request),
            None => (steps(foo, from, to), to),
        };
        next
    })?;
    black_box(foo);
    Ok(())
}

/// The loop without a lock.
pub fn steps(mut foo: f64, from: u64, to: u64) -> f64 {
    for i in from..to {
        foo = step(foo, i);
    }
    black_box(foo)
}

/// The loop under the lock, which checks the drop request in every iteration. Returns the sum and the next step.
pub fn steps_until_asked(mut foo: f64, from: u64, to: u64, request: &AtomicBool) -> (f64, u64) {
    let mut i = from;
    while i < to {
        foo = step(foo, i);
        i += 1;
        if request.load(Relaxed) {
            break;
        }
    }
    (black_box(foo), i)
}

#[inline(always)]
fn step(foo: f64, i: u64) -> f64 {
    foo + foo * (i as f64 * PI).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_the_articles_formula() {
        // Calculated by hand for foo = 1: cos(0) = 1 doubles it, and cos(pi) = -1 cancels it.
        assert_eq!(steps(1.0, 0, 1), 2.0);
        assert_eq!(steps(1.0, 0, 2), 0.0);
        assert_eq!(steps(0.0, 0, 100), 0.0);
        assert!(
            steps(f64::NAN, 0, 100).is_nan(),
            "the products are really computed"
        );
    }

    #[test]
    fn under_the_lock_the_loop_does_the_same_and_stops_when_asked() {
        let (quiet, asked) = (AtomicBool::new(false), AtomicBool::new(true));
        assert_eq!(
            steps_until_asked(1.0, 2, 50, &quiet),
            (steps(1.0, 2, 50), 50)
        );
        assert_eq!(steps_until_asked(1.0, 2, 50, &asked), (steps(1.0, 2, 3), 3));
    }
}
