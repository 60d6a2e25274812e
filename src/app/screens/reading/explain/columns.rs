//! The columns of the history: what each says, and how it was measured.

use crate::app::screens::history::columns::COLUMNS;
use crate::app::screens::reading::explain::{Entry, Section};

/// What each column of the history says.
pub(crate) fn section() -> Section {
    let said = |meaning: &str, how: &str| match how {
        "" => meaning.to_string(),
        how => format!("{meaning}: {how}"),
    };
    let columns = COLUMNS.iter();
    let mut entries: Vec<Entry> = columns
        .map(|column| Entry::named(column.name(), said(column.meaning, column.how)))
        .collect();
    entries.extend([
        Entry::named("–", "not known, or without meaning"),
        Entry::named("C", "chooses the columns and sorts by them"),
    ]);
    Section::new("The columns, and how they were measured", entries)
}
