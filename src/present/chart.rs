//! The chart of a sweep: bars over worker counts, with a series per executor.
//!
//! ```text
//!   8× ┤              ★
//!      ┤             ██ ┬      bar: the median; beside it its 95 % interval and single runs; ★ the best configuration
//!   4× ┤══    ▒▒ ┬   ██ •      behind the bars: serial, the ideal, and the fitted laws
//!      ┤──────▒▒─┴───██─┴──
//!   0× └───────────────────
//!       serial 2      4
//! ```
//!
//! This module determines what the chart contains and where everything is. Screens and documents only draw it.

mod layout;
mod scale;

use std::{iter, ops::Range};

pub use layout::{Layout, middle};
pub use scale::{AxisScale, moment, round_lengths};

use crate::{
    domain::{
        history::SweepEntry,
        model_variant::ModelVariant,
        plan::Plan,
        record::Record,
        stats::{Interval, fit::Fit},
        sweep::ConfigurationSummary,
        text::{duration, grouped, speedup},
    },
    present::number::{NOTHING, with_interval},
};

/// The axis always reaches the ideal up to this speed-up. A higher ideal is included once the measured speed-ups come
/// near it.
const IDEAL_AT_ONCE: f64 = 32.0;

/// The quantity that the bars of a chart show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plotted {
    /// How many times faster than serial.
    #[default]
    SpeedUp,
    /// Seconds.
    Time,
}

impl Plotted {
    /// A value with its unit.
    pub fn words(self, value: f64) -> String {
        match self {
            Plotted::SpeedUp => speedup(value),
            Plotted::Time => duration(value),
        }
    }

    /// A round number on the axis, with its unit.
    pub fn tick(self, value: f64, scale: AxisScale) -> String {
        let decimals = scale.decimals();
        match self {
            Plotted::SpeedUp => format!("{value:.decimals$}×"),
            Plotted::Time if scale.top < 1.0 => {
                format!("{:.*} ms", decimals.saturating_sub(3), value * 1e3)
            }
            Plotted::Time => format!("{value:.decimals$} s"),
        }
    }
}

/// A bar, or the place reserved for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartBar {
    /// The index of the executor's series; serial is 0.
    pub series: usize,
    /// The configuration of the plan, if the bar has one.
    pub configuration: Option<usize>,
    /// The height of the bar: the median; `None` if nothing has been measured yet.
    pub value: Option<f64>,
    /// The interval of the value.
    pub interval: Option<Interval>,
    /// The values of single runs.
    pub singles: Vec<f64>,
    /// The value of the warm-up run, which is not counted. It is compared with the serial warm-up run.
    pub warm_up: Option<f64>,
    /// The limit: the highest possible speed-up, or the shortest possible time. `None` while it is not known.
    pub ideal: Option<f64>,
    /// The number of runs that failed or in which a task failed.
    pub failed: u32,
    /// Whether this is the best bar of all.
    pub is_best: bool,
    /// Whether the configuration is being measured.
    pub is_now: bool,
    /// Whether one of its runs is marked.
    pub is_marked: bool,
    /// The value with its interval, or why there is none.
    pub text: String,
}

impl ChartBar {
    /// The sign that replaces a bar without a measurement, and its height.
    pub fn sign(&self) -> (&'static str, f64) {
        match self.warm_up {
            Some(value) => ("○", value),
            None if self.failed > 0 => ("✗", 0.0),
            None => ("·", 0.0),
        }
    }
}

/// The bars for one worker count, one bar per executor. The first group is serial, which has one bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarGroup {
    /// The label below the group.
    pub label: String,
    /// The label if there is no room for all of it.
    pub short: String,
    /// The bars in the order of the executors.
    pub bars: Vec<ChartBar>,
}

/// A law that was fitted to the speed-ups of an executor.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The index of the executor's series; serial is 0.
    pub series: usize,
    /// The fitted law.
    pub fit: Fit,
    /// The value of the law at each group, in the chart's unit; `None` for serial, and far beyond the measured range.
    pub values: Vec<Option<f64>>,
}

/// A bar chart of a sweep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarChart {
    /// The quantity that the bars show.
    pub plotted: Plotted,
    /// The executors besides serial, one per series.
    pub executors: Vec<ModelVariant>,
    /// The groups of bars, serial first.
    pub groups: Vec<BarGroup>,
    /// The references of the other bars, each with its name, the highest first. All speed-ups are measured against 1.
    /// Times have a reference for the native models and one for each Python interpreter.
    pub serial: Vec<(String, f64)>,
    /// Both laws for each executor that has enough points.
    pub fitted: Vec<Fitted>,
    /// The largest value that the axis must reach. It never decreases during a sweep.
    pub peak: f64,
}

