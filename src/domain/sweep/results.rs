//! What the runs of a sweep say together.

use serde::{Serialize, Serializer};

use super::{Sweep, SweepPlan};
use crate::{
    catalog::caveat::CaveatKind,
    domain::{
        difference::{Difference, OF_REPEATS},
        executor::Executor,
        plan::Plan,
        record::{Outcome, Record},
        repeats::{self, SEED},
        speedup,
        stats::{
            self, Ratio, Spread,
            fit::{self, Fits, Point},
        },
    },
};

/// What the repeats of one configuration say together. Runs of the round that warms up are not among them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The configuration.
    #[serde(flatten, serialize_with = "configuration")]
    pub plan: Plan,
    /// Runs that did all their work: those that all numbers here are from.
    pub runs: u32,
    /// Runs that broke or in which a task failed.
    pub failed: u32,
    /// How long the runs took, in seconds.
    #[serde(rename = "time_s")]
    pub time: Spread,
    /// How many times faster than the sweep's serial runs: the ratio of the medians. 1 for serial itself; `None` while
    /// no serial run was counted.
    pub speedup: Option<Ratio>,
    /// Speed-up per worker.
    pub efficiency: Option<f64>,
    /// The serial part that the speed-up means, see [`speedup::karp_flatt`].
    pub karp_flatt: Option<f64>,
    /// Tasks in flight: the median of the runs' averages.
    pub concurrency: f64,
    /// Workers on a core: the median of the runs' averages.
    pub parallelism: f64,
    /// The ids of the records whose time is far from the others'.
    pub outliers: Vec<String>,
    /// The id of the record whose time is nearest to the median.
    pub median_run: String,
    /// Whether it is the best configuration of the sweep, see [`Results::best`].
    pub is_best: bool,
}

/// The configurations of one executor; in JSON, the laws that were fitted to them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// Who executed them.
    #[serde(flatten)]
    pub executor: Executor,
    /// Its configurations: indices of [`SweepPlan::configurations`], by ascending number of workers.
    #[serde(skip)]
    pub configurations: Vec<usize>,
    /// The best of them, by the rule of [`Results::best`]; `None` while nothing of it was measured.
    #[serde(skip)]
    pub best: Option<usize>,
    /// The laws, fitted to its speed-ups; `None` with too few points.
    #[serde(flatten)]
    pub fits: Option<Fits>,
}

/// What the runs of a sweep say together, as far as they were measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// One per configuration, in their order; `None` while no sound run of it was counted.
    pub summaries: Vec<Option<Summary>>,
    /// Runs that broke or in which a task failed, by configuration: also where there is no summary.
    pub failed: Vec<u32>,
    /// One per executor, in the order of [`SweepPlan::executors`].
    pub series: Vec<Series>,
    /// The best configuration: that with the fewest workers among those that the shortest median time does not clearly
    /// beat; of these, those that are clearly faster than serial come first, see [`Difference`], and else serial itself.
    /// `None` while nothing was measured.
    pub best: Option<usize>,
    /// How many runs have ended, those of the round that warms up and those that failed included.
    pub ended: u32,
    /// Whether every configuration was measured in every round.
    pub is_complete: bool,
    /// Whether others disturbed most of the runs.
    pub is_noisy: bool,
}

impl Results {
    /// The series of this executor.
    pub fn series_of(&self, executor: &Executor) -> Option<&Series> {
        self.series
            .iter()
            .find(|series| series.executor == *executor)
    }
}

/// What one configuration came to.
#[derive(Debug, Default)]
struct Measured<'a> {
    /// Those that count and did all their work.
    sound: Vec<&'a Record>,
    times: Vec<f64>,
    failed: u32,
}

impl Sweep {
    /// What its runs among `records` say together.
    pub fn results<'a>(&'a self, records: impl IntoIterator<Item = &'a Record>) -> Results {
        let comparison = Comparison::of(self, records);
        let all = 0..comparison.measured.len();
        let summaries = all.clone().map(|index| comparison.summary(index));
        let mut summaries: Vec<Option<Summary>> = summaries.collect();
        let best = comparison.best(all);
        if let Some(summary) = best.and_then(|best| summaries[best].as_mut()) {
            summary.is_best = true;
        }
        let executors = self.plan.executors().into_iter();
        let measured = comparison.measured.iter();
        Results {
            summaries,
            failed: measured.map(|each| each.failed).collect(),
            series: executors.map(|one| comparison.series(one)).collect(),
            best,
            ended: comparison.ended,
            is_complete: comparison.ended >= self.plan.runs(),
            is_noisy: comparison.is_noisy(),
        }
    }
}

/// All that was measured, seen side by side.
struct Comparison<'a> {
    plan: &'a SweepPlan,
    /// By configuration: the records that count.
    measured: Vec<Measured<'a>>,
    /// How many runs have ended at all.
    ended: u32,
    /// By configuration, over the serial one of its kin: resampling is dear, and several ask.
    speedups: Vec<Option<Ratio>>,
}

