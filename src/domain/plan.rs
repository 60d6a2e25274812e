//! What the user asked for. A [`Draft`] holds anything a form or a command line can say; only a valid one becomes a
//! [`Plan`].

pub mod stored;

use std::fmt;

use super::executor::Executor;
use super::machine::{Limits, MAX_PYTHON_TASKS, MAX_TASKS};
use super::model::Model;
use super::phase::Phase;
use super::python::{FIRST_WITH_INTERPRETERS, GilState, Interpreter, OLDEST, Python, StartMethod};
use super::speed::Speed;
use super::text::grouped;
use super::workload::{Addresses, Files, LatencyRange, MAX_ITERATIONS, Workload, WorkloadKind};

/// The article's number of iterations.
pub const DEFAULT_ITERATIONS: u64 = 10_000_000;
/// The longest task that can be asked for, in milliseconds.
pub const MAX_TASK_MS: u64 = 600_000;
/// How often a task of the article writes its page.
pub const DEFAULT_WRITES: u64 = 50;
/// The most writes of a task.
pub const MAX_WRITES: u64 = 10_000;
/// How many addresses the article fetches from.
pub const DEFAULT_ADDRESSES: u64 = 16;
/// The most addresses.
pub const MAX_ADDRESSES: u64 = 1_000;
/// The longest latency of the embedded server, in milliseconds.
pub const MAX_LATENCY_MS: u64 = 60_000;
/// A page's size unless said otherwise, in bytes.
pub const DEFAULT_PAGE_BYTES: u64 = 60_000;
/// The largest page of the embedded server, in bytes.
pub const MAX_PAGE_BYTES: u64 = 8 << 20;
/// CPython's switch interval, in microseconds.
pub const DEFAULT_SWITCH_INTERVAL_US: u64 = 5_000;
/// The shortest and longest switch interval, in microseconds.
pub const SWITCH_INTERVAL_US: std::ops::RangeInclusive<u64> = 10..=10_000_000;
/// The most repeats of a run.
pub const MAX_REPEATS: u64 = 1_000;

/// How large a `cpu` task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskSize {
    /// So many steps of the loop.
    Iterations(u64),
    /// As many steps as take so many milliseconds on an idle core of this machine.
    Milliseconds(u64),
}

/// A plan as it is being written: every value is possible, also a wrong one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What a task does.
    pub workload: WorkloadKind,
    /// How it is executed.
    pub model: Model,
    /// How many workers.
    pub workers: u64,
    /// How many tasks.
    pub tasks: u64,
    /// How often the run is done.
    pub repeats: u64,
    /// Where the latencies of the addresses are drawn from.
    pub seed: u64,
    /// `cpu`: the size of a task.
    pub task_size: TaskSize,
    /// `io`: how often a task writes its page.
    pub writes: u64,
    /// `io`: where the pages are written to.
    pub files: Files,
    /// `io`: pages of the embedded server.
    pub addresses: u64,
    /// `io`: shortest latency of the embedded server, in milliseconds.
    pub latency_min_ms: u64,
    /// `io`: longest latency of the embedded server, in milliseconds.
    pub latency_max_ms: u64,
    /// `io`: size of a page of the embedded server, in bytes.
    pub page_bytes: u64,
    /// `io`: real addresses instead of the embedded server.
    pub urls: Option<Vec<String>>,
    /// `gil-threads`: after how long a waiting worker asks for the lock, in microseconds.
    pub switch_interval_us: u64,
    /// Python's models: by which interpreter.
    pub python: Option<Interpreter>,
    /// `python-processes`: how the processes are made; `None` is the interpreter's own default.
    pub start_method: Option<StartMethod>,
}

impl Draft {
    /// The workload with all its defaults.
    pub fn new(workload: WorkloadKind, model: Model, workers: u64) -> Draft {
        Draft {
            workload,
            model,
            workers,
            tasks: workload.default_tasks(),
            repeats: 1,
            seed: 1,
            task_size: TaskSize::Iterations(DEFAULT_ITERATIONS),
            writes: DEFAULT_WRITES,
            files: Files::OneEach,
            addresses: DEFAULT_ADDRESSES,
            latency_min_ms: 100,
            latency_max_ms: 400,
            page_bytes: DEFAULT_PAGE_BYTES,
            urls: None,
            switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
            python: None,
            start_method: None,
        }
    }

