//! The numbers of a run. Each is described once. These are views of the description: columns of the history, details,
//! comparisons, tables for shell and documents, CSV, the text behind `i`, the method of a report, and the descriptions
//! of the JSON schema.
//!
//! Screens and tables show the metrics in the order of this file.

use std::sync::LazyLock;

use crate::domain::{
    counter::{CounterTotals, HandOverWay},
    phase::Phase,
    record::{PythonRecord, Record},
    speedup::Gain,
    stats,
    text::capitalized,
    time::seconds,
};

/// The unit of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Seconds that are shown in thousandths if a column has one unit.
    Milliseconds,
    /// Bytes.
    Bytes,
    /// A whole number.
    Count,
    /// A mean over the run, for example of the cores in use.
    Average,
    /// A number from 0 to 1, shown as a percentage.
    Share,
    /// How many times as fast. Differences between two such numbers mean nothing.
    Times,
}

/// The heading of a number in grouped lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricGroup {
    /// Metrics of every run.
    Run,
    /// Metrics that only CPython reports.
    Python,
    /// The time that all workers spent in this phase.
    Phase(Phase),
}

/// Whether a number is a column of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryColumn {
    /// Never a column.
    Never,
    /// A column if there is room for it and for all with a lower number.
    Shown(u8),
    /// A column only if the user asks for it.
    Hidden,
}

/// Reads a number from a record and its gain over the baseline, if it has one.
type ReadMetric = fn(&Record, Option<Gain>) -> Option<f64>;

/// A number of a run.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The id in the program, which is also the name of the CSV column.
    pub id: &'static str,
    /// The path in the JSON of a record, with slashes between the keys; empty if the number is computed from others.
    pub json: &'static str,
    /// The name in sentences and lists.
    pub name: &'static str,
    /// The heading of a narrow column.
    pub short: &'static str,
    /// The unit of [`Metric::of`].
    pub unit: Unit,
    /// The meaning in a few words.
    pub meaning: &'static str,
    /// How the number was measured: a promise about the engine. Empty if the meaning says it.
    pub how: &'static str,
    /// The group under which lists show it.
    pub group: MetricGroup,
    /// Whether the history has a column for it.
    pub column: HistoryColumn,
    /// The other places that show it: a sum of [`DETAILS`], [`ALWAYS`], [`COMPARISON`], [`PART`] and [`TABLES`].
    places: u8,
    read: ReadMetric,
    is_estimate: fn(&Record) -> bool,
}

/// In the details of a run, if the value is known.
pub const DETAILS: u8 = 1;
/// In the details even if the value is not known.
pub const ALWAYS: u8 = 2;
/// In comparisons.
pub const COMPARISON: u8 = 4;
/// In comparisons, indented below the previous metric.
pub const PART: u8 = 8;
/// In tables of runs.
pub const TABLES: u8 = 16;

impl Metric {
    /// Whether this place shows the metric, for example `metric.is_in(DETAILS)`.
    pub fn is_in(&self, place: u8) -> bool {
        self.places & place != 0
    }

    /// The phase whose time the metric is, if it is one.
    pub fn phase(&self) -> Option<Phase> {
        match self.group {
            MetricGroup::Phase(phase) => Some(phase),
            MetricGroup::Run | MetricGroup::Python => None,
        }
    }

    /// The value for this run, in seconds, bytes or plain. `None` if it was not measured or has no meaning.
    pub fn of(&self, record: &Record, gain: Option<Gain>) -> Option<f64> {
        match self.phase() {
            Some(phase) => Some(seconds(record.times.phases_s[phase])),
            None => (self.read)(record, gain),
        }
    }

    /// Whether the value for this run is an estimate.
    pub fn is_estimate(&self, record: &Record) -> bool {
        (self.is_estimate)(record)
    }

    /// The meaning, and how it was measured.
    pub fn explanation(&self) -> String {
        if self.how.is_empty() {
            self.meaning.into()
        } else {
            format!("{}: {}", self.meaning, self.how)
        }
    }

    /// The name, the meaning and the measurement as a sentence.
    pub fn sentence(&self) -> String {
        format!("{}, {}.", capitalized(self.name), self.explanation())
    }

    const fn short(mut self, short: &'static str) -> Metric {
        self.short = short;
        self
    }

    const fn json(mut self, json: &'static str) -> Metric {
        self.json = json;
        self
    }

    const fn python(mut self, json: &'static str) -> Metric {
        self.group = MetricGroup::Python;
        self.json(json)
    }

