//! Properties of the history that involve several of its parts.

use std::sync::Arc;

use proptest::prelude::*;

use super::{
    super::{
        machine::{Machine, WorkerLimits},
        phase::Phase,
        plan::Draft,
        provenance::{Origin, Provenance},
        python::Interpreter,
        record::{CampaignPart, Outcome},
        speedup::Baseline,
        trace::{Batch, LaneUpdate, Trace, Transition},
    },
    History, Lot, RunEntry, TraceState,
};
use crate::{
    catalog::{
        metric::metric_named,
        model::Model,
        workload::Workload::{Cpu, Io},
    },
    fixtures::sample,
};

fn provenance(history: &History, session: &str, kernel: &str) -> Arc<Provenance> {
    let machine = Machine {
        kernel: kernel.into(),
        ..history.here().machine.clone()
    };
    Arc::new(Provenance {
        origin: Origin::Earlier,
        session: session.into(),
        machine,
    })
}

fn run(number: usize, provenance: &Arc<Provenance>, model: Model, wall_s: f64) -> RunEntry {
    let workers = if model == Model::Serial { 1 } else { 2 };
    let mut record = sample::record(sample::plan(Cpu, model, workers), wall_s, 1.0);
    record.id = format!("{}-{number}", provenance.session);
    RunEntry::new(number, None, Arc::clone(provenance), record, None)
}

impl History {
    fn add_earlier_runs(&mut self, runs: Vec<RunEntry>) -> Vec<(usize, usize)> {
        self.add_earlier(Lot {
            runs,
            sweeps: vec![],
        })
    }
}

fn speedups(history: &History) -> Vec<Option<f64>> {
    history
        .entries()
        .iter()
        .map(|entry| entry.assessment.speedup)
        .collect()
}

#[test]
fn a_baseline_is_of_the_same_session_and_a_chosen_one_holds_for_all_sessions_of_its_machine() {
    let mut history = sample::history(8);
    let (a, b) = (
        provenance(&history, "a", "sample"),
        provenance(&history, "b", "another"),
    );
    history.add_earlier_runs(vec![
        run(1, &a, Model::Serial, 8.0),
        run(2, &a, Model::Threads, 4.0),
        run(3, &b, Model::Serial, 6.0),
        run(4, &b, Model::Threads, 1.0),
    ]);
    history.add(
        sample::record(sample::plan(Cpu, Model::Threads, 2), 2.0, 1.0),
        Trace::new(2),
    );
    assert_eq!(
        speedups(&history),
        [Some(1.0), Some(2.0), Some(1.0), Some(6.0), None]
    );
    history.choose_baseline(1).unwrap();
    assert_eq!(
        speedups(&history),
        [Some(1.0), Some(2.0), Some(1.0), Some(6.0), Some(4.0)]
    );
    history.remove(&[1]);
    assert_eq!(speedups(&history), [None, Some(1.0), Some(6.0), None]);
    history.restore();
    assert_eq!(
        speedups(&history),
        [Some(1.0), Some(2.0), Some(1.0), Some(6.0), Some(4.0)]
    );
}

