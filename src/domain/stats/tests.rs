use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::*;

/// Numbers that look random but are the same in each test run: a tenth above or below 1, with a long tail upwards, like
/// times.
fn times(n: usize, random: &mut Pcg64) -> Vec<f64> {
    let mut uniform = || random.random::<f64>();
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    (0..n).map(|_| (0.1 * normal()).exp()).collect()
}

/// The share of the trials that succeeded.
fn share(trials: u32, mut succeeds: impl FnMut(&mut Pcg64) -> bool) -> f64 {
    let mut random = Pcg64::seed_from_u64(1);
    let successes = (0..trials).filter(|_| succeeds(&mut random)).count();
    successes as f64 / f64::from(trials)
}

fn interval(low: f64, high: f64) -> Option<Interval> {
    Some(Interval { low, high })
}

/// Whether the interval shows any difference.
fn excludes_one(ratio: &Ratio) -> bool {
    ratio
        .interval
        .is_some_and(|interval| !interval.contains(1.0))
}

#[test]
fn the_median_is_the_middle_value_or_the_mean_of_the_two_middle_ones() {
    assert_eq!(median(&[3.0]), Some(3.0));
    assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
    assert_eq!(median(&[4.0, 1.0, 2.0, 100.0]), Some(3.0));
    assert_eq!(median(&[f64::MAX, f64::MAX]), Some(f64::MAX));
}

#[test]
fn nothing_is_said_of_no_values_or_of_some_that_are_not_finite() {
    for values in [
        &[][..],
        &[f64::NAN],
        &[1.0, f64::INFINITY, 2.0],
        &[f64::NEG_INFINITY, 1.0],
    ] {
        assert_eq!(median(values), None);
        assert_eq!(spread(values, 1), None);
        assert_eq!(ratio(values, &[1.0], 1), None);
        assert_eq!(ratio(&[1.0], values, 1), None);
    }
    assert_eq!(ratio(&[1.0, 1.0], &[0.0, 1.0], 1), None, "no time is 0");
    assert_eq!(ratio(&[1.0, -1.0], &[1.0], 1), None, "no time is negative");
}

#[test]
fn a_single_value_has_no_interval() {
    assert_eq!(
        spread(&[2.0], 1),
        Some(Spread {
            n: 1,
            median: 2.0,
            interval: None,
            min: 2.0,
            max: 2.0
        })
    );
    assert_eq!(
        ratio(&[4.0], &[2.0], 1),
        Some(Ratio {
            value: 2.0,
            interval: None
        })
    );
    assert_eq!(
        ratio(&[4.0, 4.0, 4.0], &[2.0], 1).map(|ratio| ratio.interval),
        Some(None)
    );
}

#[test]
fn the_interval_of_few_values_is_the_known_one() {
    // For odd n, the median of a resample is the smallest of n values with the probability P(B(n, 1/n) > n/2): 7/27 for
    // 3 values and 0.058 for 5. For 7 values it is 0.0100, less than the 2.5 % that are left out. For 11 the two
    // smallest have 0.0073.
    let of = |n: usize| {
        let values: Vec<f64> = (1..=n).map(|value| value as f64).collect();
        spread(&values, 5).and_then(|spread| spread.interval)
    };
    assert_eq!(of(2), interval(1.0, 2.0));
    assert_eq!(of(3), interval(1.0, 3.0));
    assert_eq!(of(5), interval(1.0, 5.0));
    assert_eq!(of(7), interval(2.0, 6.0));
    assert_eq!(of(11), interval(3.0, 9.0));
}

#[test]
fn equal_values_have_an_interval_without_width() {
    let spread = spread(&[0.25; 7], 1).unwrap();
    assert_eq!(
        (spread.median, spread.interval),
        (0.25, interval(0.25, 0.25))
    );
    let ratio = ratio(&[3.0; 4], &[1.5; 9], 1).unwrap();
    assert_eq!((ratio.value, ratio.interval), (2.0, interval(2.0, 2.0)));
    assert!(excludes_one(&ratio));
}

#[test]
fn the_interval_contains_the_true_median_about_as_often_as_it_says() {
    // The true median of these times is 1.
    let coverage = |n: usize| {
        share(500, |random| {
            spread(&times(n, random), random.random())
                .unwrap()
                .interval
                .unwrap()
                .contains(1.0)
        })
    };
    for n in [10, 31] {
        let found = coverage(n);
        assert!((0.91..=0.98).contains(&found), "{n} repeats: {found}");
    }
}

/// The highest possible confidence that an interval between two of `n` repeats contains the true median: the
/// probability that they do not all lie on one side of it.
fn reach(n: usize) -> f64 {
    (1.0 - 0.5_f64.powi(n.max(1) as i32 - 1)).min(CONFIDENCE)
}

