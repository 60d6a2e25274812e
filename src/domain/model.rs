//! The concurrency models that execute a run's tasks.

use serde::{Deserialize, Serialize};

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
}

impl Model {
    /// All models, in the order in which they are offered.
    pub const ALL: [Model; 5] =
        [Model::Serial, Model::Threads, Model::GilThreads, Model::Processes, Model::Rayon];

    /// The word for it, in JSON, on the command line and on screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Model::Serial => "serial",
            Model::Threads => "threads",
            Model::GilThreads => "gil-threads",
            Model::Processes => "processes",
            Model::Rayon => "rayon",
        }
    }

    /// One line that says what it is.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Model::Serial => "one thread, one task after the other",
            Model::Threads => "OS threads, no lock",
            Model::GilThreads => "Python threading: the lock is emulated",
            Model::Processes => "like multiprocessing, forked by Rust",
            Model::Rayon => "a rayon pool: steals work by itself",
        }
    }

    /// Its name with the word *emulated* where something is.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Model::GilThreads => "gil-threads (emulated)",
            other => other.name(),
        }
    }

    /// Whether its workers take turns under the emulated interpreter lock.
    #[must_use]
    pub fn has_interpreter_lock(self) -> bool {
        self == Model::GilThreads
    }

    /// The model of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Model> {
        Model::ALL.into_iter().find(|model| model.name() == name)
    }
}
