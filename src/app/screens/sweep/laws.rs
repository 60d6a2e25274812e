//! Fitted laws as sentences.

use crate::domain::stats::fit::{Fit, Law, Parameter};
use crate::domain::text;
use crate::present::number::three_digits;

/// What a law says that was fitted to the speed-ups of a model, in a sentence: the parameters with their intervals.
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