impl BarChart {
    /// The chart of a sweep. `runs` are its known runs by configuration.
    pub fn of(entry: &SweepEntry, plotted: Plotted, runs: &[Vec<&Record>]) -> BarChart {
        let composer = ChartComposer {
            entry,
            plotted,
            runs,
        };
        composer.chart()
    }

    /// The bars of all groups.
    pub fn bars(&self) -> impl Iterator<Item = &ChartBar> {
        self.groups.iter().flat_map(|group| &group.bars)
    }

    /// The bars in view, each with its indices of group and bar, and its columns.
    pub fn placed<'a>(
        &'a self,
        layout: &'a Layout,
    ) -> impl Iterator<Item = ((usize, usize), &'a ChartBar, &'a Range<u16>)> {
        layout.bars.iter().filter_map(|(place, columns)| {
            let bar = self.groups.get(place.0)?.bars.get(place.1)?;
            Some((*place, bar, columns))
        })
    }

    /// The curve of a law: its value at the columns of each bar of its executor.
    pub fn curve(&self, law: &Fitted, layout: &Layout) -> Vec<(Range<u16>, Option<f64>)> {
        let bars = self.placed(layout);
        let bars = bars.filter(|(_, bar, _)| bar.series == law.series);
        bars.map(|((group, _), _, columns)| (columns.clone(), law.values[group]))
            .collect()
    }
}

struct ChartComposer<'a> {
    entry: &'a SweepEntry,
    plotted: Plotted,
    /// The runs by configuration.
    runs: &'a [Vec<&'a Record>],
}

