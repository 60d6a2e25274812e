use super::*;
use crate::{
    catalog::{
        caveat::Caveat,
        model::Model,
        workload::{COMPUTE_ITERATIONS, Workload},
    },
    domain::{
        machine::WorkerLimits,
        phase::PhaseTimes,
        plan::Lock,
        python::GilState,
        record::{GilTotals, TaskOutcome, TaskRecord},
        time::nanos,
    },
    fixtures::{explorer, sample},
};

/// The usable cores of the machine.
const CORES: u32 = 2;

/// A run of one second with these CPU seconds, whose workers together spent these seconds in these phases.
fn run(kind: Workload, model: Model, workers: u64, cpu_s: f64, phases: &[(Phase, f64)]) -> Record {
    let mut draft = sample::draft(kind, model, workers);
    if kind == Workload::Sleep {
        draft.set(&COMPUTE_ITERATIONS, 1_000);
    }
    let plan = draft.validate(&WorkerLimits::default());
    let mut record = sample::record(plan.expect("it is valid"), 1.0, cpu_s);
    record.times.phases_s = PhaseTimes::default();
    for (phase, seconds) in phases {
        record.times.phases_s[*phase] = nanos(*seconds);
    }
    record.interpreter.gil = (record.plan.lock() != Lock::None).then(|| GilTotals {
        switches: (record.plan.lock() == Lock::Emulated).then_some(100),
        is_estimate: record.plan.lock() == Lock::Real,
        wait_s: seconds(record.times.phases_s[Phase::Gil]),
    });
    if model.is_python() {
        record.interpreter.python = Some(explorer::python(GilState::On));
    }
    record
}

fn with_caveat(mut record: Record, kind: CaveatKind) -> Record {
    record.measurement.caveats.push(Caveat {
        kind,
        text: String::new(),
    });
    record
}

fn is_seen(pattern: Pattern, record: &Record) -> bool {
    match look(pattern, record, CORES) {
        Recognition::Seen(evidence) => {
            assert_eq!(evidence.pattern(), pattern);
            assert!((0.0..=1.0).contains(&evidence.strength()), "{evidence:?}");
            true
        }
        Recognition::NotSeen => false,
        Recognition::CannotTell => panic!("{pattern:?} can be told of {record:?}"),
    }
}

fn cannot_tell(pattern: Pattern, record: &Record) -> bool {
    look(pattern, record, CORES) == Recognition::CannotTell
}

#[test]
fn workers_that_wait_for_a_full_lock_are_serialised_by_it() {
    use Pattern::SerialisedByLock;
    let taking_turns = [(Phase::Computing, 0.95), (Phase::Gil, 2.9)];
    let threads = |model, phases: &[_]| run(Workload::Cpu, model, 4, 0.95, phases);
    let turns = threads(Model::GilThreads, &taking_turns);
    let seen = look(SerialisedByLock, &turns, CORES);
    let (share, is_estimate) = (2.9 / 4.0, false);
    let expected = Seen::SerialisedByLock { share, is_estimate };
    assert_eq!(seen, Recognition::Seen(expected));
    assert!(is_seen(
        SerialisedByLock,
        &threads(Model::PythonThreads, &taking_turns)
    ));
    let often_free = [(Phase::Computing, 0.5), (Phase::Gil, 2.9)];
    assert!(!is_seen(
        SerialisedByLock,
        &threads(Model::GilThreads, &often_free)
    ));
    let hardly_waiting = [(Phase::Computing, 0.95), (Phase::Gil, 0.3)];
    assert!(!is_seen(
        SerialisedByLock,
        &threads(Model::GilThreads, &hardly_waiting)
    ));
    assert!(!is_seen(
        SerialisedByLock,
        &threads(Model::Threads, &taking_turns)
    ));
    assert!(cannot_tell(
        SerialisedByLock,
        &with_caveat(turns, CaveatKind::CoresTaken)
    ));
}

