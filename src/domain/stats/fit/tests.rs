use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::*;

const COUNTS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 32.0];

fn amdahl_of(serial: f64) -> impl Fn(f64) -> f64 {
    move |n| 1.0 / (serial + (1.0 - serial) / n)
}

fn universal_of(a: f64, b: f64) -> impl Fn(f64) -> f64 {
    move |n| n / (1.0 + a * (n - 1.0) + b * n * (n - 1.0))
}

/// The serial times and points of a law, with three exact repeats each.
fn exact(counts: &[f64], speedup: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<Point>) {
    let point = |workers: &f64| Point {
        workers: *workers,
        times: vec![2.0 / speedup(*workers); 3],
    };
    (vec![2.0; 3], counts.iter().map(point).collect())
}

/// The same with noise of about a twentieth.
fn noisy(
    repeats: usize,
    speedup: impl Fn(f64) -> f64,
    random: &mut Pcg64,
) -> (Vec<f64>, Vec<Point>) {
    let mut noise = || 0.95 + 0.1 * random.random::<f64>();
    let mut times = |time: f64| (0..repeats).map(|_| time * noise()).collect::<Vec<_>>();
    let serial = times(1.0);
    let point = |workers: &f64| Point {
        workers: *workers,
        times: times(1.0 / speedup(*workers)),
    };
    (serial, COUNTS.iter().map(point).collect())
}

fn is_near(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1e-9
}

fn amdahl(serial: &[f64], points: &[Point], seed: u64) -> Option<Fit> {
    fits(serial, points, seed).map(|fits| fits.amdahl)
}

fn universal(serial: &[f64], points: &[Point], seed: u64) -> Option<Fit> {
    fits(serial, points, seed).map(|fits| fits.universal)
}

/// The serial part.
fn part(fit: Option<Fit>) -> FittedParameter {
    *fit.unwrap().law.parameters().0
}

/// Contention and coherency.
fn both(fit: Option<Fit>) -> (FittedParameter, FittedParameter) {
    let law = fit.unwrap().law;
    let (contention, coherency) = law.parameters();
    (*contention, *coherency.unwrap())
}

#[test]
fn a_serial_part_of_a_twentieth_limits_the_speedup_to_twenty() {
    let (serial, points) = exact(&COUNTS, amdahl_of(0.05));
    let fit = amdahl(&serial, &points, 1).unwrap();
    let part = part(Some(fit));
    assert!(is_near(part.value, 0.05));
    assert!(is_near(part.interval.low, 0.05) && is_near(part.interval.high, 0.05));
    assert!(!part.clamped);
    assert!(is_near(fit.law.limit().unwrap(), 20.0));
    // The textbook's table.
    for (workers, speedup) in [(2.0, 1.905), (8.0, 5.926), (16.0, 9.143), (1_024.0, 19.64)] {
        let found = fit.law.speedup(workers);
        assert!((found - speedup).abs() < 0.005, "{workers}: {found}");
    }
    assert_eq!((fit.points, fit.from, fit.to), (7, 1.0, 32.0));
    assert!(fit.rms < 1e-9 && !fit.is_poor());
    assert!(!fit.law.is_clamped());
}

#[test]
fn the_universal_law_peaks_where_its_formula_says() {
    let (serial, points) = exact(&COUNTS, universal_of(0.02, 0.0005));
    let fit = universal(&serial, &points, 1).unwrap();
    let (contention, coherency) = both(Some(fit));
    assert!(is_near(contention.value, 0.02) && is_near(coherency.value, 0.0005));
    assert_eq!(fit.law.limit(), None);
    let peak = fit.law.peak().unwrap();
    assert!((peak - 44.27).abs() < 0.01, "{peak}");
    assert!(fit.at(peak) > fit.at(peak - 1.0) && fit.at(peak) > fit.at(peak + 1.0));
}

#[test]
fn without_coherency_the_universal_law_is_that_of_amdahl() {
    let (serial, points) = exact(&COUNTS, amdahl_of(0.1));
    let fit = universal(&serial, &points, 1).unwrap();
    let (contention, coherency) = both(Some(fit));
    assert!(is_near(contention.value, 0.1) && coherency.value < 1e-9);
    let other = amdahl(&serial, &points, 1).unwrap();
    assert!((fit.law.speedup(20.0) - other.law.speedup(20.0)).abs() < 1e-6);
}