impl<'a> Comparison<'a> {
    fn of(sweep: &'a Sweep, records: impl IntoIterator<Item = &'a Record>) -> Comparison<'a> {
        let plan = &sweep.plan;
        let mut measured: Vec<Measured<'a>> = vec![];
        measured.resize_with(plan.configurations.len(), Measured::default);
        let mut ended = 0;
        for record in records.into_iter().filter(|record| sweep.owns(record)) {
            // What has the name of the sweep and is other work was not measured by it.
            let place = plan.index_of(&record.plan);
            let was_stopped = record.ending.outcome == Outcome::Cancelled;
            let Some(at) = place.filter(|_| !was_stopped) else {
                continue;
            };
            ended += 1;
            let wall_s = record.times.wall_s;
            if record.is_counted() && wall_s.is_finite() {
                measured[at].times.push(wall_s);
                measured[at].sound.push(record);
            } else if !record.is_warm_up() {
                measured[at].failed += 1;
            }
        }
        let speedup = |(index, each): (usize, &Measured<'_>)| match plan.base_of(index) {
            base if base == index => (!each.times.is_empty()).then_some(Ratio {
                value: 1.0,
                interval: None,
            }),
            base => stats::ratio(&measured[base].times, &each.times, SEED),
        };
        Comparison {
            plan,
            speedups: measured.iter().enumerate().map(speedup).collect(),
            measured,
            ended,
        }
    }

    /// Whether more than half of the counted runs were disturbed by others.
    fn is_noisy(&self) -> bool {
        let runs = || self.measured.iter().flat_map(|each| &each.sound);
        let is_disturbed = |record: &&&Record| {
            record.has_caveat(CaveatKind::CoresTaken) || record.has_caveat(CaveatKind::Suspended)
        };
        2 * runs().filter(is_disturbed).count() > runs().count()
    }

    fn summary(&self, index: usize) -> Option<Summary> {
        let Measured {
            sound,
            times,
            failed,
        } = &self.measured[index];
        let plan = &self.plan.configurations[index];
        let time = stats::spread(times, SEED)?;
        let speedup = self.speedups[index];
        let factor = speedup.map(|ratio| ratio.value);
        let median_of = |value: fn(&Record) -> f64| {
            let values: Vec<f64> = sound.iter().map(|record| value(record)).collect();
            stats::median(&values).unwrap_or(0.0)
        };
        let far = |record: &&&Record| (record.times.wall_s - time.median).abs();
        let nearest = sound.iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
        let outliers = repeats::outliers(times).into_iter();
        Some(Summary {
            plan: plan.clone(),
            runs: u32::try_from(sound.len()).unwrap_or(u32::MAX),
            failed: *failed,
            efficiency: factor.map(|factor| factor / f64::from(plan.workers)),
            karp_flatt: factor.and_then(|factor| speedup::karp_flatt(factor, plan.workers)),
            concurrency: median_of(|record| record.times.concurrency),
            parallelism: median_of(|record| record.times.parallelism),
            outliers: outliers.map(|far| sound[far.index].id.clone()).collect(),
            median_run: nearest.id.clone(),
            is_best: false,
            speedup,
            time,
        })
    }

    /// Whether the first configuration is clearly faster than the second one.
    fn is_faster(&self, one: usize, other: usize) -> bool {
        let [one, other] = [one, other].map(|index| &self.measured[index].times[..]);
        // Most are told apart, or not, without resampling.
        let medians = stats::median(other).zip(stats::median(one));
        let may_be = medians.is_some_and(|(other, one)| other / one >= OF_REPEATS);
        may_be && stats::ratio(other, one, SEED).as_ref().is_some_and(is_gain)
    }

    fn best(&self, among: impl IntoIterator<Item = usize>) -> Option<usize> {
        let median = |index: usize| stats::median(&self.measured[index].times);
        let among = among.into_iter();
        let timed: Vec<(usize, f64)> = among
            .filter_map(|index| Some((index, median(index)?)))
            .collect();
        let (shortest, _) = *timed.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let base = self.plan.base_of(shortest);
        // Chance may leave some as good as the shortest, and yet no better than serial, which that one clearly beats; and
        // it may hide that the shortest gains where another one does.
        let rank = |index: usize| {
            let is_as_good = !self.is_faster(shortest, index);
            let gains = self.speedups[index].as_ref().is_some_and(is_gain);
            match (is_as_good, gains) {
                (true, true) => 0,
                (false, true) if self.plan.base_of(index) == base => 1,
                (true, false) => 2,
                _ => 3,
            }
        };
        let workers = |index: usize| self.plan.configurations[index].workers;
        let key = |index: usize| (rank(index), workers(index), index != base);
        let first = timed
            .into_iter()
            .min_by(|a, b| key(a.0).cmp(&key(b.0)).then(a.1.total_cmp(&b.1)));
        first.map(|(index, _)| index)
    }

    fn series(&self, executor: Executor) -> Series {
        let plans = &self.plan.configurations;
        let mut configurations: Vec<usize> = (0..plans.len()).collect();
        configurations.retain(|index| plans[*index].executor == executor);
        // For a fitted law, as far as anything was measured.
        let points: Vec<Point> = configurations
            .iter()
            .filter(|index| !self.measured[**index].times.is_empty())
            .map(|index| Point {
                workers: plans[*index].workers.into(),
                times: self.measured[*index].times.clone(),
            })
            .collect();
        let serial = &self.measured[self.plan.base_of(configurations[0])].times;
        Series {
            executor,
            best: self.best(configurations.iter().copied()),
            fits: fit::fits(serial, &points, SEED),
            configurations,
        }
    }
}

fn is_gain(ratio: &Ratio) -> bool {
    Difference::of(ratio) == Difference::Faster
}

/// Which configuration it is, as the JSON shows that.
#[derive(Serialize)]
struct Configuration<'a> {
    #[serde(flatten)]
    executor: &'a Executor,
    workers: u32,
}

fn configuration<S: Serializer>(plan: &Plan, serializer: S) -> Result<S::Ok, S::Error> {
    let configuration = Configuration {
        executor: &plan.executor,
        workers: plan.workers,
    };
    configuration.serialize(serializer)
}
