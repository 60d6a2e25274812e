//! An estimate of how long a run will take, made before anything is measured.
//!
//! It accounts for how the tasks share workers and cores, and ignores the rest of the machine: starting, scheduling and
//! other programs add to it.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    addresses::{Addresses, FETCH_TIMEOUT_S},
    plan::{Draft, Plan},
    python::{FoundPython, GilState, Interpreter},
    record::Record,
    speed::Speed,
    stats,
    sweep::{SweepDraft, SweepPlan},
    time::{Nanos, nanos, seconds},
};
use crate::catalog::workload::{PAGE_BYTES, TaskStep, WRITES};

/// Above this number of tasks, `io` is estimated from sums instead of by simulating each task.
const TASKS_HANDED_OUT: u64 = 10_000;
/// About how long an interpreter takes to start, to import what it needs and to make its first workers, in seconds.
const PYTHON_START_S: f64 = 0.06;

/// About how long a run will take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Estimate {
    /// This many seconds.
    Seconds(f64),
    /// This many seconds, without writing the pages, because the cost of that on this machine is not known yet.
    SecondsAndWriting(f64),
    /// Unknown, because it depends on how fast this machine computes, which was not measured yet.
    NeedsSpeed,
    /// Unknown, because it depends on how fast the real addresses answer, or on the user's function.
    UpToOthers,
}

/// The facts about a machine that determine how long a run takes.
#[derive(Clone, Copy, Debug)]
pub struct MachineFacts<'a> {
    /// How many cores can be in use at most.
    pub cores: f64,
    /// How fast an idle core computes.
    pub speed: Option<&'a Speed>,
    /// The interpreters on the machine, with their speeds.
    pub pythons: &'a [FoundPython],
    /// CPU seconds that a worker needs to render and write one byte of a page once; see [`writing_cost`].
    pub writing: Option<f64>,
}

impl MachineFacts<'_> {
    /// How fast the draft computes on an idle core: natively, or in its interpreter.
    pub fn speed_of(&self, draft: &Draft) -> Option<Speed> {
        if draft.model.is_python() {
            self.speed_in(draft.python.as_ref()?)
        } else {
            self.speed.cloned()
        }
    }

    /// The speed by which all configurations of a sweep convert a time to a number of steps.
    pub fn speed_of_sweep(&self, sweep: &SweepDraft) -> Option<Speed> {
        match sweep.sized_by() {
            Some(interpreter) => self.speed_in(interpreter),
            None => self.speed.cloned(),
        }
    }

    fn speed_in(&self, interpreter: &Interpreter) -> Option<Speed> {
        let mut found = self.pythons.iter();
        let found = found.find(|found| found.interpreter == *interpreter)?;
        Some(found.speed())
    }
}

/// Estimates how long one run of a draft takes. The draft has to be valid.
pub fn of(draft: &Draft, known: MachineFacts<'_>) -> Estimate {
    if draft.workload.is_opaque() {
        return Estimate::UpToOthers;
    }
    let latencies_ms = match draft.addresses() {
        Some(Addresses::Urls(_)) => return Estimate::UpToOthers,
        Some(Addresses::Loopback(latencies_ms)) => latencies_ms,
        // Tasks that do not fetch have no latency.
        None => vec![0],
    };
    let Some(task) = Task::of(draft, known) else {
        return Estimate::NeedsSpeed;
    };
    let at_once = at_once(draft, known.cores);
    let mut seconds = if draft.workload.computes() {
        computing(draft, task.computing, at_once)
    } else {
        waiting(draft, &task, &latencies_ms, at_once)
    };
    if draft.model.is_python() {
        seconds += PYTHON_START_S;
    }
    if task.writes_at_unknown_cost {
        Estimate::SecondsAndWriting(seconds)
    } else {
        Estimate::Seconds(seconds)
    }
}

/// The parts of a task besides fetching, in seconds.
#[derive(Default)]
struct Task {
    /// On a core.
    computing: f64,
    /// Without a core.
    sleeping: f64,
    /// Whether writing is left out because its cost is not known yet.
    writes_at_unknown_cost: bool,
}

impl Task {
    /// `None` if the task depends on a speed that is not known.
    fn of(draft: &Draft, known: MachineFacts<'_>) -> Option<Task> {
        let mut task = Task::default();
        let sized = draft.sizing_by_time();
        task.computing += sized.map_or(0.0, |sizing| draft.get(sizing.time) as f64 / 1e3);
        for step in (draft.workload.description().steps)(&draft.values) {
            match (step, known.writing) {
                (TaskStep::Compute(_), _) if sized.is_some() => {}
                (TaskStep::Compute(0) | TaskStep::Fetch | TaskStep::Call, _) => {}
                // An addition includes a step of the loop.
                (TaskStep::Compute(iterations) | TaskStep::Add(iterations), _) => {
                    task.computing += known.speed_of(draft)?.seconds_of(iterations);
                }
                (TaskStep::Write(times), Some(cost)) => {
                    task.computing += times as f64 * draft.get(&PAGE_BYTES) as f64 * cost;
                }
                (TaskStep::Sleep(ms), _) => task.sleeping += ms as f64 / 1e3,
                (TaskStep::Write(_), None) => task.writes_at_unknown_cost = true,
            }
        }
        Some(task)
    }
}

