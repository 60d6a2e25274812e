//! How true the emulated interpreter lock is: the same work under it and under CPython's, line by line.
//!
//! The runs are those of two sweeps, one per workload, so that order, warm-up and breaking are those of any sweep. What the
//! emulation claims is not CPython's speed but what *sharing the lock* does to it: so each line compares how many times as
//! long W threads take as one, from the begin of the first task on, and only the convoy compares times, as the lock makes them and not the language.

use serde::Serialize;

use super::machine::Limits;
use super::plan::{Draft, Invalid};
use super::python::{FoundPython, GilState, Interpreter};
use super::record::Record;
use super::stats::{self, Interval, Ratio, Spread};
use super::sweep::{Sweep, SweepDraft, SweepPlan};
use super::text::counted;
use crate::catalog::model::Model;
use crate::catalog::workload::{ITERATIONS, LATENCY_MAX, LATENCY_MIN, Workload};

/// With how many threads.
pub const WORKERS: [u32; 4] = [1, 2, 4, 8];
/// Beside how many threads that compute the sleeper of the convoy is measured.
pub const CONVOYS: [u32; 3] = [1, 2, 4];
/// Latencies that are measured in each convoy of a round. They are not independent: who waits before whom stays so for a
/// while. So a round's convoy counts as one value, its median, and the interval comes from the rounds.
pub const CONVOY_SAMPLES: u32 = 40;
/// Counted rounds unless the user says otherwise.
pub const DEFAULT_REPEATS: u64 = 5;
/// As many tasks as the most threads, so that every number of threads has equal shares.
const CPU_TASKS: u64 = 8;
/// How long one thread of the interpreter computes at a `cpu` task unless the user says otherwise, in milliseconds. Rust
/// needs about a tenth of it, which in all tasks together is still tens of switch intervals.
pub const DEFAULT_TASK_MS: u64 = 200;
/// The server's latency in `io` runs, in milliseconds: short, as one thread waits for all addresses.
const LATENCY_MS: (u64, u64) = (20, 80);
/// The number of threads whose context switches are compared.
const SWITCHING: u32 = 2;

/// Why the lock cannot be compared with this interpreter's, if it cannot, in one sentence.
pub fn refusal(interpreter: &Interpreter) -> Option<String> {
    (interpreter.gil == GilState::Off).then(|| {
        format!(
            "{} ({}) has no lock to compare with: name another interpreter with --python",
            interpreter.path,
            interpreter.label()
        )
    })
}

/// The sweeps that answer the question, `cpu` first. Both locks do the same work, which takes one thread of the interpreter
/// so many milliseconds for a `cpu` task.
pub fn drafts(found: &FoundPython, task_ms: u64, repeats: u64, seed: u64) -> [SweepDraft; 2] {
    let sweep = |draft: Draft| SweepDraft {
        draft: Draft { seed, ..draft },
        models: vec![Model::GilThreads, Model::PythonThreads],
        pythons: vec![found.interpreter.clone()],
        workers: WORKERS.map(u64::from).to_vec(),
        repeats,
        seed,
    };
    let iterations = found.speed().iterations_in(task_ms as f64 / 1e3);
    let cpu = Draft {
        tasks: CPU_TASKS,
        ..Draft::new(Workload::Cpu, Model::Serial, 1).with(&ITERATIONS, iterations)
    };
    let io = Draft::new(Workload::Io, Model::Serial, 1)
        .with(&LATENCY_MIN, LATENCY_MS.0)
        .with(&LATENCY_MAX, LATENCY_MS.1);
    [sweep(cpu), sweep(io)]
}

/// The plans of [`drafts`].
///
/// # Errors
/// What is wrong with the number of repeats, in one sentence.
pub fn plans(drafts: &[SweepDraft; 2], limits: &Limits) -> Result<[SweepPlan; 2], Invalid> {
    let [cpu, io] = drafts;
    Ok([cpu.validate(limits)?, io.validate(limits)?])
}

/// What is compared in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Question {
    /// How many times as long so many threads take as one.
    Threads {
        /// The work.
        workload: Workload,
        /// How many threads.
        workers: u32,
    },
    /// Voluntary context switches per second of a `cpu` run.
    Switches {
        /// How many threads.
        workers: u32,
    },
    /// The latency of a sleep of 1 ms, in seconds.
    Convoy {
        /// Beside how many threads that compute.
        beside: u32,
    },
}