#[test]
fn a_convoy_waits_longer_than_a_switch_interval_for_the_lock_whenever_it_comes_back() {
    let phases = [
        (Phase::Sleep, 1.6),
        (Phase::Computing, 0.9),
        (Phase::Gil, 1.5),
    ];
    let convoy = |kind, model| run(kind, model, 4, 0.9, &phases);
    let mut emulated = convoy(Workload::Sleep, Model::GilThreads);
    assert!(is_seen(Pattern::Convoy, &emulated), "15 ms each time");
    if let Some(gil) = &mut emulated.interpreter.gil {
        gil.switches = Some(1_000);
    }
    assert!(!is_seen(Pattern::Convoy, &emulated), "1.5 ms each time");
    let only_computing = convoy(Workload::Cpu, Model::GilThreads);
    assert!(
        !is_seen(Pattern::Convoy, &only_computing),
        "nobody comes back"
    );
    let real = convoy(Workload::Sleep, Model::PythonThreads);
    assert!(
        cannot_tell(Pattern::Convoy, &real),
        "CPython counts no switches"
    );
}

#[test]
fn more_workers_than_cores_wait_for_each_other_only_if_they_have_the_cores() {
    use Pattern::MoreWorkersThanCores;
    let threads = |workers, cpu_s| {
        let waiting = workers as f64 - 2.0;
        let phases = [(Phase::Computing, 2.0), (Phase::Ready, waiting)];
        run(Workload::Cpu, Model::Threads, workers, cpu_s, &phases)
    };
    let seen = look(MoreWorkersThanCores, &threads(8, 1.95), CORES);
    let expected = Seen::MoreWorkersThanCores {
        waiting: 6.0,
        workers: 8,
        cores: CORES,
    };
    assert_eq!(seen, Recognition::Seen(expected));
    assert!(!is_seen(MoreWorkersThanCores, &threads(2, 1.95)));
    assert!(
        cannot_tell(MoreWorkersThanCores, &threads(8, 1.2)),
        "others had them"
    );
}

#[test]
fn waits_overlap_if_more_workers_wait_than_cores_are_in_use_whatever_others_do() {
    use Pattern::WaitsOverlap;
    let io = |model, network_s, cpu_s| {
        run(
            Workload::Io,
            model,
            16,
            cpu_s,
            &[(Phase::Network, network_s)],
        )
    };
    let threads = io(Model::Threads, 10.2, 0.2);
    assert!(is_seen(WaitsOverlap, &threads));
    let busy = with_caveat(threads.clone(), CaveatKind::Stolen);
    assert!(is_seen(WaitsOverlap, &busy));
    assert!(!is_seen(WaitsOverlap, &io(Model::Threads, 1.4, 0.2)));
    assert!(is_seen(WaitsOverlap, &io(Model::PythonThreads, 10.2, 0.2)));
    let contended = io(Model::PythonThreads, 10.2, 0.9);
    assert!(
        cannot_tell(WaitsOverlap, &contended),
        "they may wait for the lock"
    );
    let mut queued = threads;
    for worker in &mut queued.workers {
        worker.run_queue_wait_s = Some(0.5);
    }
    assert!(
        cannot_tell(WaitsOverlap, &queued),
        "they may wait for a core"
    );
}

/// Two workers, one of which had a task until the end, and the other this many seconds less.
fn ends(model: Model, earlier: f64) -> Record {
    let mut record = run(
        Workload::Cpu,
        model,
        2,
        1.9,
        &[(Phase::Computing, 2.0 - earlier)],
    );
    record.workers[1].phases_s[Phase::Idle] = nanos(earlier);
    record
}

#[test]
fn an_end_is_uneven_if_workers_are_without_a_task_at_it() {
    use Pattern::UnevenEnd;
    assert!(is_seen(UnevenEnd, &ends(Model::Processes, 0.4)));
    assert!(!is_seen(UnevenEnd, &ends(Model::Processes, 0.1)));
    let mut pool = ends(Model::Rayon, 0.4);
    assert!(
        cannot_tell(UnevenEnd, &pool),
        "a pool may be idle between two tasks"
    );
    let task = |(task, worker, end_s)| TaskRecord {
        task,
        worker,
        start_s: 0.0,
        end_s: Some(end_s),
        outcome: TaskOutcome::Ok,
        error: None,
    };
    let tasks = [(0, 0, 0.5), (1, 1, 0.6), (2, 0, 1.0)];
    pool.tasks = Some(tasks.map(task).to_vec());
    assert!(is_seen(UnevenEnd, &pool));
    let mut stopped = ends(Model::Processes, 0.4);
    stopped.ending.outcome = Outcome::Cancelled;
    assert!(cannot_tell(UnevenEnd, &stopped));
}

#[test]
fn workers_without_any_task_make_no_end_uneven() {
    let mut record = ends(Model::Threads, 0.9);
    record.workers[1].tasks = 0;
    assert!(!is_seen(Pattern::UnevenEnd, &record));
}

