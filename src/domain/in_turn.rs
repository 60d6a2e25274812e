//! Plans measured in turn, until what they are to show is decided.
//!
//! The plans run one after the other as a round, round after round; each round begins with another plan, so that no plan
//! is always the first one. After each round the experiment looks at all rounds so far: a sequential test. Plans of claims
//! that are decided are left out from then on.

use std::collections::VecDeque;

use super::{
    claim::{Judgement, Trial, judge},
    plan::Plan,
    record::Record,
    rounds::{Effort, LEAST_PAIRS, Pairs, Rounds},
};

/// An experiment also ends with this many rounds in total.
pub const MOST_MEASURED: u32 = 30;
/// How long the runs of a question may take in total unless the user says otherwise, in seconds. A class waits that
/// long for an answer.
pub const BUDGET_S: f64 = 12.0;

/// What an experiment is to decide.
#[derive(Clone, Debug, PartialEq)]
enum Aim {
    /// Whether the second plan is faster than the first one.
    Faster,
    /// What these claims say about the plans.
    Claims(Vec<Trial>),
}

/// The progress of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct InTurn {
    /// The plans. For a question they are the baseline and the plan that is compared with it.
    pub plans: Vec<Plan>,
    /// The current round, counted from 1; 0 before the first run.
    pub round: u32,
    /// The runs so far.
    pub rounds: Rounds,
    aim: Aim,
    effort: Effort,
    spent_s: f64,
    /// The plans of the current round that have not run yet, as indexes, in their order.
    left: VecDeque<usize>,
}

impl InTurn {
    fn new(plans: Vec<Plan>, aim: Aim, effort: Effort) -> InTurn {
        InTurn {
            plans,
            round: 0,
            rounds: Rounds::default(),
            aim,
            effort,
            spent_s: 0.0,
            left: VecDeque::new(),
        }
    }

    /// An experiment that measures `plan` against the same work done serially. It starts no round that would exceed the
    /// budget, except the first one.
    pub fn question(plan: Plan, effort: Effort) -> InTurn {
        InTurn::new(vec![plan.as_serial(), plan], Aim::Faster, effort)
    }

    /// An experiment that measures all plans that these claims are about.
    pub fn claims(trials: Vec<Trial>, effort: Effort) -> InTurn {
        let mut plans: Vec<Plan> = vec![];
        for plan in trials.iter().flat_map(|trial| &trial.arms) {
            if !plans.contains(plan) {
                plans.push(plan.clone());
            }
        }
        InTurn::new(plans, Aim::Claims(trials), effort)
    }

    /// The claims that are being decided.
    pub fn trials(&self) -> &[Trial] {
        match &self.aim {
            Aim::Faster => &[],
            Aim::Claims(trials) => trials,
        }
    }

    /// What the rounds so far say about each of them.
    pub fn judged(&self) -> impl Iterator<Item = (&Trial, Judgement)> {
        let judged = |trial| (trial, judge(trial, &self.rounds, self.effort));
        self.trials().iter().map(judged)
    }

    /// What a question has measured so far: the times of the first and the second plan.
    pub fn pairs(&self) -> Pairs {
        let time = |record: &Record| Some(record.times.wall_s);
        self.rounds.pairs(&self.plans[0], &self.plans[1], time)
    }

    /// The plan to measure next, given the run that was measured last; `None` if the experiment is over, or if that run
    /// did not do all of its work.
    pub(super) fn next(&mut self, last: Option<&Record>) -> Option<Plan> {
        if let Some(last) = last {
            if !last.is_counted() {
                return None;
            }
            self.spent_s += last.times.wall_s;
            self.rounds.add(self.round, last);
        }
        if self.left.is_empty() {
            if self.is_over() {
                return None;
            }
            self.left = self.needed();
            let first = self.round as usize % self.left.len().max(1);
            self.left.rotate_left(first);
            self.round += 1;
        }
        let next = self.left.pop_front()?;
        Some(self.plans[next].clone())
    }

    /// The plans that another round has to measure: those of claims that are not decided.
    fn needed(&self) -> VecDeque<usize> {
        let undecided = self.judged();
        let undecided = undecided.filter(|(_, judgement)| !self.is_told(judgement));
        let arms: Vec<&Plan> = undecided.flat_map(|(trial, _)| &trial.arms).collect();
        let is_needed = |plan: &Plan| match self.aim {
            Aim::Faster => true,
            Aim::Claims(_) => arms.contains(&plan),
        };
        let numbered = self.plans.iter().enumerate();
        numbered
            .filter(|(_, plan)| is_needed(plan))
            .map(|(number, _)| number)
            .collect()
    }

    /// Whether a claim needs no more rounds. One run can contradict it, but its effect needs as many rounds as any other.
    fn is_told(&self, judgement: &Judgement) -> bool {
        let has_effect = self.round as usize >= LEAST_PAIRS;
        (judgement.is_decided() && has_effect) || judgement.least_rounds() >= self.effort.rounds
    }

    fn is_over(&self) -> bool {
        let would_spend = self.spent_s + self.round_s();
        self.is_enough() || self.round == MOST_MEASURED || would_spend > self.effort.budget_s
    }

    /// How long another round would take, as far as the rounds so far tell.
    fn round_s(&self) -> f64 {
        let mean = |plan: &usize| {
            let runs = self.rounds.runs_of(&self.plans[*plan]);
            let walls: Vec<f64> = runs.map(|run| run.times.wall_s).collect();
            walls.iter().sum::<f64>() / walls.len().max(1) as f64
        };
        self.needed().iter().map(mean).sum()
    }

    /// Whether more rounds would not change the answer, or are too many.
    fn is_enough(&self) -> bool {
        match &self.aim {
            Aim::Faster => {
                let pairs = self.pairs();
                pairs.are_enough() || pairs.times.len() >= self.effort.rounds
            }
            Aim::Claims(_) => self.judged().all(|(_, judgement)| self.is_told(&judgement)),
        }
    }
}

#[cfg(test)]
mod tests;
