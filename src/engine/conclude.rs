//! Turns what a run left in the arena into a record. Every total comes from the lanes' headers and the task table, none
//! from the picture.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::arena::{Arena, LaneHeader, LaneState, TaskSlot, TaskState, load_known};
use super::doubts;
use super::executor::Death;
use super::facts::{Ending, Facts};
use crate::catalog::caveat::Caveat;
use crate::domain::phase::{Phase, PhaseTimes};
use crate::domain::plan::Lock;
use crate::domain::python::GilState;
use crate::domain::record::{
    ContextSwitches, EventTotals, FAILURES_KEPT, GilTotals, InterpreterFacts, Measurement,
    Observer, Outcome, PhaseSource, PythonRecord, Record, RunEnding, RunTimes, SystemFacts,
    TASKS_LISTED, TaskOutcome, TaskRecord, WorkerRecord,
};
use crate::domain::time::{Nanos, seconds};

/// When the last worker stamped last or died, since `t0`; `otherwise` if none ever did.
pub fn wall(arena: &Arena, t0: Nanos, deaths: &[Death], otherwise: Nanos) -> Nanos {
    let stamps = (0..arena.workers()).map(|worker| arena.lane(worker).last_stamp.load(Relaxed));
    let ends = stamps.chain(deaths.iter().map(|death| death.at));
    match ends.max().unwrap_or(0).saturating_sub(t0) {
        0 => otherwise.max(1),
        wall => wall,
    }
}

/// The record of the run.
pub fn record(arena: &Arena, facts: Facts<'_>) -> Record {
    let t0 = arena.t0();
    let lanes: Vec<&LaneHeader> = (0..arena.workers())
        .map(|worker| arena.lane(worker))
        .collect();
    let workers: Vec<WorkerRecord> = (0..)
        .zip(&lanes)
        .map(|(number, lane)| worker_record(&facts, number, lane, t0))
        .collect();
    let tally = Tally::of(arena, &facts, t0);
    let times = run_times(&facts, &lanes, &tally, phases_together(&workers));
    let mut record = Record {
        id: uuid::Uuid::now_v7().to_string(),
        campaign: facts.part.clone(),
        started_at: facts.started_at.clone(),
        ending: run_ending(arena, &facts, t0, &tally),
        interpreter: InterpreterFacts {
            gil: gil_totals(&facts, &times.phases_s),
            python: python_record(arena, &facts, t0, &tally),
        },
        times,
        system: SystemFacts {
            context_switches: context_switches(&lanes),
            migrations: workers.iter().map(|worker| worker.migrations).sum(),
            memory_bytes: memory(arena, &facts, &lanes),
            shared_file: facts.shared_file.clone(),
        },
        workers,
        tasks: listed_tasks(arena, &facts, t0),
        cores: facts.cores.clone(),
        measurement: measurement(&facts, &lanes),
        plan: facts.plan.clone(),
    };
    let doubts = doubts::about(&record, &facts.ending);
    record.measurement.caveats = doubts.into_iter().map(Caveat::from).collect();
    record
}

fn run_ending(arena: &Arena, facts: &Facts<'_>, t0: Nanos, tally: &Tally) -> RunEnding {
    let error = why_broken(arena, facts, tally);
    RunEnding {
        outcome: outcome(error.as_ref(), &facts.ending, tally),
        error,
        tasks_failed: tally.failed,
        tasks_not_begun: tally.not_begun,
        failures: failures(arena, facts, t0),
    }
}

fn run_times(
    facts: &Facts<'_>,
    lanes: &[&LaneHeader],
    tally: &Tally,
    phases_s: PhaseTimes,
) -> RunTimes {
    let cpu: Nanos = lanes.iter().map(|lane| lane.cpu.load(Relaxed)).sum();
    RunTimes {
        wall_s: seconds(facts.wall),
        startup_s: tally.first_begin.map(seconds),
        teardown_s: seconds(facts.joined.saturating_sub(facts.wall)),
        cpu_s: seconds(cpu),
        concurrency: tally.in_flight as f64 / facts.wall as f64,
        parallelism: cpu as f64 / facts.wall as f64,
        phases_s,
    }
}

