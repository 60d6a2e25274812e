//! What keys do: one table that feeds dispatch, footer and help alike, so that they cannot disagree.

use std::sync::LazyLock;

use crate::app::App;
use crate::app::message::Effect;
use crate::app::screen::Focus;
use crate::app::screens::export::form::Exporting;
use crate::app::screens::timeline::TimelineView;
use crate::domain::trace::{Step, Trace};
use crate::ui::key::Key;

/// Where a key does what it does. The innermost context that knows a key decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// The panels are in reach: no text lies over them.
    Panels,
    /// The form is focused.
    Form,
    /// A number is being typed.
    Editing,
    /// The timeline is focused.
    Timeline,
    /// A run that is over is played again.
    Playback,
    /// The history is focused.
    History,
    /// A filter of the history is being typed.
    Filtering,
    /// A name of a run is being typed.
    Naming,
    /// What is written to a file, and how, is chosen.
    Export,
    /// The name of a file to share is being typed.
    ExportFile,
    /// Any text is being typed, whatever it is for.
    Typing,
    /// The form for a sweep.
    SweepForm,
    /// Something is typed in the form for a sweep.
    SweepTyping,
    /// The chart of a sweep.
    Sweep,
    /// A Python interpreter is chosen.
    Pythons,
    /// The columns of the history are chosen.
    Columns,
    /// Runs are compared.
    Comparison,
    /// A help, a comparison or details are read.
    Reading,
    /// Everywhere but in a number.
    Common,
    /// Everywhere.
    Always,
}

/// The keys of a context.
#[derive(Debug)]
pub struct Keys {
    /// Where they do what they do.
    pub context: Context,
    /// Above them in the help; without one they belong to those before.
    pub heading: &'static str,
    /// What moves there: by so many rows, or points, or steps.
    pub(crate) step: fn(&mut App, isize),
    /// Each of them.
    pub bindings: Vec<Binding>,
}

/// What a key does somewhere.
#[derive(Debug)]
pub struct Binding {
    /// Any of these.
    pub keys: Vec<Key>,
    /// How they are written.
    pub shown: &'static str,
    /// In the footer, where two keys that belong together are told as one: the keys, a space, a word or two.
    pub label: &'static str,
    /// The most useful is 1; 0 stays out of the footer.
    pub priority: u8,
    /// In the help: a line.
    pub explanation: &'static str,
    /// What they do.
    pub(crate) action: Action,
    /// Whether that makes sense now.
    pub(crate) when: fn(&App) -> bool,
    /// What is missing, where somebody may expect that it does.
    pub(crate) why_not: fn(&App) -> Option<&'static str>,
}

/// What keys do.
#[derive(Debug)]
pub(crate) enum Action {
    /// The same for all of them.
    Do(fn(&mut App)),
    /// What depends on which of them it is.
    With(fn(&mut App, Key)),
    /// Moves by so much.
    Step(isize),
    /// Starts the quick experiment of this key.
    Experiment,
}

impl Binding {
    /// Whether it is about this key.
    pub fn means(&self, key: Key) -> bool {
        self.keys.contains(&key)
            || (matches!(key, Key::Char(_)) && self.keys.contains(&Key::AnyChar))
    }

    /// Whether they are a range of characters, of which it matters which one is pressed.
    pub fn is_range(&self) -> bool {
        matches!(self.shown.as_bytes(), [_, b'-', _])
    }

    fn when(self, when: fn(&App) -> bool) -> Binding {
        Binding { when, ..self }
    }

    fn or_says(self, why_not: fn(&App) -> Option<&'static str>) -> Binding {
        Binding { why_not, ..self }
    }
}

/// Keys as they are written in the help; behind a bar those that it does not list.
fn row(
    written: &'static str,
    label: &'static str,
    priority: u8,
    explanation: &'static str,
    action: Action,
) -> Binding {
    let (shown, also) = written.split_once(" | ").unwrap_or((written, ""));
    let names = shown.split(' ').chain(also.split(' '));
    Binding {
        keys: names.flat_map(Key::written).collect(),
        shown,
        label,
        priority,
        explanation,
        action,
        when: |_| true,
        why_not: |_| None,
    }
}

fn bind(
    written: &'static str,
    label: &'static str,
    priority: u8,
    explanation: &'static str,
    does: fn(&mut App),
) -> Binding {
    row(written, label, priority, explanation, Action::Do(does))
}

