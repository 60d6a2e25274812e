//! Patterns that the record of a run shows. Each is a rule with a threshold from the catalogue. A rule can also find that
//! the evidence is not enough.

use super::reason::{Cause, StartUp, WAITS, average, spent, waits_are_blurred};
use crate::{
    catalog::{
        caveat::{CaveatKind, SHORTEST_S},
        model::{ExecutorKind, SWITCH_INTERVAL},
        pattern::{FULL, MOST, OVERLAP, PATTERNS, Pattern, SHARE, TASKS_EACH, WORKERS},
    },
    domain::{
        phase::Phase,
        record::{Outcome, Record},
        time::seconds,
    },
};

/// The maximum number of patterns that are named for one run.
const NAMED: usize = 3;

/// What a rule finds in a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Recognition {
    /// The pattern is there.
    Seen(Seen),
    /// The pattern is not there.
    NotSeen,
    /// The record does not show whether it is there.
    CannotTell,
}

/// A pattern that was seen, in numbers. Shares are from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    /// A caveat of this kind says it.
    Caveat(Pattern, CaveatKind),
    /// Workers waited for the lock for this share of their time.
    SerialisedByLock {
        /// The share.
        share: f64,
        /// Whether it is an estimate.
        is_estimate: bool,
    },
    /// Workers that come back from a wait have to wait for the lock.
    Convoy {
        /// How long each time, on average, in seconds.
        wait_s: f64,
        /// The switch interval of the lock, in seconds.
        interval_s: f64,
        /// The share of the workers' time.
        share: f64,
    },
    /// Workers waited for a core.
    MoreWorkersThanCores {
        /// How many at once, on average.
        waiting: f64,
        /// All workers.
        workers: u32,
        /// The usable cores.
        cores: u32,
    },
    /// Workers waited at the same time.
    WaitsOverlap {
        /// What for.
        phase: Phase,
        /// How many at once, on average.
        at_once: f64,
        /// The mean number of cores in use.
        cores: f64,
    },
    /// Workers that had tasks were without one at the end for this share of the run.
    UnevenEnd(f64),
    /// This share of the run passed before the first task, mostly for this part.
    StartUpDominates(f64, StartUp),
    /// Processes cost more than their tasks.
    TasksTooSmall {
        /// The share of the time in which they were created.
        creating: f64,
        /// The share of the time in which they waited for a task.
        idle: f64,
    },
}

impl Seen {
    /// The pattern that it shows.
    pub fn pattern(&self) -> Pattern {
        match self {
            Seen::Caveat(pattern, _) => *pattern,
            Seen::SerialisedByLock { .. } => Pattern::SerialisedByLock,
            Seen::Convoy { .. } => Pattern::Convoy,
            Seen::MoreWorkersThanCores { .. } => Pattern::MoreWorkersThanCores,
            Seen::WaitsOverlap { .. } => Pattern::WaitsOverlap,
            Seen::UnevenEnd(_) => Pattern::UnevenEnd,
            Seen::StartUpDominates(..) => Pattern::StartUpDominates,
            Seen::TasksTooSmall { .. } => Pattern::TasksTooSmall,
        }
    }

    /// The share of the time that the pattern explains, from 0 to 1.
    pub fn strength(&self) -> f64 {
        match *self {
            Seen::Caveat(..) => 1.0,
            Seen::SerialisedByLock { share, .. } | Seen::Convoy { share, .. } => share,
            Seen::MoreWorkersThanCores {
                waiting, workers, ..
            } => waiting / f64::from(workers),
            Seen::WaitsOverlap { at_once, .. } => 1.0 - 1.0 / at_once,
            Seen::UnevenEnd(share) | Seen::StartUpDominates(share, _) => share,
            Seen::TasksTooSmall { creating, idle } => creating + idle,
        }
    }
}

