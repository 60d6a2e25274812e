//! Several plans measured as one question.
//!
//! A campaign is a pure iterator: it sees the records so far and returns the plan to run next. The explorer and the
//! command line run the same campaigns.

use super::{
    plan::Plan,
    record::{CampaignPart, Outcome, Record},
    speedup,
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

    /// A campaign of the plan, after a serial run of the same work unless the records contain a baseline. The oldest
    /// record comes first.
    pub fn pair<'a>(plan: Plan, records: impl DoubleEndedIterator<Item = &'a Record>) -> Campaign {
        let lacks_baseline = speedup::baseline_of(&plan, records).is_none();
        let serial = lacks_baseline.then(|| plan.as_serial());
        Campaign::from(CampaignQuestion::List {
            plans: serial.into_iter().chain([plan]).collect(),
            are_repeats: false,
        })
    }

    /// A campaign of every configuration once per round, in the order of that round. The first round is the warm-up
    /// round.
    pub fn sweep(plan: SweepPlan) -> Campaign {
        Campaign::from(CampaignQuestion::Sweep(Box::new(Course::new(plan))))
    }

    /// The plan to measure next, given the record of the session's latest run. `None` if the campaign is over. A
    /// cancelled run ends the campaign. A failed run ends it too, except in a sweep, where the other configurations
    /// continue and one that failed [`BREAKS_ALLOWED`] times is left out.
    pub fn next(&mut self, last: Option<&Record>) -> Option<Plan> {
        let last = last.filter(|_| self.started > 0);
        let last = last.map(|last| last.ending.outcome);
        let plan = match &mut self.question {
            CampaignQuestion::List { plans, .. } => {
                let goes_on = last.is_none_or(|last| last == Outcome::Completed);
                let next = plans.get(self.started as usize).filter(|_| goes_on);
                next.cloned()?
            }
            CampaignQuestion::Sweep(_) if last == Some(Outcome::Cancelled) => return None,
            CampaignQuestion::Sweep(course) => course.next(last == Some(Outcome::Failed))?,
        };
        self.started += 1;
        Some(plan)
    }

    /// The number of the current run, counted from 1, and the number of all runs. Both include the warm-up round.
    pub fn progress(&self) -> (u32, u32) {
        let runs = match &self.question {
            CampaignQuestion::List { plans, .. } => plans.len() as u32,
            CampaignQuestion::Sweep(course) => {
                let is_on = u32::from(course.current.is_some());
                self.started + course.left.iter().sum::<u32>() - is_on
            }
        };
        (self.started, runs)
    }

    /// The round of the latest run; 0 is the warm-up round. `None` if the run was measured alone or in a pair, because
    /// those runs do not repeat each other.
    pub fn round(&self) -> Option<u32> {
        match &self.question {
            CampaignQuestion::List { are_repeats, .. } => are_repeats.then_some(self.started),
            CampaignQuestion::Sweep(course) => Some(course.round),
        }
    }

    /// The place of the latest run in this campaign, for its record. `id` is the campaign's id.
    pub fn part(&self, id: &str) -> Option<CampaignPart> {
        self.round().map(|round| CampaignPart {
            id: id.into(),
            round,
        })
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
