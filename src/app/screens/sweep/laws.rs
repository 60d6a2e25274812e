//! Fitted laws: as curves, and as sentences.

use crate::domain::stats::fit::{Amdahl, Fit, Parameter, Universal};
use crate::domain::text;
use crate::present::number::three_digits;

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
    pub fn at(&self, workers: f64) -> Option<f64> {
        match self {
            Law::Amdahl(fit) => (!fit.is_far(workers)).then(|| fit.at(workers)),
            Law::Universal(fit) => (!fit.is_far(workers)).then(|| fit.at(workers)),
        }
    }

    /// What it says, in a sentence: the parameters with their intervals.
    pub fn sentence(&self) -> String {
        match self {
            Law::Amdahl(fit) => {
                let serial = fit.law.serial;
                let limit = fit
                    .limit()
                    .map(|limit| format!(", so at most {}", text::speedup(limit)));
                let most = limit.unwrap_or_default();
                format!(
                    "Amdahl, {} to {} points: serial part {}{most}",
                    fitted(fit.is_poor()),
                    fit.points,
                    percent(serial)
                )
            }
            Law::Universal(fit) => {
                let Universal {
                    contention,
                    coherency,
                    ..
                } = fit.law;
                let peak = fit
                    .peak()
                    .map(|peak| format!(", so best with about {peak:.0} workers"));
                let peak = peak.unwrap_or_default();
                format!(
                    "USL, {}: contention {}, coherency {}{peak}",
                    fitted(fit.is_poor()),
                    percent(contention),
                    percent(coherency)
                )
            }
        }
    }
}

/// A law that does not describe what was measured says so.
fn fitted(is_poor: bool) -> &'static str {
    if is_poor { "poorly fitted" } else { "fitted" }
}

fn percent(parameter: Parameter) -> String {
    let digits = |share: f64| three_digits((share * 100.0).max(0.0));
    let Parameter {
        value,
        interval,
        clamped,
    } = parameter;
    let clamped = if clamped { ", at its bound" } else { "" };
    format!(
        "{} % ({}–{}{clamped})",
        digits(value),
        digits(interval.low),
        digits(interval.high)
    )
}