/// The patterns that this run on so many usable cores shows, the strongest first. At most three.
pub fn seen(record: &Record, cores: u32) -> Vec<Seen> {
    let looks = PATTERNS.iter().map(|row| look(row.pattern, record, cores));
    let mut seen: Vec<Seen> = looks
        .filter_map(|look| match look {
            Recognition::Seen(evidence) => Some(evidence),
            Recognition::NotSeen | Recognition::CannotTell => None,
        })
        .collect();
    // Of native processes, both say how long creating them took.
    let is_too_small = seen.iter().any(|it| it.pattern() == Pattern::TasksTooSmall);
    if is_too_small && !record.plan.model().is_python() {
        seen.retain(|it| it.pattern() != Pattern::StartUpDominates);
    }
    seen.sort_by(|a, b| b.strength().total_cmp(&a.strength()));
    seen.truncate(NAMED);
    seen
}

/// Looks for a pattern in a run on so many usable cores.
pub fn look(pattern: Pattern, record: &Record, cores: u32) -> Recognition {
    if !is_measured(pattern, record) {
        return Recognition::CannotTell;
    }
    match pattern {
        Pattern::MachineBusy | Pattern::Throttled => caveat(pattern, record),
        Pattern::SerialisedByLock => serialised_by_lock(record),
        Pattern::Convoy => convoy(record),
        Pattern::MoreWorkersThanCores => more_workers_than_cores(record, cores),
        Pattern::WaitsOverlap => waits_overlap(record, cores),
        Pattern::UnevenEnd => uneven_end(record),
        Pattern::StartUpDominates => start_up_dominates(record),
        Pattern::TasksTooSmall => tasks_too_small(record),
    }
}

/// Whether the run's numbers say anything about the pattern.
fn is_measured(pattern: Pattern, record: &Record) -> bool {
    use Pattern::{
        MachineBusy, StartUpDominates, TasksTooSmall, Throttled, UnevenEnd, WaitsOverlap,
    };
    let outcome = record.ending.outcome;
    let is_disturbed = record.is_disturbed();
    let is_short = record.times.wall_s < SHORTEST_S;
    match pattern {
        MachineBusy | Throttled => true,
        _ if outcome == Outcome::Failed => false,
        _ if outcome == Outcome::Completed && record.ending.tasks_failed > 0 => false,
        UnevenEnd => outcome == Outcome::Completed && !is_disturbed && !is_short,
        StartUpDominates | TasksTooSmall => outcome == Outcome::Completed && !is_disturbed,
        // Waiting needs no core, so it goes on whatever others do.
        WaitsOverlap => !is_short,
        _ => !is_disturbed && !is_short,
    }
}

/// The pattern if `is_seen`.
fn seen_if(is_seen: bool, evidence: Seen) -> Recognition {
    if is_seen {
        Recognition::Seen(evidence)
    } else {
        Recognition::NotSeen
    }
}

fn caveat(pattern: Pattern, record: &Record) -> Recognition {
    let mut kinds = pattern.caveats().iter();
    let kind = kinds.find(|kind| record.has_caveat(**kind));
    kind.map_or(Recognition::NotSeen, |kind| {
        Recognition::Seen(Seen::Caveat(pattern, *kind))
    })
}

/// The share of their time that the workers spent in a phase.
fn share(record: &Record, phase: Phase) -> f64 {
    average(record, phase) / f64::from(record.plan.workers)
}

/// The time from the start of the first task, in seconds.
fn after_start(record: &Record) -> f64 {
    record.times.wall_s - record.times.startup_s.unwrap_or(0.0)
}

fn serialised_by_lock(record: &Record) -> Recognition {
    let Some(gil) = record.interpreter.gil else {
        return Recognition::NotSeen;
    };
    // A worker that holds the lock may have lost its core.
    let held = spent(record, Phase::Computing) + spent(record, Phase::Ready);
    let waited = share(record, Phase::Gil);
    let is_full = held > after_start(record) * FULL;
    seen_if(
        is_full && waited > SHARE,
        Seen::SerialisedByLock {
            share: waited,
            is_estimate: gil.is_estimate,
        },
    )
}

fn convoy(record: &Record) -> Recognition {
    let Some(gil) = record.interpreter.gil else {
        return Recognition::NotSeen;
    };
    let possible = record.plan.phases();
    let share = share(record, Phase::Gil);
    if share <= SHARE || !WAITS.iter().any(|phase| possible.contains(phase)) {
        return Recognition::NotSeen;
    }
    let interval_us = record.plan.given(&SWITCH_INTERVAL);
    let (Some(turns @ 1..), Some(interval_us)) = (gil.switches, interval_us) else {
        return Recognition::CannotTell;
    };
    let (wait_s, interval_s) = (gil.wait_s / turns as f64, interval_us as f64 / 1e6);
    seen_if(
        wait_s >= interval_s,
        Seen::Convoy {
            wait_s,
            interval_s,
            share,
        },
    )
}