    /// Whether the machine's speed has to be known before this can become a plan.
    pub fn needs_calibration(&self) -> bool {
        self.workload == WorkloadKind::Cpu && matches!(self.task_size, TaskSize::Milliseconds(_))
    }

    /// The draft with its task time, if it has one, replaced by as many iterations as take so long at this speed.
    pub fn calibrated(mut self, speed: &Speed) -> Draft {
        if let TaskSize::Milliseconds(ms) = self.task_size {
            self.task_size = TaskSize::Iterations(speed.iterations_in(ms as f64 / 1e3));
        }
        self
    }

    /// Whether it is a plan, or would be one once it is calibrated: what can be said before anything is measured.
    ///
    /// # Errors
    /// The same as [`Draft::validate`].
    pub fn check(&self, limits: &Limits) -> Result<(), Invalid> {
        let calibrated = match self.task_size {
            TaskSize::Milliseconds(ms) if self.needs_calibration() => {
                in_range(Field::TaskSize, "the task time in ms", ms, 1..=MAX_TASK_MS)?;
                self.clone().calibrated(&Speed::uniform(1.0))
            }
            _ => self.clone(),
        };
        calibrated.validate(limits).map(drop)
    }

    /// The plan, or the first thing that is wrong with the draft.
    ///
    /// # Errors
    /// One sentence about one field: what was wrong and what is allowed. A draft that
    /// [needs calibration](Draft::needs_calibration) has to be calibrated first.
    pub fn validate(&self, limits: &Limits) -> Result<Plan, Invalid> {
        let python = self.checked_python()?;
        let limit = limits.workers(self.workload, self.model);
        if self.model == Model::Serial && self.workers != 1 {
            return Err(Invalid::new(
                Field::Workers,
                format!(
                    "serial runs with 1 worker, not {}: choose another model for more",
                    grouped(self.workers)
                ),
            ));
        }
        if !(1..=limit.most).contains(&self.workers) {
            return Err(Invalid::new(
                Field::Workers,
                format!(
                    "workers must be from 1 to {} for {} under {} ({}), not {}",
                    grouped(limit.most),
                    self.workload.name(),
                    self.model.name(),
                    limit.because,
                    grouped(self.workers)
                ),
            ));
        }
        let tasks = if self.model.is_python() {
            MAX_PYTHON_TASKS
        } else {
            MAX_TASKS
        };
        in_range(Field::Tasks, "tasks", self.tasks, 1..=tasks)?;
        in_range(Field::Repeats, "repeats", self.repeats, 1..=MAX_REPEATS)?;
        if self.model.has_emulated_lock() {
            in_range(
                Field::SwitchInterval,
                "the switch interval in µs",
                self.switch_interval_us,
                SWITCH_INTERVAL_US,
            )?;
        }
        let workload = match self.workload {
            WorkloadKind::Cpu => self.cpu()?,
            WorkloadKind::Io => self.io()?,
        };
        Ok(Plan {
            workload,
            model: self.model,
            workers: u32::try_from(self.workers).expect("checked against a limit below 2^32"),
            tasks: u32::try_from(self.tasks).expect("checked against a limit below 2^32"),
            seed: self.seed,
            // Without a lock it says nothing.
            switch_interval_us: if self.model.has_emulated_lock() {
                self.switch_interval_us
            } else {
                DEFAULT_SWITCH_INTERVAL_US
            },
            python,
        })
    }

