//! The keys of a comparison.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, bind, keys},
};

/// The keys while runs are compared.
#[rustfmt::skip]
pub static COMPARISON: LazyLock<Keys> = LazyLock::new(|| keys("In a comparison", |_, _| {}, vec![
    bind("+ | =", "+ zoom in", 3, "zoom in, in all runs", |app| app.look_at_all(|now, end| Some(now.closer(now.middle(), end))))
        .when(App::has_started),
    bind("-", "- zoom out", 3, "zoom out", |app| app.look_at_all(|now, end| Some(now.wider(now.middle(), end)))).when(App::is_comparison_zoomed),
    bind("0", "0 whole runs", 3, "show the whole runs", |app| app.look_at_all(|_, _| None)).when(App::is_comparison_zoomed),
    bind("[ ← h", "[ earlier", 3, "move to an earlier part of the runs", |app| app.look_at_all(|now, end| Some(now.panned(false, end))))
        .when(App::is_comparison_zoomed),
    bind("] → l", "] later", 3, "move to a later part of the runs", |app| app.look_at_all(|now, end| Some(now.panned(true, end))))
        .when(App::is_comparison_zoomed),
    bind("o", "o export", 4, "export the compared runs to a file", App::open_export),
    bind("b", "b change baseline", 2, "make the next of the runs the baseline of their work", App::next_reference),
]));
