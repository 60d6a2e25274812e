//! The ratio of values that were measured in pairs.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{Interval, Ratio};

/// How many times as large as the second value of a pair the first one is: the geometric mean over the pairs. `None`
/// without pairs, or if a value is not above 0 and finite.
///
/// The interval is Student's, of the mean of the logarithms: it has this confidence if the logarithms of the ratios
/// follow a normal distribution. What slows down both runs of a pair cancels out. One pair has no interval.
pub fn ratio_of_pairs(pairs: &[[f64; 2]], confidence: f64) -> Option<Ratio> {
    let is_time = |value: f64| value > 0.0 && value.is_finite();
    if pairs.is_empty() || !pairs.iter().flatten().all(|value| is_time(*value)) {
        return None;
    }
    let n = pairs.len() as f64;
    let logarithms = || pairs.iter().map(|[over, of]| (over / of).ln());
    let mean = logarithms().sum::<f64>() / n;
    let squares: f64 = logarithms().map(|x| (x - mean).powi(2)).sum();
    let interval = StudentsT::new(0.0, 1.0, n - 1.0).ok().map(|student| {
        let quantile = student.inverse_cdf(f64::midpoint(1.0, confidence));
        let reach = quantile * (squares / (n - 1.0) / n).sqrt();
        Interval {
            low: (mean - reach).exp(),
            high: (mean + reach).exp(),
        }
    });
    Some(Ratio {
        value: mean.exp(),
        interval,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_students() {
        // Logarithms 0.6, 0.7 and 0.8: mean 0.7, standard error 0.1 / √3, and t = 4.302653 at 95 % with two degrees of
        // freedom (any table of Student's distribution).
        let pairs = [0.6_f64, 0.7, 0.8].map(|x| [x.exp(), 1.0]);
        let ratio = ratio_of_pairs(&pairs, 0.95).unwrap();
        let Interval { low, high } = ratio.interval.unwrap();
        let reach = 4.302_653 * 0.1 / 3_f64.sqrt();
        assert!((ratio.value.ln() - 0.7).abs() < 1e-12);
        assert!((low.ln() - (0.7 - reach)).abs() < 1e-6, "{low}");
        assert!((high.ln() - (0.7 + reach)).abs() < 1e-6, "{high}");
    }

    #[test]
    fn what_slows_down_both_runs_of_a_pair_changes_nothing() {
        let ratio = ratio_of_pairs(&[[2.0, 1.0], [6.0, 3.0], [3.0, 1.5]], 0.95).unwrap();
        let Interval { low, high } = ratio.interval.unwrap();
        assert!((low - 2.0).abs() < 1e-9 && (high - 2.0).abs() < 1e-9);
    }

    #[test]
    fn one_pair_has_no_interval_and_no_pair_or_no_time_has_no_ratio() {
        let one = ratio_of_pairs(&[[3.0, 2.0]], 0.95).unwrap();
        assert_eq!((one.value, one.interval), (1.5, None));
        assert_eq!(ratio_of_pairs(&[], 0.95), None);
        assert_eq!(ratio_of_pairs(&[[1.0, 0.0]], 0.95), None);
        assert_eq!(ratio_of_pairs(&[[f64::NAN, 1.0]], 0.95), None);
    }
}
