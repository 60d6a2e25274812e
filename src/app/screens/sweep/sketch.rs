//! What a chart shows, composed when something changed: drawing computes nothing.

use crate::{
    app::{
        App,
        screens::sweep::{chart::Chart, laws::Law},
    },
    domain::{
        executor::Executor,
        history::SweepEntry,
        record::Record,
        stats::fit::Fits,
        sweep::Summary,
        text::{self, counted, duration, grouped},
    },
    present::{
        chart::{BarGroup, ChartBar, Measure},
        number::with_interval,
        sentence::{
            conclusion::{self, headline, place},
            count,
        },
    },
};

/// The ideal is on the axis from the start up to this speed-up; beyond it, as far as the measured ones come near.
const IDEAL_AT_ONCE: f64 = 32.0;

/// What a chart shows.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// What is said around it.
    pub words: SketchWords,
    /// Who executed the tasks, besides serial.
    pub executors: Vec<Executor>,
    /// All points.
    pub groups: Vec<BarGroup>,
    /// What the bars measure.
    pub measure: Measure,
    /// Serial, in the chart's unit.
    pub serial: Option<f64>,
    /// The largest value that the axis has to reach: it never gets smaller while a sweep goes on.
    pub peak: f64,
    /// The laws to draw, in the chart's unit.
    pub laws: Vec<Law>,
    /// How many of its runs did not succeed.
    pub failed: u32,
}

/// What is said around a chart.
#[derive(Clone, Debug)]
pub struct SketchWords {
    /// The sweep's number, and its name.
    pub title: String,
    /// The sweep in a few words.
    pub what: String,
    /// What is read first.
    pub headline: String,
    /// What to conclude, in one sentence.
    pub conclusion: String,
    /// What the laws say that are asked for, or why there is none; else what to conclude.
    pub notes: Vec<String>,
    /// What is known of the point under the cursor, the most important first.
    pub about: Vec<String>,
    /// How a sweep ended that does not go on.
    pub ended: String,
}

impl Sketch {
    /// What this chart shows.
    pub(crate) fn of(app: &App, chart: &Chart) -> Option<Sketch> {
        let entry = app.history.sweep(chart.number)?;
        let executors = entry.sweep.plan.parallel_executors();
        let composer = Composer {
            app,
            chart,
            entry,
            executors,
        };
        Some(composer.sketch())
    }
}

struct Composer<'a> {
    app: &'a App,
    chart: &'a Chart,
    entry: &'a SweepEntry,
    /// Who executed the tasks, besides serial.
    executors: Vec<Executor>,
}