/// How it was measured; the doubts come when all else is known.
fn measurement(facts: &Facts<'_>, lanes: &[&LaneHeader]) -> Measurement {
    Measurement {
        events: EventTotals {
            recorded: facts.watching.events,
            dropped: lanes.iter().map(|lane| lane.dropped.load(Relaxed)).sum(),
        },
        observer: Observer {
            cpu_s: seconds(facts.watching.cpu),
        },
        phase_source: phase_source(facts.plan.lock(), lanes),
        caveats: vec![],
    }
}

fn gil_totals(facts: &Facts<'_>, phases: &PhaseTimes) -> Option<GilTotals> {
    let lock = facts.plan.lock();
    (lock != Lock::None).then(|| GilTotals {
        switches: facts.gil_switches,
        is_estimate: lock == Lock::Real,
        wait_s: seconds(phases[Phase::Gil]),
    })
}

/// The tasks that were begun, if they are few enough to be listed, or somebody wants them all.
fn listed_tasks(arena: &Arena, facts: &Facts<'_>, t0: Nanos) -> Option<Vec<TaskRecord>> {
    let are_listed = facts.all_tasks || facts.plan.tasks() as usize <= TASKS_LISTED;
    let is_begun = |state| state != TaskState::NotBegun;
    are_listed.then(|| task_records(arena, facts, t0, is_begun).collect())
}

/// The first tasks that were begun and did not succeed.
fn failures(arena: &Arena, facts: &Facts<'_>, t0: Nanos) -> Vec<TaskRecord> {
    let did_not_succeed = |state| matches!(state, TaskState::Begun | TaskState::Failed);
    task_records(arena, facts, t0, did_not_succeed)
        .take(FAILURES_KEPT)
        .collect()
}

fn phase_source(lock: Lock, lanes: &[&LaneHeader]) -> PhaseSource {
    let has_schedstat = lanes
        .iter()
        .all(|lane| load_known(&lane.run_queue_wait).is_some());
    match (lock, has_schedstat) {
        (Lock::Real, true) => PhaseSource::ClockAndSchedstatGilEstimated,
        (Lock::Real, false) => PhaseSource::ClockGilEstimated,
        (_, true) => PhaseSource::ClockAndSchedstat,
        (_, false) => PhaseSource::Clock,
    }
}

/// That of workers with memory of their own; of an interpreter that they share, its.
fn memory(arena: &Arena, facts: &Facts<'_>, lanes: &[&LaneHeader]) -> Option<u64> {
    if facts.plan.model().is_python() && !facts.plan.model().has_processes() {
        return load_known(&arena.header().python.memory);
    }
    lanes.iter().map(|lane| load_known(&lane.memory)).sum()
}

fn phases_together(workers: &[WorkerRecord]) -> PhaseTimes {
    let mut phases = PhaseTimes::default();
    let each = workers.iter().map(|worker| &worker.phases_s);
    each.for_each(|times| phases.add(times));
    phases
}

fn outcome(error: Option<&String>, ending: &Ending, tally: &Tally) -> Outcome {
    if error.is_some() {
        Outcome::Failed
    } else if ending.cancelled && tally.failed + tally.not_begun > 0 {
        Outcome::Cancelled
    } else {
        Outcome::Completed
    }
}

/// Why the run broke, if it did.
fn why_broken(arena: &Arena, facts: &Facts<'_>, tally: &Tally) -> Option<String> {
    let server_died = || "the loopback server died during the run".to_string();
    error(&facts.ending)
        .or_else(|| executed_twice(arena))
        .or_else(|| left_undone(facts, tally))
        .or_else(|| facts.ending.server_died.then(server_died))
}

/// What broke it from outside. Workers that had to be killed because the user stopped the run did not break it.
fn error(ending: &Ending) -> Option<String> {
    if let Some(error) = ending.error.as_ref().or(ending.end.failure.as_ref()) {
        return Some(error.clone());
    }
    let mut deaths = ending.unprovoked_deaths();
    let first = deaths.next()?;
    Some(match deaths.count() {
        0 => first.to_string(),
        others => format!("{first}, and {others} more workers ended early"),
    })
}

