//! Tables of runs and of sweeps, as text in cells: Markdown and HTML show the same.

use super::words;
use crate::analysis::shared::{SharedRun, SharedSweep};
use crate::domain::stats::Interval;
use crate::domain::sweep::Summary;
use crate::domain::text::{grouped, speedup};
use crate::present::number::{bare_seconds, three_digits};

/// What is not known, or makes no sense.
const NOTHING: &str = "–";

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A table; every row has a cell per column.
pub(super) struct Table {
    pub columns: Vec<(&'static str, Side)>,
    pub rows: Vec<Vec<String>>,
}

/// A row per run.
pub(super) fn runs<'a>(runs: impl Iterator<Item = &'a SharedRun<'a>>) -> Table {
    const COLUMNS: [(&str, Side); 13] = [
        ("#", Side::Right),
        ("name", Side::Left),
        ("work", Side::Left),
        ("model", Side::Left),
        ("workers", Side::Right),
        ("tasks", Side::Right),
        ("time (s)", Side::Right),
        ("speed-up", Side::Right),
        ("CPU time (s)", Side::Right),
        ("concurrency", Side::Right),
        ("parallelism", Side::Right),
        ("efficiency", Side::Right),
        ("notes", Side::Left),
    ];
    let rows: Vec<Vec<String>> = runs.map(run).collect();
    let is_named = rows.iter().any(|row| !row[1].is_empty());
    without_empty(
        Table {
            columns: COLUMNS.to_vec(),
            rows,
        },
        "name",
        is_named,
    )
}

/// A table without a column that nothing stands in.
fn without_empty(mut table: Table, name: &str, is_used: bool) -> Table {
    if let Some(at) = table
        .columns
        .iter()
        .position(|column| column.0 == name)
        .filter(|_| !is_used)
    {
        table.columns.remove(at);
        table.rows.iter_mut().for_each(|row| drop(row.remove(at)));
    }
    table
}

fn run(run: &SharedRun<'_>) -> Vec<String> {
    let (record, plan) = (run.record, &run.record.plan);
    let efficiency = run.gain().and_then(|gain| gain.efficiency(plan.workers()));
    vec![
        run.number.to_string(),
        words::name(run).unwrap_or_default(),
        plan.label().into(),
        plan.executor().label(),
        grouped(plan.workers().into()),
        grouped(plan.tasks().into()),
        bare_seconds(record.wall_s),
        run.gain().map_or_else(
            || NOTHING.into(),
            |gain| format!("{} over #{}", speedup(gain.factor), gain.over.number),
        ),
        bare_seconds(record.cpu_s),
        format!("{:.1}", record.concurrency),
        format!("{:.2}", record.parallelism),
        efficiency.map_or_else(|| NOTHING.into(), percent),
        notes(run),
    ]
}

/// What a reader of the numbers must know: a short word each.
fn notes(run: &SharedRun<'_>) -> String {
    let record = run.record;
    let mut notes = vec![];
    if !record.is_sound() {
        notes.push(match record.tasks_failed {
            0 => record.outcome.name().to_string(),
            failed => format!(
                "{}, {} tasks failed",
                record.outcome.name(),
                grouped(failed.into())
            ),
        });
    }
    if let Some(gil) = record.python.as_ref().and_then(|python| python.gil) {
        notes.push(gil.words().into());
    }
    if let Some(part) = &record.campaign {
        notes.push(if part.round == 0 {
            "warm-up".into()
        } else {
            format!("round {}", part.round)
        });
    }
    notes.extend(
        run.caveats()
            .map(|caveat| format!("! {}", caveat.kind.name())),
    );
    notes.join(", ")
}

/// A row per configuration of a sweep that was measured.
pub(super) fn summaries(shared: &SharedSweep<'_>) -> Table {
    const COLUMNS: [(&str, Side); 13] = [
        ("model", Side::Left),
        ("workers", Side::Right),
        ("runs", Side::Right),
        ("time (s)", Side::Right),
        ("95 % interval", Side::Right),
        ("shortest – longest", Side::Right),
        ("speed-up", Side::Right),
        ("95 % interval", Side::Right),
        ("efficiency", Side::Right),
        ("serial part", Side::Right),
        ("concurrency", Side::Right),
        ("parallelism", Side::Right),
        ("notes", Side::Left),
    ];
    Table {
        columns: COLUMNS.to_vec(),
        rows: shared
            .results
            .summaries
            .iter()
            .flatten()
            .map(summary)
            .collect(),
    }
}

fn summary(summary: &Summary) -> Vec<String> {
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.into());
    let gain = summary.speedup.as_ref();
    vec![
        summary.plan.executor().label(),
        grouped(summary.plan.workers().into()),
        summary.runs.to_string(),
        bare_seconds(summary.time.median),
        or_nothing(
            summary
                .time
                .interval
                .as_ref()
                .map(|interval| between(interval, bare_seconds)),
        ),
        format!(
            "{} – {}",
            bare_seconds(summary.time.min),
            bare_seconds(summary.time.max)
        ),
        or_nothing(gain.map(|gain| speedup(gain.value))),
        or_nothing(
            gain.and_then(|gain| gain.interval.as_ref())
                .map(|interval| between(interval, three_digits)),
        ),
        or_nothing(summary.efficiency.map(percent)),
        or_nothing(summary.karp_flatt.map(|fraction| format!("{fraction:.3}"))),
        format!("{:.1}", summary.concurrency),
        format!("{:.2}", summary.parallelism),
        summary_notes(summary),
    ]
}

fn summary_notes(summary: &Summary) -> String {
    let best = summary.is_best.then(|| "★ best".to_string());
    let failed = (summary.failed > 0).then(|| format!("{} failed", summary.failed));
    let outliers = summary.outliers.len();
    let far = (outliers > 0).then(|| format!("! {outliers} far from the others"));
    best.into_iter()
        .chain(failed)
        .chain(far)
        .collect::<Vec<_>>()
        .join(", ")
}

fn between(interval: &Interval, number: impl Fn(f64) -> String) -> String {
    format!("{} – {}", number(interval.low), number(interval.high))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
