//! Laws, fitted.

use serde::{Deserialize, Serialize};

use super::Interval;

/// A point.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Workers.
    pub workers: f64,
    /// The median speed-up.
    pub speedup: f64,
    /// Of single repeats.
    pub repeats: Vec<f64>,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its value.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
}

/// Amdahl's law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amdahl {
    /// The serial fraction.
    pub serial: Parameter,
}

/// The Universal Scalability Law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Universal {
    /// Contention.
    pub contention: Parameter,
    /// Coherency.
    pub coherency: Parameter,
}

/// A law, fitted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit<T> {
    /// The law.
    pub law: T,
    /// How many points.
    pub points: usize,
    /// From so many workers.
    pub from: f64,
    /// To so many.
    pub to: f64,
    /// Root mean square.
    pub rms: f64,
}

/// Amdahl's law.
#[must_use]
pub fn amdahl(_points: &[Point], _seed: u64) -> Option<Fit<Amdahl>> {
    None
}

/// The Universal Scalability Law.
#[must_use]
pub fn universal(_points: &[Point], _seed: u64) -> Option<Fit<Universal>> {
    None
}
