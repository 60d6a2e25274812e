//! Laws of scaling, fitted to measured speed-ups.
//!
//! The fits minimise the *relative error of the time*: the sum over the points of (1 − fitted time / measured time)².
//! The noise of a measurement grows with its size, so an error of a tenth means the same with 1 worker and with 16.
//! Least squares of the speed-ups themselves would only follow the largest speed-ups, and least squares of the times
//! the longest times. Both laws are linear in their parameters if they are written for the time relative to one worker,
//! and the weights are measured. So the best fit is an exact solution and needs no search.
//!
//! The interval of a parameter is the 95 % percentile interval over [`super::RESAMPLES`] refits. Each refit uses
//! medians of resampled repeats. The serial runs are resampled once for all points, because the points share them; the
//! repeats of each point are resampled separately. The interval shows what the repeats leave open. It does not show
//! whether the law is the right one; [`Fit::rms`] does.

use serde::Serialize;

use super::{
    Interval, RESAMPLES,
    bootstrap::{Medians, percentiles, seeds},
    middle, positive,
};

/// The minimum number of different worker counts for a fit (Gunther: *Guerrilla Capacity Planning*, 2007, asks for
/// six).
pub const LEAST_POINTS: usize = 6;
/// A law whose root mean square of relative errors of the time is larger does not describe the measurements.
pub const POOR: f64 = 0.1;
/// The tolerance at a bound: a parameter that is outside by no more than this was rounded.
const ROUNDING: f64 = 1e-9;

/// The measurements with one worker count.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The number of workers, at least 1.
    pub workers: f64,
    /// The times of the repeats, in any unit, above 0.
    pub times: Vec<f64>,
}

/// A fitted number with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FittedParameter {
    /// The best value for the medians.
    pub value: f64,
    /// The 95 % interval over resampled repeats; it contains the value.
    pub interval: Interval,
    /// Whether the best value was outside the bounds of the law, for example because something scales better than
    /// linearly. The value is then the nearest allowed one, and screens and files say so beside it.
    pub clamped: bool,
}

/// A law of scaling: the speed-up over one worker as a function of the number of workers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Law {
    /// S(n) = 1 / (s + (1 − s) / n). One worker alone does a part `s` of the work, and `n` workers share the rest
    /// (Amdahl: *Validity of the single processor approach to achieving large scale computing capabilities*, AFIPS
    /// 1967).
    Amdahl {
        /// The serial part `s` of the work, from 0 to 1.
        serial: FittedParameter,
    },
    /// The Universal Scalability Law, S(n) = n / (1 + α (n − 1) + β n (n − 1)). Workers wait for what they share (α),
    /// and each pair of them has to agree (β), so more workers can be slower (Gunther: *A simple capacity model of
    /// massively parallel transaction systems*, CMG 1993; *Guerrilla Capacity Planning*, 2007). Without β it is
    /// Amdahl's law with α as the serial part.
    Universal {
        /// α, at least 0. Above 1, two workers are slower than one.
        contention: FittedParameter,
        /// β, at least 0.
        coherency: FittedParameter,
    },
}

impl Law {
    /// α, and β if the law has it.
    fn parameters(&self) -> (&FittedParameter, Option<&FittedParameter>) {
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

    /// The speed-up with this number of workers, which is at least 1.
    pub fn speedup(&self, workers: f64) -> f64 {
        let (contention, coherency) = self.values();
        workers / (1.0 + (contention + coherency * workers) * (workers - 1.0))
    }

    /// Whether one of its parameters is held at a bound.
    pub fn is_clamped(&self) -> bool {
        let (contention, coherency) = self.parameters();
        contention.clamped || coherency.is_some_and(|coherency| coherency.clamped)
    }

    /// The bound of the speed-up for any number of workers: 1 / α. `None` if the law has no bound, or a peak instead.
    pub fn limit(&self) -> Option<f64> {
        let (contention, coherency) = self.values();
        (contention > 0.0 && coherency == 0.0).then(|| 1.0 / contention)
    }

    /// The number of workers with the highest speed-up: √((1 − α) / β), at least 1. `None` if the speed-up always
    /// grows.
    pub fn peak(&self) -> Option<f64> {
        let (contention, coherency) = self.values();
        let has_peak = coherency > 0.0 || contention > 1.0;
        has_peak.then(|| ((1.0 - contention).max(0.0) / coherency).sqrt().max(1.0))
    }
}

/// A law with the parameters that describe the measured points best.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// The fitted law.
    pub law: Law,
    /// The number of points, at least [`LEAST_POINTS`].
    pub points: usize,
    /// The smallest worker count among the points.
    pub from: f64,
    /// The largest worker count among the points.
    pub to: f64,
    /// The root mean square of the relative errors of the fitted times; 0.02 means that they are off by 2 %.
    pub rms: f64,
}

impl Fit {
    /// The speed-up that the law predicts for this number of workers; `None` beyond twice the measured range, where it
    /// is a guess.
    pub fn at(&self, workers: f64) -> Option<f64> {
        let is_near = workers <= 2.0 * self.to && workers >= self.from / 2.0;
        is_near.then(|| self.law.speedup(workers))
    }

    /// Whether the law does not describe the measurements, see [`POOR`]. Screens and files that show the fit say so.
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
    /// Both fits, Amdahl's first.
    pub fn both(self) -> [Fit; 2] {
        [self.amdahl, self.universal]
    }
}

/// Fits both laws to the times of repeats. `serial` are the times of the runs that speed-ups are measured against; the
/// points are those of one model.
///
/// `None` with fewer than [`LEAST_POINTS`] different worker counts, if nothing was repeated (there would be no
/// interval), or if a time is not above 0 and finite.
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
        FittedParameter {
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

/// The α and β that describe the points best, without and within the bounds of the law.
struct Solution {
    free: [f64; 2],
    bounded: [f64; 2],
}

/// The normal equations of both laws. Relative to one worker the time is (1 + α (n − 1) + β n (n − 1)) / n. If the
/// residual is relative to the measured time, that is linear: α · (n − 1) / (n t) + β · (n − 1) / t = 1 − 1 / (n t).
/// The fields are sums of products of `x` (the factor of α), `y` (the factor of β) and `z` (the right-hand side).
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

    /// The least-squares solution for both parameters. It never divides by 0: with [`LEAST_POINTS`] different worker
    /// counts the determinant is positive.
    fn universal(&self) -> Solution {
        let determinant = self.xx * self.yy - self.xy * self.xy;
        let free = [
            (self.xz * self.yy - self.yz * self.xy) / determinant,
            (self.yz * self.xx - self.xz * self.xy) / determinant,
        ];
        let bounded = if free.iter().all(|value| *value >= 0.0) {
            free
        } else {
            // The sum of squares is convex. If the free optimum is outside the bounds, the best allowed value is on a
            // bound.
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

/// A point whose repeats are reduced to their median.
struct Median {
    workers: f64,
    /// The time relative to one serial worker.
    time: f64,
}

/// The samples that a law is fitted to, each in ascending order.
struct Samples {
    serial: Vec<f64>,
    points: Vec<(f64, Vec<f64>)>,
    /// The different worker counts in ascending order.
    counts: Vec<f64>,
}

impl Samples {
    /// `None` if there are too few values, or if a time or worker count is impossible.
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

    /// The medians of all resamples.
    fn resampled(&self, seed: u64) -> impl Iterator<Item = Vec<Median>> {
        let [of_serial, of_points] = seeds(seed);
        let mut serial = Medians::of(&self.serial, of_serial);
        // Each point has its own random sequence, far from the others.
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
