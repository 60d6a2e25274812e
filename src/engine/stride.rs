//! The number of iterations between two readings of the clocks.

use crate::domain::time::TICK;

/// The iterations of the first stride: about 0.1 ms. After that the length follows the worker's own speed.
const FIRST_STRIDE: u64 = 4096;
/// The longest stride: less than a minute on any machine, so that even with a broken CPU clock a worker still notices
/// requests.
const LONGEST_STRIDE: u64 = 1 << 30;

/// A countdown of iterations to the next reading of the clocks. Its length adapts to the speed of the worker.
#[derive(Debug)]
pub struct Stride {
    length: u64,
    /// The rest of the current stride, in iterations.
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
    /// Subtracts these iterations. Returns whether the stride is used up.
    pub fn spend(&mut self, iterations: u64) -> bool {
        self.left = self.left.saturating_sub(iterations);
        self.left == 0
    }

    /// Starts the next stride, which should take one tick of CPU time. Wall time would be wrong, because it would make
    /// a preempted worker look slow.
    pub fn renew(&mut self, cpu: u64) {
        // The length is at most doubled or halved, so that one odd measurement has little effect.
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
            // 20 ns per iteration.
            let cpu = stride.length * 20;
            stride.renew(cpu);
        }
        assert_eq!(stride.length, TICK / 20);
    }
}
