//! The cells of a row of the history.

use crate::{
    app::{
        live::Live,
        screens::history::columns::{SPEED_UP, SortKey, TIME},
    },
    catalog::metric::Metric,
    domain::{
        history::{RunEntry, SweepEntry},
        plan::Plan,
        record::Outcome,
        text,
        time::seconds,
    },
    present::number::{in_narrow_column, or_nothing},
};

/// A row of the history.
#[derive(Clone, Copy, Debug)]
pub enum RowSource<'a> {
    /// A finished run.
    Entry(&'a RunEntry),
    /// The run in progress, with the number that it will have.
    Live(&'a Live, usize),
    /// A sweep, represented by its best configuration.
    Sweep(&'a SweepEntry),
}

impl<'a> RowSource<'a> {
    /// The number of the run or the sweep.
    pub fn number(self) -> usize {
        match self {
            RowSource::Entry(entry) => entry.number,
            RowSource::Live(_, number) => number,
            RowSource::Sweep(sweep) => sweep.number,
        }
    }

    /// The plan of the run; for a sweep, its work as a serial plan.
    pub fn plan(self) -> &'a Plan {
        match self {
            RowSource::Entry(entry) => &entry.record.plan,
            RowSource::Live(live, _) => &live.plan,
            RowSource::Sweep(sweep) => sweep.sweep.plan.work(),
        }
    }

    /// The finished run, if it is one.
    pub(crate) fn entry(self) -> Option<&'a RunEntry> {
        match self {
            RowSource::Entry(entry) => Some(entry),
            RowSource::Live(..) | RowSource::Sweep(_) => None,
        }
    }

    /// The user's name for the row.
    pub(in crate::app) fn name(self) -> Option<&'a str> {
        match self {
            RowSource::Entry(entry) => entry.name.as_deref(),
            RowSource::Live(..) => None,
            RowSource::Sweep(sweep) => sweep.name.as_deref(),
        }
    }

    /// The speed-up over the baseline.
    pub(in crate::app) fn speedup(self) -> Option<f64> {
        match self {
            RowSource::Entry(entry) => entry.assessment.decided_speedup(),
            RowSource::Live(..) => None,
            RowSource::Sweep(sweep) => Some(sweep.best()?.speedup?.value),
        }
    }
}

/// The value of a metric. For a run in progress, only the plan and the elapsed time are known.
pub(crate) fn number(metric: &Metric, row: RowSource<'_>) -> String {
    match (metric.id, row) {
        (SPEED_UP, RowSource::Entry(run)) => speed_up(run),
        (SPEED_UP, RowSource::Sweep(_)) => or_nothing(row.speedup(), text::speedup),
        // Thousandths of a live time would only flicker.
        (TIME, RowSource::Live(live, _)) => format!("{:.1}", seconds(live.trace.now)),
        ("workers", RowSource::Live(live, _)) => text::grouped(live.plan.workers.into()),
        ("tasks", RowSource::Live(live, _)) => text::grouped(live.plan.tasks.into()),
        (_, RowSource::Live(..) | RowSource::Sweep(_)) => String::new(),
        (_, RowSource::Entry(run)) => {
            or_nothing(metric.of(&run.record, run.assessment.own_gain()), |value| {
                in_narrow_column(metric.unit, value)
            })
        }
    }
}

/// The sort key of a row in the column of a metric.
pub(crate) fn key<'a>(metric: &Metric, row: RowSource<'a>) -> SortKey<'a> {
    let number = match row {
        RowSource::Entry(run) => metric.of(&run.record, run.assessment.own_gain()),
        RowSource::Sweep(sweep) if metric.id == TIME => sweep.best().map(|best| best.time.median),
        row if metric.id == SPEED_UP => row.speedup(),
        _ => None,
    };
    number.into()
}

/// The speed-up, or why there is none.
pub fn speed_up(run: &RunEntry) -> String {
    let ending = &run.record.ending;
    match ending.outcome {
        Outcome::Completed if ending.tasks_failed > 0 => {
            format!("{} ✗", text::counted(ending.tasks_failed.into(), "task"))
        }
        Outcome::Completed => or_nothing(run.assessment.decided_speedup(), text::speedup),
        outcome => outcome.name().into(),
    }
}
