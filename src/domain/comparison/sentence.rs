//! What sets runs apart, in one sentence: computed from the numbers, and never more than their intervals say.

use std::cmp::Ordering;

use super::{Compared, Obstacle, obstacle, once_each};
use crate::domain::phase::Phase;
use crate::domain::record::Record;
use crate::domain::repeats::{self, direction};
use crate::domain::stats::{Interval, Ratio};
use crate::domain::text;
use crate::domain::time::seconds;

/// Averages that differ by less are called equal.
const CLEARLY: f64 = 1.2;
/// Of the workers' time, waiting for the lock that is worth a word.
const WORTH_TELLING: f64 = 0.1;

/// The sentence about these runs, measured against the one at `reference`.
pub(super) fn of(runs: &[Compared<'_>], reference: usize) -> String {
    if let Some(said) = of_repeats(runs) {
        return said;
    }
    let runs = once_each(runs);
    match obstacle(&runs) {
        Some(Obstacle::Unsound) => {
            return "not every run did all its work: their times cannot be compared".into();
        }
        Some(Obstacle::OtherWork) => {
            return "these runs did different work: compare the shapes, not the times".into();
        }
        Some(Obstacle::OtherMachine) => {
            return "these runs were measured on different machines: compare the shapes, not the times"
                .into();
        }
        None => {}
    }
    let Some(over) = runs.get(reference) else {
        return String::new();
    };
    let others: Vec<&Compared<'_>> = runs
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != reference)
        .map(|(_, run)| run)
        .collect();
    let gained = others
        .iter()
        .filter_map(|run| Some((*run, gain(over, run)?)));
    let Some((run, ratio)) = gained.max_by(|a, b| a.1.value.total_cmp(&b.1.value)) else {
        return String::new();
    };
    let is_clearly_slower = |other: &Compared<'_>| {
        gain(other, run).and_then(|gain| direction(&gain)) == Some(Ordering::Greater)
    };
    let is_alone = others
        .iter()
        .all(|other| other.number == run.number || is_clearly_slower(other));
    Pair {
        run,
        over,
        ratio,
        is_alone,
    }
    .told(runs.len())
}

fn gain(over: &Compared<'_>, run: &Compared<'_>) -> Option<Ratio> {
    repeats::gain(&over.measured(), &run.measured())
}

