//! Makes a record of what a run left in the arena. Every total comes from the lanes' headers and the task table. Only
//! the time in which workers computed at once comes from the events.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{
    arena::{Arena, LaneHeader, LaneState, TaskSlot, TaskState, load_known},
    caveats,
    executor::{Death, Ending},
    outside::{Outside, states::LaneStates},
};
use crate::{
    catalog::{
        caveat::Caveat,
        workload::{ADDITIONS, LOCK, SHARE},
    },
    domain::{
        counter::{CounterTotals, HandOver, HandOverWay, SEEN_LISTED},
        function::FunctionFacts,
        phase::{Phase, PhaseTimes},
        plan::{Lock, Plan},
        python::GilState,
        record::{
            ContextSwitches, CoreRecord, EventTotals, FAILURES_KEPT, GilTotals, InterpreterFacts,
            Measurement, Observer, Outcome, PhaseSource, PythonRecord, Record, RunEnding, RunTimes,
            SystemFacts, TASKS_LISTED, TaskOutcome, TaskRecord, WorkerRecord,
        },
        shared_file::SharedFile,
        stats,
        time::{Nanos, seconds},
    },
};

/// The facts about a finished run that are not in the arena, and the arena.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The memory in which the run happened.
    pub arena: &'a Arena,
    /// The plan of the run.
    pub plan: &'a Plan,
    /// Wall-clock time of `t0`, RFC 3339.
    pub started_at: String,
    /// From `t0` to the last stamp of any worker.
    pub wall: Nanos,
    /// When all workers had been joined or reaped, since `t0`.
    pub joined: Nanos,
    /// How the run ended.
    pub ending: Ending,
    /// How often the emulated lock changed hands, if there is one.
    pub gil_switches: Option<u64>,
    /// The content of the file that all workers wrote.
    pub shared_file: Option<SharedFile>,
    /// What was seen of the user's function.
    pub function: Option<FunctionFacts>,
    /// What was seen while the run went on.
    pub watched: Watched,
    /// Whether to list all tasks, however many there are.
    pub all_tasks: bool,
}

/// What was seen of a run from outside its workers.
#[derive(Debug)]
pub struct Watched {
    /// The use of the cores during the run.
    pub cores: Vec<CoreRecord>,
    /// The number of events in the trace.
    pub recorded: u64,
    /// How long at least two workers computed at the same time, as far as the trace has all events.
    pub overlap: Nanos,
    /// CPU time of sampling and drawing during the run.
    pub cpu: Nanos,
    /// What was seen of the threads of Python, if they were watched.
    pub outside: Option<Outside>,
}

/// When the last worker made its last stamp or died, since `t0`; `otherwise` if no worker ever did either.
pub fn wall(arena: &Arena, deaths: &[Death], otherwise: Nanos) -> Nanos {
    let stamps = arena.lanes().map(|lane| lane.last_stamp.load(Relaxed));
    let ends = stamps.chain(deaths.iter().map(|death| death.at));
    match ends.max().unwrap_or(0).saturating_sub(arena.t0()) {
        0 => otherwise.max(1),
        wall => wall,
    }
}

/// Sums over the task table.
#[derive(Debug, Default)]
struct Tally {
    failed: u32,
    not_begun: u32,
    first_start: Option<Nanos>,
    /// Nanoseconds in flight, summed over all tasks.
    in_flight: u128,
}