fn more_workers_than_cores(record: &Record, cores: u32) -> Recognition {
    let workers = record.plan.workers;
    let waiting = average(record, Phase::Ready);
    let is_waiting = waiting >= WORKERS && waiting > f64::from(workers) * SHARE;
    if workers <= cores || !is_waiting {
        return Recognition::NotSeen;
    }
    // If the workers did not have all cores, others may have had them.
    if record.times.cpu_s < after_start(record) * f64::from(cores) * FULL {
        return Recognition::CannotTell;
    }
    Recognition::Seen(Seen::MoreWorkersThanCores {
        waiting,
        workers,
        cores,
    })
}

fn waits_overlap(record: &Record, usable: u32) -> Recognition {
    let Cause::Waiting {
        phase,
        at_once: Some(at_once),
        cores,
    } = Cause::of(record)
    else {
        return Recognition::NotSeen;
    };
    if at_once < cores + OVERLAP {
        Recognition::NotSeen
    } else if waits_are_blurred(record, usable) {
        Recognition::CannotTell
    } else {
        Recognition::Seen(Seen::WaitsOverlap {
            phase,
            at_once,
            cores,
        })
    }
}

fn uneven_end(record: &Record) -> Recognition {
    if record.plan.workers == 1 {
        return Recognition::NotSeen;
    }
    idle_at_end(record).map_or(Recognition::CannotTell, |idle| {
        seen_if(idle > SHARE, Seen::UnevenEnd(idle))
    })
}

/// The mean share of the run in which workers that had tasks were without one at the end. `None` if it is not known.
fn idle_at_end(record: &Record) -> Option<f64> {
    let had_tasks = record.workers.iter().filter(|worker| worker.tasks > 0);
    let workers = had_tasks.clone().count();
    let idle: f64 = if let Some(tasks) = &record.tasks {
        let mut last = vec![0.0_f64; record.plan.workers as usize];
        for task in tasks {
            let end = &mut last[task.worker as usize];
            *end = end.max(task.end_s.unwrap_or(record.times.wall_s));
        }
        let ends = last.into_iter().filter(|end| *end > 0.0);
        ends.map(|end| record.times.wall_s - end).sum()
    } else {
        // A pool has workers wait for tasks between two of them.
        let executor = record.plan.model().description().executor;
        let is_known = matches!(executor, ExecutorKind::Threads | ExecutorKind::Forks);
        is_known.then(|| {
            had_tasks
                .map(|worker| seconds(worker.phases_s[Phase::Idle]))
                .sum()
        })?
    };
    (workers > 0).then(|| idle / workers as f64 / record.times.wall_s)
}

fn start_up_dominates(record: &Record) -> Recognition {
    match Cause::of(record) {
        Cause::StartUp(part) => {
            let share = record.times.startup_s.unwrap_or(0.0) / record.times.wall_s;
            Recognition::Seen(Seen::StartUpDominates(share, part))
        }
        _ => Recognition::NotSeen,
    }
}

/// How long creating the workers took, in seconds. What an interpreter needs before that, it needs for one worker, too.
pub(super) fn creating(record: &Record) -> Option<f64> {
    let python = record.interpreter.python.as_ref();
    python.map_or(record.times.startup_s, |python| python.pool_s)
}

fn tasks_too_small(record: &Record) -> Recognition {
    let plan = &record.plan;
    if !plan.model().has_processes() {
        return Recognition::NotSeen;
    }
    let Some(creating) = creating(record) else {
        return Recognition::CannotTell;
    };
    let time = creating + after_start(record);
    let idle = match plan.tasks >= plan.workers.saturating_mul(TASKS_EACH) {
        true => spent(record, Phase::Idle) / f64::from(plan.workers),
        false => 0.0,
    };
    let (creating, idle) = (creating / time, idle / time);
    seen_if(
        creating + idle > MOST,
        Seen::TasksTooSmall { creating, idle },
    )
}

#[cfg(test)]
mod tests;
