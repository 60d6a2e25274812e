//! Keys that belong to no screen.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, bind, keys, with},
    message::Effect,
    screen::Focus,
};

/// The keys of the quick experiments.
pub(crate) const QUESTIONS: &str = "1-5";

/// The keys that work if no text lies over the panels.
#[rustfmt::skip]
pub static PANELS: LazyLock<Keys> = LazyLock::new(|| keys("Runs and panels", |_, _| {}, vec![
    bind("r", "r run", 5, "run what the form says", App::run).when(App::is_free).or_says(App::why_busy),
    with(QUESTIONS, "1-5 questions", 7, "the questions: serial first, then a model; 5 asks a real Python", App::run_experiment)
        .when(App::is_free).or_says(App::why_busy),
    bind("c", "c compare", 2, "compare the marked runs, or the chosen one with its baseline", App::open_comparison)
        .when(|app| app.compared().len() > 1).or_says(App::why_not_compared),
    bind("R", "R baseline", 9, "measure the baseline: the same work under serial", App::measure_baseline).when(App::is_free).or_says(App::why_busy),
    bind("m", "m mark", 8, "mark the chosen run, or take its mark away", |app| app.runs.browse.toggle_mark())
        .when(|app| app.chosen_run().is_some()).or_says(App::why_not_chosen),
    bind("b", "b as baseline", 7, "measure the same work against the chosen run; again: serial", App::make_baseline)
        .when(|app| app.chosen_run().is_some()).or_says(App::why_not_chosen),
    bind("e", "e expand", 13, "let the focused panel fill the screen, or shrink it", |app| app.open.focus = Focus { expanded: !app.open.focus.expanded, ..app.focus() }).when(App::is_beside_form),
    bind("+ | =", "+ zoom", 3, "zoom into time: slices become bars", |app| app.look(|view, trace| view.zoom(true, trace))).when(App::has_started),
    bind("-", "- out", 11, "zoom out of time", |app| app.look(|view, trace| view.zoom(false, trace))).when(App::is_zoomed),
    bind("0", "0 all", 12, "show the whole run", |app| app.timeline.view.zoom = None).when(App::is_zoomed),
    bind("[", "[ earlier", 11, "look at an earlier part of the run", |app| app.look(|view, trace| view.pan(false, trace))).when(App::is_zoomed),
    bind("]", "] later", 11, "look at a later part of the run", |app| app.look(|view, trace| view.pan(true, trace))).when(App::is_zoomed),
    bind("Space", "Space freeze", 2, "stop the picture of a run, not its recording; or go on", App::toggle_freeze).when(App::can_freeze),
    bind("p", "p play", 8, "play a run that is over again, as it happened", App::play).when(App::can_play).or_says(App::why_not_played),
    bind("v", "v view", 3, "the timeline by worker, or by core: which worker each ran", App::turn_view).when(App::has_trace),
    bind("f", "f form", 7, "go to the form: workload, model, workers, tasks", App::open_form).when(App::is_beside_form),
    bind("s", "s sweep", 7, "a sweep: models and numbers of workers as a bar chart; back to the one that is on or chosen", App::open_sweep_form)
        .when(|app| app.is_free() || app.live_sweep().is_some()),
    bind("H", "H earlier", 11, "show the runs of earlier sessions, or hide them", App::toggle_earlier)
        .when(|app| app.runs.browse.earlier > 0).or_says(|_| Some("no run of an earlier session is kept")),
    bind("/", "/ filter", 10, "show only the runs of the history that match what is typed", App::begin_filter).when(App::has_measured),
    bind("o", "o export", 4, "write a file to share: a report, a table, a picture, everything", App::open_export)
        .when(App::has_measured).or_says(App::why_no_run),
    bind("Tab", "Tab panel", 8, "go to the next panel", |app| app.next_panel(true)).when(|app| app.open.overlays.is_empty()),
    bind("Shift-Tab", "", 0, "go to the previous panel", |app| app.next_panel(false)).when(|app| app.open.overlays.is_empty()),
]));

/// The keys that work everywhere except while a text is typed.
#[rustfmt::skip]
pub static COMMON: LazyLock<Keys> = LazyLock::new(|| keys("Everywhere", |_, _| {}, vec![
    bind("x", "x stop", 1, "stop the run; what was measured is kept as cancelled", App::stop).when(App::can_stop),
    bind("Esc", "Esc close", 2, "close what is on top; never leaves the program", App::close).when(App::can_close),
    bind("? | F1", "? help", 6, "open this help or close it; also F1", App::toggle_help),
    bind("i", "i explain", 8, "what the numbers and marks of the focused panel mean", App::toggle_explanation).when(App::can_explain),
    bind("P", "P present", 15, "the teaching layout: fewer panels, large figures, pressed keys; again: all panels", App::toggle_teaching),
    bind("q", "q quit", 6, "leave the program", |app| app.out.effects.push(Effect::Quit)),
    bind("M", "M mouse", 15, "release the mouse, so that it selects text, or take it back", App::toggle_mouse),
]));

/// The keys that work everywhere.
#[rustfmt::skip]
pub static ALWAYS: LazyLock<Keys> = LazyLock::new(|| keys("", |_, _| {}, vec![
    bind("Ctrl-T", "", 0, "the next theme: ansi, safe, contrast, mono", App::next_theme),
    bind("Ctrl-L", "", 0, "draw the whole screen again", |app| app.out.effects.push(Effect::Redraw)),
    bind("Ctrl-Z", "", 0, "suspend the program with its workers; fg goes on", |app| app.out.effects.push(Effect::Suspend)),
    bind("Ctrl-C", "", 0, "leave the program, also from within a number", |app| app.out.effects.push(Effect::Quit)),
]));
