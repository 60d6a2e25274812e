//! Runs that measured the same thing again: what they say together.

use super::provenance::Provenance;
use super::record::Record;
use super::stats::{self, Interval, Ratio, Spread};
use super::text;

/// The seed of resampling: the same runs always say the same.
pub const SEED: u64 = 1;

/// Whether `other` repeats `record`, or is it: the same plan, measured by the same campaign, both soundly and neither to
/// warm up. Runs that were measured alone repeat each other within a session.
#[must_use]
pub fn is_repeat(
    (record, measured): (&Record, &Provenance),
    (other, other_measured): (&Record, &Provenance),
) -> bool {
    campaign(record) == campaign(other)
        && is_counted(record)
        && is_counted(other)
        && (record.campaign.is_some() || measured.is_same_session(other_measured))
        && record.plan == other.plan
}

fn campaign(record: &Record) -> Option<&str> {
    record.campaign.as_ref().map(|part| part.id.as_str())
}

/// Whether the run's time is one of those that its configuration is judged by.
#[must_use]
pub fn is_counted(record: &Record) -> bool {
    record.is_sound() && record.campaign.as_ref().is_none_or(|part| part.round > 0)
}

/// The times of these runs, in seconds.
#[must_use]
pub fn times(repeats: &[&Record]) -> Vec<f64> {
    repeats.iter().map(|record| record.wall_s).collect()
}

/// The time of these runs together; `None` of none.
#[must_use]
pub fn time(repeats: &[&Record]) -> Option<Spread> {
    stats::spread(&times(repeats), SEED)
}

/// How many times faster the second are than the first.
#[must_use]
pub fn gain(over: &[&Record], of: &[&Record]) -> Option<Ratio> {
    stats::ratio(&times(over), &times(of), SEED)
}

/// Whether a ratio is clearly not 1: above, below, or `None` if that cannot be told. With an interval, 1 is not in it, also
/// as it is printed; of single runs, by a tenth at least.
#[must_use]
pub fn direction(ratio: &Ratio) -> Option<std::cmp::Ordering> {
    use std::cmp::Ordering::{Greater, Less};
    let (low, high) = ratio
        .interval
        .map_or((ratio.value / A_TENTH, ratio.value * A_TENTH), |Interval { low, high }| (low, high));
    // An interval that is printed as "1.00–1.02" leaves room for none.
    let is_above_one = |value: f64| (value * 100.0).round() > 100.0;
    if is_above_one(low) {
        Some(Greater)
    } else if high > 0.0 && is_above_one(1.0 / high) {
        Some(Less)
    } else {
        None
    }
}

/// Single runs differ by so much without a reason.
const A_TENTH: f64 = 1.1;

/// What repeats say of a time, as in "median 0.342 s of 5 runs (0.339–0.349)"; without the range where there is none.
#[must_use]
pub fn told(time: &Spread) -> String {
    let range = time.interval.map(|interval| format!(" ({})", range(interval))).unwrap_or_default();
    format!("median {} of {} runs{range}", text::column_seconds(time.median), time.n)
}

/// An interval of seconds as the times beside it are written, without the unit.
#[must_use]
pub fn range(interval: Interval) -> String {
    let bare = |seconds: f64| text::column_seconds(seconds);
    let (low, high) = (bare(interval.low), bare(interval.high));
    match (low.rsplit_once(' '), high.rsplit_once(' ')) {
        (Some((low, unit)), Some((high, same))) if unit == same => format!("{low}–{high}"),
        _ => format!("{low}–{high}"),
    }
}
