//! The format of a row of a comparison: one unit, with the same number of decimals in all of its cells.

use crate::{catalog::metric::Unit, domain::text};

/// One format for the numbers of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NumberScale {
    /// Multiplies a value to convert it to the unit of `suffix`.
    by: f64,
    decimals: usize,
    /// The unit, with the space before it.
    pub(super) suffix: &'static str,
}

/// The factor, the decimals and the suffix: for seconds, or for a smaller unit if the largest value is short or the
/// smallest would vanish beside it.
fn seconds(largest: f64, least: f64) -> (f64, usize, &'static str) {
    let is_fine = least < text::LEAST_IN_SECONDS;
    match largest {
        0.0 => (1.0, 3, " s"),
        short if short < 0.000_95 => (1e6, 1, " µs"),
        short if short < 0.0995 => (1e3, 2, " ms"),
        short if short < 0.9995 && is_fine => (1e3, 1, " ms"),
        _ if is_fine => (1.0, 4, " s"),
        _ => (1.0, 3, " s"),
    }
}

impl NumberScale {
    /// One format for all of these values of a unit.
    pub(super) fn of(unit: Unit, values: impl Iterator<Item = f64> + Clone) -> NumberScale {
        let largest = values.clone().fold(0.0, f64::max);
        let least = values
            .filter(|value| *value > 0.0)
            .fold(f64::INFINITY, f64::min);
        let (by, decimals, suffix) = match unit {
            Unit::Seconds | Unit::Milliseconds => seconds(largest, least),
            Unit::Share => (100.0, 0, " %"),
            Unit::Average if largest >= 100.0 => (1.0, 1, ""),
            Unit::Average => (1.0, 2, ""),
            Unit::Count => (1.0, 0, ""),
            Unit::Times => (1.0, 2, "×"),
            Unit::Bytes => match largest {
                b if b >= 1e9 => (1e-9, 2, " GB"),
                b if b >= 1e6 => (1e-6, 1, " MB"),
                b if b >= 1e3 => (1e-3, 1, " kB"),
                _ => (1.0, 0, " B"),
            },
        };
        NumberScale {
            by,
            decimals,
            suffix,
        }
    }

    /// A number with its unit.
    pub(super) fn text(self, value: f64) -> String {
        format!("{}{}", self.bare(value), self.suffix)
    }

    /// A number without its unit. A value that is not 0 is never written as 0.
    pub(super) fn bare(self, value: f64) -> String {
        let (sign, value) = if value > 0.0 && self.steps(value) == 0.0 {
            ("<", 1.0 / self.digits())
        } else {
            ("", value * self.by)
        };
        format!("{sign}{}", text::with_groups(value, self.decimals))
    }

    fn digits(self) -> f64 {
        10f64.powi(self.decimals as i32)
    }

    /// A number in units of its last printed digit.
    fn steps(self, value: f64) -> f64 {
        (value * self.by * self.digits()).round()
    }

    /// The difference of two numbers as they are printed, so that the three add up.
    pub(super) fn difference(self, from: f64, to: f64) -> String {
        let steps = self.steps(to) - self.steps(from);
        // Zero has no sign.
        let sign = match steps {
            0.0 => "",
            less if less < 0.0 => "−",
            _ => "+",
        };
        let difference = text::with_groups(steps.abs() / self.digits(), self.decimals);
        format!("{sign}{difference}{}", self.suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(unit: Unit, values: &[f64]) -> Vec<String> {
        let scale = NumberScale::of(unit, values.iter().copied());
        values.iter().map(|value| scale.text(*value)).collect()
    }

    #[test]
    fn a_row_has_one_unit_and_nothing_that_was_measured_is_shown_as_zero() {
        for (values, texts) in [
            (vec![1.2134, 0.634], vec!["1.213 s", "0.634 s"]),
            (vec![0.000_31, 0.001_63], vec!["0.31 ms", "1.63 ms"]),
            (vec![0.000_05, 0.6], vec!["0.1 ms", "600.0 ms"]),
            (vec![0.000_004, 0.6], vec!["<0.1 ms", "600.0 ms"]),
            (vec![2.1, 0.004], vec!["2.1000 s", "0.0040 s"]),
            (vec![2.1, 0.0], vec!["2.100 s", "0.000 s"]),
            (vec![2.1, 0.000_01], vec!["2.1000 s", "<0.0001 s"]),
            (vec![0.000_01, 0.000_5], vec!["10.0 µs", "500.0 µs"]),
            (vec![0.0, 0.0], vec!["0.000 s", "0.000 s"]),
        ] {
            assert_eq!(row(Unit::Seconds, &values), texts);
        }
        assert_eq!(row(Unit::Bytes, &[2e6, 1.5e3]), ["2.0 MB", "<0.1 MB"]);
        assert_eq!(row(Unit::Count, &[12_345.0, 7.0]), ["12 345", "7"]);
    }

    #[test]
    fn differences_add_up_as_they_are_printed() {
        let seconds = |from: f64, to: f64| {
            NumberScale::of(Unit::Seconds, [from, to].into_iter()).difference(from, to)
        };
        assert_eq!(seconds(1.0004, 1.0006), "+0.001 s");
        assert_eq!(seconds(0.0, 0.004), "+4.00 ms");
        assert_eq!(seconds(1.0, 1.000_2), "0.000 s");
        assert_eq!(
            NumberScale::of(Unit::Bytes, [2e6, 1.5e6].into_iter()).difference(2e6, 1.5e6),
            "−0.5 MB"
        );
        assert_eq!(
            NumberScale::of(Unit::Count, [7.0, 7.0].into_iter()).difference(7.0, 7.0),
            "0"
        );
    }
}