/// Estimates how long a whole sweep takes, including the warm-up round. The draft has to be valid.
pub fn of_sweep(sweep: &SweepDraft, known: MachineFacts<'_>) -> Estimate {
    let rounds = sweep.repeats as f64 + 1.0;
    let each = sweep.configurations();
    each.fold(Estimate::Seconds(0.0), |sum, draft| {
        sum.and(of(&draft, known), rounds)
    })
}

/// Estimates how long so many rounds of these plans take.
pub fn of_rounds(plans: &[Plan], rounds: usize, known: MachineFacts<'_>) -> Estimate {
    plans.iter().fold(Estimate::Seconds(0.0), |sum, plan| {
        sum.and(of(&Draft::from(plan), known), rounds as f64)
    })
}

/// Estimates how long the rest of a sweep takes. `left` is the number of unfinished runs of each configuration, and
/// `ended` are the sweep's own records. The next runs of a configuration are expected to take as long as its measured
/// ones, including its warm-up run. A configuration without measurements is estimated.
pub fn remaining<'a>(
    plan: &SweepPlan,
    left: &[u32],
    ended: impl IntoIterator<Item = &'a Record>,
    known: MachineFacts<'_>,
) -> Estimate {
    let mut times = vec![vec![]; plan.configurations.len()];
    for record in ended {
        if let Some(index) = plan.index_of(&record.plan) {
            times[index].push(record.times.wall_s + record.times.teardown_s);
        }
    }
    let measured = plan.configurations.iter().zip(times).zip(left);
    measured.fold(Estimate::Seconds(0.0), |sum, ((plan, times), left)| {
        let one = stats::median(&times).map(Estimate::Seconds);
        let one = one.unwrap_or_else(|| of(&Draft::from(plan), known));
        sum.and(one, f64::from(*left))
    })
}

impl Estimate {
    /// The seconds, if they are known.
    pub fn seconds(self) -> Option<f64> {
        match self {
            Estimate::Seconds(seconds) | Estimate::SecondsAndWriting(seconds) => Some(seconds),
            Estimate::NeedsSpeed | Estimate::UpToOthers => None,
        }
    }

    /// The same kind of estimate with a different number of seconds.
    fn with(self, seconds: f64) -> Estimate {
        match self {
            Estimate::Seconds(_) => Estimate::Seconds(seconds),
            Estimate::SecondsAndWriting(_) => Estimate::SecondsAndWriting(seconds),
            unknown => unknown,
        }
    }

    /// What is left after `elapsed` seconds, at least 0.
    pub fn after(self, elapsed: f64) -> Estimate {
        let left = self.seconds().unwrap_or_default() - elapsed;
        self.with(left.max(0.0))
    }

    /// The sum of this estimate and `times` times the other.
    pub fn and(self, each: Estimate, times: f64) -> Estimate {
        match (self.seconds(), each.seconds()) {
            _ if times == 0.0 => self,
            (None, _) => self,
            (_, None) => each,
            (Some(sum), Some(one)) => {
                let kind = if let Estimate::Seconds(_) = self {
                    each
                } else {
                    self
                };
                kind.with(sum + times * one)
            }
        }
    }
}

/// How many workers can compute at the same time: one under the emulated lock, under CPython's lock and in an event
/// loop.
fn at_once(draft: &Draft, cores: f64) -> f64 {
    let is_locked = |python: &Interpreter| python.gil == GilState::On;
    let model = draft.model;
    let takes_turns = model.has_emulated_lock()
        || model.is_event_loop()
        || (model.shares_an_interpreter() && draft.python.as_ref().is_none_or(is_locked));
    let workers = if takes_turns { 1 } else { draft.workers.max(1) };
    (workers as f64).min(cores)
}

/// Equal tasks in rounds of one per worker. If more workers compute than can do so at once, they take turns and all
/// finish a round at the same time.
fn computing(draft: &Draft, task: f64, at_once: f64) -> f64 {
    let round = |busy: u64| task * (busy as f64 / at_once).max(1.0);
    // A draft may have no workers while it is being typed.
    let workers = draft.workers.max(1);
    let (rounds, last) = (draft.tasks / workers, draft.tasks % workers);
    rounds as f64 * round(workers) + if last > 0 { round(last) } else { 0.0 }
}

