//! Keys that belong to no screen.

use std::sync::LazyLock;

use crate::{
    app::{
        App,
        keys::{Keys, bind, keys, with},
        message::Effect,
        screen::{Focus, Panel},
        screens::timeline::Rows,
    },
    ui::key::Key,
};

/// The keys of the quick experiments.
pub(crate) const QUESTIONS: &str = "1-5";

/// The key of the help.
pub(crate) const HELP: Key = Key::Char('?');

/// The keys that work if no text lies over the panels.
#[rustfmt::skip]
pub static PANELS: LazyLock<Keys> = LazyLock::new(|| keys("Runs and panels", |_, _| {}, vec![
    bind("r", "r run", 5, "run the plan", App::run).when(App::is_free).or_says(App::why_busy),
    with(QUESTIONS, "1-5 questions", 7, "ask a question: runs serial, then a model; 5 needs a real Python", App::run_experiment)
        .labelled(|app| (!app.has_python()).then_some("1-4 questions")).when(App::is_free).or_says(App::why_busy),
    bind("c", "c compare", 2, "compare the marked runs, or the chosen one with its baseline", App::open_comparison)
        .when(|app| app.compared().len() > 1).or_says(App::why_not_compared),
    bind("R", "R measure baseline", 9, "measure the baseline, the same work under serial; an answer is measured again", App::measure_baseline)
        .labelled(|app| app.answer_here().map(|_| "R measure again")).when(App::is_free).or_says(App::why_busy),
    bind("m", "m mark", 8, "mark or unmark the chosen run", |app| app.runs.browse.toggle_mark())
        .when(|app| app.chosen_run().is_some()).or_says(App::why_not_chosen),
    bind("b", "b set baseline", 7, "make the chosen run the baseline of its work; again: serial", App::make_baseline)
        .when(|app| app.chosen_run().is_some()).or_says(App::why_not_chosen),
    bind("e", "e expand", 13, "expand or shrink the focused panel", |app| app.open.focus = Focus { expanded: !app.open.focus.expanded, ..app.focus() })
        .labelled(|app| app.focus().expanded.then_some("e shrink")).when(App::is_beside_form),
    bind("+ | =", "+ zoom in", 3, "zoom in", |app| app.look(|view, trace| view.zoom(true, trace))).when(App::has_started),
    bind("-", "- zoom out", 11, "zoom out", |app| app.look(|view, trace| view.zoom(false, trace))).when(App::is_zoomed),
    bind("0", "0 whole run", 12, "show the whole run", |app| app.timeline.view.zoom = None).when(App::is_zoomed),
    bind("[", "[ earlier", 11, "move to an earlier part of the run", |app| app.look(|view, trace| view.pan(false, trace))).when(App::is_zoomed),
    bind("]", "] later", 11, "move to a later part of the run", |app| app.look(|view, trace| view.pan(true, trace))).when(App::is_zoomed),
    bind("Space", "Space freeze", 2, "freeze the picture while recording goes on; again: continue", App::toggle_freeze)
        .labelled(|app| app.frozen().map(|_| "Space continue")).when(App::can_freeze),
    bind("p", "p play", 8, "replay a finished run, as it happened", App::play).when(App::can_play).or_says(App::why_not_played),
    bind("v", "v by core", 3, "show the timeline by worker or by core", App::turn_view)
        .labelled(|app| (app.timeline().rows == Rows::Cores).then_some("v by worker")).when(App::has_trace),
    bind("V", "V claims", 9, "the article's claims, one by one: predict, test, read the verdict", App::open_claims)
        .when(|app| app.question().is_none() || app.focus().panel != Panel::Timeline),
    bind("a", "a advice", 6, "advice about your function: threads, processes or a loop, and how many", App::open_advice)
        .when(|app| app.why_no_advice().is_none()).or_says(App::why_no_advice),
    bind("L", "L lesson", 14, "the lesson: the claims, step by step", App::open_lesson),
    bind("f", "f plan", 7, "plan the next run: workload, model, workers, tasks", App::open_form).when(App::is_beside_form),
    bind("s", "s sweep", 7, "sweep models and numbers of workers; returns to the running or chosen sweep", App::open_sweep_form)
        .when(|app| app.is_free() || app.live_sweep().is_some()),
    bind("H", "H earlier", 11, "show or hide the runs of earlier sessions", App::toggle_earlier)
        .when(|app| app.runs.browse.earlier > 0).or_says(|_| Some("there are no runs of earlier sessions")),
    bind("/", "/ filter", 10, "filter the history by what you type", App::begin_filter).when(App::has_measured),
    bind("o", "o export", 4, "export to a file: report, table, picture or data", App::open_export)
        .when(App::has_measured).or_says(App::why_no_run),
    bind("Tab", "Tab panel", 8, "go to the next panel", |app| app.next_panel(true)).when(|app| app.open.overlays.is_empty()),
    bind("Shift-Tab", "", 0, "go to the previous panel", |app| app.next_panel(false)).when(|app| app.open.overlays.is_empty()),
]));

/// The keys that work everywhere except while a text is typed.
#[rustfmt::skip]
pub static COMMON: LazyLock<Keys> = LazyLock::new(|| keys("Everywhere", |_, _| {}, vec![
    bind("x", "x stop", 1, "stop the run; what was measured so far is kept", App::stop).when(App::can_stop),
    bind("Esc", "Esc close", 2, "close what is on top, or zoom out; never quits", App::close).labelled(App::close_label).when(App::can_close),
    bind("? | F1", "? help", 6, "open or close this help; also F1", App::toggle_help),
    bind("i", "i explain", 8, "explain the numbers and marks of the focused panel", App::toggle_explanation).when(App::can_explain),
    bind("P", "P teaching", 15, "teaching layout on or off: fewer panels, large figures, pressed keys", App::toggle_teaching),
    bind("q", "q quit", 6, "quit; during a run or an export, press it twice", App::quit),
    bind("M", "M select text", 15, "release the mouse to select text, or take it back", App::toggle_mouse)
        .labelled(|app| (!app.settings.look.mouse).then_some("M use mouse")),
]));

/// The keys that work everywhere.
#[rustfmt::skip]
pub static ALWAYS: LazyLock<Keys> = LazyLock::new(|| keys("", |_, _| {}, vec![
    bind("Ctrl-T", "", 0, "the next theme: ansi, safe, contrast, mono", App::next_theme),
    bind("Ctrl-L", "", 0, "draw the whole screen again", |app| app.out.effects.push(Effect::Redraw)),
    bind("Ctrl-Z", "", 0, "suspend the program and its workers; fg continues", |app| app.out.effects.push(Effect::Suspend)),
    bind("Ctrl-C", "", 0, "quit at once, also during a run and from within a text field", |app| app.out.effects.push(Effect::Quit)),
]));