#[test]
fn a_sweep_is_measured_against_the_median_of_its_own_serial_runs_and_what_warmed_up_against_nothing()
 {
    let mut history = sample::history(8);
    let mut add = |model, wall_s, campaign: Option<(&str, u32)>| {
        let workers = if model == Model::Serial { 1 } else { 2 };
        let mut record = sample::record(sample::plan(Cpu, model, workers), wall_s, 1.0);
        record.campaign = campaign.map(|(id, round)| CampaignPart {
            id: id.into(),
            round,
            in_turn: false,
        });
        history.add(record, Trace::new(1));
    };
    add(Model::Threads, 2.0, None);
    add(Model::Serial, 8.0, Some(("sweep", 0)));
    add(Model::Threads, 1.0, Some(("sweep", 0)));
    for (round, serial) in [(1, 4.0), (2, 3.9), (3, 16.0)] {
        add(Model::Serial, serial, Some(("sweep", round)));
        add(Model::Threads, 2.0, Some(("sweep", round)));
    }
    // The median of the serial runs is 4 s, although the latest took 16 s.
    assert_eq!(
        speedups(&history)[..3],
        [Some(2.0), None, None],
        "without a serial run of its own: the sweep's"
    );
    assert_eq!(speedups(&history)[3..5], [Some(1.0), Some(2.0)]);
    history.add(
        sample::record(sample::plan(Cpu, Model::Serial, 1), 6.0, 1.0),
        Trace::new(1),
    );
    assert_eq!(speedups(&history)[0], Some(3.0), "its own");
    assert_eq!(
        speedups(&history)[3..5],
        [Some(1.0), Some(2.0)],
        "a sweep does not follow"
    );
}

#[test]
fn runs_that_a_shared_file_and_the_kept_history_both_have_count_once() {
    let mut history = sample::history(8);
    let kept = provenance(&history, "a", "sample");
    let recorded = Arc::new(Provenance {
        origin: Origin::Recorded,
        ..(*kept).clone()
    });
    history.add_earlier_runs(vec![run(1, &recorded, Model::Serial, 8.0)]);
    history.add_earlier_runs(vec![
        run(1, &kept, Model::Serial, 8.0),
        run(2, &kept, Model::Threads, 4.0),
    ]);
    let origins: Vec<Origin> = history
        .entries()
        .iter()
        .map(|entry| entry.provenance.origin)
        .collect();
    assert_eq!(origins, [Origin::Recorded, Origin::Earlier]);
}

/// A trace of about a megabyte.
fn large_trace() -> Trace {
    let event = |i: u64| Transition {
        at: i * 100,
        task: Some(0),
        phase: if i.is_multiple_of(2) {
            Phase::Computing
        } else {
            Phase::File
        },
        core: 0,
        after_gap: false,
    };
    let mut trace = Trace::new(1);
    let lanes = vec![LaneUpdate {
        transitions: (0..50_000).map(event).collect(),
        ..LaneUpdate::default()
    }];
    trace.apply(Batch {
        now: 5_000_000,
        lanes,
        ..Batch::default()
    });
    trace
}

#[test]
fn traces_that_can_be_read_again_make_room_before_any_is_thinned_unless_they_are_looked_at() {
    let mut history = sample::history(2);
    let a = provenance(&history, "a", "sample");
    history.add_earlier_runs(
        (1..=3)
            .map(|number| run(number, &a, Model::Serial, 1.0))
            .collect(),
    );
    history.add(
        sample::record(sample::plan(Cpu, Model::Serial, 1), 1.0, 1.0),
        large_trace(),
    );
    history.look_at(vec![1]);
    for number in 1..=3 {
        assert!(!history.set_trace(number, Ok(Box::new(large_trace()))));
    }
    let one = history.entries()[3].trace.bytes();
    assert!(!history.make_room(one * 2 + one / 2));
    let there: Vec<bool> = history
        .entries()
        .iter()
        .map(|entry| entry.trace_state == TraceState::Here)
        .collect();
    assert_eq!(there, [true, false, false, true]);
    assert!(history.entries()[1].trace.lanes.is_empty() && !history.entries()[3].trace.is_thinned);
    assert!(
        history.make_room(one),
        "nothing but those that are looked at or cannot be read again is left"
    );
}

#[test]
fn a_trace_that_was_awaited_when_its_run_was_removed_can_be_asked_for_again() {
    let mut history = sample::history(2);
    let a = provenance(&history, "a", "sample");
    history.add_earlier_runs(vec![run(1, &a, Model::Serial, 1.0)]);
    history.look_at(vec![1]);
    assert_eq!(
        (history.await_trace(), history.await_trace()),
        (Some(1), None)
    );
    history.remove(&[1]);
    history.restore();
    assert_eq!(history.await_trace(), Some(1));
}