    const fn column(mut self, column: HistoryColumn) -> Metric {
        self.column = column;
        self
    }

    const fn places(mut self, places: u8) -> Metric {
        self.places = places;
        self
    }

    const fn estimated(mut self, is_estimate: fn(&Record) -> bool) -> Metric {
        self.is_estimate = is_estimate;
        self
    }
}

const fn metric(
    id: &'static str,
    name: &'static str,
    unit: Unit,
    read: ReadMetric,
    meaning: &'static str,
    how: &'static str,
) -> Metric {
    Metric {
        id,
        json: id,
        name,
        short: name,
        unit,
        meaning,
        how,
        group: MetricGroup::Run,
        column: HistoryColumn::Never,
        places: 0,
        read,
        is_estimate: |_| false,
    }
}

/// The time in a phase, from the description of the phase.
fn of_phase(phase: Phase) -> Metric {
    let about = phase.description();
    Metric {
        group: MetricGroup::Phase(phase),
        ..metric(
            about.column,
            about.name,
            Unit::Seconds,
            |_, _| None,
            about.meaning,
            about.how,
        )
        .json("")
        .places(DETAILS | COMPARISON)
        .estimated(match phase {
            Phase::Gil => |record| record.measurement.phase_source.estimates_gil(),
            _ => |_| false,
        })
    }
}

/// All metrics, in the order in which screens and tables show them.
pub static METRICS: LazyLock<Vec<Metric>> = LazyLock::new(|| {
    let phases = Phase::MEASURED.into_iter().map(of_phase);
    let before = BEFORE_PHASES.iter().cloned();
    before
        .chain(phases)
        .chain(AFTER_PHASES.iter().cloned())
        .collect()
});

/// The metric with this id.
///
/// # Panics
/// If there is no such metric.
pub fn metric_named(id: &str) -> &'static Metric {
    METRICS
        .iter()
        .find(|metric| metric.id == id)
        .unwrap_or_else(|| panic!("no metric is called {id}"))
}

use HistoryColumn::{Hidden, Shown};
use Unit::{Average, Bytes, Count, Milliseconds, Seconds, Share, Times};

const BEFORE_PHASES: &[Metric] = &[
    metric(
        "wall_s",
        "time",
        Seconds,
        |run, _| Some(run.times.wall_s),
        "from creating workers to the end",
        "from just before the first worker was created to the last stamp of the last worker, by \
         the monotonic clock, which each worker reads itself. Joining or reaping the workers \
         comes after it",
    )
    .column(Shown(2))
    .places(DETAILS | TABLES),
    metric(
        "speedup",
        "speed-up",
        Times,
        |_, gain| Some(gain?.factor),
        "times as fast as the baseline",
        "the time of the baseline divided by the time of this run. It has two digits, because both \
         are single runs",
    )
    .json("speedup/factor")
    .column(Shown(3))
    .places(DETAILS | ALWAYS | TABLES),
    metric(
        "concurrency",
        "concurrency",
        Average,
        |run, _| Some(run.times.concurrency),
        "tasks in flight, on average",
        "the durations of all tasks, summed and divided by the time",
    )
    .short("conc.")
    .column(Shown(12))
    .places(DETAILS | COMPARISON | TABLES),
    metric(
        "parallelism",
        "parallelism",
        Average,
        |run, _| Some(run.times.parallelism),
        "cores in use, on average",
        "the CPU time of all workers divided by the time, never counted from phases",
    )
    .short("par.")
    .column(Shown(11))
    .places(DETAILS | COMPARISON | TABLES),
    metric(
        "computing_overlap_s",
        "overlap",
        Seconds,
        |run, _| run.times.computing_overlap_s,
        "two or more workers computed at once",
        "how long at least two workers were in the phase computing at the same moment, from all \
         their events. Not known if events were dropped, and under CPython's own GIL, for which \
         that phase is an estimate",
    )
    .places(DETAILS | COMPARISON),
    metric(
        "efficiency",
        "efficiency",
        Share,
        |run, gain| gain?.efficiency(run.plan.workers),
        "speed-up divided by workers",
        "only over a baseline of one worker. If workers wait, it says nothing about cores",
    )
    .json("")
    .short("eff.")
    .column(Shown(13))
    .places(DETAILS | TABLES),
    metric(
        "startup_s",
        "start-up",
        Milliseconds,
        |run, _| run.times.startup_s,
        "until the first task started",
        "from just before the first worker was created. All workers wait until the last one is \
         ready. Not known if no task started",
    )
    .column(Shown(14))
    .places(DETAILS | ALWAYS | COMPARISON | TABLES),
    metric(
        "interpreter_s",
        "interpreter",
        Seconds,
        |run, _| python(run)?.interpreter_s,
        "until Python ran its first line",
        "the first part of the start-up, from just before the interpreter was created",
    )
    .python("python/interpreter_s")
    .places(DETAILS | ALWAYS | COMPARISON | PART),
    metric(
        "imports_s",
        "imports",
        Seconds,
        |run, _| python(run)?.imports_s,
        "then until all imports were done",
        "",
    )
    .python("python/imports_s")
    .places(DETAILS | ALWAYS | COMPARISON | PART),
    metric(
        "pool_s",
        "pool",
        Seconds,
        |run, _| python(run)?.pool_s,
        "then until all workers existed",
        "",
    )
    .python("python/pool_s")
    .places(DETAILS | ALWAYS | COMPARISON | PART),
    metric(
        "teardown_s",
        "teardown",
        Seconds,
        |run, _| Some(run.times.teardown_s),
        "from the end until all workers were gone",
        "from the last stamp of the last worker until all were joined or reaped; not part of the \
         time",
    )
    .places(DETAILS),
    metric(
        "task_time_s",
        "task took",
        Seconds,
        |run, _| stats::median(&task_times(run)?),
        "median duration of a task",
        "from the start of a task to its end, for all tasks that ended. Not known if the list of \
         tasks was too long to keep",
    )
    .json("")
    .column(Hidden)
    .places(DETAILS | COMPARISON | TABLES),
    metric(
        "task_time_max_s",
        "longest task",
        Seconds,
        |run, _| task_times(run)?.into_iter().reduce(f64::max),
        "duration of the longest task",
        "",
    )
    .json("")
    .column(Hidden)
    .places(DETAILS | COMPARISON | TABLES),
];

