//! A finished run: the plan, what came out, and every doubt about it. Its serialisation is the program's JSON.
//!
//! All `*_s` are seconds since `t0`, the moment just before the first worker was created, or lengths in seconds.
//! What is not known is null, never 0.

mod stored;

use serde::{Deserialize, Serialize};
pub use stored::Doubted;

use super::{foreign, phase::PhaseTimes, plan::Plan, python::GilState, shared_file::SharedFile};
use crate::catalog::caveat::{Caveat, CaveatKind};

/// Above so many tasks, the JSON leaves the list of tasks out unless asked for it.
pub const TASKS_LISTED: usize = 10_000;
/// So many bytes of what a run printed are kept.
pub const OUTPUT_KEPT: usize = 16 << 10;
/// Of so many failed tasks a record says why they failed, however many tasks there are.
pub const FAILURES_KEPT: usize = 1_000;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every task was executed; some may have failed.
    Completed,
    /// The user stopped it; what was measured until then is kept.
    Cancelled,
    /// The run itself broke, as when a worker died.
    Failed,
}

impl Outcome {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Cancelled => "cancelled",
            Outcome::Failed => "failed",
        }
    }
}

/// Which part a run was of several that were measured as one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The campaign: unique across sessions.
    #[serde(deserialize_with = "foreign::text")]
    pub id: String,
    /// Every configuration once is a round. They count from 1; 0 is the round that warms up and is not counted.
    pub round: u32,
}

/// What is to be measured once.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOrder {
    /// How.
    pub plan: Plan,
    /// As which part of a campaign, if it is one.
    pub part: Option<Part>,
}

impl From<Plan> for RunOrder {
    /// It is measured alone.
    fn from(plan: Plan) -> RunOrder {
        RunOrder { plan, part: None }
    }
}

/// A finished run. What is read back was checked: it may have been written by anybody. In JSON it is flat: the groups are
/// for whoever reads the code.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(remote = "Self")]
pub struct Record {
    /// Unique across sessions; its text sorts by time (UUID version 7).
    pub id: String,
    /// Of which campaign it was a part; null if it was measured alone.
    pub campaign: Option<Part>,
    /// Wall-clock time of `t0`, RFC 3339, UTC.
    pub started_at: String,
    /// What was asked for.
    #[serde(serialize_with = "super::plan::stored::serialize")]
    pub plan: Plan,
    /// How a run ended, and which tasks did not succeed.
    #[serde(flatten)]
    pub ending: RunEnding,
    /// Where the time of a run went. Speed-ups are made of these.
    #[serde(flatten)]
    pub times: RunTimes,
    /// What is known of the interpreter, or of the lock of an emulated one.
    #[serde(flatten)]
    pub interpreter: InterpreterFacts,
    /// What the operating system counted for a run.
    #[serde(flatten)]
    pub system: SystemFacts,
    /// One per worker.
    pub workers: Vec<WorkerRecord>,
    /// One per task that was begun, by number; null above [`TASKS_LISTED`] tasks unless all were asked for.
    pub tasks: Option<Vec<TaskRecord>>,
    /// One per usable core, and per core that a worker ran on.
    pub cores: Vec<CoreRecord>,
    /// How a run was measured, and what is to be doubted.
    #[serde(flatten)]
    pub measurement: Measurement,
}

/// How a run ended, and which tasks did not succeed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunEnding {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it broke; null unless `outcome` is `failed`.
    pub error: Option<String>,
    /// Tasks that were begun and did not succeed.
    pub tasks_failed: u32,
    /// Tasks that no worker had begun when the run ended.
    pub tasks_not_begun: u32,
    /// The first [`FAILURES_KEPT`] tasks that were begun and did not succeed, by number, with the reason.
    pub failures: Vec<TaskRecord>,
}

/// Where the time of a run went. Speed-ups are made of these.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunTimes {
    /// `t0` to the last worker's last stamp.
    pub wall_s: f64,
    /// `t0` to the begin of the first task; null if none began.
    pub startup_s: Option<f64>,
    /// From the last worker's last stamp until all workers were joined or reaped.
    pub teardown_s: f64,
    /// The workers' CPU time, from their CPU clocks.
    pub cpu_s: f64,
    /// Tasks in flight, on average over the run.
    pub concurrency: f64,
    /// Workers on a core, on average over the run: `cpu_s / wall_s`.
    pub parallelism: f64,
    /// Summed over the workers; all phases together are `wall_s` × workers.
    pub phases_s: PhaseTimes,
}

