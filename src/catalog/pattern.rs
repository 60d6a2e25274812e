//! Patterns: what a run typically looks like, by name. Each has a threshold, and says what to do about it.

use super::caveat::{CaveatKind, SHORTEST_S};
use crate::domain::text;

/// The smallest mean number of workers that is worth mentioning.
pub const WORKERS: f64 = 0.3;
/// The smallest share of a time that is worth mentioning.
pub const SHARE: f64 = 0.1;
/// A lock or the cores are in use all the time if this share of the time is measured. The rest is start-up, the change
/// from one worker to the next, and workers that end at different times.
pub const FULL: f64 = 0.8;
/// Waits overlap if so many more workers wait at once than cores are in use.
pub const OVERLAP: f64 = 1.5;
/// What takes most of the time takes more than this share.
pub const MOST: f64 = 0.5;
/// With fewer tasks per worker than this, workers are without a task because the last tasks end at different times.
pub const TASKS_EACH: u32 = 4;
/// Under CPython's lock, waiting for the network or a file includes waiting for the lock. With fewer cores in use than
/// this, the lock was mostly free.
pub const LOCK_FREE: f64 = 0.5;

/// What a run typically looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Another program, or the host of a virtual machine, used the cores.
    MachineBusy,
    /// A CPU quota stopped the workers.
    Throttled,
    /// One worker at a time holds the lock.
    SerialisedByLock,
    /// Workers that come back from a wait queue for the lock.
    Convoy,
    /// Workers wait for each other's cores.
    MoreWorkersThanCores,
    /// While a task waits, others go on.
    WaitsOverlap,
    /// Workers have nothing to do while the last tasks run.
    UnevenEnd,
    /// Most of the run passed before the first task.
    StartUpDominates,
    /// Processes cost more than their tasks.
    TasksTooSmall,
}

/// The description of a pattern.
#[derive(Debug)]
pub struct PatternDescription {
    /// The pattern that is described.
    pub pattern: Pattern,
    /// The name in JSON.
    pub id: &'static str,
    /// The name in sentences.
    pub name: &'static str,
    /// The meaning, as a sentence without a full stop.
    pub meaning: &'static str,
    /// How it is recognised, with its thresholds.
    pub sign: fn() -> String,
    /// What the user can do about it.
    pub advice: &'static str,
}

