//! The keys of the list of columns.

use std::sync::LazyLock;

use crate::app::App;
use crate::app::keys::{FAR, Keys, PAGE, bind, keys, step};

/// While the columns of the history are chosen.
#[rustfmt::skip]
pub static COLUMNS: LazyLock<Keys> = LazyLock::new(|| keys("In the columns of the history", |app, by| app.runs.columns.step(by), vec![
    step("↑ k", "", 0, "the column above", -1),
    step("↓ j", "↑↓ choose", 2, "the column below", 1),
    bind("Space", "Space show/hide", 2, "show the column, or hide it", App::toggle_column),
    bind("Enter", "Enter sort", 2, "sort by the column; again: the other way round", App::sort_here),
    step("PgUp", "", 0, "ten columns up", -PAGE),
    step("PgDn", "", 0, "ten columns down", PAGE),
    step("Home g", "", 0, "the first column", -FAR),
    step("End G", "", 0, "the last column", FAR),
]));
