//! Medians of resamples. Each costs a few random numbers, whatever the number of values.

use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution, Open01};
use rand_pcg::Pcg64;

use super::{Interval, middle};

/// The confidence level: of a hundred intervals from enough repeats, about 95 contain the true value.
pub const CONFIDENCE: f64 = 0.95;
/// The number of resamples for an interval. This leaves 2.5 % ± 0.35 % (one standard deviation) of the resamples beyond
/// each end. Efron and Tibshirani (1993) advise at least 1,000.
pub const RESAMPLES: usize = 2_000;

/// The medians of resamples of the same values.
///
/// Drawing `n` of `n` values with replacement is the same as drawing `n` uniform numbers U from 0..1 and taking the
/// value at ⌊nU⌋ of the sorted values. This keeps the order, so the median of the resample is the value at the *median*
/// of the numbers U. The `k`-th smallest of `n` uniform numbers has the distribution Beta(k, n + 1 − k) (David and
/// Nagaraja: *Order Statistics*, 3rd edition 2003, section 2.1), so it is drawn directly. An even `n` has two middle
/// numbers: given the lower one, the upper one is the smallest of `n/2` numbers that are uniform above it.
pub(super) struct Medians<'a> {
    sorted: &'a [f64],
    /// The distribution of the median of the numbers U, or of the lower middle one; `None` for a single value.
    middle: Option<Beta<f64>>,
    random: Pcg64,
}

impl<'a> Medians<'a> {
    /// For values in ascending order. There must be at least one.
    pub(super) fn of(sorted: &'a [f64], seed: u64) -> Medians<'a> {
        let n = sorted.len();
        let (below, above) = (n.div_ceil(2) as f64, (n / 2 + 1) as f64);
        Medians {
            sorted,
            middle: Beta::new(below, above).ok().filter(|_| n > 1),
            random: Pcg64::seed_from_u64(seed),
        }
    }

    /// The median of another resample.
    pub(super) fn draw(&mut self) -> f64 {
        let Some(beta) = self.middle else {
            return middle(self.sorted);
        };
        let n = self.sorted.len();
        let value_at = |uniform: f64| self.sorted[((uniform * n as f64) as usize).min(n - 1)];
        let lower = beta.sample(&mut self.random);
        if !n.is_multiple_of(2) {
            return value_at(lower);
        }
        let uniform: f64 = Open01.sample(&mut self.random);
        let upper = 1.0 - (1.0 - lower) * uniform.powf(2.0 / n as f64);
        f64::midpoint(value_at(lower), value_at(upper))
    }
}

/// The interval that holds the middle [`CONFIDENCE`] of these values. There must be at least one.
pub(super) fn percentiles(mut values: Vec<f64>) -> Interval {
    let outside = (values.len() as f64 * (1.0 - CONFIDENCE) / 2.0) as usize;
    let last = values.len() - 1 - outside;
    let mut at = |index: usize| *values.select_nth_unstable_by(index, f64::total_cmp).1;
    Interval {
        low: at(outside),
        high: at(last),
    }
}

/// Seeds of independent sequences, derived from one seed.
pub(super) fn seeds<const N: usize>(seed: u64) -> [u64; N] {
    Pcg64::seed_from_u64(seed).random()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 200_000;

    /// How often each value is the median of a resample.
    fn shares(sorted: &[f64]) -> Vec<(f64, f64)> {
        let mut source = Medians::of(sorted, 7);
        let mut medians: Vec<f64> = (0..DRAWS).map(|_| source.draw()).collect();
        medians.sort_unstable_by(f64::total_cmp);
        let groups = medians.chunk_by(|a, b| a == b);
        groups
            .map(|group| (group[0], group.len() as f64 / DRAWS as f64))
            .collect()
    }

    /// The same shares, computed from all resamples.
    fn exact_shares(sorted: &[f64]) -> Vec<(f64, f64)> {
        let n = sorted.len();
        let resamples = n.pow(n as u32);
        let mut medians: Vec<f64> = (0..resamples)
            .map(|number| {
                let digits = (0..n as u32).map(|place| number / n.pow(place) % n);
                let mut resample: Vec<f64> = digits.map(|digit| sorted[digit]).collect();
                resample.sort_unstable_by(f64::total_cmp);
                middle(&resample)
            })
            .collect();
        medians.sort_unstable_by(f64::total_cmp);
        let groups = medians.chunk_by(|a, b| a == b);
        groups
            .map(|group| (group[0], group.len() as f64 / resamples as f64))
            .collect()
    }

    #[test]
    fn medians_are_drawn_as_often_as_among_all_resamples_there_are() {
        // No two pairs have the same mean, so each median identifies its pair.
        let values = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
        for n in 1..=values.len() {
            let (drawn, exact) = (shares(&values[..n]), exact_shares(&values[..n]));
            for (value, share) in &exact {
                let found = drawn
                    .iter()
                    .find(|(other, _)| other == value)
                    .map_or(0.0, |(_, share)| *share);
                // Five standard deviations of a count.
                let tolerance = 5.0 * (share * (1.0 - share) / DRAWS as f64).sqrt() + 1e-12;
                assert!(
                    (found - share).abs() <= tolerance,
                    "n = {n}, {value}: {found}, not {share}"
                );
            }
            assert!(
                drawn.len() <= exact.len(),
                "n = {n}: a median that no resample has"
            );
        }
    }

    #[test]
    fn medians_of_many_values_spread_as_the_theory_says() {
        let values: Vec<f64> = (0..1_000).map(|i| f64::from(i) / 1_000.0).collect();
        let mut source = Medians::of(&values, 3);
        let medians: Vec<f64> = (0..DRAWS).map(|_| source.draw()).collect();
        let mean = medians.iter().sum::<f64>() / DRAWS as f64;
        let variance = medians
            .iter()
            .map(|median| (median - mean).powi(2))
            .sum::<f64>()
            / DRAWS as f64;
        // For uniform values it is about 1 / 4n.
        assert!((variance * 4_000.0 - 1.0).abs() < 0.02, "{variance}");
        assert!((mean - 0.4995).abs() < 0.001, "{mean}");
    }

    #[test]
    fn the_percentiles_leave_as_many_outside_at_both_ends() {
        let interval = percentiles((0..2_000).rev().map(f64::from).collect());
        assert_eq!(
            interval,
            Interval {
                low: 50.0,
                high: 1_949.0
            }
        );
        assert_eq!(
            percentiles(vec![3.0]),
            Interval {
                low: 3.0,
                high: 3.0
            }
        );
    }
}