/// Speed-up, baseline, whether it is the baseline, whether it is the fastest, and the number of caveats.
type Compared = (Option<f64>, Option<Baseline>, bool, bool, usize);

fn compared(history: &History) -> Vec<Compared> {
    let entries = history.entries().iter();
    entries
        .map(|it| {
            (
                it.assessment.speedup,
                it.assessment.baseline,
                it.assessment.is_baseline,
                it.assessment.is_fastest,
                it.caveats().count(),
            )
        })
        .collect()
}

proptest! {
    #[test]
    fn comparing_only_the_work_that_changed_comes_to_the_same_as_comparing_all(
        steps in proptest::collection::vec((0..6usize, 0..3usize, 1..9u32, any::<bool>()), 1..30),
    ) {
        let mut history = sample::history(2);
        let sessions = [provenance(&history, "a", "sample"), provenance(&history, "b", "another")];
        for (step, kind, tenths, serial) in steps {
            let model = if serial { Model::Serial } else { Model::Threads };
            match step {
                0 => drop(history.add_earlier_runs(vec![run(
                    history.next_number() + 3, &sessions[kind % 2], model, f64::from(tenths),
                )])),
                1 => drop(history.choose_baseline(tenths as usize)),
                2 => drop(history.remove(&[tenths as usize])),
                3 => drop(history.restore()),
                _ => {
                    let work = if kind == 0 { Io } else { Cpu };
                    let plan = sample::plan(work, model, if serial { 1 } else { 2 });
                    history.add(sample::record(plan, f64::from(tenths), 1.0), Trace::new(2));
                }
            }
            let mut anew = history.clone();
            anew.compare(|_| true);
            prop_assert_eq!(compared(&history), compared(&anew));
            let numbers: Vec<usize> = history.entries().iter().map(|entry| entry.number).collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", numbers);
        }
    }
}

fn efficiency(entry: &RunEntry) -> Option<f64> {
    metric_named("efficiency").of(&entry.record, entry.assessment.own_gain())
}

fn add(history: &mut History, model: Model, workers: u64, wall_s: f64) -> usize {
    let plan = sample::plan(Cpu, model, workers);
    let trace = Trace::new(plan.workers);
    history.add(sample::record(plan, wall_s, 1.0), trace).0
}

#[test]
fn a_baseline_measured_later_gives_earlier_rows_their_speedup() {
    let mut history = sample::history(2);
    add(&mut history, Model::Processes, 2, 1.0);
    assert_eq!(history.entries()[0].assessment.speedup, None);
    add(&mut history, Model::Serial, 1, 2.0);
    assert_eq!(history.entries()[0].assessment.speedup, Some(2.0));
    assert_eq!(history.entries()[1].assessment.speedup, Some(1.0));
}

#[test]
fn a_chosen_baseline_is_what_all_runs_of_its_work_are_measured_against_until_it_is_chosen_again() {
    let mut history = sample::history(8);
    add(&mut history, Model::Serial, 1, 4.0);
    let threads = add(&mut history, Model::Threads, 2, 2.0);
    add(&mut history, Model::Processes, 4, 1.0);
    let other = sample::plan(Io, Model::Serial, 1);
    history.add(sample::record(other, 9.0, 1.0), Trace::new(1));
    let speedups = |history: &History| -> Vec<Option<f64>> {
        history
            .entries()
            .iter()
            .map(|entry| entry.assessment.speedup)
            .collect()
    };
    history.choose_baseline(threads).unwrap();
    assert_eq!(
        speedups(&history),
        [Some(0.5), Some(1.0), Some(2.0), Some(1.0)],
        "io has its own"
    );
    assert!(
        history.entries()[1].assessment.is_baseline && !history.entries()[0].assessment.is_baseline
    );
    assert_eq!(
        efficiency(&history.entries()[2]),
        None,
        "it had two workers"
    );
    add(&mut history, Model::Serial, 1, 8.0);
    assert!(
        history.entries()[1].assessment.is_baseline,
        "a new serial run does not take the choice away"
    );
    history.choose_baseline(threads).unwrap();
    assert_eq!(
        history.entries()[2].assessment.speedup,
        Some(8.0),
        "the latest serial run again"
    );
    assert_eq!(efficiency(&history.entries()[2]), Some(2.0));
}

