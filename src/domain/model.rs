//! The concurrency models that execute a run's tasks.

use serde::{Deserialize, Serialize};

use super::workload::WorkloadKind;

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
    /// Threads of one CPython interpreter.
    PythonThreads,
    /// Processes of CPython, each with an interpreter of its own.
    PythonProcesses,
    /// Subinterpreters of one CPython process, each with a lock of its own.
    PythonInterpreters,
    /// Tasks of one event loop of CPython, in one thread.
    PythonAsyncio,
}

impl Model {
    /// All models, in the order in which they are offered.
    pub const ALL: [Model; 9] = [
        Model::Serial,
        Model::Threads,
        Model::GilThreads,
        Model::Processes,
        Model::Rayon,
        Model::PythonThreads,
        Model::PythonProcesses,
        Model::PythonInterpreters,
        Model::PythonAsyncio,
    ];
    /// Those that this program executes itself.
    pub const NATIVE: [Model; 5] = [
        Model::Serial,
        Model::Threads,
        Model::GilThreads,
        Model::Processes,
        Model::Rayon,
    ];
    /// Those that CPython executes.
    pub const PYTHON: [Model; 4] = [
        Model::PythonThreads,
        Model::PythonProcesses,
        Model::PythonInterpreters,
        Model::PythonAsyncio,
    ];

    /// The word for it, in JSON, on the command line and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Model::Serial => "serial",
            Model::Threads => "threads",
            Model::GilThreads => "gil-threads",
            Model::Processes => "processes",
            Model::Rayon => "rayon",
            Model::PythonThreads => "python-threads",
            Model::PythonProcesses => "python-processes",
            Model::PythonInterpreters => "python-interpreters",
            Model::PythonAsyncio => "python-asyncio",
        }
    }

    /// One line that says what it is.
    pub fn description(self) -> &'static str {
        match self {
            Model::Serial => "one thread, one task after the other",
            Model::Threads => "OS threads, no lock",
            Model::GilThreads => "Python threading: the lock is emulated",
            Model::Processes => "like multiprocessing, forked by Rust",
            Model::Rayon => "a rayon pool: steals work by itself",
            Model::PythonThreads => "real CPython: threads of one interpreter",
            Model::PythonProcesses => "real CPython: a process for each worker",
            Model::PythonInterpreters => "real CPython 3.14+: an interpreter each",
            Model::PythonAsyncio => "real CPython: one event loop, io only",
        }
    }

    /// Its name with the word *emulated* where something is.
    pub fn label(self) -> &'static str {
        match self {
            Model::GilThreads => "gil-threads (emulated)",
            other => other.name(),
        }
    }

    /// Whether its workers take turns under the emulated interpreter lock.
    pub fn has_emulated_lock(self) -> bool {
        self == Model::GilThreads
    }

    /// Whether CPython executes it, so that an interpreter is needed.
    pub fn is_python(self) -> bool {
        Model::PYTHON.contains(&self)
    }

    /// Whether its workers are processes, with memory of their own.
    pub fn has_processes(self) -> bool {
        matches!(self, Model::Processes | Model::PythonProcesses)
    }

    /// Whether it can execute this workload: an event loop cannot compute, as computing never gives the loop back.
    pub fn executes(self, workload: WorkloadKind) -> bool {
        self != Model::PythonAsyncio || workload == WorkloadKind::Io
    }

    /// The model of that name.
    pub fn from_name(name: &str) -> Option<Model> {
        Model::ALL.into_iter().find(|model| model.name() == name)
    }
}
