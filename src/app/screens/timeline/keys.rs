//! The keys of the timeline.

use std::sync::LazyLock;

use crate::{
    app::{
        App,
        keys::{DETAILS, FAR, Keys, bind, keys, step, steps},
    },
    domain::trace::Direction,
};

/// The keys while the timeline is focused.
#[rustfmt::skip]
pub static TIMELINE: LazyLock<Keys> = LazyLock::new(|| keys("In the timeline", App::step_timeline, [
    vec![
        bind("← h", "", 0, "move the cursor a column earlier", |app| app.look(|view, trace| view.move_cursor(-1, trace))).when(App::has_trace),
        bind("→ l", "←→ cursor", 5, "move the cursor a column later; the borders say what is there", |app| app.look(|view, trace| view.move_cursor(1, trace)))
            .when(App::has_trace),
    ],
    steps("row", "↑↓ row", 14),
    vec![
        step("g", "", 0, "the first row", -FAR),
        step("G", "", 0, "the last row", FAR),
        bind("Home", "", 0, "move the cursor to the start of the run", |app| app.look(|view, trace| view.look_at(0, trace))).when(App::has_trace),
        bind("End", "", 0, "move the cursor to the end of the run", |app| app.look(|view, trace| view.look_at(trace.now, trace)))
            .when(App::has_trace),
        bind(".", ",. segment", 5, "the worker's next segment; under the lock, its next wait or turn", |app| app.step_segment(Direction::Next))
            .when(App::has_trace),
        bind(",", "", 0, "the start of this segment, or the one before", |app| app.step_segment(Direction::Previous)).when(App::has_trace),
        bind("t", "t next task", 5, "the worker's next task", |app| app.step_task(Direction::Next)).when(App::shows_workers),
        bind("T", "", 0, "the start of this task, or the one before", |app| app.step_task(Direction::Previous)).when(App::shows_workers),
        bind("n", "", 0, "the next failed task of any worker", |app| app.step_failure(Direction::Next)).when(App::has_trace),
        bind("N", "", 0, "the previous failed task of any worker", |app| app.step_failure(Direction::Previous)).when(App::has_trace),
        bind("z", "z zoom there", 5, "zoom to the segment under the cursor", App::zoom_to_segment).when(|app| app.segment().is_some()),
        bind("w", "w busiest", 15, "sort workers by time spent on tasks; again: by number", App::sort_workers)
            .when(App::shows_workers),
        bind("Enter", DETAILS, 2, "all numbers of the run; the chart of a sweep", App::open_details)
        .labelled(App::chart_label).when(App::has_chosen).or_says(App::why_not_chosen),
    ],
].concat()));

/// The keys during a playback of a finished run.
#[rustfmt::skip]
pub static PLAYBACK: LazyLock<Keys> = LazyLock::new(|| keys("While a run is replayed", App::scrub, vec![
    bind("Space | p", "Space pause", 1, "pause or continue; at the end: replay again", App::pause),
    step("← h", "", 0, "back by a fiftieth of the run", -1),
    step("→ l", "←→ step", 3, "forward by a fiftieth of the run", 1),
    step("Home", "", 0, "to its start", -FAR),
    step("End", "", 0, "to its end", FAR),
    bind("<", "<> speed", 3, "slower, down to a hundredth of the speed", |app| app.change_speed(-1)),
    bind(">", "", 0, "faster, up to ten times the speed", |app| app.change_speed(1)),
    bind("Esc", "Esc close", 1, "stop replaying and show the whole run", App::end_playback),
]));