#[test]
fn what_scales_perfectly_has_no_serial_part_and_nothing_was_clamped() {
    let (serial, points) = exact(&COUNTS, |n| n);
    let part = part(amdahl(&serial, &points, 1));
    assert!(part.value < 1e-9 && !part.clamped);
    let fit = universal(&serial, &points, 1).unwrap();
    assert!(!fit.law.is_clamped());
    assert!(fit.law.speedup(32.0) > 31.999);
}

#[test]
fn better_than_linear_gives_no_negative_serial_part_but_says_that_it_was_clamped() {
    let (serial, points) = exact(&COUNTS, |n| n.powf(1.1));
    let FittedParameter {
        value,
        interval,
        clamped,
    } = part(amdahl(&serial, &points, 1));
    assert_eq!(
        (value, interval, clamped),
        (
            0.0,
            Interval {
                low: 0.0,
                high: 0.0
            },
            true
        )
    );
    assert_eq!(amdahl(&serial, &points, 1).unwrap().law.limit(), None);
    assert!(amdahl(&serial, &points, 1).unwrap().law.is_clamped());
    let (contention, coherency) = both(universal(&serial, &points, 1));
    assert_eq!((contention.value, coherency.value), (0.0, 0.0));
    assert!(contention.clamped);
}

#[test]
fn slower_than_serial_is_a_serial_part_of_one_that_was_clamped() {
    let (serial, points) = exact(&COUNTS, |n| if n > 1.0 { 0.8 } else { 1.0 });
    let serial_part = part(amdahl(&serial, &points, 1));
    assert_eq!((serial_part.value, serial_part.clamped), (1.0, true));
    let fit = universal(&serial, &points, 1).unwrap();
    let (contention, _) = both(Some(fit));
    assert!(contention.value > 1.0, "two workers are slower than one");
    assert_eq!(fit.law.peak(), Some(1.0));
}

#[test]
fn with_a_bound_in_the_way_no_allowed_parameters_are_better() {
    // Flattens sooner and falls later than the law allows, so the free optimum has a negative coherency.
    let (serial, points) = exact(&COUNTS, |n: f64| n.powf(0.6));
    let (contention, coherency) = both(universal(&serial, &points, 1));
    assert!(coherency.clamped && coherency.value == 0.0);
    let error = |a: f64, b: f64| -> f64 {
        let speedup = universal_of(a, b);
        points
            .iter()
            .map(|point| (1.0 - 2.0 / speedup(point.workers) / point.times[0]).powi(2))
            .sum()
    };
    let found = error(contention.value, 0.0);
    for a in 0..200 {
        for b in 0..50 {
            assert!(found <= error(f64::from(a) / 200.0, f64::from(b) / 1_000.0) + 1e-12);
        }
    }
}

#[test]
fn a_law_that_does_not_describe_the_points_says_so() {
    // Two cores: twice as fast with two or more workers.
    let (serial, points) = exact(&COUNTS, |n| n.min(2.0));
    let fit = amdahl(&serial, &points, 1).unwrap();
    assert!(fit.rms > 0.05, "{}", fit.rms);
    // Grows and then breaks down suddenly.
    let (serial, points) = exact(&COUNTS, |n| if n < 20.0 { n } else { 1.0 });
    let fit = amdahl(&serial, &points, 1).unwrap();
    assert!(fit.is_poor());
}

#[test]
fn there_is_no_fit_of_fewer_than_six_worker_counts_or_without_repeats() {
    let (serial, points) = exact(&COUNTS[..6], amdahl_of(0.1));
    assert!(amdahl(&serial, &points, 1).is_some());
    assert!(
        amdahl(&serial, &points[..5], 1).is_none() && universal(&serial, &points[..5], 1).is_none()
    );
    let mut twice = points[..5].to_vec();
    twice.push(points[4].clone());
    assert!(
        amdahl(&serial, &twice, 1).is_none(),
        "the same worker count twice is one point"
    );
    let once: Vec<Point> = points
        .iter()
        .map(|p| Point {
            times: vec![p.times[0]],
            ..p.clone()
        })
        .collect();
    assert!(amdahl(&serial[..1], &once, 1).is_none());
    assert!(amdahl(&serial, &[], 1).is_none() && amdahl(&[], &points, 1).is_none());
}

