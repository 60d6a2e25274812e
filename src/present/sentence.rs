//! Sentences from findings: one generator for each kind, and the phrases that they share.

pub mod advised;
pub mod caveats;
pub mod claim;
pub mod comparison;
pub mod conclusion;
pub mod counter;
pub mod document;
pub mod estimate;
pub mod fidelity;
pub mod fit;
pub mod function;
pub mod in_turn;
pub mod live;
mod moment;
pub mod origin;
pub mod pattern;
pub mod pitfall;
pub mod shared_file;
#[cfg(test)]
mod tests;
pub mod verdict;
pub mod work;

pub use moment::{moment, set_time_zone, utc, when};

use crate::{
    domain::{
        stats::{Interval, Ratio, Spread},
        text,
    },
    present::number::span,
};

/// What a range in parentheses after a number is.
pub const INTERVAL: &str = "(a–b): 95 % interval";

/// The default reference of speed-ups.
pub(super) fn serial(is_python: bool) -> &'static str {
    if is_python {
        "one Python thread"
    } else {
        "serial"
    }
}

/// A factor with its interval, as in "1.93× (1.88–1.97)". A factor of single runs is "1.9×", because more digits would
/// claim too much precision.
fn factor(ratio: &Ratio) -> String {
    factor_with(ratio, "")
}

/// A factor with its interval and the number of pairs that it comes from: "1.93× (1.88–1.97, 4 pairs)".
fn factor_of_pairs(ratio: &Ratio, pairs: usize) -> String {
    factor_with(ratio, &format!(", {}", text::counted(pairs as u64, "pair")))
}

fn factor_with(ratio: &Ratio, evidence: &str) -> String {
    let range = |interval| span(interval, digits);
    match ratio.interval.map(range) {
        Some(range) => format!("{}× ({range}{evidence})", digits(ratio.value)),
        None => text::speedup(ratio.value),
    }
}

/// 1.93, 10.2, 104.
fn digits(factor: f64) -> String {
    format!("{factor:.*}", text::decimals(factor).min(2))
}

/// The median of repeats, as in "median 0.342 s of 5 runs (0.339–0.349)"; without the range if there is none.
pub fn repeats(time: &Spread) -> String {
    let range = time
        .interval
        .map(|interval| format!(" (95 % interval {})", seconds(interval)))
        .unwrap_or_default();
    format!(
        "median {} of {} runs{range}",
        text::column_seconds(time.median),
        time.n
    )
}

/// An interval of seconds without the unit, in the format of the times beside it.
pub fn seconds(interval: Interval) -> String {
    let (low, high) = (
        text::column_seconds(interval.low),
        text::column_seconds(interval.high),
    );
    match (low.rsplit_once(' '), high.rsplit_once(' ')) {
        (Some((low, unit)), Some((high, same))) if unit == same => format!("{low}–{high}"),
        _ => format!("{low}–{high}"),
    }
}

/// "the lock", with a note if waiting for it was estimated.
fn the_lock(is_estimate: bool) -> &'static str {
    if is_estimate {
        "the lock (estimated)"
    } else {
        "the lock"
    }
}

/// A count, in words up to twelve, as in "two workers".
pub fn count(n: u64) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    let word = WORDS.get(n as usize);
    word.map_or_else(|| n.to_string(), |word| (*word).into())
}
