//! What the machine is and what it allows, as detected by the engine.

use serde::{Deserialize, Serialize};

use super::{
    foreign,
    text::{amount, clean},
};

/// The maximum number of threads of a run. Beyond about `vm.max_map_count / 4` threads, std aborts the process.
pub const MAX_THREADS: u64 = 4_000;
/// The maximum number of processes of a run.
pub const MAX_PROCESSES: u64 = 1_000;
/// The maximum number of threads of a rayon pool. A rayon thread without work searches all others for work 32 times
/// before it sleeps, so the cost grows with the square of their number. With 4,000 threads a run took 20 s to stop,
/// with 1,000 it took 3 s.
pub const MAX_RAYON_THREADS: u64 = 256;
/// The maximum number of workers of an `io` run. Each holds a connection, and the server holds the other end.
pub const MAX_IO_WORKERS: u64 = 1_000;
/// The maximum number of tasks of a run. The task table in the arena has a slot for each.
pub const MAX_TASKS: u64 = 1_000_000;
/// The maximum number of threads of CPython, or of tasks of its event loop.
pub const MAX_PYTHON_THREADS: u64 = 1_000;
/// The maximum number of processes or subinterpreters of CPython. Each is a separate interpreter of 8 MB or more.
pub const MAX_PYTHON_INTERPRETERS: u64 = 256;
/// The maximum number of tasks of a run by CPython, which keeps objects of some kilobytes for each.
pub const MAX_PYTHON_TASKS: u64 = 100_000;

/// The machine as a record describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name; null if the system does not report it.
    #[serde(default, deserialize_with = "foreign::text_or_null")]
    pub cpu_model: Option<String>,
    /// Cores that the operating system schedules on.
    #[serde(deserialize_with = "foreign::cores")]
    pub cores_online: u32,
    /// Cores that this program may use at the same time: the minimum of online, affinity and cgroup quota. Half a core
    /// that a quota allows counts as one, because a worker can use it.
    #[serde(deserialize_with = "foreign::cores")]
    pub cores_usable: u32,
    /// How many cores' worth of CPU time a quota (cgroup) allows, if that is the limit. It may be a fraction.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "foreign::measured_or_null"
    )]
    pub cores_quota: Option<f64>,
    /// The numbers of the cores that this program may run on. If a quota is the limit, there are more of them than
    /// usable cores.
    #[serde(skip)]
    pub cores: Vec<u16>,
    /// How many of the usable cores share no part of the processor with another one. Threads of one core count once.
    /// `None` if the system does not report it, or if the machine was read from a file.
    #[serde(skip)]
    pub cores_whole: Option<u32>,
    /// Why fewer cores are usable than online.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "foreign::text_or_null"
    )]
    pub cores_limited_by: Option<String>,
    /// Operating system and release.
    #[serde(deserialize_with = "foreign::text")]
    pub kernel: String,
    /// Installed memory; null if the system does not report it.
    pub memory_bytes: Option<u64>,
}

impl Machine {
    /// The most cores that can be in use on average: the usable ones, or the part of them that a quota allows.
    pub fn full_use(&self) -> f64 {
        let usable = f64::from(self.cores_usable);
        self.cores_quota.map_or(usable, |quota| quota.min(usable))
    }

    /// That number in words: "2 cores", "1.5 cores".
    pub fn cores_in_words(&self) -> String {
        amount(self.full_use(), "core")
    }

    /// The processor, the cores and the system in a few words: `Ryzen 5, 12 cores, Linux 6.12`.
    pub fn in_short(&self) -> String {
        let cpu = self.cpu_model.as_deref();
        let cpu = clean(cpu.unwrap_or("an unknown processor"), 60);
        let cores = self.cores_in_words();
        format!("{cpu}, {cores}, {}", clean(&self.kernel, 40))
    }
}

/// One line of what `doctor` found out about this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The subject, for example "usable cores".
    pub topic: String,
    /// What was found.
    pub value: String,
    /// What it means, if that is not obvious.
    pub note: Option<String>,
}

/// The maximum number of workers on this machine for each kind of model, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerLimits {
    /// The limit of a model that uses threads.
    pub threads: Limit,
    /// The limit of a rayon pool.
    pub pool: Limit,
    /// The limit of a model that forks.
    pub processes: Limit,
    /// The limit of a model that uses threads, for `io`.
    pub io_threads: Limit,
    /// The limit of a model that forks, for `io`.
    pub io_processes: Limit,
}

/// A limit with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The maximum that is allowed.
    pub most: u64,
    /// What sets it, for example "a limit of this program" or "the limit of open files".
    pub because: String,
}

impl Limit {
    /// The program's own limit.
    pub fn own(most: u64) -> Limit {
        Limit {
            most,
            because: "a limit of this program".into(),
        }
    }

    /// The program's limit for a rayon pool.
    pub fn of_a_pool() -> Limit {
        Limit {
            most: MAX_RAYON_THREADS,
            because: "the cost of idle rayon threads, which search for work".into(),
        }
    }

    /// This limit, or `most` if that is lower.
    pub fn or_less(self, most: u64, because: &str) -> Limit {
        let less = Limit {
            most,
            because: because.into(),
        };
        if most < self.most { less } else { self }
    }
}

impl Default for WorkerLimits {
    /// The program's own limits, as if the machine set none.
    fn default() -> WorkerLimits {
        WorkerLimits {
            threads: Limit::own(MAX_THREADS),
            pool: Limit::of_a_pool(),
            processes: Limit::own(MAX_PROCESSES),
            io_threads: Limit::own(MAX_IO_WORKERS),
            io_processes: Limit::own(MAX_IO_WORKERS),
        }
    }
}
