//! Statistics of repeats.

pub mod fit;

use serde::{Deserialize, Serialize};

/// From a low to a high end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The low end.
    pub low: f64,
    /// The high end.
    pub high: f64,
}

/// How values spread.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many.
    pub n: usize,
    /// The median.
    pub median: f64,
    /// Of the median.
    pub interval: Option<Interval>,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

/// A ratio of medians.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// The ratio.
    pub value: f64,
    /// Of the ratio.
    pub interval: Option<Interval>,
}

/// A value far from the others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlier {
    /// Which.
    pub index: usize,
    /// How far.
    pub z: f64,
}

/// The median.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let at = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[at]),
        _ => Some((values[at - 1] + values[at]) / 2.0),
    }
}

fn ends(values: &[f64]) -> Interval {
    let least = |a: f64, b: f64| a.min(b);
    let most = |a: f64, b: f64| a.max(b);
    Interval {
        low: values.iter().copied().fold(f64::INFINITY, least),
        high: values.iter().copied().fold(0.0, most),
    }
}

/// The spread.
#[must_use]
pub fn spread(values: &[f64], _seed: u64) -> Option<Spread> {
    let ends = ends(values);
    let interval = (values.len() > 1).then_some(ends);
    Some(Spread { n: values.len(), median: median(values)?, interval, min: ends.low, max: ends.high })
}

/// The ratio of the medians.
#[must_use]
pub fn ratio(over: &[f64], of: &[f64], _seed: u64) -> Option<Ratio> {
    let value = median(over)? / median(of)?;
    let (a, b) = (ends(over), ends(of));
    let interval =
        (over.len() > 1 && of.len() > 1).then_some(Interval { low: a.low / b.high, high: a.high / b.low });
    Some(Ratio { value, interval })
}

/// Values far from the others.
#[must_use]
pub fn outliers(values: &[f64]) -> Vec<Outlier> {
    let Some(middle) = median(values) else { return vec![] };
    let distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let Some(mad) = median(&distances).filter(|mad| *mad > 0.0) else { return vec![] };
    let scored = values.iter().enumerate();
    let scored = scored.map(|(index, value)| Outlier { index, z: 0.6745 * (value - middle) / mad });
    scored.filter(|outlier| outlier.z.abs() > 3.5).collect()
}
