//! Values that lie far from the others.

use super::{median, sorted};

/// A value with a larger modified Z-score is an outlier (Iglewicz and Hoaglin 1993).
pub const THRESHOLD: f64 = 3.5;
/// The 0.75 quantile of the standard normal distribution. It is the ratio of the median absolute deviation of normal
/// values to their standard deviation.
const MAD_OF_NORMAL: f64 = 0.674_489_750_196_081_7;
/// √(2/π), the same ratio for the mean absolute deviation.
const MEAN_AD_OF_NORMAL: f64 = 0.797_884_560_802_865_4;
/// With only two values, neither can be identified as the outlier.
const LEAST: usize = 3;

/// A value that lies far from the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlier {
    /// The index in the given values.
    pub index: usize,
    /// The modified Z-score, which is beyond [`THRESHOLD`] and negative for a value below the others.
    pub z: f64,
}

/// The values whose modified Z-score is beyond ±3.5, as indices in ascending order. Empty for fewer than three values,
/// or if one is not finite.
///
/// The score is 0.6745 · (x − median) / MAD, where MAD is the median of the absolute deviations from the median
/// (Iglewicz and Hoaglin: *How to Detect and Handle Outliers*, ASQC Basic References in Quality Control 16, 1993). The
/// outlier hardly moves median and MAD, whereas it would move mean and standard deviation. If more than half of the
/// values are equal, the MAD is 0. Then the mean absolute deviation replaces it, with its own scale: 0.7979 · (x −
/// median) / mean deviation.
///
/// The score compares a value's distance with the spread of the others. If three or four values happen to lie close
/// together, a small difference is enough. The caller decides whether the difference matters.
pub fn outliers(values: &[f64]) -> Vec<Outlier> {
    let Some(centre) = median(values).filter(|_| values.len() >= LEAST) else {
        return vec![];
    };
    let Some(unit) = normal_deviation(values, centre) else {
        return vec![];
    };
    let scores = values.iter().enumerate().map(|(index, value)| Outlier {
        index,
        z: (value - centre) / unit,
    });
    scores
        .filter(|outlier| outlier.z.abs() > THRESHOLD)
        .collect()
}

/// The standard deviation of normal values, estimated from a robust measure of spread. `None` if all values are equal.
fn normal_deviation(values: &[f64], centre: f64) -> Option<f64> {
    let deviations: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    let deviations = sorted(&deviations)?;
    let mad = super::middle(&deviations);
    let mean = deviations.iter().sum::<f64>() / deviations.len() as f64;
    let deviation = if mad > 0.0 {
        mad / MAD_OF_NORMAL
    } else {
        mean / MEAN_AD_OF_NORMAL
    };
    (deviation > 0.0).then_some(deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(values: &[f64]) -> Vec<usize> {
        outliers(values)
            .into_iter()
            .map(|outlier| outlier.index)
            .collect()
    }

    /// Rousseeuw and Hubert: *Robust statistics for outlier detection*, WIREs Data Mining and Knowledge Discovery 1,
    /// 2011. They give measurements of a length, one of them with a shifted decimal point. Median 628, MAD 3.
    #[test]
    fn the_score_is_that_of_a_published_example() {
        let far = outliers(&[627.0, 634.0, 625.0, 6_310.0, 628.0]);
        assert_eq!(far.len(), 1);
        assert_eq!(far[0].index, 3);
        assert!((far[0].z - 1_277.5).abs() < 0.1, "{}", far[0].z);
    }

    #[test]
    fn a_score_of_three_and_a_half_is_no_outlier_and_a_bit_more_is() {
        // MAD 1, as above.
        let at = |z: f64| 3.0 + z / 0.674_489_75;
        assert!(found(&[1.0, 2.0, 3.0, 4.0, at(3.49)]).is_empty());
        assert_eq!(found(&[1.0, 2.0, 3.0, 4.0, at(3.51)]), vec![4]);
    }

    #[test]
    fn a_value_far_below_has_a_negative_score() {
        let far = outliers(&[10.0, 10.1, 9.9, 10.2, 5.0]);
        assert_eq!((far.len(), far[0].index), (1, 4));
        assert!(far[0].z < -THRESHOLD);
    }

    #[test]
    fn among_mostly_equal_values_the_mean_deviation_takes_the_place_of_a_mad_of_zero() {
        assert_eq!(found(&[2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 3.0]), vec![6]);
        // Two of five values cannot be distinguished from a spread.
        assert!(found(&[2.0, 2.0, 2.0, 3.0, 3.0]).is_empty());
    }

    #[test]
    fn too_few_equal_or_impossible_values_have_no_outliers() {
        for values in [
            &[][..],
            &[1.0],
            &[1.0, 100.0],
            &[5.0; 9],
            &[1.0, 1.1, f64::NAN, 9.0],
            &[1.0, 1.1, f64::INFINITY],
        ] {
            assert!(found(values).is_empty(), "{values:?}");
        }
    }
}
