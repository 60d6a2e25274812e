//! What two plans that are measured in turn say while the experiment goes on.

use super::{factor, serial};
use crate::domain::{
    rounds::{LEAST_PAIRS, Pairs},
    text::counted,
};

/// What the pairs say so far, and what a verdict still needs; `None` before the first pair has ended.
pub fn so_far(pairs: &Pairs, is_python: bool) -> Option<String> {
    let disturbed = match pairs.disturbed as u64 {
        0 => None,
        pairs => Some(format!("{} left out", counted(pairs, "disturbed pair"))),
    };
    let Some(ratio) = pairs.ratio() else {
        return disturbed;
    };
    let lacks = match LEAST_PAIRS.saturating_sub(pairs.times.len()) {
        0 => "Not decided yet".to_string(),
        more => format!("At least {}", counted(more as u64, "more pair")),
    };
    let lacks = [Some(lacks), disturbed].into_iter().flatten();
    let lacks = lacks.collect::<Vec<_>>().join(", ");
    let (factor, over) = (factor(&ratio), serial(is_python));
    Some(format!("so far {factor} as fast as {over}. {lacks}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{
            caveat::{Caveat, Observation},
            model::Model,
            workload::Workload::Cpu,
        },
        domain::{
            record::{CampaignPart, CoreRecord},
            trace::Trace,
        },
        fixtures::sample,
        present::sentence::verdict,
    };

    fn core(core: u16) -> CoreRecord {
        CoreRecord {
            core,
            workers_s: 0.5,
            others_s: None,
            stolen_s: None,
        }
    }

    /// The verdict of two processes that were measured in turn with serial, with these times and CPU times of their
    /// pairs.
    fn verdict(pairs: &[[f64; 2]], cpu_s: [f64; 2], is_disturbed: bool) -> String {
        let plan = sample::plan(Cpu, Model::Processes, 2);
        let mut history = sample::history(2);
        let mut number = 0;
        for (round, times) in (1..).zip(pairs) {
            for (side, plan) in [plan.as_serial(), plan.clone()].into_iter().enumerate() {
                let mut record = sample::record(plan, times[side], cpu_s[side]);
                record.measurement.caveats.clear();
                record.times.startup_s = Some(0.0);
                record.cores = [0, 1].map(core).into();
                let share = 0.4;
                let waited = None;
                let seen = Caveat::from(Observation::CoresTaken { share, waited });
                record
                    .measurement
                    .caveats
                    .extend(is_disturbed.then_some(seen));
                let (id, in_turn) = ("experiment".into(), true);
                record.campaign = Some(CampaignPart { id, round, in_turn });
                (number, _) = history.add(record, Trace::new(2));
            }
        }
        verdict::of(&history, history.answer(number).unwrap())
    }

    #[test]
    fn a_verdict_names_the_interval_and_the_pairs_behind_it() {
        let faster = verdict(&[[2.0, 1.0], [2.02, 1.0], [2.01, 1.0]], [2.0, 2.0], false);
        let said = "processes: 2.01× (1.99–2.03, 3 pairs) faster than serial. ";
        assert!(faster.starts_with(said), "{faster}");
        let same = verdict(&[[1.0, 1.01], [1.0, 1.02], [1.0, 1.01]], [1.0, 1.0], false);
        let said = "processes: no gain, 0.99× (0.97–1.00, 3 pairs). ";
        assert!(same.starts_with(said), "{same}");
    }

    #[test]
    fn a_verdict_that_the_evidence_does_not_carry_is_that_one_cannot_tell() {
        let few = verdict(&[[2.0, 1.0], [2.0, 1.0]], [2.0, 2.0], false);
        let said = "processes: cannot tell from 2 pairs of runs. ";
        assert!(few.starts_with(said), "{few}");
        let wide = verdict(&[[2.0, 1.0], [1.0, 1.1], [0.9, 1.0]], [2.0, 2.0], false);
        let said = "processes: cannot tell whether it is faster, ";
        assert!(wide.starts_with(said), "{wide}");
    }

    #[test]
    fn disturbed_runs_say_what_cpu_clocks_tell_and_that_it_is_an_estimate() {
        let pairs = [[2.9, 2.2], [3.1, 2.0], [2.7, 2.4]];
        let said = verdict(&pairs, [1.2, 1.25], true);
        assert!(
            said.starts_with(
                "processes: cannot tell, because the runs were disturbed. On a free core each: about 1.9×, \
                 estimated from CPU time. "
            ),
            "{said}"
        );
    }

    fn said(times: &[[f64; 2]], disturbed: usize) -> Option<String> {
        let times = times.to_vec();
        so_far(&Pairs { times, disturbed }, false)
    }

    #[test]
    fn the_interval_is_said_as_soon_as_there_is_one_and_so_is_what_a_verdict_needs() {
        assert_eq!(said(&[], 0), None);
        let one = said(&[[2.0, 1.0]], 0).unwrap();
        assert_eq!(one, "so far 2.0× as fast as serial. At least 2 more pairs");
        let two = said(&[[2.0, 1.0], [2.02, 1.0]], 0).unwrap();
        assert_eq!(
            two,
            "so far 2.01× (1.89–2.14) as fast as serial. At least 1 more pair"
        );
        let wide = said(&[[2.0, 1.0], [1.0, 1.0], [0.9, 1.0]], 0).unwrap();
        assert!(wide.ends_with(". Not decided yet"), "{wide}");
    }

    #[test]
    fn a_disturbed_pair_is_named() {
        let one = said(&[], 1).unwrap();
        assert_eq!(one, "1 disturbed pair left out");
        let others = said(&[[2.0, 1.0]], 2).unwrap();
        assert!(others.ends_with(". At least 2 more pairs, 2 disturbed pairs left out"));
    }
}
