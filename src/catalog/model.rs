//! The concurrency models that execute a run's tasks: those of this program, and those of CPython.

mod native;
mod python;

pub use native::SWITCH_INTERVAL;
use serde::{Deserialize, Serialize};

use super::parameter::Parameter;
use crate::{
    catalog::phase::Hue,
    domain::{
        machine::{Limit, WorkerLimits},
        python::GilState,
        text::{counted, grouped},
    },
};

/// How the tasks of a run are executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// One worker, one task after the other.
    Serial,
    /// OS threads that share memory.
    Threads,
    /// OS threads under an emulated interpreter lock.
    GilThreads,
    /// Processes, forked by the zygote.
    Processes,
    /// A rayon thread pool, which schedules by itself.
    Rayon,
    /// A loop in the main thread of one CPython interpreter.
    PythonSerial,
    /// Threads of one CPython interpreter.
    PythonThreads,
    /// CPython processes, each with its own interpreter.
    PythonProcesses,
    /// Subinterpreters of one CPython process, each with its own lock.
    PythonInterpreters,
    /// Tasks of one event loop of CPython, in one thread.
    PythonAsyncio,
}

/// What the rest of the program needs to know about a model.
#[derive(Debug)]
pub struct ModelDescription {
    /// The name in JSON, on the command line and on the screen.
    pub name: &'static str,
    /// A description in one line.
    pub line: &'static str,
    /// The name, followed by *(emulated)* if something is emulated; otherwise empty.
    pub label: &'static str,
    /// Its name where there is little room. It differs from the others within the first letters.
    pub short: &'static str,
    /// What creates the workers.
    pub executor: ExecutorKind,
    /// Whether each worker is a separate process.
    pub has_processes: bool,
    /// The parameters, in the order of the form.
    pub parameters: &'static [&'static Parameter],
    /// The maximum number of tasks of a run.
    pub tasks: u64,
    /// The maximum number of workers that a machine allows, for tasks that fetch pages and for other tasks.
    pub workers: fn(&WorkerLimits, fetches: bool) -> Limit,
    /// What this number of workers requires, costs and gains.
    pub about: fn(&Situation) -> String,
    /// How the model is implemented, in sentences for readers of a report; empty if there is nothing special.
    pub method: &'static str,
    /// The fill character and the colour that tell its bars from others in a chart.
    pub ink: (&'static str, Hue),
}

/// What makes the workers of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutorKind {
    /// Threads of this program.
    Threads,
    /// A pool of rayon.
    Pool,
    /// Processes that the zygote forks.
    Forks,
    /// An interpreter of CPython that the zygote starts.
    Python,
}

/// The facts on which the description of a model depends.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// The planned number of workers.
    pub workers: u64,
    /// How many of them can compute at the same time.
    pub at_once: u64,
    /// Whether the tasks compute.
    pub computes: bool,
    /// Whether the tasks wait, so that more of them can be in flight than there are cores.
    pub waits: bool,
    /// Whether the chosen interpreter has a lock; `None` if none is chosen yet.
    pub gil: Option<GilState>,
}

impl Situation {
    fn threads(&self) -> String {
        counted(self.workers, "thread")
    }

    /// The gain of workers that do not share a lock.
    fn without_lock(&self) -> String {
        if !self.computes {
            return "all can wait at once".into();
        }
        let computing = match self.at_once {
            1 => "one computes at a time".into(),
            all if all == self.workers => "all compute in parallel".into(),
            some => format!("{} compute in parallel", grouped(some)),
        };
        let waiting = if self.waits { ", all can wait" } else { "" };
        format!("{computing}{waiting}")
    }

    /// The gain of workers that share a lock.
    fn under_lock(&self) -> &'static str {
        if self.waits {
            "free while one waits"
        } else {
            "no gain in computing"
        }
    }

    fn processes(&self, kind: &str) -> String {
        let plural = if self.workers == 1 { "" } else { "es" };
        format!("{} {kind}process{plural}", grouped(self.workers))
    }
}

