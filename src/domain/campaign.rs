//! Several plans measured as one question.
//!
//! A campaign is a pure iterator: it sees the records so far and says which plan is next. The explorer and the command
//! line run the same campaigns.

use super::plan::Plan;
use super::record::{Outcome, Record};
use super::speedup;

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Measure this plan, then ask again.
    Run(Plan),
    /// The question is answered as far as it will be.
    Done,
}

/// Several plans measured as one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    plan: Plan,
    baseline_first: bool,
    repeats: u32,
    started: u32,
}

impl Campaign {
    /// The plan, `repeats` times.
    #[must_use]
    pub fn repeats(plan: Plan, repeats: u32) -> Campaign {
        Campaign { plan, baseline_first: false, repeats, started: 0 }
    }

    /// The same work serially first, unless a baseline of it is there already, then the plan.
    #[must_use]
    pub fn pair(plan: Plan) -> Campaign {
        Campaign { plan, baseline_first: true, repeats: 1, started: 0 }
    }

    /// What to do next, given all records of the session, oldest first. A run that was stopped or broke ends the
    /// campaign.
    pub fn next(&mut self, records: &[&Record]) -> Step {
        let ended_early = || records.last().is_some_and(|last| last.outcome != Outcome::Completed);
        if self.started > 0 && ended_early() {
            return Step::Done;
        }
        if self.baseline_first && self.started == 0 {
            self.baseline_first = false;
            if speedup::baseline_of(&self.plan, records.iter().copied()).is_none() {
                // A baseline does not count as a repeat, but what follows it must see how it ended.
                self.started = 1;
                self.repeats += 1;
                return Step::Run(self.plan.as_serial());
            }
        }
        if self.started == self.repeats {
            return Step::Done;
        }
        self.started += 1;
        Step::Run(self.plan.clone())
    }

    /// Which run of how many it is on, counting from 1.
    #[must_use]
    pub fn progress(&self) -> (u32, u32) {
        (self.started, self.repeats)
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Model;
    use super::super::record::sample;
    use super::super::workload::WorkloadKind::Cpu;
    use super::*;

    #[test]
    fn a_pair_measures_serial_first_and_then_the_plan() {
        let plan = sample::plan(Cpu, Model::Processes, 2);
        let serial = sample::record(plan.as_serial(), 2.0, 2.0);
        let parallel = sample::record(plan.clone(), 1.0, 2.0);
        let mut campaign = Campaign::pair(plan.clone());
        assert_eq!(campaign.next(&[]), Step::Run(plan.as_serial()));
        assert_eq!(campaign.next(&[&serial]), Step::Run(plan.clone()));
        assert_eq!(campaign.next(&[&serial, &parallel]), Step::Done);
    }

    #[test]
    fn a_pair_uses_the_baseline_that_is_there() {
        let plan = sample::plan(Cpu, Model::Processes, 2);
        let serial = sample::record(plan.as_serial(), 2.0, 2.0);
        let mut campaign = Campaign::pair(plan.clone());
        assert_eq!(campaign.next(&[&serial]), Step::Run(plan));
        assert_eq!(campaign.next(&[&serial]), Step::Done);
    }

    #[test]
    fn a_cancelled_run_ends_the_campaign_but_an_earlier_one_does_not() {
        let plan = sample::plan(Cpu, Model::Threads, 2);
        let mut cancelled = sample::record(plan.clone(), 1.0, 1.0);
        cancelled.outcome = Outcome::Cancelled;
        let mut campaign = Campaign::repeats(plan.clone(), 3);
        assert_eq!(campaign.next(&[&cancelled]), Step::Run(plan));
        assert_eq!(campaign.next(&[&cancelled, &cancelled]), Step::Done);
    }

    #[test]
    fn repeats_run_the_plan_that_often() {
        let plan = sample::plan(Cpu, Model::Serial, 1);
        let record = sample::record(plan.clone(), 1.0, 1.0);
        let mut campaign = Campaign::repeats(plan, 3);
        let mut records = vec![];
        while let Step::Run(_) = campaign.next(&records) {
            records.push(&record);
        }
        assert_eq!(records.len(), 3);
    }
}
