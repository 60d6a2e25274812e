//! What stands in a row of the history.

use super::super::live::Live;
use super::{ColumnId, SortKey};
use crate::domain::history::{Entry, SweepEntry};
use crate::domain::plan::Plan;
use crate::domain::text;

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

pub(super) fn plan(row: Row<'_>) -> &Plan {
    row.plan()
}

/// What only a run that is over can tell.
pub(super) fn entry(row: Row<'_>, text: impl Fn(&Entry) -> String) -> String {
    match row {
        Row::Entry(entry) => text(entry),
        Row::Live(..) => String::new(),
    }
}

/// What a sweep has in a column of the runs: its best point stands for it. Empty where only a run has something to say.
pub fn of_sweep(column: ColumnId, sweep: &SweepEntry) -> String {
    match column {
        ColumnId::Number => sweep.number.to_string(),
        ColumnId::Work => sweep.sweep.plan.work().workload().label().to_string(),
        ColumnId::SpeedUp => {
            let best = sweep.best().and_then(|best| Some(best.speedup?.value));
            best.map_or_else(|| "–".into(), text::speedup)
        }
        _ => String::new(),
    }
}

/// What a sweep is sorted by among runs: its best point stands for it.
pub(super) fn sweep_key(by: ColumnId, sweep: &SweepEntry) -> SortKey<'_> {
    let best = sweep.best();
    match by {
        ColumnId::Number => SortKey::Number(sweep.number as f64),
        ColumnId::Work => SortKey::Word(sweep.sweep.plan.work().workload().label()),
        ColumnId::Time => best.map(|best| best.time.median).into(),
        ColumnId::SpeedUp | ColumnId::Bar => best.and_then(|best| Some(best.speedup?.value)).into(),
        ColumnId::Name => sweep
            .name
            .as_deref()
            .map_or(SortKey::Unknown, SortKey::Word),
        _ => SortKey::Unknown,
    }
}
