//! Fitted laws, in marks and words.

use crate::{
    domain::{
        stats::fit::{Fit, Law, Parameter},
        text,
    },
    present::number::{self, three_digits},
};

/// What the curve of a law is made of, and what it is called.
pub fn mark(fit: &Fit) -> (&'static str, &'static str) {
    match fit.law {
        Law::Amdahl { .. } => ("╌", "Amdahl, fitted"),
        Law::Universal { .. } => ("≈", "USL, fitted"),
    }
}

/// The parameters with their intervals.
pub fn sentence(fit: &Fit) -> String {
    let fitted = if fit.is_poor() {
        "poorly fitted"
    } else {
        "fitted"
    };
    match fit.law {
        Law::Amdahl { serial } => {
            let limit = fit.law.limit();
            let most = limit.map(|limit| format!(", so at most {}", text::speedup(limit)));
            format!(
                "Amdahl, {fitted} to {} points: serial part {}{}",
                fit.points,
                percent(serial),
                most.unwrap_or_default()
            )
        }
        Law::Universal {
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
