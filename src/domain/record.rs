//! A finished run: the plan, the results, and every caveat about them. Its serialization is the program's JSON.
//!
//! All `*_s` are in seconds: moments since `t0`, just before the first worker was created, or lengths. Unknown values
//! are null, never 0.

mod stored;

use serde::{Deserialize, Serialize};
pub use stored::WithCaveats;

use super::{
    counter::CounterTotals,
    foreign,
    function::FunctionFacts,
    phase::{Phase, PhaseTimes},
    plan::Plan,
    python::GilState,
    shared_file::SharedFile,
};
use crate::catalog::caveat::{Caveat, CaveatKind};

/// With more tasks than this, the JSON omits the list of tasks unless the user asks for it.
pub const TASKS_LISTED: usize = 10_000;
/// The maximum size of the output that is kept from a run, in bytes.
pub const OUTPUT_KEPT: usize = 16 << 10;
/// The maximum number of failed tasks whose reasons a record keeps.
pub const FAILURES_KEPT: usize = 1_000;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every task was executed; some may have failed.
    Completed,
    /// The user stopped it. What was measured until then is kept.
    Cancelled,
    /// The run itself failed, for example because a worker died.
    Failed,
}

impl Outcome {
    /// The name in JSON and on the screen.
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
    /// The number of the round, in which every configuration runs once. Round 0 is the warm-up round and does not
    /// count.
    pub round: u32,
    /// Whether the campaign measures two plans in turn until their ratio is decided. Its rounds are pairs of runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_turn: bool,
}

/// A run that is to be measured.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOrder {
    /// The plan to run.
    pub plan: Plan,
    /// The place in a campaign, if the run belongs to one.
    pub part: Option<CampaignPart>,
}

impl From<Plan> for RunOrder {
    /// A run that is measured alone.
    fn from(plan: Plan) -> RunOrder {
        RunOrder { plan, part: None }
    }
}

/// A finished run. Records that are read from a file were checked, because anyone may have written it. The JSON is
/// flat; the groups exist only to make the code readable.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(remote = "Self")]
pub struct Record {
    /// The id, which is unique across sessions and as text sorts by time (UUID version 7).
    pub id: String,
    /// The place in a campaign; null if the run was measured alone.
    pub campaign: Option<CampaignPart>,
    /// The wall-clock time of `t0`, RFC 3339, UTC.
    pub started_at: String,
    /// What the user asked for.
    #[serde(serialize_with = "super::plan::stored::serialize")]
    pub plan: Plan,
    /// How the run ended, and which tasks did not succeed.
    #[serde(flatten)]
    pub ending: RunEnding,
    /// How the run spent its time. Speed-ups compare `wall_s`.
    #[serde(flatten)]
    pub times: RunTimes,
    /// Facts about the interpreter, or about the emulated lock.
    #[serde(flatten)]
    pub interpreter: InterpreterFacts,
    /// What the operating system counted for the run.
    #[serde(flatten)]
    pub system: SystemFacts,
    /// One entry per worker.
    pub workers: Vec<WorkerRecord>,
    /// One entry per started task, by number; null with more than [`TASKS_LISTED`] tasks unless the user asked for all.
    pub tasks: Option<Vec<TaskRecord>>,
    /// One entry per usable core, and per core that a worker ran on.
    pub cores: Vec<CoreRecord>,
    /// How the run was measured, and its caveats.
    #[serde(flatten)]
    pub measurement: Measurement,
}

/// How a run ended, and which tasks did not succeed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunEnding {
    /// Whether the run was completed, cancelled or failed.
    pub outcome: Outcome,
    /// The reason of a failure; null unless `outcome` is `failed`.
    pub error: Option<String>,
    /// Tasks that started and did not succeed.
    pub tasks_failed: u32,
    /// Tasks that no worker had started when the run ended.
    pub tasks_not_begun: u32,
    /// The first [`FAILURES_KEPT`] tasks that started and did not succeed, by number, with the reason.
    pub failures: Vec<TaskRecord>,
}

