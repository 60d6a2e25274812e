//! Statistics of repeated measurements: median, spread, ratio, outliers, fitted laws.
//!
//! All are pure functions of slices in any order. The same values and the same seed always give the same numbers.
//! Values that are not finite are refused, because no statistic has a meaning with them.

mod bootstrap;
pub mod fit;
mod outliers;
mod pairs;

use std::array;

use bootstrap::Medians;
pub use bootstrap::{CONFIDENCE, RESAMPLES};
pub use outliers::{Outlier, THRESHOLD, outliers};
pub use pairs::ratio_of_pairs;
use serde::Serialize;

/// A closed interval. As a confidence interval its level is [`CONFIDENCE`]; with few repeats it covers less, as
/// [`spread`] explains.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end, at least `low`.
    pub high: f64,
}

impl Interval {
    /// Whether the value lies in the interval.
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Whether the intervals have a value in common.
    pub fn overlaps(self, other: Interval) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    /// The smallest interval that contains this one and the value.
    fn with(self, value: f64) -> Interval {
        Interval {
            low: self.low.min(value),
            high: self.high.max(value),
        }
    }
}

/// How repeats spread, in the unit of the values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The number of values, at least 1.
    pub n: usize,
    /// Their [`median`].
    pub median: f64,
    /// The 95 % bootstrap confidence interval of the median, which it contains; `None` for a single value.
    pub interval: Option<Interval>,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

/// How many times as large as another median a median is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// The ratio of the medians.
    pub value: f64,
    /// The 95 % bootstrap confidence interval of the ratio, which contains it; `None` unless both sides were repeated.
    ///
    /// With few repeats, an interval without 1 proves nothing. For two samples of the same thing with three repeats
    /// each, one pair in ten is completely separated by chance; with two repeats each, it is one in three. No interval
    /// can show that. So a conclusion also requires a difference that matters.
    pub interval: Option<Interval>,
}

/// The middle value, or the mean of the two middle values of an even number. `None` without values, or if one is not
/// finite.
pub fn median(values: &[f64]) -> Option<f64> {
    let (is_even, upper) = (values.len().is_multiple_of(2), values.len() / 2);
    if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    // A run may have a million values, and selecting is faster than sorting.
    let mut values = values.to_vec();
    let (below, upper, _) = values.select_nth_unstable_by(upper, f64::total_cmp);
    let lower = below.iter().copied().reduce(f64::max);
    Some(
        lower
            .filter(|_| is_even)
            .map_or(*upper, |lower| f64::midpoint(lower, *upper)),
    )
}

/// Median, its 95 % bootstrap confidence interval, smallest and largest value. `None` without values, or if one is not
/// finite.
///
/// The interval follows the percentile method (Efron: *Bootstrap methods: another look at the jackknife*, The Annals of
/// Statistics 7, 1979; Efron and Tibshirani: *An Introduction to the Bootstrap*, 1993, chapter 13). The values are
/// resampled with replacement [`RESAMPLES`] times, and the interval holds the middle 95 % of the medians of the
/// resamples. The method assumes no distribution. Times are skewed, and an interval from mean and standard deviation
/// would reach below the shortest possible time.
///
/// The bias-corrected, accelerated variant (BCa) is not used. Its acceleration comes from the jackknife, which is
/// inconsistent for the median, because leaving one value out only moves the median to a neighbour (Efron and
/// Tibshirani, section 11.6).
///
/// Up to five values, the interval reaches from the smallest to the largest value, or nearly so. It is coarse and
/// covers less than 95 %. All of `n` repeats lie on one side of the true median with a probability of 2 · 2⁻ⁿ, because
/// each lies above or below it with equal probability (the interval of the sign test; David and Nagaraja: *Order
/// Statistics*, 3rd edition 2003, section 7.1).
pub fn spread(values: &[f64], seed: u64) -> Option<Spread> {
    let sorted = sorted(values)?;
    let (min, max) = (*sorted.first()?, *sorted.last()?);
    let median = middle(&sorted);
    let interval = (sorted.len() > 1).then(|| {
        let mut medians = Medians::of(&sorted, seed);
        let drawn = (0..RESAMPLES).map(|_| medians.draw()).collect();
        bootstrap::percentiles(drawn).with(median)
    });
    Some(Spread {
        n: sorted.len(),
        median,
        interval,
        min,
        max,
    })
}

/// `median(over) / median(of)`. It is the speed-up if `over` are the times of the baseline and `of` the other times.
/// `None` if a side has no values, or a value that is not above 0 and finite.
///
/// For the interval both sides are resampled, independently of each other, as in [`spread`].
pub fn ratio(over: &[f64], of: &[f64], seed: u64) -> Option<Ratio> {
    ratio_by(|[over, of]| over / of, [over, of], seed)
}

/// `ratio(over, of) / ratio(other_over, other_of)`: how many times as large as the other ratio of medians the first is.
/// `None` if one of the four has no values, or a value that is not above 0 and finite.
///
/// The interval needs repeats of all four. Each is resampled independently of the others, as in [`spread`].
pub fn ratio_of_ratios(
    (over, of): (&[f64], &[f64]),
    (other_over, other_of): (&[f64], &[f64]),
    seed: u64,
) -> Option<Ratio> {
    let quotient = |[a, b, c, d]: [f64; 4]| (a / b) / (c / d);
    ratio_by(quotient, [over, of, other_over, other_of], seed)
}

/// The result of `quotient` for the medians of these sides, which are resampled independently of each other.
fn ratio_by<const N: usize>(
    quotient: impl Fn([f64; N]) -> f64,
    sides: [&[f64]; N],
    seed: u64,
) -> Option<Ratio> {
    let sides: Vec<Vec<f64>> = sides.into_iter().map(positive).collect::<Option<_>>()?;
    let value = quotient(array::from_fn(|side| middle(&sides[side])));
    let are_repeated = sides.iter().all(|side| side.len() > 1);
    let interval = are_repeated.then(|| {
        let seeds: [u64; N] = bootstrap::seeds(seed);
        let mut medians: [Medians; N] =
            array::from_fn(|side| Medians::of(&sides[side], seeds[side]));
        let one = |_| quotient(medians.each_mut().map(Medians::draw));
        bootstrap::percentiles((0..RESAMPLES).map(one).collect()).with(value)
    });
    Some(Ratio { value, interval })
}

/// The values in ascending order; `None` if there are none, or if one is not finite.
fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    let are_finite = values.iter().all(|value| value.is_finite());
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    (are_finite && !sorted.is_empty()).then_some(sorted)
}

/// Like [`sorted`]; `None` also if a value is not above 0.
fn positive(values: &[f64]) -> Option<Vec<f64>> {
    sorted(values).filter(|sorted| sorted[0] > 0.0)
}

/// The median of values in ascending order. There must be at least one.
fn middle(sorted: &[f64]) -> f64 {
    let upper = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[upper - 1], sorted[upper])
    } else {
        sorted[upper]
    }
}

#[cfg(test)]
mod tests;
