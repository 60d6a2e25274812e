//! Tables of runs, and of the configurations of a sweep, for shell and documents: text in cells.

use super::number::{NOTHING, bare_seconds, heading, in_column, or_nothing, three_digits};
use super::table::{Side, aligned};
use crate::analysis::shared::SharedRun;
use crate::catalog::metric::{METRICS, Metric, TABLES, Unit, metric_named};
use crate::domain::stats::{Interval, Ratio};
use crate::domain::sweep::{Results, Summary, Sweep};
use crate::domain::text::{clean, counted, grouped, speedup};

/// How much of a name is shown.
const NAME: usize = 80;

/// A table; every row has a cell per column.
#[derive(Clone, Debug)]
pub struct TextTable {
    /// The headings, and how cells stand below them.
    pub columns: Vec<(String, Side)>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

impl TextTable {
    /// Without the columns that say nothing in any row, and without this one.
    fn without(&self, left_out: Option<usize>) -> TextTable {
        let says = |row: &Vec<String>, at: usize| !["", NOTHING].contains(&&*row[at]);
        let is_told =
            |at: &usize| Some(*at) != left_out && self.rows.iter().any(|row| says(row, *at));
        let told: Vec<usize> = (0..self.columns.len()).filter(is_told).collect();
        let cells = |row: &Vec<String>| told.iter().map(|at| row[*at].clone()).collect();
        TextTable {
            columns: told.iter().map(|at| self.columns[*at].clone()).collect(),
            rows: self.rows.iter().map(cells).collect(),
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
type RunColumn = (String, Side, Box<dyn for<'a> Fn(&SharedRun<'a>) -> String>);

fn words(heading: &str, side: Side, cell: fn(&SharedRun<'_>) -> String) -> RunColumn {
    (heading.into(), side, Box::new(cell))
}

fn numbers(metric: &'static Metric, room: Room) -> RunColumn {
    let name = if room == Room::Wide {
        metric.name
    } else {
        metric.short
    };
    let side = match metric.unit {
        Unit::Count | Unit::Share => Side::Right,
        _ => Side::Point,
    };
    (
        heading(name, metric.unit),
        side,
        Box::new(|of| cell(metric, of)),
    )
}

/// A row per run: what was run, its numbers, and in a document what a reader of the numbers must know.
pub fn runs<'r>(runs: impl IntoIterator<Item = &'r SharedRun<'r>>, room: Room) -> TextTable {
    let mut columns = vec![
        words("#", Side::Right, |of| of.number.to_string()),
        words("name", Side::Left, |of| {
            of.name.map(|name| clean(name, NAME)).unwrap_or_default()
        }),
        words("work", Side::Left, |of| of.record.plan.label().into()),
        words("model", Side::Left, |of| of.record.plan.executor().label()),
        numbers(metric_named("workers"), Room::Wide),
        numbers(metric_named("tasks"), Room::Wide),
        words("outcome", Side::Left, |of| {
            of.record.ending.outcome.name().into()
        }),
    ];
    let measured = METRICS.iter().filter(|metric| metric.is_in(TABLES));
    columns.extend(measured.map(|metric| numbers(metric, Room::Wide)));
    if room == Room::Wide {
        columns.retain(|(heading, ..)| heading != "outcome");
        columns.push(words("notes", Side::Left, notes));
    }
    table(&columns, runs).without(None)
}

/// The time that the workers of each run spent in each phase.
pub fn phases(runs: &[SharedRun<'_>]) -> TextTable {
    let number = words("#", Side::Right, |of| of.number.to_string());
    let phases = METRICS.iter().filter(|metric| metric.phase().is_some());
    let times = phases.map(|metric| {
        let cell = |of: &SharedRun<'_>| {
            let spent = metric.of(&of.assessed()).filter(|time| *time > 0.0);
            or_nothing(spent, |time| in_column(metric.unit, time))
        };
        (metric.name.to_string(), Side::Point, Box::new(cell) as _)
    });
    table(
        &std::iter::once(number).chain(times).collect::<Vec<_>>(),
        runs,
    )
}

fn table<'r>(
    columns: &[RunColumn],
    runs: impl IntoIterator<Item = &'r SharedRun<'r>>,
) -> TextTable {
    let row = |of: &SharedRun<'_>| columns.iter().map(|(.., cell)| cell(of)).collect();
    TextTable {
        columns: columns
            .iter()
            .map(|(heading, side, _)| (heading.clone(), *side))
            .collect(),
        rows: runs.into_iter().map(row).collect(),
    }
}

fn cell(metric: &Metric, of: &SharedRun<'_>) -> String {
    let text = or_nothing(metric.of(&of.assessed()), |value| {
        in_column(metric.unit, value)
    });
    match of.gain() {
        Some(gain) if metric.id == "speedup" => format!("{text} over #{}", gain.over.number),
        _ => text,
    }
}

/// What a reader of the numbers must know: a short word each.
fn notes(run: &SharedRun<'_>) -> String {
    let record = run.record;
    let ended = match record.ending.tasks_failed {
        _ if record.is_sound() => None,
        0 => Some(record.ending.outcome.name().to_string()),
        failed => Some(format!(
            "{}, {} tasks failed",
            record.ending.outcome.name(),
            grouped(failed.into())
        )),
    };
    let lock = record
        .interpreter
        .python
        .as_ref()
        .and_then(|python| python.gil);
    let round = record.campaign.as_ref().map(|part| match part.round {
        0 => "warm-up".to_string(),
        round => format!("round {round}"),
    });
    let caveats = run
        .caveats()
        .map(|caveat| format!("! {}", caveat.kind.name()));
    let notes = ended
        .into_iter()
        .chain(lock.map(|lock| lock.words().into()))
        .chain(round);
    notes.chain(caveats).collect::<Vec<_>>().join(", ")
}

/// Where the column with the shortest and the longest time is.
const RANGE: usize = 5;

/// A row per configuration of a sweep.
pub fn configurations(sweep: &Sweep, results: &Results, room: Room) -> TextTable {
    const INTERVAL: &str = "95 % interval";
    let of_metric = |id| {
        let (heading, side, _) = numbers(metric_named(id), room);
        (heading, side)
    };
    let columns = [
        ("model".to_string(), Side::Left),
        ("workers".into(), Side::Right),
        ("runs".into(), Side::Right),
        of_metric("wall_s"),
        (INTERVAL.into(), Side::Right),
        ("shortest–longest".into(), Side::Right),
        of_metric("speedup"),
        (INTERVAL.into(), Side::Right),
        of_metric("efficiency"),
        ("serial part".into(), Side::Point),
        of_metric("concurrency"),
        of_metric("parallelism"),
        (
            (if room == Room::Wide { "notes" } else { "" }).into(),
            Side::Left,
        ),
    ];
    let mut rows = vec![];
    for (index, plan) in sweep.plan.configurations().iter().enumerate() {
        let summary = results.summaries[index].as_ref();
        let mut cells = vec![plan.executor().label(), grouped(plan.workers().into())];
        match summary {
            Some(summary) => cells.extend(together(summary)),
            None => cells.extend(["0"].into_iter().chain([NOTHING; 9]).map(String::from)),
        }
        cells.push(marks(summary, results.failed[index]));
        rows.push(cells);
    }
    let columns = columns.to_vec();
    TextTable { columns, rows }.without((room == Room::Narrow).then_some(RANGE))
}

/// What the runs of a configuration say together.
fn together(summary: &Summary) -> [String; 10] {
    let ratio = summary.speedup.as_ref();
    let number =
        |id: &str, value| or_nothing(value, |value| in_column(metric_named(id).unit, value));
    [
        summary.runs.to_string(),
        bare_seconds(summary.time.median),
        between(summary.time.interval, bare_seconds),
        format!(
            "{}–{}",
            bare_seconds(summary.time.min),
            bare_seconds(summary.time.max)
        ),
        ratio.map_or_else(|| NOTHING.into(), factor),
        between(ratio.and_then(|ratio| ratio.interval), three_digits),
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

fn between(interval: Option<Interval>, number: fn(f64) -> String) -> String {
    interval.map_or_else(
        || NOTHING.into(),
        |of| format!("{}–{}", number(of.low), number(of.high)),
    )
}

fn marks(summary: Option<&Summary>, failed: u32) -> String {
    let outliers = summary.map_or(0, |summary| summary.outliers.len() as u64);
    let marks = [
        summary
            .filter(|summary| summary.is_best)
            .map(|_| "★ best".to_string()),
        (outliers > 0).then(|| counted(outliers, "outlier")),
        (failed > 0).then(|| format!("{failed} failed")),
        (summary.is_none() && failed == 0).then(|| "not measured".into()),
    ];
    marks.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
