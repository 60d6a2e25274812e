//! How fast a machine computes.

use serde::{Deserialize, Serialize};

/// The article's number of iterations.
pub const ITERATIONS: u64 = 10_000_000;
/// The maximum number of iterations of a task: hours on any machine.
pub const MAX_ITERATIONS: u64 = 1_000_000_000_000;

/// How many steps of the `cpu` kernel an idle core does in a second.
///
/// One number is not enough. The cosine of a large argument costs more than that of a small one; with glibc it is about
/// three times as much from step 2^25 on. So a rate that is measured over the first steps says nothing about a long
/// task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Speed {
    ranges: Vec<RateRange>,
}

/// A range of steps with one rate. It ends where the next range starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateRange {
    /// The first step of the range.
    pub from: u64,
    /// Steps per second, above 0.
    pub rate: f64,
}

impl Speed {
    /// A speed from measured ranges in ascending order. The first one has to start at step 0.
    pub fn new(ranges: Vec<RateRange>) -> Speed {
        let speed = Speed { ranges };
        debug_assert!(speed.is_possible());
        speed
    }

    /// A speed with the same rate for all steps.
    pub fn uniform(rate: f64) -> Speed {
        Speed::new(vec![RateRange { from: 0, rate }])
    }

    /// Whether every step of a task has a rate above 0. A speed that was read from a file may be invalid.
    pub fn is_possible(&self) -> bool {
        let begins = self.ranges.first().is_some_and(|range| range.from == 0);
        let ascends = self
            .ranges
            .windows(2)
            .all(|pair| pair[0].from < pair[1].from);
        let has_rate = |range: &RateRange| range.rate.is_finite() && range.rate > 0.0;
        begins && ascends && self.ranges.iter().all(has_rate)
    }

    /// This speed, with the rates of `other` in all ranges in which `other` is at least `by` times as fast. If their
    /// ranges differ, it is `other`.
    pub fn improved_by(&self, other: &Speed, by: f64) -> Speed {
        let from = |speed: &Speed| Vec::from_iter(speed.ranges.iter().map(|range| range.from));
        if from(self) != from(other) {
            return other.clone();
        }
        let faster = |(mine, theirs): (&RateRange, &RateRange)| {
            if theirs.rate >= mine.rate * by {
                *theirs
            } else {
                *mine
            }
        };
        Speed::new(self.ranges.iter().zip(&other.ranges).map(faster).collect())
    }

    /// Steps per second in the first range.
    pub fn rate(&self) -> f64 {
        self.ranges[0].rate
    }

    /// How many times as fast as `other` it is for a task of the article.
    pub fn compared_with(&self, other: &Speed) -> f64 {
        other.seconds_of(ITERATIONS) / self.seconds_of(ITERATIONS)
    }

    /// How many steps of one task fit into `seconds`, at least one.
    pub fn iterations_in(&self, seconds: f64) -> u64 {
        let mut left = seconds;
        for (range, until) in self.bounded() {
            let whole = (until - range.from) as f64 / range.rate;
            if left <= whole {
                return (range.from + (left * range.rate).round() as u64).clamp(1, MAX_ITERATIONS);
            }
            left -= whole;
        }
        MAX_ITERATIONS
    }

    /// How many seconds a task with this many steps takes.
    pub fn seconds_of(&self, iterations: u64) -> f64 {
        let spent = |(range, until): (RateRange, u64)| {
            until.min(iterations).saturating_sub(range.from) as f64 / range.rate
        };
        self.bounded().map(spent).sum()
    }

    /// The ranges, each with the step before which it ends.
    fn bounded(&self) -> impl Iterator<Item = (RateRange, u64)> {
        let ranges = self.ranges.iter();
        let ends = ranges.clone().skip(1).map(|range| range.from);
        ranges.copied().zip(ends.chain([MAX_ITERATIONS]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_cost_more_are_counted_at_their_price() {
        let speed = Speed::new(vec![
            RateRange {
                from: 0,
                rate: 100.0,
            },
            RateRange {
                from: 1000,
                rate: 10.0,
            },
        ]);
        assert_eq!(speed.iterations_in(5.0), 500);
        assert_eq!(speed.iterations_in(12.0), 1020);
        assert_eq!(speed.seconds_of(500), 5.0);
        assert_eq!(speed.seconds_of(1020), 12.0);
    }

    #[test]
    fn a_task_has_at_least_one_step_and_no_more_than_allowed() {
        assert_eq!(Speed::uniform(1.0).iterations_in(0.001), 1);
        assert_eq!(Speed::uniform(1e12).iterations_in(1e9), MAX_ITERATIONS);
    }
}
