//! Two plans measured in turn, until their ratio is decided.
//!
//! The plans run one after the other as a pair, pair after pair; every other pair begins with the other plan. After each pair the experiment looks at all pairs so
//! far: a sequential test. Looking often at an interval that is right 95 % of the time would be wrong far more often
//! than 5 % of the time. So the interval that decides is wider than the one that is shown, see [`DECIDING`].

use super::{
    difference::Difference,
    plan::Plan,
    record::Record,
    stats::{self, CONFIDENCE, Ratio},
};

/// With fewer undisturbed pairs nothing is decided.
pub const LEAST_PAIRS: usize = 3;
/// With this many undisturbed pairs, the experiment ends, whatever the budget is.
pub const MOST_PAIRS: usize = 7;
/// The experiment also ends with this many pairs in total.
pub const MOST_MEASURED: u32 = 30;
/// The confidence of the interval that decides. An experiment looks at most five times, so by Bonferroni's inequality
/// one in a hundred decides wrongly at most, if the logarithms of the ratios follow a normal distribution. A test shows
/// the same for skewed noise.
pub const DECIDING: f64 = 0.998;
/// How long the runs of an experiment may take in total unless the user says otherwise, in seconds. A class waits that
/// long for an answer.
pub const BUDGET_S: f64 = 12.0;

/// What pairs of runs say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// The wall times of undisturbed pairs in seconds: of the baseline, then of the other plan.
    pub times: Vec<[f64; 2]>,
    /// The number of pairs of which a run was disturbed. They are measured again, and say nothing.
    pub disturbed: usize,
}

impl Pairs {
    /// The pairs of two configurations that were measured in turn, by round; `None` if they were not.
    pub fn of(over: &[&Record], of: &[&Record]) -> Option<Pairs> {
        let campaign = in_turn(over.first()?)?;
        let are_of_it =
            |records: &[&Record]| records.iter().all(|run| in_turn(run) == Some(campaign));
        if !are_of_it(over) || !are_of_it(of) {
            return None;
        }
        let mut pairs = Pairs::default();
        for over in over {
            let round = |run: &Record| run.campaign.as_ref().map(|part| part.round);
            if let Some(of) = of.iter().find(|of| round(of) == round(over)) {
                pairs.add(over, of);
            }
        }
        Some(pairs)
    }

    fn add(&mut self, over: &Record, of: &Record) {
        if over.is_disturbed() || of.is_disturbed() {
            self.disturbed += 1;
        } else {
            self.times.push([over.times.wall_s, of.times.wall_s]);
        }
    }

    /// How many times as fast as the baseline the other plan is, with its 95 % interval; `None` without an undisturbed
    /// pair.
    pub fn ratio(&self) -> Option<Ratio> {
        stats::ratio_of_pairs(&self.times, CONFIDENCE)
    }

    /// What is decided so far.
    pub fn difference(&self) -> Difference {
        let ratio = stats::ratio_of_pairs(&self.times, DECIDING);
        match ratio.and_then(|ratio| Some((ratio.value, ratio.interval?))) {
            Some((value, deciding)) if self.times.len() >= LEAST_PAIRS => {
                Difference::of_pairs(value, deciding)
            }
            _ if self.disturbed > 0 => Difference::Disturbed,
            _ => Difference::TooFew,
        }
    }

    /// Whether more pairs would not change the answer.
    pub fn are_enough(&self) -> bool {
        let difference = self.difference();
        difference.is_clear() || difference == Difference::Small
    }

    /// Whether they say if the plan is faster than the baseline.
    pub fn decide(&self) -> bool {
        self.are_enough() || self.difference() == Difference::NotFaster
    }
}

/// The campaign of a run that was measured in turn with another plan.
pub fn in_turn(record: &Record) -> Option<&str> {
    let part = record.campaign.as_ref().filter(|part| part.in_turn)?;
    Some(&part.id)
}

/// The progress of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct InTurn {
    /// The baseline and the plan that is compared with it.
    pub plans: [Plan; 2],
    /// The current pair, counted from 1; 0 before the first run.
    pub pair: u32,
    /// What the pairs say so far.
    pub pairs: Pairs,
    /// How long all runs may take in total, in seconds.
    budget_s: f64,
    spent_s: f64,
    /// The first run of the current pair, when it has ended.
    first: Option<Record>,
}

impl InTurn {
    /// An experiment that measures `plan` against the same work done serially. It starts no pair that would exceed the
    /// budget, except the first one.
    pub fn new(plan: Plan, budget_s: f64) -> InTurn {
        InTurn {
            plans: [plan.as_serial(), plan],
            pair: 0,
            pairs: Pairs::default(),
            budget_s,
            spent_s: 0.0,
            first: None,
        }
    }

    /// The plan to measure next, given the run that was measured last; `None` if the experiment is over, or if that run
    /// did not do all of its work. Every other pair begins with the plan, so that no side is always the first one.
    pub(super) fn next(&mut self, last: Option<&Record>) -> Option<Plan> {
        if let Some(last) = last {
            if !last.is_counted() {
                return None;
            }
            self.spent_s += last.times.wall_s;
            match self.first.take() {
                None => {
                    self.first = Some(last.clone());
                    return Some(self.of_pair(1));
                }
                Some(first) if first.plan == self.plans[0] => self.pairs.add(&first, last),
                Some(first) => self.pairs.add(last, &first),
            }
        }
        if self.is_over() {
            return None;
        }
        self.pair += 1;
        Some(self.of_pair(0))
    }

    /// The first or the second plan of the current pair.
    fn of_pair(&self, nth: usize) -> Plan {
        let is_turned = self.pair.is_multiple_of(2);
        self.plans[(nth + usize::from(is_turned)) % 2].clone()
    }

    fn is_over(&self) -> bool {
        let pairs = f64::from(self.pair);
        let would_spend = self.spent_s * (pairs + 1.0) / pairs.max(1.0);
        let is_enough = self.pairs.are_enough() || self.pairs.times.len() == MOST_PAIRS;
        is_enough || self.pair == MOST_MEASURED || would_spend > self.budget_s
    }
}

#[cfg(test)]
mod tests;
