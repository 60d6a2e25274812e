//! The keys of a sweep's chart.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{FAR, Keys, bind, keys, step},
};

/// The keys in the chart of a sweep.
#[rustfmt::skip]
pub static SWEEP: LazyLock<Keys> = LazyLock::new(|| keys("In the chart of a sweep", App::step_point, vec![
    step("← h", "", 0, "fewer workers; at the left end: serial", -1),
    step("→ l", "←→ workers", 3, "more workers", 1),
    bind("↑ k", "", 0, "the model before", |app| app.with_chart(|chart, sweep| chart.step_executor(-1, sweep))),
    bind("↓ j", "↑↓ model", 3, "the next model", |app| app.with_chart(|chart, sweep| chart.step_executor(1, sweep))),
    step("Home g", "", 0, "to serial", -FAR),
    step("End G", "", 0, "to the most workers", FAR),
    bind("Enter", "Enter details", 4, "all runs and numbers of the point", App::open_point).when(|app| app.sweeps.sketch.is_some()),
    bind("y", "y time/speed-up", 4, "switch between times and speed-ups", |app| app.with_chart(|chart, _| chart.toggle_measure())),
    bind("f", "f fitted curves", 6, "show or hide curves fitted to the model's speed-ups", |app| app.with_chart(|chart, _| chart.has_fits ^= true)),
    bind("m", "m mark", 7, "mark the run that is nearest to the median", App::mark_point)
        .when(|app| app.median_run().is_some()).or_says(App::why_not_chosen),
    bind("c", "c compare", 6, "compare the marked runs, or this one with serial", App::open_comparison)
        .when(|app| app.compared().len() > 1).or_says(App::why_not_compared),
    bind("o", "o export", 9, "export the sweep to a file", App::open_export).when(App::has_measured).or_says(App::why_no_run),
    bind("s", "", 0, "the form for the next sweep", App::open_sweep_form).when(|app| app.is_free() || app.live_sweep().is_some()),
]));
