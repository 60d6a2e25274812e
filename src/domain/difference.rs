//! The thresholds for differences: one set for every screen and file.

use super::stats::{Interval, Ratio};

/// The smallest ratio of times of single runs that counts as a difference. By chance they differ by up to a tenth.
pub const OF_SINGLE_RUNS: f64 = 1.1;
/// The smallest ratio of medians of repeats that counts as a difference. An interval can exclude 1 for a smaller ratio,
/// but less than 5 % is not worth more workers, and another session may show the opposite.
pub const OF_REPEATS: f64 = 1.05;
/// The smallest ratio of two means over a run, for example of the cores in use, that can explain a difference in time.
pub const OF_AVERAGES: f64 = 1.2;

/// How to read a ratio of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Clearly faster, by enough to mention it.
    Faster,
    /// Clearly slower, by enough to mention it.
    Slower,
    /// Too small to matter, or too small for single runs to show it.
    Small,
    /// Whether there is a difference at all is open, because the repeats scatter too widely.
    Unclear,
    /// Most of the runs on one side were disturbed, so that the ratio says nothing about the plans.
    Disturbed,
    /// Two plans were measured in turn. The one is not faster by enough to mention it, and may be slower.
    NotFaster,
    /// Two plans were measured in turn, but in fewer pairs than a verdict needs.
    TooFew,
}

impl Difference {
    /// Judges this ratio.
    pub fn of(ratio: &Ratio) -> Difference {
        let Ratio { value, interval } = *ratio;
        let least = interval.map_or(OF_SINGLE_RUNS, |_| OF_REPEATS);
        let Interval { low, high } = interval.unwrap_or(Interval {
            low: value,
            high: value,
        });
        // An interval that is printed as "1.00–1.02" includes the possibility of no difference.
        let is_above_one = |value: f64| (value * 100.0).round() > 100.0;
        match (is_above_one(low), is_above_one(1.0 / high)) {
            (true, _) if value >= least => Difference::Faster,
            (_, true) if 1.0 / value >= least => Difference::Slower,
            (false, false) if interval.is_some() => Difference::Unclear,
            _ => Difference::Small,
        }
    }

    /// What pairs of runs say with this mean ratio and this interval.
    pub fn of_pairs(value: f64, Interval { low, high }: Interval) -> Difference {
        if low > 1.0 && value >= OF_REPEATS {
            Difference::Faster
        } else if high < 1.0 && 1.0 / value >= OF_REPEATS {
            Difference::Slower
        } else if low > 1.0 / OF_SINGLE_RUNS && high < OF_SINGLE_RUNS {
            Difference::Small
        } else if high < OF_SINGLE_RUNS {
            Difference::NotFaster
        } else {
            Difference::Unclear
        }
    }

    /// Whether there is a clear difference.
    pub fn is_clear(self) -> bool {
        matches!(self, Difference::Faster | Difference::Slower)
    }
}

/// Whether a factor is so close to 1 that it would not be a gain even if it were certain.
pub fn is_about_one(factor: f64) -> bool {
    factor < OF_REPEATS && factor > 1.0 / OF_REPEATS
}

/// Whether two means over a run differ enough to explain something.
pub fn differ(a: f64, b: f64) -> bool {
    a.max(b) > a.min(b) * OF_AVERAGES
}

#[cfg(test)]
mod tests {
    use Difference::{Faster, Slower, Small, Unclear};

    use super::*;

    #[test]
    fn a_difference_of_repeats_is_at_least_a_twentieth_and_its_printed_interval_excludes_one() {
        for (low, high, said) in [
            (1.02, 1.1, Faster),
            (1.004, 1.1, Unclear),
            (0.97, 1.06, Unclear),
            (0.9, 0.98, Slower),
            (0.9, 0.997, Unclear),
            (1.01, 1.05, Small),
            (0.96, 0.99, Small),
        ] {
            let ratio = Ratio {
                value: f64::midpoint(low, high),
                interval: Some(Interval { low, high }),
            };
            assert_eq!(Difference::of(&ratio), said, "{low} {high}");
        }
    }

    #[test]
    fn a_difference_of_single_runs_is_a_tenth() {
        for (value, said) in [
            (1.2, Faster),
            (1.1, Faster),
            (1.09, Small),
            (1.0, Small),
            (0.95, Small),
            (0.85, Slower),
        ] {
            let interval = None;
            assert_eq!(Difference::of(&Ratio { value, interval }), said, "{value}");
        }
    }
}
