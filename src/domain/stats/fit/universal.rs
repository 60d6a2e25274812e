//! The Universal Scalability Law.

use serde::{Deserialize, Serialize};

use super::{Fit, Law, Median, Parameter, Point, Solution};

/// S(n) = n / (1 + α (n − 1) + β n (n − 1)): workers wait for what they share (α), and every two of them have to agree (β),
/// so that more workers can be slower (Gunther: *A simple capacity model of massively parallel transaction systems*, CMG
/// 1993; *Guerrilla Capacity Planning*, 2007). Without β it is Amdahl's law with α as its serial part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Universal {
    /// α, 0 or more. Above 1 two workers are slower than one.
    pub contention: Parameter,
    /// β, 0 or more.
    pub coherency: Parameter,
}

impl Law for Universal {
    fn speedup(&self, workers: f64) -> f64 {
        let (contention, coherency) = (self.contention.value, self.coherency.value);
        workers / (1.0 + (contention + coherency * workers) * (workers - 1.0))
    }

    fn is_clamped(&self) -> bool {
        self.contention.clamped || self.coherency.clamped
    }
}

impl Fit<Universal> {
    /// With how many workers the law has its greatest speed-up: √((1 − α) / β), at least 1. `None` if it grows without end.
    pub fn peak(&self) -> Option<f64> {
        let (contention, coherency) = (self.law.contention.value, self.law.coherency.value);
        let has_peak = coherency > 0.0 || contention > 1.0;
        has_peak.then(|| ((1.0 - contention).max(0.0) / coherency).sqrt().max(1.0))
    }
}

/// The Universal Scalability Law, fitted to the times of repeats; the rest is as of [`amdahl`](fn@super::amdahl).
pub fn universal(serial: &[f64], points: &[Point], seed: u64) -> Option<Fit<Universal>> {
    super::fit(serial, points, seed, solve, |[contention, coherency]| {
        Universal {
            contention,
            coherency,
        }
    })
}

/// Relative to one worker the time is (1 + α (n − 1) + β n (n − 1)) / n. With the residual relative to the measured time
/// that is linear, too: α · (n − 1) / (n t) + β · (n − 1) / t = 1 − 1 / (n t).
fn solve(points: &[Median]) -> Solution<2> {
    let equations = Equations::of(points);
    let free = equations.solve();
    let bounded = if free.iter().all(|value| *value >= 0.0) {
        free
    } else {
        // The sum of squares is convex, so with a bound in the way the best is on a bound.
        let first_alone = [(equations.xz / equations.xx).max(0.0), 0.0];
        let second_alone = [0.0, (equations.yz / equations.yy).max(0.0)];
        if equations.squares_at(first_alone) <= equations.squares_at(second_alone) {
            first_alone
        } else {
            second_alone
        }
    };
    Solution { free, bounded }
}

/// The normal equations of two parameters: sums of products of `x` (with the first), `y` (with the second) and `z` (what they
/// shall make).
#[derive(Default)]
struct Equations {
    xx: f64,
    xy: f64,
    yy: f64,
    xz: f64,
    yz: f64,
    zz: f64,
}

impl Equations {
    fn of(points: &[Median]) -> Equations {
        let mut sums = Equations::default();
        for Median { workers, time } in points {
            let y = (workers - 1.0) / time;
            let x = y / workers;
            let z = 1.0 - 1.0 / (workers * time);
            sums.xx += x * x;
            sums.xy += x * y;
            sums.yy += y * y;
            sums.xz += x * z;
            sums.yz += y * z;
            sums.zz += z * z;
        }
        sums
    }

    /// Three different worker counts or more make the determinant positive.
    fn solve(&self) -> [f64; 2] {
        let determinant = self.xx * self.yy - self.xy * self.xy;
        [
            (self.xz * self.yy - self.yz * self.xy) / determinant,
            (self.yz * self.xx - self.xz * self.xy) / determinant,
        ]
    }

    /// The sum of the squared residuals.
    fn squares_at(&self, [a, b]: [f64; 2]) -> f64 {
        a * a * self.xx + 2.0 * a * b * self.xy + b * b * self.yy
            - 2.0 * (a * self.xz + b * self.yz)
            + self.zz
    }
}
