//! The table of what the advice tried.

use super::{
    number::{bare_seconds, or_nothing, with_interval},
    sentence::advised as sentence,
    table::{Column, Side, Table},
};
use crate::{analysis::advised::Advised, domain::text::speedup};

/// A row per way that was tried.
pub fn tried(advised: &Advised) -> Table {
    let interpreters = || {
        advised.tried.iter().map(|tried| {
            tried
                .way
                .executor
                .python
                .as_ref()
                .map(|python| &python.interpreter)
        })
    };
    let first = interpreters().next();
    let are_several = interpreters().any(|python| Some(python) != first);
    let row = |tried: &crate::analysis::advised::Tried| {
        let python = tried.way.executor.python.as_ref().filter(|_| are_several);
        let version = python.map_or_else(String::new, |python| {
            format!(" ({})", python.interpreter.version_name())
        });
        let disturbed = match tried.disturbed {
            0 => String::new(),
            disturbed => format!(" ({disturbed} disturbed)"),
        };
        vec![
            sentence::workers(&tried.way) + &version,
            format!("{}{disturbed}", tried.runs),
            or_nothing(tried.time, |time| bare_seconds(time.median)),
            or_nothing(tried.gain, |gain| {
                with_interval(gain.value, gain.interval, speedup)
            }),
            or_nothing(tried.cores, |cores| format!("{cores:.1}")),
            sentence::fate(tried),
        ]
    };
    let column = |heading, side, rank| Column::new(heading, side, rank);
    Table {
        columns: vec![
            column("tried", Side::Left, 0),
            column("runs", Side::Right, 2),
            column("time (s)", Side::Point, 0),
            column("speed-up", Side::Left, 0),
            column("cores", Side::Point, 1),
            column("", Side::Left, 1),
        ],
        rows: advised.tried.iter().map(row).collect(),
    }
    .without_empty_columns()
}
