//! Measures the statistics of repeats and prints each result next to its target. Reports only: a missed target is not a
//! failure.

#[path = "support/median.rs"]
mod median;
#[path = "support/table.rs"]
mod table;

use std::hint::black_box;

use median::median;
use pconc_tui::{
    domain::stats::{
        fit::{self, Point},
        outliers, ratio, spread,
    },
    engine::clock,
};
use table::row;

/// Five models and nine worker counts each.
const CONFIGURATIONS: usize = 45;
const COUNTS: [f64; 9] = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0];

fn main() {
    table::begin();
    for repeats in [3, 30, 1_000] {
        single(repeats);
        sweep(repeats);
    }
    table::publish("stats");
}

/// The time of a call in milliseconds: the median of 21.
fn millis<T>(mut call: impl FnMut() -> T) -> String {
    let time = || {
        let start = clock::now();
        black_box(call());
        (clock::now() - start) as f64
    };
    format!(
        "{:.3} ms",
        median(std::iter::repeat_with(time).take(21).collect()) / 1e6
    )
}

/// Times that differ a little, in no order.
fn times(repeats: usize, about: f64) -> Vec<f64> {
    (0..repeats)
        .map(|i| about * (1.0 + 0.1 * ((i * 7_919) % 1_009) as f64 / 1_009.0))
        .collect()
}

fn single(repeats: usize) {
    let (over, of) = (times(repeats, 1.0), times(repeats, 0.5));
    let what = |name: &str| format!("{name} of {repeats} repeats");
    row(
        &what("median with interval"),
        &millis(|| spread(black_box(&of), 1)),
        "",
    );
    row(
        &what("speed-up with interval"),
        &millis(|| ratio(black_box(&over), black_box(&of), 1)),
        "",
    );
    row(&what("outliers"), &millis(|| outliers(black_box(&of))), "");
    let points = points(repeats);
    row(
        &what("both laws, 9 points"),
        &millis(|| fit::fits(&over, black_box(&points), 1)),
        "",
    );
}

fn points(repeats: usize) -> Vec<Point> {
    let point = |workers| Point {
        workers,
        times: times(repeats, 0.1 + 0.9 / workers),
    };
    COUNTS.into_iter().map(point).collect()
}

fn sweep(repeats: usize) {
    let (serial, of) = (times(repeats, 1.0), times(repeats, 0.5));
    let summarise = || {
        for seed in 0..CONFIGURATIONS as u64 {
            black_box((spread(&of, seed), ratio(&serial, &of, seed), outliers(&of)));
        }
    };
    let what = format!("a sweep of {CONFIGURATIONS} configurations, {repeats} repeats each");
    row(&what, &millis(summarise), "under 50 ms");
}