const AFTER_PHASES: &[Metric] = &[
    metric(
        "workers",
        "workers",
        Count,
        |run, _| Some(run.plan.workers.into()),
        "threads or processes",
        "subinterpreters or tasks of an event loop under some models of Python",
    )
    .json("")
    .column(Shown(6))
    .places(COMPARISON),
    metric(
        "tasks",
        "tasks",
        Count,
        |run, _| Some(run.plan.tasks.into()),
        "each is executed once",
        "",
    )
    .json("")
    .column(Shown(8)),
    metric(
        "tasks_failed",
        "failed tasks",
        Count,
        |run, _| Some(run.ending.tasks_failed.into()),
        "tasks that started and did not succeed",
        "",
    ),
    metric(
        "tasks_not_begun",
        "tasks not started",
        Count,
        |run, _| Some(run.ending.tasks_not_begun.into()),
        "tasks that no worker had started when the run ended",
        "",
    ),
    metric(
        "cpu_s",
        "CPU time",
        Seconds,
        |run, _| Some(run.times.cpu_s),
        "of all workers, by CPU clocks",
        "the kernel's CPU clock of each worker's thread, summed",
    )
    .column(Shown(15))
    .places(DETAILS | TABLES),
    metric(
        "manager_cpu_s",
        "manager CPU",
        Seconds,
        |run, _| python(run)?.manager_cpu_s,
        "of the process that starts workers",
        "CPU time of the process that starts the workers, hands out tasks and collects results",
    )
    .python("python/manager_cpu_s")
    .places(DETAILS | ALWAYS | COMPARISON),
    metric(
        "total_memory_bytes",
        "memory",
        Bytes,
        |run, _| memory(run),
        "PSS, or stack pages of threads",
        "of a process its proportional set size (PSS): private pages, and a fair part of each \
         shared page. Of a thread of this program the touched pages of its stack, as it shares all \
         other memory. Both are read when the last task of each worker has ended, and summed. The \
         process that created Python's workers is included",
    )
    .json("")
    .column(Hidden)
    .places(DETAILS | COMPARISON),
    metric(
        "memory_bytes",
        "worker memory",
        Bytes,
        |run, _| bytes(run.system.memory_bytes),
        "of the workers alone",
        "of processes the proportional set size, of threads of this program the touched pages of \
         their stacks, summed. For Python's threads, subinterpreters and event loop it is the \
         proportional set size of their process",
    ),
    metric(
        "manager_memory_bytes",
        "manager memory",
        Bytes,
        |run, _| bytes(python(run)?.memory_bytes),
        "of the process that starts workers",
        "proportional set size at the end; if workers are threads, it is that of their process",
    )
    .python("python/memory_bytes")
    .places(DETAILS),
    metric(
        "context_switches",
        "context switches",
        Count,
        |run, _| {
            run.system
                .context_switches
                .map(|it| (it.voluntary + it.involuntary) as f64)
        },
        "times workers left their core",
        "the kernel's count of each thread's context switches over its whole life (getrusage), \
         summed. Not known if a worker died",
    )
    .json("")
    .column(Shown(16))
    .places(DETAILS | COMPARISON),
    metric(
        "voluntary_switches",
        "voluntary",
        Count,
        |run, _| run.system.context_switches.map(|it| it.voluntary as f64),
        "a worker left its core to wait",
        "the kernel's count of each thread's voluntary context switches over its whole life \
         (getrusage), summed",
    )
    .json("context_switches/voluntary")
    .places(DETAILS),
    metric(
        "involuntary_switches",
        "involuntary",
        Count,
        |run, _| run.system.context_switches.map(|it| it.involuntary as f64),
        "the scheduler took the core",
        "the kernel's count of each thread's involuntary context switches over its whole life \
         (getrusage), summed",
    )
    .json("context_switches/involuntary")
    .places(DETAILS),
    metric(
        "gil_switches",
        "GIL switches",
        Count,
        |run, _| {
            run.interpreter
                .gil?
                .switches
                .map(|switches| switches as f64)
        },
        "times the GIL changed hands",
        "counted by the emulated GIL each time it goes to another worker, the first time \
         included. CPython does not report it",
    )
    .json("gil/switches")
    .column(Hidden)
    .places(DETAILS | COMPARISON),
    metric(
        "gil_wait_s",
        "GIL wait",
        Seconds,
        |run, _| Some(run.interpreter.gil?.wait_s),
        "summed over the workers",
        "the time of the phase gil. For CPython's own GIL it is an estimate",
    )
    .json("gil/wait_s"),
    metric(
        "migrations",
        "migrations",
        Count,
        |run, _| Some(run.system.migrations as f64),
        "times a worker changed its core",
        "counted from a worker's first task on, each time a stamp finds the worker on another core \
         than the stamp before. What happens between two stamps is not seen",
    )
    .column(Hidden)
    .places(DETAILS),
    metric(
        "additions_expected",
        "all additions",
        Count,
        |run, _| Some(counter(run)?.expected as f64),
        "which the final number is if none is lost",
        "the additions of a task times the number of tasks",
    )
    .json("counter/expected")
    .places(DETAILS | COMPARISON),
    metric(
        "counter_found",
        "final number",
        Count,
        |run, _| Some(counter(run)?.found as f64),
        "after the last addition",
        "read by the process that started the workers. If each of them has its own number, this one \
         stays 0",
    )
    .json("counter/found")
    .places(DETAILS | COMPARISON),
    metric(
        "additions_lost",
        "lost additions",
        Count,
        |run, _| Some(counter(run)?.lost() as f64),
        "missing in the final number",
        "all additions minus the final number",
    )
    .json("")
    .short("lost")
    .column(Hidden)
    .places(DETAILS | COMPARISON | TABLES),
    metric(
        "handover_shared_s",
        "shared block",
        Seconds,
        |run, _| counter(run)?.handed_over(HandOverWay::Shared),
        "until a worker had it in shared memory",
        "median over the workers, each before it starts: from asking for the block until a byte of \
         each of its pages was read",
    )
    .json("")
    .places(DETAILS | COMPARISON),
    metric(
        "handover_copy_on_write_s",
        "forked block",
        Seconds,
        |run, _| counter(run)?.handed_over(HandOverWay::CopyOnWrite),
        "until a forked worker had it, copied on write",
        "",
    )
    .json("")
    .places(DETAILS | COMPARISON),
    metric(
        "handover_socket_s",
        "sent block",
        Seconds,
        |run, _| counter(run)?.handed_over(HandOverWay::Socket),
        "until a worker had it through a socket",
        "the workers ask for it one after the other",
    )
    .json("")
    .places(DETAILS | COMPARISON),
    metric(
        "handover_pickled_s",
        "pickled block",
        Seconds,
        |run, _| counter(run)?.handed_over(HandOverWay::Pickled),
        "until a worker had it through pickle",
        "as multiprocessing does it: pickled, sent through a socket, and unpickled",
    )
    .json("")
    .places(DETAILS | COMPARISON),
    metric(
        "printed_bytes",
        "printed",
        Bytes,
        |run, _| bytes(Some(python(run)?.output.as_ref()?.bytes)),
        "to stdout and stderr, shown below",
        "all that the processes of the run printed. The first part is kept and shown, without \
         control characters",
    )
    .python("python/output/bytes")
    .places(DETAILS),
    metric(
        "events_recorded",
        "events",
        Count,
        |run, _| Some(run.measurement.events.recorded as f64),
        "kept for the timeline",
        "",
    )
    .json("events/recorded"),
    metric(
        "events_dropped",
        "dropped events",
        Count,
        |run, _| Some(run.measurement.events.dropped as f64),
        "missing in the timeline because a lane was full",
        "totals stay exact",
    )
    .json("events/dropped"),
    metric(
        "observer_cpu_s",
        "own CPU",
        Seconds,
        |run, _| Some(run.measurement.observer.cpu_s),
        "of pconc-tui, for sampling and drawing",
        "during the run; above 2 % of a core it is a caveat",
    )
    .json("observer/cpu_s")
    .places(DETAILS),
];