    /// By what a Python model executes it; `None` for the others.
    fn checked_python(&self) -> Result<Option<Python>, Invalid> {
        let name = self.model.name();
        if !self.model.executes(self.workload) {
            let sentence = format!(
                "{name} executes io alone, not cpu: computing would never give the event loop back"
            );
            return Err(Invalid::new(Field::Model, sentence));
        }
        if !self.model.is_python() {
            return Ok(None);
        }
        let needs = |what: String| Err(Invalid::new(Field::Python, format!("{name} needs {what}")));
        let Some(interpreter) = &self.python else {
            return needs(format!(
                "a Python interpreter, {}.{} or newer",
                OLDEST.major, OLDEST.minor
            ));
        };
        let label = interpreter.version_name();
        if interpreter.version < OLDEST {
            return needs(format!(
                "Python {}.{} or newer, not {label}",
                OLDEST.major, OLDEST.minor
            ));
        }
        if self.model == Model::PythonInterpreters && !interpreter.subinterpreters {
            let first = FIRST_WITH_INTERPRETERS;
            return needs(format!(
                "Python {}.{} or newer, not {label}",
                first.major, first.minor
            ));
        }
        let start_method = match self.model {
            Model::PythonProcesses => Some(self.checked_start_method(interpreter)?),
            _ => None,
        };
        Ok(Some(Python {
            interpreter: interpreter.clone(),
            start_method,
        }))
    }

    fn checked_start_method(&self, interpreter: &Interpreter) -> Result<StartMethod, Invalid> {
        let offered = &interpreter.start_methods;
        let found = match self.start_method {
            None => offered.first().copied(),
            Some(asked) => offered.contains(&asked).then_some(asked),
        };
        found.ok_or_else(|| {
            let names: Vec<&str> = offered.iter().map(|method| method.name()).collect();
            let asked = self.start_method.map_or("none", StartMethod::name);
            let all = if names.is_empty() {
                "no start method".into()
            } else {
                names.join(", ")
            };
            let sentence = format!(
                "Python {} offers {all}, not {asked}",
                interpreter.version_name()
            );
            Invalid::new(Field::StartMethod, sentence)
        })
    }

    fn cpu(&self) -> Result<Workload, Invalid> {
        match self.task_size {
            TaskSize::Iterations(iterations) => {
                in_range(
                    Field::TaskSize,
                    "iterations",
                    iterations,
                    1..=MAX_ITERATIONS,
                )?;
                Ok(Workload::Cpu { iterations })
            }
            TaskSize::Milliseconds(ms) => {
                in_range(Field::TaskSize, "the task time in ms", ms, 1..=MAX_TASK_MS)?;
                Err(Invalid::new(
                    Field::TaskSize,
                    "the task time has not been calibrated yet".into(),
                ))
            }
        }
    }

    fn io(&self) -> Result<Workload, Invalid> {
        in_range(Field::Writes, "writes", self.writes, 1..=MAX_WRITES)?;
        let addresses = match &self.urls {
            Some(urls) => Addresses::Urls(urls.clone()),
            None => self.loopback()?,
        };
        Ok(Workload::Io {
            writes: to_u32(self.writes),
            addresses,
            files: self.files,
        })
    }

    fn loopback(&self) -> Result<Addresses, Invalid> {
        in_range(
            Field::Addresses,
            "addresses",
            self.addresses,
            1..=MAX_ADDRESSES,
        )?;
        in_range(
            Field::Latency,
            "the shortest latency in ms",
            self.latency_min_ms,
            0..=MAX_LATENCY_MS,
        )?;
        in_range(
            Field::Latency,
            "the longest latency in ms",
            self.latency_max_ms,
            0..=MAX_LATENCY_MS,
        )?;
        if self.latency_min_ms > self.latency_max_ms {
            return Err(Invalid::new(
                Field::Latency,
                format!(
                    "latency from {} ms to {} ms: the first time must not be the longer one",
                    grouped(self.latency_min_ms),
                    grouped(self.latency_max_ms)
                ),
            ));
        }
        in_range(
            Field::PageBytes,
            "the page size in bytes",
            self.page_bytes,
            1..=MAX_PAGE_BYTES,
        )?;
        let latency = LatencyRange {
            min_ms: to_u32(self.latency_min_ms),
            max_ms: to_u32(self.latency_max_ms),
        };
        Ok(Addresses::Loopback {
            latencies_ms: latency.draw(to_u32(self.addresses), self.seed),
            latency,
            page_bytes: to_u32(self.page_bytes),
        })
    }
}