impl Facts<'_> {
    /// The record of the run, without a campaign.
    pub fn record(&self) -> Record {
        let numbered = (0..).zip(self.arena.lanes());
        let workers: Vec<_> = numbered
            .map(|(number, lane)| self.worker(number, lane))
            .collect();
        let tally = self.tally();
        let times = self.times(&tally, &workers);
        let mut record = Record {
            id: uuid::Uuid::now_v7().to_string(),
            campaign: None,
            started_at: self.started_at.clone(),
            ending: self.run_ending(&tally),
            interpreter: InterpreterFacts {
                gil: self.shows_lock().then(|| GilTotals {
                    switches: self.gil_switches,
                    is_estimate: self.phase_source().estimates_gil(),
                    wait_s: seconds(times.phases_s[Phase::Gil]),
                }),
                python: self.python(&tally),
            },
            times,
            system: SystemFacts {
                context_switches: self.context_switches(),
                migrations: workers.iter().map(|worker| worker.migrations).sum(),
                memory_bytes: self.memory(),
                shared_file: self.shared_file.clone(),
                counter: self.counter(&tally),
                function: self.function.clone().map(|facts| FunctionFacts {
                    other_threads: self.ending.other_threads,
                    ..facts
                }),
            },
            workers,
            tasks: self.listed_tasks(),
            cores: self.watched.cores.clone(),
            measurement: self.measurement(),
            plan: self.plan.clone(),
        };
        let caveats = caveats::about(&record, &self.ending);
        record.measurement.caveats = caveats.into_iter().map(Caveat::from).collect();
        record
    }

    /// The number to which the workers added; `None` for other work, and unless all of it was done.
    fn counter(&self, tally: &Tally) -> Option<CounterTotals> {
        let additions = self.plan.given(&ADDITIONS)?;
        let found = match self.plan.python() {
            Some(_) => load_known(&self.arena.header().python.counter)?,
            None => {
                let counter = self.arena.counter(self.plan.size.is_on(&SHARE));
                counter.number.load(Relaxed)
            }
        };
        let seen = self.arena.lanes().map(|lane| lane.seen.load(Relaxed));
        (tally.failed + tally.not_begun == 0).then(|| CounterTotals {
            expected: additions * u64::from(self.plan.tasks),
            found,
            seen: seen.take(SEEN_LISTED).collect(),
            is_shared: self.plan.shares_number(),
            is_locked: self.plan.size.is_on(&LOCK),
            handovers: self.handovers(),
        })
    }

    /// How long it took to hand over a block, in each way that any worker recorded.
    fn handovers(&self) -> Vec<HandOver> {
        let median = |way: HandOverWay| {
            let took = self.arena.lanes();
            let took = took.filter_map(|lane| load_known(&lane.handovers[way as usize]));
            let median_s = stats::median(&took.map(seconds).collect::<Vec<_>>())?;
            Some(HandOver { way, median_s })
        };
        HandOverWay::ALL.into_iter().filter_map(median).collect()
    }

    /// A moment relative to `t0`.
    fn since_t0(&self, moment: Nanos) -> Nanos {
        moment.saturating_sub(self.arena.t0())
    }

    fn death(&self, worker: u32) -> Option<&Death> {
        let mut deaths = self.ending.deaths.iter();
        deaths.find(|death| death.worker == worker)
    }

    /// The sum of a number over all workers.
    fn sum(&self, of: fn(&LaneHeader) -> &AtomicU64) -> u64 {
        self.arena.lanes().map(|lane| of(lane).load(Relaxed)).sum()
    }

    /// The sum of a number over all workers; `None` unless it is known for all of them.
    fn known(&self, of: fn(&LaneHeader) -> &AtomicU64) -> Option<u64> {
        self.arena.lanes().map(|lane| load_known(of(lane))).sum()
    }

    /// Whether the workers share a lock, and the phases show who waits for it.
    fn shows_lock(&self) -> bool {
        self.plan.lock() != Lock::None && !self.is_opaque()
    }

    /// Whether the phases show only who executes a call.
    fn is_opaque(&self) -> bool {
        self.plan.workload.is_function() && self.watched.outside.is_none()
    }

    fn run_ending(&self, tally: &Tally) -> RunEnding {
        let reason = self.failure_reason(tally);
        let error = reason.map(|reason| self.arena.concealed(&reason));
        RunEnding {
            outcome: if error.is_some() {
                Outcome::Failed
            } else if self.ending.cancelled && tally.failed + tally.not_begun > 0 {
                Outcome::Cancelled
            } else {
                Outcome::Completed
            },
            error,
            tasks_failed: tally.failed,
            tasks_not_begun: tally.not_begun,
            failures: self
                .tasks(|state| matches!(state, TaskState::Begun | TaskState::Failed))
                .take(FAILURES_KEPT)
                .collect(),
        }
    }

    fn times(&self, tally: &Tally, workers: &[WorkerRecord]) -> RunTimes {
        let cpu = self.sum(|lane| &lane.cpu);
        let mut phases_s = PhaseTimes::default();
        for worker in workers {
            phases_s.add(&worker.phases_s);
        }
        RunTimes {
            wall_s: seconds(self.wall),
            startup_s: tally.first_start.map(seconds),
            teardown_s: seconds(self.joined.saturating_sub(self.wall)),
            cpu_s: seconds(cpu),
            concurrency: tally.in_flight as f64 / self.wall as f64,
            parallelism: cpu as f64 / self.wall as f64,
            computing_overlap_s: self.computing_overlap().map(seconds),
            phases_s,
        }
    }

    /// The only number that comes from the events, and so it needs all of them. Under CPython's lock, when a worker
    /// computed is an estimate, and within a call of the user's function it is unknown.
    fn computing_overlap(&self) -> Option<Nanos> {
        let outside = self.watched.outside.as_ref();
        let is_exact = self.plan.lock() != Lock::Real
            && !self.is_opaque()
            && !outside.is_some_and(|outside| outside.is_sampled)
            && self.sum(|lane| &lane.dropped) == 0;
        is_exact.then_some(self.watched.overlap)
    }

    /// How the run was measured. The caveats are added when everything else is known.
    fn measurement(&self) -> Measurement {
        let outside = self.watched.outside.as_ref();
        Measurement {
            events: EventTotals {
                recorded: self.watched.recorded,
                dropped: self.sum(|lane| &lane.dropped),
            },
            observer: Observer {
                cpu_s: seconds(self.watched.cpu),
            },
            phase_source: self.phase_source(),
            blocked: outside.map(|outside| LaneStates::blocked(&outside.states)),
            caveats: vec![],
        }
    }

    fn phase_source(&self) -> PhaseSource {
        let has_schedstat = self.known(|lane| &lane.run_queue_wait).is_some();
        if let Some(outside) = &self.watched.outside {
            return match outside.is_sampled {
                true => PhaseSource::Samples,
                false => PhaseSource::SwitchesAndSyscalls,
            };
        }
        match (self.plan.lock(), has_schedstat) {
            _ if self.plan.workload.is_command() => PhaseSource::Samples,
            _ if self.is_opaque() => PhaseSource::Calls,
            (Lock::Real, true) => PhaseSource::ClockAndSchedstatGilEstimated,
            (Lock::Real, false) => PhaseSource::ClockGilEstimated,
            (_, true) => PhaseSource::ClockAndSchedstat,
            (_, false) => PhaseSource::Clock,
        }
    }

    /// What a worker did as seen from outside. If its own events are incomplete, so is this.
    fn states(&self, number: u32, lane: &LaneHeader) -> Option<&LaneStates> {
        let states = &self.watched.outside.as_ref()?.states[number as usize];
        (lane.dropped.load(Relaxed) == 0).then_some(states)
    }

    /// The memory of all workers together, or of the interpreter that they share.
    fn memory(&self) -> Option<u64> {
        let model = self.plan.model();
        if model.is_python() && !model.has_processes() {
            return load_known(&self.arena.header().python.memory);
        }
        self.known(|lane| &lane.memory)
    }

    fn failure_reason(&self, tally: &Tally) -> Option<String> {
        const DEFECT: &str = "this is a defect of this program";
        let (ending, arena) = (&self.ending, self.arena);
        let outside = ending.error.clone().or_else(|| ending.failure.clone());
        // No task may be executed twice, and nothing in this program does that. If it ever happens, all numbers of the
        // run are meaningless.
        let is_twice = |task: &u32| arena.task(*task).executions.load(Relaxed) > 1;
        let twice = |task| format!("task {task} was executed more than once: {DEFECT}");
        // A run that is not cancelled executes every task. If it ever does not, its numbers describe different work.
        let undone = Some(tally.not_begun).filter(|undone| !ending.cancelled && *undone > 0);
        let server_died = || "the loopback server died during the run".to_string();
        outside
            .or_else(|| self.dead_workers())
            .or_else(|| (0..arena.tasks()).find(is_twice).map(twice))
            .or_else(|| Some(format!("{} tasks were never started: {DEFECT}", undone?)))
            .or_else(|| ending.server_died.then(server_died))
    }

    /// Why the run failed because of dead workers. Workers that were killed because the user stopped the run do not
    /// make it fail.
    fn dead_workers(&self) -> Option<String> {
        let mut deaths = self.ending.unprovoked_deaths();
        let first = deaths.next()?;
        Some(match deaths.count() {
            0 => first.to_string(),
            others => format!("{first}, and {others} more workers ended early"),
        })
    }

    /// What CPython reported; `None` if it did not get that far, or if the plan does not use it.
    fn python(&self, tally: &Tally) -> Option<PythonRecord> {
        self.plan.python()?;
        let said = &self.arena.header().python;
        let moment = |stamp: &AtomicU64| Some(stamp.load(Relaxed)).filter(|at| *at > 0);
        let (begun, imported) = (moment(&said.begun_at), moment(&said.imported_at));
        // A manager that hands out many tasks notices late that all workers have arrived. The first task proves it
        // earlier.
        let first_task = tally.first_start.map(|first| self.arena.t0() + first);
        let pool = moment(&said.pool_at).map(|at| at.min(first_task.unwrap_or(at)));
        let between =
            |from: Option<Nanos>, to: Option<Nanos>| Some(seconds(to?.saturating_sub(from?)));
        let printed = &self.ending.printed;
        (begun.is_some() || printed.is_some()).then(|| PythonRecord {
            gil: self.proven_lock(),
            interpreter_s: between(Some(self.arena.t0()), begun),
            imports_s: between(begun, imported),
            pool_s: between(imported, pool),
            memory_bytes: load_known(&said.memory),
            manager_cpu_s: load_known(&said.manager_cpu).map(seconds),
            output: printed.clone(),
        })
    }

    /// The state of the lock during the run, if all workers that were probed agree.
    fn proven_lock(&self) -> Option<GilState> {
        let asked = self.arena.lanes().map(|lane| lane.gil.load(Relaxed));
        let mut known = asked.filter(|said| *said > 0);
        let first = known.next()?;
        let state = match first {
            1 => GilState::On,
            _ => GilState::Off,
        };
        known.all(|said| said == first).then_some(state)
    }

    fn worker(&self, number: u32, lane: &LaneHeader) -> WorkerRecord {
        let began = lane.state() != LaneState::Absent;
        let phases = self.phases_of(number, lane);
        WorkerRecord {
            worker: number,
            pid: began.then(|| lane.pid.load(Relaxed)),
            tid: began.then(|| lane.tid.load(Relaxed)),
            tasks: lane.ended.load(Relaxed),
            cpu_s: seconds(lane.cpu.load(Relaxed)),
            memory_bytes: load_known(&lane.memory),
            phases_s: phases,
            run_queue_wait_s: load_known(&lane.run_queue_wait).map(seconds),
            gil_wait_s: self.shows_lock().then(|| seconds(phases[Phase::Gil])),
            migrations: self
                .states(number, lane)
                .map_or_else(|| lane.migrations.load(Relaxed), |seen| seen.migrations),
        }
    }

    /// A lane's time by phase, which covers the whole run. A worker that never got a task was starting all the time.
    /// For any other worker, the time after its end is idle.
    fn phases_of(&self, number: u32, lane: &LaneHeader) -> PhaseTimes {
        let mut times = PhaseTimes::default();
        if lane.state() == LaneState::Absent {
            times[Phase::Starting] = self.wall;
            return times;
        }
        match self.states(number, lane) {
            Some(seen) => times = seen.times,
            None => {
                for phase in Phase::MEASURED {
                    times[phase] = lane.phases[phase as usize].load(Relaxed);
                }
            }
        }
        // A worker that died left its last phase open: the phase lasted until the death.
        let open = lane.open_phase.load(Relaxed) as u8;
        let open = Phase::from_number(open).unwrap_or(Phase::Starting);
        let last_stamp = lane.last_stamp.load(Relaxed);
        let end = self.death(number).map_or(last_stamp, |death| death.at);
        times[open] += self.since_t0(end).saturating_sub(times.total());
        let rest = match open {
            Phase::Starting => Phase::Starting,
            _ => Phase::Idle,
        };
        times[rest] += self.wall.saturating_sub(times.total());
        times
    }

    fn context_switches(&self) -> Option<ContextSwitches> {
        Some(ContextSwitches {
            voluntary: self.known(|lane| &lane.voluntary)?,
            involuntary: self.known(|lane| &lane.involuntary)?,
        })
    }

    fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for slot in (0..self.arena.tasks()).map(|task| self.arena.task(task)) {
            let state = slot.state();
            if state == TaskState::NotBegun {
                tally.not_begun += 1;
                continue;
            }
            tally.failed += u32::from(state != TaskState::Ok);
            let start = self.since_t0(slot.start.load(Relaxed));
            // A task that did not end was in flight until its worker died, or until the run was stopped.
            let cut = || {
                let death = self.death(slot.worker.load(Relaxed));
                death.map_or(self.wall, |death| self.since_t0(death.at))
            };
            let end = self.end_of(slot).unwrap_or_else(cut);
            tally.in_flight += u128::from(end.saturating_sub(start));
            tally.first_start = Some(start.min(tally.first_start.unwrap_or(start)));
        }
        tally
    }

    fn end_of(&self, slot: &TaskSlot) -> Option<Nanos> {
        let has_ended = matches!(slot.state(), TaskState::Ok | TaskState::Failed);
        has_ended.then(|| self.since_t0(slot.end.load(Relaxed)))
    }

    /// The tasks that were begun, if they are few enough to be listed or the user asked for all of them.
    fn listed_tasks(&self) -> Option<Vec<TaskRecord>> {
        let are_listed = self.all_tasks || self.plan.tasks as usize <= TASKS_LISTED;
        are_listed.then(|| self.tasks(|state| state != TaskState::NotBegun).collect())
    }

    /// The tasks in the states that `which` accepts, ordered by number.
    fn tasks(&self, which: fn(TaskState) -> bool) -> impl Iterator<Item = TaskRecord> {
        let numbered = (0..self.arena.tasks()).map(|task| (task, self.arena.task(task)));
        numbered
            .filter(move |(_, slot)| which(slot.state()))
            .map(|(task, slot)| self.task(task, slot))
    }

    fn task(&self, task: u32, slot: &TaskSlot) -> TaskRecord {
        let worker = slot.worker.load(Relaxed);
        let error = match slot.state() {
            TaskState::Ok | TaskState::NotBegun => None,
            TaskState::Failed => {
                let kept = self.arena.text(slot.error.load(Relaxed));
                Some(kept.unwrap_or_else(|| "there was no room left for the reason".into()))
            }
            TaskState::Begun => Some(match self.death(worker) {
                Some(death) if !death.while_stopping => format!("{death} while executing it"),
                _ => "the run was stopped before it ended".into(),
            }),
        };
        TaskRecord {
            task,
            worker,
            start_s: seconds(self.since_t0(slot.start.load(Relaxed))),
            end_s: self.end_of(slot).map(seconds),
            outcome: match error {
                None => TaskOutcome::Ok,
                Some(_) => TaskOutcome::Failed,
            },
            error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload},
        fixtures::sample,
    };

    #[test]
    fn how_long_workers_computed_at_once_is_known_only_from_all_events_and_exact_phases() {
        let said = |model, dropped| {
            let arena = Arena::map().unwrap();
            arena.reset(2, 8);
            arena.lane(1).dropped.store(dropped, Relaxed);
            let facts = Facts {
                arena: &arena,
                plan: &sample::plan(Workload::Cpu, model, 2),
                started_at: String::new(),
                wall: 9,
                joined: 9,
                ending: Ending::default(),
                gil_switches: None,
                shared_file: None,
                function: None,
                watched: Watched {
                    cores: vec![],
                    recorded: 0,
                    overlap: 5,
                    cpu: 0,
                    outside: None,
                },
                all_tasks: false,
            };
            facts.record().times.computing_overlap_s
        };
        assert_eq!(said(Model::Threads, 0), Some(5e-9));
        assert_eq!(said(Model::Threads, 1), None);
        assert_eq!(said(Model::PythonThreads, 0), None);
        assert_eq!(said(Model::PythonProcesses, 0), Some(5e-9));
    }
}
