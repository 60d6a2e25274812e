//! What stands in a row of the history.

use crate::{
    app::{
        live::Live,
        screens::history::columns::{SPEED_UP, SortKey, TIME},
    },
    catalog::metric::Metric,
    domain::{
        history::{Entry, SweepEntry},
        plan::Plan,
        record::Outcome,
        text,
        time::seconds,
    },
    present::number::{in_narrow_column, or_nothing},
};

/// A row of the history.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// A run that is over.
    Entry(&'a Entry),
    /// The run that is on, with the number that it will have.
    Live(&'a Live, usize),
    /// A sweep: its best point stands for it.
    Sweep(&'a SweepEntry),
}

impl<'a> Row<'a> {
    /// The number of the run or the sweep.
    pub fn number(self) -> usize {
        match self {
            Row::Entry(entry) => entry.number,
            Row::Live(_, number) => number,
            Row::Sweep(sweep) => sweep.number,
        }
    }

    /// What was asked for.
    pub fn plan(self) -> &'a Plan {
        match self {
            Row::Entry(entry) => &entry.record.plan,
            Row::Live(live, _) => &live.plan,
            Row::Sweep(sweep) => sweep.sweep.plan.work(),
        }
    }

    /// What only a run that is over can tell.
    pub(crate) fn entry(self) -> Option<&'a Entry> {
        match self {
            Row::Entry(entry) => Some(entry),
            Row::Live(..) | Row::Sweep(_) => None,
        }
    }

    /// What the user calls it.
    pub(in crate::app) fn name(self) -> Option<&'a str> {
        match self {
            Row::Entry(entry) => entry.name.as_deref(),
            Row::Live(..) => None,
            Row::Sweep(sweep) => sweep.name.as_deref(),
        }
    }

    /// Its speed-up over its baseline.
    pub(in crate::app) fn speedup(self) -> Option<f64> {
        match self {
            Row::Entry(entry) => entry.assessment.speedup,
            Row::Live(..) => None,
            Row::Sweep(sweep) => Some(sweep.best()?.speedup?.value),
        }
    }
}

/// A number of the catalogue; of a run that goes on, what was asked for and the time until now.
pub(crate) fn number(metric: &Metric, row: Row<'_>) -> String {
    match (metric.id, row) {
        (SPEED_UP, Row::Entry(run)) => speed_up(run),
        (SPEED_UP, Row::Sweep(_)) => or_nothing(row.speedup(), text::speedup),
        // Thousandths of a live time would only flicker.
        (TIME, Row::Live(live, _)) => format!("{:.1}", seconds(live.trace.now)),
        ("workers", Row::Live(live, _)) => text::grouped(live.plan.workers.into()),
        ("tasks", Row::Live(live, _)) => text::grouped(live.plan.tasks.into()),
        (_, Row::Live(..) | Row::Sweep(_)) => String::new(),
        (_, Row::Entry(run)) => {
            or_nothing(metric.of(&run.record, run.assessment.own_gain()), |value| {
                in_narrow_column(metric.unit, value)
            })
        }
    }
}

/// What a row is sorted by in the column of a number.
pub(crate) fn key<'a>(metric: &Metric, row: Row<'a>) -> SortKey<'a> {
    let number = match row {
        Row::Entry(run) => metric.of(&run.record, run.assessment.own_gain()),
        Row::Sweep(sweep) if metric.id == TIME => sweep.best().map(|best| best.time.median),
        row if metric.id == SPEED_UP => row.speedup(),
        _ => None,
    };
    number.into()
}

/// The speed-up, or why there is none.
pub fn speed_up(run: &Entry) -> String {
    let ending = &run.record.ending;
    match ending.outcome {
        Outcome::Completed if ending.tasks_failed > 0 => {
            format!("{} failed", text::grouped(ending.tasks_failed.into()))
        }
        Outcome::Completed => or_nothing(run.assessment.speedup, text::speedup),
        outcome => outcome.name().into(),
    }
}