#[test]
fn few_repeats_cover_what_their_reach_says_and_no_more() {
    for (n, expected) in [
        (1, 0.0),
        (2, 0.5),
        (3, 0.75),
        (4, 0.875),
        (5, 0.9375),
        (6, 0.95),
        (1_000, 0.95),
    ] {
        assert_eq!(reach(n), expected);
    }
    for n in [2, 3, 5] {
        let found = share(500, |random| {
            spread(&times(n, random), random.random())
                .unwrap()
                .interval
                .unwrap()
                .contains(1.0)
        });
        assert!((found - reach(n)).abs() < 0.07, "{n} repeats: {found}");
    }
}

#[test]
fn two_samples_of_the_same_thing_differ_as_rarely_as_documented() {
    let told_apart = |n: usize| {
        share(500, |random| {
            excludes_one(&ratio(&times(n, random), &times(n, random), random.random()).unwrap())
        })
    };
    for (n, range) in [(2, 0.25..0.42), (3, 0.06..0.15), (10, 0.01..0.08)] {
        let found = told_apart(n);
        assert!(range.contains(&found), "{n} repeats: {found}");
    }
}

#[test]
fn a_ratio_of_ratios_does_not_see_what_both_sides_share() {
    let (one, two, ten) = ([1.0, 1.02, 1.04], [2.0, 2.04, 2.08], [10.0, 10.2, 10.4]);
    let twenty = two.map(|value| value * 10.0);
    let ratio = ratio_of_ratios((&two, &one), (&twenty, &ten), 1).unwrap();
    assert!(
        (ratio.value - 1.0).abs() < 1e-12 && !excludes_one(&ratio),
        "{ratio:?}"
    );
    let ratio = ratio_of_ratios((&two, &one), (&ten, &ten), 1).unwrap();
    assert!(
        (ratio.value - 2.0).abs() < 1e-12 && excludes_one(&ratio),
        "{ratio:?}"
    );
    assert_eq!(
        ratio_of_ratios((&two[..1], &one), (&ten, &ten), 1)
            .unwrap()
            .interval,
        None
    );
    assert_eq!(ratio_of_ratios((&[], &one), (&ten, &ten), 1), None);
}

#[test]
fn intervals_overlap_if_they_share_a_value() {
    let [a, b, c] = [(1.0, 2.0), (2.0, 3.0), (2.5, 4.0)].map(|(low, high)| Interval { low, high });
    assert!(a.overlaps(b) && b.overlaps(a));
    assert!(!a.overlaps(c) && !c.overlaps(a));
    assert!(a.contains(1.0) && a.contains(2.0) && !a.contains(2.1));
}

fn some_times() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(1e-6..1e4_f64, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn least_interval_median_and_greatest_are_in_this_order(values in some_times(), seed: u64) {
        let spread = spread(&values, seed).unwrap();
        let interval = spread.interval.unwrap_or(Interval { low: spread.median, high: spread.median });
        prop_assert!(spread.min <= interval.low);
        prop_assert!(interval.contains(spread.median));
        prop_assert!(interval.high <= spread.max);
    }

    #[test]
    fn the_order_of_the_values_means_nothing(values in some_times(), of in some_times(), seed: u64) {
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        prop_assert_eq!(spread(&values, seed), spread(&reversed, seed));
        prop_assert_eq!(ratio(&values, &of, seed), ratio(&reversed, &of, seed));
    }

    #[test]
    fn a_sample_never_differs_from_itself(values in some_times(), seed: u64) {
        let ratio = ratio(&values, &values, seed).unwrap();
        prop_assert_eq!(ratio.value, 1.0);
        prop_assert!(!excludes_one(&ratio));
    }

    #[test]
    fn another_unit_leaves_the_ratio_and_scales_the_spread(values in some_times(), of in some_times(), power in -10..10) {
        let unit = 2_f64.powi(power);
        let scaled = |values: &[f64]| values.iter().map(|value| value * unit).collect::<Vec<_>>();
        prop_assert_eq!(ratio(&scaled(&values), &scaled(&of), 3), ratio(&values, &of, 3));
        let (here, there) = (spread(&values, 3).unwrap(), spread(&scaled(&values), 3).unwrap());
        prop_assert_eq!(there.median, here.median * unit);
        prop_assert_eq!(there.interval.map(|i| i.low), here.interval.map(|i| i.low * unit));
    }

    #[test]
    fn an_added_value_far_away_is_found(mut values in prop::collection::vec(1.0..2.0_f64, 3..40), at: prop::sample::Index) {
        let at = at.index(values.len());
        values.insert(at, 1_000.0);
        let found = outliers(&values);
        prop_assert!(found.iter().any(|outlier| outlier.index == at && outlier.z > THRESHOLD));
        prop_assert!(found.len() < values.len());
    }

    #[test]
    fn outliers_are_the_same_values_in_another_unit_and_order(values in some_times(), power in -10..10) {
        let unit = 2_f64.powi(power);
        let moved: Vec<f64> = values.iter().rev().map(|value| value * unit).collect();
        let mut there: Vec<usize> = outliers(&moved).iter().map(|outlier| values.len() - 1 - outlier.index).collect();
        there.reverse();
        let here: Vec<usize> = outliers(&values).iter().map(|outlier| outlier.index).collect();
        prop_assert_eq!(here, there);
    }
}