#[test]
fn start_up_dominates_if_most_of_the_run_passes_before_the_first_task() {
    use Pattern::StartUpDominates;
    let mut record = run(
        Workload::Cpu,
        Model::Threads,
        2,
        0.6,
        &[(Phase::Computing, 0.6)],
    );
    record.times.startup_s = Some(0.7);
    let seen = look(StartUpDominates, &record, CORES);
    let expected = Seen::StartUpDominates(0.7, StartUp::Workers);
    assert_eq!(seen, Recognition::Seen(expected));
    record.times.startup_s = Some(0.4);
    assert!(!is_seen(StartUpDominates, &record));
    let disturbed = with_caveat(record, CaveatKind::CoresTaken);
    assert!(cannot_tell(StartUpDominates, &disturbed));
}

#[test]
fn tasks_are_too_small_for_processes_that_start_or_wait_for_tasks_most_of_their_time() {
    use Pattern::TasksTooSmall;
    let run = |model, idle_s, tasks| {
        let mut record = run(Workload::Cpu, model, 2, 0.5, &[(Phase::Idle, idle_s)]);
        record.plan.tasks = tasks;
        record
    };
    assert!(is_seen(
        TasksTooSmall,
        &run(Model::PythonProcesses, 1.4, 200)
    ));
    assert!(!is_seen(
        TasksTooSmall,
        &run(Model::PythonProcesses, 0.4, 200)
    ));
    assert!(
        !is_seen(TasksTooSmall, &run(Model::PythonProcesses, 1.4, 3)),
        "an uneven end"
    );
    assert!(!is_seen(
        TasksTooSmall,
        &run(Model::PythonThreads, 1.4, 200)
    ));
    let mut forked = run(Model::Processes, 0.0, 8);
    forked.times.startup_s = Some(0.7);
    assert!(is_seen(TasksTooSmall, &forked));
    assert_eq!(seen(&forked, CORES).len(), 1, "its start-up is said once");
    let mut silent = run(Model::PythonProcesses, 1.4, 200);
    if let Some(python) = &mut silent.interpreter.python {
        python.pool_s = None;
    }
    assert!(cannot_tell(TasksTooSmall, &silent));
}

#[test]
fn what_is_a_caveat_already_refers_to_it() {
    let record = run(Workload::Cpu, Model::Threads, 2, 1.9, &[]);
    for (pattern, kind) in [
        (Pattern::MachineBusy, CaveatKind::CoresTaken),
        (Pattern::MachineBusy, CaveatKind::Stolen),
        (Pattern::Throttled, CaveatKind::Throttled),
    ] {
        assert!(!is_seen(pattern, &record));
        let seen = look(pattern, &with_caveat(record.clone(), kind), CORES);
        assert_eq!(seen, Recognition::Seen(Seen::Caveat(pattern, kind)));
    }
}

#[test]
fn of_a_run_that_broke_or_was_very_short_nothing_is_named() {
    let phases = [(Phase::Computing, 0.95), (Phase::Gil, 2.9)];
    let record = run(Workload::Cpu, Model::GilThreads, 4, 0.95, &phases);
    assert_eq!(seen(&record, CORES).len(), 1);
    let changed = |change: fn(&mut Record)| {
        let mut record = record.clone();
        change(&mut record);
        seen(&record, CORES)
    };
    assert_eq!(changed(|run| run.ending.outcome = Outcome::Failed), []);
    assert_eq!(changed(|run| run.ending.tasks_failed = 1), []);
    assert_eq!(changed(|run| run.times.wall_s = 0.009), []);
}

#[test]
fn the_strongest_three_are_named_in_their_order() {
    let phases = [
        (Phase::Sleep, 2.8),
        (Phase::Computing, 0.9),
        (Phase::Gil, 1.5),
    ];
    let mut record = run(Workload::Sleep, Model::GilThreads, 6, 0.9, &phases);
    record.times.concurrency = 5.0;
    for worker in &mut record.workers {
        worker.phases_s[Phase::Idle] = nanos(0.2);
    }
    let named: Vec<Pattern> = seen(&record, CORES).iter().map(Seen::pattern).collect();
    use Pattern::{Convoy, SerialisedByLock, WaitsOverlap};
    assert_eq!(named, [WaitsOverlap, SerialisedByLock, Convoy]);
}
