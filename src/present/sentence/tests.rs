//! No two surfaces contradict each other about the same runs, whatever was measured.

use proptest::prelude::*;

use super::{comparison, conclusion, verdict};
use crate::{
    analysis::compared::Compared,
    catalog::{
        caveat::{Caveat, Observation},
        model::Model,
        workload::Workload::{Cpu, Io},
    },
    domain::{
        history::{History, RunEntry},
        record::CampaignPart,
        trace::Trace,
    },
    fixtures::{sample, swept},
    present::{comparison::compare, number::NOTHING},
};

/// The claim of a sentence about its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Faster,
    Slower,
    Neither,
}

fn claim(sentence: &str) -> Claim {
    match sentence {
        said if said.contains("faster than") => Claim::Faster,
        said if said.contains("slower than") => Claim::Slower,
        _ => Claim::Neither,
    }
}

fn compared(history: &History, over: &RunEntry, run: &RunEntry) -> Claim {
    let runs = [over, run].map(|entry| Compared::in_history(history, entry));
    claim(&comparison::of(&runs, 0))
}

/// Checks that a run with a star is clearly faster than every run of another plan, and that a verdict claims the same
/// as a comparison with the baseline.
fn agree(history: &History) -> Result<(), TestCaseError> {
    let counted = || {
        history
            .entries()
            .iter()
            .filter(|entry| entry.record.is_counted())
    };
    for entry in counted() {
        for other in counted().filter(|other| other.record.plan != entry.record.plan) {
            if entry.assessment.is_fastest {
                let pair = compared(history, other, entry);
                prop_assert_eq!(pair, Claim::Faster, "#{} #{}", entry.number, other.number);
            }
        }
        let Some(gain) = entry.gain().filter(|_| !entry.record.plan.is_serial()) else {
            continue;
        };
        let over = history.get(gain.over.number).expect("it is there");
        let said = verdict::of(history, entry.number);
        prop_assert_eq!(claim(&said), compared(history, over, entry), "{}", said);
    }
    Ok(())
}

