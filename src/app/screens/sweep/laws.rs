//! Fitted laws: as curves, and as sentences.

use crate::{
    domain::{
        stats::fit::{self, Fit, Parameter},
        text,
    },
    present::number::{self, three_digits},
};

/// A law that was fitted to the speed-ups of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// What its curve is made of.
    pub mark: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub sentence: String,
    /// What it says of serial, which is nothing, and of each number of workers; `None` far beyond what was measured.
    pub values: Vec<Option<f64>>,
}

impl Law {
    /// With the speed-ups that it says for these numbers of workers.
    pub fn of(fit: &Fit, workers: &[u32]) -> Law {
        let (mark, name) = match fit.law {
            fit::Law::Amdahl { .. } => ("╌", "Amdahl, fitted"),
            fit::Law::Universal { .. } => ("≈", "USL, fitted"),
        };
        let speedups = workers.iter().map(|workers| fit.at((*workers).into()));
        Law {
            mark,
            name,
            sentence: sentence(fit),
            values: std::iter::once(None).chain(speedups).collect(),
        }
    }
}

/// The parameters with their intervals.
fn sentence(fit: &Fit) -> String {
    let fitted = if fit.is_poor() {
        "poorly fitted"
    } else {
        "fitted"
    };
    match fit.law {
        fit::Law::Amdahl { serial } => {
            let limit = fit.law.limit();
            let most = limit.map(|limit| format!(", so at most {}", text::speedup(limit)));
            format!(
                "Amdahl, {fitted} to {} points: serial part {}{}",
                fit.points,
                percent(serial),
                most.unwrap_or_default()
            )
        }
        fit::Law::Universal {
            contention,
            coherency,
        } => {
            let peak = fit.law.peak();
            let best = peak.map(|peak| format!(", so best with about {peak:.0} workers"));
            format!(
                "USL, {fitted}: contention {}, coherency {}{}",
                percent(contention),
                percent(coherency),
                best.unwrap_or_default()
            )
        }
    }
}

fn percent(parameter: Parameter) -> String {
    let digits = |share: f64| three_digits((share * 100.0).max(0.0));
    let bound = if parameter.clamped {
        ", at its bound"
    } else {
        ""
    };
    let between = number::span(parameter.interval, digits);
    format!("{} % ({between}{bound})", digits(parameter.value))
}