fn with(
    written: &'static str,
    label: &'static str,
    priority: u8,
    explanation: &'static str,
    does: fn(&mut App, Key),
) -> Binding {
    row(written, label, priority, explanation, Action::With(does))
}

fn step(
    written: &'static str,
    label: &'static str,
    priority: u8,
    explanation: &'static str,
    by: isize,
) -> Binding {
    row(written, label, priority, explanation, Action::Step(by))
}

fn keys(
    context: Context,
    heading: &'static str,
    step: fn(&mut App, isize),
    bindings: Vec<Binding>,
) -> Keys {
    Keys {
        context,
        heading,
        step,
        bindings,
    }
}

/// How far Page Up and Page Down go.
const PAGE: isize = 10;
/// Farther than anything is long: to the first or the last.
const FAR: isize = 1 << 24;

/// Every key of the program, in the order of the help.
#[rustfmt::skip]
pub static KEYS: LazyLock<Vec<Keys>> = LazyLock::new(|| vec![
    keys(Context::Panels, "Runs and panels", |_, _| {}, vec![
        bind("r", "r run", 2, "run what the form says", App::run).when(App::is_free),
        row("1-4", "1-4 experiments", 2, "the quick experiments: serial first, then a model", Action::Experiment).when(App::is_free),
        row("5", "5 Python", 10, "the same question to a real Python: one thread of it first, then four", Action::Experiment)
            .when(|app| app.is_free() && app.has_python()).or_says(App::why_no_python),
        bind("R", "R baseline", 9, "measure the baseline: the same work under serial", App::measure_baseline).when(App::is_free),
        bind("m", "m mark", 7, "mark the chosen run, or take its mark away", |app| app.browse.toggle_mark())
            .when(|app| app.chosen_run().is_some()).or_says(App::why_not_chosen),
        bind("c", "c compare", 6, "compare the marked runs, or the chosen one with its baseline", App::open_comparison)
            .when(|app| app.compared().len() > 1).or_says(App::why_not_compared),
        bind("b", "b as baseline", 7, "measure the same work against the chosen run; again: serial", App::make_baseline)
            .when(|app| app.chosen_run().is_some()).or_says(App::why_not_chosen),
        bind("e", "e expand", 13, "let the focused panel fill the screen, or shrink it", |app| app.focus = Focus { expanded: !app.focus.expanded, ..app.focus() }).when(App::is_beside_form),
        bind("+ | =", "+ zoom", 10, "zoom into time: slices become bars", |app| app.look(TimelineView::zoom_in)).when(App::has_begun),
        bind("-", "- out", 11, "zoom out of time", |app| app.look(TimelineView::zoom_out)).when(App::is_zoomed),
        bind("0", "0 all", 12, "show the whole run", |app| app.timeline.fit()).when(App::is_zoomed),
        bind("[", "[ earlier", 11, "look at an earlier part of the run", |app| app.look(|view, trace| view.pan(false, trace))).when(App::is_zoomed),
        bind("]", "] later", 11, "look at a later part of the run", |app| app.look(|view, trace| view.pan(true, trace))).when(App::is_zoomed),
        bind("Space", "Space freeze", 7, "stop the picture of a run, not its recording; or go on", App::toggle_freeze).when(App::can_freeze),
        bind("p", "p play", 8, "play a run that is over again, as it happened", App::play).when(App::can_play).or_says(App::why_not_played),
        bind("v", "v view", 12, "the timeline by worker, or by core: which worker each ran", App::turn_view).when(App::has_picture),
        bind("f", "f form", 5, "go to the form: workload, model, workers, tasks", App::open_form).when(App::is_beside_form),
        bind("s", "s sweep", 5, "a sweep: models and numbers of workers as a bar chart; also back to the one that is on", App::open_sweep_form)
            .when(|app| app.is_free() || app.live_sweep().is_some()),
        bind("H", "H earlier", 11, "show the runs of earlier sessions, or hide them", App::toggle_earlier)
            .when(|app| app.browse.earlier > 0).or_says(|_| Some("no run of an earlier session is kept")),
        bind("/", "/ filter", 10, "show only the runs of the history that match what is typed", App::begin_filter).when(App::has_measured),
        bind("o", "o export", 10, "write a file to share: a report, a table, a picture, everything", App::open_export)
            .when(App::has_measured).or_says(App::why_no_run),
        bind("Tab", "Tab panel", 8, "go to the next panel", |app| app.next_panel(true)).when(|app| app.overlay.is_none()),
        bind("Shift-Tab", "", 0, "go to the previous panel", |app| app.next_panel(false)).when(|app| app.overlay.is_none()),
    ]),
    keys(Context::Form, "In the form", |app, by| app.setup.step_row(by), vec![
        step("↑ k", "", 0, "the field above", -1),
        step("↓ j", "", 0, "the field below", 1),
        bind("← h", "", 0, "the previous choice, or a smaller number", |app| app.setup.change(false)),
        bind("→ l", "←→ change", 3, "the next choice, or a larger number", |app| app.setup.change(true)),
        bind("+ | =", "+- by one", 4, "one more", |app| app.setup.change_by_one(true)),
        bind("-", "", 0, "one less", |app| app.setup.change_by_one(false)),
        step("g | Home", "", 0, "the first field; also Home", -FAR),
        step("G | End", "", 0, "the last field; also End", FAR),
        bind("Enter", "Enter type", 3, "type a number; the next choice where there is none", App::edit),
    ]),
    keys(Context::Editing, "In a number", |_, _| {}, vec![
        with("0-9", "0-9 digits", 2, "make up the number", |app, key| app.setup.type_digit(key)),
        bind("Enter", "Enter accept", 3, "take the number", |app| app.setup.accept()),
        bind("Esc", "Esc abandon", 4, "keep the number that was there", |app| app.setup.abandon()),
        bind("Backspace | Del", "Backspace erase", 5, "take the last digit away", |app| app.setup.erase()),
    ]),
    keys(Context::Timeline, "In the timeline", App::step_timeline, vec![
        bind("← h", "", 0, "the cursor, a column earlier", |app| app.look(|view, trace| view.move_cursor(-1, trace))).when(App::has_picture),
        bind("→ l", "←→ cursor", 3, "the cursor, a column later: what is there stands on the borders", |app| app.look(|view, trace| view.move_cursor(1, trace)))
            .when(App::has_picture),
        step("↑ k", "", 0, "the row above", -1),
        step("↓ j", "↑↓ row", 14, "the row below", 1),
        step("PgUp", "", 0, "ten rows up", -PAGE),
        step("PgDn", "", 0, "ten rows down", PAGE),
        step("g", "", 0, "the first row", -FAR),
        step("G", "", 0, "the last row", FAR),
        bind("Home", "", 0, "the cursor, to the begin of the run", |app| app.look(|view, trace| view.look_at(0, trace))).when(App::has_picture),
        bind("End", "", 0, "the cursor, to the end of the run", |app| app.look(|view, trace| view.look_at(trace.now(), trace)))
            .when(App::has_picture),
        bind(".", ". slice", 5, "the worker's next slice: under the lock, its next wait or turn", |app| app.step_slice(Step::Next))
            .when(App::has_picture),
        bind(",", "", 0, "the begin of this slice, or the one before", |app| app.step_slice(Step::Previous)).when(App::has_picture),
        bind("t", "t task", 5, "the worker's next task", |app| app.step_to(Trace::task_from, Step::Next)).when(App::shows_workers),
        bind("T", "", 0, "the begin of this task, or the one before", |app| app.step_to(Trace::task_from, Step::Previous)).when(App::shows_workers),
        bind("n", "", 0, "the next task that failed, of any worker", |app| app.step_failure(Step::Next)).when(App::has_picture),
        bind("N", "", 0, "the task before that failed, of any worker", |app| app.step_failure(Step::Previous)).when(App::has_picture),
        bind("z", "z zoom there", 5, "zoom to the slice under the cursor", App::zoom_to_slice).when(|app| app.slice().is_some()),
        bind("Enter", "", 0, "go to the form", App::open_form).when(App::is_beside_form),
    ]),
    keys(Context::Playback, "While a run is played", App::scrub, vec![
        bind("Space | p", "Space pause", 1, "pause, or go on; from the end, play it again", App::pause),
        step("← h", "", 0, "a fiftieth of the run back", -1),
        step("→ l", "←→ step", 3, "a fiftieth of the run on", 1),
        step("Home", "", 0, "to its begin", -FAR),
        step("End", "", 0, "to its end", FAR),
        bind("<", "<> speed", 3, "play it slower, down to a hundredth of its speed", |app| app.change_speed(-1)),
        bind(">", "", 0, "play it faster, up to ten times its speed", |app| app.change_speed(1)),
        bind("Esc", "Esc end", 1, "leave it: the run is shown whole", App::end_playback),
    ]),
    keys(Context::History, "In the history", App::step_history, vec![
        step("↑ k", "", 0, "the run above, with its timeline", -1),
        step("↓ j", "↑↓ choose", 3, "the run below; the lowest is the one that runs", 1),
        step("PgUp", "", 0, "ten runs up", -PAGE),
        step("PgDn", "", 0, "ten runs down", PAGE),
        step("Home g", "", 0, "the first run", -FAR),
        step("End G", "", 0, "the last run", FAR),
        bind("C", "C columns", 7, "choose the columns, and sort by one of them", App::choose_columns)
            .when(|app| app.has_measured() || app.is_running()),
        bind("Enter", "Enter details", 5, "all numbers of the chosen run", App::open_details).when(App::has_chosen),
        bind("n", "n name", 9, "call the chosen run something", App::begin_name).when(App::has_chosen).or_says(App::why_not_chosen),
        bind("D", "D delete", 10, "delete the marked runs, or the chosen one: at once, as u brings them back", App::remove_runs)
            .when(|app| !app.removable().is_empty()).or_says(App::why_not_removed),
        bind("u", "u undo", 6, "bring back what was deleted last; again: what was deleted before", App::restore_runs)
            .when(|app| app.history.can_restore()).or_says(|_| Some("nothing was removed that could come back")),
    ]),
    keys(Context::Filtering, "In a filter of the history", App::step_history, vec![
        bind("Enter", "Enter keep", 2, "keep the filter; Esc clears it later", App::keep_filter),
        bind("Esc", "Esc clear", 2, "show all runs again", App::clear_filter),
        step("↑", "", 0, "the run above", -1),
        step("↓", "↑↓ choose", 4, "the run below", 1),
        step("PgUp", "", 0, "ten runs up", -PAGE),
        step("PgDn", "", 0, "ten runs down", PAGE),
    ]),
    keys(Context::Naming, "In the name of a run", |_, _| {}, vec![
        bind("Enter", "Enter name it", 2, "call the run so; without any text it has no name", App::accept_name),
        bind("Esc", "Esc abandon", 2, "leave the name as it was", App::abandon_name),
    ]),
    keys(Context::Export, "In the export", |app, by| app.with_export(|form| form.step(by)), vec![
        bind("Enter", "Enter write", 2, "write the file, never over an existing one", |app| app.write_file(false))
            .when(|app| app.exporting().is_some_and(|form| !form.is_writing)),
        bind("Ctrl-O", "Ctrl-O write over", 2, "write over the file that exists", |app| app.write_file(true))
            .when(|app| app.exporting().is_some_and(|form| form.exists)),
        step("↑ k | Shift-Tab", "", 0, "the row above", -1),
        step("↓ j | Tab", "↑↓ format, file", 3, "the next format; the lowest row is the file's name", 1),
        bind("← h", "", 0, "the previous choice of what is written", |app| app.with_export(|form| form.turn(-1)))
            .when(|app| app.exporting().is_some_and(Exporting::has_choice)),
        bind("→ l", "←→ what", 3, "the next choice of what is written: marked runs, the chosen one, all", |app| app.with_export(|form| form.turn(1)))
            .when(|app| app.exporting().is_some_and(Exporting::has_choice)),
    ]),
    keys(Context::ExportFile, "In the name of a file", |app, by| app.with_export(|form| form.step(by)), vec![
        bind("Enter", "Enter write", 2, "write the file, never over an existing one", |app| app.write_file(false))
            .when(|app| app.exporting().is_some_and(|form| !form.is_writing)),
        bind("Ctrl-O", "Ctrl-O write over", 2, "write over the file that exists", |app| app.write_file(true))
            .when(|app| app.exporting().is_some_and(|form| form.exists)),
        bind("Esc", "Esc close", 3, "write nothing", App::close).when(App::can_close),
        step("↑ | Shift-Tab", "↑ formats", 4, "back to the formats", -1),
    ]),
    keys(Context::Typing, "In any text that is typed", |_, _| {}, vec![
        with("a-z", "", 0, "any character goes into the text", App::type_text),
        with("Backspace | Del", "Backspace erase", 5, "erase the character before the cursor; Del: the one behind it", App::type_text),
        with("← → | Home End", "←→ move", 6, "move the cursor; Home and End: to an end of the text", App::type_text),
        with("Ctrl-U", "Ctrl-U erase all", 5, "erase all before the cursor", App::type_text),
        with("Ctrl-W", "", 0, "erase the word before the cursor", App::type_text),
    ]),
    keys(Context::SweepForm, "In the form for a sweep", |app, by| app.sweep_form.step(by), vec![
        bind("Enter s r", "Enter start", 2, "start the sweep", App::start_sweep).when(|app| app.is_free() && app.sweep_form.forecast().is_ok()),
        step("↑ k", "", 0, "the row above", -1),
        step("↓ j", "↑↓ row", 4, "the row below", 1),
        bind("← h", "", 0, "the choice before, or one less", |app| app.sweep_form.change(false)),
        bind("→ l | Space", "←→ change", 3, "the next choice, or one more; also Space", |app| app.sweep_form.change(true)),
        with("0-9 c | Backspace Del", "0-9 type", 3, "type the numbers of workers, the rounds or the seed; Backspace goes on from what is there", |app, key| app.sweep_form.begin_typing(key)),
        step("Home g", "", 0, "the first row", -FAR),
        step("End G", "", 0, "the last row", FAR),
    ]),
    keys(Context::SweepTyping, "In a field of that form", |app, by| app.sweep_form.step(by), vec![
        bind("Enter", "Enter accept", 2, "take what was typed", |app| app.sweep_form.accept()),
        step("↑", "", 0, "take it, and go to the row above", -1),
        step("↓", "", 0, "take it, and go to the row below", 1),
        bind("Esc", "Esc abandon", 2, "keep what was there", |app| app.sweep_form.abandon()),
    ]),
    keys(Context::Sweep, "In the chart of a sweep", App::step_point, vec![
        step("← h", "", 0, "the point with fewer workers; at the left end: serial", -1),
        step("→ l", "←→ workers", 3, "the point with more workers", 1),
        bind("↑ k", "", 0, "the model before", |app| app.with_chart(|chart, sweep| chart.step_executor(-1, sweep))),
        bind("↓ j", "↑↓ model", 3, "the next model", |app| app.with_chart(|chart, sweep| chart.step_executor(1, sweep))),
        step("Home g", "", 0, "to serial", -FAR),
        step("End G", "", 0, "to the most workers", FAR),
        bind("Enter", "Enter details", 4, "all runs and numbers of the point", App::open_point).when(|app| app.sketch.is_some()),
        bind("y", "y time/speed-up", 4, "bars of times, or of speed-ups", |app| app.with_chart(|chart, _| chart.toggle_measure())),
        bind("f", "f fits", 6, "curves that are fitted to the model's speed-ups, or none", |app| app.with_chart(|chart, _| chart.has_fits ^= true)),
        bind("m", "m mark", 7, "mark the run of the point that is nearest to its median", App::mark_point)
            .when(|app| app.median_run().is_some()).or_says(App::why_not_chosen),
        bind("c", "c compare", 6, "compare the marked runs, or that of the point with a serial one", App::open_comparison)
            .when(|app| app.compared().len() > 1).or_says(App::why_not_compared),
        bind("o", "o export", 9, "write the sweep to a file to share", App::open_export).when(App::has_measured).or_says(App::why_no_run),
        bind("s", "", 0, "the form for the next sweep", App::open_sweep_form).when(|app| app.is_free() || app.live_sweep().is_some()),
    ]),
    keys(Context::Pythons, "In the list of Python interpreters", App::step_pythons, vec![
        bind("Enter | Space", "Enter choose", 2, "take this interpreter; also Space", App::take_python).when(App::has_python),
        step("↑ k", "", 0, "the interpreter above", -1),
        step("↓ j", "↑↓ interpreter", 2, "the interpreter below", 1),
        step("PgUp", "", 0, "ten interpreters up", -PAGE),
        step("PgDn", "", 0, "ten interpreters down", PAGE),
        step("Home g", "", 0, "the first interpreter", -FAR),
        step("End G", "", 0, "the last interpreter", FAR),
    ]),
    keys(Context::Columns, "In the columns of the history", |app, by| app.columns.step(by), vec![
        step("↑ k", "", 0, "the column above", -1),
        step("↓ j", "↑↓ choose", 2, "the column below", 1),
        bind("Space", "Space show/hide", 2, "show the column, or hide it", App::toggle_column),
        bind("Enter", "Enter sort", 2, "sort by the column; again: the other way round", App::sort_here),
        step("PgUp", "", 0, "ten columns up", -PAGE),
        step("PgDn", "", 0, "ten columns down", PAGE),
        step("Home g", "", 0, "the first column", -FAR),
        step("End G", "", 0, "the last column", FAR),
    ]),
    keys(Context::Comparison, "In a comparison", |_, _| {}, vec![
        bind("+ | =", "+ zoom", 3, "zoom into the time of all runs", |app| app.look_at_all(|now, end| Some(now.closer(now.middle(), end))))
            .when(App::has_begun),
        bind("-", "- out", 3, "zoom out of it", |app| app.look_at_all(|now, end| Some(now.wider(now.middle(), end)))).when(App::is_comparison_zoomed),
        bind("0", "0 all", 3, "show the runs as a whole", |app| app.look_at_all(|_, _| None)).when(App::is_comparison_zoomed),
        bind("[ ← h", "[ earlier", 3, "look at an earlier part of the runs", |app| app.look_at_all(|now, end| Some(now.panned(false, end))))
            .when(App::is_comparison_zoomed),
        bind("] → l", "] later", 3, "look at a later part of the runs", |app| app.look_at_all(|now, end| Some(now.panned(true, end))))
            .when(App::is_comparison_zoomed),
        bind("b", "b next baseline", 2, "measure the runs, and all of their work, against the next of them", App::next_reference),
    ]),
    keys(Context::Reading, "In a text like this", App::scroll, vec![
        step("↑ k", "", 0, "a row up", -1),
        step("↓ j", "↑↓ scroll", 3, "a row down", 1),
        step("PgUp", "", 0, "ten rows up", -PAGE),
        step("PgDn", "", 0, "ten rows down", PAGE),
        step("Home g", "", 0, "to the first row", -FAR),
        step("End G", "", 0, "to the last row", FAR),
    ]),
    keys(Context::Common, "Everywhere", |_, _| {}, vec![
        bind("x", "x stop", 1, "stop the run; what was measured is kept as cancelled", App::stop).when(App::can_stop),
        bind("Esc", "Esc close", 2, "close what is on top; never leaves the program", App::close).when(App::can_close),
        bind("? | F1", "? help", 4, "open this help or close it; also F1", App::toggle_help),
        bind("i", "i explain", 4, "what the numbers and marks of the focused panel mean", App::toggle_explanation).when(App::can_explain),
        bind("P", "P present", 15, "the teaching layout: fewer panels, large figures, pressed keys; again: all panels", App::toggle_teaching),
        bind("q", "q quit", 4, "leave the program", |app| app.effects.push(Effect::Quit)),
        bind("M", "M mouse", 15, "release the mouse, so that it selects text, or take it back", App::toggle_mouse),
    ]),
    keys(Context::Always, "", |_, _| {}, vec![
        bind("Ctrl-T", "", 0, "the next theme: ansi, safe, contrast, mono", App::next_theme),
        bind("Ctrl-L", "", 0, "draw the whole screen again", |app| app.effects.push(Effect::Redraw)),
        bind("Ctrl-Z", "", 0, "suspend the program with its workers; fg goes on", |app| app.effects.push(Effect::Suspend)),
        bind("Ctrl-C", "", 0, "leave the program, also from within a number", |app| app.effects.push(Effect::Quit)),
    ]),
]);