impl Composer<'_> {
    fn sketch(self) -> Sketch {
        let Composer { entry, chart, .. } = self;
        let groups = self.groups();
        let (laws, conclusion) = (self.laws(), conclusion::of_entry(entry));
        let name = entry.name.as_ref().map(|name| format!(" “{name}”"));
        Sketch {
            words: SketchWords {
                title: format!("Sweep #{}{}", entry.number, name.unwrap_or_default()),
                what: what(entry),
                headline: headline(&entry.results, self.now().is_some()),
                notes: self.notes(&laws, &conclusion),
                conclusion,
                about: self.about(),
                ended: self.ended(),
            },
            peak: self.peak(&groups),
            serial: self.in_unit(1.0),
            laws,
            failed: entry.results.failed.iter().sum(),
            measure: chart.measure,
            executors: self.executors,
            groups,
        }
    }

    /// What was measured of a configuration.
    fn summary(&self, configuration: usize) -> Option<&Summary> {
        self.entry.results.summaries.get(configuration)?.as_ref()
    }

    fn groups(&self) -> Vec<BarGroup> {
        let plan = &self.entry.sweep.plan;
        let serial = BarGroup {
            label: "serial".into(),
            bars: vec![self.bar(0, Some(0))],
            ideal: self.in_unit(1.0),
        };
        let parallel = plan.workers.iter().map(|&workers| {
            let executors = (1..).zip(&self.executors);
            let bar = |(series, executor)| self.bar(series, plan.configuration(executor, workers));
            BarGroup {
                label: grouped(workers.into()),
                bars: executors.map(bar).collect(),
                ideal: self.in_unit(self.ideal(workers)),
            }
        });
        std::iter::once(serial).chain(parallel).collect()
    }

    fn ideal(&self, workers: u32) -> f64 {
        let SweepEntry { sweep, results, .. } = self.entry;
        let cores = self.entry.provenance.machine.cores_usable;
        sweep.plan.ideal_speedup(workers, cores, results)
    }

    /// A speed-up in the chart's unit.
    fn in_unit(&self, speedup: f64) -> Option<f64> {
        match self.chart.measure {
            Measure::SpeedUp => Some(speedup),
            Measure::Time => Some(self.summary(0)?.time.median / speedup),
        }
    }

    /// A time in the chart's unit, with the time that it is measured against.
    fn of_time(&self, time: f64, base: impl FnOnce() -> Option<f64>) -> Option<f64> {
        match self.chart.measure {
            Measure::SpeedUp => Some(base()? / time),
            Measure::Time => Some(time),
        }
    }

    fn bar(&self, series: usize, configuration: Option<usize>) -> ChartBar {
        let Some(configuration) = configuration else {
            return ChartBar {
                series,
                ..ChartBar::default()
            };
        };
        let failed = self.entry.results.failed[configuration];
        let bar = ChartBar::of(self.summary(configuration), self.chart.measure);
        let words = |value| self.chart.measure.words(value);
        let text = match bar.value {
            Some(value) => with_interval(value, bar.interval, words),
            None if failed > 0 => "failed".into(),
            None => "–".into(),
        };
        let marked = self.app.runs.browse.marked();
        let mut runs = self.entry.runs[configuration].iter();
        ChartBar {
            series,
            configuration,
            text,
            warm_up: self.warm_up(configuration),
            singles: self.singles(configuration),
            failed,
            is_now: self.now() == Some(configuration),
            is_marked: runs.any(|run| marked.contains(run)),
            ..bar
        }
    }

    /// Which configuration is being measured, if it is one of this sweep.
    fn now(&self) -> Option<usize> {
        let live = self.app.live()?;
        let is_its = live.campaign_id.as_ref() == Some(&self.entry.sweep.id);
        live.campaign.course().filter(|_| is_its)?.current
    }

    /// What the run of this configuration came to that warmed up.
    fn warm_up(&self, configuration: usize) -> Option<f64> {
        let warmed_up = |configuration| {
            let mut its = self.records(configuration);
            let its = its.find(|run| run.is_sound() && !run.is_counted());
            its.map(|run| run.times.wall_s)
        };
        let base = self.entry.sweep.plan.base_of(configuration);
        self.of_time(warmed_up(configuration)?, || warmed_up(base))
    }

    fn records(&self, configuration: usize) -> impl Iterator<Item = &Record> {
        let runs = self.app.history.runs_of(self.entry, configuration);
        runs.map(|run| &run.record)
    }

    fn singles(&self, configuration: usize) -> Vec<f64> {
        let base = self.entry.sweep.plan.base_of(configuration);
        let base = || Some(self.summary(base)?.time.median);
        let its = self.records(configuration).filter(|run| run.is_counted());
        its.filter_map(|run| self.of_time(run.times.wall_s, base))
            .collect()
    }

    fn peak(&self, groups: &[BarGroup]) -> f64 {
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let bars = groups.iter().flat_map(|group| &group.bars);
        let ends = most(&mut bars.filter_map(|bar| Some(bar.interval?.high)));
        let peak = self.entry.peak;
        match self.chart.measure {
            Measure::Time => peak.time_s.max(ends),
            Measure::SpeedUp => {
                let measured = peak.speedup.max(ends).max(1.0);
                let ideal = most(&mut groups.iter().filter_map(|group| group.ideal));
                measured.max(ideal.min(IDEAL_AT_ONCE.max(2.0 * measured)))
            }
        }
    }

    /// The laws that were fitted to the speed-ups of the cursor's executor, if they are asked for.
    fn laws(&self) -> Vec<Law> {
        let executor = self.executors.get(self.chart.executor);
        let executor = executor.filter(|_| self.chart.has_fits);
        let series = executor.and_then(|executor| self.entry.results.series_of(executor));
        let fits = series.and_then(|series| series.fits);
        let fits = fits.into_iter().flat_map(Fits::both);
        let workers = &self.entry.sweep.plan.workers;
        let mut laws: Vec<Law> = fits.map(|fit| Law::of(&fit, workers)).collect();
        for value in laws.iter_mut().flat_map(|law| &mut law.values) {
            *value = value.and_then(|speedup| self.in_unit(speedup));
        }
        laws
    }

    fn notes(&self, laws: &[Law], conclusion: &str) -> Vec<String> {
        if !self.chart.has_fits {
            return vec![conclusion.into()];
        }
        if laws.is_empty() {
            let executor = self.executors.get(self.chart.executor);
            let executor = executor.map_or("serial".into(), Executor::name);
            return vec![format!(
                "no fitted curve for {executor}: it takes at least six numbers of workers, all measured"
            )];
        }
        laws.iter().map(|law| law.sentence.clone()).collect()
    }

    fn about(&self) -> Vec<String> {
        let configuration = self.chart.configuration(self.entry);
        let mut about = vec![place(&self.entry.sweep.plan.configurations[configuration])];
        let failed = self.entry.results.failed[configuration];
        if failed > 0 {
            about.push(format!("{} failed", counted(failed.into(), "run")));
        }
        let is_warm = || self.records(configuration).next().is_some();
        match self.summary(configuration) {
            Some(summary) => about.extend(numbers(summary)),
            None if self.now() == Some(configuration) => about.push("being measured".into()),
            None if failed > 0 => {}
            None if is_warm() => about.push("warmed up, which is not counted".into()),
            None if self.now().is_some() => about.push("not measured yet".into()),
            None => about.push("not measured".into()),
        }
        about
    }

    fn ended(&self) -> String {
        let (results, plan) = (&self.entry.results, &self.entry.sweep.plan);
        let runs = counted(plan.runs().into(), "run");
        if results.ended >= plan.runs() {
            let rounds = counted(plan.repeats.into(), "round");
            format!("{runs}: {rounds}, and one that warmed up")
        } else {
            let ended = grouped(results.ended.into());
            let kept = if results.ended > 0 {
                ": what was measured is kept"
            } else {
                ""
            };
            format!("ended after {ended} of {runs}{kept}")
        }
    }
}