fn to_u32(checked: u64) -> u32 {
    u32::try_from(checked).expect("checked against a limit below 2^32")
}

pub(super) fn in_range(
    field: Field,
    what: &str,
    value: u64,
    allowed: std::ops::RangeInclusive<u64>,
) -> Result<(), Invalid> {
    if allowed.contains(&value) {
        return Ok(());
    }
    Err(Invalid::new(
        field,
        format!(
            "{what} must be from {} to {}, not {}",
            grouped(*allowed.start()),
            grouped(*allowed.end()),
            grouped(value)
        ),
    ))
}

/// What a form or a command line can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the field of the draft with that name")]
pub enum Field {
    Workload,
    Model,
    Workers,
    Tasks,
    Repeats,
    TaskSize,
    Writes,
    Files,
    Addresses,
    Latency,
    PageBytes,
    SwitchInterval,
    Python,
    StartMethod,
}

/// Why a draft is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Where the mistake is.
    pub field: Field,
    /// What was wrong and what is allowed, in one sentence without a full stop.
    pub sentence: String,
}

impl Invalid {
    pub(super) fn new(field: Field, sentence: String) -> Invalid {
        Invalid { field, sentence }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Invalid {}

/// A valid request for one run, made by [`Draft::validate`] alone; the zygote reads back what was made so.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    workload: Workload,
    model: Model,
    workers: u32,
    tasks: u32,
    seed: u64,
    switch_interval_us: u64,
    #[serde(default)]
    python: Option<Python>,
}

impl Plan {
    /// What a task does.
    pub fn workload(&self) -> &Workload {
        &self.workload
    }

    /// The addresses that the user gave, if any.
    pub fn urls(&self) -> &[String] {
        match &self.workload {
            Workload::Io {
                addresses: Addresses::Urls(urls),
                ..
            } => urls,
            _ => &[],
        }
    }

    /// How the tasks are executed.
    pub fn model(&self) -> Model {
        self.model
    }

    /// How many workers, at least one.
    pub fn workers(&self) -> u32 {
        self.workers
    }

    /// How many tasks, at least one.
    pub fn tasks(&self) -> u32 {
        self.tasks
    }

    /// Where the latencies of the addresses were drawn from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// After how long a worker that waits for the interpreter lock asks for it, in microseconds.
    pub fn switch_interval_us(&self) -> u64 {
        self.switch_interval_us
    }

    /// By what a Python model executes it; `None` for the others.
    pub fn python(&self) -> Option<&Python> {
        self.python.as_ref()
    }

    /// Who interprets it; `None` unless the model is one of Python's.
    pub fn interpreter(&self) -> Option<&Interpreter> {
        self.python.as_ref().map(|python| &python.interpreter)
    }

    /// How it is executed, whatever the number of workers.
    pub fn executor(&self) -> Executor {
        Executor {
            model: self.model,
            python: self.python.clone(),
        }
    }

    /// Whether its tasks are executed one after the other by one worker, as speed-ups are measured against: serial, and
    /// for Python one thread of an interpreter.
    pub fn is_serial(&self) -> bool {
        self.model == Model::Serial || (self.model == Model::PythonThreads && self.workers == 1)
    }

    /// The same work one task after the other, which speed-ups are measured against: under serial, and for Python's
    /// models by one thread of the same interpreter.
    pub fn as_serial(&self) -> Plan {
        let python = self.python.clone().map(|python| Python {
            start_method: None,
            ..python
        });
        Plan {
            model: if python.is_some() {
                Model::PythonThreads
            } else {
                Model::Serial
            },
            workers: 1,
            switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
            python,
            ..self.clone()
        }
    }

    /// Whose interpreter lock its workers share.
    pub fn lock(&self) -> Lock {
        match (self.model, &self.python) {
            (Model::GilThreads, _) => Lock::Emulated,
            (Model::PythonThreads, Some(python)) if python.interpreter.gil == GilState::On => {
                Lock::Real
            }
            _ => Lock::None,
        }
    }

