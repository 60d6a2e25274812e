//! How far a worker computes between two looks at the clocks.

use crate::domain::time::TICK;

/// How many iterations the first tick takes: about 0.1 ms. After that the worker's own speed decides.
const FIRST_STRIDE: u64 = 4096;
/// The longest stride: on any machine less than a minute, so that a broken CPU clock cannot make a worker deaf.
const LONGEST_STRIDE: u64 = 1 << 30;

/// How many iterations are left until the worker looks at the clocks again.
#[derive(Debug)]
pub struct Stride {
    length: u64,
    /// How many iterations are left.
    pub left: u64,
}

impl Default for Stride {
    fn default() -> Stride {
        Stride {
            length: FIRST_STRIDE,
            left: FIRST_STRIDE,
        }
    }
}

impl Stride {
    /// Takes so many off it; whether none are left.
    pub fn spend(&mut self, iterations: u64) -> bool {
        self.left = self.left.saturating_sub(iterations);
        self.left == 0
    }

    /// Aims at one tick of CPU time per stride; by CPU time, as a preempted worker is not a slow one.
    pub fn renew(&mut self, cpu: u64) {
        // At most doubled or halved at a time: one odd measurement shall not decide.
        let ideal = self.length.saturating_mul(TICK) / cpu.max(1);
        self.length = ideal
            .clamp(self.length / 2, self.length * 2)
            .clamp(1, LONGEST_STRIDE);
        self.left = self.length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stride_approaches_one_tick_of_cpu_time() {
        let mut stride = Stride::default();
        for _ in 0..40 {
            // 20 ns an iteration.
            let cpu = stride.length * 20;
            stride.renew(cpu);
        }
        assert_eq!(stride.length, TICK / 20);
    }
}
