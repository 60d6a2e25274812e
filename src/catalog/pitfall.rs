//! What can go wrong when calls of a function are executed at the same time. Each pitfall is described once: its name, its meaning,
//! from when on it is reported, and what to do.

use serde::{Deserialize, Serialize};

/// Calls that take less than this many times what it costs to hand one over are too small for processes.
pub const SMALL_CALL: f64 = 5.0;
/// What it costs to hand a call to another process and its result back, in seconds, besides pickling: 106–125 µs were measured
/// with `ProcessPoolExecutor`.
pub const HANDING_OVER_S: f64 = 120e-6;
/// A chunk of calls should take this many times what it costs to hand it over.
pub const CHUNK_PAYS: f64 = 20.0;
/// The longest call is the limit if it takes at least this share of the shortest possible time.
pub const LONGEST_SHARE: f64 = 0.8;
/// The longest call is uneven if it takes this many times as long as a typical one.
pub const UNEVEN: f64 = 3.0;
/// Threads overlap their computing if they keep this many cores busy under the GIL.
pub const OVERLAPPING_CORES: f64 = 1.2;
/// A lock of the program's own holds threads up if their calls wait for it for at least this share of their time.
pub const OWN_LOCK: f64 = 0.3;
/// A function computes if it uses a core for at least this share of a call.
pub const COMPUTES: f64 = 0.5;
/// Something outside is the limit if calls take this many times as long with more workers, although cores are free.
pub const SLOWED: f64 = 1.3;
/// Cores are free if less than this share of them is in use.
pub const FREE_CORES: f64 = 0.8;
/// What it costs to start a command, in seconds: a fork, an exec and its libraries. 0.7–1.3 ms were measured with `true`.
pub const STARTING_S: f64 = 1e-3;
/// A command computes in parallel itself if it keeps this many cores busy.
pub const OWN_CORES: f64 = 1.3;
/// Processes should leave this share of the available memory.
pub const MEMORY_LEFT: f64 = 0.1;

/// A kind of pitfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PitfallKind {
    /// The function, an input or a result cannot be pickled.
    NotPicklable,
    /// Threads return something else than the loop.
    ResultsDiffer,
    /// Two loops return different results.
    RandomResults,
    /// Calls change global variables, and processes lose that.
    GlobalsLost,
    /// A library runs threads of its own.
    ThreadsBeside,
    /// Threads wait for a lock of the program's own, which processes would not share.
    OwnLock,
    /// The function computes without the GIL.
    ReleasesGil,
    /// A call takes less than handing it over.
    TooSmall,
    /// The workers need more memory than there is.
    Memory,
    /// One call takes much longer than the others.
    Uneven,
    /// A server or a rate limit is the limit.
    OutsideLimit,
    /// The module starts workers when it is imported.
    NoGuard,
    /// Calls raise exceptions.
    Raises,
    /// Commands fail.
    CommandFails,
    /// A command takes about as long as starting it.
    SmallCommand,
    /// A command uses several cores itself.
    OwnCores,
}

/// The description of a kind of pitfall.
#[derive(Debug)]
pub struct PitfallDescription {
    /// The kind that is described.
    pub kind: PitfallKind,
    /// The name in JSON and in tables.
    pub name: &'static str,
    /// When it is reported.
    pub meaning: &'static str,
    /// What the user can do about it.
    pub advice: &'static str,
}