#[test]
fn impossible_times_and_counts_are_refused() {
    let (serial, points) = exact(&COUNTS, amdahl_of(0.1));
    for (workers, time) in [
        (4.0, 0.0),
        (4.0, -1.0),
        (4.0, f64::NAN),
        (4.0, f64::INFINITY),
        (0.0, 1.0),
        (f64::NAN, 1.0),
        (0.5, 1.0),
    ] {
        let mut points = points.clone();
        points.push(Point {
            workers,
            times: vec![time; 3],
        });
        assert!(
            universal(&serial, &points, 1).is_none(),
            "{workers} workers, {time} s"
        );
        assert!(
            amdahl(&serial, &points, 1).is_none(),
            "{workers} workers, {time} s"
        );
    }
}

#[test]
fn beyond_twice_the_measured_range_is_far() {
    let (serial, points) = exact(&COUNTS, amdahl_of(0.1));
    let fit = amdahl(&serial, &points, 1).unwrap();
    assert!(fit.at(1.0).is_some() && fit.at(64.0).is_some());
    assert_eq!(fit.at(65.0), None);
}

#[test]
fn the_interval_of_a_parameter_contains_the_true_one_nearly_always() {
    let mut random = Pcg64::seed_from_u64(1);
    let trials = 100;
    let hits = (0..trials).filter(|_| {
        let (serial, points) = noisy(9, universal_of(0.05, 0.002), &mut random);
        let (contention, coherency) = both(universal(&serial, &points, random.random()));
        contention.interval.contains(0.05) && coherency.interval.contains(0.002)
    });
    let hits = hits.count();
    // Both parameters at once, each with 95 %.
    assert!(hits > 80, "{hits} of {trials}");
}

#[test]
fn what_the_serial_runs_leave_open_is_in_the_interval_of_the_parameter() {
    let (_, points) = exact(&COUNTS, amdahl_of(0.2));
    let interval = |serial: &[f64]| part(amdahl(serial, &points, 1)).interval;
    let (sure, unsure) = (interval(&[2.0, 2.0, 2.0]), interval(&[1.8, 2.0, 2.2]));
    assert!(unsure.high - unsure.low > sure.high - sure.low + 0.01);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn exact_points_give_their_parameters_back(a in 0.0..1.0_f64, b in 0.0..0.1_f64, seed: u64) {
        let (serial, points) = exact(&COUNTS, universal_of(a, b));
        let (contention, coherency) = both(universal(&serial, &points, seed));
        prop_assert!((contention.value - a).abs() < 1e-6, "{a}: {contention:?}");
        prop_assert!((coherency.value - b).abs() < 1e-6, "{b}: {coherency:?}");
        let (serial, points) = exact(&COUNTS, amdahl_of(a));
        prop_assert!((part(amdahl(&serial, &points, seed)).value - a).abs() < 1e-9);
    }

    #[test]
    fn parameters_are_allowed_and_lie_in_their_intervals_whatever_was_measured(
        times in prop::collection::vec(prop::collection::vec(1e-3..1e3_f64, 1..6), 6..9),
        serial in prop::collection::vec(1e-3..1e3_f64, 2..6),
    ) {
        let points: Vec<Point> =
            times.into_iter().zip(1..).map(|(times, n)| Point { workers: f64::from(n), times }).collect();
        let Fits { amdahl, universal } = fits(&serial, &points, 1).unwrap();
        let (contention, coherency) = both(Some(universal));
        for parameter in [part(Some(amdahl)), contention, coherency] {
            prop_assert!(parameter.value >= 0.0 && parameter.value.is_finite());
            prop_assert!(parameter.interval.contains(parameter.value) && parameter.interval.low >= 0.0);
        }
        prop_assert!(part(Some(amdahl)).value <= 1.0);
        prop_assert!(amdahl.law.speedup(4.0) > 0.0 && universal.law.speedup(4.0) > 0.0);
    }

    #[test]
    fn neither_the_unit_nor_the_order_of_times_and_points_matters(seed: u64, power in -10..10) {
        let mut random = Pcg64::seed_from_u64(seed);
        let (serial, points) = noisy(4, universal_of(0.1, 0.001), &mut random);
        let unit = 2_f64.powi(power);
        let moved = |times: &[f64]| times.iter().rev().map(|time| time * unit).collect::<Vec<_>>();
        let other: Vec<Point> =
            points.iter().map(|point| Point { times: moved(&point.times), ..*point }).collect();
        prop_assert_eq!(universal(&serial, &points, 1), universal(&moved(&serial), &other, 1));
        let backwards: Vec<Point> = points.iter().rev().cloned().collect();
        let of = |points: &[Point]| part(amdahl(&serial, points, 1)).value;
        prop_assert!((of(&points) - of(&backwards)).abs() < 1e-9);
    }
}
