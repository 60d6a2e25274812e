//! Whether threads, processes or neither help with the work of a run, and how many, from its record alone.

use super::{
    finding::RunFinding,
    pattern::creating,
    reason::{WAITS, on_tasks, spent, waits_are_blurred},
};
use crate::{
    catalog::{
        caveat::{CaveatKind, SHORTEST_S},
        pattern::SHARE,
        workload::TaskStep,
    },
    domain::{
        difference::Difference,
        phase::Phase,
        plan::{Lock, Plan},
        python::GilState,
        record::{PhaseSource, Record},
    },
};

/// What helps with the work of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Advice {
    /// The work waits most of its time, so threads are enough.
    Waits {
        /// The share of its time, from 0 to 1.
        share: f64,
        /// About how many workers are enough.
        workers: u32,
    },
    /// The work computes.
    Computes {
        /// How many workers help.
        workers: u32,
        /// Whether threads share a lock, so that only processes help.
        has_lock: bool,
    },
    /// The work computes and waits.
    Both {
        /// The share of its time for which it computes, from 0 to 1.
        computing: f64,
        /// About how many threads help.
        threads: u32,
        /// About how many processes help.
        processes: u32,
    },
    /// Neither threads nor processes help.
    Neither(Neither),
}

/// Why more workers do not help.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Neither {
    /// All tasks together take no longer than creating the workers.
    TooLittle {
        /// How long all tasks take, one after the other, in seconds.
        tasks_s: f64,
        /// How long creating the workers took, in seconds.
        creating_s: f64,
    },
    /// A task cannot be shared.
    OneTask,
    /// The work computes, and only one core is usable.
    OneCore,
}

impl Advice {
    /// What the record of a run on so many usable cores says. `None` if it does not say enough, or if `finding` shows
    /// the opposite.
    pub fn of(record: &Record, cores: u32, finding: &RunFinding) -> Option<Advice> {
        let advice = Advice::from_record(record, cores.max(1))?;
        let difference = finding.gain.map(|(gain, _)| gain.difference);
        let is_faster = difference == Some(Difference::Faster);
        let is_denied = match advice.is_followed_by(&record.plan) {
            true => difference.is_some() && !is_faster,
            false => is_faster && matches!(advice, Advice::Neither(_)),
        };
        (!is_denied).then_some(advice)
    }

    fn from_record(record: &Record, cores: u32) -> Option<Advice> {
        use CaveatKind::{DidNotEnd, GilChanged};
        let plan = &record.plan;
        let doubts = [DidNotEnd, GilChanged];
        let is_doubted =
            record.is_disturbed() || doubts.map(|kind| record.has_caveat(kind)).contains(&true);
        // Workers that add to a number may wait for each other while they compute.
        let adds = plan
            .steps()
            .iter()
            .any(|step| matches!(step, TaskStep::Add(_)));
        // What happens within a call of the user's function is not known.
        let is_opaque = record.measurement.phase_source == PhaseSource::Calls;
        // For a command, no other model is to be had.
        let has_choice = !plan.workload.is_command();
        if !record.is_sound() || is_doubted || adds || is_opaque || !has_choice {
            return None;
        }
        let tasks_s = on_tasks(record);
        // A lock of the function's own makes workers wait for each other, however many there are.
        if spent(record, Phase::Lock) > tasks_s * SHARE {
            return None;
        }
        let creating_s =
            creating(record).filter(|creating_s| plan.workers > 1 && tasks_s <= *creating_s);
        if let Some(creating_s) = creating_s {
            return Some(Advice::Neither(Neither::TooLittle {
                tasks_s,
                creating_s,
            }));
        }
        if record.times.wall_s < SHORTEST_S {
            return None;
        }
        if plan.tasks == 1 {
            return Some(Advice::Neither(Neither::OneTask));
        }
        let waits = waits(record, cores)?;
        Some(Advice::for_work(plan, cores, waits))
    }

    /// The advice for tasks that wait for this share of their time.
    fn for_work(plan: &Plan, cores: u32, waits: f64) -> Advice {
        let has_lock = plan.lock() != Lock::None
            || plan
                .interpreter()
                .is_some_and(|python| python.gil == GilState::On);
        let filling = |cores: u32| {
            let workers = f64::from(cores) / (1.0 - waits).max(f64::EPSILON);
            (workers.round() as u32).clamp(2, plan.tasks)
        };
        let threads = filling(if has_lock { 1 } else { cores });
        if waits >= 1.0 - SHARE {
            return Advice::Waits {
                share: waits,
                workers: threads,
            };
        }
        match (waits <= SHARE, cores) {
            (true, 1) => Advice::Neither(Neither::OneCore),
            (true, _) => Advice::Computes {
                workers: cores.min(plan.tasks),
                has_lock,
            },
            (false, _) => Advice::Both {
                computing: 1.0 - waits,
                threads,
                processes: filling(cores),
            },
        }
    }

