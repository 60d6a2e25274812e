//! The keys of the list of columns.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, bind, keys, list},
};

/// The keys while the columns of the history are chosen.
#[rustfmt::skip]
pub static COLUMNS: LazyLock<Keys> = LazyLock::new(|| keys("In the columns of the history", |app, by| app.runs.columns.step(by), [
    list("column", "↑↓ choose", 2),
    vec![
        bind("Space", "Space show/hide", 2, "show or hide the column", App::toggle_column),
        bind("Enter", "Enter sort", 2, "sort by the column; again: reverse the order", App::sort_here),
    ],
].concat()));