fn counter(run: &Record) -> Option<&CounterTotals> {
    run.system.counter.as_ref()
}

fn python(run: &Record) -> Option<&PythonRecord> {
    run.interpreter.python.as_ref()
}

/// The duration of each task that ended, in no particular order.
fn task_times(run: &Record) -> Option<Vec<f64>> {
    let tasks = run.tasks.as_ref()?.iter();
    Some(
        tasks
            .filter_map(|task| Some(task.end_s? - task.start_s))
            .collect(),
    )
}

fn bytes(bytes: Option<u64>) -> Option<f64> {
    bytes.map(|bytes| bytes as f64)
}

/// Memory of the workers and of the Python process that made them. If the workers are threads of that process, only its
/// own.
fn memory(run: &Record) -> Option<f64> {
    let manager = python(run).and_then(|python| python.memory_bytes);
    let has_processes = run.plan.model().has_processes();
    match (run.system.memory_bytes, manager) {
        (Some(workers), Some(manager)) if has_processes => bytes(Some(workers + manager)),
        (workers, manager) => bytes(manager.or(workers)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload},
        domain::{
            python::GilState,
            record::{TaskOutcome, TaskRecord},
        },
        fixtures::{explorer, sample},
    };

    #[test]
    fn every_number_has_an_id_and_a_name_of_its_own() {
        for of in [|metric: &Metric| metric.id, |metric: &Metric| metric.name] {
            let different: BTreeSet<&str> = METRICS.iter().map(of).collect();
            assert_eq!(different.len(), METRICS.len());
        }
    }

    #[test]
    fn memory_is_that_of_the_workers_and_of_the_process_that_made_them() {
        for (model, workers, manager, all) in [
            (Model::Threads, None, None, None),
            (Model::Processes, Some(7), None, Some(7.0)),
            (Model::PythonProcesses, Some(7), Some(5), Some(12.0)),
            (Model::PythonProcesses, None, Some(5), Some(5.0)),
            (Model::PythonThreads, Some(5), Some(5), Some(5.0)),
        ] {
            let mut record = sample::record(sample::plan(Workload::Cpu, model, 2), 1.0, 1.0);
            record.system.memory_bytes = workers;
            record.interpreter.python = manager.map(|bytes| PythonRecord {
                memory_bytes: Some(bytes),
                ..explorer::python(GilState::On)
            });
            let memory = metric_named("total_memory_bytes").of(&record, None);
            assert_eq!(memory, all, "{model:?}");
        }
    }

    #[test]
    fn the_task_time_is_of_the_tasks_that_ended_and_unknown_without_their_list() {
        let mut record = sample::record(sample::plan(Workload::Cpu, Model::Threads, 2), 1.0, 1.0);
        let task = |(task, start_s, end_s)| TaskRecord {
            task,
            worker: 0,
            start_s,
            end_s,
            outcome: TaskOutcome::Ok,
            error: None,
        };
        let tasks = [
            (0, 0.0, Some(1.0)),
            (1, 1.0, Some(4.0)),
            (2, 4.0, None),
            (3, 4.0, Some(6.0)),
        ];
        record.tasks = Some(tasks.map(task).to_vec());
        let of = |id, record: &Record| metric_named(id).of(record, None);
        assert_eq!(of("task_time_s", &record), Some(2.0));
        assert_eq!(of("task_time_max_s", &record), Some(3.0));
        record.tasks = None;
        assert_eq!(of("task_time_s", &record), None);
        assert_eq!(of("task_time_max_s", &record), None);
    }
}