/// What is known of the interpreter, or of the lock of an emulated one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct InterpreterFacts {
    /// The interpreter lock that all workers shared, emulated or CPython's; null where there was none.
    pub gil: Option<GilTotals>,
    /// What CPython said about the run; null under models that are not Python's, and if it never came so far.
    pub python: Option<PythonRecord>,
}

/// What the operating system counted for a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SystemFacts {
    /// Summed over the workers.
    pub context_switches: Option<ContextSwitches>,
    /// How often workers changed their core, as seen from stamp to stamp: what happened between two stamps is not seen.
    /// Summed over the workers.
    pub migrations: u64,
    /// Summed over the workers: proportional set size of forked workers; null where they share the program's memory.
    pub memory_bytes: Option<u64>,
    /// What is left in the file that all workers wrote; null where each task has one of its own.
    pub shared_file: Option<SharedFile>,
}

/// How a run was measured, and what is to be doubted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// What the picture was made from.
    pub events: EventTotals,
    /// What watching cost.
    pub observer: Observer,
    /// How waiting for a core was measured.
    pub phase_source: PhaseSource,
    /// Reasons to trust it less that it shows by itself.
    #[serde(skip)]
    pub caveats: Vec<Caveat>,
}

/// How waiting for a core was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhaseSource {
    /// By the workers' CPU clocks, and by the kernel's account of who waited for a core.
    #[serde(rename = "cpu-clock+schedstat")]
    ClockAndSchedstat,
    /// By the workers' CPU clocks alone.
    #[serde(rename = "cpu-clock")]
    Clock,
    /// As the first, and CPython's lock estimated: what is left of a computing task's wall time after its CPU time and
    /// the kernel's account of waiting for a core.
    #[serde(rename = "cpu-clock+schedstat+gil-estimated")]
    ClockAndSchedstatGilEstimated,
    /// As the second, and CPython's lock estimated: what is left of a computing task's wall time after its CPU time.
    /// Waiting for a core is in it.
    #[serde(rename = "cpu-clock+gil-estimated")]
    ClockGilEstimated,
}

impl PhaseSource {
    /// Whether waiting for the interpreter lock was estimated.
    pub fn estimates_gil(self) -> bool {
        matches!(
            self,
            PhaseSource::ClockAndSchedstatGilEstimated | PhaseSource::ClockGilEstimated
        )
    }
}

impl Record {
    /// Whether it can be a baseline or be compared with one: all its work was done.
    pub fn is_sound(&self) -> bool {
        self.ending.outcome == Outcome::Completed && self.ending.tasks_failed == 0
    }

    /// The campaign that it was a part of.
    pub fn campaign_id(&self) -> Option<&str> {
        self.campaign.as_ref().map(|part| &part.id[..])
    }

    /// Whether it was a part of the round that warms up: its time says nothing about its plan.
    pub fn is_warm_up(&self) -> bool {
        self.campaign.as_ref().is_some_and(|part| part.round == 0)
    }

    /// Whether its time is one of those that its configuration is judged by: it did all its work, after the warm-up, and
    /// that took any time.
    pub fn is_counted(&self) -> bool {
        self.is_sound() && !self.is_warm_up() && self.times.wall_s > 0.0
    }

    /// Whether it measured `work` serially and soundly, in the same language and by the same interpreter.
    pub fn is_baseline_of(&self, work: &Plan) -> bool {
        self.plan.is_serial()
            && self.is_sound()
            && self.plan.same_work(work)
            && self.plan.interpreter() == work.interpreter()
    }

    /// Whether it shows such a reason by itself to trust it less.
    pub fn has_caveat(&self, kind: CaveatKind) -> bool {
        self.measurement
            .caveats
            .iter()
            .any(|caveat| caveat.kind == kind)
    }
}

/// What CPython said about a run that it executed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PythonRecord {
    /// Whether the lock was on: asked in every interpreter that executed tasks, after its imports. Null if not all agree.
    pub gil: Option<GilState>,
    /// From `t0` to the first line of Python: the interpreter's own start.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub interpreter_s: Option<f64>,
    /// From there until everything was imported.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub imports_s: Option<f64>,
    /// From there until the pool had made all its workers.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub pool_s: Option<f64>,
    /// Proportional set size of the process that made the workers, at the end: where workers are threads, it is theirs.
    pub memory_bytes: Option<u64>,
    /// CPU time of whatever managed the workers and was none of them: starting, handing tasks out, taking results in.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub manager_cpu_s: Option<f64>,
    /// What was printed; null if nothing was.
    pub output: Option<PrintedOutput>,
}

