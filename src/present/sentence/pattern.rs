//! Patterns by name with their evidence, and the advice that a record gives.

use super::{
    the_lock,
    verdict::{starting, waiting},
};
use crate::{
    analysis::{
        advice::{Advice, Neither},
        finding::RunFinding,
        pattern::{Seen, seen},
    },
    domain::{
        history::RunEntry,
        text::{capitalized, counted, duration, percent},
    },
};

/// The patterns that a run shows, each with its evidence, and the advice: "Waits overlap: …".
pub fn all(run: &RunEntry, finding: &RunFinding) -> Vec<String> {
    let cores = run.provenance.machine.cores_usable;
    let advice = Advice::of(&run.record, cores, finding);
    let seen = seen(&run.record, cores).into_iter();
    let advice = advice.map(|advice| format!("Advice: {}", self::advice(&advice)));
    seen.map(|seen| sentence(&seen)).chain(advice).collect()
}

/// The name of the strongest pattern that a run shows, if it shows any.
pub fn strongest(run: &RunEntry) -> Option<String> {
    let seen = seen(&run.record, run.provenance.machine.cores_usable);
    let strongest = seen.first()?;
    Some(capitalized(strongest.pattern().description().name))
}

/// A pattern and how it shows.
pub fn sentence(seen: &Seen) -> String {
    let name = capitalized(seen.pattern().description().name);
    format!("{name}: {}", evidence(seen))
}

fn evidence(seen: &Seen) -> String {
    match *seen {
        Seen::Caveat(_, kind) => format!("the caveat {} says how much", kind.name()),
        Seen::SerialisedByLock { share, is_estimate } => format!(
            "workers waited for {} {} of their time",
            the_lock(is_estimate),
            percent(share)
        ),
        Seen::Convoy {
            wait_s, interval_s, ..
        } => format!(
            "workers waited {} for the lock each time, on average, and a switch interval is {}",
            duration(wait_s),
            duration(interval_s)
        ),
        Seen::MoreWorkersThanCores {
            waiting,
            workers,
            cores,
        } => format!(
            "{waiting:.1} of {workers} workers waited for {}",
            match cores {
                1 => "the only core".into(),
                cores => format!("one of {cores} cores"),
            }
        ),
        Seen::WaitsOverlap {
            phase,
            at_once,
            cores,
        } => format!(
            "{at_once:.1} workers {} at once, with {cores:.1} cores in use",
            waiting(phase)
        ),
        Seen::UnevenEnd(share) => format!(
            "workers had no task for {} of the run while the last tasks ran",
            percent(share)
        ),
        Seen::StartUpDominates(share, part) => {
            format!(
                "{} of the run passed before the first task, mostly for {}",
                percent(share),
                starting(part)
            )
        }
        Seen::TasksTooSmall { creating, idle } => format!(
            "processes spent {} of their time on starting and {} without a task",
            percent(creating),
            percent(idle)
        ),
    }
}

/// What helps, in a sentence or two.
pub fn advice(advice: &Advice) -> String {
    match *advice {
        Advice::Waits { share, workers } => format!(
            "this work waits {} of its time. Threads are enough, about {}; processes would cost \
             start-up and memory",
            percent(share),
            counted(workers.into(), "worker")
        ),
        Advice::Computes {
            workers,
            has_lock: true,
        } => format!(
            "this work computes. Processes help up to {}; threads take turns under the GIL",
            counted(workers.into(), "worker")
        ),
        Advice::Computes {
            workers,
            has_lock: false,
        } => format!(
            "this work computes. Threads without a GIL, or processes, help up to {}",
            counted(workers.into(), "worker")
        ),
        Advice::Both {
            computing,
            threads,
            processes,
        } => {
            let helps = match threads == processes {
                true => format!("threads or processes help, about {threads}"),
                false => {
                    format!("threads help up to about {threads}, processes up to about {processes}")
                }
            };
            format!(
                "this work computes {} of its time and waits for the rest. {}",
                percent(computing),
                capitalized(&helps)
            )
        }
        Advice::Neither(why) => format!("neither threads nor processes. {}", neither(why)),
    }
}

fn neither(why: Neither) -> String {
    match why {
        Neither::TooLittle {
            tasks_s,
            creating_s,
        } => format!(
            "All tasks together took {}, and creating the workers {}",
            duration(tasks_s),
            duration(creating_s)
        ),
        Neither::OneTask => "A single task cannot be shared".into(),
        Neither::OneCore => "This work computes, and one core is usable".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::reason::StartUp,
        catalog::{caveat::CaveatKind, pattern::Pattern},
        domain::phase::Phase,
    };

    #[test]
    fn a_pattern_is_named_with_its_evidence() {
        for (seen, said) in [
            (
                Seen::Caveat(Pattern::MachineBusy, CaveatKind::CoresTaken),
                "The machine was busy: the caveat cores-taken says how much",
            ),
            (
                Seen::SerialisedByLock {
                    share: 0.74,
                    is_estimate: true,
                },
                "Serialised by the lock: workers waited for the lock (estimated) 74 % of their time",
            ),
            (
                Seen::Convoy {
                    wait_s: 0.0151,
                    interval_s: 0.005,
                    share: 0.4,
                },
                "Convoy: workers waited 15.1 ms for the lock each time, on average, and a switch \
                 interval is 5.00 ms",
            ),
            (
                Seen::MoreWorkersThanCores {
                    waiting: 5.9,
                    workers: 8,
                    cores: 2,
                },
                "More workers than cores: 5.9 of 8 workers waited for one of 2 cores",
            ),
            (
                Seen::WaitsOverlap {
                    phase: Phase::Network,
                    at_once: 10.2,
                    cores: 0.2,
                },
                "Waits overlap: 10.2 workers waited for the network at once, with 0.2 cores in use",
            ),
            (
                Seen::UnevenEnd(0.14),
                "Uneven end: workers had no task for 14 % of the run while the last tasks ran",
            ),
            (
                Seen::StartUpDominates(0.62, StartUp::Imports),
                "Start-up dominates: 62 % of the run passed before the first task, mostly for \
                 importing Python's modules",
            ),
            (
                Seen::TasksTooSmall {
                    creating: 0.3,
                    idle: 0.5,
                },
                "Tasks too small for processes: processes spent 30 % of their time on starting and \
                 50 % without a task",
            ),
        ] {
            assert_eq!(sentence(&seen), said);
        }
    }

    #[test]
    fn advice_says_what_helps_and_how_many() {
        for (advice, said) in [
            (
                Advice::Waits {
                    share: 0.92,
                    workers: 12,
                },
                "this work waits 92 % of its time. Threads are enough, about 12 workers; processes \
                 would cost start-up and memory",
            ),
            (
                Advice::Computes {
                    workers: 2,
                    has_lock: true,
                },
                "this work computes. Processes help up to 2 workers; threads take turns under the \
                 GIL",
            ),
            (
                Advice::Computes {
                    workers: 2,
                    has_lock: false,
                },
                "this work computes. Threads without a GIL, or processes, help up to 2 workers",
            ),
            (
                Advice::Both {
                    computing: 0.5,
                    threads: 2,
                    processes: 4,
                },
                "this work computes 50 % of its time and waits for the rest. Threads help up to \
                 about 2, processes up to about 4",
            ),
            (
                Advice::Neither(Neither::TooLittle {
                    tasks_s: 0.003,
                    creating_s: 0.005,
                }),
                "neither threads nor processes. All tasks together took 3.00 ms, and creating the \
                 workers 5.00 ms",
            ),
        ] {
            assert_eq!(super::advice(&advice), said);
        }
    }
}
