//! What repeats of one measurement say together: median, spread, ratio, outliers, fitted laws.
//!
//! Pure functions over slices, in any order. The same values and the same seed give the same numbers, whenever and
//! wherever. Values that are not finite are refused, as no statistic means anything with them.

mod bootstrap;
pub mod fit;
mod outliers;

use std::array;

use bootstrap::Medians;
pub use bootstrap::{CONFIDENCE, RESAMPLES};
pub use outliers::{Outlier, THRESHOLD, outliers};
use serde::Serialize;

/// From a low to a high end, both included. As a confidence interval it claims [`CONFIDENCE`]: more than few repeats
/// can keep, as [`spread`] says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The low end.
    pub low: f64,
    /// The high end, not below the low one.
    pub high: f64,
}

impl Interval {
    /// Whether the value lies in it.
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Whether some value lies in both.
    pub fn overlaps(self, other: Interval) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    /// The least interval around this one that has the value in it.
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
    /// How many there are, at least 1.
    pub n: usize,
    /// As [`median`].
    pub median: f64,
    /// 95 % bootstrap confidence interval of the median, which it contains; `None` for a single value.
    pub interval: Option<Interval>,
    /// The least of the values.
    pub min: f64,
    /// The greatest of the values.
    pub max: f64,
}

/// How many times one median is the other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// The ratio of the medians.
    pub value: f64,
    /// Its 95 % bootstrap confidence interval, which contains it; `None` unless both sides were repeated.
    ///
    /// That it excludes 1 is no proof from few repeats. Of two samples of the same thing, three repeats each, one pair in ten
    /// is separated completely by chance, and no interval can know; of two repeats each, one in three. Whoever concludes
    /// something from it asks for a difference that matters, too.
    pub interval: Option<Interval>,
}

/// The middle value, or the mean of the two middle ones of an even number. `None` without values, or if one is not
/// finite.
pub fn median(values: &[f64]) -> Option<f64> {
    let (is_even, upper) = (values.len().is_multiple_of(2), values.len() / 2);
    if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    // A run may have a million of them: selecting is faster than sorting.
    let mut values = values.to_vec();
    let (below, upper, _) = values.select_nth_unstable_by(upper, f64::total_cmp);
    let lower = below.iter().copied().reduce(f64::max);
    Some(
        lower
            .filter(|_| is_even)
            .map_or(*upper, |lower| f64::midpoint(lower, *upper)),
    )
}

/// Median, its 95 % bootstrap confidence interval, least and greatest value. `None` without values, or if one is not
/// finite.
///
/// The interval is that of the percentile method (Efron: *Bootstrap methods: another look at the jackknife*, The Annals
/// of Statistics 7, 1979; Efron and Tibshirani: *An Introduction to the Bootstrap*, 1993, chapter 13): the values are
/// resampled with replacement [`RESAMPLES`] times, and the interval holds the middle 95 % of the medians that come out. It
/// takes no distribution for granted. Times are skewed, and an interval that mean and standard deviation make would reach
/// below the shortest time there can be.
///
/// The bias-corrected, accelerated variant (BCa) is not used: its acceleration comes from the jackknife, which is
/// inconsistent for the median, as leaving one value out moves it only between its neighbours (Efron and Tibshirani,
/// section 11.6).
///
/// Up to five values the interval is from the least to the greatest, or nearly so: it is coarse, and covers less than 95 %:
/// of `n` repeats all lie on one side of the true median with a probability of 2 · 2⁻ⁿ, as each is as likely above it as
/// below (the sign test's interval; David and Nagaraja: *Order Statistics*, 3rd edition 2003, section 7.1).
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

/// `median(over) / median(of)`: the speed-up, if `over` are the times of the baseline and `of` those of the others. `None` if
/// a side has no values, or one that is not above 0 and finite.
///
/// For the interval both sides are resampled, independently of each other, as in [`spread`].
pub fn ratio(over: &[f64], of: &[f64], seed: u64) -> Option<Ratio> {
    ratio_by(|[over, of]| over / of, [over, of], seed)
}

/// `ratio(over, of) / ratio(other_over, other_of)`: how many times one ratio of medians is another. `None` if one of the four
/// has no values, or one that is not above 0 and finite.
///
/// For the interval, which needs repeats of all four, each is resampled independently of the others, as in [`spread`].
pub fn ratio_of_ratios(
    (over, of): (&[f64], &[f64]),
    (other_over, other_of): (&[f64], &[f64]),
    seed: u64,
) -> Option<Ratio> {
    let quotient = |[a, b, c, d]: [f64; 4]| (a / b) / (c / d);
    ratio_by(quotient, [over, of, other_over, other_of], seed)
}

/// What `quotient` makes of the medians of these sides, resampled independently of each other.
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

/// The values in ascending order; `None` if there are none, or one is not finite.
fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    let are_finite = values.iter().all(|value| value.is_finite());
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    (are_finite && !sorted.is_empty()).then_some(sorted)
}

/// The same of values that can be divided by.
fn positive(values: &[f64]) -> Option<Vec<f64>> {
    sorted(values).filter(|sorted| sorted[0] > 0.0)
}

/// The median of values in ascending order, at least one.
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
