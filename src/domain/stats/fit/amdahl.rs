//! Amdahl's law.

use serde::{Deserialize, Serialize};

use super::{Fit, Law, Median, Parameter, Point, Solution};

/// S(n) = 1 / (s + (1 − s) / n): a part `s` of the work is done by one worker alone, the rest is shared by `n` (Amdahl:
/// *Validity of the single processor approach to achieving large scale computing capabilities*, AFIPS 1967).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amdahl {
    /// The serial part `s` of the work, from 0 to 1.
    pub serial: Parameter,
}

impl Law for Amdahl {
    fn speedup(&self, workers: f64) -> f64 {
        let serial = self.serial.value;
        1.0 / (serial + (1.0 - serial) / workers)
    }

    fn is_clamped(&self) -> bool {
        self.serial.clamped
    }
}

impl Fit<Amdahl> {
    /// What no number of workers brings the speed-up beyond: 1 / s. `None` if the law sees no limit.
    pub fn limit(&self) -> Option<f64> {
        let serial = self.law.serial.value;
        (serial > 0.0).then(|| 1.0 / serial)
    }
}

/// Amdahl's law, fitted to the times of repeats: `serial` are those of the runs that speed-ups are measured against, the
/// points those of one model.
///
/// `None` below [`super::LEAST_POINTS`] different worker counts, if nothing was repeated (there would be no interval), or if a
/// time is not above 0 and finite.
pub fn amdahl(serial: &[f64], points: &[Point], seed: u64) -> Option<Fit<Amdahl>> {
    super::fit(serial, points, seed, solve, |[serial]| Amdahl { serial })
}

/// Relative to one worker the time is 1/n + s (1 − 1/n). With the residual relative to the measured time, that is a line
/// through the origin: s · (1 − 1/n) / t = 1 − 1 / (n t).
fn solve(points: &[Median]) -> Solution<1> {
    let (mut products, mut squares) = (0.0, 0.0);
    for Median { workers, time } in points {
        let x = (1.0 - 1.0 / workers) / time;
        products += x * (1.0 - 1.0 / (workers * time));
        squares += x * x;
    }
    let free = products / squares;
    Solution {
        free: [free],
        bounded: [free.clamp(0.0, 1.0)],
    }
}