/// Each task goes to the worker that is free first. Waiting needs no core; writing and computing do.
fn waiting(draft: &Draft, task: &Task, latencies_ms: &[u32], at_once: f64) -> f64 {
    // A fetch is given up after the timeout.
    let length = |ms: &u32| match f64::from(*ms) / 1e3 {
        waiting if waiting >= FETCH_TIMEOUT_S => nanos(FETCH_TIMEOUT_S),
        waiting => nanos(waiting + task.computing + task.sleeping),
    };
    let lengths: Vec<Nanos> = latencies_ms.iter().map(length).collect();
    let handed_out = hand_out(&lengths, draft.tasks, draft.workers);
    handed_out.max(draft.tasks as f64 * task.computing / at_once)
}

/// When the last task ends. The tasks have these lengths, starting again after the last one.
fn hand_out(lengths: &[Nanos], tasks: u64, workers: u64) -> f64 {
    if tasks > TASKS_HANDED_OUT {
        let turns = lengths.len() as u64;
        let sum = |lengths: &[Nanos]| lengths.iter().copied().map(seconds).sum::<f64>();
        let last = &lengths[..(tasks % turns) as usize];
        let all = (tasks / turns) as f64 * sum(lengths) + sum(last);
        let longest = lengths.iter().copied().max().map_or(0.0, seconds);
        return (all / workers as f64).max(longest);
    }
    let mut free: BinaryHeap<Reverse<Nanos>> =
        (0..workers.min(tasks)).map(|_| Reverse(0)).collect();
    let mut end = 0;
    for length in lengths.iter().cycle().take(tasks as usize) {
        let Some(mut first) = free.peek_mut() else {
            break;
        };
        first.0 += length;
        end = end.max(first.0);
    }
    seconds(end)
}