impl Model {
    /// All models, in the order in which they are offered.
    pub const ALL: [Model; 10] = [
        Model::Serial,
        Model::Threads,
        Model::GilThreads,
        Model::Processes,
        Model::Rayon,
        Model::PythonSerial,
        Model::PythonThreads,
        Model::PythonProcesses,
        Model::PythonInterpreters,
        Model::PythonAsyncio,
    ];
    /// Threads under the emulated interpreter lock, and threads under CPython's.
    pub const UNDER_LOCK: [Model; 2] = [Model::GilThreads, Model::PythonThreads];

    /// The description from which the methods below read.
    pub fn description(self) -> &'static ModelDescription {
        match self {
            Model::Serial => &native::SERIAL,
            Model::Threads => &native::THREADS,
            Model::GilThreads => &native::GIL_THREADS,
            Model::Processes => &native::PROCESSES,
            Model::Rayon => &native::RAYON,
            Model::PythonSerial => &python::SERIAL,
            Model::PythonThreads => &python::THREADS,
            Model::PythonProcesses => &python::PROCESSES,
            Model::PythonInterpreters => &python::INTERPRETERS,
            Model::PythonAsyncio => &python::ASYNCIO,
        }
    }

    /// The name in JSON, on the command line and on the screen.
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// Its name where there is little room.
    pub fn short(self) -> &'static str {
        match self.description().short {
            "" => self.name(),
            short => short,
        }
    }

    /// A description in one line.
    pub fn line(self) -> &'static str {
        self.description().line
    }

    /// The name, followed by *(emulated)* if something is emulated.
    pub fn label(self) -> &'static str {
        match self.description().label {
            "" => self.name(),
            label => label,
        }
    }

    /// The parameters, in the order of the form.
    pub fn parameters(self) -> &'static [&'static Parameter] {
        self.description().parameters
    }

    /// The Python models, or the native ones.
    pub fn of(is_python: bool) -> impl Iterator<Item = Model> {
        let all = Model::ALL.into_iter();
        all.filter(move |model| model.is_python() == is_python)
    }

    /// Whether the model always has one worker.
    pub fn is_serial(self) -> bool {
        matches!(self, Model::Serial | Model::PythonSerial)
    }

    /// Whether the workers take turns under the emulated interpreter lock.
    pub fn has_emulated_lock(self) -> bool {
        self.parameters().contains(&&SWITCH_INTERVAL)
    }

    /// Whether the workers take turns under the lock of one interpreter, if that has a lock.
    pub fn shares_an_interpreter(self) -> bool {
        self == Model::PythonThreads
    }

    /// Whether CPython executes the tasks, so that an interpreter is needed.
    pub fn is_python(self) -> bool {
        self.description().executor == ExecutorKind::Python
    }

    /// Whether the workers are processes, each with its own memory.
    pub fn has_processes(self) -> bool {
        self.description().has_processes
    }

    /// Whether the workers see the same variables, because they are threads of one program or interpreter.
    pub fn shares_variables(self) -> bool {
        !self.has_processes() && !self.needs_subinterpreters()
    }

    /// Whether `multiprocessing` makes the workers, so that the user can choose a start method.
    pub fn has_start_method(self) -> bool {
        self.is_python() && self.has_processes()
    }

    /// Whether the interpreter has to offer subinterpreters.
    pub fn needs_subinterpreters(self) -> bool {
        self == Model::PythonInterpreters
    }

    /// Whether the workers are tasks of an event loop, which overlap only while they wait.
    pub fn is_event_loop(self) -> bool {
        self == Model::PythonAsyncio
    }

    /// The maximum number of workers within these limits, for tasks that fetch pages or for other tasks.
    pub fn most_workers(self, limits: &WorkerLimits, fetches: bool) -> Limit {
        (self.description().workers)(limits, fetches)
    }

    /// All parameters of all models, each with its model.
    pub fn all_parameters() -> impl Iterator<Item = (Model, &'static Parameter)> {
        let of = |model: Model| model.parameters().iter().map(move |one| (model, *one));
        Model::ALL.into_iter().flat_map(of)
    }
}