/// What `key` does where these contexts hold, innermost first.
pub fn lookup(key: Key, contexts: &[Context]) -> Option<(&'static Keys, &'static Binding)> {
    contexts.iter().find_map(|context| {
        let keys = KEYS.iter().find(|keys| keys.context == *context)?;
        let binding = keys.bindings.iter().find(|binding| binding.means(key))?;
        Some((keys, binding))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Key::{Char, Ctrl};

    #[test]
    fn no_key_means_two_things_in_one_context() {
        for Keys { bindings, .. } in &*KEYS {
            for (i, a) in bindings.iter().enumerate() {
                for b in &bindings[i + 1..] {
                    let clash = a.keys.iter().any(|key| b.keys.contains(key));
                    assert!(!clash, "{} and {} clash", a.explanation, b.explanation);
                }
            }
        }
    }

    #[test]
    fn digits_belong_to_a_number_while_one_is_typed() {
        let found = |key| lookup(key, &[Context::Editing, Context::Always]);
        assert_eq!(found(Char('1')).unwrap().0.context, Context::Editing);
        assert!(found(Char('q')).is_none());
        assert!(found(Ctrl('c')).is_some());
    }

    #[test]
    fn every_key_is_known_and_explained() {
        for binding in KEYS.iter().flat_map(|keys| &keys.bindings) {
            let names = binding.shown.split(' ');
            assert!(names.clone().all(|name| !Key::written(name).is_empty()));
            assert!(binding.keys.len() >= names.count());
            assert!(!binding.explanation.is_empty());
            assert!(binding.priority == 0 || !binding.label.is_empty());
        }
    }
}
