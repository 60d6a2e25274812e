//! Laws of scaling, fitted to measured speed-ups.
//!
//! Both laws are fitted so that the *relative error of the time* is least: the sum over the points of (1 − fitted time /
//! measured time)². Noise of a measurement grows with what is measured, so that a tenth too long means the same at 1 worker
//! and at 16; least squares of the speed-ups themselves would listen to the largest ones alone, and of the times to the
//! longest. Both laws are linear in their parameters when written for the time relative to one worker, and the weights are
//! measured, so the best fit is one exact solution and no search.
//!
//! A parameter's interval is the 95 % percentile interval of the parameter over refits ([`super::RESAMPLES`] of them), each
//! to medians of resampled repeats: those of the serial runs once for all points, as they share them, and those of each
//! point. It tells what the repeats leave open, and not whether the law is the right one: for that there is [`Fit::rms`].

use serde::Serialize;

use super::{
    Interval, RESAMPLES,
    bootstrap::{Medians, percentiles, seeds},
    middle, positive,
};

/// So many different worker counts make a fit (Gunther: *Guerrilla Capacity Planning*, 2007, asks for six).
pub const LEAST_POINTS: usize = 6;
/// A law whose times are off by more than a tenth, as a root mean square, does not describe what was measured.
pub const POOR: f64 = 0.1;
/// A parameter that is outside of its bounds by no more than this is there because numbers are rounded.
const ROUNDING: f64 = 1e-9;

/// What was measured with one worker count.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// With so many workers, at least 1.
    pub workers: f64,
    /// The times of the repeats, in any unit, above 0.
    pub times: Vec<f64>,
}

/// A fitted number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// The best one for the medians.
    pub value: f64,
    /// What resampled repeats make of it, 95 %; contains the value.
    pub interval: Interval,
    /// The best number was outside of what the law allows (as when something scales better than linearly), and this is the
    /// nearest allowed one. Say so beside it.
    pub clamped: bool,
}

/// A law of scaling: the speed-up over one worker as a function of how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Law {
    /// S(n) = 1 / (s + (1 − s) / n): a part `s` of the work is done by one worker alone, the rest is shared by `n` (Amdahl:
    /// *Validity of the single processor approach to achieving large scale computing capabilities*, AFIPS 1967).
    Amdahl {
        /// The serial part `s` of the work, from 0 to 1.
        serial: Parameter,
    },
    /// The Universal Scalability Law, S(n) = n / (1 + α (n − 1) + β n (n − 1)): workers wait for what they share (α), and
    /// every two of them have to agree (β), so that more workers can be slower (Gunther: *A simple capacity model of massively
    /// parallel transaction systems*, CMG 1993; *Guerrilla Capacity Planning*, 2007). Without β it is Amdahl's law with α as
    /// its serial part.
    Universal {
        /// α, 0 or more. Above 1 two workers are slower than one.
        contention: Parameter,
        /// β, 0 or more.
        coherency: Parameter,
    },
}

impl Law {
    /// α and β, if it has one.
    fn parameters(&self) -> (&Parameter, Option<&Parameter>) {
        match self {
            Law::Amdahl { serial } => (serial, None),
            Law::Universal {
                contention,
                coherency,
            } => (contention, Some(coherency)),
        }
    }

    fn values(&self) -> (f64, f64) {
        let (contention, coherency) = self.parameters();
        let coherency = coherency.map_or(0.0, |coherency| coherency.value);
        (contention.value, coherency)
    }

    /// The speed-up with so many workers, 1 or more of them.
    pub fn speedup(&self, workers: f64) -> f64 {
        let (contention, coherency) = self.values();
        workers / (1.0 + (contention + coherency * workers) * (workers - 1.0))
    }

    /// Whether one of its parameters is held at a bound.
    pub fn is_clamped(&self) -> bool {
        let (contention, coherency) = self.parameters();
        contention.clamped || coherency.is_some_and(|coherency| coherency.clamped)
    }