/// All kinds of pitfalls, those that make results wrong first.
pub static PITFALLS: [PitfallDescription; 16] = [
    PitfallDescription {
        kind: PitfallKind::ResultsDiffer,
        name: "results-differ",
        meaning: "threads return something else than the loop, while two loops return the same",
        advice: "protect what the calls share with a threading.Lock, or use processes",
    },
    PitfallDescription {
        kind: PitfallKind::GlobalsLost,
        name: "globals-lost",
        meaning: "calls change global variables of the module, and each process changes only its own copy",
        advice: "return the value from the function, and combine the results in the caller",
    },
    PitfallDescription {
        kind: PitfallKind::NotPicklable,
        name: "not-picklable",
        meaning: "the function, an input or a result cannot be pickled, so processes cannot pass it on",
        advice: "pass plain data, define the function at the top of its module, and open connections in the worker",
    },
    PitfallDescription {
        kind: PitfallKind::RandomResults,
        name: "random-results",
        meaning: "two loops over the same inputs return different results, so nobody can tell whether threads change them",
        advice: "set a seed, or compare results yourself",
    },
    PitfallDescription {
        kind: PitfallKind::Raises,
        name: "raises",
        meaning: "some calls raise an exception, and map of a pool raises the first one and drops all later results",
        advice: "catch it in the worker and return it, as the code here does",
    },
    PitfallDescription {
        kind: PitfallKind::NoGuard,
        name: "no-guard",
        meaning: "the module starts workers when it is imported, and a process that is spawned imports it again",
        advice: "move that code below: if __name__ == \"__main__\":",
    },
    PitfallDescription {
        kind: PitfallKind::ThreadsBeside,
        name: "threads-beside",
        meaning: "more threads run than there are workers, so a library such as BLAS or OpenMP has threads of its own",
        advice: "set OMP_NUM_THREADS=1, OPENBLAS_NUM_THREADS=1 and MKL_NUM_THREADS=1 before Python starts, and \
                 measure again",
    },
    PitfallDescription {
        kind: PitfallKind::OwnLock,
        name: "own-lock",
        meaning: "threads wait for a lock of the program's own, and each process has its own copy of that lock",
        advice: "hold the lock for less of a call; before using processes, look at what it protects, as they do not share it",
    },
    PitfallDescription {
        kind: PitfallKind::ReleasesGil,
        name: "releases-gil",
        meaning: "threads keep more than one core busy although the interpreter has a GIL: the function releases it",
        advice: "threads are enough; processes would only cost memory and pickling",
    },
    PitfallDescription {
        kind: PitfallKind::TooSmall,
        name: "too-small",
        meaning: "a call takes less than five times what it costs to hand it to a process",
        advice: "hand over many calls at a time with chunksize",
    },
    PitfallDescription {
        kind: PitfallKind::Memory,
        name: "memory",
        meaning: "the memory of a process times their number is more than what is available",
        advice: "use fewer processes",
    },
    PitfallDescription {
        kind: PitfallKind::Uneven,
        name: "uneven",
        meaning: "one call takes so long that all workers wait for it at the end",
        advice: "start the longest calls first, or split them",
    },
    PitfallDescription {
        kind: PitfallKind::OutsideLimit,
        name: "outside-limit",
        meaning: "with more workers each call takes longer while cores are free, so what the calls wait for is the limit",
        advice: "more workers gain nothing until the server, its rate limit or the lock allows more",
    },
    PitfallDescription {
        kind: PitfallKind::CommandFails,
        name: "command-fails",
        meaning: "some commands end with a status other than 0, by a signal, or at the time limit",
        advice: "look at what they say; xargs goes on after a failure, unless the status is 255, and ends with 123",
    },
    PitfallDescription {
        kind: PitfallKind::SmallCommand,
        name: "small-command",
        meaning: "a command takes less than five times what it costs to start one",
        advice: "give several inputs to one command, if it takes several: xargs -n",
    },
    PitfallDescription {
        kind: PitfallKind::OwnCores,
        name: "own-cores",
        meaning: "a command uses more than one core by itself, so fewer of them at once fill the cores",
        advice: "limit its threads to 1 if it can do that, and measure again: several at once mostly gain more",
    },
];

impl PitfallKind {
    /// The description of the kind.
    pub fn description(self) -> &'static PitfallDescription {
        let is_it = |description: &&PitfallDescription| description.kind == self;
        PITFALLS
            .iter()
            .find(is_it)
            .expect("every kind is described")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_described_once_by_the_name_that_json_has() {
        for description in &PITFALLS {
            let json = serde_json::to_value(description.kind).unwrap();
            assert_eq!(json, description.name);
            assert_eq!(description.kind.description().name, description.name);
        }
    }
}
