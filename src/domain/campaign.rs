//! Several plans measured as one question.
//!
//! A campaign is a pure iterator: it sees the records so far and says which plan is next. The explorer and the command
//! line run the same campaigns.

use super::{
    plan::Plan,
    record::{Outcome, Part, Record},
    speedup,
    sweep::SweepPlan,
};

/// A configuration of a sweep that broke so often is left out of the rounds that follow: it will break again.
pub const BREAKS_ALLOWED: u32 = 3;

/// Several plans measured as one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    question: Question,
    /// Runs that were handed out.
    started: u32,
}

#[derive(Clone, Debug, PartialEq)]
enum Question {
    /// These, one after the other.
    List {
        plans: Vec<Plan>,
        /// Whether all of them are one.
        are_repeats: bool,
    },
    /// Many configurations, in rounds.
    Sweep(Box<Course>),
}

impl From<Question> for Campaign {
    fn from(question: Question) -> Campaign {
        Campaign {
            question,
            started: 0,
        }
    }
}

impl Campaign {
    /// The plan, `repeats` times.
    pub fn repeats(plan: Plan, repeats: u32) -> Campaign {
        Campaign::from(Question::List {
            plans: vec![plan; repeats as usize],
            are_repeats: repeats > 1,
        })
    }

    /// The same work serially first, unless a baseline of it is among the records, oldest first; then the plan.
    pub fn pair<'a>(plan: Plan, records: impl DoubleEndedIterator<Item = &'a Record>) -> Campaign {
        let lacks_baseline = speedup::baseline_of(&plan, records).is_none();
        let serial = lacks_baseline.then(|| plan.as_serial());
        Campaign::from(Question::List {
            plans: serial.into_iter().chain([plan]).collect(),
            are_repeats: false,
        })
    }

    /// Every configuration once per round, in the order of that round; the first round warms up.
    pub fn sweep(plan: SweepPlan) -> Campaign {
        Campaign::from(Question::Sweep(Box::new(Course::new(plan))))
    }

    /// The plan to measure next, given the record of the session's latest run. `None` if the question is answered as far as it
    /// will be. A run that was stopped ends the campaign. So does one that broke, except in a sweep: there the others go on, and
    /// a configuration that broke [`BREAKS_ALLOWED`] times is left out from then on.
    pub fn next(&mut self, last: Option<&Record>) -> Option<Plan> {
        let last = last.filter(|_| self.started > 0);
        let last = last.map(|last| last.ending.outcome);
        let plan = match &mut self.question {
            Question::List { plans, .. } => {
                let goes_on = last.is_none_or(|last| last == Outcome::Completed);
                let next = plans.get(self.started as usize).filter(|_| goes_on);
                next.cloned()?
            }
            Question::Sweep(_) if last == Some(Outcome::Cancelled) => return None,
            Question::Sweep(course) => course.next(last == Some(Outcome::Failed))?,
        };
        self.started += 1;
        Some(plan)
    }

    /// Which run of how many it is on, counting from 1; those of a round that warms up count.
    pub fn progress(&self) -> (u32, u32) {
        let runs = match &self.question {
            Question::List { plans, .. } => plans.len() as u32,
            Question::Sweep(course) => {
                let is_on = u32::from(course.current.is_some());
                self.started + course.left.iter().sum::<u32>() - is_on
            }
        };
        (self.started, runs)
    }

    /// Of which round the run is that was handed out last: 0 is the one that warms up. `None` if it was measured alone or
    /// in a pair, whose runs are no repeats of each other.
    pub fn round(&self) -> Option<u32> {
        match &self.question {
            Question::List { are_repeats, .. } => are_repeats.then_some(self.started),
            Question::Sweep(course) => Some(course.round),
        }
    }

    /// What the record of the run that was handed out last says of the campaign, whose id this is.
    pub fn part(&self, id: &str) -> Option<Part> {
        self.round().map(|round| Part {
            id: id.into(),
            round,
        })
    }

    /// The sweep, if it is one, with how far it is.
    pub fn course(&self) -> Option<&Course> {
        match &self.question {
            Question::Sweep(course) => Some(course),
            _ => None,
        }
    }
}

/// A sweep, and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// What was asked for.
    pub plan: SweepPlan,
    /// Which round it is on; 0 is the one that warms up.
    pub round: u32,
    order: Vec<usize>,
    /// How many of this round's order were handed out or left out.
    at: usize,
    /// The configuration that is being measured: an index of [`SweepPlan::configurations`].
    pub current: Option<usize>,
    /// By configuration, how many runs have not ended; the one that goes on is among them.
    pub left: Vec<u32>,
    /// By configuration: runs that broke.
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

    /// Whether this configuration broke so often that it is measured no more.
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
    fn a_pair_measures_serial_first_and_then_the_plan() {
        let plan = sample::plan(Cpu, Model::Processes, 2);
        let serial = sample::record(plan.as_serial(), 2.0, 2.0);
        let parallel = sample::record(plan.clone(), 1.0, 2.0);
        let mut campaign = Campaign::pair(plan.clone(), [].into_iter());
        assert_eq!(campaign.next(None), Some(plan.as_serial()));
        assert_eq!(campaign.next(Some(&serial)), Some(plan.clone()));
        assert_eq!(campaign.next(Some(&parallel)), None);
    }

    #[test]
    fn a_pair_uses_the_baseline_that_is_there() {
        let plan = sample::plan(Cpu, Model::Processes, 2);
        let serial = sample::record(plan.as_serial(), 2.0, 2.0);
        let mut campaign = Campaign::pair(plan.clone(), [&serial].into_iter());
        assert_eq!(campaign.next(Some(&serial)), Some(plan));
        assert_eq!(campaign.next(Some(&serial)), None);
    }

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
