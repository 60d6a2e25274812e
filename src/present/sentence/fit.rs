//! The laws that were fitted to the speed-ups of a model, in words.

use crate::{
    domain::{
        stats::fit::{Fit, Fits, FittedParameter, Law},
        sweep::Series,
        text::speedup,
    },
    present::number::{span, three_digits},
};

/// Each law that was fitted to each model. A law has its full name only when it first occurs.
pub fn all(series: &[Series]) -> Vec<String> {
    let fitted = series
        .iter()
        .filter_map(|series| Some((series, series.fits?)));
    let of_model = |(at, (series, fits)): (usize, (&Series, Fits))| {
        let model = series.executor.name();
        let name = if at == 0 { full_name } else { short_name };
        fits.both()
            .map(move |fit| format!("{model}: {}", named(name(fit.law), &fit)))
    };
    fitted.enumerate().flat_map(of_model).collect()
}

fn full_name(law: Law) -> &'static str {
    match law {
        Law::Amdahl { .. } => "Amdahl's law",
        Law::Universal { .. } => "Universal Scalability Law (USL)",
    }
}

fn short_name(law: Law) -> &'static str {
    match law {
        Law::Amdahl { .. } => "Amdahl",
        Law::Universal { .. } => "USL",
    }
}

/// The parameters with their intervals, and how far they can be trusted.
pub fn of(fit: &Fit) -> String {
    named(short_name(fit.law), fit)
}

fn named(name: &str, fit: &Fit) -> String {
    let Fit { from, to, rms, .. } = *fit;
    let fitted = if fit.is_poor() {
        let off = rms * 100.0;
        format!("poorly fitted (times are off by {off:.0} %)")
    } else {
        "fitted".into()
    };
    match fit.law {
        Law::Amdahl { serial } => {
            let limit = fit.law.limit();
            let most = limit.map(|limit| format!(", speed-up at most {}", speedup(limit)));
            format!(
                "{name}, {fitted} to {from:.0}–{to:.0} workers: serial part {}{}",
                percent(serial),
                most.unwrap_or_default()
            )
        }
        Law::Universal {
            contention,
            coherency,
        } => {
            let peak = fit.law.peak();
            let best = peak.map(|peak| format!(", best with about {peak:.0} workers"));
            format!(
                "{name}, {fitted} to {from:.0}–{to:.0} workers: contention {}, coherency {}{}",
                percent(contention),
                percent(coherency),
                best.unwrap_or_default()
            )
        }
    }
}

fn percent(parameter: FittedParameter) -> String {
    let digits = |share: f64| three_digits((share * 100.0).max(0.0));
    // This is often harmless: noise alone can push a coherency of 0 below the limit.
    let bound = if parameter.clamped {
        ", limit of the fit"
    } else {
        ""
    };
    let between = span(parameter.interval, digits);
    format!("{} % ({between}{bound})", digits(parameter.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stats::Interval;

    #[test]
    fn a_law_that_fits_badly_or_is_held_at_a_limit_has_a_caveat() {
        let said = |rms, clamped| {
            let (low, high) = (0.0, 0.1);
            let serial = FittedParameter {
                value: 0.05,
                interval: Interval { low, high },
                clamped,
            };
            of(&Fit {
                law: Law::Amdahl { serial },
                points: 6,
                from: 1.0,
                to: 8.0,
                rms,
            })
        };
        assert_eq!(
            said(0.02, false),
            "Amdahl, fitted to 1–8 workers: serial part 5.00 % (0.000–10.0), speed-up at most 20×"
        );
        assert!(said(0.02, true).contains("10.0, limit of the fit)"));
        assert!(said(0.2, false).contains("poorly fitted (times are off by 20 %) to 1–8"));
    }
}
