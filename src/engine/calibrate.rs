//! Measures how fast this machine computes.

use super::{clock, kernel::cpu::steps};
use crate::domain::{
    speed::{RateRange, Speed},
    time::{Nanos, seconds},
};

/// The steps at which the speed is measured; each speed applies up to the next one. From about 10^8 on, which is step
/// 2^25, glibc reduces the argument of a cosine in a different, slower way. Other libraries have different limits.
const FROM: [u64; 5] = [0, 1 << 20, 1 << 25, 1 << 30, 1 << 40];
/// CPU time of one measurement, in nanoseconds.
const CHUNK: Nanos = 15_000_000;
/// The number of measurements at each step. The fastest counts, because disturbances only slow a core down.
const TRIES: u32 = 3;

/// The speed of an idle core. CPU time is measured, so other programs that compute meanwhile hardly matter. Takes about
/// 0.25 s.
pub fn speed() -> Speed {
    let rate = |from| {
        (0..TRIES)
            .map(|_| rate_from(from))
            .fold(f64::MIN_POSITIVE, f64::max)
    };
    Speed::new(
        FROM.into_iter()
            .map(|from| RateRange {
                from,
                rate: rate(from),
            })
            .collect(),
    )
}

fn rate_from(from: u64) -> f64 {
    const STRIDE: u64 = 5_000;
    let start = clock::thread_cpu();
    let mut next = from;
    loop {
        steps(0.0, next, next + STRIDE);
        next += STRIDE;
        let spent = clock::thread_cpu() - start;
        if spent >= CHUNK {
            return (next - from) as f64 / seconds(spent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_takes_about_as_long_as_the_speed_says() {
        let iterations = speed().iterations_in(0.05);
        let start = clock::thread_cpu();
        steps(0.0, 0, iterations);
        let ratio = seconds(clock::thread_cpu() - start) / 0.05;
        // CPU time on a shared core depends on the load of the neighbouring core, but hardly varies by more than this.
        assert!(
            (0.2..5.0).contains(&ratio),
            "{iterations} steps took {ratio} of what was asked for"
        );
    }
}
