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

mod amdahl;
mod universal;

use serde::{Deserialize, Serialize};

use super::bootstrap::{Medians, percentiles, seeds};
use super::{Interval, RESAMPLES, middle, positive};
pub use amdahl::{Amdahl, amdahl};
pub use universal::{Universal, universal};

/// So many different worker counts make a fit (Gunther: *Guerrilla Capacity Planning*, 2007, asks for six).
pub const LEAST_POINTS: usize = 6;
/// A law whose times are off by more than a tenth, as a root mean square, does not describe what was measured.
pub const POOR: f64 = 0.1;

/// What was measured with one worker count.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// With so many workers, at least 1.
    pub workers: f64,
    /// The times of the repeats, in any unit, above 0.
    pub times: Vec<f64>,
}

/// A fitted number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
pub trait Law {
    /// The speed-up with so many workers, 1 or more of them.
    fn speedup(&self, workers: f64) -> f64;

    /// Whether one of its parameters is held at a bound.
    fn is_clamped(&self) -> bool;
}

/// A law with the parameters that describe measured points best.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit<T> {
    /// The law.
    pub law: T,
    /// How many points it was fitted to, at least [`LEAST_POINTS`].
    pub points: usize,
    /// The least worker count among them.
    pub from: f64,
    /// The greatest worker count among them.
    pub to: f64,
    /// Root mean square of the relative errors of the fitted times: 0.02 means that they are off by 2 %.
    pub rms: f64,
}

impl<T: Law> Fit<T> {
    /// The speed-up that the law says for so many workers.
    pub fn at(&self, workers: f64) -> f64 {
        self.law.speedup(workers)
    }
}

impl<T> Fit<T> {
    /// Whether so many workers lie beyond twice the measured range, where a fitted law is a guess and must say so.
    pub fn is_far(&self, workers: f64) -> bool {
        workers > 2.0 * self.to || workers < self.from / 2.0
    }

    /// Whether the law does not describe what was measured, see [`POOR`]: whoever shows it says so.
    pub fn is_poor(&self) -> bool {
        self.rms > POOR
    }
}

/// The parameters that describe the points best, and those within the law's bounds that do.
struct Solution<const N: usize> {
    free: [f64; N],
    bounded: [f64; N],
}

/// One point of one fit.
#[derive(Clone, Copy)]
struct Median {
    workers: f64,
    /// Time relative to that of one serial worker.
    time: f64,
}

/// All that a law is fitted to, each sample in ascending order.
struct Samples {
    serial: Vec<f64>,
    points: Vec<(f64, Vec<f64>)>,
}

impl Samples {
    /// `None` if there is not enough of it, or if it is not possible as times and worker counts.
    fn of(serial: &[f64], points: &[Point]) -> Option<Samples> {
        let is_repeated = serial.len() > 1 || points.iter().any(|point| point.times.len() > 1);
        let point = |point: &Point| {
            let is_count = point.workers.is_finite() && point.workers >= 1.0;
            Some((point.workers, positive(&point.times).filter(|_| is_count)?))
        };
        let samples = Samples {
            serial: positive(serial)?,
            points: points.iter().map(point).collect::<Option<_>>()?,
        };
        (is_repeated && samples.counts() >= LEAST_POINTS).then_some(samples)
    }

    /// How many different worker counts there are.
    fn counts(&self) -> usize {
        let mut counts: Vec<f64> = self.points.iter().map(|(workers, _)| *workers).collect();
        counts.sort_unstable_by(f64::total_cmp);
        counts.dedup();
        counts.len()
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

/// The law that describes the points best: `solve` finds its parameters.
fn fit<const N: usize, T: Law>(
    serial: &[f64],
    points: &[Point],
    seed: u64,
    solve: fn(&[Median]) -> Solution<N>,
    law: fn([Parameter; N]) -> T,
) -> Option<Fit<T>> {
    let samples = Samples::of(serial, points)?;
    let medians = samples.medians();
    let best = solve(&medians);
    let refits = samples.resampled(seed);
    let refits: Vec<[f64; N]> = refits.map(|medians| solve(&medians).bounded).collect();
    let law = law(std::array::from_fn(|at| {
        let value = best.bounded[at];
        let interval = percentiles(refits.iter().map(|refit| refit[at]).collect()).with(value);
        Parameter {
            value,
            interval,
            clamped: (best.free[at] - value).abs() > ROUNDING,
        }
    }));
    let errors = medians
        .iter()
        .map(|point| (1.0 - 1.0 / (law.speedup(point.workers) * point.time)).powi(2));
    let rms = (errors.sum::<f64>() / medians.len() as f64).sqrt();
    let counts = || medians.iter().map(|point| point.workers);
    Some(Fit {
        law,
        points: samples.counts(),
        from: counts().fold(f64::INFINITY, f64::min),
        to: counts().fold(0.0, f64::max),
        rms,
    })
}

/// A parameter that is outside of its bounds by no more than this is there because numbers are rounded.
const ROUNDING: f64 = 1e-9;

#[cfg(test)]
mod tests;
