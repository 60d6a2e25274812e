//! Tables of runs, and of the configurations of a sweep, for shell and documents: text in cells.

use super::{
    number::{NOTHING, bare_seconds, heading, in_column, or_nothing, span, three_digits},
    table::{Side, aligned},
};
use crate::{
    catalog::metric::{METRICS, Metric, TABLES, Unit, metric_named},
    domain::{
        history::Entry,
        plan::Plan,
        stats::{Interval, Ratio},
        sweep::{Results, Summary, Sweep},
        text::{clean, counted, grouped, speedup},
    },
};

/// How much of a name is shown where there is room.
pub const NAME: usize = 80;

/// A table; every row has a cell per column.
#[derive(Clone, Debug)]
pub struct TextTable {
    /// The headings, and how cells stand below them.
    pub columns: Vec<(String, Side)>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

impl TextTable {
    /// Without the columns that say nothing in any row.
    fn told(mut self) -> TextTable {
        for at in (0..self.columns.len()).rev() {
            let is_silent = |row: &Vec<String>| ["", NOTHING].contains(&&*row[at]);
            if self.rows.iter().all(is_silent) {
                self.remove(at);
            }
        }
        self
    }

    fn remove(&mut self, column: usize) {
        self.columns.remove(column);
        for row in &mut self.rows {
            row.remove(column);
        }
    }

    /// As lines of aligned text.
    pub fn lines(self) -> String {
        let (headings, sides): (Vec<String>, Vec<Side>) = self.columns.into_iter().unzip();
        let rows: Vec<Vec<String>> = std::iter::once(headings).chain(self.rows).collect();
        aligned(&sides, &rows)
    }
}

/// How much room a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// A terminal.
    Narrow,
    /// A document.
    Wide,
}

/// A column of a table of runs: its heading, how cells stand below it, and what they say.
type RunColumn = (String, Side, Box<dyn Fn(&Entry) -> String>);

fn words(heading: &str, side: Side, cell: fn(&Entry) -> String) -> RunColumn {
    (heading.into(), side, Box::new(cell))
}

fn numbers(metric: &'static Metric) -> RunColumn {
    let (heading, side) = headed(metric, Room::Wide);
    (heading, side, Box::new(|of| cell(metric, of)))
}

/// What stands above the numbers of the catalogue, and how these stand.
fn headed(metric: &Metric, room: Room) -> (String, Side) {
    let name = match room {
        Room::Wide => metric.name,
        Room::Narrow => metric.short,
    };
    let side = match metric.unit {
        Unit::Count | Unit::Share => Side::Right,
        _ => Side::Point,
    };
    (heading(name, metric.unit), side)
}

/// A row per run: what was run, its numbers, and in a document what a reader of the numbers must know.
pub fn runs<'r>(runs: impl IntoIterator<Item = &'r Entry>, room: Room) -> TextTable {
    let mut columns = vec![
        words("#", Side::Right, |of| of.number.to_string()),
        words("name", Side::Left, |of| {
            of.name
                .as_ref()
                .map(|name| clean(name, NAME))
                .unwrap_or_default()
        }),
        words("work", Side::Left, |of| of.record.plan.label().into()),
        words("model", Side::Left, |of| of.record.plan.executor.label()),
        numbers(metric_named("workers")),
        numbers(metric_named("tasks")),
    ];
    let outcome = words("outcome", Side::Left, |of| {
        of.record.ending.outcome.name().into()
    });
    let (before, after) = match room {
        Room::Narrow => (Some(outcome), None),
        Room::Wide => (None, Some(words("notes", Side::Left, notes))),
    };
    let measured = METRICS.iter().filter(|metric| metric.is_in(TABLES));
    columns.extend(before.into_iter().chain(measured.map(numbers)).chain(after));
    table(columns, runs).told()
}

/// The time that the workers of each run spent in each phase.
pub fn phases(runs: &[&Entry]) -> TextTable {
    let phases = METRICS.iter().filter(|metric| metric.phase().is_some());
    let times = phases.map(|metric| {
        let cell = |of: &Entry| {
            let spent = metric.of(&of.record, of.gain()).filter(|time| *time > 0.0);
            or_nothing(spent, |time| in_column(metric.unit, time))
        };
        (metric.name.to_string(), Side::Point, Box::new(cell) as _)
    });
    let mut columns = vec![words("#", Side::Right, |of| of.number.to_string())];
    columns.extend(times);
    table(columns, runs.iter().copied())
}

fn table<'r>(columns: Vec<RunColumn>, runs: impl IntoIterator<Item = &'r Entry>) -> TextTable {
    let row = |of| columns.iter().map(|(.., cell)| cell(of)).collect();
    let rows = runs.into_iter().map(row).collect();
    let headings = columns
        .into_iter()
        .map(|(heading, side, _)| (heading, side));
    let columns = headings.collect();
    TextTable { columns, rows }
}

fn cell(metric: &Metric, of: &Entry) -> String {
    let text = or_nothing(metric.of(&of.record, of.gain()), |value| {
        in_column(metric.unit, value)
    });
    match of.gain() {
        Some(gain) if metric.id == "speedup" => format!("{text} over #{}", gain.over.number),
        _ => text,
    }
}

/// What a reader of the numbers must know: a short word each.
fn notes(run: &Entry) -> String {
    let record = &run.record;
    let outcome = record.ending.outcome.name();
    let ended = match record.ending.tasks_failed {
        _ if record.is_sound() => None,
        0 => Some(outcome.into()),
        failed => Some(format!(
            "{outcome}, {} tasks failed",
            grouped(failed.into())
        )),
    };
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
    let notes = [ended, lock, round].into_iter().flatten().chain(caveats);
    notes.collect::<Vec<_>>().join(", ")
}

/// Where the column with the shortest and the longest time is.
const RANGE: usize = 5;

/// A row per configuration of a sweep.
pub fn configurations(sweep: &Sweep, results: &Results, room: Room) -> TextTable {
    const INTERVAL: &str = "95 % interval";
    let of_metric = |id| headed(metric_named(id), room);
    let right = |heading: &str| (heading.to_string(), Side::Right);
    let notes = if room == Room::Wide { "notes" } else { "" };
    let columns = vec![
        ("model".into(), Side::Left),
        right("workers"),
        right("runs"),
        of_metric("wall_s"),
        right(INTERVAL),
        right("shortest–longest"),
        of_metric("speedup"),
        right(INTERVAL),
        of_metric("efficiency"),
        ("serial part".into(), Side::Point),
        of_metric("concurrency"),
        of_metric("parallelism"),
        (notes.into(), Side::Left),
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
    let mut table = TextTable { columns, rows };
    if room == Room::Narrow {
        table.remove(RANGE);
    }
    table.told()
}

/// What the runs of a configuration say together.
fn together(summary: &Summary) -> [String; 10] {
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

/// With the digits that an interval beside it gives reason to tell.
fn factor(ratio: &Ratio) -> String {
    match ratio.interval {
        Some(_) => format!("{}×", three_digits(ratio.value)),
        None => speedup(ratio.value),
    }
}

fn marks(summary: Option<&Summary>, failed: u32) -> String {
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