    /// What no number of workers brings the speed-up beyond: 1 / α. `None` if the law sees no limit, or a peak instead.
    pub fn limit(&self) -> Option<f64> {
        let (contention, coherency) = self.values();
        (contention > 0.0 && coherency == 0.0).then(|| 1.0 / contention)
    }

    /// With how many workers it has its greatest speed-up: √((1 − α) / β), at least 1. `None` if it grows without end.
    pub fn peak(&self) -> Option<f64> {
        let (contention, coherency) = self.values();
        let has_peak = coherency > 0.0 || contention > 1.0;
        has_peak.then(|| ((1.0 - contention).max(0.0) / coherency).sqrt().max(1.0))
    }
}

/// A law with the parameters that describe measured points best.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// The law.
    pub law: Law,
    /// How many points it was fitted to, at least [`LEAST_POINTS`].
    pub points: usize,
    /// The least worker count among them.
    pub from: f64,
    /// The greatest worker count among them.
    pub to: f64,
    /// Root mean square of the relative errors of the fitted times: 0.02 means that they are off by 2 %.
    pub rms: f64,
}

impl Fit {
    /// The speed-up that the law says for so many workers; `None` beyond twice the measured range, where it is a guess.
    pub fn at(&self, workers: f64) -> Option<f64> {
        let is_near = workers <= 2.0 * self.to && workers >= self.from / 2.0;
        is_near.then(|| self.law.speedup(workers))
    }

    /// Whether the law does not describe what was measured, see [`POOR`]: whoever shows it says so.
    pub fn is_poor(&self) -> bool {
        self.rms > POOR
    }
}

/// Both laws, fitted to the same points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fits {
    /// Amdahl's law.
    pub amdahl: Fit,
    /// The Universal Scalability Law.
    pub universal: Fit,
}

impl Fits {
    /// One after the other.
    pub fn both(self) -> [Fit; 2] {
        [self.amdahl, self.universal]
    }
}

/// Both laws, fitted to the times of repeats: `serial` are those of the runs that speed-ups are measured against, the points
/// those of one model.
///
/// `None` below [`LEAST_POINTS`] different worker counts, if nothing was repeated (there would be no interval), or if a time
/// is not above 0 and finite.
pub fn fits(serial: &[f64], points: &[Point], seed: u64) -> Option<Fits> {
    let samples = Samples::of(serial, points)?;
    let medians = samples.medians();
    let best = Equations::of(&medians);
    let refits = samples.resampled(seed);
    let refits: Vec<Equations> = refits.map(|medians| Equations::of(&medians)).collect();
    let parameter = |solve: fn(&Equations) -> Solution, at: usize| {
        let Solution { free, bounded } = solve(&best);
        let value = bounded[at];
        let refitted = refits.iter().map(|refit| solve(refit).bounded[at]);
        Parameter {
            value,
            interval: percentiles(refitted.collect()).with(value),
            clamped: (free[at] - value).abs() > ROUNDING,
        }
    };
    let fit = |law: Law| {
        let errors = medians
            .iter()
            .map(|point| (1.0 - 1.0 / (law.speedup(point.workers) * point.time)).powi(2));
        let counts = &samples.counts;
        Fit {
            law,
            points: counts.len(),
            from: counts[0],
            to: counts[counts.len() - 1],
            rms: (errors.sum::<f64>() / medians.len() as f64).sqrt(),
        }
    };
    Some(Fits {
        amdahl: fit(Law::Amdahl {
            serial: parameter(Equations::amdahl, 0),
        }),
        universal: fit(Law::Universal {
            contention: parameter(Equations::universal, 0),
            coherency: parameter(Equations::universal, 1),
        }),
    })
}

/// α and β that describe the points best, and those within the law's bounds that do.
struct Solution {
    free: [f64; 2],
    bounded: [f64; 2],
}

