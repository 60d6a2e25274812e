//! Tables of runs, and of the configurations of a sweep, for shell and documents. Their cells are text.

use super::{
    number::{NOTHING, bare_seconds, in_column, or_nothing, span, three_digits},
    table::{Column, DECORATION, Side, Table},
};
use crate::{
    catalog::metric::{METRICS, Metric, TABLES, metric_named},
    domain::{
        history::RunEntry,
        plan::Plan,
        stats::{Interval, Ratio},
        sweep::{ConfigurationSummary, Results, Sweep},
        text::{clean, counted, grouped, speedup},
    },
};

/// The maximum length of a name, if there is room.
pub const NAME: usize = 80;
/// The rank of the remarks, which say how far the numbers can be trusted. They are left out after the start-up and CPU
/// times.
const REMARKS: usize = 13;

/// A column of a table of runs, and the text of its cells.
type RunColumn = (Column, Box<dyn Fn(&RunEntry) -> String>);

fn words(heading: &str, side: Side, rank: usize, cell: fn(&RunEntry) -> String) -> RunColumn {
    (Column::new(heading, side, rank), Box::new(cell))
}

fn numbers(metric: &'static Metric) -> RunColumn {
    let cell = |of: &RunEntry| {
        let value = metric.of(&of.record, of.gain());
        or_nothing(value, |value| in_column(metric.unit, value))
    };
    (Column::of(metric), Box::new(cell))
}

/// A table with a row per run: what was run, its numbers, and remarks on how far they can be trusted.
pub fn runs<'r>(runs: impl IntoIterator<Item = &'r RunEntry>) -> Table {
    let mut columns = vec![
        words("#", Side::Right, 0, |of| of.number.to_string()),
        words("name", Side::Left, 0, |of| {
            let name = of.name.as_ref();
            name.map_or_else(String::new, |name| clean(name, NAME))
        }),
        words("work", Side::Left, 0, |of| of.record.plan.label().into()),
        words("model", Side::Left, 0, |of| of.record.plan.executor.label()),
        numbers(metric_named("workers")),
        numbers(metric_named("tasks")),
    ];
    for metric in METRICS.iter().filter(|metric| metric.is_in(TABLES)) {
        columns.push(numbers(metric));
        if metric.id == "speedup" {
            columns.push(words("over", Side::Right, DECORATION, |of| {
                or_nothing(of.gain(), |gain| format!("#{}", gain.over.number))
            }));
        }
    }
    columns.push(words("outcome", Side::Left, REMARKS, outcome));
    columns.push(words("notes", Side::Left, REMARKS, notes));
    table(columns, runs)
}

/// The time that the workers of each run spent in each phase.
pub fn phases(runs: &[&RunEntry]) -> Table {
    let phases = METRICS.iter().filter(|metric| metric.phase().is_some());
    let times = phases.map(|metric| {
        let cell = |of: &RunEntry| {
            let spent = metric.of(&of.record, of.gain()).filter(|time| *time > 0.0);
            or_nothing(spent, |time| in_column(metric.unit, time))
        };
        (
            Column::new(metric.name, Side::Point, 0),
            Box::new(cell) as _,
        )
    });
    let number = words("#", Side::Right, 0, |of| of.number.to_string());
    table(
        std::iter::once(number).chain(times).collect(),
        runs.iter().copied(),
    )
}

fn table<'r>(columns: Vec<RunColumn>, runs: impl IntoIterator<Item = &'r RunEntry>) -> Table {
    let row = |of| columns.iter().map(|(_, cell)| cell(of)).collect();
    let rows = runs.into_iter().map(row).collect();
    let columns = columns.into_iter().map(|(column, _)| column).collect();
    Table { columns, rows }.without_empty_columns()
}

fn outcome(run: &RunEntry) -> String {
    let outcome = run.record.ending.outcome.name();
    match run.record.ending.tasks_failed {
        0 => outcome.into(),
        failed => format!("{outcome}, {} failed", counted(failed.into(), "task")),
    }
}

/// The remarks on a run, a short word for each.
fn notes(run: &RunEntry) -> String {
    let record = &run.record;
    let python = record.interpreter.python.as_ref();
    let lock = python.and_then(|python| python.gil);
    let lock = lock.map(|lock| lock.words().to_string());
    let round = record.campaign.as_ref().map(|part| match part.round {
        0 => "warm-up".to_string(),
        round => format!("round {round}"),
    });
    let caveats = run
        .caveats()
        .map(|caveat| format!("! {}", caveat.kind.name()));
    let notes = [lock, round].into_iter().flatten().chain(caveats);
    notes.collect::<Vec<_>>().join(", ")
}

/// A row per configuration of a sweep.
pub fn configurations(sweep: &Sweep, results: &Results) -> Table {
    let of_metric = |id| Column::of(metric_named(id));
    let right = |heading, rank| Column::new(heading, Side::Right, rank);
    let interval = || right("95 % interval", 10).short("95 % CI");
    let columns = vec![
        Column::new("model", Side::Left, 0),
        right("workers", 0),
        right("runs", 19),
        of_metric("wall_s"),
        interval(),
        right("shortest–longest", 20),
        of_metric("speedup"),
        interval(),
        of_metric("efficiency"),
        Column::new("serial part", Side::Point, 14),
        of_metric("concurrency"),
        of_metric("parallelism"),
        Column::new("notes", Side::Left, 0),
    ];
    let plans = sweep.plan.configurations.iter().enumerate();
    let row = |(index, plan): (usize, &Plan)| {
        let summary = results.summaries[index].as_ref();
        let mut cells = vec![plan.executor.label(), grouped(plan.workers.into())];
        match summary {
            Some(summary) => cells.extend(together(summary)),
            None => cells.extend(["0"].into_iter().chain([NOTHING; 9]).map(String::from)),
        }
        cells.push(marks(summary, results.failed[index]));
        cells
    };
    let rows = plans.map(row).collect();
    Table { columns, rows }.without_empty_columns()
}

/// The cells with the statistics of a configuration's runs.
fn together(summary: &ConfigurationSummary) -> [String; 10] {
    let (time, ratio) = (&summary.time, summary.speedup.as_ref());
    let number =
        |id: &str, value| or_nothing(value, |value| in_column(metric_named(id).unit, value));
    let interval = ratio.and_then(|ratio| ratio.interval);
    let (low, high) = (time.min, time.max);
    [
        summary.runs.to_string(),
        bare_seconds(time.median),
        or_nothing(time.interval, |of| span(of, bare_seconds)),
        span(Interval { low, high }, bare_seconds),
        or_nothing(ratio, factor),
        or_nothing(interval, |of| span(of, three_digits)),
        number("efficiency", summary.efficiency),
        or_nothing(summary.karp_flatt, |share| format!("{share:.3}")),
        number("concurrency", Some(summary.concurrency)),
        number("parallelism", Some(summary.parallelism)),
    ]
}

/// A factor with the digits that its interval justifies.
fn factor(ratio: &Ratio) -> String {
    match ratio.interval {
        Some(_) => format!("{}×", three_digits(ratio.value)),
        None => speedup(ratio.value),
    }
}

fn marks(summary: Option<&ConfigurationSummary>, failed: u32) -> String {
    let outliers = summary.map_or(0, |summary| summary.outliers.len() as u64);
    let marks = [
        summary
            .is_some_and(|summary| summary.is_best)
            .then(|| "★ best".to_string()),
        (outliers > 0).then(|| counted(outliers, "outlier")),
        (failed > 0).then(|| format!("{failed} failed")),
        (summary.is_none() && failed == 0).then(|| "not measured".into()),
    ];
    marks.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