/// What the processes of a run wrote to their standard output and error output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedOutput {
    /// Its begin, of [`OUTPUT_KEPT`] bytes at most, without control characters but line ends.
    #[serde(deserialize_with = "foreign::printed")]
    pub text: String,
    /// How many bytes there were.
    pub bytes: u64,
}

/// An interpreter lock over a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GilTotals {
    /// How often it went from one worker to another; null for CPython's, which does not tell.
    pub switches: Option<u64>,
    /// Whether the waiting was estimated, as it is for CPython's.
    #[serde(default)]
    pub is_estimate: bool,
    /// How long workers waited for it, summed over them.
    #[serde(deserialize_with = "foreign::measured")]
    pub wait_s: f64,
}

/// What the kernel's scheduler did with the workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextSwitches {
    /// The worker gave its core up, to wait.
    pub voluntary: u64,
    /// The scheduler took the core away.
    pub involuntary: u64,
}

/// One worker over a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerRecord {
    /// Its number.
    pub worker: u32,
    /// Its process; null if it never began to run.
    pub pid: Option<u32>,
    /// Its thread; null if it never began to run.
    pub tid: Option<u32>,
    /// Tasks that it ended.
    pub tasks: u32,
    /// Its CPU time.
    #[serde(deserialize_with = "foreign::measured")]
    pub cpu_s: f64,
    /// Its proportional set size when its last task ended; null for threads.
    pub memory_bytes: Option<u64>,
    /// Its time by phase; together `wall_s`.
    pub phases_s: PhaseTimes,
    /// How long the kernel says that it waited for a core, over its whole life; null where the kernel does not say.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub run_queue_wait_s: Option<f64>,
    /// How long it waited for the interpreter lock; null where there was none to wait for.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub gil_wait_s: Option<f64>,
    /// How often a stamp found it on another core than its stamp before, from its first task on.
    #[serde(default)]
    pub migrations: u64,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskOutcome {
    /// It did what it should.
    Ok,
    /// It did not; its `error` says why.
    Failed,
}

/// One task of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Its number.
    pub task: u32,
    /// Who executed it.
    pub worker: u32,
    /// When it began.
    #[serde(deserialize_with = "foreign::measured")]
    pub start_s: f64,
    /// When it ended; null if its worker died or was stopped while executing it.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub end_s: Option<f64>,
    /// How it ended.
    pub outcome: TaskOutcome,
    /// Why it failed.
    #[serde(default, deserialize_with = "foreign::error_or_null")]
    pub error: Option<String>,
}

/// One core over a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoreRecord {
    /// Its number.
    pub core: u16,
    /// CPU time of our workers on it.
    #[serde(deserialize_with = "foreign::measured")]
    pub workers_s: f64,
    /// CPU time of everybody else on it, the observer and the loopback server included; null if the run was shorter
    /// than two windows of the kernel's coarse accounting.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub others_s: Option<f64>,
    /// How long the host of a virtual machine gave it to others although somebody here wanted it; null like `others_s`.
    pub stolen_s: Option<f64>,
}

/// Events of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTotals {
    /// Kept for the picture.
    pub recorded: u64,
    /// Left out of the picture because a lane was full; totals do not need them.
    pub dropped: u64,
}

/// What watching cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observer {
    /// CPU time of sampling and drawing while the run went on.
    #[serde(deserialize_with = "foreign::measured")]
    pub cpu_s: f64,
}

#[cfg(test)]
mod tests {
    use crate::{
        catalog::{model::Model, workload::Workload},
        domain::phase::Phase,
        fixtures::sample,
    };

    #[test]
    fn the_json_of_a_record_has_a_key_per_phase_and_the_resolved_parameters() {
        let record = sample::record(sample::plan(Workload::Io, Model::GilThreads, 2), 1.0, 0.5);
        let json = serde_json::to_value(&record).unwrap();
        for phase in Phase::MEASURED {
            assert!(
                json["phases_s"][phase.name()].is_number(),
                "{}",
                phase.name()
            );
        }
        assert_eq!(
            json["phases_s"].as_object().unwrap().len(),
            Phase::MEASURED.len()
        );
        assert_eq!(json["plan"]["parameters"]["writes"], 50);
        assert_eq!(
            json["plan"]["parameters"]["latencies_s"]
                .as_array()
                .unwrap()
                .len(),
            16
        );
        assert_eq!(json["plan"]["parameters"]["switch_interval_s"], 0.005);
        assert!(json["memory_bytes"].is_null());
        assert_eq!(json["outcome"], "completed");
    }
}
