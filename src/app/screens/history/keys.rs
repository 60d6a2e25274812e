//! The keys of the history.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{DETAILS, Keys, PAGE, bind, keys, list, step},
};

/// The keys while the history is focused.
#[rustfmt::skip]
pub static HISTORY: LazyLock<Keys> = LazyLock::new(|| keys("In the history", App::step_history, [
    list("run", "↑↓ choose", 3),
    vec![
        bind("C", "C columns", 7, "choose the columns and the sorting", App::choose_columns)
            .when(|app| app.has_measured() || app.is_running()),
        bind("Enter", DETAILS, 2, "all numbers of the chosen run; the chart of a sweep", App::open_details)
            .labelled(App::chart_label).when(App::has_chosen),
        bind("n", "n name", 9, "name the chosen run", App::begin_name).when(App::has_chosen).or_says(App::why_not_chosen),
        bind("D", "D remove", 10, "remove the marked runs, or the chosen one; u brings them back", App::remove_runs)
            .when(|app| !app.removable().is_empty()).or_says(App::why_not_removed),
        bind("u", "u undo", 6, "bring back what was removed last; again: what was removed before", App::restore_runs)
            .when(|app| app.history.can_restore()).or_says(|_| Some("nothing was removed that could come back")),
    ],
].concat()));

/// The keys while a filter of the history is being typed.
#[rustfmt::skip]
pub static FILTER: LazyLock<Keys> = LazyLock::new(|| keys("In a filter of the history", App::step_history, vec![
    bind("Enter", "Enter keep filter", 2, "keep the filter; Esc clears it later", App::keep_filter),
    bind("Esc", "Esc clear filter", 2, "show all runs again", App::clear_filter),
    step("↑", "", 0, "the run above", -1),
    step("↓", "↑↓ choose", 4, "the run below", 1),
    step("PgUp", "", 0, "ten runs up", -PAGE),
    step("PgDn", "", 0, "ten runs down", PAGE),
]));

/// The keys while the name of a run is being typed.
#[rustfmt::skip]
pub static NAME: LazyLock<Keys> = LazyLock::new(|| keys("In the name of a run", |_, _| {}, vec![
    bind("Enter", "Enter save", 2, "save the name; an empty text removes it", App::accept_name),
    bind("Esc", "Esc cancel", 2, "keep the old name", App::abandon_name),
]));
