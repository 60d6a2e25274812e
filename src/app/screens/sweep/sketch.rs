//! The contents of a chart. They are composed when something changes, so that drawing computes nothing.

use crate::{
    app::{App, screens::sweep::chart::SweepChart},
    domain::{
        history::SweepEntry,
        model_variant::ModelVariant,
        record::Record,
        sweep::ConfigurationSummary,
        text::{self, counted, duration, grouped},
    },
    present::{
        chart::{BarChart, Fitted},
        number::with_interval,
        sentence::{
            conclusion::{self, headline, place},
            fit,
        },
    },
};

/// The contents of a chart.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// The sweep's number, and its name.
    pub title: String,
    /// The sweep in a few words.
    pub what: String,
    /// The best configuration so far, or of the whole sweep.
    pub headline: String,
    /// The conclusion, in one sentence.
    pub conclusion: String,
    /// The fitted laws if they are requested, or why there are none; otherwise the conclusion.
    pub notes: Vec<String>,
    /// Facts about the point under the cursor, the most important first.
    pub about: Vec<String>,
    /// The ending of a finished sweep, in words.
    pub ended: String,
    /// The bars and lines.
    pub chart: BarChart,
    /// The laws to draw.
    pub laws: Vec<Fitted>,
    /// The number of runs that did not succeed.
    pub failed: u32,
}

impl Sketch {
    /// The sketch of this chart.
    pub(crate) fn of(app: &App, chart: &SweepChart) -> Option<Sketch> {
        let entry = app.history.sweep(chart.number)?;
        let configurations = 0..entry.sweep.plan.configurations.len();
        let runs = configurations.map(|at| {
            let runs = app.history.runs_of(entry, at);
            runs.map(|run| &run.record).collect()
        });
        let runs: Vec<Vec<&Record>> = runs.collect();
        let bars = BarChart::of(entry, chart.plotted, &runs);
        let composer = SketchComposer {
            app,
            chart,
            entry,
            runs,
        };
        Some(composer.sketch(bars))
    }
}

struct SketchComposer<'a> {
    app: &'a App,
    chart: &'a SweepChart,
    entry: &'a SweepEntry,
    /// The runs by configuration.
    runs: Vec<Vec<&'a Record>>,
}

impl SketchComposer<'_> {
    fn sketch(&self, mut chart: BarChart) -> Sketch {
        let entry = self.entry;
        let marked = self.app.runs.browse.marked();
        for bar in chart.groups.iter_mut().flat_map(|group| &mut group.bars) {
            bar.is_now = bar.configuration.is_some() && bar.configuration == self.now();
            let mut runs = bar.configuration.iter().flat_map(|at| &entry.runs[*at]);
            bar.is_marked = runs.any(|run| marked.contains(run));
        }
        let (laws, conclusion) = (self.laws(&chart), conclusion::of_entry(entry));
        let name = entry.name.as_ref().map(|name| format!(" “{name}”"));
        Sketch {
            title: format!("Sweep #{}{}", entry.number, name.unwrap_or_default()),
            what: what(entry),
            headline: headline(&entry.results, self.now().is_some()),
            notes: self.notes(&chart, &laws, &conclusion),
            conclusion,
            about: self.about(),
            ended: self.ended(),
            laws,
            failed: entry.results.failed.iter().sum(),
            chart,
        }
    }

    /// The configuration that is being measured, if it belongs to this sweep.
    fn now(&self) -> Option<usize> {
        let live = self.app.live()?;
        let is_its = live.asked.id.as_ref() == Some(&self.entry.sweep.id);
        live.asked.campaign.course().filter(|_| is_its)?.current
    }

    /// The laws that were fitted to the speed-ups of the executor under the cursor, if they are requested.
    fn laws(&self, chart: &BarChart) -> Vec<Fitted> {
        let series = self.chart.executor + 1;
        let is_asked = |law: &&Fitted| self.chart.has_fits && law.series == series;
        chart.fitted.iter().filter(is_asked).cloned().collect()
    }

    fn notes(&self, chart: &BarChart, laws: &[Fitted], conclusion: &str) -> Vec<String> {
        if !self.chart.has_fits {
            return vec![conclusion.into()];
        }
        if laws.is_empty() {
            let executor = chart.executors.get(self.chart.executor);
            let executor = executor.map_or("serial".into(), ModelVariant::name);
            return vec![format!(
                "no fitted curve for {executor}: it needs at least six numbers of workers"
            )];
        }
        laws.iter().map(|law| fit::of(&law.fit)).collect()
    }

    fn about(&self) -> Vec<String> {
        let configuration = self.chart.configuration(self.entry);
        let mut about = vec![place(&self.entry.sweep.plan.configurations[configuration])];
        let failed = self.entry.results.failed[configuration];
        if failed > 0 {
            about.push(format!("{} failed", counted(failed.into(), "run")));
        }
        let is_warm = || !self.runs[configuration].is_empty();
        match &self.entry.results.summaries[configuration] {
            Some(summary) => about.extend(numbers(summary)),
            None if self.now() == Some(configuration) => about.push("being measured".into()),
            None if failed > 0 => {}
            None if is_warm() => about.push("only its warm-up run, which is not counted".into()),
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
            format!("{runs}: {rounds} and a warm-up round")
        } else {
            let ended = grouped(results.ended.into());
            let kept = if results.ended > 0 {
                "; results are kept"
            } else {
                ""
            };
            format!("stopped after {ended} of {runs}{kept}")
        }
    }
}

/// A sweep in a few words.
pub fn what(entry: &SweepEntry) -> String {
    let plan = &entry.sweep.plan;
    let executors = plan.parallel_executors();
    let names: Vec<String> = executors.iter().map(ModelVariant::name).collect();
    let names = match &names[..] {
        [] => "serial".into(),
        names => names.join(", "),
    };
    let (work, workers) = (plan.work(), span(entry));
    let tasks = counted(work.tasks.into(), "task");
    format!("{} · {names} · {workers} · {tasks}", work.label())
}

/// The worker counts, from the smallest to the largest.
pub fn span(entry: &SweepEntry) -> String {
    match *entry.sweep.plan.workers {
        [first, .., last] => format!("{}–{} workers", grouped(first.into()), grouped(last.into())),
        [only] => counted(only.into(), "worker"),
        [] => "1 worker".into(),
    }
}

fn numbers(summary: &ConfigurationSummary) -> Vec<String> {
    let speedup = summary.speedup.filter(|_| !summary.plan.is_serial());
    let times = summary.time.interval;
    let mut numbers = vec![];
    numbers.extend(speedup.map(|ratio| {
        let value = with_interval(ratio.value, ratio.interval, text::speedup);
        format!("speed-up {value}")
    }));
    let time = with_interval(summary.time.median, times, duration);
    numbers.push(format!("time {time}"));
    numbers.push(counted(summary.runs.into(), "run"));
    let efficiency = summary.efficiency.filter(|_| summary.plan.workers > 1);
    numbers.extend(efficiency.map(|share| format!("{:.0} % per worker", share * 100.0)));
    numbers
}
