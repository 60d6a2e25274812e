//! Synthetic runs for tests and pictures of the screens, with the data of an engine.

use std::sync::Arc;

use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{
        addresses::Addresses,
        history::{Lot, RunEntry},
        machine::Machine,
        phase::{Phase, PhaseTimes},
        plan::{Lock, Plan},
        provenance::{Origin, Provenance},
        python::{FoundPython, GilState, Pythons, UselessPython},
        record::{
            CampaignPart, CoreRecord, GilTotals, PhaseSource, PrintedOutput, PythonRecord, Record,
            RunOrder, TaskOutcome, TaskRecord,
        },
        time::{Nanos, TICK, seconds},
        trace::{Batch, LaneUpdate, Trace, Transition},
    },
};

use super::{python, sample};

/// One millisecond.
const MS: Nanos = 1_000_000;
/// The computing time of a task of the synthetic `cpu` workload.
const TASK: Nanos = 150 * MS;
/// When the first task starts.
const STARTED: Nanos = 2 * MS;

/// A machine with this many cores.
pub fn machine(cores: u32) -> Machine {
    Machine {
        cpu_model: Some("Sample CPU".into()),
        cores_online: cores,
        cores_usable: cores,
        cores: (0..u16::try_from(cores).unwrap_or(u16::MAX)).collect(),
        cores_quota: None,
        cores_whole: None,
        cores_limited_by: None,
        kernel: "Linux 6.12".into(),
        memory_bytes: Some(8 << 30),
    }
}

/// These runs without sweeps.
pub fn lot(runs: Vec<RunEntry>) -> Lot {
    Lot {
        runs,
        sweeps: vec![],
    }
}

/// `serial` and `gil-threads` runs alternately, with these numbers. The session `session` measured them on this machine
/// of two cores or recorded them on another. The first one starts at 9:30 on a day in May, and each follows a minute
/// after the previous one.
pub fn earlier(origin: Origin, numbers: &[usize], session: Option<&str>) -> Lot {
    let provenance = Arc::new(Provenance {
        origin,
        session: session.unwrap_or("earlier").into(),
        machine: match origin {
            Origin::Recorded => Machine {
                cpu_model: Some("Other CPU".into()),
                ..machine(4)
            },
            _ => machine(2),
        },
    });
    let plan = |i: usize| match i % 2 {
        0 => sample::plan(Workload::Cpu, Model::Serial, 1),
        _ => sample::plan(Workload::Cpu, Model::GilThreads, 4),
    };
    let run = |(i, number): (usize, &usize)| {
        let mut record = sample::record(plan(i), 1.2 + i as f64 / 1e3, 1.2);
        record.id = format!("{}-{number}", provenance.session);
        record.started_at = format!(
            "2026-05-14T{:02}:{:02}:00Z",
            9 + (30 + i) / 60 % 12,
            (30 + i) % 60
        );
        RunEntry::new(*number, None, Arc::clone(&provenance), record, None)
    };
    lot(numbers.iter().enumerate().map(run).collect())
}

/// The facts that CPython reports about a run: the parts of its start-up, and a printed line.
pub fn python(gil: GilState) -> PythonRecord {
    let text = "a line that the workers' code printed\n";
    PythonRecord {
        gil: Some(gil),
        interpreter_s: Some(0.021),
        imports_s: Some(0.064),
        pool_s: Some(0.005),
        memory_bytes: Some(21 << 20),
        manager_cpu_s: Some(0.012),
        output: Some(PrintedOutput {
            text: text.into(),
            bytes: text.len() as u64,
        }),
    }
}

/// The result of a search: a usual build, one without the lock, and two files that cannot be used.
pub fn pythons() -> Pythons {
    let free_threaded = FoundPython {
        interpreter: python::free_threaded(),
        ..python::found()
    };
    let useless = |path: &str, why: &str| UselessPython {
        path: path.into(),
        sentence: format!("{path} {why}"),
    };
    Pythons {
        found: vec![python::found(), free_threaded],
        useless: vec![
            useless(
                "/home/sam/.pyenv/versions/3.6.15/bin/python3.6",
                "is Python 3.6.15: 3.8 or newer is needed",
            ),
            useless(
                "/usr/local/bin/python3",
                "did not answer within two seconds",
            ),
        ],
    }
}

/// A run as an engine would have seen it.
#[derive(Clone, Debug)]
pub struct Scenario {
    plan: Plan,
    part: Option<CampaignPart>,
    cores: u64,
    lanes: Vec<Vec<Transition>>,
    /// The core that each worker stamped last.
    on: Vec<u16>,
    /// When each task started and ended.
    tasks: Vec<(Nanos, Nanos)>,
    /// Tasks that did not succeed.
    failed: Vec<u32>,
    wall: Nanos,
    whole: Trace,
}