/// How a run spent its time. Speed-ups compare `wall_s`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunTimes {
    /// The time from `t0` to the last worker's last stamp.
    pub wall_s: f64,
    /// The time from `t0` to the start of the first task; null if no task started.
    pub startup_s: Option<f64>,
    /// The time from the last worker's last stamp until all workers were joined or reaped.
    pub teardown_s: f64,
    /// The workers' CPU time, from their CPU clocks.
    pub cpu_s: f64,
    /// The mean number of tasks in flight.
    pub concurrency: f64,
    /// The mean number of cores in use: `cpu_s / wall_s`.
    pub parallelism: f64,
    /// How long at least two workers were in the phase computing at the same time, from their events. Null if events
    /// were dropped, and under CPython's lock, for which the phase is estimated.
    pub computing_overlap_s: Option<f64>,
    /// The time in each phase, summed over the workers. All phases together are `wall_s` × workers.
    pub phases_s: PhaseTimes,
}

/// Facts about the interpreter, or about the emulated lock.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct InterpreterFacts {
    /// The interpreter lock that all workers shared, emulated or CPython's; null without a shared lock.
    pub gil: Option<GilTotals>,
    /// What CPython reported about the run; null for native models, and if the interpreter did not get that far.
    pub python: Option<PythonRecord>,
}

/// What the operating system counted for a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SystemFacts {
    /// Context switches, summed over the workers.
    pub context_switches: Option<ContextSwitches>,
    /// How often workers moved to a different core, summed over the workers. Each stamp is compared with the previous
    /// one, so moves between two stamps are not seen.
    pub migrations: u64,
    /// The memory of the workers, summed over them, or of the interpreter in which they are threads.
    pub memory_bytes: Option<u64>,
    /// The contents of the file that all workers wrote; null if each task has its own file.
    pub shared_file: Option<SharedFile>,
    /// The number to which the workers added; null for other work, and unless all tasks succeeded.
    pub counter: Option<CounterTotals>,
    /// What was seen of the user's function; null for other work.
    pub function: Option<FunctionFacts>,
}

/// How a run was measured, and its caveats.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// The events from which the trace was made.
    pub events: EventTotals,
    /// The cost of watching the run.
    pub observer: Observer,
    /// How waiting for a core was measured.
    pub phase_source: PhaseSource,
    /// How the causes of waits are known; null unless the workers' threads were watched from outside.
    pub blocked: Option<BlockedTotals>,
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
    /// It was not: what happens within a call of the user's function is in the phase computing.
    #[serde(rename = "calls")]
    Calls,
    /// By the kernel's records of each switch, its account of waiting for a core, and samples of the system calls of
    /// blocked threads.
    #[serde(rename = "switches+syscalls")]
    SwitchesAndSyscalls,
    /// By samples of each thread: of its system call, and of the kernel's account of its time on a core and of waiting for
    /// one.
    #[serde(rename = "samples")]
    Samples,
}

/// How the causes of the workers' waits are known, summed over the workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BlockedTotals {
    /// Waits during which a sample saw what the thread waited for.
    #[serde(deserialize_with = "foreign::measured")]
    pub sampled_s: f64,
    /// Waits without a sample, which count as the sampled one of the most similar length.
    #[serde(deserialize_with = "foreign::measured")]
    pub estimated_s: f64,
    /// The number of switch records that were lost. Where they are missing, the workers' own clocks hold.
    pub lost_records: u64,
    /// The number of samples in which a thread waited; null unless the kernel refused to record the switches of some thread.
    #[serde(default)]
    pub samples: Option<u64>,
}

impl Measurement {
    /// How far a share of the waiting may be from the truth at least, if it is known from samples alone: 1.96 standard errors
    /// of a half, as if each sample were independent of the one before.
    pub fn sampling_error(&self) -> Option<f64> {
        let samples = self.blocked?.samples?;
        Some((0.98 / (samples.max(1) as f64).sqrt()).min(1.0))
    }
}

