//! Why a run took as long as it did, and why it took longer or shorter than another, derived only from their numbers.

use crate::{
    catalog::pattern::{FULL, LOCK_FREE, MOST, SHARE, WORKERS},
    domain::{
        difference::differ,
        phase::Phase,
        plan::Lock,
        record::{PhaseSource, PythonRecord, Record},
        time::seconds,
    },
};

/// What a run spent most of its time on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause {
    /// More than half of the time went to the start-up, mostly to this part of it.
    StartUp(StartUp),
    /// Workers computed, and perhaps others waited.
    Computing {
        /// The mean number of cores in use.
        at_once: f64,
        /// How many workers waited for the lock or for a core, if that is worth mentioning.
        waiting: Option<(f64, Phase)>,
    },
    /// Workers waited for the network, wrote files, or slept.
    Waiting {
        /// The phase in which they did so.
        phase: Phase,
        /// How many at once; `None` if one task followed the other.
        at_once: Option<f64>,
        /// The mean number of busy cores.
        cores: f64,
    },
    /// Workers called a function of the user's, and nobody saw what happened within the calls.
    Calls {
        /// The mean number of calls in flight.
        at_once: f64,
        /// The mean number of busy cores.
        cores: f64,
    },
}

/// What most of the time before the first task was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartUp {
    /// Making threads or forked processes.
    Workers,
    /// Starting the interpreter.
    Interpreter,
    /// Importing Python's modules.
    Imports,
    /// Making Python's pool.
    Pool,
    /// One of Python's parts; it is not known which one.
    Python,
}

impl Cause {
    /// The cause that the numbers of this run show.
    pub fn of(record: &Record) -> Cause {
        let times = &record.times;
        if times.startup_s.is_some_and(|s| s > times.wall_s * MOST) {
            let python = record.interpreter.python.as_ref();
            return Cause::StartUp(python.map_or(StartUp::Workers, starting));
        }
        if record.measurement.phase_source == PhaseSource::Calls {
            return Cause::Calls {
                at_once: times.concurrency,
                cores: times.parallelism,
            };
        }
        if let Some((workers, phase)) = waits(record) {
            return Cause::Waiting {
                phase,
                at_once: (times.concurrency >= 1.05).then_some(workers),
                cores: times.parallelism,
            };
        }
        let waiting =
            [Phase::Ready, Phase::Gil, Phase::Lock].map(|phase| (average(record, phase), phase));
        Cause::Computing {
            at_once: times.parallelism,
            waiting: most(waiting).filter(|(workers, _)| *workers >= WORKERS),
        }
    }
}

/// The CPU seconds that Python needed besides its workers, if they are worth mentioning.
pub fn managing(record: &Record) -> Option<f64> {
    let managing = record.interpreter.python.as_ref()?.manager_cpu_s?;
    (managing > record.times.cpu_s * SHARE).then_some(managing)
}

fn starting(python: &PythonRecord) -> StartUp {
    let parts = [
        (python.interpreter_s, StartUp::Interpreter),
        (python.imports_s, StartUp::Imports),
        (python.pool_s, StartUp::Pool),
    ];
    let known = parts.into_iter();
    let longest = most(known.filter_map(|(time, part)| Some((time?, part))));
    longest.map_or(StartUp::Python, |(_, part)| part)
}

fn most<T>(parts: impl IntoIterator<Item = (f64, T)>) -> Option<(f64, T)> {
    parts.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))
}

/// How many seconds all workers together were in this phase.
pub(super) fn spent(record: &Record, phase: Phase) -> f64 {
    seconds(record.times.phases_s[phase])
}

/// The mean number of workers in this phase.
pub(super) fn average(record: &Record, phase: Phase) -> f64 {
    spent(record, phase) / record.times.wall_s
}

/// The phases in which a task waits on purpose, not for a core or the lock.
pub(super) const WAITS: [Phase; 4] = [Phase::Sleep, Phase::File, Phase::Network, Phase::Subprocess];

/// How long all tasks would take one after the other, in seconds: without waiting for the lock or for a core.
pub(super) fn on_tasks(record: &Record) -> f64 {
    let phases = WAITS.into_iter().chain([Phase::Computing, Phase::Pickling]);
    phases.map(|phase| spent(record, phase)).sum()
}

