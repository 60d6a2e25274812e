//! The joint statistics of the runs of a sweep.

use serde::{Serialize, Serializer};

use super::{Sweep, SweepPlan};
use crate::domain::{
    difference::{Difference, OF_REPEATS},
    model_variant::ModelVariant,
    plan::Plan,
    record::{Outcome, Record},
    repeats::{self, SEED},
    speedup,
    stats::{
        self, Ratio, Spread,
        fit::{self, Fits, Point},
    },
};

/// The joint statistics of the repeats of one configuration, without the warm-up run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConfigurationSummary {
    /// The plan of the configuration.
    #[serde(flatten, serialize_with = "configuration")]
    pub plan: Plan,
    /// The number of runs that did all their work. All other statistics are from these runs.
    pub runs: u32,
    /// The number of runs that failed or in which a task failed.
    pub failed: u32,
    /// The time of the runs, in seconds.
    #[serde(rename = "time_s")]
    pub time: Spread,
    /// How many times as fast as the sweep's serial runs the configuration is: the ratio of the medians. 1 for serial
    /// itself; `None` if no serial run counts yet.
    pub speedup: Option<Ratio>,
    /// Speed-up per worker.
    pub efficiency: Option<f64>,
    /// The serial fraction that follows from the speed-up, see [`speedup::karp_flatt`].
    pub karp_flatt: Option<f64>,
    /// Tasks in flight: the median of the means of the runs.
    pub concurrency: f64,
    /// Cores in use: the median of the means of the runs.
    pub parallelism: f64,
    /// The ids of the records whose time is an outlier.
    pub outliers: Vec<String>,
    /// The id of the record whose time is nearest to the median.
    pub median_run: String,
    /// Whether this is the best configuration of the sweep, see [`Results::best`].
    pub is_best: bool,
}

/// The configurations of one executor. In JSON it has the laws that were fitted to them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// The executor.
    #[serde(flatten)]
    pub executor: ModelVariant,
    /// The configurations of the executor, as indices of [`SweepPlan::configurations`] by ascending number of workers.
    #[serde(skip)]
    pub configurations: Vec<usize>,
    /// The best of the configurations by the rule of [`Results::best`]; `None` if none was measured yet.
    #[serde(skip)]
    pub best: Option<usize>,
    /// The laws that were fitted to the speed-ups; `None` with too few points.
    #[serde(flatten)]
    pub fits: Option<Fits>,
}

/// The joint statistics of the runs of a sweep, as far as they were measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// One summary per configuration, in their order; `None` if no sound run of it counts yet.
    pub summaries: Vec<Option<ConfigurationSummary>>,
    /// The number of runs that failed or in which a task failed, by configuration. It includes configurations without a
    /// summary.
    pub failed: Vec<u32>,
    /// One series per executor, in the order of [`SweepPlan::executors`].
    pub series: Vec<Series>,
    /// The best configuration: the one with the fewest workers among those that the configuration with the shortest
    /// median time does not clearly beat. Of these, configurations that are clearly faster than serial come first, see
    /// [`Difference`], then serial itself. `None` if nothing was measured yet.
    pub best: Option<usize>,
    /// The number of runs that ended, including warm-up runs and failed ones.
    pub ended: u32,
    /// Whether every configuration was measured in every round.
    pub is_complete: bool,
    /// Whether other programs disturbed most of the runs.
    pub is_noisy: bool,
}

impl Results {
    /// The series of this executor.
    pub fn series_of(&self, executor: &ModelVariant) -> Option<&Series> {
        self.series
            .iter()
            .find(|series| series.executor == *executor)
    }
}

/// The runs of one configuration.
#[derive(Debug, Default)]
struct ConfigurationRuns<'a> {
    /// Runs that count and did all their work.
    sound: Vec<&'a Record>,
    times: Vec<f64>,
    failed: u32,
}

impl Sweep {
    /// The statistics of those of `records` that belong to this sweep.
    pub fn results<'a>(&'a self, records: impl IntoIterator<Item = &'a Record>) -> Results {
        let comparison = SweepComparison::of(self, records);
        let all = 0..comparison.measured.len();
        let summaries = all.clone().map(|index| comparison.summary(index));
        let mut summaries: Vec<Option<ConfigurationSummary>> = summaries.collect();
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

/// The runs of all configurations, for comparison.
struct SweepComparison<'a> {
    plan: &'a SweepPlan,
    /// The records that count, by configuration.
    measured: Vec<ConfigurationRuns<'a>>,
    /// The number of runs that ended, including warm-up runs.
    ended: u32,
    /// The speed-up of each configuration over its baseline. It is stored because resampling is expensive and several
    /// callers ask.
    speedups: Vec<Option<Ratio>>,
}

impl<'a> SweepComparison<'a> {
    fn of(sweep: &'a Sweep, records: impl IntoIterator<Item = &'a Record>) -> SweepComparison<'a> {
        let plan = &sweep.plan;
        let mut measured: Vec<ConfigurationRuns<'a>> = vec![];
        measured.resize_with(plan.configurations.len(), ConfigurationRuns::default);
        let mut ended = 0;
        for record in records.into_iter().filter(|record| sweep.owns(record)) {
            // A record with the sweep's id but with different work was not measured by this sweep.
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
        let speedup = |(index, each): (usize, &ConfigurationRuns<'_>)| match plan.base_of(index) {
            base if base == index => (!each.times.is_empty()).then_some(Ratio {
                value: 1.0,
                interval: None,
            }),
            base => stats::ratio(&measured[base].times, &each.times, SEED),
        };
        SweepComparison {
            plan,
            speedups: measured.iter().enumerate().map(speedup).collect(),
            measured,
            ended,
        }
    }

    /// Whether other programs disturbed more than half of the counted runs.
    fn is_noisy(&self) -> bool {
        let runs = self.measured.iter().flat_map(|each| &each.sound);
        repeats::are_disturbed(runs.copied())
    }

    fn summary(&self, index: usize) -> Option<ConfigurationSummary> {
        let ConfigurationRuns {
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
        Some(ConfigurationSummary {
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

    /// Whether configuration `one` is clearly faster than `other`.
    fn is_faster(&self, one: usize, other: usize) -> bool {
        let [one, other] = [one, other].map(|index| &self.measured[index].times[..]);
        // Most pairs can be told apart, or not, without resampling.
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
        // By chance, a configuration may be as good as the shortest one and yet no better than serial, which the
        // shortest one clearly beats. Chance may also hide that the shortest one gains, although another one does.
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

    fn series(&self, executor: ModelVariant) -> Series {
        let plans = &self.plan.configurations;
        let mut configurations: Vec<usize> = (0..plans.len()).collect();
        configurations.retain(|index| plans[*index].executor == executor);
        // Only configurations that were measured can be points of a fitted law.
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

/// A configuration as it is in JSON.
#[derive(Serialize)]
struct Configuration<'a> {
    #[serde(flatten)]
    executor: &'a ModelVariant,
    workers: u32,
}

fn configuration<S: Serializer>(plan: &Plan, serializer: S) -> Result<S::Ok, S::Error> {
    let configuration = Configuration {
        executor: &plan.executor,
        workers: plan.workers,
    };
    configuration.serialize(serializer)
}
