use super::*;
use crate::{
    catalog::{
        caveat::{Caveat, Observation},
        claim::CLAIMS,
        workload::{LOCK, SHARE, Workload},
    },
    domain::{
        campaign::Campaign,
        claim::Test,
        counter::{CounterTotals, HandOver, HandOverWay},
        plan::{Lock, Plan},
        record::{CampaignPart, ContextSwitches, Outcome, Record},
        rounds::LEAST_PAIRS,
    },
    fixtures::{python, sample},
};

const CORES: u32 = 2;

/// How a synthetic machine behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum World {
    /// As the claims that are known to be right say.
    AsKnown,
    /// The other way round in everything.
    Reverse,
    /// Nothing computes in parallel, as if a host gave it one core and did not say so.
    OneAtATime,
}

/// What a synthetic machine does to a run: the factor of its time, and whether that is seen as a disturbance.
type Noise = (f64, bool);

fn setting() -> Setting {
    Setting {
        cores: CORES,
        python: Some(python::interpreter()),
        free: Some(python::free_threaded()),
        ..Setting::default()
    }
}

fn effort() -> Effort {
    let (budget_s, rounds) = (60.0, 7);
    Effort { budget_s, rounds }
}

fn prepared(chosen: &[&'static Claim], setting: &Setting) -> Verification {
    let speed = |_: &Draft| Some(Speed::uniform(1e8));
    Verification::new(chosen, setting, effort(), &WorkerLimits::default(), &speed)
}

/// A run as the synthetic machine would make it.
fn run(plan: &Plan, world: World, (stretch, is_seen): Noise) -> Record {
    let is_known = world != World::Reverse;
    let workers = f64::from(plan.workers);
    let is_process = plan.model().has_processes();
    let at_once = match (plan.workload, plan.lock()) {
        (Workload::Cpu, _) if world == World::OneAtATime => 1.0,
        (Workload::Cpu, Lock::None) if is_known => workers.min(CORES.into()),
        (Workload::Cpu, Lock::None) => 1.0,
        (Workload::Cpu, _) if is_known => 1.0,
        (Workload::Cpu, _) => workers.min(CORES.into()),
        _ if is_known => workers.min(plan.tasks.into()),
        _ => 1.0,
    };
    let wall_s = (0.8 / at_once + 0.003) * stretch;
    let cores_in_use = if plan.workload.computes() {
        at_once * 0.98
    } else {
        0.3
    };
    let mut record = sample::record(plan.clone(), wall_s, cores_in_use * wall_s);
    record.measurement.caveats.clear();
    record.times.concurrency = at_once;
    record.times.computing_overlap_s = Some(if at_once > 1.0 { 0.9 * wall_s } else { 0.0 });
    let is_heavy = is_process == is_known;
    record.times.startup_s = Some(workers * if is_heavy { 1e-3 } else { 1e-5 } * stretch);
    let each = if is_heavy { 400_000 } else { 20_000 };
    record.system.memory_bytes = Some(each * u64::from(plan.workers));
    record.system.context_switches = Some(ContextSwitches {
        voluntary: 300 * u64::from(is_known || is_process),
        involuntary: 0,
    });
    record.system.counter = Some(counted(plan, is_known));
    if is_seen {
        let (share, waited) = (0.4, None);
        let seen = Observation::CoresTaken { share, waited };
        record.measurement.caveats.push(Caveat::from(seen));
    }
    record
}

/// How long a block would take: it is slower for processes on any machine.
fn handed_over(plan: &Plan) -> Vec<HandOver> {
    let is_process = plan.model().has_processes();
    let way = if is_process {
        HandOverWay::Socket
    } else {
        HandOverWay::Shared
    };
    let median_s = if is_process { 0.01 } else { 0.001 };
    vec![HandOver { way, median_s }]
}

/// What a counter would leave: threads share it and processes do not, and without a lock additions are lost.
fn counted(plan: &Plan, is_known: bool) -> CounterTotals {
    let is_on = |parameter| plan.given(parameter) == Some(1);
    let is_shared = !plan.model().has_processes() || is_on(&SHARE);
    let is_locked = is_on(&LOCK);
    let expected = 1_000;
    let found = match (is_shared, is_locked) {
        _ if !is_known && is_locked => 0,
        (false, _) => 0,
        (true, false) if is_known => 700,
        _ => expected,
    };
    CounterTotals {
        expected,
        found,
        seen: vec![],
        is_shared,
        is_locked,
        handovers: handed_over(plan),
    }
}

/// The rounds of an experiment on a synthetic machine.
fn rounds(
    trials: Vec<Trial>,
    effort: Effort,
    world: World,
    noise: &mut dyn FnMut() -> Noise,
) -> Rounds {
    let mut campaign = Campaign::claims(trials, effort);
    let mut last = None;
    while let Some(plan) = campaign.next(last.as_ref()) {
        last = Some(run(&plan, world, noise()));
    }
    campaign.in_turn().expect("it is one").rounds.clone()
}

fn verified(
    claim: &'static Claim,
    worlds: (World, World),
    noise: &mut dyn FnMut() -> Noise,
) -> Verified {
    let (world, of_controls) = worlds;
    let mut verification = prepared(&[claim], &setting());
    let effort = verification.effort;
    let of_control = rounds(
        verification.controls.clone(),
        effort,
        of_controls,
        &mut quiet(),
    );
    verification.control_measured(of_control);
    let measured = rounds(verification.trials(&[0]), effort, world, noise);
    verification.measured(&[0], "campaign", &measured);
    verification.claims.remove(0)
}

fn quiet() -> impl FnMut() -> Noise {
    let mut next = uniform(7);
    move || (1.0 + 0.002 * next(), false)
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
fn each_claim_comes_out_as_a_quiet_machine_truly_is() {
    for claim in CLAIMS {
        let known = verified(claim, (World::AsKnown, World::AsKnown), &mut quiet());
        assert_eq!(known.answer(), claim.expected, "{}: {known:?}", claim.title);
        let reverse = verified(claim, (World::Reverse, World::AsKnown), &mut quiet());
        let other = match claim.expected {
            Answer::Supported => Answer::Contradicted,
            _ => Answer::Supported,
        };
        assert_eq!(reverse.answer(), other, "{}: {reverse:?}", claim.title);
    }
}

#[test]
fn a_claim_cannot_be_told_from_disturbed_runs_unless_it_is_about_what_the_kernel_counts() {
    for claim in CLAIMS {
        let told = verified(claim, (World::AsKnown, World::AsKnown), &mut || (1.5, true));
        let counts = |test: &Test| test.condition.measure.quantity().is_counted();
        let judgement = told.judgement.as_ref().expect("it was measured");
        if !judgement.tests.iter().any(counts) {
            assert_eq!(told.answer(), Answer::CannotTell, "{}", claim.title);
        }
    }
}

#[test]
fn a_failing_control_leaves_its_claims_untold() {
    for claim in CLAIMS
        .into_iter()
        .filter(|claim| !claim.controls.is_empty())
    {
        let told = verified(claim, (World::AsKnown, World::Reverse), &mut quiet());
        assert_eq!(told.answer(), Answer::CannotTell, "{}", claim.title);
        assert!(
            matches!(told.obstacle, Some(Obstacle::FailedControl(_))),
            "{told:?}"
        );
    }
}

#[test]
fn where_nothing_computes_in_parallel_no_claim_about_computing_is_told() {
    let is_affected = |claim: &&Claim| claim.controls.contains(&TrialTopic::Cores);
    let affected: Vec<&Claim> = CLAIMS.into_iter().filter(is_affected).collect();
    let numbers: Vec<u8> = affected.iter().map(|claim| claim.number).collect();
    assert_eq!(numbers, [2, 3, 7, 9]);
    for claim in affected {
        let worlds = (World::OneAtATime, World::OneAtATime);
        let told = verified(claim, worlds, &mut quiet());
        let obstacle = Some(Obstacle::FailedControl(TrialTopic::Cores));
        assert_eq!(told.obstacle, obstacle, "{}", claim.title);
    }
}

#[test]
fn a_claim_that_one_run_contradicts_is_measured_for_three_rounds_all_the_same() {
    let ease = Claim::by_number(10).expect("there is one");
    let told = verified(ease, (World::AsKnown, World::AsKnown), &mut quiet());
    let judgement = told.judgement.expect("it was measured");
    assert_eq!(judgement.answer, Answer::Contradicted);
    assert!(judgement.least_rounds() >= LEAST_PAIRS);
    let sharing_is_faster = judgement.tests[0].answer;
    assert_eq!(sharing_is_faster, Answer::Supported);
}

#[test]
fn no_more_rounds_decide_than_the_interval_allows_for() {
    let trials = prepared(&CLAIMS[1..2], &setting()).trials(&[0]);
    let mut next = uniform(1);
    let mut noise = || (1.0 + next(), false);
    let measured = rounds(trials.clone(), effort(), World::AsKnown, &mut noise);
    let looked_at = |rounds| judge(&trials[0], &measured, Effort { rounds, ..effort() });
    assert_eq!(looked_at(7).least_rounds(), 7);
    assert_eq!(looked_at(LEAST_PAIRS).least_rounds(), LEAST_PAIRS);
}

#[test]
fn whatever_the_noise_at_most_one_verdict_in_a_hundred_is_against_the_truth() {
    const TRIED: u64 = 200;
    for claim in CLAIMS {
        for (world, truth) in [
            (World::AsKnown, claim.expected),
            (World::Reverse, opposite(claim.expected)),
        ] {
            let mut wrong = 0;
            for seed in 0..TRIED {
                let mut next = uniform(seed * 2 + 1);
                // Every run takes up to twice as long as it should. The program notices every fourth disturbance.
                let mut noise = || (1.0 + next(), next() < 0.25);
                let told = verified(claim, (world, World::AsKnown), &mut noise);
                wrong += u64::from(told.answer() == opposite(truth));
            }
            assert!(
                wrong <= TRIED / 100,
                "{}: {wrong} of {TRIED} in {world:?}",
                claim.title
            );
        }
    }
}

fn opposite(answer: Answer) -> Answer {
    match answer {
        Answer::Supported => Answer::Contradicted,
        Answer::Contradicted => Answer::Supported,
        Answer::CannotTell => Answer::CannotTell,
    }
}

#[test]
fn with_one_core_claims_about_parallelism_cannot_be_told_and_are_not_measured() {
    let one = Setting {
        cores: 1,
        ..setting()
    };
    let verification = prepared(&CLAIMS, &one);
    for verified in &verification.claims {
        let is_short = verified.obstacle == Some(Obstacle::OneCore);
        assert_eq!(
            is_short, verified.claim.needs_cores,
            "{}",
            verified.claim.title
        );
        assert_eq!(verified.trial.is_none(), is_short);
        assert_eq!(verified.answer(), Answer::CannotTell);
    }
}

#[test]
fn claims_on_one_workload_are_measured_together_and_share_their_runs() {
    let verification = prepared(&CLAIMS, &setting());
    let groups = verification.groups();
    let mut all: Vec<usize> = groups.iter().flatten().copied().collect();
    all.sort_unstable();
    assert_eq!(all, Vec::from_iter(0..CLAIMS.len()), "each claim once");
    let (mut planned, mut asked) = (0, 0);
    for group in &groups {
        let trials = verification.trials(group);
        asked += trials.iter().map(|trial| trial.arms.len()).sum::<usize>();
        let campaign = Campaign::claims(trials, effort());
        planned += campaign.in_turn().expect("it is one").plans.len();
    }
    assert!(planned < asked, "{planned} of {asked}");
}

#[test]
fn a_claim_whose_runs_ended_early_was_not_measured_to_its_end() {
    let mut verification = prepared(&CLAIMS[1..2], &setting());
    verification.measured(&[0], "campaign", &Rounds::default());
    assert_eq!(verification.claims[0].obstacle, Some(Obstacle::Unfinished));
}

#[test]
fn the_runs_behind_a_claim_are_those_of_its_campaign_with_its_plans() {
    let told = verified(CLAIMS[1], (World::AsKnown, World::AsKnown), &mut quiet());
    let arm = &told.trial.as_ref().expect("it can be measured").arms[0];
    let of = |id: &str, plan: &Plan| {
        let mut record = run(plan, World::AsKnown, (1.0, false));
        let (id, round, in_turn) = (id.into(), 1, true);
        record.campaign = Some(CampaignPart { id, round, in_turn });
        record
    };
    let other = sample::plan(Workload::Io, crate::catalog::model::Model::Serial, 1);
    let records = [
        of("campaign", arm),
        of("other", arm),
        of("campaign", &other),
    ];
    let runs: Vec<RunEntry> = (1..)
        .zip(&records)
        .map(|(n, record)| sample::run(n, record))
        .collect();
    assert_eq!(told.runs(runs.iter()), [1]);
    assert!(
        records
            .iter()
            .all(|run| run.ending.outcome == Outcome::Completed)
    );
}