impl Scenario {
    /// A run of `order` on this many cores.
    pub fn new(order: impl Into<RunOrder>, cores: u32) -> Scenario {
        let RunOrder { plan, part } = order.into();
        let mut scenario = Scenario {
            lanes: vec![vec![]; plan.workers as usize],
            whole: Trace::new(plan.workers),
            on: (0..plan.workers)
                .map(|worker| (worker % cores.max(1)) as u16)
                .collect(),
            cores: u64::from(cores),
            tasks: vec![],
            failed: vec![],
            wall: 0,
            plan,
            part,
        };
        match scenario.plan.addresses().cloned() {
            None if scenario.plan.workload == Workload::Sleep => scenario.sleep(),
            None => scenario.compute(),
            Some(addresses) => scenario.fetch(&addresses),
        }
        scenario.finish();
        scenario
    }

    /// The same run, in which these tasks took the same time but did not succeed.
    pub fn failing(mut self, tasks: impl IntoIterator<Item = u32>) -> Scenario {
        self.failed = tasks.into_iter().collect();
        self.failed.sort_unstable();
        self
    }

    /// The end of the run.
    pub fn wall(&self) -> Nanos {
        self.wall
    }

    /// The plan of the run.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn push(&mut self, lane: usize, at: Nanos, task: Option<u32>, phase: Phase) {
        let core = self.on[lane];
        self.lanes[lane].push(Transition {
            at,
            task,
            phase,
            core,
            after_gap: false,
        });
    }

    /// The workers compute in turns. As many compute at once as cores or the lock allow.
    fn compute(&mut self) {
        let workers = (self.lanes.len() as u64).min(self.plan.tasks.into());
        for idle in workers as usize..self.lanes.len() {
            self.push(idle, STARTED, None, Phase::Idle);
        }
        let locked = self.plan.lock() != Lock::None;
        let at_once = if locked { 1 } else { self.cores.min(workers) };
        let slice = if locked { 5 * MS } else { 4 * MS };
        let waiting = if locked { Phase::Gil } else { Phase::Ready };
        let total = TASK * u64::from(self.plan.tasks);
        let slices = total.div_ceil(slice * at_once);
        let mut done = vec![0u64; workers as usize];
        let mut turn = 0;
        for step in 0..slices {
            let at = STARTED + step * slice;
            for lane in 0..workers {
                let place = (lane + workers - turn % workers) % workers;
                let on = place < at_once;
                if on && !locked {
                    // A worker that starts takes the core of one that stops. With an odd number of workers, they
                    // migrate.
                    self.on[lane as usize] = place as u16;
                }
                let task = (lane + done[lane as usize] / TASK * workers) as u32;
                self.push(
                    lane as usize,
                    at,
                    Some(task),
                    if on { Phase::Computing } else { waiting },
                );
                done[lane as usize] += if on { slice } else { 0 };
            }
            turn += at_once;
        }
        self.wall = STARTED + slices * slice;
        let per_worker = u64::from(self.plan.tasks).div_ceil(workers);
        let length = (self.wall - STARTED) / per_worker;
        for task in 0..u64::from(self.plan.tasks) {
            let begin = STARTED + task / workers * length;
            self.tasks.push((begin, begin + length));
        }
    }

    /// Each worker fetches the next address, waits, and then writes ten times.
    fn fetch(&mut self, addresses: &Addresses) {
        let latency = |task: u32| match addresses {
            Addresses::Loopback(latencies_ms) => {
                u64::from(latencies_ms[task as usize % latencies_ms.len()]) * MS
            }
            Addresses::Urls(_) => 100 * MS,
        };
        let mut free = vec![STARTED; self.lanes.len()];
        for task in 0..self.plan.tasks {
            let lane = (0..free.len())
                .min_by_key(|lane| free[*lane])
                .expect("a plan has a worker");
            let begin = free[lane];
            self.push(lane, begin, Some(task), Phase::Network);
            let mut at = begin + latency(task);
            for _ in 0..10 {
                self.push(lane, at, Some(task), Phase::Computing);
                self.push(lane, at + MS, Some(task), Phase::File);
                at += 2 * MS;
            }
            self.push(lane, at, None, Phase::Idle);
            self.tasks.push((begin, at));
            free[lane] = at;
        }
        self.wall = free.into_iter().max().unwrap_or(STARTED);
    }

    /// All workers wait at once, for 25 ms in each task.
    fn sleep(&mut self) {
        let workers = self.lanes.len() as u32;
        for task in 0..self.plan.tasks {
            let lane = (task % workers) as usize;
            let begin = STARTED + Nanos::from(task / workers) * 25 * MS;
            self.push(lane, begin, Some(task), Phase::Sleep);
            self.tasks.push((begin, begin + 25 * MS));
            self.push(lane, begin + 25 * MS, None, Phase::Idle);
        }
        self.wall = STARTED + Nanos::from(self.plan.tasks.div_ceil(workers)) * 25 * MS;
    }

    fn finish(&mut self) {
        let everything = self.lanes.iter().map(|lane| LaneUpdate {
            transitions: lane.clone(),
            last_stamp: self.wall,
            ..LaneUpdate::default()
        });
        self.whole.apply(Batch {
            now: self.wall,
            lanes: everything.collect(),
            ..Batch::default()
        });
    }

    /// The data that an engine collects from `from` to `now`.
    pub fn batch(&self, from: Nanos, now: Nanos) -> Batch {
        let now = now.min(self.wall);
        let lanes = self
            .lanes
            .iter()
            .enumerate()
            .map(|(worker, lane)| LaneUpdate {
                transitions: lane
                    .iter()
                    .copied()
                    .filter(|event| (from..now).contains(&event.at))
                    .collect(),
                last_stamp: now - now % TICK,
                cpu: self.whole.times_between(worker, 0, now)[Phase::Computing],
                ..LaneUpdate::default()
            });
        let lanes: Vec<LaneUpdate> = lanes.collect();
        let begun = self.tasks.iter().filter(|task| task.0 <= now).count() as u32;
        let ended = self.tasks.iter().filter(|task| task.1 <= now).count() as u32;
        Batch {
            now,
            cores: self.core_times(&lanes),
            others: (0..self.cores as u16).map(|core| (core, 0.02)).collect(),
            lanes,
            begun,
            ended,
            failed: self
                .failed
                .iter()
                .filter(|task| self.tasks[**task as usize].1 <= now)
                .count() as u32,
            deaths: vec![],
        }
    }

    fn core_times(&self, lanes: &[LaneUpdate]) -> Vec<(u16, Nanos)> {
        let total: Nanos = lanes.iter().map(|lane| lane.cpu).sum();
        let core = |core| (core as u16, total / self.cores);
        (0..self.cores).map(core).collect()
    }

    /// The record of the whole run.
    pub fn record(&self) -> Record {
        let mut all = PhaseTimes::default();
        for worker in 0..self.lanes.len() {
            all.add(&self.whole.times_between(worker, 0, self.wall));
        }
        let wall_s = seconds(self.wall);
        let cpu_s = seconds(all[Phase::Computing]);
        let mut record = sample::record(self.plan.clone(), wall_s, cpu_s);
        record.campaign.clone_from(&self.part);
        record.times.phases_s = all;
        let in_flight: Nanos = self.tasks.iter().map(|(begin, end)| end - begin).sum();
        record.times.concurrency = seconds(in_flight) / wall_s;
        record.times.startup_s = Some(seconds(STARTED));
        let is_real = self.plan.lock() == Lock::Real;
        if is_real {
            record.measurement.phase_source = PhaseSource::ClockAndSchedstatGilEstimated;
        }
        record.interpreter.python = self
            .plan
            .interpreter()
            .map(|interpreter| python(interpreter.gil));
        record.interpreter.gil = (self.plan.lock() != Lock::None).then(|| GilTotals {
            switches: (!is_real).then_some(self.wall / (5 * MS)),
            is_estimate: is_real,
            wait_s: seconds(all[Phase::Gil]),
        });
        record.system.migrations = self.whole.migrations();
        for (worker, lane) in record.workers.iter_mut().zip(&self.whole.lanes) {
            worker.migrations = lane.migrations;
        }
        record.ending.tasks_failed = self.failed.len() as u32;
        record.ending.failures = self.failed.iter().map(|task| self.failure(*task)).collect();
        record.cores = (0..self.cores)
            .map(|core| CoreRecord {
                core: core as u16,
                workers_s: cpu_s / self.cores as f64,
                others_s: Some(wall_s * 0.02),
                stolen_s: Some(0.0),
            })
            .collect();
        record
    }

    fn failure(&self, task: u32) -> TaskRecord {
        let (begin, end) = self.tasks[task as usize];
        let has_it = |lane: &Vec<Transition>| lane.iter().any(|event| event.task == Some(task));
        TaskRecord {
            task,
            worker: self.lanes.iter().position(has_it).unwrap_or(0) as u32,
            start_s: seconds(begin),
            end_s: Some(seconds(end)),
            outcome: TaskOutcome::Failed,
            error: Some("the server said 503 Service Unavailable".into()),
        }
    }
}
