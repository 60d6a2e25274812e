//! What runs say when they are compared.

use std::collections::HashMap;

use super::compared::{Compared, Obstacle, obstacle, or_alone};
use crate::domain::difference::Difference;
use crate::domain::history::{Entry, History};
use crate::domain::record::Record;
use crate::domain::repeats;
use crate::domain::speedup::{Baseline, Gain};
use crate::domain::stats::{Interval, Ratio, Spread};

/// How many times faster some runs are than others, and whether that can be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// So many times faster; below 1 they are slower.
    pub ratio: Ratio,
    /// What that says.
    pub difference: Difference,
}

impl From<Ratio> for Finding {
    fn from(ratio: Ratio) -> Finding {
        let difference = Difference::of(&ratio);
        Finding { ratio, difference }
    }
}

impl Finding {
    /// Of these runs, each of which repeats the others, over those.
    pub fn of(over: &[&Record], runs: &[&Record]) -> Option<Finding> {
        repeats::gain(over, runs).map(Finding::from)
    }

    /// The factor and its interval above 1 where the runs are slower: as it is told.
    pub fn told(&self) -> Ratio {
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

/// What came out of a run. Whether it is faster than its baseline is decided by all that repeat it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunFinding {
    /// What its repeats say of its time; `None` of a run that was measured alone.
    pub time: Option<Spread>,
    /// Compared with its baseline, if there is one that it does not repeat.
    pub gain: Option<(Finding, Baseline)>,
}

impl RunFinding {
    /// Of a run of a history, with all that repeats it or its baseline.
    pub fn of(history: &History, entry: &Entry) -> RunFinding {
        RunFinding::from_repeats(entry, history, |number| history.records_of(number))
    }

    /// Of several runs of a history, in their order: runs that repeat each other are looked for once.
    pub fn of_all<'h>(history: &'h History, entries: &[&'h Entry]) -> Vec<RunFinding> {
        let groups = history.repeats();
        let numbered = groups.iter().enumerate();
        let group_of: HashMap<usize, usize> = numbered
            .flat_map(|(at, group)| group.iter().map(move |entry| (entry.number, at)))
            .collect();
        let records = |number: usize| -> Vec<&'h Record> {
            let group = group_of.get(&number).map(|at| &groups[*at]);
            group.into_iter().flatten().map(|run| &run.record).collect()
        };
        let mut known: HashMap<(usize, usize), RunFinding> = HashMap::new();
        let finding = |entry: &&'h Entry| {
            let new = || RunFinding::from_repeats(entry, history, records);
            match (group_of.get(&entry.number), entry.gain()) {
                (Some(group), Some(gain)) => {
                    *known.entry((*group, gain.over.number)).or_insert_with(new)
                }
                _ => new(),
            }
        };
        entries.iter().map(finding).collect()
    }

    fn from_repeats<'h>(
        entry: &'h Entry,
        history: &'h History,
        repeats: impl Fn(usize) -> Vec<&'h Record>,
    ) -> RunFinding {
        let measured = |entry: &'h Entry| or_alone(repeats(entry.number), &entry.record);
        let runs = measured(entry);
        let is_alone = entry.record.campaign.is_none();
        let gain = entry.gain().and_then(|Gain { factor, over }| {
            let baseline = measured(history.get(over.number)?);
            let is_it = |record: &&Record| std::ptr::eq(*record, &entry.record);
            if baseline.iter().any(is_it) {
                return None;
            }
            let mut finding = Finding::of(&baseline, &runs)?;
            // A run that was measured alone has its own factor, unless its repeats clearly say the opposite.
            if is_alone {
                let Finding { ratio, difference } = &mut finding;
                let is_opposite = (factor > 1.0) != (ratio.value > 1.0);
                if !(is_opposite && difference.is_clear()) {
                    ratio.value = factor;
                }
                ratio.interval = None;
            }
            Some((finding, over))
        });
        let time = repeats::time(&runs).filter(|time| time.n > 1 && !is_alone);
        RunFinding { time, gain }
    }

    /// Of a run that was measured once, as was its baseline.
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

/// The fastest of several runs besides the one that they are measured against, and that one.
#[derive(Clone, Debug)]
pub struct Fastest<'f, 'a> {
    /// The run.
    pub run: &'f Compared<'a>,
    /// What it is measured against.
    pub over: &'f Compared<'a>,
    /// How they compare.
    pub finding: Finding,
    /// Whether the faster of the two is clearly ahead of all others too.
    pub is_alone: bool,
}

impl<'f, 'a> Fastest<'f, 'a> {
    /// Of these runs, measured against the one at `reference`; `None` if that is all of them.
    ///
    /// # Errors
    /// Why their times cannot be compared.
    pub fn of(runs: &'f [Compared<'a>], reference: usize) -> Result<Option<Self>, Obstacle> {
        obstacle(runs).map_or_else(|| Ok(Fastest::of_comparable(runs, reference)), Err)
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

/// What these runs say of their time if all of them repeat one configuration.
pub fn of_repeats(runs: &[Compared<'_>]) -> Option<Spread> {
    let (first, others) = runs.split_first()?;
    let are_same = !others.is_empty() && others.iter().all(|other| first.repeats_this(other));
    are_same.then(|| repeats::time(&first.measured)).flatten()
}