/// Adds a run of one or two workers by this interpreter.
fn add_python(
    history: &mut History,
    interpreter: Interpreter,
    model: Model,
    workers: u64,
    wall_s: f64,
) -> usize {
    let draft = Draft {
        python: Some(interpreter),
        ..sample::draft(Cpu, model, workers)
    };
    let plan = draft.validate(&WorkerLimits::default()).unwrap();
    let trace = Trace::new(plan.workers);
    history.add(sample::record(plan, wall_s, wall_s), trace).0
}

#[test]
fn a_python_run_is_measured_against_one_thread_of_its_interpreter_and_native_runs_only_if_the_user_says_so()
 {
    let usual = crate::fixtures::python::interpreter;
    let free = crate::fixtures::python::free_threaded;
    let mut history = sample::history(2);
    let serial = add(&mut history, Model::Serial, 1, 0.2);
    let processes = add_python(&mut history, usual(), Model::PythonProcesses, 2, 2.0);
    assert_eq!(
        history.get(processes).unwrap().assessment.speedup,
        None,
        "native serial is no baseline of Python"
    );
    let one = add_python(&mut history, usual(), Model::PythonThreads, 1, 4.0);
    let other = add_python(&mut history, free(), Model::PythonThreads, 2, 3.0);
    let native = add(&mut history, Model::Processes, 2, 0.1);
    let gain = |history: &History, number: usize| {
        history
            .get(number)
            .unwrap()
            .gain()
            .map(|gain| (gain.over.number, gain.factor))
    };
    assert_eq!(gain(&history, processes), Some((one, 2.0)));
    assert_eq!(
        gain(&history, other),
        None,
        "another interpreter's thread is none"
    );
    assert_eq!(gain(&history, native), Some((serial, 2.0)));
    assert_eq!(
        history
            .get(processes)
            .unwrap()
            .assessment
            .baseline
            .map(|over| over.number),
        Some(one)
    );
    assert!(
        history.get(one).unwrap().assessment.is_baseline
            && history.get(serial).unwrap().assessment.is_baseline
    );

    history.choose_baseline(serial).unwrap();
    assert_eq!(gain(&history, processes), Some((serial, 0.1)));
    assert_eq!(
        gain(&history, other).map(|(number, _)| number),
        Some(serial)
    );
    assert_eq!(
        efficiency(history.get(processes).unwrap()),
        None,
        "Rust against Python is no efficiency"
    );
    history.choose_baseline(one).unwrap();
    assert_eq!(gain(&history, native), Some((one, 40.0)));
    assert!(
        !history.get(native).unwrap().has_caveats(),
        "another language explains any speed-up"
    );
}

#[test]
fn each_interpreter_of_a_sweep_is_measured_against_its_own_serial_runs() {
    let mut history = sample::history(2);
    let mut numbers = vec![];
    for round in 0..2 {
        for (model, workers, wall_s) in [
            (Model::Serial, 1, 0.2),
            (Model::Threads, 2, 0.1),
            (Model::PythonThreads, 1, 4.0),
            (Model::PythonProcesses, 2, 2.0),
        ] {
            let mut record = sample::record(sample::plan(Cpu, model, workers), wall_s, wall_s);
            record.campaign = Some(CampaignPart {
                id: "sweep".into(),
                round,
                in_turn: false,
            });
            numbers.push(history.add(record, Trace::new(2)).0);
        }
    }
    let gains: Vec<Option<(usize, f64)>> = numbers[4..]
        .iter()
        .map(|number| {
            history
                .get(*number)?
                .gain()
                .map(|gain| (gain.over.number, gain.factor))
        })
        .collect();
    assert_eq!(gains[1], Some((numbers[4], 2.0)));
    assert_eq!(gains[3], Some((numbers[6], 2.0)));
}

