//! The scale of an axis: round numbers.

/// A scale from 0 up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The value at the upper edge.
    pub top: f64,
    /// Between two round numbers.
    pub step: f64,
}

/// Rows between two round numbers, at least.
const APART: u16 = 2;
/// No axis has more round numbers than this.
const MOST: u16 = 8;

impl Scale {
    /// A scale that reaches `peak` with so many rows, and leaves a little room above it. It never gets smaller when the
    /// peak grows.
    pub fn reaching(peak: f64, rows: u16) -> Scale {
        let peak = if peak.is_finite() && peak > 0.0 {
            peak
        } else {
            1.0
        };
        let labels = f64::from((rows / APART).clamp(1, MOST));
        let step = round_up(peak / labels);
        // A fifth of a step: fine enough to waste no room, coarse enough that not each measurement moves everything.
        let quantum = step / 5.0;
        Scale {
            top: (peak / quantum).ceil() * quantum,
            step,
        }
    }

    /// The round numbers on it, 0 among them.
    pub fn ticks(self) -> impl Iterator<Item = f64> {
        let steps = (self.top / self.step * (1.0 + 1e-9)).floor();
        (0..=steps as u32).map(move |n| f64::from(n) * self.step)
    }

    /// So many decimals tell two round numbers apart.
    pub fn decimals(self) -> usize {
        (-self.step.log10().floor()).clamp(0.0, 9.0) as usize
    }
}

/// The least of 1, 2, 5, 10, … and their decimal fractions that is not below `value`.
fn round_up(value: f64) -> f64 {
    let decade = 10f64.powf(value.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| factor * decade >= value * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * decade
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_axis_has_round_numbers_and_hardly_more_room_than_needed() {
        let ticks = |peak, rows| Scale::reaching(peak, rows).ticks().collect::<Vec<_>>();
        assert_eq!(ticks(9.8, 10), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks(16.0, 12), [0.0, 5.0, 10.0, 15.0]);
        assert_eq!(Scale::reaching(16.0, 12).top, 16.0);
        assert_eq!(
            Scale::reaching(2.0, 8),
            Scale {
                top: 2.0,
                step: 0.5
            }
        );
        assert_eq!(
            (
                Scale::reaching(2.0, 8).decimals(),
                Scale::reaching(9.8, 10).decimals()
            ),
            (1, 0)
        );
    }

    proptest! {
        #[test]
        fn an_axis_reaches_its_peak_and_grows_with_it(peak in 1e-6f64..1e6, more in 0.0f64..10.0, rows in 1u16..80) {
            let scale = Scale::reaching(peak, rows);
            prop_assert!(scale.top >= peak * (1.0 - 1e-9) && scale.top <= peak * 1.5, "{scale:?}");
            prop_assert!(scale.ticks().count() <= usize::from(MOST) + 1);
            let larger = Scale::reaching(peak * (1.0 + more), rows);
            prop_assert!(larger.top >= scale.top * (1.0 - 1e-9), "{scale:?} {larger:?}");
        }

        #[test]
        fn whatever_the_peak_there_is_a_scale(peak in any::<f64>(), rows in any::<u16>()) {
            let scale = Scale::reaching(peak.clamp(-1e300, 1e300), rows);
            prop_assert!(scale.top > 0.0 && scale.step > 0.0);
        }
    }
}
