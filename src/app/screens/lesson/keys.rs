//! The keys of the lesson.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, PAGE, bind, keys, step},
};

/// The keys on a page of the lesson.
#[rustfmt::skip]
pub static LESSON: LazyLock<Keys> = LazyLock::new(|| keys("In the lesson", App::scroll, vec![
    bind("Space | Enter", "Space go on", 1, "go on: to the runs of the step, to what came out, to the next step", App::go_on)
        .labelled(|app| match app.is_last_page() {
            true => Some("Space end"),
            false => app.will_measure().then_some("Space measure"),
        })
        .when(|app| !app.will_measure() || app.can_measure()).or_says(App::why_not_measured),
    bind("r | R", "r measure again", 3, "measure the runs of the step, also if they were measured before", App::measure_step)
        .when(|app| app.can_measure() && !app.will_measure())
        .or_says(|app| app.why_not_measured().or(Some("Space goes on"))),
    bind("p", "p recorded runs", 3, "play recorded runs of the step, where this machine is too busy to measure", App::show_recorded)
        .when(|app| app.step_runs() && app.is_free()).or_says(App::why_busy),
    bind("g", "g runs", 2, "go to the runs of the step; Space comes back", App::go_to_step_runs)
        .when(|app| app.lesson().is_told && app.came_out().is_some()),
    bind("Backspace | ← h", "Backspace back", 4, "the page before; also ←", App::go_back).when(App::can_go_back),
    bind("→ | l Tab", "→ skip", 5, "the next step, without measuring", App::go_to_next_step),
    step("↑ k", "", 0, "scroll up", -1),
    step("↓ j", "↑↓ scroll", 9, "scroll down", 1),
    step("PgUp", "", 0, "ten rows up", -PAGE),
    step("PgDn", "", 0, "ten rows down", PAGE),
]));

/// The keys while the runs of a step are on the screen.
#[rustfmt::skip]
pub static STEP: LazyLock<Keys> = LazyLock::new(|| keys("At the runs of a step of the lesson", |_, _| {}, vec![
    bind("Space", "Space go on", 1, "go on: to the next recorded run, or to what came out", App::go_on),
]));
