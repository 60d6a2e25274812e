//! The results of comparing runs.

use std::collections::HashMap;

use super::compared::{Compared, Incomparable, incomparable};
use crate::domain::{
    difference::Difference,
    history::{History, RunEntry},
    record::Record,
    repeats,
    rounds::{Pairs, in_turn},
    speedup::{Baseline, Gain},
    stats::{Interval, Ratio, Spread},
};

/// How many times as fast as others some runs are, and whether that is certain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// How many times as fast the runs are; below 1 they are slower.
    pub ratio: Ratio,
    /// Whether the ratio is certain and large enough to mention.
    pub difference: Difference,
    /// The number of pairs of runs that decide, if the two sides were measured in turn.
    pub pairs: Option<usize>,
    /// An estimate of the ratio with a free core for each worker, if the runs were disturbed and their CPU time tells.
    pub on_free_cores: Option<f64>,
}

impl From<Ratio> for Finding {
    fn from(ratio: Ratio) -> Finding {
        Finding {
            difference: Difference::of(&ratio),
            ratio,
            pairs: None,
            on_free_cores: None,
        }
    }
}

impl Finding {
    /// Compares `runs`, which repeat each other, with `over`.
    pub fn of(over: &[&Record], runs: &[&Record]) -> Option<Finding> {
        let (ratio, difference) = repeats::compare(over, runs)?;
        let is_disturbed = difference == Difference::Disturbed;
        Some(Finding {
            ratio,
            difference,
            pairs: Pairs::of(over, runs).map(|pairs| pairs.times.len()),
            on_free_cores: repeats::on_free_cores(over, runs).filter(|_| is_disturbed),
        })
    }

    /// The factor and its interval for a sentence: above 1 even if the runs are slower.
    pub fn magnitude(&self) -> Ratio {
        let Ratio { value, interval } = self.ratio;
        if self.difference != Difference::Slower {
            return self.ratio;
        }
        let turned = |Interval { low, high }| Interval {
            low: 1.0 / high,
            high: 1.0 / low,
        };
        Ratio {
            value: 1.0 / value,
            interval: interval.map(turned),
        }
    }
}

/// The result of a run. Whether it is faster than its baseline is judged from all runs that repeat it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunFinding {
    /// The time of the repeats; `None` if the run was measured alone.
    pub time: Option<Spread>,
    /// The comparison with the baseline, if there is one and the run does not repeat it.
    pub gain: Option<(Finding, Baseline)>,
}

impl RunFinding {
    /// The results of several runs of a history, by number. Runs that repeat each other are evaluated once.
    pub fn of_all(history: &History, entries: &[&RunEntry]) -> HashMap<usize, RunFinding> {
        let mut known: HashMap<(usize, usize), RunFinding> = HashMap::new();
        let mut finding = |entry: &RunEntry| {
            let new = || RunFinding::of_repeats(history, entry);
            let finding = match (entry.assessment.repeats.first(), entry.gain()) {
                (Some(first), Some(gain)) => {
                    *known.entry((*first, gain.over.number)).or_insert_with(new)
                }
                _ => new(),
            };
            (entry.number, finding.of_one(entry))
        };
        entries.iter().map(|entry| finding(entry)).collect()
    }

    /// The result of a run of a history, from all runs that repeat it or its baseline.
    pub fn of(history: &History, entry: &RunEntry) -> RunFinding {
        RunFinding::of_repeats(history, entry).of_one(entry)
    }

    fn of_repeats(history: &History, entry: &RunEntry) -> RunFinding {
        let measured = |entry| Compared::in_history(history, entry).measured;
        let runs = measured(entry);
        let gain = entry.gain().and_then(|Gain { over, .. }| {
            let baseline = measured(history.get(over.number)?);
            let is_it = |record: &&Record| std::ptr::eq(*record, &entry.record);
            if baseline.iter().any(is_it) {
                return None;
            }
            Some((Finding::of(&baseline, &runs)?, over))
        });
        // The interval of the ratio says more about pairs than the one of the times.
        let is_in_turn = in_turn(&entry.record).is_some();
        let time = repeats::time(&runs).filter(|time| time.n > 1 && !is_in_turn);
        RunFinding { time, gain }
    }

    /// Uses the run's own factor if it was measured alone, unless its repeats clearly show the opposite.
    fn of_one(mut self, entry: &RunEntry) -> RunFinding {
        if entry.record.campaign.is_some() {
            return self;
        }
        if let (Some(gain), Some((finding, _))) = (entry.gain(), &mut self.gain) {
            let ratio = &mut finding.ratio;
            let is_opposite = (gain.factor > 1.0) != (ratio.value > 1.0);
            if !(is_opposite && finding.difference.is_clear()) {
                ratio.value = gain.factor;
            }
            ratio.interval = None;
        }
        self
    }

    /// The result of a run that was measured once, over a baseline that was measured once.
    pub fn of_single(gain: Option<Gain>) -> RunFinding {
        let finding = |Gain { factor, over }| {
            let ratio = Ratio {
                value: factor,
                interval: None,
            };
            (Finding::from(ratio), over)
        };
        RunFinding {
            time: None,
            gain: gain.map(finding),
        }
    }
}

/// The comparison of the fastest of several runs with their reference.
#[derive(Clone, Debug)]
pub struct Fastest<'f, 'a> {
    /// The fastest run apart from the reference.
    pub run: &'f Compared<'a>,
    /// The reference of the comparison.
    pub over: &'f Compared<'a>,
    /// The comparison of the two.
    pub finding: Finding,
    /// Whether the faster of the two is also clearly ahead of all others.
    pub is_alone: bool,
}

impl<'f, 'a> Fastest<'f, 'a> {
    /// The fastest of these runs, measured against the run at `reference`. `None` if there is no other run.
    ///
    /// # Errors
    /// If their times cannot be compared; the error says why.
    pub fn of(runs: &'f [Compared<'a>], reference: usize) -> Result<Option<Self>, Incomparable> {
        incomparable(runs).map_or_else(|| Ok(Fastest::of_comparable(runs, reference)), Err)
    }

    fn of_comparable(runs: &'f [Compared<'a>], reference: usize) -> Option<Self> {
        let over = runs.get(reference)?;
        let between =
            |over: &Compared<'a>, run: &Compared<'a>| Finding::of(&over.measured, &run.measured);
        let others = |number| runs.iter().filter(move |run| run.entry.number != number);
        let (run, finding) = others(over.entry.number)
            .filter_map(|run| Some((run, between(over, run)?)))
            .max_by(|a, b| a.1.ratio.value.total_cmp(&b.1.ratio.value))?;
        let ahead = match finding.difference {
            Difference::Slower => over,
            _ => run,
        };
        let is_behind = |other: &Compared<'a>| {
            between(other, ahead).is_some_and(|gain| gain.difference == Difference::Faster)
        };
        Some(Fastest {
            run,
            over,
            finding,
            is_alone: others(ahead.entry.number).all(is_behind),
        })
    }
}

/// The time of these runs together, if all of them repeat one configuration.
pub fn of_repeats(runs: &[Compared<'_>]) -> Option<Spread> {
    let (first, others) = runs.split_first()?;
    let are_same = !others.is_empty() && others.iter().all(|other| first.repeats_this(other));
    are_same.then(|| repeats::time(&first.measured)).flatten()
}
