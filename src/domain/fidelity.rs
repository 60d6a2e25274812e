//! How closely the emulated interpreter lock follows CPython's, by measuring the same work under both.
//!
//! The runs are those of two sweeps, one per workload, so their order, warm-up and handling of failures are those of
//! any sweep. The emulation is not meant to have CPython's speed; it is meant to show how *sharing the lock* changes
//! that speed. So most lines compare how many times as long W threads take as one, from the start of the first task.
//! Only the convoy compares times, because the lock determines them and the language does not.

use serde::Serialize;

use super::{
    machine::WorkerLimits,
    plan::{Draft, Invalid},
    python::FoundPython,
    record::Record,
    stats::{self, Interval, Ratio, Spread},
    sweep::{Sweep, SweepDraft, SweepPlan},
};
use crate::catalog::{
    model::Model,
    workload::{ITERATIONS, LATENCY_MAX, LATENCY_MIN, Workload},
};

/// The thread counts that are compared.
pub const WORKERS: [u32; 4] = [1, 2, 4, 8];
/// The numbers of computing threads beside the sleeping thread of the convoy.
pub const CONVOYS: [u32; 3] = [1, 2, 4];
/// The number of latencies that each convoy of a round measures. They are not independent, because the order in which
/// threads wait for the lock persists for a while. So a convoy counts as one value per round, its median, and the
/// interval comes from the rounds.
pub const CONVOY_SAMPLES: u32 = 40;
/// The number of counted rounds unless the user gives another.
pub const DEFAULT_REPEATS: u64 = 5;
/// As many tasks as the largest thread count, so that the tasks divide evenly for every count.
const CPU_TASKS: u64 = 8;
/// The server's latency in `io` runs, in milliseconds. It is short because one thread waits for all addresses.
const LATENCY_MS: (u64, u64) = (20, 80);
/// The thread count at which context switches are compared.
const SWITCHING: u32 = 2;

/// The sweeps that compare the locks, `cpu` first. Both locks do the same work. `task_ms` is how long one thread of the
/// interpreter takes for a `cpu` task, in milliseconds.
pub fn drafts(found: &FoundPython, task_ms: u64, repeats: u64, seed: u64) -> [SweepDraft; 2] {
    let sweep = |draft: Draft| SweepDraft {
        draft: Draft { seed, ..draft },
        models: Model::UNDER_LOCK.to_vec(),
        pythons: vec![found.interpreter.clone()],
        workers: WORKERS.map(u64::from).to_vec(),
        repeats,
        seed,
    };
    let work = |workload| Draft::new(workload, Model::Serial, 1);
    let iterations = found.speed().iterations_in(task_ms as f64 / 1e3);
    let cpu = Draft {
        tasks: CPU_TASKS,
        ..work(Workload::Cpu).with(&ITERATIONS, iterations)
    };
    let io = work(Workload::Io)
        .with(&LATENCY_MIN, LATENCY_MS.0)
        .with(&LATENCY_MAX, LATENCY_MS.1);
    [sweep(cpu), sweep(io)]
}

/// The plans of [`drafts`].
///
/// # Errors
/// If the number of repeats is not allowed; the message is one sentence.
pub fn plans(drafts: &[SweepDraft; 2], limits: &WorkerLimits) -> Result<[SweepPlan; 2], Invalid> {
    let [cpu, io] = drafts;
    Ok([cpu.validate(limits)?, io.validate(limits)?])
}

/// The subject of one line of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FidelityQuestion {
    /// How many times as long several threads take as one.
    Threads {
        /// The work of the threads.
        workload: Workload,
        /// The number of threads, above 1.
        workers: u32,
    },
    /// Voluntary context switches per second of a `cpu` run.
    Switches {
        /// The number of threads.
        workers: u32,
    },
    /// The latency of a sleep of 1 ms, in seconds.
    Convoy {
        /// The number of threads that compute beside the sleeping one.
        beside: u32,
    },
}

impl FidelityQuestion {
    /// The bounds between which emulated / real counts as faithful.
    pub fn allowed(self) -> Interval {
        let (low, high) = match self {
            FidelityQuestion::Convoy { beside: 1 } => (0.95, 1.05),
            FidelityQuestion::Threads { .. } | FidelityQuestion::Convoy { .. } => (0.9, 1.1),
            FidelityQuestion::Switches { .. } => (0.5, 2.0),
        };
        Interval { low, high }
    }
}

/// A number with its interval: a ratio of times, a rate or a latency.
pub type UncertainNumber = Ratio;

/// Whether a line shows the emulation to be faithful.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The whole interval is between the bounds.
    Within,
    /// The whole interval is outside the bounds.
    Outside,
    /// The interval straddles a bound, or there is no interval.
    CannotTell,
    /// One of the two locks was not measured.
    NotMeasured,
}

impl Verdict {
    fn of(ratio: Option<UncertainNumber>, allowed: Interval) -> Verdict {
        let Some(ratio) = ratio else {
            return Verdict::NotMeasured;
        };
        match ratio.interval {
            Some(found) if allowed.contains(found.low) && allowed.contains(found.high) => {
                Verdict::Within
            }
            Some(found) if !allowed.overlaps(found) => Verdict::Outside,
            _ => Verdict::CannotTell,
        }
    }
}

