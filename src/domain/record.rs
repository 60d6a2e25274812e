//! A finished run: the plan, the results, and every caveat about them. Its serialisation is the program's JSON.
//!
//! All `*_s` are seconds since `t0`, the moment just before the first worker was created, or lengths in seconds.
//! Unknown values are null, never 0.

mod stored;

use serde::{Deserialize, Serialize};
pub use stored::WithCaveats;

use super::{foreign, phase::PhaseTimes, plan::Plan, python::GilState, shared_file::SharedFile};
use crate::catalog::caveat::{Caveat, CaveatKind};

/// With more tasks than this, the JSON leaves the list of tasks out unless the user asks for it.
pub const TASKS_LISTED: usize = 10_000;
/// How many bytes of a run's output are kept.
pub const OUTPUT_KEPT: usize = 16 << 10;
/// For how many failed tasks a record says why they failed.
pub const FAILURES_KEPT: usize = 1_000;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every task was executed; some may have failed.
    Completed,
    /// The user stopped it. What was measured until then is kept.
    Cancelled,
    /// The run itself broke, for example because a worker died.
    Failed,
}

impl Outcome {
    /// Its word in JSON and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Cancelled => "cancelled",
            Outcome::Failed => "failed",
        }
    }
}

/// The place of a run in a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignPart {
    /// The campaign's id, which is unique across sessions.
    #[serde(deserialize_with = "foreign::text")]
    pub id: String,
    /// In a round every configuration runs once. Rounds count from 1; 0 is the round that warms up and does not count.
    pub round: u32,
}

/// A run that is to be measured.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOrder {
    /// What to run.
    pub plan: Plan,
    /// Its place in a campaign, if it belongs to one.
    pub part: Option<CampaignPart>,
}

impl From<Plan> for RunOrder {
    /// A run that is measured alone.
    fn from(plan: Plan) -> RunOrder {
        RunOrder { plan, part: None }
    }
}

/// A finished run. A record that is read was checked, because anyone may have written it. Its JSON is flat; the groups
/// only help to read the code.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(remote = "Self")]
pub struct Record {
    /// Unique across sessions; its text sorts by time (UUID version 7).
    pub id: String,
    /// Its place in a campaign; null if it was measured alone.
    pub campaign: Option<CampaignPart>,
    /// Wall-clock time of `t0`, RFC 3339, UTC.
    pub started_at: String,
    /// What the user asked for.
    #[serde(serialize_with = "super::plan::stored::serialize")]
    pub plan: Plan,
    /// How a run ended, and which tasks did not succeed.
    #[serde(flatten)]
    pub ending: RunEnding,
    /// Where the time of a run went. Speed-ups are computed from these times.
    #[serde(flatten)]
    pub times: RunTimes,
    /// Facts about the interpreter, or about the emulated lock.
    #[serde(flatten)]
    pub interpreter: InterpreterFacts,
    /// What the operating system counted for a run.
    #[serde(flatten)]
    pub system: SystemFacts,
    /// One per worker.
    pub workers: Vec<WorkerRecord>,
    /// One per started task, by number; null with more than [`TASKS_LISTED`] tasks unless the user asked for all.
    pub tasks: Option<Vec<TaskRecord>>,
    /// One per usable core, and per core that a worker ran on.
    pub cores: Vec<CoreRecord>,
    /// How a run was measured, and its caveats.
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
    /// Tasks that started and did not succeed.
    pub tasks_failed: u32,
    /// Tasks that no worker had started when the run ended.
    pub tasks_not_begun: u32,
    /// The first [`FAILURES_KEPT`] tasks that started and did not succeed, by number, with the reason.
    pub failures: Vec<TaskRecord>,
}

/// Where the time of a run went. Speed-ups are computed from these times.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunTimes {
    /// From `t0` to the last worker's last stamp.
    pub wall_s: f64,
    /// From `t0` to the start of the first task; null if no task started.
    pub startup_s: Option<f64>,
    /// From the last worker's last stamp until all workers were joined or reaped.
    pub teardown_s: f64,
    /// The workers' CPU time, from their CPU clocks.
    pub cpu_s: f64,
    /// The mean number of tasks in flight.
    pub concurrency: f64,
    /// The mean number of workers on a core: `cpu_s / wall_s`.
    pub parallelism: f64,
    /// The time in each phase, summed over the workers. All phases together are `wall_s` × workers.
    pub phases_s: PhaseTimes,
}