    /// Whether this plan does what is advised, with any number of workers.
    fn is_followed_by(&self, plan: &Plan) -> bool {
        let helps = match self {
            Advice::Waits { .. } => !plan.model().has_processes(),
            Advice::Computes { .. } => plan.lock() == Lock::None,
            Advice::Both { .. } => true,
            Advice::Neither(_) => false,
        };
        helps && plan.workers > 1
    }
}

/// The share of their time for which the tasks wait, from 0 to 1. `None` if the record does not show it.
fn waits(record: &Record, cores: u32) -> Option<f64> {
    let possible = record.phases();
    if !WAITS.iter().any(|phase| possible.contains(phase)) {
        return Some(0.0);
    }
    let on_tasks = on_tasks(record);
    let is_known = on_tasks > 0.0 && !waits_are_blurred(record, cores);
    is_known.then(|| (1.0 - record.times.cpu_s / on_tasks).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::{super::reason::Cause, *};
    use crate::{
        analysis::finding::Finding,
        catalog::{
            caveat::Caveat,
            model::Model,
            workload::{COMPUTE_ITERATIONS, Workload},
        },
        domain::{
            machine::WorkerLimits,
            phase::PhaseTimes,
            record::BlockedTotals,
            speedup::Baseline,
            stats::Ratio,
            time::{nanos, seconds},
        },
        fixtures::sample,
    };

    /// A run of one second on two cores, whose 16 tasks slept and computed for these seconds.
    fn run(model: Model, workers: u64, slept_s: f64, computed_s: f64) -> Record {
        let mut draft = sample::draft(Workload::Sleep, model, workers);
        draft.tasks = 16;
        draft.set(&COMPUTE_ITERATIONS, 1_000);
        let plan = draft.validate(&WorkerLimits::default()).unwrap();
        let mut record = sample::record(plan, 1.0, computed_s);
        record.times.phases_s = PhaseTimes::default();
        record.times.phases_s[Phase::Sleep] = nanos(slept_s);
        record.times.phases_s[Phase::Computing] = nanos(computed_s);
        for worker in &mut record.workers {
            worker.run_queue_wait_s = Some(0.0);
        }
        record
    }

    fn advice(record: &Record) -> Option<Advice> {
        Advice::of(record, 2, &RunFinding::default())
    }

    #[test]
    fn calls_into_which_nobody_saw_need_no_advice() {
        let mut record = run(Model::PythonThreads, 2, 1.84, 0.16);
        assert!(advice(&record).is_some());
        record.measurement.phase_source = PhaseSource::Calls;
        assert_eq!(advice(&record), None);
        let calls = Cause::Calls {
            at_once: record.times.concurrency,
            cores: record.times.parallelism,
        };
        assert_eq!(Cause::of(&record), calls);
    }

    #[test]
    fn calls_that_the_kernel_saw_waiting_wait_although_their_plan_names_no_wait() {
        let mut record = run(Model::PythonThreads, 2, 1.84, 0.16);
        record.plan.workload = Workload::Function;
        assert!(!record.plan.phases().contains(&Phase::Sleep));
        assert!(record.phases().contains(&Phase::Sleep));
        let seen = advice(&record);
        assert!(matches!(seen, Some(Advice::Waits { .. })), "{seen:?}");
        let cause = Cause::of(&record);
        let is_sleep = |cause| {
            matches!(
                cause,
                Cause::Waiting {
                    phase: Phase::Sleep,
                    ..
                }
            )
        };
        assert!(is_sleep(cause), "{cause:?}");
    }

    #[test]
    fn a_function_that_was_seen_from_outside_waits_for_what_was_seen() {
        let spends = |phases: &[(Phase, f64)]| {
            let mut draft = sample::draft(Workload::Function, Model::PythonThreads, 2);
            draft.tasks = 16;
            let plan = draft.validate(&WorkerLimits::default()).unwrap();
            let mut record = sample::record(plan, 1.0, 0.0);
            record.measurement.phase_source = PhaseSource::SwitchesAndSyscalls;
            record.measurement.blocked = Some(BlockedTotals::default());
            record.times.phases_s = PhaseTimes::default();
            for (phase, seconds) in phases {
                record.times.phases_s[*phase] = nanos(*seconds);
            }
            record.times.cpu_s = seconds(record.times.phases_s[Phase::Computing]);
            for worker in &mut record.workers {
                worker.run_queue_wait_s = Some(0.0);
            }
            record
        };
        let computes = spends(&[
            (Phase::Computing, 0.9),
            (Phase::Gil, 1.0),
            (Phase::File, 0.01),
        ]);
        assert!(matches!(Cause::of(&computes), Cause::Computing { .. }));
        assert!(matches!(advice(&computes), Some(Advice::Computes { .. })));
        let waits = spends(&[(Phase::Computing, 0.02), (Phase::Subprocess, 1.9)]);
        let cause = Cause::of(&waits);
        assert!(matches!(
            cause,
            Cause::Waiting {
                phase: Phase::Subprocess,
                ..
            }
        ));
        assert!(matches!(advice(&waits), Some(Advice::Waits { .. })));
        // One at a time has the lock, and the others wait for it.
        let locks = spends(&[(Phase::Sleep, 0.9), (Phase::Lock, 0.9)]);
        assert_eq!(advice(&locks), None);
    }

    #[test]
    fn work_that_waits_needs_as_many_threads_as_fill_the_lock_or_the_cores() {
        let workers = |model, slept_s, computed_s| match advice(&run(model, 2, slept_s, computed_s))
        {
            Some(Advice::Waits { workers, .. }) => workers,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            workers(Model::GilThreads, 1.84, 0.16),
            13,
            "one lock, 8 % computing"
        );
        assert_eq!(
            workers(Model::PythonProcesses, 1.84, 0.16),
            13,
            "its threads share a lock"
        );
        assert_eq!(
            workers(Model::Threads, 1.8, 0.2),
            16,
            "two cores, no more than tasks"
        );
    }

    #[test]
    fn work_that_computes_needs_a_worker_per_core_and_no_threads_under_a_lock() {
        for (model, has_lock) in [
            (Model::GilThreads, true),
            (Model::Threads, false),
            (Model::Processes, false),
        ] {
            let workers = 2;
            let expected = Advice::Computes { workers, has_lock };
            assert_eq!(
                advice(&run(model, 2, 0.05, 1.0)),
                Some(expected),
                "{model:?}"
            );
        }
        let alone = Advice::of(
            &run(Model::Threads, 2, 0.05, 1.0),
            1,
            &RunFinding::default(),
        );
        assert_eq!(alone, Some(Advice::Neither(Neither::OneCore)));
    }

    #[test]
    fn work_that_computes_and_waits_fills_a_lock_with_fewer_threads_than_cores_with_processes() {
        let (threads, processes) = (2, 4);
        let computing = 0.5;
        let expected = |threads| Advice::Both {
            computing,
            threads,
            processes,
        };
        assert_eq!(
            advice(&run(Model::GilThreads, 2, 0.8, 0.8)),
            Some(expected(threads))
        );
        assert_eq!(
            advice(&run(Model::Threads, 2, 0.8, 0.8)),
            Some(expected(processes))
        );
    }

    #[test]
    fn neither_helps_if_the_tasks_cost_no_more_than_their_workers_or_there_is_one() {
        let mut small = run(Model::Processes, 2, 0.0, 0.004);
        (small.times.wall_s, small.times.startup_s) = (0.009, Some(0.005));
        let tasks_s = 0.004;
        let creating_s = 0.005;
        let expected = Advice::Neither(Neither::TooLittle {
            tasks_s,
            creating_s,
        });
        assert_eq!(advice(&small), Some(expected));
        small.times.startup_s = Some(0.001);
        assert_eq!(advice(&small), None, "it is too short to say anything else");
        let mut one = run(Model::Threads, 2, 0.0, 0.9);
        one.plan.tasks = 1;
        assert_eq!(advice(&one), Some(Advice::Neither(Neither::OneTask)));
    }

    #[test]
    fn nothing_is_advised_without_evidence() {
        let sound = run(Model::Threads, 2, 0.05, 1.0);
        let changed = |change: &dyn Fn(&mut Record)| {
            let mut record = sound.clone();
            change(&mut record);
            advice(&record)
        };
        assert!(changed(&|_| {}).is_some());
        assert_eq!(changed(&|run| run.ending.tasks_failed = 1), None);
        for kind in [
            CaveatKind::CoresTaken,
            CaveatKind::Throttled,
            CaveatKind::DidNotEnd,
        ] {
            let caveat = || Caveat {
                kind,
                text: String::new(),
            };
            assert_eq!(
                changed(&|run| run.measurement.caveats.push(caveat())),
                None,
                "{kind:?}"
            );
        }
        let queued = |run: &mut Record| {
            for worker in &mut run.workers {
                worker.run_queue_wait_s = Some(0.4);
            }
        };
        assert_eq!(
            changed(&queued),
            None,
            "waiting for a core looks like sleeping"
        );
        let contended = run(Model::PythonThreads, 2, 0.5, 0.9);
        assert_eq!(
            advice(&contended),
            None,
            "so does waiting for CPython's lock"
        );
    }

    #[test]
    fn advice_that_a_comparison_denies_is_not_given() {
        let over = Baseline {
            number: 1,
            model: Model::Serial,
            workers: 1,
            parallelism: 1.0,
            same_interpreter: true,
            is_chosen: false,
            is_disturbed: false,
        };
        let finding = |value| {
            let ratio = Ratio {
                value,
                interval: None,
            };
            RunFinding {
                time: None,
                gain: Some((Finding::from(ratio), over)),
            }
        };
        let given = |model, factor| {
            let record = run(model, 2, 0.05, 1.0);
            Advice::of(&record, 2, &finding(factor)).is_some()
        };
        assert!(given(Model::Processes, 1.9));
        assert!(!given(Model::Processes, 1.0));
        assert!(
            given(Model::GilThreads, 1.0),
            "that is why processes are advised"
        );
    }
}