/// Whether workers also waited for CPython's lock or for a core while they waited for the network, wrote files or slept.
/// These times cannot be told apart, unless the kernel recorded the switches.
pub(super) fn waits_are_blurred(record: &Record, usable: u32) -> bool {
    let (plan, cores) = (&record.plan, record.times.parallelism);
    let is_recorded = record.measurement.blocked.is_some();
    let needs_lock =
        !is_recorded && plan.workers > 1 && plan.lock() == Lock::Real && cores > LOCK_FREE;
    let needs_core = match record.run_queue_wait_s() {
        Some(all) => all - spent(record, Phase::Ready) > on_tasks(record) * SHARE,
        None => cores > f64::from(usable.min(plan.workers)) * FULL,
    };
    needs_lock || needs_core
}

/// The phase with the most workers at once, among the phases in which tasks of this work wait. `None` if they only
/// compute.
fn waits(record: &Record) -> Option<(f64, Phase)> {
    let possible = record.phases();
    let phases = WAITS.into_iter().filter(|phase| possible.contains(phase));
    let waits = most(phases.map(|phase| (average(record, phase), phase)));
    // What the plan does not name may be a short wait of work that computes.
    let others = [Phase::Computing, Phase::Ready, Phase::Gil, Phase::Lock];
    let other: f64 = others.map(|phase| average(record, phase)).iter().sum();
    let planned = record.plan.phases();
    waits.filter(|(workers, phase)| planned.contains(phase) || *workers > other)
}

/// A difference between a run and another, regardless of their times. Of two numbers, the first belongs to the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// The run uses more or fewer cores.
    Cores(f64, f64),
    /// More or fewer of its workers wait at once in this phase.
    AtOnce(Phase, f64, f64),
    /// The same work costs a different amount of CPU time in another language or interpreter.
    CpuTime(f64, f64),
    /// The time that all its workers together wait for the lock.
    LockWait {
        /// In seconds.
        seconds: f64,
        /// Whether the time is an estimate.
        is_estimate: bool,
    },
    /// Each worker spends more or less time in a phase.
    Spends {
        /// The phase.
        phase: Phase,
        /// The difference in seconds; below 0 it is less time.
        more: f64,
        /// Whether the time is an estimate.
        is_estimate: bool,
    },
}

impl Reason {
    /// Why this run differs from `over`: every clear difference, or else the phase that explains most of it.
    pub fn all(run: &Record, over: &Record) -> Vec<Reason> {
        let found: Vec<Reason> = [at_once(run, over), cost(run, over), lock(run)]
            .into_iter()
            .flatten()
            .collect();
        if found.is_empty() {
            spends(run, over).into_iter().collect()
        } else {
            found
        }
    }
}

fn at_once(run: &Record, over: &Record) -> Option<Reason> {
    let phase = most([over, run].into_iter().filter_map(waits)).map(|(_, phase)| phase);
    let of =
        |record: &Record| phase.map_or(record.times.parallelism, |phase| average(record, phase));
    let (now, then) = (of(run), of(over));
    let reason = phase.map_or(Reason::Cores(now, then), |phase| {
        Reason::AtOnce(phase, now, then)
    });
    differ(now, then).then_some(reason)
}

/// The cost of the work changes only with the interpreter, not with the number of workers.
fn cost(run: &Record, over: &Record) -> Option<Reason> {
    let is_clear = run.plan.interpreter() != over.plan.interpreter()
        && differ(run.times.cpu_s, over.times.cpu_s);
    is_clear.then_some(Reason::CpuTime(run.times.cpu_s, over.times.cpu_s))
}

fn lock(record: &Record) -> Option<Reason> {
    let waited = spent(record, Phase::Gil);
    let all = record.times.wall_s * record.workers.len() as f64;
    (waited > all * SHARE).then_some(Reason::LockWait {
        seconds: waited,
        is_estimate: record.measurement.phase_source.estimates_gil(),
    })
}

/// The phase that explains at least half of the difference.
fn spends(run: &Record, over: &Record) -> Option<Reason> {
    let each = |record: &Record, phase| spent(record, phase) / record.workers.len().max(1) as f64;
    let slower = run.times.wall_s - over.times.wall_s;
    let more = |phase| each(run, phase) - each(over, phase);
    let of_tasks = Phase::MEASURED
        .into_iter()
        .filter(|phase| !matches!(phase, Phase::Starting | Phase::Idle));
    let (explained, phase) = most(of_tasks.map(|phase| (more(phase) * slower.signum(), phase)))?;
    let is_clear = explained > slower.abs() / 2.0 && differ(run.times.wall_s, over.times.wall_s);
    is_clear.then(|| Reason::Spends {
        phase,
        more: explained * slower.signum(),
        is_estimate: phase == Phase::Gil
            && (run.measurement.phase_source.estimates_gil()
                || over.measurement.phase_source.estimates_gil()),
    })
}
