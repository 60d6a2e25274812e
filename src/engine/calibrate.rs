//! How fast this machine computes.

use super::clock;
use super::kernel::cpu::steps;
use crate::domain::time::{Nanos, seconds};

/// CPU time of one measurement.
const PIECE: Nanos = 30_000_000;
/// How many are made; the fastest counts, as nothing makes a core faster than it is.
const PIECES: u32 = 5;

/// Steps of the `cpu` kernel per second on an idle core, by CPU time: whoever else computes now does not matter.
#[must_use]
pub fn rate() -> f64 {
    (0..PIECES).map(|_| rate_of_a_piece()).fold(0.0, f64::max)
}

fn rate_of_a_piece() -> f64 {
    const STRIDE: u64 = 20_000;
    let start = clock::thread_cpu();
    let mut done = 0;
    loop {
        steps(0.0, done, done + STRIDE);
        done += STRIDE;
        let spent = clock::thread_cpu() - start;
        if spent >= PIECE {
            return done as f64 / seconds(spent);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_rate_is_a_positive_number_of_steps() {
        let rate = super::rate();
        assert!(rate > 1e4 && rate < 1e12, "{rate} steps a second");
    }
}
