//! Runs that were measured in turn. One of each configuration stands for the others in the history.

use std::collections::{HashMap, HashSet};

use super::{History, RunEntry};
use crate::domain::{plan::Plan, record::Outcome, rounds::in_turn};

impl History {
    /// The numbers of the runs for which another run of the same experiment stands.
    pub(super) fn represented(&self) -> HashSet<usize> {
        let entries = self.entries.iter();
        let in_turn: Vec<&RunEntry> = entries
            .filter(|entry| in_turn(&entry.record).is_some())
            .collect();
        let answered: HashSet<_> = in_turn
            .iter()
            .filter(|entry| is_answer(entry))
            .map(|entry| entry.record.campaign_id())
            .collect();
        let is_represented = |entry: &&&RunEntry| match entry.assessment.repeats.first() {
            Some(_) => self.representative(entry.number) != Some(entry.number),
            // A run that broke says why the experiment ended.
            None => {
                entry.record.ending.outcome == Outcome::Cancelled
                    && answered.contains(&entry.record.campaign_id())
            }
        };
        let represented = in_turn.iter().filter(is_represented);
        represented.map(|entry| entry.number).collect()
    }

    /// The run that stands for the plan that was compared with its baseline, in the experiment of this run. `None` before
    /// such a run counts.
    pub fn answer(&self, number: usize) -> Option<usize> {
        let campaign = in_turn(&self.get(number)?.record)?;
        let is_of_it = |entry: &&RunEntry| in_turn(&entry.record) == Some(campaign);
        let mut answers = self
            .entries
            .iter()
            .filter(is_of_it)
            .filter(|entry| is_answer(entry));
        self.representative(answers.next()?.number)
    }

    /// The run that stands for this one and its repeats. `None` if the time of this run does not count.
    pub fn representative(&self, number: usize) -> Option<usize> {
        let repeats = self.get(number)?.assessment.repeats.iter();
        let repeats: Vec<&RunEntry> = repeats.filter_map(|number| self.get(*number)).collect();
        representative_of(&repeats).map(|entry| entry.number)
    }

    /// Whether another run of the same experiment stands for this one.
    pub fn is_represented(&self, number: usize) -> bool {
        self.represented().contains(&number)
    }

    /// The numbers of the runs for which one of these stands: those of its experiment with the same plan, and those that
    /// were stopped.
    pub(super) fn represented_by(&self, numbers: &[usize]) -> Vec<usize> {
        let mut plans: HashMap<&str, Vec<&Plan>> = HashMap::new();
        for one in numbers.iter().filter_map(|number| self.get(*number)) {
            if let Some(campaign) = in_turn(&one.record) {
                plans.entry(campaign).or_default().push(&one.record.plan);
            }
        }
        if plans.is_empty() {
            return vec![];
        }
        let mut represented = self.represented();
        for number in numbers {
            represented.remove(number);
        }
        let is_with = |entry: &&RunEntry| {
            let plans = in_turn(&entry.record).and_then(|campaign| plans.get(campaign));
            represented.contains(&entry.number)
                && plans.is_some_and(|plans| {
                    plans.contains(&&entry.record.plan) || !entry.record.is_counted()
                })
        };
        let with = self.entries.iter().filter(is_with);
        with.map(|entry| entry.number).collect()
    }
}

/// The run that stands for these repeats, which were measured in turn: the first undisturbed one, so that it stays the
/// same while more of them are measured.
pub(super) fn representative_of<'a>(repeats: &[&'a RunEntry]) -> Option<&'a RunEntry> {
    let is_undisturbed = |entry: &&&RunEntry| !entry.record.is_disturbed();
    let undisturbed = repeats.iter().find(is_undisturbed);
    undisturbed.or(repeats.first()).copied()
}