#[test]
fn the_latest_choice_of_a_baseline_counts() {
    let mut history = sample::history(8);
    add(&mut history, Model::Threads, 2, 2.0);
    add(&mut history, Model::Threads, 4, 1.0);
    history.choose_baseline(1).unwrap();
    history.choose_baseline(2).unwrap();
    assert_eq!(history.entries()[0].assessment.speedup, Some(0.5));
    history.forget_baseline(&sample::plan(Cpu, Model::Serial, 1));
    assert_eq!(
        history.entries()[0].assessment.speedup,
        None,
        "there is no serial run"
    );
}

#[test]
fn a_run_that_did_not_do_all_of_its_work_is_refused_as_baseline() {
    let mut history = sample::history(2);
    let mut record = sample::record(sample::plan(Cpu, Model::Threads, 2), 1.0, 1.0);
    record.ending.outcome = Outcome::Cancelled;
    history.add(record.clone(), Trace::new(2));
    (record.ending.outcome, record.ending.tasks_failed) = (Outcome::Completed, 1);
    history.add(record, Trace::new(2));
    assert!(
        history
            .choose_baseline(1)
            .unwrap_err()
            .contains("it was cancelled")
    );
    assert!(
        history
            .choose_baseline(2)
            .unwrap_err()
            .contains("tasks failed")
    );
    assert!(
        history
            .entries()
            .iter()
            .all(|entry| !entry.assessment.is_baseline)
    );
}

#[test]
fn a_speedup_that_the_cores_cannot_explain_has_one_caveat() {
    let mut history = sample::history(2);
    add(&mut history, Model::Serial, 1, 3.0);
    add(&mut history, Model::Processes, 2, 1.0);
    add(&mut history, Model::Serial, 1, 3.0);
    let caveats: Vec<usize> = history
        .entries()
        .iter()
        .map(|entry| entry.caveats().count())
        .collect();
    assert_eq!(caveats, [0, 1, 0]);
}

#[test]
fn the_fastest_is_marked_only_if_it_is_clearly_ahead_of_all_others() {
    let fastest = |history: &History| {
        let mut entries = history.entries().iter();
        let marked = entries.find(|entry| entry.assessment.is_fastest);
        marked.map(|entry| entry.number)
    };
    let mut history = sample::history(2);
    add(&mut history, Model::Serial, 1, 2.0);
    assert_eq!(fastest(&history), None);
    add(&mut history, Model::GilThreads, 4, 1.9);
    assert_eq!(fastest(&history), None, "no gain");
    add(&mut history, Model::Processes, 2, 1.0);
    assert_eq!(fastest(&history), Some(3));
    add(&mut history, Model::Threads, 2, 1.02);
    assert_eq!(fastest(&history), None, "two of them won");
    add(&mut history, Model::Processes, 2, 0.5);
    add(&mut history, Model::Processes, 2, 1.5);
    assert_eq!(
        fastest(&history),
        None,
        "its repeats say no more than before"
    );
}

#[test]
fn the_oldest_traces_are_thinned_first_and_only_as_far_as_needed() {
    let mut history = sample::history(2);
    for _ in 0..3 {
        let mut trace = Trace::new(1);
        let transitions = (0..50_000)
            .map(|i| Transition {
                at: i * 100,
                task: Some(0),
                phase: if i % 2 == 0 {
                    Phase::Computing
                } else {
                    Phase::File
                },
                core: 0,
                after_gap: false,
            })
            .collect();
        let lanes = vec![LaneUpdate {
            transitions,
            ..LaneUpdate::default()
        }];
        trace.apply(Batch {
            now: 5_000_000,
            lanes,
            ..Batch::default()
        });
        history.add(
            sample::record(sample::plan(Cpu, Model::Serial, 1), 1.0, 1.0),
            trace,
        );
    }
    let one = history.entries()[0].trace.bytes();
    assert!(history.make_room(one * 2 + one / 2));
    let thinned: Vec<bool> = history
        .entries()
        .iter()
        .map(|entry| entry.trace.is_thinned)
        .collect();
    assert_eq!(thinned, [true, false, false]);
}

