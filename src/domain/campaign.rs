//! Several plans measured as one question.
//!
//! A campaign is a pure iterator: it sees the records so far and returns the plan to run next. The explorer and the
//! command line run the same campaigns.

use super::{
    claim::Trial,
    in_turn::InTurn,
    plan::Plan,
    race::RaceCourse,
    record::{CampaignPart, Outcome, Record},
    rounds::Effort,
    sweep::SweepPlan,
};

/// A configuration of a sweep that failed this often is left out of the following rounds, because it will fail again.
pub const BREAKS_ALLOWED: u32 = 3;

/// Several plans measured as one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    question: CampaignQuestion,
    /// The number of runs that were started.
    started: u32,
}

#[derive(Clone, Debug, PartialEq)]
enum CampaignQuestion {
    /// Plans that run one after the other.
    List {
        plans: Vec<Plan>,
        /// Whether all of them are the same plan.
        are_repeats: bool,
    },
    Sweep(Box<Course>),
    /// Plans that are measured in turn.
    InTurn(Box<InTurn>),
    /// The fastest way to execute calls.
    Race(Box<RaceCourse>),
}

impl From<RaceCourse> for Campaign {
    fn from(race: RaceCourse) -> Campaign {
        Campaign::from(CampaignQuestion::Race(Box::new(race)))
    }
}

impl From<InTurn> for Campaign {
    fn from(in_turn: InTurn) -> Campaign {
        Campaign::from(CampaignQuestion::InTurn(Box::new(in_turn)))
    }
}

impl From<CampaignQuestion> for Campaign {
    fn from(question: CampaignQuestion) -> Campaign {
        Campaign {
            question,
            started: 0,
        }
    }
}

impl Campaign {
    /// A campaign of `repeats` runs of the same plan.
    pub fn repeats(plan: Plan, repeats: u32) -> Campaign {
        Campaign::from(CampaignQuestion::List {
            plans: vec![plan; repeats as usize],
            are_repeats: repeats > 1,
        })
    }

    /// Measures the plan and the same work done serially in turn, until their ratio is decided or the runs have taken
    /// this many seconds.
    pub fn experiment(plan: Plan, budget_s: f64) -> Campaign {
        let effort = Effort::of_question(budget_s);
        Campaign::from(InTurn::question(plan, effort))
    }

    /// Measures the plans that these claims are about in turn, until all claims are decided or the effort is spent.
    pub fn claims(trials: Vec<Trial>, effort: Effort) -> Campaign {
        Campaign::from(InTurn::claims(trials, effort))
    }

    /// A campaign of every configuration once per round, in the order of that round. The first round is the warm-up
    /// round.
    pub fn sweep(plan: SweepPlan) -> Campaign {
        Campaign::from(CampaignQuestion::Sweep(Box::new(Course::new(plan))))
    }

    /// The plan to measure next, given the record of the session's latest run. `None` if the campaign is over. A
    /// cancelled run ends the campaign. A failed run ends it too, except in a sweep, where the other configurations
    /// continue and one that failed [`BREAKS_ALLOWED`] times is left out, and in a race, where its family drops out.
    pub fn next(&mut self, last: Option<&Record>) -> Option<Plan> {
        let last = last.filter(|_| self.started > 0);
        let outcome = last.map(|last| last.ending.outcome);
        let goes_on = outcome.is_none_or(|outcome| outcome == Outcome::Completed);
        let plan = match &mut self.question {
            _ if outcome == Some(Outcome::Cancelled) => return None,
            CampaignQuestion::Race(race) => race.next(last)?,
            CampaignQuestion::Sweep(course) => course.next(outcome == Some(Outcome::Failed))?,
            _ if !goes_on => return None,
            CampaignQuestion::List { plans, .. } => plans.get(self.started as usize).cloned()?,
            CampaignQuestion::InTurn(in_turn) => in_turn.next(last)?,
        };
        self.started += 1;
        Some(plan)
    }

    /// The number of the current run, counted from 1, and the number of all runs, as far as it is known. Both include
    /// the warm-up round.
    pub fn progress(&self) -> (u32, u32) {
        let runs = match &self.question {
            CampaignQuestion::List { plans, .. } => plans.len() as u32,
            CampaignQuestion::Sweep(course) => {
                let is_on = u32::from(course.current.is_some());
                self.started + course.left.iter().sum::<u32>() - is_on
            }
            CampaignQuestion::InTurn(_) | CampaignQuestion::Race(_) => self.started,
        };
        (self.started, runs)
    }

