//! STAND-IN session: a run concludes after a few batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::clock;
use crate::domain::machine::{Limits, Machine};
use crate::domain::phase::Phase;
use crate::domain::plan::Plan;
use crate::domain::record::{GilTotals, Outcome, Record, TaskOutcome, TaskRecord, sample};
use crate::domain::time::seconds;
use crate::domain::trace::{Batch, CoreTime, LaneUpdate, Transition};
use crate::domain::workload::Workload;

/// What happens in a run.
#[derive(Debug)]
pub enum Report {
    /// More of it.
    Batch(Batch),
    /// Its end.
    Concluded(Box<Record>),
}

/// Everything that is made once.
#[derive(Debug)]
pub struct Session {
    machine: Machine,
    limits: Limits,
}

impl Session {
    /// Must be called while the program has one thread.
    ///
    /// # Errors
    /// One sentence.
    pub fn prepare() -> Result<Session, String> {
        let cores = thread::available_parallelism().map_or(1, |n| n.get() as u32);
        let machine = Machine {
            cpu_model: None,
            cores_online: cores,
            cores_usable: cores,
            cores_limited_by: None,
            kernel: "stand-in".into(),
            memory_bytes: None,
        };
        Ok(Session { machine, limits: Limits::default() })
    }

    /// The machine.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Its limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Starts a run.
    ///
    /// # Errors
    /// One sentence.
    pub fn start(&self, plan: Plan, mut report: impl FnMut(Report) + Send + 'static) -> Result<Run, String> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let supervisor = thread::Builder::new()
            .spawn(move || supervise(&plan, &stopped, &mut report))
            .map_err(|error| error.to_string())?;
        Ok(Run { stop, supervisor })
    }

    /// Steps of the kernel in a second.
    #[must_use]
    pub fn calibrate(&self) -> f64 {
        thread::sleep(Duration::from_millis(50));
        50e6
    }
}

fn supervise(plan: &Plan, stop: &AtomicBool, report: &mut impl FnMut(Report)) {
    let (t0, cpu0) = (Instant::now(), clock::thread_cpu());
    let length = match plan.workload() {
        Workload::Cpu { iterations } => {
            (*iterations as f64 * f64::from(plan.tasks()) / 200e6 / f64::from(plan.workers())).max(0.03)
        }
        Workload::Io { .. } => 2.0 / f64::from(plan.workers()),
    };
    let mut first = true;
    while t0.elapsed().as_secs_f64() < length && !stop.load(Ordering::Relaxed) {
        let now = t0.elapsed().as_nanos() as u64;
        let computing =
            Transition { at: now, task: Some(0), phase: Phase::Computing, core: 0, after_gap: false };
        let lane = LaneUpdate {
            transitions: if first { vec![computing] } else { vec![] },
            last_stamp: now,
            cpu: now,
            dropped: 0,
        };
        first = false;
        report(Report::Batch(Batch {
            now,
            lanes: vec![lane; plan.workers() as usize],
            cores: vec![CoreTime { core: 0, workers: now }],
            begun: plan.workers().min(plan.tasks()),
            ..Batch::default()
        }));
        thread::sleep(Duration::from_millis(10));
    }
    let wall = t0.elapsed().as_secs_f64();
    let mut record = sample::record(plan.clone(), wall, wall * f64::from(plan.workers()));
    if stop.load(Ordering::Relaxed) {
        record.outcome = Outcome::Cancelled;
        record.tasks_not_begun = plan.tasks();
    }
    record.tasks = Some((0..plan.tasks()).map(task).collect());
    if plan.model().has_interpreter_lock() {
        record.gil = Some(GilTotals { switches: 1, wait_s: 0.001 });
    }
    record.observed(seconds(clock::thread_cpu() - cpu0));
    report(Report::Concluded(Box::new(record)));
}

fn task(task: u32) -> TaskRecord {
    TaskRecord { task, worker: 0, start_s: 0.0, end_s: Some(0.01), outcome: TaskOutcome::Ok, error: None }
}

/// A run.
#[derive(Debug)]
pub struct Run {
    stop: Arc<AtomicBool>,
    supervisor: JoinHandle<()>,
}

impl Run {
    /// Cancels it.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Joins the supervisor.
    pub fn wait(self) {
        let _ = self.supervisor.join();
    }
}