/// One line of the comparison: a result under the emulated lock and the same under CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FidelityLine {
    /// The subject of the line.
    pub question: FidelityQuestion,
    /// The result under the emulated lock.
    pub emulated: Option<UncertainNumber>,
    /// The result under CPython's lock.
    pub real: Option<UncertainNumber>,
    /// Emulated over real.
    pub ratio: Option<UncertainNumber>,
    /// The bounds between which the ratio counts as faithful.
    pub allowed: Interval,
    /// Whether the ratio is within the bounds.
    pub verdict: Verdict,
}

impl FidelityLine {
    fn new(
        question: FidelityQuestion,
        emulated: Option<UncertainNumber>,
        real: Option<UncertainNumber>,
        ratio: Option<UncertainNumber>,
    ) -> FidelityLine {
        let allowed = question.allowed();
        FidelityLine {
            question,
            emulated,
            real,
            ratio,
            allowed,
            verdict: Verdict::of(ratio, allowed),
        }
    }
}

/// The latencies of a thread that sleeps for 1 ms at a time and then needs the lock again: the median of each round, in
/// seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Convoy {
    /// The number of threads that compute beside the sleeping one.
    pub beside: u32,
    /// The latencies under the emulated lock, one per round.
    pub emulated: Vec<f64>,
    /// The latencies under CPython's lock, one per round.
    pub real: Vec<f64>,
}

/// All lines in the order of a table: `cpu`, its switches, `io`, and the convoys that were measured.
pub fn lines(
    sweeps: &[Sweep; 2],
    records: &[&Record],
    convoys: &[Convoy],
    seed: u64,
) -> Vec<FidelityLine> {
    let [cpu, io] = sweeps;
    let mut lines = threads(cpu, records, seed);
    lines.push(switches(cpu, records, seed));
    lines.extend(threads(io, records, seed));
    lines.extend(convoys.iter().map(|convoy| {
        let beside = convoy.beside;
        let question = FidelityQuestion::Convoy { beside };
        compared(question, &convoy.emulated, &convoy.real, seed)
    }));
    lines
}

fn threads(sweep: &Sweep, records: &[&Record], seed: u64) -> Vec<FidelityLine> {
    let workload = sweep.plan.work().workload;
    let times =
        |workers| Model::UNDER_LOCK.map(|model| values(sweep, records, model, workers, working_s));
    let [emulated_one, real_one] = times(1);
    let line = |workers: u32| {
        let [emulated, real] = times(workers);
        let (emulated, real) = (
            (&emulated[..], &emulated_one[..]),
            (&real[..], &real_one[..]),
        );
        let factor = |(many, one): (&[f64], &[f64])| stats::ratio(many, one, seed);
        let ratio = stats::ratio_of_ratios(emulated, real, seed);
        let question = FidelityQuestion::Threads { workload, workers };
        FidelityLine::new(question, factor(emulated), factor(real), ratio)
    };
    let several = WORKERS.into_iter().filter(|workers| *workers > 1);
    several.map(line).collect()
}

/// How long a run worked, counted from the start of its first task. Starting an interpreter takes tens of milliseconds.
/// The emulation has no such cost, and the lock has no influence on it.
fn working_s(record: &Record) -> Option<f64> {
    Some(record.times.wall_s - record.times.startup_s?)
}

/// Compares switches per second and not per run. The same work takes CPython longer, and the lock changes hands by the
/// clock.
fn switches(sweep: &Sweep, records: &[&Record], seed: u64) -> FidelityLine {
    let rate = |record: &Record| {
        Some(record.system.context_switches?.voluntary as f64 / working_s(record)?)
    };
    let [emulated, real] =
        Model::UNDER_LOCK.map(|model| values(sweep, records, model, SWITCHING, rate));
    compared(
        FidelityQuestion::Switches { workers: SWITCHING },
        &emulated,
        &real,
        seed,
    )
}

fn compared(question: FidelityQuestion, emulated: &[f64], real: &[f64], seed: u64) -> FidelityLine {
    let figure = |values: &[f64]| {
        let Spread {
            median, interval, ..
        } = stats::spread(values, seed)?;
        Some(UncertainNumber {
            value: median,
            interval,
        })
    };
    let ratio = stats::ratio(emulated, real, seed);
    FidelityLine::new(question, figure(emulated), figure(real), ratio)
}

/// The values of the counted runs of one configuration.
fn values(
    sweep: &Sweep,
    records: &[&Record],
    model: Model,
    workers: u32,
    value: impl Fn(&Record) -> Option<f64>,
) -> Vec<f64> {
    let is_wanted = |record: &&&Record| {
        sweep.owns(record)
            && record.is_counted()
            && record.plan.model() == model
            && record.plan.workers == workers
    };
    let wanted = records.iter().filter(is_wanted);
    wanted.filter_map(|record| value(record)).collect()
}

impl Convoy {
    /// Adds a round. A round in which one of the locks was not measured is ignored.
    pub fn add(&mut self, emulated: &[f64], real: &[f64]) {
        if let (Some(emulated), Some(real)) = (stats::median(emulated), stats::median(real)) {
            self.emulated.push(emulated);
            self.real.push(real);
        }
    }
}

#[cfg(test)]
mod tests;