/// Facts about the interpreter, or about the emulated lock.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct InterpreterFacts {
    /// The interpreter lock that all workers shared, emulated or CPython's; null without a shared lock.
    pub gil: Option<GilTotals>,
    /// What CPython reported about the run; null under models that are not Python's, and if the interpreter did not get
    /// that far.
    pub python: Option<PythonRecord>,
}

/// What the operating system counted for a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SystemFacts {
    /// Summed over the workers.
    pub context_switches: Option<ContextSwitches>,
    /// How often workers changed their core, summed over the workers. It compares each stamp with the previous one, so
    /// changes between two stamps are not seen.
    pub migrations: u64,
    /// Proportional set size of forked workers, summed over them; null if they share the program's memory.
    pub memory_bytes: Option<u64>,
    /// What is left in the file that all workers wrote; null if each task has its own file.
    pub shared_file: Option<SharedFile>,
}

/// How a run was measured, and its caveats.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// The events that the trace was made from.
    pub events: EventTotals,
    /// The cost of watching the run.
    pub observer: Observer,
    /// How waiting for a core was measured.
    pub phase_source: PhaseSource,
    /// Caveats that follow from this run alone.
    #[serde(skip)]
    pub caveats: Vec<Caveat>,
}

/// How waiting for a core was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhaseSource {
    /// By the workers' CPU clocks and by the kernel's account of waiting for a core.
    #[serde(rename = "cpu-clock+schedstat")]
    ClockAndSchedstat,
    /// By the workers' CPU clocks alone.
    #[serde(rename = "cpu-clock")]
    Clock,
    /// Like `ClockAndSchedstat`, with an estimate for CPython's lock: a computing task's wall time without its CPU time
    /// and without the kernel's account of waiting for a core.
    #[serde(rename = "cpu-clock+schedstat+gil-estimated")]
    ClockAndSchedstatGilEstimated,
    /// Like `Clock`, with an estimate for CPython's lock: a computing task's wall time without its CPU time. It
    /// includes waiting for a core.
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
    /// Whether all its work was done, so that it can be a baseline or be compared with one.
    pub fn is_sound(&self) -> bool {
        self.ending.outcome == Outcome::Completed && self.ending.tasks_failed == 0
    }

    /// The id of its campaign.
    pub fn campaign_id(&self) -> Option<&str> {
        self.campaign.as_ref().map(|part| &part.id[..])
    }

    /// Whether it belongs to the round that warms up. Its time then says nothing about its plan.
    pub fn is_warm_up(&self) -> bool {
        self.campaign.as_ref().is_some_and(|part| part.round == 0)
    }

    /// Whether its time counts for its configuration: it did all its work, it did not warm up, and its time is not 0.
    pub fn is_counted(&self) -> bool {
        self.is_sound() && !self.is_warm_up() && self.times.wall_s > 0.0
    }

    /// Whether it measured `work` serially and soundly, natively or with the same interpreter.
    pub fn is_baseline_of(&self, work: &Plan) -> bool {
        self.plan.is_serial()
            && self.is_sound()
            && self.plan.same_work(work)
            && self.plan.interpreter() == work.interpreter()
    }

    /// Whether something outside of the run changed its time, so that the time says little about the plan: other programs
    /// on the cores, the host of a virtual machine, or a stop. Tasks that wait are not slowed down by a busy core.
    pub fn is_disturbed(&self) -> bool {
        let always = [
            CaveatKind::CoresTaken,
            CaveatKind::Stolen,
            CaveatKind::Suspended,
        ];
        always.into_iter().any(|kind| self.has_caveat(kind))
            || (self.plan.workload.computes() && self.has_caveat(CaveatKind::RunQueueWait))
    }

    /// Whether it has a caveat of this kind that follows from this run alone.
    pub fn has_caveat(&self, kind: CaveatKind) -> bool {
        self.measurement
            .caveats
            .iter()
            .any(|caveat| caveat.kind == kind)
    }
}

