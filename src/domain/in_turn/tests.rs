use proptest::prelude::*;

use super::*;
use crate::{
    catalog::{
        caveat::{Caveat, CaveatKind, Observation},
        model::Model,
        workload::Workload::Cpu,
    },
    domain::{
        campaign::Campaign,
        claim::{Bound, Condition, Measure, Quantity, TrialTopic},
        difference::Difference,
        record::{CampaignPart, Outcome},
        rounds::MOST_PAIRS,
    },
    fixtures::sample,
};

/// What a synthetic machine does to a run: the factor of its time, and whether that is seen as a disturbance.
type Noise = (f64, bool);

fn run(plan: &Plan, wall_s: f64, (stretch, is_seen): Noise) -> Record {
    let mut record = sample::record(plan.clone(), wall_s * stretch, 1.0);
    record.measurement.caveats.clear();
    if is_seen {
        let share = 0.4;
        let seen = Observation::CoresTaken {
            share,
            waited: None,
        };
        record.measurement.caveats.push(Caveat::from(seen));
    }
    record
}

/// Measures with a model that is truly `factor` times as fast as serial, which takes a second.
fn experiment(factor: f64, budget_s: f64, mut noise: impl FnMut() -> Noise) -> InTurn {
    let mut campaign = Campaign::experiment(sample::plan(Cpu, Model::Processes, 2), budget_s);
    let mut last = None;
    while let Some(plan) = campaign.next(last.as_ref()) {
        let wall_s = if plan.is_serial() { 1.0 } else { 1.0 / factor };
        last = Some(run(&plan, wall_s, noise()));
    }
    campaign.in_turn().expect("it is one").clone()
}