impl PhaseSource {
    /// Whether waiting for the interpreter lock was estimated.
    pub fn estimates_gil(self) -> bool {
        matches!(
            self,
            PhaseSource::ClockAndSchedstatGilEstimated
                | PhaseSource::ClockGilEstimated
                | PhaseSource::Samples
        )
    }
}

impl Record {
    /// Whether the run did all its work, so that it can be a baseline or be compared with one.
    pub fn is_sound(&self) -> bool {
        self.ending.outcome == Outcome::Completed && self.ending.tasks_failed == 0
    }

    /// Whether the run did not do all its work, although nobody stopped it.
    pub fn has_broken(&self) -> bool {
        !self.is_sound() && self.ending.outcome != Outcome::Cancelled
    }

    /// The id of the run's campaign.
    pub fn campaign_id(&self) -> Option<&str> {
        self.campaign.as_ref().map(|part| &part.id[..])
    }

    /// The phases that the run could have by its plan, and those that it had: the kernel also tells of phases within a
    /// call of the user's function.
    pub fn phases(&self) -> Vec<Phase> {
        let possible = self.plan.phases();
        let is_there = |phase: &Phase| possible.contains(phase) || self.times.phases_s[*phase] > 0;
        Phase::LISTED.into_iter().filter(is_there).collect()
    }

    /// Whether the run belongs to the warm-up round. Its time then says nothing about its plan.
    pub fn is_warm_up(&self) -> bool {
        self.campaign.as_ref().is_some_and(|part| part.round == 0)
    }

    /// Whether the time counts for the configuration: the run did all its work, was not a warm-up run, and took a
    /// measurable time.
    pub fn is_counted(&self) -> bool {
        self.is_sound() && !self.is_warm_up() && self.times.wall_s > 0.0
    }

    /// Whether the run did `work` serially and soundly, natively or with the same interpreter.
    pub fn is_baseline_of(&self, work: &Plan) -> bool {
        self.plan.is_serial()
            && self.is_sound()
            && self.plan.same_work(work)
            && self.plan.interpreter() == work.interpreter()
    }

    /// Whether something else changed the run's time, so that the time says little about the plan: other programs on
    /// the cores, the host of a virtual machine, a CPU quota that others used, or a pause of the program. Tasks that wait are not
    /// slowed down by a busy core. A quota that the workers used up belongs to the machine, as its number of cores does.
    pub fn is_disturbed(&self) -> bool {
        let always = [
            CaveatKind::CoresTaken,
            CaveatKind::Stolen,
            CaveatKind::Throttled,
            CaveatKind::Suspended,
        ];
        let workload = self.plan.workload;
        let may_compute = workload.computes() || workload.is_opaque();
        always.into_iter().any(|kind| self.has_caveat(kind))
            || (may_compute && self.has_caveat(CaveatKind::RunQueueWait))
    }

    /// How long all workers waited for a core during their whole lives, according to the kernel, in seconds. `None` if
    /// the kernel does not report it.
    pub fn run_queue_wait_s(&self) -> Option<f64> {
        let waits: Option<f64> = self
            .workers
            .iter()
            .map(|worker| worker.run_queue_wait_s)
            .sum();
        waits.filter(|_| !self.workers.is_empty())
    }

    /// Whether the run has a caveat of this kind that does not depend on other runs.
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
    /// Whether the lock was on. Every interpreter that executed tasks was probed after its imports. Null if they do not
    /// agree.
    pub gil: Option<GilState>,
    /// The time from `t0` to the first line of Python: the start of the interpreter itself.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub interpreter_s: Option<f64>,
    /// The time from then until everything was imported.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub imports_s: Option<f64>,
    /// The time from then until the pool had made all its workers.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub pool_s: Option<f64>,
    /// The proportional set size of the process that made the workers, at the end of the run. If the workers are
    /// threads, they share it.
    pub memory_bytes: Option<u64>,
    /// The CPU time of threads and processes that managed the workers: starting, handing out tasks, collecting results.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub manager_cpu_s: Option<f64>,
    /// The output of the run; null if it printed nothing.
    pub output: Option<PrintedOutput>,
}