/// A run that ends by itself leaves nothing undone; if it ever should, its numbers are of other work.
fn left_undone(facts: &Facts<'_>, tally: &Tally) -> Option<String> {
    let undone = !facts.ending.cancelled && tally.not_begun > 0;
    undone.then(|| {
        format!(
            "{} tasks were never begun: this is a defect of this program",
            tally.not_begun
        )
    })
}

/// No task may be executed twice. Nothing does that; if something ever should, no number of the run means anything.
fn executed_twice(arena: &Arena) -> Option<String> {
    let task = (0..arena.tasks()).find(|task| arena.task(*task).executions.load(Relaxed) > 1)?;
    Some(format!(
        "task {task} was executed more than once: this is a defect of this program"
    ))
}

/// What CPython said; `None` if it never came so far, or was not asked.
fn python_record(
    arena: &Arena,
    facts: &Facts<'_>,
    t0: Nanos,
    tally: &Tally,
) -> Option<PythonRecord> {
    facts.plan.python()?;
    let said = &arena.header().python;
    let moment = |stamp: &AtomicU64| Some(stamp.load(Relaxed)).filter(|at| *at > 0);
    let (begun, imported, pool) = (
        moment(&said.begun_at),
        moment(&said.imported_at),
        moment(&said.pool_at),
    );
    // Whoever hands many tasks out notices late that all workers were there: the first task tells.
    let pool = pool.map(|at| tally.first_begin.map_or(at, |first| at.min(t0 + first)));
    let between = |from: Option<Nanos>, to: Option<Nanos>| Some(seconds(to?.saturating_sub(from?)));
    let has_begun = begun.is_some() || facts.ending.end.printed.is_some();
    has_begun.then(|| PythonRecord {
        gil: proven_lock(arena),
        interpreter_s: between(Some(t0), begun),
        imports_s: between(begun, imported),
        pool_s: between(imported, pool),
        memory_bytes: load_known(&said.memory),
        manager_cpu_s: load_known(&said.manager_cpu).map(seconds),
        output: facts.ending.end.printed.clone(),
    })
}

/// Whether the lock was on, if all workers that were asked say the same.
fn proven_lock(arena: &Arena) -> Option<GilState> {
    let asked = (0..arena.workers()).map(|worker| arena.lane(worker).gil.load(Relaxed));
    let known: Vec<u32> = asked.filter(|said| *said > 0).collect();
    let state = if *known.first()? == 1 {
        GilState::On
    } else {
        GilState::Off
    };
    known
        .windows(2)
        .all(|pair| pair[0] == pair[1])
        .then_some(state)
}

fn worker_record(facts: &Facts<'_>, number: u32, lane: &LaneHeader, t0: Nanos) -> WorkerRecord {
    let began = lane.state() != LaneState::Absent;
    let phases = phases_of(lane, t0, facts.wall, died_at(facts, number));
    WorkerRecord {
        worker: number,
        pid: began.then(|| lane.pid.load(Relaxed)),
        tid: began.then(|| lane.tid.load(Relaxed)),
        tasks: lane.ended.load(Relaxed),
        cpu_s: seconds(lane.cpu.load(Relaxed)),
        memory_bytes: load_known(&lane.memory),
        phases_s: phases,
        run_queue_wait_s: load_known(&lane.run_queue_wait).map(seconds),
        gil_wait_s: (facts.plan.lock() != Lock::None).then(|| seconds(phases[Phase::Gil])),
        migrations: lane.migrations.load(Relaxed),
    }
}

/// A lane's time by phase, which covers the whole run. A worker that never got a task was starting all the time; what
/// another one did not live to see is idle.
fn phases_of(lane: &LaneHeader, t0: Nanos, wall: Nanos, died: Option<Nanos>) -> PhaseTimes {
    let mut times = PhaseTimes::default();
    if lane.state() == LaneState::Absent {
        times[Phase::Starting] = wall;
        return times;
    }
    for phase in Phase::MEASURED {
        times[phase] = lane.phases[phase as usize].load(Relaxed);
    }
    // A worker that died left its last phase open: it lasted until then.
    let open = Phase::from_number(lane.open_phase.load(Relaxed) as u8).unwrap_or(Phase::Starting);
    let end = died.unwrap_or_else(|| lane.last_stamp.load(Relaxed));
    times[open] += end.saturating_sub(t0 + times.total());
    let rest = if open == Phase::Starting {
        Phase::Starting
    } else {
        Phase::Idle
    };
    times[rest] += wall.saturating_sub(times.total());
    times
}