fn is_answer(entry: &RunEntry) -> bool {
    entry.record.is_counted() && !entry.record.plan.is_serial()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{caveat::Observation, model::Model, workload::Workload::Cpu},
        domain::{
            plan::Plan,
            record::{CampaignPart, Outcome, Record},
            trace::Trace,
        },
        fixtures::sample,
    };

    fn run(plan: &Plan, wall_s: f64, round: u32) -> Record {
        let mut record = sample::record(plan.clone(), wall_s, 0.1);
        record.campaign = Some(CampaignPart {
            id: "experiment".into(),
            round,
            in_turn: true,
        });
        record
    }

    /// Pairs of serial and threads with these times, numbered from 1.
    fn measured(pairs: &[[f64; 2]]) -> History {
        let plan = sample::plan(Cpu, Model::Threads, 2);
        let mut history = sample::history(2);
        for (round, [serial_s, plan_s]) in (1..).zip(pairs) {
            for (plan, wall_s) in [(&plan.as_serial(), serial_s), (&plan, plan_s)] {
                history.add(run(plan, *wall_s, round), Trace::new(2));
            }
        }
        history
    }

    fn shown(history: &History) -> Vec<usize> {
        history.single_entries().map(|entry| entry.number).collect()
    }

    #[test]
    fn one_run_of_each_configuration_stands_for_an_experiment_in_the_history() {
        let history = measured(&[[2.0, 1.02], [2.2, 1.1], [2.1, 1.05]]);
        assert_eq!(shown(&history), [1, 2]);
        assert_eq!(history.answer(5), Some(2));
        let answer = history.get(2).map(|run| &run.assessment);
        let answer = answer.expect("it is there");
        assert_eq!(answer.baseline.map(|over| over.number), Some(1));
        assert!(answer.is_fastest, "the star stands in a row that is shown");
        let mean = (2.0_f64 / 1.02 * 2.0 * 2.0).powf(1.0 / 3.0);
        let speedup = answer.speedup.expect("it has a baseline");
        assert!(
            (speedup - mean).abs() < 1e-9,
            "that of all pairs: {speedup}"
        );
    }

    #[test]
    fn a_disturbed_run_does_not_stand_for_others() {
        let disturb = |record: &mut Record| {
            let (share, waited) = (0.4, None);
            let seen = Observation::CoresTaken { share, waited };
            record.measurement.caveats.push(seen.into());
        };
        let plan = sample::plan(Cpu, Model::Threads, 2);
        let mut history = measured(&[]);
        for round in 1..=2 {
            for plan in [&plan.as_serial(), &plan] {
                let mut record = run(plan, 1.0, round);
                if round == 1 {
                    disturb(&mut record);
                }
                history.add(record, Trace::new(2));
            }
        }
        assert_eq!(shown(&history), [3, 4]);
        let baseline = history.get(4).and_then(|run| run.assessment.baseline);
        assert_eq!(baseline.map(|over| over.number), Some(3));
    }

    #[test]
    fn an_undecided_speed_up_and_that_of_a_run_that_did_not_end_are_in_no_table() {
        let mut history = measured(&[[2.0, 1.0], [1.0, 1.2]]);
        let mut broken = run(&sample::plan(Cpu, Model::Threads, 2), 0.3, 3);
        broken.ending.outcome = Outcome::Failed;
        let (broken, _) = history.add(broken, Trace::new(2));
        let of = |number| &history.get(number).expect("it was added").assessment;
        assert!(of(2).is_undecided && of(2).speedup.is_some());
        assert_eq!(of(2).decided_speedup(), None);
        assert_eq!((of(broken).speedup, of(broken).is_undecided), (None, false));
    }

    #[test]
    fn a_run_that_broke_is_shown_beside_the_answer() {
        let mut history = measured(&[[2.0, 1.0]]);
        let mut broken = run(&sample::plan(Cpu, Model::Threads, 2), 0.3, 2);
        broken.ending.outcome = Outcome::Failed;
        history.add(broken, Trace::new(2));
        assert_eq!(shown(&history), [1, 2, 3]);
    }

    #[test]
    fn a_stopped_run_is_in_the_history_only_while_nothing_answers_the_question() {
        let plan = sample::plan(Cpu, Model::Threads, 2);
        let mut stopped = run(&plan, 0.3, 1);
        stopped.ending.outcome = Outcome::Cancelled;
        let mut alone = measured(&[]);
        alone.add(run(&plan.as_serial(), 2.0, 1), Trace::new(2));
        alone.add(stopped.clone(), Trace::new(2));
        assert_eq!((shown(&alone), alone.answer(2)), (vec![1, 2], None));
        let mut answered = measured(&[[2.0, 1.0]]);
        answered.add(stopped, Trace::new(2));
        assert_eq!(
            (shown(&answered), answered.answer(3)),
            (vec![1, 2], Some(2))
        );
    }

    #[test]
    fn with_a_run_that_stands_for_others_all_of_them_are_removed() {
        let mut history = measured(&[[2.0, 1.0], [2.0, 1.0]]);
        history.remove(&[2]);
        let left: Vec<usize> = history.entries().iter().map(|entry| entry.number).collect();
        assert_eq!(left, [1, 3]);
        assert_eq!(shown(&history), [1]);
    }

    #[test]
    fn runs_of_a_sweep_or_measured_alone_stand_for_themselves() {
        let mut history = sample::history(2);
        let plan = sample::plan(Cpu, Model::Threads, 2);
        for _ in 0..2 {
            history.add(sample::record(plan.clone(), 1.0, 0.1), Trace::new(2));
        }
        assert_eq!(shown(&history), [1, 2]);
    }
}