impl Question {
    /// As a table names it.
    pub fn label(self) -> String {
        match self {
            Question::Threads { workload, workers } => {
                format!("{}, {workers} threads / 1 thread", workload.name())
            }
            Question::Switches { workers } => {
                format!("cpu, voluntary switches/s, {workers} threads")
            }
            Question::Convoy { beside } => {
                format!(
                    "sleep(1 ms) beside {}",
                    counted(beside.into(), "cpu thread")
                )
            }
        }
    }

    /// Between which bounds emulated / real counts as true.
    pub fn allowed(self) -> Interval {
        match self {
            Question::Convoy { beside: 1 } => Interval {
                low: 0.95,
                high: 1.05,
            },
            Question::Threads { .. } | Question::Convoy { .. } => Interval {
                low: 0.9,
                high: 1.1,
            },
            Question::Switches { .. } => Interval {
                low: 0.5,
                high: 2.0,
            },
        }
    }

    /// The same in words.
    pub fn allowed_words(self) -> &'static str {
        match self {
            Question::Convoy { beside: 1 } => "5 %",
            Question::Threads { .. } | Question::Convoy { .. } => "10 %",
            Question::Switches { .. } => "a factor of 2",
        }
    }
}

/// A number and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// Its 95 % bootstrap confidence interval; null without repeats.
    pub interval: Option<Interval>,
}

impl From<Ratio> for Figure {
    fn from(Ratio { value, interval }: Ratio) -> Figure {
        Figure { value, interval }
    }
}

impl From<Spread> for Figure {
    fn from(spread: Spread) -> Figure {
        Figure {
            value: spread.median,
            interval: spread.interval,
        }
    }
}

/// What a line says of the emulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The whole interval is between the bounds.
    Within,
    /// The whole interval is beyond them.
    Outside,
    /// The interval straddles a bound, or there is none.
    CannotTell,
    /// One side was not measured.
    NotMeasured,
}

impl Verdict {
    fn of(ratio: Option<Figure>, allowed: Interval) -> Verdict {
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

    /// As a table says it, of what is allowed.
    pub fn words(self, allowed: &str) -> String {
        match self {
            Verdict::Within => format!("within {allowed}"),
            Verdict::Outside => format!("outside {allowed}"),
            Verdict::CannotTell => "cannot tell".into(),
            Verdict::NotMeasured => "not measured".into(),
        }
    }
}

/// One comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What is compared.
    pub question: Question,
    /// Under the emulated lock.
    pub emulated: Option<Figure>,
    /// Under CPython's.
    pub real: Option<Figure>,
    /// Emulated over real.
    pub ratio: Option<Figure>,
    /// Between which bounds the ratio counts as true.
    pub allowed: Interval,
    /// What it says.
    pub verdict: Verdict,
}

impl Line {
    fn new(
        question: Question,
        emulated: Option<Figure>,
        real: Option<Figure>,
        ratio: Option<Ratio>,
    ) -> Line {
        let (allowed, ratio) = (question.allowed(), ratio.map(Figure::from));
        Line {
            question,
            emulated,
            real,
            ratio,
            allowed,
            verdict: Verdict::of(ratio, allowed),
        }
    }
}

/// The latencies of a thread that sleeps for 1 ms at a time and needs the lock again afterwards: the median of each round, in
/// seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Convoy {
    /// Beside how many threads that compute.
    pub beside: u32,
    /// Under the emulated lock.
    pub emulated: Vec<f64>,
    /// Under CPython's.
    pub real: Vec<f64>,
}

/// All lines, in the order of a table: `cpu`, its switches, `io`, the convoys that were measured.
pub fn lines(sweeps: &[Sweep; 2], records: &[Record], convoys: &[Convoy], seed: u64) -> Vec<Line> {
    let [cpu, io] = sweeps;
    let mut lines = threads(cpu, records, seed);
    lines.push(switches(cpu, records, seed));
    lines.extend(threads(io, records, seed));
    lines.extend(convoys.iter().map(|convoy| of_convoy(convoy, seed)));
    lines
}