/// Uniform numbers from 0 to 1 that repeat for the same seed.
fn uniform(mut state: u64) -> impl FnMut() -> f64 {
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[test]
fn on_a_quiet_machine_the_fewest_pairs_decide() {
    for (factor, answer) in [
        (1.9, Difference::Faster),
        (1.0, Difference::Small),
        (0.8, Difference::Slower),
    ] {
        let mut next = uniform(7);
        let ended = experiment(factor, 60.0, || (1.0 + 0.002 * next(), false));
        assert_eq!(ended.pairs().difference(), answer, "{factor}");
        assert_eq!(ended.pairs().times.len(), LEAST_PAIRS, "{factor}");
    }
}

#[test]
fn of_a_hundred_noisy_experiments_at_most_one_decides_against_the_truth() {
    const EXPERIMENTS: u64 = 2_000;
    for (factor, wrong) in [
        (1.0, [Difference::Faster, Difference::Slower]),
        (1.9, [Difference::Slower, Difference::Small]),
        (0.6, [Difference::Faster, Difference::Small]),
    ] {
        let mut wrongly = 0;
        for seed in 0..EXPERIMENTS {
            let mut next = uniform(seed * 2 + 1);
            // Every run takes up to twice as long as it should. The program notices every fourth disturbance.
            let budget_s = [12.0, 60.0][(seed % 2) as usize];
            let ended = experiment(factor, budget_s, || (1.0 + next(), next() < 0.25));
            wrongly += u64::from(wrong.contains(&ended.pairs().difference()));
        }
        assert!(
            wrongly <= EXPERIMENTS / 100,
            "{wrongly} of {EXPERIMENTS} with the factor {factor}"
        );
    }
}

#[test]
fn runs_that_are_not_faster_but_perhaps_slower_are_no_gain() {
    let pairs = Pairs {
        times: vec![[1.0, 1.03], [1.0, 1.06], [1.0, 1.05], [1.0, 1.09]],
        disturbed: 0,
    };
    assert_eq!(pairs.difference(), Difference::NotFaster);
    assert!(pairs.decide() && !pairs.are_enough());
}

#[test]
fn a_disturbed_pair_is_measured_again_and_not_averaged_in() {
    let mut runs = 0;
    let ended = experiment(2.0, 60.0, || {
        runs += 1;
        if runs == 4 {
            (5.0, true)
        } else {
            (1.0 + 0.001 * f64::from(runs % 3), false)
        }
    });
    assert_eq!((ended.pairs().times.len(), ended.pairs().disturbed), (3, 1));
    let ratio = ended.pairs().ratio().expect("three pairs");
    assert!((ratio.value - 2.0).abs() < 0.01, "{ratio:?}");
}

#[test]
fn whatever_changed_a_run_from_outside_leaves_its_pair_out() {
    use CaveatKind::{CoresTaken, RunQueueWait, Stolen, Suspended, Throttled};
    for kind in [CoresTaken, RunQueueWait, Stolen, Suspended, Throttled] {
        let mut record = run(&sample::plan(Cpu, Model::Processes, 2), 1.0, (1.0, false));
        assert!(!record.is_disturbed());
        let text = String::new();
        record.measurement.caveats.push(Caveat { kind, text });
        assert!(record.is_disturbed(), "{kind:?}");
    }
}

#[test]
fn if_all_pairs_are_disturbed_nothing_is_decided() {
    let ended = experiment(2.0, 12.0, || (1.5, true));
    assert_eq!(ended.pairs().difference(), Difference::Disturbed);
    assert_eq!(ended.pairs().ratio(), None);
}

#[test]
fn a_few_pairs_decide_nothing_however_clear_they_are() {
    let ended = experiment(10.0, 0.5, || (1.0, false));
    assert_eq!(ended.pairs().times.len(), 1);
    assert_eq!(ended.pairs().difference(), Difference::TooFew);
}

#[test]
fn a_cancelled_or_failed_run_ends_the_experiment_and_keeps_the_pairs() {
    for outcome in [Outcome::Cancelled, Outcome::Failed] {
        let plan = sample::plan(Cpu, Model::Processes, 2);
        let mut campaign = Campaign::experiment(plan.clone(), 60.0);
        let mut last = None;
        for wall_s in [2.0, 1.0, 1.0] {
            let next = campaign.next(last.as_ref()).expect("it goes on");
            last = Some(run(&next, wall_s, (1.0, false)));
        }
        last.as_mut().expect("three runs").ending.outcome = outcome;
        assert_eq!(campaign.next(last.as_ref()), None);
        let in_turn = campaign.in_turn().expect("it is one");
        assert_eq!(in_turn.pairs().times, [[2.0, 1.0]]);
    }
}

#[test]
fn pairs_begin_with_either_plan_in_turn_and_know_which_is_the_baseline() {
    let plan = sample::plan(Cpu, Model::Processes, 2);
    let mut campaign = Campaign::experiment(plan, 60.0);
    let (mut last, mut are_serial): (Option<Record>, Vec<bool>) = (None, vec![]);
    while let Some(next) = campaign.next(last.as_ref()) {
        are_serial.push(next.is_serial());
        let wall_s = if next.is_serial() { 2.0 } else { 1.0 };
        last = Some(run(&next, wall_s, (1.0, false)));
    }
    assert_eq!(are_serial, [true, false, false, true, true, false]);
    let in_turn = campaign.in_turn().expect("it is one");
    assert_eq!(in_turn.pairs().times, [[2.0, 1.0]; 3]);
}

#[test]
fn a_run_with_failed_tasks_is_no_half_of_a_pair_and_ends_the_experiment() {
    let plan = sample::plan(Cpu, Model::Processes, 2);
    let mut campaign = Campaign::experiment(plan, 60.0);
    let serial = campaign.next(None).expect("it begins");
    let mut failed = run(&serial, 2.0, (1.0, false));
    failed.ending.tasks_failed = 1;
    assert_eq!(campaign.next(Some(&failed)), None);
}

#[test]
fn runs_are_pairs_if_they_are_of_one_round_of_one_experiment() {
    let plan = sample::plan(Cpu, Model::Processes, 2);
    let of = |plan: &Plan, wall_s, id: &str, round, in_turn| {
        let mut record = run(plan, wall_s, (1.0, false));
        let id = id.into();
        record.campaign = Some(CampaignPart { id, round, in_turn });
        record
    };
    let serial = plan.as_serial();
    let over = [
        of(&serial, 2.0, "a", 1, true),
        of(&serial, 3.0, "a", 2, true),
    ];
    let over: Vec<&Record> = over.iter().collect();
    let ours = of(&plan, 1.0, "a", 2, true);
    let pairs = Pairs::of(&over, &[&ours]).expect("measured in turn");
    assert_eq!(pairs.times, [[3.0, 1.0]]);
    let others = [
        of(&plan, 1.0, "b", 2, true),
        of(&plan, 1.0, "a", 2, false),
        run(&plan, 1.0, (1.0, false)),
    ];
    for other in others {
        assert_eq!(Pairs::of(&over, &[&other]), None);
    }
}

#[test]
fn a_claim_that_is_decided_is_not_measured_again_with_one_that_is_not() {
    let condition = |least| Condition {
        measure: Measure::Ratio {
            quantity: Quantity::Time,
            over: 0,
            of: 1,
        },
        bound: Bound::AtLeast(least),
    };
    let arms = |workers| {
        [Model::Serial, Model::Processes].map(|model| {
            let workers = if model == Model::Serial { 1 } else { workers };
            sample::plan(Cpu, model, workers)
        })
    };
    let trial = |number, workers, least| Trial {
        topic: TrialTopic::Claim(number),
        arms: arms(workers).into(),
        conditions: vec![condition(least)],
    };
    // The second claim is exactly at its bound, so that nothing decides it.
    let trials = vec![trial(1, 2, 1.2), trial(2, 4, 2.0)];
    let mut campaign = Campaign::claims(trials, Effort::of_question(60.0));
    let (mut last, mut ran) = (None, vec![]);
    let mut next_noise = uniform(7);
    while let Some(plan) = campaign.next(last.as_ref()) {
        ran.push(plan.workers);
        let wall_s = if plan.is_serial() { 1.0 } else { 0.5 };
        last = Some(run(&plan, wall_s, (1.0 + 0.01 * next_noise(), false)));
    }
    let times = |workers| ran.iter().filter(|ran| **ran == workers).count();
    assert_eq!([1, 2, 4].map(times), [MOST_PAIRS, LEAST_PAIRS, MOST_PAIRS]);
}

proptest! {
    #[test]
    fn an_experiment_never_starts_a_pair_that_its_average_pair_says_exceeds_the_budget(
        budget_s in 1.0..20.0,
        factor in 0.5..4.0,
        seed: u64,
    ) {
        let mut next = uniform(seed);
        let ended = experiment(factor, budget_s, || (1.0 + next(), next() < 0.5));
        let pairs = f64::from(ended.round);
        prop_assert!(ended.pairs().times.len() <= MOST_PAIRS);
        // The last pair may take as much longer than the average as noise can make it.
        prop_assert!(ended.round == 1 || ended.spent_s <= budget_s * (pairs + 1.0) / pairs);
    }
}