/// Tries many orders of earlier runs, runs of this session and the numbers under which these are kept.
#[test]
fn every_run_stays_in_the_history_and_has_the_number_under_which_it_is_kept() {
    #[derive(Clone, Debug)]
    enum Step {
        Measure,
        Recorded(usize),
        Remove(prop::sample::Index),
        Kept,
        Earlier,
    }
    let one = any::<prop::sample::Index>;
    let step = prop_oneof![
        4 => Just(Step::Measure),
        1 => (1..12_usize).prop_map(Step::Recorded),
        1 => one().prop_map(Step::Remove),
        3 => Just(Step::Kept),
        1 => Just(Step::Earlier),
    ];
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step, 1..30), before in 0..6_usize, gap in 0..4_usize)| {
        let machine = sample::history(8).here().machine.clone();
        let here = Provenance::here("here", machine.clone());
        let of = |origin, session: &str| {
            Arc::new(Provenance { origin, session: session.into(), machine: machine.clone() })
        };
        let (earlier, recorded) = (of(Origin::Earlier, "earlier"), of(Origin::Recorded, "recorded"));
        let mut history = History::new(Arc::clone(&here));
        // What the file contains, and which runs of this session it does not contain yet.
        let mut highest_kept = before;
        let (mut waiting, mut in_file) = (std::collections::VecDeque::new(), vec![]);
        let (mut all, mut is_read) = (std::collections::BTreeSet::new(), false);
        for (at, step) in steps.into_iter().enumerate() {
            match step {
                Step::Measure => {
                    let run = run(at + 1, &here, Model::Threads, 1.0);
                    all.insert(run.record.id.clone());
                    waiting.push_back(run.record.id.clone());
                    let _ = history.add(run.record, Trace::new(1));
                }
                Step::Recorded(number) => {
                    let run = run(number, &recorded, Model::Threads, 1.0);
                    all.insert(run.record.id.clone());
                    let _ = history.add_earlier_runs(vec![run]);
                }
                Step::Remove(index) => {
                    let numbers: Vec<usize> = history.entries().iter().map(|entry| entry.number).collect();
                    if !numbers.is_empty() {
                        let _ = history.remove(&[numbers[index.index(numbers.len())]]);
                    }
                }
                Step::Kept => if let Some(id) = waiting.pop_front() {
                    let wanted = history.number_of(&id).unwrap();
                    highest_kept = wanted.max(highest_kept + 1 + gap);
                    in_file.push((id.clone(), highest_kept));
                    let _ = history.number_as_kept(&[(id, highest_kept)]);
                }
                Step::Earlier if !is_read => {
                    is_read = true;
                    let runs: Vec<_> = (1..=before).map(|number| run(number, &earlier, Model::Threads, 1.0)).collect();
                    all.extend(runs.iter().map(|run| run.record.id.clone()));
                    let _ = history.add_earlier_runs(runs);
                }
                Step::Earlier => {}
            }
            for (id, number) in &in_file {
                prop_assert_eq!(history.number_of(id), Some(*number));
            }
        }
        while !history.restore().is_empty() {}
        let ids: std::collections::BTreeSet<String> =
            history.entries().iter().map(|entry| entry.record.id.clone()).collect();
        prop_assert_eq!(ids, all);
        let numbers: Vec<usize> = history.entries().iter().map(|entry| entry.number).collect();
        prop_assert!(numbers.is_sorted_by(|a, b| a < b), "{:?}", numbers);
    });
}