/// The cost of writing in this run of `io` on pages of the embedded server, in seconds per byte and write. It is CPU
/// time, because the elapsed time depends on how many workers wrote at the same time.
pub fn writing_cost(record: &Record) -> Option<f64> {
    let plan = &record.plan;
    let (writes, page_bytes) = (plan.given(&WRITES)?, plan.given(&PAGE_BYTES)?);
    let bytes = f64::from(plan.tasks) * writes as f64 * page_bytes as f64;
    record.is_sound().then(|| record.times.cpu_s / bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        catalog::{
            model::Model,
            workload::{ADDRESSES, TASK_TIME, Workload},
        },
        domain::addresses,
        fixtures::sample,
    };

    fn cpu(model: Model, workers: u64, tasks: u64) -> Draft {
        Draft {
            tasks,
            ..Draft::new(Workload::Cpu, model, workers).with(&TASK_TIME, 400)
        }
    }

    fn io(workers: u64, tasks: u64, addresses: u64, seed: u64) -> Draft {
        Draft {
            tasks,
            seed,
            ..Draft::new(Workload::Io, Model::Threads, workers).with(&ADDRESSES, addresses)
        }
    }

    fn on_two_cores(writing: Option<f64>) -> MachineFacts<'static> {
        MachineFacts {
            cores: 2.0,
            speed: None,
            pythons: &[],
            writing,
        }
    }

    fn estimated(draft: &Draft) -> f64 {
        match of(draft, on_two_cores(Some(1e-9))) {
            Estimate::Seconds(seconds) => seconds,
            other => panic!("{other:?}"),
        }
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn computing_shares_the_cores_and_under_the_lock_one_of_them() {
        for (model, workers, seconds) in [
            (Model::Serial, 1, 3.2),
            (Model::Threads, 2, 1.6),
            (Model::Processes, 7, 1.8),
            (Model::Rayon, 8, 1.6),
            (Model::GilThreads, 1, 3.2),
            (Model::GilThreads, 4, 3.2),
        ] {
            let found = estimated(&cpu(model, workers, 8));
            assert!(near(found, seconds), "{} {workers}: {found}", model.name());
        }
    }

    #[test]
    fn one_worker_waits_for_all_addresses_and_one_worker_each_for_the_slowest() {
        let latencies = addresses::draw(100..=400, 16, 1);
        let sum: u32 = latencies.iter().sum();
        let known = on_two_cores(None);
        let all = f64::from(sum) / 1e3;
        let longest = f64::from(*latencies.iter().max().unwrap()) / 1e3;
        for (workers, expected) in [(1, all), (16, longest), (1_000, longest)] {
            let Estimate::SecondsAndWriting(found) = of(&io(workers, 16, 16, 1), known) else {
                panic!()
            };
            assert!(near(found, expected), "{workers}: {found}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        let iterations = Draft::new(Workload::Cpu, Model::Threads, 2);
        assert_eq!(of(&iterations, on_two_cores(None)), Estimate::NeedsSpeed);
        let speed = Speed::uniform(1e7);
        let known = MachineFacts {
            speed: Some(&speed),
            ..on_two_cores(None)
        };
        assert_eq!(of(&iterations, known), Estimate::Seconds(4.0));
        let urls = Draft {
            urls: Some(vec!["http://example.org/".into()]),
            ..io(4, 16, 16, 1)
        };
        assert_eq!(of(&urls, on_two_cores(Some(1e-9))), Estimate::UpToOthers);
    }

    #[test]
    fn a_run_teaches_what_writing_costs() {
        let mut record = sample::record(sample::plan(Workload::Io, Model::Threads, 16), 0.5, 0.48);
        let cost = writing_cost(&record).unwrap();
        // 16 tasks write 50 times 60 000 bytes.
        assert!(near(cost * 48e6, 0.48), "{cost}");
        record.ending.tasks_failed = 1;
        assert_eq!(writing_cost(&record), None);
    }

    fn sweep(draft: Draft, workers: &[u64]) -> SweepDraft {
        SweepDraft {
            draft,
            models: vec![Model::Threads],
            pythons: vec![],
            workers: workers.to_vec(),
            repeats: 3,
            seed: 1,
        }
    }

    #[test]
    fn a_sweep_takes_as_long_as_all_its_runs_the_round_that_warms_up_included() {
        // 8 tasks of 0.4 s: 3.2 s serial and with one thread, 1.6 s with two.
        let all = of_sweep(
            &sweep(cpu(Model::Serial, 1, 8), &[1, 2]),
            on_two_cores(None),
        );
        assert!(
            matches!(all, Estimate::Seconds(seconds) if near(seconds, 4.0 * 8.0)),
            "{all:?}"
        );
        let io = of_sweep(&sweep(io(1, 16, 16, 1), &[4]), on_two_cores(None));
        assert!(
            matches!(io, Estimate::SecondsAndWriting(seconds) if seconds > 4.0),
            "{io:?}"
        );
        let unknown = Draft::new(Workload::Cpu, Model::Serial, 1);
        assert_eq!(
            of_sweep(&sweep(unknown, &[2]), on_two_cores(None)),
            Estimate::NeedsSpeed
        );
    }

    #[test]
    fn what_is_left_of_a_sweep_is_expected_to_take_as_long_as_it_took_before() {
        let draft = Draft::new(Workload::Cpu, Model::Serial, 1);
        let plan = sweep(draft, &[1, 2])
            .validate(&crate::domain::machine::WorkerLimits::default())
            .unwrap();
        let speed = Speed::uniform(1e7);
        let known = MachineFacts {
            speed: Some(&speed),
            ..on_two_cores(None)
        };
        let mut ended: Vec<Record> = [(0, 5.0), (0, 7.0), (0, 6.0), (1, 2.0)]
            .map(|(index, wall_s)| sample::record(plan.configurations[index].clone(), wall_s, 1.0))
            .into();
        ended
            .iter_mut()
            .for_each(|record| record.times.teardown_s = 0.0);
        // Two threads were not measured: 8 tasks of a second on two cores.
        let left = remaining(&plan, &[2, 1, 3], &ended, known);
        assert_eq!(left, Estimate::Seconds(2.0 * 6.0 + 2.0 + 3.0 * 4.0));
        assert_eq!(left.after(1.5), Estimate::Seconds(24.5));
        assert_eq!(left.after(1e3), Estimate::Seconds(0.0));
        assert_eq!(
            remaining(&plan, &[0, 1, 0], &ended, on_two_cores(None)),
            Estimate::Seconds(2.0)
        );
        assert_eq!(
            remaining(&plan, &[0, 1, 1], &ended, on_two_cores(None)),
            Estimate::NeedsSpeed
        );
    }

    proptest! {
        #[test]
        fn more_workers_never_wait_longer_for_io(
            tasks in 1u64..12_000, addresses in 1u64..60, seed in any::<u64>(), workers in 1u64..300, more in 1u64..50,
        ) {
            let few = estimated(&io(workers, tasks, addresses, seed));
            prop_assert!(estimated(&io(workers + more, tasks, addresses, seed)) <= few);
        }

        #[test]
        fn computing_is_never_below_the_ideal(tasks in 1u64..1_000_000, workers in 1u64..4_000, cores in 1u32..256) {
            for model in Model::of(false) {
                let workers = if model.is_serial() { 1 } else { workers };
                let draft = cpu(model, workers, tasks);
                let Estimate::Seconds(found) = of(&draft, MachineFacts { cores: cores.into(), speed: None, pythons: &[], writing: None }) else {
                    panic!("a task's time is known")
                };
                let at_once = match model {
                    Model::Serial | Model::GilThreads => 1,
                    _ => workers.min(u64::from(cores)),
                };
                let ideal = tasks as f64 * 0.4 / at_once as f64;
                prop_assert!(found >= ideal * (1.0 - 1e-9), "{}: {} < {}", model.name(), found, ideal);
            }
        }
    }
}