/// A sweep in a few words.
pub fn what(entry: &SweepEntry) -> String {
    let plan = &entry.sweep.plan;
    let executors = plan.parallel_executors();
    let names: Vec<String> = executors.iter().map(Executor::name).collect();
    let names = match &names[..] {
        [] => "serial".into(),
        names => names.join(", "),
    };
    let (work, workers) = (plan.work(), span(entry));
    let tasks = counted(work.tasks.into(), "task");
    format!("{} · {names} · {workers} · {tasks}", work.label())
}

/// The numbers of workers, from the least to the most.
pub fn span(entry: &SweepEntry) -> String {
    match *entry.sweep.plan.workers {
        [first, .., last] => format!("{}–{} workers", grouped(first.into()), grouped(last.into())),
        [only] => counted(only.into(), "worker"),
        [] => "1 worker".into(),
    }
}

fn numbers(summary: &Summary) -> Vec<String> {
    let speedup = summary.speedup.filter(|_| !summary.plan.is_serial());
    let times = summary.time.interval;
    let mut numbers = vec![];
    numbers.extend(speedup.map(|ratio| with_interval(ratio.value, ratio.interval, text::speedup)));
    numbers.push(with_interval(summary.time.median, times, duration));
    numbers.push(if summary.runs == 1 {
        "one run".into()
    } else {
        format!("{} runs", count(summary.runs.into()))
    });
    let efficiency = summary.efficiency.filter(|_| summary.plan.workers > 1);
    numbers.extend(efficiency.map(|share| format!("{:.0} % per worker", share * 100.0)));
    numbers
}
