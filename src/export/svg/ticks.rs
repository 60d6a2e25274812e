//! Round places on an axis: 1, 2 or 5 times a power of ten apart.

/// Ticks from 0 to `end`, not more than `most` of them beside the first, and how far they are apart.
pub(in crate::export) fn ticks(end: f64, most: u32) -> (Vec<f64>, f64) {
    if !(end.is_finite() && end > 0.0) {
        return (vec![0.0], 1.0);
    }
    let step = step(end / f64::from(most.max(1)));
    let last = (end / step + 1e-9).floor() as u32;
    ((0..=last).map(|i| f64::from(i) * step).collect(), step)
}

/// The shortest round length that is not shorter than `least`, which is above 0.
fn step(least: f64) -> f64 {
    let decade = 10f64.powf(least.log10().floor());
    let is_enough = |factor: &f64| decade * factor >= least * (1.0 - 1e-9);
    decade * [1.0, 2.0, 5.0].into_iter().find(is_enough).unwrap_or(10.0)
}

/// Seconds at a tick, with as many decimals as the step needs, in the unit that keeps it short.
pub(in crate::export) fn time(seconds: f64, step: f64) -> String {
    let (factor, unit) = match step {
        step if step >= 0.099 => (1.0, "s"),
        step if step >= 0.99e-4 => (1e3, "ms"),
        _ => (1e6, "µs"),
    };
    format!("{} {unit}", number(seconds * factor, step * factor))
}

/// A number at a tick, with as many decimals as the step needs.
pub(in crate::export) fn number(value: f64, step: f64) -> String {
    let decimals = (-(step * 1.000_001).log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_and_say_their_unit() {
        let (at, step) = ticks(0.85, 8);
        let labels: Vec<String> = at.iter().map(|at| time(*at, step)).collect();
        assert_eq!(labels, ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s"]);
        let (at, step) = ticks(0.02, 10);
        assert_eq!((time(at[1], step), at.len()), ("2 ms".into(), 11));
        let (at, step) = ticks(12.0, 5);
        assert_eq!(number(at[2], step), "10");
    }

    proptest! {
        #[test]
        fn whatever_the_length_there_are_a_few_ticks_within_it(end in 1e-9f64..1e9, most in 1u32..40) {
            let (at, step) = ticks(end, most);
            prop_assert!(at.len() <= most as usize + 1);
            prop_assert!(at.iter().all(|at| *at <= end * (1.0 + 1e-6)));
            prop_assert!(end / step >= f64::from(most) / 2.51 - 1.0);
        }
    }
}
