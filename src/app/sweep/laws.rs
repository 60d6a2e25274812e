//! Fitted laws: as curves, and as sentences.

use crate::domain::stats::fit::{Amdahl, Fit, Parameter, Universal};
use crate::domain::text::{self, three_digits};

/// A law that was fitted to the speed-ups of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Amdahl's law.
    Amdahl(Fit<Amdahl>),
    /// The Universal Scalability Law.
    Universal(Fit<Universal>),
}

impl Law {
    /// The speed-up that it says for so many workers; `None` far beyond what was measured.
    #[must_use]
    pub fn at(&self, workers: f64) -> Option<f64> {
        match self {
            Law::Amdahl(fit) => {
                let serial = fit.law.serial.value;
                (workers <= 2.0 * fit.to).then(|| 1.0 / (serial + (1.0 - serial) / workers))
            }
            Law::Universal(fit) => {
                let (a, b) = (fit.law.contention.value, fit.law.coherency.value);
                let cost = 1.0 + a * (workers - 1.0) + b * workers * (workers - 1.0);
                (workers <= 2.0 * fit.to).then(|| workers / cost)
            }
        }
    }

    /// What it says, in a sentence: the parameters with their intervals.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Law::Amdahl(fit) => {
                let serial = fit.law.serial;
                let most = if serial.value > 0.0 {
                    format!(": at most {}", text::speedup(1.0 / serial.value))
                } else {
                    String::new()
                };
                format!("Amdahl, fitted to {} points: serial part {}{most}", fit.points, percent(serial))
            }
            Law::Universal(fit) => {
                let Universal { contention, coherency, .. } = fit.law;
                format!("USL, fitted: contention {}, coherency {}", percent(contention), percent(coherency))
            }
        }
    }
}

fn percent(parameter: Parameter) -> String {
    let digits = |share: f64| three_digits((share * 100.0).max(0.0));
    let Parameter { value, interval, .. } = parameter;
    format!("{} % ({}–{})", digits(value), digits(interval.low), digits(interval.high))
}