/// When a worker died, on the monotonic clock.
fn died_at(facts: &Facts<'_>, worker: u32) -> Option<Nanos> {
    facts
        .ending
        .deaths
        .iter()
        .find(|death| death.worker == worker)
        .map(|death| death.at)
}

fn context_switches(lanes: &[&LaneHeader]) -> Option<ContextSwitches> {
    lanes
        .iter()
        .try_fold(ContextSwitches::default(), |sum, lane| {
            Some(ContextSwitches {
                voluntary: sum.voluntary + load_known(&lane.voluntary)?,
                involuntary: sum.involuntary + load_known(&lane.involuntary)?,
            })
        })
}

/// Sums over the task table.
#[derive(Debug, Default)]
struct Tally {
    failed: u32,
    not_begun: u32,
    first_begin: Option<Nanos>,
    /// Nanoseconds that tasks were in flight, summed over them.
    in_flight: u128,
}

impl Tally {
    fn of(arena: &Arena, facts: &Facts<'_>, t0: Nanos) -> Tally {
        let mut tally = Tally::default();
        for slot in (0..arena.tasks()).map(|task| arena.task(task)) {
            let state = slot.state();
            if state == TaskState::NotBegun {
                tally.not_begun += 1;
                continue;
            }
            if state != TaskState::Ok {
                tally.failed += 1;
            }
            let begin = slot.begin.load(Relaxed).saturating_sub(t0);
            // A task that did not end was in flight until its worker died, or until the run was stopped.
            let cut = || {
                died_at(facts, slot.worker.load(Relaxed))
                    .map_or(facts.wall, |at| at.saturating_sub(t0))
            };
            let end = end_of(slot, t0).unwrap_or_else(cut);
            tally.in_flight += u128::from(end.saturating_sub(begin));
            tally.first_begin = Some(tally.first_begin.map_or(begin, |first| first.min(begin)));
        }
        tally
    }
}

fn end_of(slot: &TaskSlot, t0: Nanos) -> Option<Nanos> {
    matches!(slot.state(), TaskState::Ok | TaskState::Failed)
        .then(|| slot.end.load(Relaxed).saturating_sub(t0))
}

/// The tasks that came so far, by number.
fn task_records(
    arena: &Arena,
    facts: &Facts<'_>,
    t0: Nanos,
    which: impl Fn(TaskState) -> bool,
) -> impl Iterator<Item = TaskRecord> {
    let tasks = (0..arena.tasks()).filter(move |task| which(arena.task(*task).state()));
    tasks.map(move |task| task_record(arena, facts, t0, task))
}

fn task_record(arena: &Arena, facts: &Facts<'_>, t0: Nanos, task: u32) -> TaskRecord {
    let slot = arena.task(task);
    let worker = slot.worker.load(Relaxed);
    let error = match slot.state() {
        TaskState::Ok | TaskState::NotBegun => None,
        TaskState::Failed => {
            let kept = arena.text(slot.error.load(Relaxed));
            Some(kept.unwrap_or_else(|| "there was no room left for the reason".into()))
        }
        TaskState::Begun => Some(
            match facts
                .ending
                .deaths
                .iter()
                .find(|death| death.worker == worker)
            {
                Some(death) if !death.while_stopping => format!("{death} while executing it"),

                _ => "the run was stopped before it ended".into(),
            },
        ),
    };
    TaskRecord {
        task,
        worker,
        start_s: seconds(slot.begin.load(Relaxed).saturating_sub(t0)),
        end_s: end_of(slot, t0).map(seconds),
        outcome: if error.is_none() {
            TaskOutcome::Ok
        } else {
            TaskOutcome::Failed
        },
        error,
    }
}