/// If these are all repeats of one configuration.
fn of_repeats(runs: &[Compared<'_>]) -> Option<String> {
    let (first, others) = runs.split_first()?;
    let are_same = !others.is_empty() && others.iter().all(|other| first.repeats_this(other));
    let together = are_same.then(|| repeats::time(&first.repeats)).flatten()?;
    Some(format!(
        "these runs repeat one configuration: {}",
        repeats::told(&together)
    ))
}

/// A run, what it is measured against, and how many times faster it is.
struct Pair<'p, 'a> {
    run: &'p Compared<'a>,
    over: &'p Compared<'a>,
    ratio: Ratio,
    /// Whether it is clearly ahead of all others.
    is_alone: bool,
}

impl Pair<'_, '_> {
    /// The sentence, of the fastest of so many runs but the one it is measured against.
    fn told(&self, of: usize) -> String {
        let (run, over) = (self.run.label(), self.over.label());
        let factor = self.factor();
        let said = match (direction(&self.ratio), of > 2) {
            (Some(Ordering::Less), false) => {
                format!("{run} is {factor} slower than {over}{}", self.sureness())
            }
            (Some(Ordering::Less), true) => {
                format!(
                    "{over} is the fastest of {of} runs: the next, {run}, is {factor} slower{}",
                    self.sureness()
                )
            }
            (Some(_), false) => format!("{run} is {factor} faster than {over}{}", self.sureness()),
            (Some(_), true) => {
                let place = if self.is_alone {
                    "the fastest"
                } else {
                    "among the fastest"
                };
                format!(
                    "{run} is {place} of {of} runs: {factor} faster than {over}{}",
                    self.sureness()
                )
            }
            (None, is_best) => self.undecided(is_best),
        };
        // Where neither is ahead, "it" could be both.
        let who = if direction(&self.ratio).is_none() {
            format!("#{}", self.run.number)
        } else {
            "it".into()
        };
        why(self.run, self.over).map_or(said.clone(), |why| format!("{said}; {who} {why}"))
    }

    /// That nothing can be said, and what that comes from.
    fn undecided(&self, is_best_of_many: bool) -> String {
        let run = if is_best_of_many {
            "the fastest other one, "
        } else {
            ""
        };
        let (run, over) = (format!("{run}{}", self.run.label()), self.over.label());
        match self.ratio.interval {
            Some(interval) => format!(
                "no clear difference between {over} and {run}: {}× ({})",
                digits(self.ratio.value),
                range(interval)
            ),
            None => {
                format!(
                    "{over} and {run} took the same time within a tenth: single runs cannot tell more"
                )
            }
        }
    }

    /// How many times faster, or slower.
    fn factor(&self) -> String {
        let value = if self.is_slower() {
            1.0 / self.ratio.value
        } else {
            self.ratio.value
        };
        if self.ratio.interval.is_some() {
            format!("{}×", digits(value))
        } else {
            text::speedup(value)
        }
    }

    fn is_slower(&self) -> bool {
        direction(&self.ratio) == Some(Ordering::Less)
    }

    /// The interval of the factor, or that there is none and why.
    fn sureness(&self) -> String {
        match self.ratio.interval {
            Some(Interval { low, high }) if self.is_slower() => {
                format!(
                    " ({})",
                    range(Interval {
                        low: 1.0 / high,
                        high: 1.0 / low
                    })
                )
            }
            Some(interval) => format!(" ({})", range(interval)),
            None if self.run.is_repeated() => format!(" (#{} was measured once)", self.over.number),
            None if self.over.is_repeated() => format!(" (#{} was measured once)", self.run.number),
            None => " (single runs)".into(),
        }
    }
}

/// A factor with an interval has its digits: 1.93, 10.2, 104.
fn digits(factor: f64) -> String {
    let decimals = match factor {
        f if f >= 99.95 => 0,
        f if f >= 9.995 => 1,
        _ => 2,
    };
    format!("{factor:.decimals$}")
}

fn range(interval: Interval) -> String {
    format!("{}–{}", digits(interval.low), digits(interval.high))
}

/// What clearly differs between the runs, whatever their times: "computes on 1.97 cores instead of 1.00".
fn why(run: &Compared<'_>, over: &Compared<'_>) -> Option<String> {
    let (run, over) = (run.record, over.record);
    let how = if run.plan.workload().computes() {
        on_cores(run, over)
    } else {
        at_once(run, over)
    };
    let clauses: Vec<String> = [how, of_another_kin(run, over), for_the_lock(run)]
        .into_iter()
        .flatten()
        .collect();
    if clauses.is_empty() {
        other_phase(run, over)
    } else {
        Some(clauses.join(" and "))
    }
}

/// Of `cpu`: on how many cores.
fn on_cores(run: &Record, over: &Record) -> Option<String> {
    let differs = differs(run.parallelism, over.parallelism);
    differs.then(|| {
        format!(
            "computes on {:.2} cores instead of {:.2}",
            run.parallelism, over.parallelism
        )
    })
}

/// Of runs in two languages, or by two interpreters: what the same work costs. More workers would not change it.
fn of_another_kin(run: &Record, over: &Record) -> Option<String> {
    let is_telling =
        run.plan.interpreter() != over.plan.interpreter() && differs(run.cpu_s, over.cpu_s);
    is_telling.then(|| {
        let (now, then) = (text::duration(run.cpu_s), text::duration(over.cpu_s));
        format!("needs {now} of CPU time instead of {then}")
    })
}

fn differs(a: f64, b: f64) -> bool {
    a.max(b) > a.min(b) * CLEARLY
}

/// Of `io`: how many workers wait for the network, or write, at the same time.
fn at_once(run: &Record, over: &Record) -> Option<String> {
    let average = |record: &Record, phase| seconds(record.phases_s[phase]) / record.wall_s;
    let pair = |phase| (average(run, phase), average(over, phase));
    let (network, files) = (pair(Phase::Network), pair(Phase::File));
    let ((now, then), what) = if files.0.max(files.1) > network.0.max(network.1) {
        (files, "writes to")
    } else {
        (network, "waits for")
    };
    let of = if what == "writes to" {
        "files"
    } else {
        "addresses"
    };
    differs(now, then).then(|| format!("{what} {now:.1} {of} at once instead of {then:.1}"))
}

/// How long its workers wait for the lock, if that is worth a word.
fn for_the_lock(record: &Record) -> Option<String> {
    let waited = seconds(record.phases_s[Phase::Gil]);
    let all = record.wall_s * record.workers.len() as f64;
    (waited > all * WORTH_TELLING).then(|| {
        format!(
            "waits {} for {}, all workers together",
            text::duration(waited),
            the_lock(record)
        )
    })
}

/// The lock, and whether waiting for it was estimated.
fn the_lock(record: &Record) -> &'static str {
    if record.phase_source.estimates_gil() {
        "the lock (estimated)"
    } else {
        "the lock"
    }
}

/// A phase that explains half of the difference.
fn other_phase(run: &Record, over: &Record) -> Option<String> {
    let per_worker = |record: &Record, phase| {
        seconds(record.phases_s[phase]) / record.workers.len().max(1) as f64
    };
    let more = |phase| per_worker(run, phase) - per_worker(over, phase);
    let for_lock = if run.phase_source.estimates_gil() || over.phase_source.estimates_gil() {
        "waiting for the lock (estimated)"
    } else {
        "waiting for the lock"
    };
    let spent = [
        (Phase::Computing, "computing"),
        (Phase::Ready, "waiting for a core"),
        (Phase::Gil, for_lock),
        (Phase::Network, "waiting for the network"),
        (Phase::File, "with files"),
    ];
    let slower = run.wall_s - over.wall_s;
    let (phase, words) = spent.into_iter().max_by(|a, b| {
        let explains = |phase| more(phase) * slower.signum();
        explains(a.0).total_cmp(&explains(b.0))
    })?;
    let explains =
        more(phase) * slower.signum() > slower.abs() / 2.0 && differs(run.wall_s, over.wall_s);
    let word = if more(phase) > 0.0 { "more" } else { "less" };
    explains.then(|| {
        format!(
            "spends {} {word} {words}, each worker",
            text::duration(more(phase).abs())
        )
    })
}