fn threads(sweep: &Sweep, records: &[Record], seed: u64) -> Vec<Line> {
    let times = |model, workers| values(sweep, records, model, workers, working_s);
    let (emulated_one, real_one) = (times(Model::GilThreads, 1), times(Model::PythonThreads, 1));
    let line = |workers: u32| {
        let workload = sweep.plan.work().workload();
        let (emulated, real) = (
            times(Model::GilThreads, workers),
            times(Model::PythonThreads, workers),
        );
        let factor = |many: &[f64], one: &[f64]| stats::ratio(many, one, seed).map(Figure::from);
        let ratio = stats::ratio_of_ratios((&emulated, &emulated_one), (&real, &real_one), seed);
        let question = Question::Threads { workload, workers };
        Line::new(
            question,
            factor(&emulated, &emulated_one),
            factor(&real, &real_one),
            ratio,
        )
    };
    WORKERS
        .into_iter()
        .filter(|workers| *workers > 1)
        .map(line)
        .collect()
}

/// How long a run worked: from the begin of its first task. Starting an interpreter takes tens of milliseconds, of which
/// the emulation has none, and which say nothing about the lock.
fn working_s(record: &Record) -> Option<f64> {
    Some(record.times.wall_s - record.times.startup_s?)
}

/// Per second, as the same work takes CPython longer: the lock changes hands by the clock.
fn switches(sweep: &Sweep, records: &[Record], seed: u64) -> Line {
    let rate = |record: &Record| {
        Some(record.system.context_switches?.voluntary as f64 / working_s(record)?)
    };
    let rates = |model| values(sweep, records, model, SWITCHING, rate);
    compared(
        Question::Switches { workers: SWITCHING },
        &rates(Model::GilThreads),
        &rates(Model::PythonThreads),
        seed,
    )
}

fn of_convoy(convoy: &Convoy, seed: u64) -> Line {
    compared(
        Question::Convoy {
            beside: convoy.beside,
        },
        &convoy.emulated,
        &convoy.real,
        seed,
    )
}

fn compared(question: Question, emulated: &[f64], real: &[f64], seed: u64) -> Line {
    let figure = |values: &[f64]| stats::spread(values, seed).map(Figure::from);
    Line::new(
        question,
        figure(emulated),
        figure(real),
        stats::ratio(emulated, real, seed),
    )
}

/// What the counted runs of one configuration say.
fn values(
    sweep: &Sweep,
    records: &[Record],
    model: Model,
    workers: u32,
    value: impl Fn(&Record) -> Option<f64>,
) -> Vec<f64> {
    let is_wanted = |record: &&Record| {
        sweep.owns(record)
            && record.is_counted()
            && record.plan.model() == model
            && record.plan.workers() == workers
    };
    records.iter().filter(is_wanted).filter_map(value).collect()
}

impl Convoy {
    /// Adds a round; one that measured nothing under one of the locks does not count.
    pub fn add(&mut self, emulated: &[f64], real: &[f64]) {
        if let (Some(emulated), Some(real)) = (stats::median(emulated), stats::median(real)) {
            self.emulated.push(emulated);
            self.real.push(real);
        }
    }
}

/// What all lines say together, in one sentence without a full stop.
pub fn sentence(interpreter: &Interpreter, lines: &[Line]) -> String {
    let with = |verdict| lines.iter().filter(move |line| line.verdict == verdict);
    let mut sentence = format!(
        "the emulated lock is as true to that of Python {} as was asked for in {} of {}",
        interpreter.version_name(),
        with(Verdict::Within).count(),
        counted(lines.len() as u64, "line")
    );
    let others = [
        (Verdict::Outside, "outside"),
        (Verdict::CannotTell, "too uncertain to tell"),
        (Verdict::NotMeasured, "not measured"),
    ];
    for (verdict, words) in others {
        let named: Vec<String> = with(verdict).map(|line| line.question.label()).collect();
        if !named.is_empty() {
            sentence.push_str(&format!("; {words}: {}", named.join(" · ")));
        }
    }
    sentence
}

#[cfg(test)]
mod tests;