    /// This model and these workers on the work of `other`.
    pub(super) fn on_work_of(&self, other: &Plan) -> Plan {
        let Plan {
            workload,
            tasks,
            seed,
            ..
        } = other.clone();
        Plan {
            workload,
            tasks,
            seed,
            ..self.clone()
        }
    }

    /// The phases that a run of it can have, in the order in which they are listed.
    pub fn phases(&self) -> Vec<Phase> {
        use Phase::{Computing, File, Gil, Idle, Network, Ready, Starting};
        [Computing, Ready, Gil, Network, File, Starting, Idle]
            .into_iter()
            .filter(|phase| match phase {
                Gil => self.lock() != Lock::None,
                Network | File => self.workload.kind() == WorkloadKind::Io,
                _ => true,
            })
            .collect()
    }

    /// Whether both do the same work: workload, resolved parameters (the seed for `io`) and number of tasks. Model,
    /// workers and switch interval say how it is done.
    pub fn same_work(&self, other: &Plan) -> bool {
        self.work() == other.work()
    }

    /// What is done, whoever does it: two plans of equal work may be compared.
    pub fn work(&self) -> Work<'_> {
        let seed_matters = matches!(
            self.workload,
            Workload::Io {
                addresses: Addresses::Loopback { .. },
                ..
            }
        );
        Work {
            workload: &self.workload,
            tasks: self.tasks,
            seed: seed_matters.then_some(self.seed),
        }
    }
}

/// An interpreter lock that all workers of a run share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// There is none, or each worker has one for itself.
    None,
    /// This program's emulation: waiting for it is measured.
    Emulated,
    /// CPython's own: waiting for it is estimated.
    Real,
}

/// What a plan does, without how: see [`Plan::same_work`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Work<'a> {
    workload: &'a Workload,
    tasks: u32,
    /// Where it decides something.
    seed: Option<u64>,
}

