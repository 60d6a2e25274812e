//! What the charts of a sweep show: its results as bars and curves.

use super::svg::chart::{Chart, Series};
use crate::analysis::shared::SharedSweep;
use crate::domain::plan::Plan;
use crate::domain::python::Interpreter;
use crate::domain::sweep;
use crate::present::chart::{ChartBar, Measure};

/// Speed-up if there is any, and time.
pub(super) fn of(shared: &SharedSweep<'_>) -> Vec<Chart> {
    let charts = [Measure::SpeedUp, Measure::Time].map(|measure| chart(shared, measure));
    charts
        .into_iter()
        .filter(|chart| {
            chart
                .series
                .iter()
                .any(|series| series.bars.iter().any(|bar| bar.value.is_some()))
        })
        .collect()
}

fn chart(shared: &SharedSweep<'_>, measure: Measure) -> Chart {
    let workers = match shared.sweep.plan.workers() {
        [] => vec![1],
        workers => workers.to_vec(),
    };
    let asked = shared.sweep.plan.parallel_executors();
    let parallel = |series: &&sweep::Series| {
        asked.contains(&series.executor) || shared.results.series.len() == 1
    };
    let series = shared.results.series.iter().filter(parallel);
    let cores = shared.provenance.machine.cores_usable;
    let (what, name) = match measure {
        Measure::SpeedUp => (
            format!("Speed-up: times faster than {}", serial_words(shared)),
            "speedup",
        ),
        Measure::Time => ("Time".to_string(), "time"),
    };
    Chart {
        measure,
        title: format!("{what}, over the number of workers (median of the rounds, 95 % interval)"),
        series: series
            .map(|series| bars(shared, series, measure, &workers))
            .collect(),
        ideal: workers
            .iter()
            .map(|workers| {
                let plan = &shared.sweep.plan;
                plan.ideal_speedup(*workers, cores, shared.results)
            })
            .collect(),
        serial: references(shared, measure),
        id: format!("{name}-{}", shared.number),
        workers,
    }
}

/// What speed-ups are measured against.
fn serial_words(shared: &SharedSweep<'_>) -> &'static str {
    let plan = &shared.sweep.plan;
    match (plan.work().interpreter(), plan.pythons().len()) {
        (None, 0) => "serial",
        (None, _) => "serial or one Python thread",
        (Some(_), 1) => "one Python thread",
        (Some(_), _) => "one thread of each Python",
    }
}

/// The serial runs that lines are drawn for: over them, speed-ups are 1 for all kins; times differ.
fn references(shared: &SharedSweep<'_>, measure: Measure) -> Vec<(String, f64)> {
    let plan = &shared.sweep.plan;
    let bases = (0..plan.configurations().len()).filter(|index| plan.base_of(*index) == *index);
    let name = |plan: &Plan| match plan.interpreter() {
        None => "serial".into(),
        Some(_) if shared.sweep.plan.pythons().len() == 1 => "one thread".into(),
        Some(interpreter) => interpreter.version_name(),
    };
    let median = |index: usize| {
        let summary = shared.results.summaries.get(index)?.as_ref()?;
        let bar = ChartBar::of(Some(summary), measure);
        Some((name(&summary.plan), bar.value?))
    };
    bases
        .filter_map(median)
        .take(if measure == Measure::SpeedUp {
            1
        } else {
            usize::MAX
        })
        .collect()
}

fn bars(
    shared: &SharedSweep<'_>,
    series: &sweep::Series,
    measure: Measure,
    workers: &[u32],
) -> Series {
    let summary = |workers: &u32| {
        let of = |index: &usize| shared.results.summaries.get(*index)?.as_ref();
        series
            .configurations
            .iter()
            .filter_map(of)
            .find(|summary| summary.plan.workers() == *workers)
    };
    let bars = workers
        .iter()
        .map(|workers| ChartBar::of(summary(workers), measure))
        .collect();
    let interpreters = shared.sweep.plan.pythons();
    let is_its = |interpreter: &Interpreter| {
        series
            .executor
            .python
            .as_ref()
            .is_some_and(|python| python.interpreter == *interpreter)
    };
    Series {
        executor: series.executor.clone(),
        interpreter: interpreters.iter().position(is_its).unwrap_or(0),
        bars,
        fitted: fitted(series, measure, workers),
    }
}

/// The law with more parameters, where it could be fitted; only within what was measured.
fn fitted(
    series: &sweep::Series,
    measure: Measure,
    workers: &[u32],
) -> Option<(&'static str, Vec<f64>)> {
    let fit = series
        .universal
        .as_ref()
        .filter(|_| measure == Measure::SpeedUp)?;
    let at = |workers: &u32| fit.at(f64::from(*workers));
    Some((
        "Universal Scalability Law",
        workers.iter().map(at).collect(),
    ))
}
