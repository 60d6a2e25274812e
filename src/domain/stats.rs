//! Statistics of repeats.

use serde::{Deserialize, Serialize};

/// A range that a number is in with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// Whether `value` is in it.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// What repeats say together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many there are.
    pub n: usize,
    /// The middle one.
    pub median: f64,
    /// Where the median is; `None` below 2.
    pub interval: Option<Interval>,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// A ratio of medians.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// It.
    pub value: f64,
    /// Where it is; `None` if one of the two was measured once.
    pub interval: Option<Interval>,
}

/// A value far from the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlier {
    /// Which.
    pub index: usize,
    /// Its modified Z-score.
    pub z: f64,
}

/// The middle value.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    (n > 0).then(|| (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0)
}

/// What these values say together.
#[must_use]
pub fn spread(values: &[f64], _seed: u64) -> Option<Spread> {
    let min = values.iter().copied().reduce(f64::min)?;
    let max = values.iter().copied().reduce(f64::max)?;
    let interval = (values.len() > 1).then_some(Interval { low: min, high: max });
    Some(Spread { n: values.len(), median: median(values)?, interval, min, max })
}

/// How many times larger the median of `over` is than that of `of`.
#[must_use]
pub fn ratio(over: &[f64], of: &[f64], seed: u64) -> Option<Ratio> {
    let (over, of) = (spread(over, seed)?, spread(of, seed)?);
    let interval = over.interval.zip(of.interval);
    let interval = interval.map(|(over, of)| Interval { low: over.low / of.high, high: over.high / of.low });
    Some(Ratio { value: over.median / of.median, interval })
}

/// The values whose modified Z-score is beyond 3.5.
#[must_use]
pub fn outliers(values: &[f64]) -> Vec<Outlier> {
    let Some(middle) = median(values) else { return vec![] };
    let distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let Some(mad) = median(&distances).filter(|mad| *mad > 0.0) else { return vec![] };
    let scored = values.iter().enumerate();
    let scored = scored.map(|(index, value)| Outlier { index, z: 0.6745 * (value - middle) / mad });
    scored.filter(|outlier| outlier.z.abs() > 3.5).collect()
}