/// Times around some value, so close together that every outcome occurs.
fn times(least: usize) -> impl Strategy<Value = Vec<f64>> {
    (0..4usize, proptest::collection::vec(0.9f64..1.1, least..5)).prop_map(|(around, spread)| {
        let around = [1.0, 0.95, 0.85, 0.5][around];
        spread.iter().map(|time| time * around).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn runs_that_were_measured_alone_or_repeated_are_described_in_the_same_way_everywhere(
        configurations in proptest::collection::vec((times(1), any::<bool>()), 4),
    ) {
        let mut history = sample::history(4);
        let models = [(Model::Serial, 1), (Model::Threads, 2), (Model::Processes, 2), (Model::Threads, 4)];
        for ((model, workers), (times, is_campaign)) in models.into_iter().zip(&configurations) {
            for (round, time) in (1..).zip(times) {
                let mut record = sample::record(sample::plan(Cpu, model, workers), *time, *time);
                record.campaign = is_campaign.then(|| CampaignPart { id: format!("{model:?} {workers}"), round, in_turn: false });
                history.add(record, Trace::new(1));
            }
        }
        agree(&history)?;
    }

    #[test]
    fn a_sweep_its_runs_and_its_chart_are_described_in_the_same_way(
        times in proptest::collection::vec(times(0), 5),
    ) {
        let plan = swept::plan(Cpu, &[Model::Threads, Model::Processes], &[2, 4], 5);
        let slices: Vec<&[f64]> = times.iter().map(Vec::as_slice).collect();
        let records = swept::measured(&plan, &slices);
        let mut history = sample::history(4);
        let number = history.start_sweep("s.1".into(), plan.clone());
        let mut warm_up = sample::record(plan.configurations[0].clone(), 1.0, 1.0);
        warm_up.campaign = swept::part(0);
        for record in std::iter::once(warm_up).chain(records) {
            history.add(record, Trace::new(1));
        }
        agree(&history)?;
        let sweep = history.sweep(number).expect("it has begun");
        let results = &sweep.results;
        let Some(best) = results.best else { return Ok(()) };
        let median = history.median_run(sweep, best).expect("it was measured");
        let run = history.get(median).expect("it is there");
        let headline = conclusion::headline(results, false);
        prop_assert_eq!(
            claim(&headline) == Claim::Faster && !headline.contains("nothing"),
            claim(&verdict::of(&history, median)) == Claim::Faster,
            "{}", headline
        );
        let said = conclusion::of_entry(sweep);
        for clause in said.split("; ") {
            let name = clause.split(':').next().unwrap_or_default();
            let Some(series) = results.series.iter().find(|series| series.executor.name() == name) else { continue };
            let Some(best) = series.best.and_then(|best| history.median_run(sweep, best)) else { continue };
            let expected = match claim(clause) {
                Claim::Slower => Claim::Slower,
                _ if clause.contains('×') => Claim::Faster,
                _ => Claim::Neither,
            };
            prop_assert_eq!(claim(&verdict::of(&history, best)), expected, "{}", clause);
        }
        for star in history.entries().iter().filter(|entry| entry.assessment.is_fastest) {
            prop_assert_eq!(&star.record.plan, &run.record.plan, "★ and the best point");
        }
    }
}

/// Adds a run of this plan, disturbed or not.
fn add(
    history: &mut History,
    model: Model,
    workers: u64,
    wall_s: f64,
    disturbance: Option<Observation>,
) -> usize {
    let mut record = sample::record(sample::plan(Cpu, model, workers), wall_s, wall_s);
    record
        .measurement
        .caveats
        .extend(disturbance.map(Caveat::from));
    history.add(record, Trace::new(u32::try_from(workers).unwrap()));
    history.entries().len()
}

/// What the table of a comparison says in the row of speed-ups.
fn speedup_cells(history: &History, over: &RunEntry, run: &RunEntry) -> Vec<String> {
    let runs = [over, run].map(|run| Compared::in_history(history, run));
    let rows = compare(&runs, 0).rows;
    let row = rows.iter().find(|row| row.name.starts_with("speed-up"));
    row.expect("there is a baseline").cells[..2].to_vec()
}

#[test]
fn where_a_run_or_its_baseline_was_disturbed_no_surface_calls_anything_faster_or_slower() {
    let others = Observation::CoresTaken {
        share: 0.4,
        waited: None,
    };
    let disturbances = [
        others,
        Observation::Slept(2.0),
        Observation::RunQueueWait(0.3),
    ];
    for disturbance in disturbances {
        for (serial, processes) in [(Some(&disturbance), None), (None, Some(&disturbance))] {
            let mut history = sample::history(2);
            add(&mut history, Model::Serial, 1, 2.0, serial.cloned());
            let number = add(&mut history, Model::Processes, 2, 1.0, processes.cloned());
            let said = verdict::of(&history, number);
            assert!(
                said.contains("cannot tell, because the runs were disturbed"),
                "{said}"
            );
            let [over, run] = [1, number].map(|number| history.get(number).unwrap());
            assert_eq!(compared(&history, over, run), Claim::Neither);
            assert!(!run.assessment.is_fastest && !over.assessment.is_fastest);
            assert_eq!(speedup_cells(&history, over, run), ["1.0×", NOTHING]);
        }
    }
}

#[test]
fn a_disturbance_does_not_silence_what_most_repeats_say_and_waiting_needs_no_core() {
    let mut history = sample::history(2);
    add(&mut history, Model::Serial, 1, 2.0, None);
    let number = add(
        &mut history,
        Model::Processes,
        2,
        1.0,
        Some(Observation::RunQueueWait(0.3)),
    );
    add(&mut history, Model::Processes, 2, 1.0, None);
    let said = verdict::of(&history, number);
    assert_eq!(claim(&said), Claim::Faster, "{said}");
    let mut record = sample::record(sample::plan(Io, Model::Threads, 16), 1.0, 0.1);
    record
        .measurement
        .caveats
        .push(Observation::RunQueueWait(0.3).into());
    assert!(!record.is_disturbed());
}