    /// The round of the latest run; 0 is the warm-up round. `None` if the run was measured alone because it repeats
    /// no other.
    pub fn round(&self) -> Option<u32> {
        match &self.question {
            CampaignQuestion::List { are_repeats, .. } => are_repeats.then_some(self.started),
            CampaignQuestion::Sweep(course) => Some(course.round),
            CampaignQuestion::InTurn(in_turn) => Some(in_turn.round),
            CampaignQuestion::Race(course) => Some(course.race.round),
        }
    }

    /// The place of the latest run in this campaign, for its record. `id` is the campaign's id.
    pub fn part(&self, id: &str) -> Option<CampaignPart> {
        self.round().map(|round| CampaignPart {
            id: id.into(),
            round,
            in_turn: self.in_turn().is_some(),
        })
    }

    /// The progress of the experiment, if the campaign is one.
    pub fn in_turn(&self) -> Option<&InTurn> {
        match &self.question {
            CampaignQuestion::InTurn(in_turn) => Some(in_turn),
            _ => None,
        }
    }

    /// The progress of the race, if the campaign is one.
    pub fn race(&self) -> Option<&RaceCourse> {
        match &self.question {
            CampaignQuestion::Race(race) => Some(race),
            _ => None,
        }
    }

    /// How long the campaign has taken so far, in seconds. A race keeps its budget by it.
    pub fn took(&mut self, elapsed_s: f64) {
        if let CampaignQuestion::Race(course) = &mut self.question {
            course.race.took(elapsed_s);
        }
    }

    /// Whether the campaign goes on after a run that failed.
    pub fn survives_failures(&self) -> bool {
        self.course().is_some() || self.race().is_some()
    }

    /// The progress of the sweep, if the campaign is one.
    pub fn course(&self) -> Option<&Course> {
        match &self.question {
            CampaignQuestion::Sweep(course) => Some(course),
            _ => None,
        }
    }
}

/// A sweep and its progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The plan of the sweep.
    pub plan: SweepPlan,
    /// The current round; 0 is the warm-up round.
    pub round: u32,
    order: Vec<usize>,
    /// How many configurations in this round's order were started or left out.
    at: usize,
    /// The configuration that is being measured, as an index of [`SweepPlan::configurations`].
    pub current: Option<usize>,
    /// The number of unfinished runs by configuration, including the current run.
    pub left: Vec<u32>,
    /// The number of failed runs by configuration.
    broken: Vec<u32>,
}

impl Course {
    fn new(plan: SweepPlan) -> Course {
        let configurations = plan.configurations.len();
        Course {
            round: 0,
            order: plan.order(0),
            at: 0,
            current: None,
            left: vec![plan.rounds(); configurations],
            broken: vec![0; configurations],
            plan,
        }
    }

    /// Whether this configuration failed so often that it is not measured again.
    fn is_left_out(&self, configuration: usize) -> bool {
        self.broken[configuration] >= BREAKS_ALLOWED
    }

    fn next(&mut self, broke: bool) -> Option<Plan> {
        if let Some(ended) = self.current.take() {
            self.left[ended] = self.left[ended].saturating_sub(1);
            self.broken[ended] += u32::from(broke);
            if self.is_left_out(ended) {
                self.left[ended] = 0;
            }
        }
        loop {
            while let Some(&configuration) = self.order.get(self.at) {
                self.at += 1;
                if !self.is_left_out(configuration) {
                    self.current = Some(configuration);
                    return Some(self.plan.configurations[configuration].clone());
                }
            }
            if self.round == self.plan.repeats {
                return None;
            }
            self.round += 1;
            self.at = 0;
            self.order = self.plan.order(self.round);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload::Cpu},
        fixtures::sample,
    };

    #[test]
    fn a_cancelled_run_ends_the_campaign_but_an_earlier_one_does_not() {
        let plan = sample::plan(Cpu, Model::Threads, 2);
        let mut cancelled = sample::record(plan.clone(), 1.0, 1.0);
        cancelled.ending.outcome = Outcome::Cancelled;
        let mut campaign = Campaign::repeats(plan.clone(), 3);
        assert_eq!(campaign.next(Some(&cancelled)), Some(plan));
        assert_eq!(campaign.next(Some(&cancelled)), None);
    }

    #[test]
    fn repeats_run_the_plan_that_often() {
        let plan = sample::plan(Cpu, Model::Serial, 1);
        let record = sample::record(plan.clone(), 1.0, 1.0);
        let mut campaign = Campaign::repeats(plan, 3);
        let mut runs = 0;
        while campaign.next(Some(&record)).is_some() {
            runs += 1;
        }
        assert_eq!(runs, 3);
    }
}
