//! Rounds of runs: plans that are measured in turn, and what their pairs say.
//!
//! Looking often at an interval that is right 95 % of the time would be wrong far more often than 5 % of the time. So
//! the interval that decides is wider than the one that is shown, see `deciding`.

use super::{
    difference::Difference,
    plan::Plan,
    record::Record,
    stats::{self, CONFIDENCE, Ratio},
};

/// With fewer undisturbed rounds nothing is decided.
pub const LEAST_PAIRS: usize = 3;
/// With this many undisturbed rounds, a question ends, whatever the budget is.
pub const MOST_PAIRS: usize = 7;
/// How much may be measured to decide something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// How long all runs may take in total, in seconds.
    pub budget_s: f64,
    /// The largest number of undisturbed rounds.
    pub rounds: usize,
}

impl Effort {
    /// The effort of a question, with this budget in seconds.
    pub fn of_question(budget_s: f64) -> Effort {
        Effort {
            budget_s,
            rounds: MOST_PAIRS,
        }
    }

    /// The confidence of the interval that decides, see `deciding`.
    pub fn deciding(self, ends: usize) -> f64 {
        deciding(self.rounds, ends)
    }
}

/// The confidence of the interval that decides, if an experiment ends after so many undisturbed rounds at the latest and
/// so many ends of intervals can be wrong. By Bonferroni's inequality, one in a hundred experiments decides wrongly at
/// most, if the logarithms of the ratios follow a normal distribution. A test shows the same for skewed noise.
fn deciding(rounds: usize, ends: usize) -> f64 {
    let looks = rounds.saturating_sub(LEAST_PAIRS) + 1;
    1.0 - 0.02 / (looks * ends.max(1)) as f64
}

/// What pairs of runs say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// The numbers of undisturbed pairs, by default wall times in seconds: of the baseline, then of the other plan.
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
                let times = [over.times.wall_s, of.times.wall_s];
                pairs.add(times, over.is_disturbed() || of.is_disturbed());
            }
        }
        Some(pairs)
    }

    fn add(&mut self, pair: [f64; 2], is_disturbed: bool) {
        if is_disturbed {
            self.disturbed += 1;
        } else {
            self.times.push(pair);
        }
    }

    /// How many times as fast as the baseline the other plan is, with its 95 % interval; `None` without an undisturbed
    /// pair.
    pub fn ratio(&self) -> Option<Ratio> {
        stats::ratio_of_pairs(&self.times, CONFIDENCE)
    }

    /// What is decided so far.
    pub fn difference(&self) -> Difference {
        let ratio = stats::ratio_of_pairs(&self.times, deciding(MOST_PAIRS, 2));
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

/// The runs of plans that are measured in turn, by round. Only runs that count are in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rounds {
    runs: Vec<(u32, Record)>,
}

impl Rounds {
    /// The rounds of this campaign among the records.
    pub fn of<'a>(campaign: &str, records: impl IntoIterator<Item = &'a Record>) -> Rounds {
        let mut rounds = Rounds::default();
        for record in records {
            if let Some(part) = record.campaign.as_ref().filter(|part| part.id == campaign) {
                rounds.add(part.round, record);
            }
        }
        rounds
    }

    /// Takes newer rounds in. They replace the runs of the same plans.
    pub fn renew(&mut self, newer: Rounds) {
        let is_new = |run: &Record| newer.runs_of(&run.plan).next().is_some();
        self.runs.retain(|(_, run)| !is_new(run));
        self.runs.extend(newer.runs);
    }

    /// Adds a run of this round, unless its time does not count.
    pub(super) fn add(&mut self, round: u32, record: &Record) {
        if record.is_counted() {
            // Nothing here needs the list of tasks, which may be long.
            let tasks = None;
            let record = Record {
                tasks,
                ..record.clone()
            };
            self.runs.push((round, record));
        }
    }

    /// The runs of this plan.
    pub fn runs_of(&self, plan: &Plan) -> impl Iterator<Item = &Record> {
        let runs = self.runs.iter().filter(move |(_, run)| run.plan == *plan);
        runs.map(|(_, run)| run)
    }

    /// The rounds in which both plans ran, `over` first in each pair.
    pub fn both<'a>(
        &'a self,
        over: &'a Plan,
        of: &'a Plan,
    ) -> impl Iterator<Item = [&'a Record; 2]> {
        let first = self.runs.iter().filter(move |(_, run)| run.plan == *over);
        first.filter_map(move |(round, first)| {
            let is_second = |(at, run): &&(u32, Record)| at == round && run.plan == *of;
            let (_, second) = self.runs.iter().find(is_second)?;
            Some([first, second])
        })
    }

    /// The pairs of these plans, with a number of each run. A round in which a run has no such number is left out.
    pub fn pairs(&self, over: &Plan, of: &Plan, number: impl Fn(&Record) -> Option<f64>) -> Pairs {
        let mut pairs = Pairs::default();
        for [over, of] in self.both(over, of) {
            if let (Some(first), Some(second)) = (number(over), number(of)) {
                pairs.add([first, second], over.is_disturbed() || of.is_disturbed());
            }
        }
        pairs
    }
}
