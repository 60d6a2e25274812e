//! The scales of axes.

use std::iter;

use crate::domain::time::Nanos;

/// A scale that starts at 0, with round numbers that are 1, 2 or 5 times a power of ten apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AxisScale {
    /// The value at the upper edge.
    pub top: f64,
    /// The distance between two round numbers.
    pub step: f64,
}

/// The maximum number of round numbers on an axis of rows, besides 0.
const MOST: u16 = 8;

impl AxisScale {
    /// A scale for an axis of `rows` rows whose uppermost row is above `peak`. Its round numbers are the same number of
    /// rows apart. It never gets smaller when the peak grows.
    pub fn reaching(peak: f64, rows: u16) -> AxisScale {
        let rows = rows.max(2);
        let least = rows.div_ceil(MOST).max(2.min(rows / 2));
        let most = (rows / 3).max(rows.min(6) / 2 + 1);
        let scales = (least..=most).map(|apart| {
            let per_step = f64::from(rows) / f64::from(apart);
            // The smallest step that keeps the peak out of the uppermost row.
            let below = AxisScale::to(peak / f64::from(rows - 1) * f64::from(apart), 1);
            AxisScale {
                top: below.step * per_step,
                step: below.step,
            }
        });
        let lowest = scales.min_by(|a, b| a.top.total_cmp(&b.top));
        lowest.unwrap_or(AxisScale::to(peak, MOST))
    }

    /// A scale that ends at `top`, with at most `most` round numbers besides 0.
    fn to(top: f64, most: u16) -> AxisScale {
        let is_possible = top.is_finite() && top > 0.0;
        let top = if is_possible { top } else { 1.0 };
        let least = top / f64::from(most.max(1));
        let decade = 10f64.powf(least.log10().floor());
        let is_enough = |factor: &f64| factor * decade >= least * (1.0 - 1e-9);
        let factor = [1.0, 2.0, 5.0].into_iter().find(is_enough);
        AxisScale {
            top,
            step: factor.unwrap_or(10.0) * decade,
        }
    }

    /// A value as a share of the height; `None` if it is negative, above the upper edge or not a number.
    pub fn share(self, value: f64) -> Option<f64> {
        let share = value / self.top;
        (0.0..=1.0 + 1e-9)
            .contains(&share)
            .then_some(share.min(1.0))
    }

    /// The round numbers of the scale, including 0.
    pub fn ticks(self) -> impl Iterator<Item = f64> {
        let steps = (self.top / self.step * (1.0 + 1e-9)).floor();
        (0..=steps as u32).map(move |n| f64::from(n) * self.step)
    }

    /// The number of decimals that distinguish two round numbers.
    pub(super) fn decimals(self) -> usize {
        (-(self.step * 1.000_001).log10().floor()).clamp(0.0, 9.0) as usize
    }
}

/// The round lengths of time 1, 2, 5, 10, …, in nanoseconds.
pub fn round_lengths() -> impl Iterator<Item = Nanos> {
    let decades = iter::successors(Some(1), |decade: &Nanos| decade.checked_mul(10));
    decades.flat_map(|decade| [1, 2, 5].map(|factor| decade.saturating_mul(factor)))
}

/// A moment on an axis whose ticks are `step` apart, with as many decimals as necessary, in the unit that keeps it
/// short.
pub fn moment(t: Nanos, step: Nanos) -> String {
    let (unit, name) = match step {
        100_000_000.. => (1_000_000_000, "s"),
        100_000.. => (1_000_000, "ms"),
        100.. => (1_000, "µs"),
        _ => (1, "ns"),
    };
    if t == 0 || step >= unit {
        format!("{} {name}", t / unit)
    } else {
        format!("{:.1} {name}", t as f64 / unit as f64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::present::chart::Plotted;

    #[test]
    fn an_axis_has_round_numbers_and_hardly_more_room_than_needed() {
        let ticks = |peak, rows| AxisScale::reaching(peak, rows).ticks().collect::<Vec<_>>();
        assert_eq!(ticks(9.8, 12), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);
        assert_eq!(ticks(16.0, 19), [0.0, 5.0, 10.0, 15.0]);
        assert_eq!(ticks(3.5, 12), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(AxisScale::to(2.2, 6).decimals(), 1);
        assert_eq!(AxisScale::reaching(9.8, 10).decimals(), 0);
    }

    #[test]
    fn round_numbers_and_moments_say_their_unit() {
        let labels = |plotted: Plotted, scale: AxisScale| -> Vec<String> {
            scale.ticks().map(|at| plotted.tick(at, scale)).collect()
        };
        assert_eq!(
            labels(Plotted::Time, AxisScale::to(0.85, 8)),
            ["0 ms", "200 ms", "400 ms", "600 ms", "800 ms"]
        );
        assert_eq!(
            labels(Plotted::SpeedUp, AxisScale::to(2.2, 6)),
            ["0.0×", "0.5×", "1.0×", "1.5×", "2.0×"]
        );
        assert_eq!(moment(200_000_000, 200_000_000), "0.2 s");
        assert_eq!(moment(2_000_000, 1_000_000), "2 ms");
        assert_eq!(moment(0, 100_000_000), "0 s");
    }

    proptest! {
        #[test]
        fn an_axis_has_even_steps_a_free_row_above_its_peak_and_grows_with_it(
            peak in 1e-6f64..1e6, more in 0.0f64..10.0, rows in 1u16..80,
        ) {
            let scale = AxisScale::reaching(peak, rows);
            let row = scale.top / f64::from(rows.max(2));
            prop_assert!(scale.top - row >= peak * (1.0 - 1e-9), "{scale:?}");
            prop_assert!(scale.top - row <= peak * if rows < 12 { 2.51 } else { 1.51 }, "{scale:?}");
            let apart = scale.step / row;
            prop_assert!((apart - apart.round()).abs() < 1e-6 && apart > 0.5, "{apart} rows apart");
            let ticks = scale.ticks().count();
            prop_assert!(ticks <= usize::from(MOST) + 1 && (rows < 12 || ticks > 3), "{ticks} in {rows}");
            let larger = AxisScale::reaching(peak * (1.0 + more), rows);
            prop_assert!(larger.top >= scale.top * (1.0 - 1e-9), "{scale:?} {larger:?}");
        }

        #[test]
        fn a_window_of_any_length_has_a_few_ticks(end in 1e-9f64..1e9, most in 1u16..40) {
            let scale = AxisScale::to(end, most);
            prop_assert!(scale.ticks().count() <= usize::from(most) + 1);
            prop_assert!(scale.ticks().all(|at| at <= end * (1.0 + 1e-6)));
            prop_assert!(end / scale.step >= f64::from(most) / 2.51 - 1.0);
        }

        #[test]
        fn there_is_a_scale_for_any_peak(peak in any::<f64>(), rows in any::<u16>()) {
            let scale = AxisScale::reaching(peak.clamp(-1e300, 1e300), rows);
            prop_assert!(scale.top > 0.0 && scale.step > 0.0);
        }
    }
}