impl From<&Plan> for Draft {
    /// The draft that becomes this plan again.
    fn from(plan: &Plan) -> Draft {
        let draft = Draft {
            tasks: plan.tasks.into(),
            seed: plan.seed,
            switch_interval_us: plan.switch_interval_us,
            python: plan
                .python
                .as_ref()
                .map(|python| python.interpreter.clone()),
            start_method: plan.python.as_ref().and_then(|python| python.start_method),
            ..Draft::new(plan.workload.kind(), plan.model, plan.workers.into())
        };
        match &plan.workload {
            Workload::Cpu { iterations } => Draft {
                task_size: TaskSize::Iterations(*iterations),
                ..draft
            },
            Workload::Io {
                writes,
                addresses,
                files,
            } => {
                let draft = Draft {
                    writes: (*writes).into(),
                    files: *files,
                    ..draft
                };
                match addresses {
                    Addresses::Urls(urls) => Draft {
                        urls: Some(urls.clone()),
                        ..draft
                    },
                    Addresses::Loopback {
                        latencies_ms,
                        latency,
                        page_bytes,
                    } => Draft {
                        addresses: latencies_ms.len() as u64,
                        latency_min_ms: latency.min_ms.into(),
                        latency_max_ms: latency.max_ms.into(),
                        page_bytes: (*page_bytes).into(),
                        ..draft
                    },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::python;

    fn cpu(model: Model, workers: u64) -> Draft {
        Draft::new(WorkloadKind::Cpu, model, workers)
    }

    fn refused(draft: &Draft) -> Invalid {
        draft
            .validate(&Limits::default())
            .expect_err("this draft is wrong")
    }

    #[test]
    fn a_draft_with_defaults_is_the_articles_experiment() {
        let plan = cpu(Model::Threads, 2).validate(&Limits::default()).unwrap();
        assert_eq!(
            plan.workload(),
            &Workload::Cpu {
                iterations: 10_000_000
            }
        );
        assert_eq!((plan.workers(), plan.tasks()), (2, 8));
        let io = Draft::new(WorkloadKind::Io, Model::Threads, 16)
            .validate(&Limits::default())
            .unwrap();
        assert_eq!(io.tasks(), 16);
        let Workload::Io {
            writes,
            addresses,
            files: Files::OneEach,
        } = io.workload()
        else {
            panic!("asked for io")
        };
        assert_eq!((*writes, addresses.count()), (50, 16));
    }

    #[test]
    fn the_limit_of_workers_is_the_models_and_is_named() {
        for (model, workers) in [
            (Model::Threads, 4_001),
            (Model::Processes, 1_001),
            (Model::GilThreads, 0),
        ] {
            let invalid = refused(&cpu(model, workers));
            assert_eq!(invalid.field, Field::Workers);
            assert!(invalid.sentence.contains(&grouped(workers)), "{invalid}");
            assert!(
                invalid.sentence.contains("this program's own limit"),
                "{invalid}"
            );
        }
        let io = Draft::new(WorkloadKind::Io, Model::Threads, 1_001);
        assert_eq!(refused(&io).field, Field::Workers);
    }

    fn python(kind: WorkloadKind, model: Model, interpreter: Interpreter) -> Draft {
        Draft {
            python: Some(interpreter),
            ..Draft::new(kind, model, 2)
        }
    }

    #[test]
    fn a_python_model_needs_an_interpreter_that_can_execute_it() {
        let without = cpu(Model::PythonThreads, 2);
        assert_eq!(
            refused(&without).sentence,
            "python-threads needs a Python interpreter, 3.8 or newer"
        );
        let interpreters = python(
            WorkloadKind::Cpu,
            Model::PythonInterpreters,
            python::interpreter(),
        );
        assert_eq!(
            refused(&interpreters).sentence,
            "python-interpreters needs Python 3.14 or newer, not 3.13.0"
        );
        let asyncio = python(
            WorkloadKind::Cpu,
            Model::PythonAsyncio,
            python::interpreter(),
        );
        assert_eq!(refused(&asyncio).field, Field::Model);
        let mut spawning = python(
            WorkloadKind::Cpu,
            Model::PythonProcesses,
            python::interpreter(),
        );
        assert_eq!(
            spawning
                .validate(&Limits::default())
                .unwrap()
                .python()
                .unwrap()
                .start_method,
            Some(StartMethod::Fork)
        );
        spawning
            .python
            .as_mut()
            .unwrap()
            .start_methods
            .retain(|method| *method != StartMethod::Spawn);
        spawning.start_method = Some(StartMethod::Spawn);
        assert_eq!(
            refused(&spawning).sentence,
            "Python 3.13.0 offers fork, forkserver, not spawn"
        );
    }

    #[test]
    fn serial_for_python_is_one_thread_of_the_same_interpreter() {
        let mut draft = python(
            WorkloadKind::Io,
            Model::PythonProcesses,
            python::interpreter(),
        );
        draft.start_method = Some(StartMethod::Spawn);
        let plan = draft.validate(&Limits::default()).unwrap();
        let serial = plan.as_serial();
        assert!(
            serial.is_serial()
                && serial.same_work(&plan)
                && serial.executor().is_kin(&plan.executor())
        );
        assert_eq!(
            (serial.model(), serial.workers()),
            (Model::PythonThreads, 1)
        );
        assert_eq!(
            Draft::from(&serial).validate(&Limits::default()),
            Ok(serial)
        );
    }

    #[test]
    fn workers_share_a_lock_under_the_emulation_and_as_threads_of_an_interpreter_that_has_one() {
        let lock = |draft: Draft| draft.validate(&Limits::default()).unwrap().lock();
        assert_eq!(lock(cpu(Model::GilThreads, 2)), Lock::Emulated);
        assert_eq!(
            lock(python(
                WorkloadKind::Cpu,
                Model::PythonThreads,
                python::interpreter()
            )),
            Lock::Real
        );
        assert_eq!(
            lock(python(
                WorkloadKind::Cpu,
                Model::PythonThreads,
                python::free_threaded()
            )),
            Lock::None
        );
        assert_eq!(
            lock(python(
                WorkloadKind::Cpu,
                Model::PythonProcesses,
                python::interpreter()
            )),
            Lock::None
        );
    }

    #[test]
    fn serial_with_several_workers_is_a_contradiction() {
        assert_eq!(refused(&cpu(Model::Serial, 2)).field, Field::Workers);
    }

    #[test]
    fn a_latency_whose_first_time_is_the_longer_one_is_refused() {
        let mut draft = Draft::new(WorkloadKind::Io, Model::Threads, 4);
        (draft.latency_min_ms, draft.latency_max_ms) = (400, 100);
        assert_eq!(
            refused(&draft).sentence,
            "latency from 400 ms to 100 ms: the first time must not be the longer one"
        );
    }

    #[test]
    fn a_task_time_becomes_iterations_by_the_measured_rate() {
        let mut draft = cpu(Model::Serial, 1);
        draft.task_size = TaskSize::Milliseconds(250);
        assert!(draft.needs_calibration());
        assert_eq!(refused(&draft).field, Field::TaskSize);
        let plan = draft
            .calibrated(&Speed::uniform(40e6))
            .validate(&Limits::default())
            .unwrap();
        assert_eq!(
            plan.workload(),
            &Workload::Cpu {
                iterations: 10_000_000
            }
        );
    }

    #[test]
    fn a_task_time_is_checked_before_anything_is_calibrated() {
        let mut draft = cpu(Model::Threads, 2);
        draft.task_size = TaskSize::Milliseconds(250);
        assert_eq!(draft.check(&Limits::default()), Ok(()));
        draft.workers = 0;
        assert_eq!(
            draft
                .check(&Limits::default())
                .map_err(|invalid| invalid.field),
            Err(Field::Workers)
        );
        (draft.workers, draft.task_size) = (2, TaskSize::Milliseconds(0));
        assert_eq!(
            draft
                .check(&Limits::default())
                .map_err(|invalid| invalid.field),
            Err(Field::TaskSize)
        );
    }

    #[test]
    fn numbers_out_of_range_are_told_in_groups() {
        let mut draft = cpu(Model::Threads, 2);
        draft.tasks = 12_345_678;
        assert_eq!(
            refused(&draft).sentence,
            "tasks must be from 1 to 1 000 000, not 12 345 678"
        );
    }

    #[test]
    fn writing_one_shared_file_is_other_work_than_one_each() {
        let mut draft = Draft::new(WorkloadKind::Io, Model::Threads, 4);
        let each = draft.validate(&Limits::default()).unwrap();
        draft.files = Files::OneShared;
        let shared = draft.validate(&Limits::default()).unwrap();
        assert!(!each.same_work(&shared) && shared.same_work(&shared.as_serial()));
    }

    #[test]
    fn the_seed_is_part_of_the_work_only_where_it_decides_something() {
        let plan = |kind, seed| {
            let mut draft = Draft::new(kind, Model::Serial, 1);
            draft.seed = seed;
            // One latency for all: only the seed itself differs.
            draft.latency_max_ms = draft.latency_min_ms;
            draft.validate(&Limits::default()).unwrap()
        };
        assert!(plan(WorkloadKind::Cpu, 1).same_work(&plan(WorkloadKind::Cpu, 2)));
        assert!(!plan(WorkloadKind::Io, 1).same_work(&plan(WorkloadKind::Io, 2)));
    }

    #[test]
    fn a_plan_becomes_a_draft_that_becomes_the_same_plan() {
        let mut io = Draft::new(WorkloadKind::Io, Model::GilThreads, 4);
        (
            io.writes,
            io.addresses,
            io.seed,
            io.files,
            io.switch_interval_us,
        ) = (3, 5, 9, Files::OneShared, 77);
        let urls = Draft {
            urls: Some(vec!["http://example.org/".into()]),
            ..io.clone()
        };
        for draft in [cpu(Model::Threads, 3), io, urls] {
            let plan = draft.validate(&Limits::default()).unwrap();
            assert_eq!(Draft::from(&plan).validate(&Limits::default()), Ok(plan));
        }
    }
}