/// What CPython reported about a run that it executed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PythonRecord {
    /// Whether the lock was on. Every interpreter that executed tasks was asked after its imports. Null if they do not
    /// agree.
    pub gil: Option<GilState>,
    /// From `t0` to the first line of Python: the start of the interpreter itself.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub interpreter_s: Option<f64>,
    /// From then until everything was imported.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub imports_s: Option<f64>,
    /// From then until the pool had made all its workers.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub pool_s: Option<f64>,
    /// Proportional set size of the process that made the workers, at the end. If the workers are threads, they share
    /// it.
    pub memory_bytes: Option<u64>,
    /// CPU time of threads and processes that managed the workers: starting, handing out tasks, collecting results.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub manager_cpu_s: Option<f64>,
    /// The output of the run; null if it printed nothing.
    pub output: Option<PrintedOutput>,
}

/// What the processes of a run wrote to standard output and standard error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedOutput {
    /// The beginning of it, at most [`OUTPUT_KEPT`] bytes, without control characters except line ends.
    #[serde(deserialize_with = "foreign::printed")]
    pub text: String,
    /// How many bytes were written.
    pub bytes: u64,
}

/// What an interpreter lock did during a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GilTotals {
    /// How often it went from one worker to another; null for CPython's, which does not report it.
    pub switches: Option<u64>,
    /// Whether the waiting time is an estimate, as for CPython's lock.
    #[serde(default)]
    pub is_estimate: bool,
    /// How long workers waited for it, summed over the workers.
    #[serde(deserialize_with = "foreign::measured")]
    pub wait_s: f64,
}

/// What the kernel's scheduler did with the workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextSwitches {
    /// The worker gave up its core in order to wait.
    pub voluntary: u64,
    /// The scheduler took the core away.
    pub involuntary: u64,
}

/// One worker of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerRecord {
    /// Its number.
    pub worker: u32,
    /// Its process; null if it never started to run.
    pub pid: Option<u32>,
    /// Its thread; null if it never started to run.
    pub tid: Option<u32>,
    /// The number of tasks that it ended.
    pub tasks: u32,
    /// Its CPU time.
    #[serde(deserialize_with = "foreign::measured")]
    pub cpu_s: f64,
    /// Its proportional set size when its last task ended; null for threads.
    pub memory_bytes: Option<u64>,
    /// Its time by phase; the sum is `wall_s`.
    pub phases_s: PhaseTimes,
    /// How long it waited for a core during its whole life, according to the kernel; null if the kernel does not report
    /// it.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub run_queue_wait_s: Option<f64>,
    /// How long it waited for the interpreter lock; null if there was none.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub gil_wait_s: Option<f64>,
    /// How often a stamp found it on another core than the previous stamp, starting with its first task.
    #[serde(default)]
    pub migrations: u64,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskOutcome {
    /// It succeeded.
    Ok,
    /// It failed; its `error` says why.
    Failed,
}

/// One task of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Its number.
    pub task: u32,
    /// The worker that executed it.
    pub worker: u32,
    /// When it started.
    #[serde(deserialize_with = "foreign::measured")]
    pub start_s: f64,
    /// When it ended; null if its worker died or was stopped during the task.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub end_s: Option<f64>,
    /// How it ended.
    pub outcome: TaskOutcome,
    /// Why it failed.
    #[serde(default, deserialize_with = "foreign::error_or_null")]
    pub error: Option<String>,
}

/// One core during a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoreRecord {
    /// Its number.
    pub core: u16,
    /// CPU time of the run's workers on it.
    #[serde(deserialize_with = "foreign::measured")]
    pub workers_s: f64,
    /// CPU time of everything else on it, including the observer and the loopback server; null if the run was shorter
    /// than two windows of the kernel's coarse accounting.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub others_s: Option<f64>,
    /// How long the host of a virtual machine gave it to others although something here needed it; null like
    /// `others_s`.
    pub stolen_s: Option<f64>,
}

/// The number of events of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTotals {
    /// Kept for the trace.
    pub recorded: u64,
    /// Left out of the trace because a lane was full. Totals do not need them.
    pub dropped: u64,
}

/// The cost of watching a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observer {
    /// CPU time of sampling and drawing during the run.
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
