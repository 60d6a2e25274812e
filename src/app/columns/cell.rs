//! What stands in a row of the history.

use super::super::live::Live;
use super::{BAR, NUMBER, SPEED_UP, SortKey, TIME};
use crate::catalog::metric::Metric;
use crate::domain::history::{Entry, SweepEntry};
use crate::domain::plan::Plan;
use crate::domain::record::Outcome;
use crate::domain::text;
use crate::domain::time::seconds;
use crate::present::number::{in_narrow_column, or_nothing};

/// A row of the history.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// A run that is over.
    Entry(&'a Entry),
    /// The run that is on, with the number that it will have.
    Live(&'a Live, usize),
}

impl<'a> Row<'a> {
    /// The run's number.
    pub fn number(self) -> usize {
        match self {
            Row::Entry(entry) => entry.number,
            Row::Live(_, number) => number,
        }
    }

    /// What was asked for.
    pub fn plan(self) -> &'a Plan {
        match self {
            Row::Entry(entry) => &entry.record.plan,
            Row::Live(live, _) => &live.plan,
        }
    }
}

/// What only a run that is over can tell.
pub(super) fn entry(row: Row<'_>, text: impl Fn(&Entry) -> String) -> String {
    match row {
        Row::Entry(entry) => text(entry),
        Row::Live(..) => String::new(),
    }
}

/// A number of the catalogue; of a run that goes on, what was asked for and the time until now.
pub(super) fn number(metric: &Metric, row: Row<'_>) -> String {
    match (metric.id, row) {
        (SPEED_UP, Row::Entry(run)) => speed_up(run),
        // Thousandths of a live time would only flicker.
        (TIME, Row::Live(live, _)) => format!("{:.1}", seconds(live.trace.now())),
        ("workers", Row::Live(live, _)) => text::grouped(live.plan.workers().into()),
        ("tasks", Row::Live(live, _)) => text::grouped(live.plan.tasks().into()),
        (_, Row::Live(..)) => String::new(),
        (_, Row::Entry(run)) => or_nothing(metric.of(&run.assessed()), |value| {
            in_narrow_column(metric.unit, value)
        }),
    }
}

/// The speed-up, or why there is none.
pub fn speed_up(run: &Entry) -> String {
    match run.record.ending.outcome {
        Outcome::Completed if run.record.ending.tasks_failed > 0 => {
            format!(
                "{} failed",
                text::grouped(run.record.ending.tasks_failed.into())
            )
        }
        Outcome::Completed => or_nothing(run.assessment.speedup, text::speedup),
        outcome => outcome.name().into(),
    }
}

/// What a sweep has in a column of the runs: its best point stands for it. Empty where only a run has something to say.
pub fn of_sweep(column: &str, sweep: &SweepEntry) -> String {
    match column {
        NUMBER => sweep.number.to_string(),
        "work" => sweep.sweep.plan.work().label().to_string(),
        SPEED_UP => or_nothing(best_speedup(sweep), text::speedup),
        _ => String::new(),
    }
}

/// What a sweep is sorted by among runs: its best point stands for it.
pub(super) fn sweep_key<'a>(by: &str, sweep: &'a SweepEntry) -> SortKey<'a> {
    match by {
        NUMBER => SortKey::Number(sweep.number as f64),
        "work" => SortKey::Word(sweep.sweep.plan.work().label()),
        TIME => sweep.best().map(|best| best.time.median).into(),
        SPEED_UP | BAR => best_speedup(sweep).into(),
        "name" => sweep
            .name
            .as_deref()
            .map_or(SortKey::Unknown, SortKey::Word),
        _ => SortKey::Unknown,
    }
}

fn best_speedup(sweep: &SweepEntry) -> Option<f64> {
    Some(sweep.best()?.speedup?.value)
}