/// The normal equations of both laws. Relative to one worker the time is (1 + α (n − 1) + β n (n − 1)) / n. With the residual
/// relative to the measured time that is linear: α · (n − 1) / (n t) + β · (n − 1) / t = 1 − 1 / (n t). These are sums of
/// products of `x` (with α), `y` (with β) and `z` (what they shall make).
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

    fn amdahl(&self) -> Solution {
        let serial = self.xz / self.xx;
        Solution {
            free: [serial, 0.0],
            bounded: [serial.clamp(0.0, 1.0), 0.0],
        }
    }

    /// Three different worker counts or more make the determinant positive.
    fn universal(&self) -> Solution {
        let determinant = self.xx * self.yy - self.xy * self.xy;
        let free = [
            (self.xz * self.yy - self.yz * self.xy) / determinant,
            (self.yz * self.xx - self.xz * self.xy) / determinant,
        ];
        let bounded = if free.iter().all(|value| *value >= 0.0) {
            free
        } else {
            // The sum of squares is convex, so with a bound in the way the best is on a bound.
            let first_alone = [(self.xz / self.xx).max(0.0), 0.0];
            let second_alone = [0.0, (self.yz / self.yy).max(0.0)];
            if self.squares_at(first_alone) <= self.squares_at(second_alone) {
                first_alone
            } else {
                second_alone
            }
        };
        Solution { free, bounded }
    }

    /// The sum of the squared residuals.
    fn squares_at(&self, [a, b]: [f64; 2]) -> f64 {
        a * a * self.xx + 2.0 * a * b * self.xy + b * b * self.yy
            - 2.0 * (a * self.xz + b * self.yz)
            + self.zz
    }
}

/// One point of one fit.
struct Median {
    workers: f64,
    /// Time relative to that of one serial worker.
    time: f64,
}

/// All that a law is fitted to, each sample in ascending order.
struct Samples {
    serial: Vec<f64>,
    points: Vec<(f64, Vec<f64>)>,
    /// The different worker counts, ascending.
    counts: Vec<f64>,
}

impl Samples {
    /// `None` if there is not enough of it, or if it is not possible as times and worker counts.
    fn of(serial: &[f64], points: &[Point]) -> Option<Samples> {
        let is_repeated = serial.len() > 1 || points.iter().any(|point| point.times.len() > 1);
        let point = |point: &Point| {
            let is_count = point.workers.is_finite() && point.workers >= 1.0;
            Some((point.workers, positive(&point.times).filter(|_| is_count)?))
        };
        let mut counts: Vec<f64> = points.iter().map(|point| point.workers).collect();
        counts.sort_unstable_by(f64::total_cmp);
        counts.dedup();
        let samples = Samples {
            serial: positive(serial)?,
            points: points.iter().map(point).collect::<Option<_>>()?,
            counts,
        };
        (is_repeated && samples.counts.len() >= LEAST_POINTS).then_some(samples)
    }

    fn medians(&self) -> Vec<Median> {
        let serial = middle(&self.serial);
        let point = |(workers, times): &(f64, Vec<f64>)| Median {
            workers: *workers,
            time: middle(times) / serial,
        };
        self.points.iter().map(point).collect()
    }

    /// Medians of so many resamples.
    fn resampled(&self, seed: u64) -> impl Iterator<Item = Vec<Median>> {
        let [of_serial, of_points] = seeds(seed);
        let mut serial = Medians::of(&self.serial, of_serial);
        // A sequence for each point, far from the others.
        let mut points: Vec<(f64, Medians)> = (self.points.iter().zip(0..))
            .map(|((workers, times), index)| {
                let [seed] = seeds(of_points.wrapping_add(index));
                (*workers, Medians::of(times, seed))
            })
            .collect();
        (0..RESAMPLES).map(move |_| {
            let serial = serial.draw();
            let next = |(workers, times): &mut (f64, Medians)| Median {
                workers: *workers,
                time: times.draw() / serial,
            };
            points.iter_mut().map(next).collect()
        })
    }
}

#[cfg(test)]
mod tests;