impl ChartComposer<'_> {
    fn chart(&self) -> BarChart {
        let plan = &self.entry.sweep.plan;
        let executors = plan.parallel_executors();
        let serial = BarGroup {
            label: "serial".into(),
            short: "ser".into(),
            bars: vec![self.bar(0, Some(0))],
        };
        let parallel = plan.workers.iter().map(|&workers| {
            let series = (1..).zip(&executors);
            let bar = |(series, executor)| self.bar(series, plan.configuration(executor, workers));
            BarGroup {
                label: grouped(workers.into()),
                short: grouped(workers.into()),
                bars: series.map(bar).collect(),
            }
        });
        let groups: Vec<BarGroup> = iter::once(serial).chain(parallel).collect();
        BarChart {
            plotted: self.plotted,
            serial: self.serial(),
            fitted: self.fitted(&executors),
            peak: self.peak(groups.iter().flat_map(|group| &group.bars)),
            executors,
            groups,
        }
    }

    fn summary(&self, configuration: usize) -> Option<&ConfigurationSummary> {
        self.entry.results.summaries.get(configuration)?.as_ref()
    }

    /// The reference time of a configuration.
    fn base(&self, configuration: usize) -> Option<f64> {
        let base = self.entry.sweep.plan.base_of(configuration);
        Some(self.summary(base)?.time.median)
    }

    /// A speed-up of a configuration in the chart's unit.
    fn in_unit(&self, speedup: f64, configuration: usize) -> Option<f64> {
        match self.plotted {
            Plotted::SpeedUp => Some(speedup),
            Plotted::Time => Some(self.base(configuration)? / speedup),
        }
    }

    /// A time in the chart's unit, compared with the reference time that `base` returns.
    fn of_time(&self, time: f64, base: impl FnOnce() -> Option<f64>) -> Option<f64> {
        match self.plotted {
            Plotted::SpeedUp => Some(base()? / time),
            Plotted::Time => Some(time),
        }
    }

    fn bar(&self, series: usize, configuration: Option<usize>) -> ChartBar {
        let Some(at) = configuration else {
            return ChartBar {
                series,
                ..ChartBar::default()
            };
        };
        let failed = self.entry.results.failed[at];
        let summary = self.summary(at);
        let measured = summary.and_then(|summary| match self.plotted {
            Plotted::SpeedUp => summary.speedup.map(|ratio| (ratio.value, ratio.interval)),
            Plotted::Time => Some((summary.time.median, summary.time.interval)),
        });
        let (value, interval) = measured.unzip();
        let interval = interval.flatten();
        let text = match value {
            Some(value) => with_interval(value, interval, |value| self.plotted.words(value)),
            None if failed > 0 => "failed".into(),
            None => NOTHING.into(),
        };
        ChartBar {
            series,
            configuration,
            value,
            interval,
            singles: self.singles(at),
            warm_up: self.warm_up(at),
            ideal: self.ideal(at),
            failed,
            is_best: summary.is_some_and(|summary| summary.is_best),
            text,
            ..ChartBar::default()
        }
    }

    fn ideal(&self, configuration: usize) -> Option<f64> {
        let SweepEntry { sweep, results, .. } = self.entry;
        let cores = self.entry.provenance.machine.full_use();
        let workers = sweep.plan.configurations[configuration].workers;
        // With one worker the limit is the serial time.
        let most = (workers > 1).then(|| sweep.plan.ideal_speedup(workers, cores, results));
        self.in_unit(most?, configuration)
    }

    fn runs(&self, configuration: usize) -> impl Iterator<Item = &Record> {
        self.runs.get(configuration).into_iter().flatten().copied()
    }

    /// The value of a configuration's warm-up run.
    fn warm_up(&self, configuration: usize) -> Option<f64> {
        let warmed_up = |configuration| {
            let mut runs = self.runs(configuration);
            let found = runs.find(|run| run.is_sound() && !run.is_counted());
            found.map(|run| run.times.wall_s)
        };
        let base = self.entry.sweep.plan.base_of(configuration);
        self.of_time(warmed_up(configuration)?, || warmed_up(base))
    }

    fn singles(&self, configuration: usize) -> Vec<f64> {
        let counted = self.runs(configuration).filter(|run| run.is_counted());
        let single = |run: &Record| self.of_time(run.times.wall_s, || self.base(configuration));
        counted.filter_map(single).collect()
    }

    /// The references of the other bars.
    fn serial(&self) -> Vec<(String, f64)> {
        let plan = &self.entry.sweep.plan;
        let pythons = plan.pythons();
        let name = |plan: &Plan| match plan.interpreter() {
            None => "serial".into(),
            Some(_) if pythons.len() == 1 => "one thread".into(),
            Some(interpreter) => interpreter.version_name(),
        };
        let bases = (0..plan.configurations.len()).filter(|at| plan.base_of(*at) == *at);
        let line = |at| Some((name(&plan.configurations[at]), self.in_unit(1.0, at)?));
        let mut serial: Vec<(String, f64)> = bases.filter_map(line).collect();
        if self.plotted == Plotted::SpeedUp {
            serial.truncate(1);
        }
        serial.sort_by(|a, b| b.1.total_cmp(&a.1));
        serial
    }

    fn fitted(&self, executors: &[ModelVariant]) -> Vec<Fitted> {
        let SweepEntry { sweep, results, .. } = self.entry;
        let fits = |(series, executor)| {
            let of = results.series_of(executor)?;
            Some((series, *of.configurations.first()?, of.fits?))
        };
        let mut fitted = vec![];
        for (series, configuration, fits) in (1..).zip(executors).filter_map(fits) {
            for fit in fits.both() {
                let workers = sweep.plan.workers.iter();
                let value = |workers: &u32| self.in_unit(fit.at((*workers).into())?, configuration);
                let values = iter::once(None).chain(workers.map(value)).collect();
                fitted.push(Fitted {
                    series,
                    fit,
                    values,
                });
            }
        }
        fitted
    }

    fn peak<'b>(&self, bars: impl Iterator<Item = &'b ChartBar> + Clone) -> f64 {
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let drawn = |bar: &'b ChartBar| {
            let interval = bar.interval.map(|of| of.high);
            let bar_or_sign = bar.value.or(bar.warm_up);
            let values = bar_or_sign.into_iter().chain(interval);
            values.chain(bar.singles.iter().copied())
        };
        let measured = most(&mut bars.clone().flat_map(drawn));
        let peak = self.entry.peak;
        match self.plotted {
            Plotted::Time => peak.time_s.max(measured),
            Plotted::SpeedUp => {
                let measured = peak.speedup.max(measured).max(1.0);
                let ideal = most(&mut bars.filter_map(|bar| bar.ideal));
                measured.max(ideal.min(IDEAL_AT_ONCE.max(2.0 * measured)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload::Cpu},
        fixtures::{sample, swept},
    };

    #[test]
    fn the_axis_reaches_every_single_run_and_a_run_that_warmed_up() {
        let rows: [swept::Row; 2] = [swept::SERIAL, (Model::Threads, 2, &[1.5, 1.5, 9.0])];
        let sweep = swept::sweep(Cpu, &rows);
        let mut records = swept::records(Cpu, &rows);
        let results = sweep.results(&records);
        let here = sample::history(2).here().clone();
        let entry = SweepEntry {
            results,
            ..SweepEntry::new(1, None, here.clone(), sweep)
        };
        let of_plan = |records: &[Record], plotted, entry: &SweepEntry| {
            let plans = entry.sweep.plan.configurations.iter();
            let of = |plan: &Plan| {
                records
                    .iter()
                    .filter(move |run| run.plan == *plan)
                    .collect()
            };
            BarChart::of(entry, plotted, &plans.map(of).collect::<Vec<_>>()).peak
        };
        assert!(of_plan(&records, Plotted::Time, &entry) >= 9.0);
        records.truncate(6);
        records[5].campaign = swept::part(0);
        records[5].times.wall_s = 20.0;
        let entry = SweepEntry {
            results: entry.sweep.results(&records),
            ..SweepEntry::new(1, None, here, entry.sweep)
        };
        assert!(of_plan(&records, Plotted::Time, &entry) >= 20.0);
    }
}
