//! How fast a machine computes.

use serde::{Deserialize, Serialize};

/// The article's number of iterations.
pub const ITERATIONS: u64 = 10_000_000;
/// The most iterations of a task: hours on any machine.
pub const MAX_ITERATIONS: u64 = 1_000_000_000_000;

/// How many steps of the `cpu` kernel an idle core does in a second.
///
/// One number is not enough. The cosine of a large argument costs more than that of a small one; with glibc it is about
/// three times as much from step 2^25 on. So a rate that is measured over the first steps says nothing about a long
/// task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Speed {
    pieces: Vec<Piece>,
}

/// A range of steps with one rate. It ends where the next range starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// The first step of the range.
    pub from: u64,
    /// Steps per second, above 0.
    pub rate: f64,
}

impl Speed {
    /// From measured ranges in ascending order. The first one has to start at step 0.
    pub fn new(pieces: Vec<Piece>) -> Speed {
        let speed = Speed { pieces };
        debug_assert!(speed.is_possible());
        speed
    }

    /// The same rate for all steps.
    pub fn uniform(rate: f64) -> Speed {
        Speed::new(vec![Piece { from: 0, rate }])
    }

    /// Whether every step of a task has a rate above 0. A speed that was read from a file may be wrong.
    pub fn is_possible(&self) -> bool {
        let begins = self.pieces.first().is_some_and(|piece| piece.from == 0);
        let ascends = self
            .pieces
            .windows(2)
            .all(|pair| pair[0].from < pair[1].from);
        let has_rate = |piece: &Piece| piece.rate.is_finite() && piece.rate > 0.0;
        begins && ascends && self.pieces.iter().all(has_rate)
    }

    /// This speed with the rates of `other` in all ranges in which `other` is at least `by` times as fast.
    pub fn improved_by(&self, other: &Speed, by: f64) -> Speed {
        let from = |speed: &Speed| Vec::from_iter(speed.pieces.iter().map(|piece| piece.from));
        if from(self) != from(other) {
            return other.clone();
        }
        let faster = |(mine, theirs): (&Piece, &Piece)| {
            if theirs.rate >= mine.rate * by {
                *theirs
            } else {
                *mine
            }
        };
        Speed::new(self.pieces.iter().zip(&other.pieces).map(faster).collect())
    }

    /// Steps per second in the first range.
    pub fn rate(&self) -> f64 {
        self.pieces[0].rate
    }

    /// How many times as fast as `other` it is for a task of the article.
    pub fn compared_with(&self, other: &Speed) -> f64 {
        other.seconds_of(ITERATIONS) / self.seconds_of(ITERATIONS)
    }

    /// How many steps of one task fit into `seconds`, at least one.
    pub fn iterations_in(&self, seconds: f64) -> u64 {
        let mut left = seconds;
        for (piece, until) in self.bounded() {
            let whole = (until - piece.from) as f64 / piece.rate;
            if left <= whole {
                return (piece.from + (left * piece.rate).round() as u64).clamp(1, MAX_ITERATIONS);
            }
            left -= whole;
        }
        MAX_ITERATIONS
    }

    /// How many seconds a task with this many steps takes.
    pub fn seconds_of(&self, iterations: u64) -> f64 {
        let spent = |(piece, until): (Piece, u64)| {
            until.min(iterations).saturating_sub(piece.from) as f64 / piece.rate
        };
        self.bounded().map(spent).sum()
    }

    /// The ranges, each with the step before which it ends.
    fn bounded(&self) -> impl Iterator<Item = (Piece, u64)> {
        let pieces = self.pieces.iter();
        let ends = pieces.clone().skip(1).map(|piece| piece.from);
        pieces.copied().zip(ends.chain([MAX_ITERATIONS]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_cost_more_are_counted_at_their_price() {
        let speed = Speed::new(vec![
            Piece {
                from: 0,
                rate: 100.0,
            },
            Piece {
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
