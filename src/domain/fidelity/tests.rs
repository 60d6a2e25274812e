use super::{
    super::{
        campaign::Campaign,
        record::{CampaignPart, ContextSwitches, Outcome},
    },
    *,
};
use crate::fixtures::{python, sample};

fn sweeps(repeats: u64) -> [Sweep; 2] {
    let plans = plans(
        &drafts(&python::found(), 200, repeats, 1),
        &WorkerLimits::default(),
    )
    .unwrap();
    let [cpu, io] = plans;
    [
        Sweep {
            id: "s.1".into(),
            plan: cpu,
        },
        Sweep {
            id: "s.2".into(),
            plan: io,
        },
    ]
}

/// A record for every configuration in every round. `factor` returns how many times as long as with one thread it
/// takes.
fn measured(sweeps: &[Sweep; 2], factor: impl Fn(Model, u32) -> f64) -> Vec<Record> {
    let mut records = vec![];
    for sweep in sweeps {
        for round in 0..=sweep.plan.repeats {
            for plan in &sweep.plan.configurations {
                let disturbed = if round == 0 {
                    9.0
                } else {
                    1.0 + f64::from(round) / 1e3
                };
                let wall_s = factor(plan.model(), plan.workers) * disturbed;
                let mut record = sample::record(plan.clone(), wall_s, 1.0);
                record.campaign = Some(CampaignPart {
                    id: sweep.id.clone(),
                    round,
                    in_turn: false,
                });
                record.system.context_switches = Some(ContextSwitches {
                    voluntary: 200,
                    involuntary: 0,
                });
                records.push(record);
            }
        }
    }
    records
}

fn figure(low: f64, high: f64) -> Option<UncertainNumber> {
    Some(UncertainNumber {
        value: f64::midpoint(low, high),
        interval: Some(Interval { low, high }),
    })
}

#[test]
fn a_verdict_needs_the_whole_interval_on_one_side_of_the_bounds() {
    let allowed = Interval {
        low: 0.9,
        high: 1.1,
    };
    assert_eq!(Verdict::of(figure(0.95, 1.05), allowed), Verdict::Within);
    assert_eq!(Verdict::of(figure(0.9, 1.1), allowed), Verdict::Within);
    assert_eq!(Verdict::of(figure(1.2, 1.3), allowed), Verdict::Outside);
    assert_eq!(Verdict::of(figure(0.5, 0.8), allowed), Verdict::Outside);
    assert_eq!(Verdict::of(figure(1.0, 1.2), allowed), Verdict::CannotTell);
    assert_eq!(Verdict::of(figure(0.5, 2.0), allowed), Verdict::CannotTell);
    assert_eq!(
        Verdict::of(
            Some(UncertainNumber {
                value: 1.0,
                interval: None
            }),
            allowed
        ),
        Verdict::CannotTell
    );
    assert_eq!(Verdict::of(None, allowed), Verdict::NotMeasured);
}

#[test]
fn both_locks_get_the_same_work_and_each_plan_comes_once_per_round() {
    for sweep in sweeps(2) {
        let plans = &sweep.plan.configurations;
        assert!(plans.iter().all(|plan| plan.same_work(&plans[0])));
        let mut campaign = Campaign::sweep(sweep.plan.clone());
        let mut seen = vec![0; plans.len()];
        let record = sample::record(plans[0].clone(), 1.0, 1.0);
        while let Some(plan) = campaign.next(Some(&record)) {
            seen[sweep.plan.index_of(&plan).unwrap()] += 1;
        }
        assert!(seen.iter().all(|times| *times == 3), "{seen:?}");
        for model in [Model::GilThreads, Model::PythonThreads] {
            let counts = plans
                .iter()
                .filter(|plan| plan.model() == model)
                .map(|plan| plan.workers);
            assert!(counts.eq(WORKERS));
        }
    }
}

#[test]
fn the_same_factor_is_within_although_the_languages_differ_in_speed() {
    let sweeps = sweeps(5);
    let records = measured(&sweeps, |model, workers| {
        let language = if model == Model::PythonThreads {
            10.0
        } else {
            1.0
        };
        language * (1.0 + f64::from(workers) / 100.0)
    });
    let lines = lines(&sweeps, &Vec::from_iter(&records), &[], 1);
    let threads = lines
        .iter()
        .filter(|line| matches!(line.question, FidelityQuestion::Threads { .. }));
    assert!(
        threads.clone().count() == 6 && threads.clone().all(|line| line.verdict == Verdict::Within)
    );
}

#[test]
fn another_factor_is_outside() {
    let sweeps = sweeps(5);
    let records = measured(&sweeps, |model, workers| {
        if (model, workers) == (Model::GilThreads, 4) {
            1.5
        } else {
            1.0
        }
    });
    let lines = lines(&sweeps, &Vec::from_iter(&records), &[], 1);
    let outside: Vec<FidelityQuestion> = lines
        .iter()
        .filter(|line| line.verdict == Verdict::Outside)
        .map(|line| line.question)
        .collect();
    let four = |workload| FidelityQuestion::Threads {
        workload,
        workers: 4,
    };
    assert_eq!(outside, [four(Workload::Cpu), four(Workload::Io)]);
}

#[test]
fn runs_that_broke_do_not_count_and_a_lock_without_runs_is_not_measured() {
    let sweeps = sweeps(3);
    let mut records = measured(&sweeps, |_, _| 1.0);
    for record in records
        .iter_mut()
        .filter(|record| record.plan.model() == Model::PythonThreads)
    {
        record.ending.outcome = Outcome::Failed;
    }
    let lines = lines(&sweeps, &Vec::from_iter(&records), &[], 1);
    assert!(
        lines
            .iter()
            .all(|line| line.verdict == Verdict::NotMeasured)
    );
    assert!(
        lines
            .iter()
            .all(|line| line.emulated.is_some() && line.real.is_none())
    );
}

#[test]
fn the_convoy_beside_one_thread_is_judged_more_strictly() {
    let convoy = |beside| Convoy {
        beside,
        emulated: vec![0.0065; 20],
        real: vec![0.0061; 20],
    };
    let lines = lines(&sweeps(1), &[], &[convoy(1), convoy(2)], 1);
    let verdicts: Vec<Verdict> = lines
        .iter()
        .rev()
        .take(2)
        .rev()
        .map(|line| line.verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Outside, Verdict::Within]);
}

#[test]
fn a_round_of_the_convoy_counts_as_its_median_and_half_a_round_as_nothing() {
    let mut convoy = Convoy {
        beside: 2,
        ..Convoy::default()
    };
    convoy.add(&[0.006, 0.012, 0.09], &[0.007]);
    convoy.add(&[0.006], &[]);
    assert_eq!((convoy.emulated, convoy.real), (vec![0.012], vec![0.007]));
}