/// What the processes of a run wrote to standard output and standard error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedOutput {
    /// The start of the output, at most [`OUTPUT_KEPT`] bytes, without control characters except line ends.
    #[serde(deserialize_with = "foreign::printed")]
    pub text: String,
    /// The size of the whole output.
    pub bytes: u64,
}

/// What an interpreter lock did during a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GilTotals {
    /// How often the lock went from one worker to another; null for CPython's, which does not report it.
    pub switches: Option<u64>,
    /// Whether the waiting time is an estimate, as for CPython's lock.
    #[serde(default)]
    pub is_estimate: bool,
    /// How long workers waited for the lock, summed over the workers.
    #[serde(deserialize_with = "foreign::measured")]
    pub wait_s: f64,
}

/// What the kernel's scheduler did with the workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextSwitches {
    /// How often a worker gave up its core in order to wait.
    pub voluntary: u64,
    /// How often the scheduler took the core away.
    pub involuntary: u64,
}

/// One worker of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerRecord {
    /// The worker's number.
    pub worker: u32,
    /// The process id; null if the worker never started to run.
    pub pid: Option<u32>,
    /// The thread id; null if the worker never started to run.
    pub tid: Option<u32>,
    /// The number of tasks that the worker ended.
    pub tasks: u32,
    /// The worker's CPU time.
    #[serde(deserialize_with = "foreign::measured")]
    pub cpu_s: f64,
    /// What the worker occupied when its last task had ended: a process its proportional set size, a thread of this
    /// program the touched pages of its stack. Null for a thread of Python.
    pub memory_bytes: Option<u64>,
    /// The worker's time by phase; the sum is `wall_s`.
    pub phases_s: PhaseTimes,
    /// How long the worker waited for a core during its whole life, according to the kernel; null if the kernel does
    /// not report it.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub run_queue_wait_s: Option<f64>,
    /// How long the worker waited for the interpreter lock; null if there was none.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub gil_wait_s: Option<f64>,
    /// How often a stamp found the worker on a different core from the previous stamp, starting with its first task.
    #[serde(default)]
    pub migrations: u64,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskOutcome {
    /// It succeeded.
    Ok,
    /// It failed; `error` says why.
    Failed,
}

/// One task of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// The task's number.
    pub task: u32,
    /// The worker that executed it.
    pub worker: u32,
    /// The task's start, in seconds since `t0`.
    #[serde(deserialize_with = "foreign::measured")]
    pub start_s: f64,
    /// The task's end, in seconds since `t0`; null if its worker died or was stopped during the task.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub end_s: Option<f64>,
    /// Whether the task succeeded.
    pub outcome: TaskOutcome,
    /// Why the task failed; null if it succeeded.
    #[serde(default, deserialize_with = "foreign::error_or_null")]
    pub error: Option<String>,
}

/// One core during a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoreRecord {
    /// The core's number.
    pub core: u16,
    /// CPU time of the run's workers on the core.
    #[serde(deserialize_with = "foreign::measured")]
    pub workers_s: f64,
    /// CPU time of everything else on the core, including the observer and the loopback server; null if the run was
    /// shorter than two windows of the kernel's coarse accounting.
    #[serde(default, deserialize_with = "foreign::measured_or_null")]
    pub others_s: Option<f64>,
    /// How long the host of a virtual machine gave the core to others although something here needed it; null like
    /// `others_s`.
    pub stolen_s: Option<f64>,
}

/// The number of events of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTotals {
    /// The number of events in the trace.
    pub recorded: u64,
    /// The number of events left out of the trace because a lane was full. Totals do not need them.
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
