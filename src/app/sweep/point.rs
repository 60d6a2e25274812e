//! All runs and numbers of one point of a sweep, as rows of the details.

use super::super::details::{Row, with_note};
use super::sketch::with_interval;

use crate::catalog::metric::metric_named;
use crate::domain::history::{Entry, History, SweepEntry};
use crate::domain::record::Outcome;
use crate::domain::sweep::Summary;
use crate::domain::text::{clean, duration, speedup, wrap};
use crate::present::number::{three_digits, with_unit};

/// How much of a caveat is shown.
const FOREIGN: usize = 300;

/// Everything about this configuration of a sweep, in rows of at most `width` columns.
pub fn rows(history: &History, sweep: &SweepEntry, configuration: usize, width: u16) -> Vec<Row> {
    let summary = sweep
        .results
        .summaries
        .get(configuration)
        .and_then(Option::as_ref);
    let mut rows = match summary {
        Some(summary) => together(summary, width),
        None => vec![Row::Strong("No run of it has been counted.".into())],
    };
    rows.push(Row::Empty);
    rows.push(Row::Strong("Its runs".into()));
    let mut doubts = vec![];
    for run in history.runs_of(sweep, configuration) {
        rows.extend(with_note(&remark(run, summary), width, |note| {
            Row::Number {
                name: "",
                value: format!("#{} {:>8}", run.number, duration(run.record.times.wall_s)),
                note,
            }
        }));
        doubts.extend(
            run.caveats()
                .map(|caveat| format!("! #{}: {}", run.number, clean(&caveat.text, FOREIGN))),
        );
    }
    if !doubts.is_empty() {
        rows.push(Row::Empty);
        rows.push(Row::Strong("Reasons to trust them less".into()));
        rows.extend(
            doubts
                .iter()
                .flat_map(|doubt| wrap(doubt, width))
                .map(Row::Strong),
        );
    }
    rows
}

/// What the counted runs say together.
fn together(summary: &Summary, width: u16) -> Vec<Row> {
    let mut numbers = vec![(
        "time",
        duration(summary.time.median),
        format!(
            "median; 95 % interval {}, least {}, most {}",
            interval(summary.time.interval.map(|it| (it.low, it.high)), duration),
            duration(summary.time.min),
            duration(summary.time.max)
        ),
    )];
    if let Some(ratio) = summary.speedup.filter(|_| !summary.plan.is_serial()) {
        let between = interval(ratio.interval.map(|it| (it.low, it.high)), speedup);
        let note =
            format!("over the sweep's serial runs: ratio of the medians; 95 % interval {between}");
        numbers.push(("speed-up", speedup(ratio.value), note));
    }
    for (id, value, how) in [
        (
            "concurrency",
            Some(summary.concurrency),
            ": median of the runs",
        ),
        (
            "parallelism",
            Some(summary.parallelism),
            ": median of the runs",
        ),
        (
            "efficiency",
            summary.efficiency.filter(|_| summary.plan.workers() > 1),
            "",
        ),
    ] {
        let metric = metric_named(id);
        let said = |value| {
            (
                metric.name,
                with_unit(metric.unit, value),
                format!("{}{how}", metric.meaning),
            )
        };
        numbers.extend(value.map(said));
    }
    if let Some(share) = summary.karp_flatt {
        let note = "Karp–Flatt: the serial part that would explain this speed-up";
        numbers.push((
            "serial part",
            format!("{} %", signed(share * 100.0)),
            note.into(),
        ));
    }
    let rows = numbers.into_iter().map(|(name, value, note)| {
        with_note(&note, width, |note| Row::Number { name, value, note })
    });
    let mut rows: Vec<Row> = rows.flatten().collect();
    let said = with_interval(summary.time.median, summary.time.interval, duration);
    rows.insert(
        0,
        Row::Strong(format!("{said} from {} counted runs", summary.runs)),
    );
    rows
}

fn interval(ends: Option<(f64, f64)>, written: fn(f64) -> String) -> String {
    ends.map_or_else(
        || "takes two runs".into(),
        |(low, high)| format!("{} to {}", written(low), written(high)),
    )
}

fn signed(value: f64) -> String {
    if value < 0.0 {
        format!("−{}", three_digits(-value))
    } else {
        three_digits(value)
    }
}

/// Which round a run was in, and what is special about it.
fn remark(run: &Entry, summary: Option<&Summary>) -> String {
    let record = &run.record;
    let mut remarks = vec![match record.campaign.as_ref().map(|part| part.round) {
        Some(0) => "warm-up, not counted".to_string(),
        Some(round) => format!("round {round}"),
        None => String::new(),
    }];
    match record.ending.outcome {
        Outcome::Completed if record.ending.tasks_failed > 0 => {
            remarks.push(format!(
                "{} tasks failed, not counted",
                record.ending.tasks_failed
            ));
        }
        Outcome::Completed => {}
        outcome => remarks.push(format!("{}, not counted", outcome.name())),
    }
    if let Some(summary) = summary {
        if summary.outliers.contains(&record.id) {
            remarks.push("far from the others".into());
        }
        if summary.median_run == record.id {
            remarks.push("nearest to the median: m marks it".into());
        }
    }
    if run.is_doubted() {
        remarks.push("!".into());
    }
    remarks.join(" · ")
}