/// All patterns, in the order in which they are looked for.
pub static PATTERNS: [PatternDescription; 9] = [
    PatternDescription {
        pattern: Pattern::MachineBusy,
        id: "machine-busy",
        name: "the machine was busy",
        meaning: "other programs or the host of a virtual machine used the cores",
        sign: || of_caveats(Pattern::MachineBusy),
        advice: "do what the caveat says",
    },
    PatternDescription {
        pattern: Pattern::Throttled,
        id: "throttled",
        name: "throttled",
        meaning: "a CPU quota stopped the workers",
        sign: || of_caveats(Pattern::Throttled),
        advice: "do what the caveat says",
    },
    PatternDescription {
        pattern: Pattern::SerialisedByLock,
        id: "serialised-by-lock",
        name: "serialised by the lock",
        meaning: "one worker at a time holds the interpreter lock (GIL), and the others wait for it",
        sign: || {
            format!(
                "the lock is held over {} of the time after the start-up, and workers wait for it \
                 over {} of theirs",
                text::percent(FULL),
                text::percent(SHARE)
            )
        },
        advice: "let processes compute, or threads without a GIL",
    },
    PatternDescription {
        pattern: Pattern::Convoy,
        id: "convoy",
        name: "convoy",
        meaning: "workers that come back from waiting queue for the lock behind workers that compute",
        sign: || {
            format!(
                "tasks wait on purpose, workers wait for the lock over {} of their time, and each \
                 time longer than a switch interval on average. CPython does not say how often",
                text::percent(SHARE)
            )
        },
        advice: "let processes compute, or make fewer and longer waits",
    },
    PatternDescription {
        pattern: Pattern::MoreWorkersThanCores,
        id: "more-workers-than-cores",
        name: "more workers than cores",
        meaning: "workers wait until another worker leaves its core",
        sign: || {
            format!(
                "there are more workers than usable cores, over {} of these are in use, and over \
                 {WORKERS} workers and {} of all wait for a core on average",
                text::percent(FULL),
                text::percent(SHARE)
            )
        },
        advice: "a worker per core does the same work",
    },
    PatternDescription {
        pattern: Pattern::WaitsOverlap,
        id: "waits-overlap",
        name: "waits overlap",
        meaning: "while a task waits for the network, a file or a time, others go on",
        sign: || {
            format!(
                "on average, at least {OVERLAP} more workers wait at once than cores are in use"
            )
        },
        advice: "more workers help until each task has one or the cores are in use",
    },
    PatternDescription {
        pattern: Pattern::UnevenEnd,
        id: "uneven-end",
        name: "uneven end",
        meaning: "workers have nothing to do while the last tasks run",
        sign: || {
            format!(
                "the workers that had tasks are without one at its end, on average for over {} of the run",
                text::percent(SHARE)
            )
        },
        advice: "more and shorter tasks end more evenly",
    },
    PatternDescription {
        pattern: Pattern::StartUpDominates,
        id: "start-up-dominates",
        name: "start-up dominates",
        meaning: "starting takes longer than the tasks",
        sign: || {
            format!(
                "over {} of the run passes before the first task starts",
                text::percent(MOST)
            )
        },
        advice: "run more or longer tasks",
    },
    PatternDescription {
        pattern: Pattern::TasksTooSmall,
        id: "tasks-too-small",
        name: "tasks too small for processes",
        meaning: "starting processes and handing out tasks takes longer than the tasks",
        sign: || {
            format!(
                "workers that are processes spend over {} of their time on starting, or on waiting \
                 for a task if there are {TASKS_EACH} or more per worker",
                text::percent(MOST)
            )
        },
        advice: "do more in each task",
    },
];

impl Pattern {
    /// The row of [`PATTERNS`].
    pub fn description(self) -> &'static PatternDescription {
        let mut all = PATTERNS.iter();
        all.find(|row| row.pattern == self)
            .expect("every pattern is described")
    }

    /// The caveats that say that this pattern was seen. Most patterns are no reason to trust a run less.
    pub fn caveats(self) -> &'static [CaveatKind] {
        match self {
            Pattern::MachineBusy => &[
                CaveatKind::CoresTaken,
                CaveatKind::RunQueueWait,
                CaveatKind::Stolen,
            ],
            Pattern::Throttled => &[CaveatKind::Throttled, CaveatKind::FullQuota],
            _ => &[],
        }
    }
}

fn of_caveats(pattern: Pattern) -> String {
    let names: Vec<&str> = pattern.caveats().iter().map(|kind| kind.name()).collect();
    format!("the run has the caveat {}", text::listed(&names, "or"))
}

/// When patterns are not looked for.
pub fn not_enough() -> String {
    format!(
        "Most patterns are not looked for if the evidence is not enough: tasks failed, the run took \
         under {}, or others used the cores",
        text::duration(SHORTEST_S)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_pattern_has_a_name_of_its_own_and_says_how_it_is_recognised_and_what_to_do() {
        let ids: BTreeSet<&str> = PATTERNS.iter().map(|row| row.id).collect();
        assert_eq!(ids.len(), PATTERNS.len());
        for row in &PATTERNS {
            assert_eq!(row.pattern.description().id, row.id);
            assert!(!(row.sign)().is_empty() && !row.advice.is_empty() && !row.meaning.is_empty());
        }
        assert_eq!(
            (Pattern::MachineBusy.description().sign)(),
            "the run has the caveat cores-taken, run-queue-wait or stolen"
        );
    }
}
