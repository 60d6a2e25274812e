//! What keys do: one table that feeds dispatch, footer and help alike, so that they cannot disagree.

use super::key::Key;

/// Something the user can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below explains each")]
pub enum Command {
    Run,
    Stop,
    MeasureBaseline,
    Experiment,
    RealExperiment,
    Mark,
    Compare,
    MakeBaseline,
    NextReference,
    Details,
    TakePython,
    Sweep,
    StartSweep,
    BeginTyping,
    FewerWorkers,
    MoreWorkers,
    PreviousSeries,
    NextSeries,
    TurnUnit,
    ShowFits,
    PointDetails,
    ShowEarlier,
    Filter,
    KeepFilter,
    ClearFilter,
    Name,
    AcceptName,
    AbandonName,
    Remove,
    Restore,
    Export,
    WriteFile,
    WriteOver,
    NextScope,
    PreviousScope,
    TypeText,
    ChooseColumns,
    ToggleColumn,
    SortByColumn,
    Expand,
    OpenForm,
    NextPanel,
    PreviousPanel,
    ZoomIn,
    ZoomOut,
    ZoomFit,
    PanLeft,
    PanRight,
    Earlier,
    Later,
    Begin,
    End,
    NextSlice,
    PreviousSlice,
    NextTask,
    PreviousTask,
    NextFailure,
    PreviousFailure,
    ZoomToSlice,
    TurnView,
    Freeze,
    Play,
    Pause,
    PlayBack,
    PlayOn,
    PlayFromBegin,
    PlayToEnd,
    Slower,
    Faster,
    EndPlayback,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Decrease,
    Increase,
    OneLess,
    OneMore,
    Edit,
    Type,
    Erase,
    Accept,
    Abandon,
    Help,
    Explain,
    Teach,
    Close,
    NextTheme,
    ToggleMouse,
    Redraw,
    Suspend,
    Quit,
}

/// Where a key does what it does. The innermost context that knows a key decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A number is being typed.
    Editing,
    /// A filter of the history is being typed.
    Filtering,
    /// A name of a run is being typed.
    Naming,
    /// Any text is being typed, whatever it is for.
    Typing,
    /// Something is typed in the form for a sweep.
    SweepTyping,
    /// The form for a sweep.
    SweepForm,
    /// The chart of a sweep.
    Sweep,
    /// The name of a file to share is being typed.
    ExportFile,
    /// What is written to a file, and how, is chosen.
    Export,
    /// The form is focused.
    Form,
    /// The timeline is focused.
    Timeline,
    /// The history is focused.
    History,
    /// The columns of the history are chosen.
    Columns,
    /// A Python interpreter is chosen.
    Pythons,
    /// A run that is over is played again.
    Playback,
    /// Runs are compared.
    Comparison,
    /// A help, a comparison or details are read.
    Reading,
    /// The panels are in reach: no text lies over them.
    Panels,
    /// Everywhere but in a number.
    Common,
    /// Everywhere.
    Always,
}

impl Context {
    /// All, in the order in which the help lists them, each with its heading there.
    pub const HEADINGS: [(Context, &'static str); 20] = [
        (Context::Panels, "Runs and panels"),
        (Context::Form, "In the form"),
        (Context::Editing, "In a number"),
        (Context::Timeline, "In the timeline"),
        (Context::Playback, "While a run is played"),
        (Context::History, "In the history"),
        (Context::Filtering, "In a filter of the history"),
        (Context::Naming, "In the name of a run"),
        (Context::Export, "In the export"),
        (Context::ExportFile, "In the name of a file"),
        (Context::Typing, "In any text that is typed"),
        (Context::SweepForm, "In the form for a sweep"),
        (Context::SweepTyping, "In a field of that form"),
        (Context::Sweep, "In the chart of a sweep"),
        (Context::Pythons, "In the list of Python interpreters"),
        (Context::Columns, "In the columns of the history"),
        (Context::Comparison, "In a comparison"),
        (Context::Reading, "In a text like this"),
        (Context::Common, "Everywhere"),
        (Context::Always, ""),
    ];
}

/// What a key does somewhere.
#[derive(Debug)]
pub struct Binding {
    /// Any of these.
    pub keys: &'static [Key],
    /// How they are written.
    pub shown: &'static str,
    /// What they ask for.
    pub command: Command,
    /// Where.
    pub context: Context,
    /// In the footer, where two keys that belong together are told as one: the keys, a space, a word or two.
    pub label: &'static str,
    /// In the help: a line.
    pub explanation: &'static str,
    /// The most useful is 1; 0 stays out of the footer.
    pub priority: u8,
}

impl Binding {
    /// Whether it is about this key.
    pub fn means(&self, key: Key) -> bool {
        self.keys.contains(&key)
            || (matches!(key, Key::Char(_)) && self.keys.contains(&Key::AnyChar))
    }
}

const fn bind(
    keys: &'static [Key],
    shown: &'static str,
    command: Command,
    context: Context,
    label: &'static str,
    explanation: &'static str,
    priority: u8,
) -> Binding {
    Binding {
        keys,
        shown,
        command,
        context,
        label,
        explanation,
        priority,
    }
}

use Command as C;
use Context as In;
use Key::{
    BackTab, Backspace, Char, Ctrl, Delete, Down, End, Enter, Esc, Home, Left, PageDown, PageUp,
    Right, Tab, Up,
};

/// The digits, which a number field takes.
const DIGITS: &[Key] = &[
    Char('0'),
    Char('1'),
    Char('2'),
    Char('3'),
    Char('4'),
    Char('5'),
    Char('6'),
    Char('7'),
    Char('8'),
    Char('9'),
];

/// What a list of numbers of workers can begin with, and what changes the one that is there.
const TYPED_FIRST: &[Key] = &[
    Char('0'),
    Char('1'),
    Char('2'),
    Char('3'),
    Char('4'),
    Char('5'),
    Char('6'),
    Char('7'),
    Char('8'),
    Char('9'),
    Char('c'),
    Backspace,
    Delete,
];

/// Every key of the program.
#[rustfmt::skip]
pub static BINDINGS: &[Binding] = &[
    bind(&[Char(' '), Char('p')], "Space", C::Pause, In::Playback, "Space pause", "pause, or go on; from the end, play it again", 1),
    bind(&[Left, Char('h')], "← h", C::PlayBack, In::Playback, "", "a fiftieth of the run back", 0),
    bind(&[Right, Char('l')], "→ l", C::PlayOn, In::Playback, "←→ step", "a fiftieth of the run on", 2),
    bind(&[Home], "Home", C::PlayFromBegin, In::Playback, "", "to its begin", 0),
    bind(&[End], "End", C::PlayToEnd, In::Playback, "", "to its end", 0),
    bind(&[Char('<')], "<", C::Slower, In::Playback, "<> speed", "play it slower, down to a hundredth of its speed", 2),
    bind(&[Char('>')], ">", C::Faster, In::Playback, "", "play it faster, up to ten times its speed", 0),
    bind(&[Esc], "Esc", C::EndPlayback, In::Playback, "Esc end", "leave it: the run is shown whole", 1),

    bind(&[Char('r')], "r", C::Run, In::Panels, "r run", "run what the form says", 1),
    bind(&[Char('x')], "x", C::Stop, In::Common, "x stop", "stop the run; what was measured is kept as cancelled", 1),
    bind(&[Char('1'), Char('2'), Char('3'), Char('4')], "1-4", C::Experiment, In::Panels, "1-4 experiments",
        "the quick experiments: serial first, then a model", 1),
    bind(&[Char('5')], "5", C::RealExperiment, In::Panels, "5 Python",
        "the same question to a real Python: one thread of it first, then four", 9),
    bind(&[Char('R')], "R", C::MeasureBaseline, In::Panels, "R baseline",
        "measure the baseline: the same work under serial", 8),
    bind(&[Char('m')], "m", C::Mark, In::Panels, "m mark", "mark the chosen run, or take its mark away", 6),
    bind(&[Char('c')], "c", C::Compare, In::Panels, "c compare",
        "compare the marked runs, or the chosen one with its baseline", 5),
    bind(&[Char('b')], "b", C::MakeBaseline, In::Panels, "b as baseline",
        "measure the same work against the chosen run; again: serial", 6),
    bind(&[Char('e')], "e", C::Expand, In::Panels, "e expand", "let the focused panel fill the screen, or shrink it", 12),
    bind(&[Char('+'), Char('=')], "+", C::ZoomIn, In::Panels, "+ zoom", "zoom into time: slices become bars", 9),
    bind(&[Char('-')], "-", C::ZoomOut, In::Panels, "- out", "zoom out of time", 10),
    bind(&[Char('0')], "0", C::ZoomFit, In::Panels, "0 all", "show the whole run", 11),
    bind(&[Char('[')], "[", C::PanLeft, In::Panels, "[ earlier", "look at an earlier part of the run", 10),
    bind(&[Char(']')], "]", C::PanRight, In::Panels, "] later", "look at a later part of the run", 10),
    bind(&[Char(' ')], "Space", C::Freeze, In::Panels, "Space freeze",
        "stop the picture of a run, not its recording; or go on", 6),
    bind(&[Char('p')], "p", C::Play, In::Panels, "p play", "play a run that is over again, as it happened", 7),
    bind(&[Char('v')], "v", C::TurnView, In::Panels, "v view", "the timeline by worker, or by core: which worker each ran", 11),
    bind(&[Char('f')], "f", C::OpenForm, In::Panels, "f form", "go to the form: workload, model, workers, tasks", 4),
    bind(&[Char('s')], "s", C::Sweep, In::Panels, "s sweep", "a sweep: models and numbers of workers as a bar chart; also back to the one that is on", 4),
    bind(&[Char('H')], "H", C::ShowEarlier, In::Panels, "H earlier", "show the runs of earlier sessions, or hide them", 10),
    bind(&[Char('/')], "/", C::Filter, In::Panels, "/ filter", "show only the runs of the history that match what is typed", 9),
    bind(&[Char('o')], "o", C::Export, In::Panels, "o export", "write a file to share: a report, a table, a picture, everything", 9),
    bind(&[Tab], "Tab", C::NextPanel, In::Panels, "Tab panel", "go to the next panel", 7),
    bind(&[BackTab], "Shift-Tab", C::PreviousPanel, In::Panels, "", "go to the previous panel", 0),

    bind(&[Up, Char('k')], "↑ k", C::Up, In::Form, "", "the field above", 0),
    bind(&[Down, Char('j')], "↓ j", C::Down, In::Form, "", "the field below", 0),
    bind(&[Left, Char('h')], "← h", C::Decrease, In::Form, "", "the previous choice, or a smaller number", 0),
    bind(&[Right, Char('l')], "→ l", C::Increase, In::Form, "←→ change", "the next choice, or a larger number", 2),
    bind(&[Char('+'), Char('=')], "+", C::OneMore, In::Form, "+- by one", "one more", 3),
    bind(&[Char('-')], "-", C::OneLess, In::Form, "", "one less", 0),
    bind(&[Char('g'), Home], "g", C::First, In::Form, "", "the first field; also Home", 0),
    bind(&[Char('G'), End], "G", C::Last, In::Form, "", "the last field; also End", 0),
    bind(&[Enter], "Enter", C::Edit, In::Form, "Enter type", "type a number; the next choice where there is none", 2),

    bind(DIGITS, "0-9", C::Type, In::Editing, "0-9 digits", "make up the number", 1),
    bind(&[Enter], "Enter", C::Accept, In::Editing, "Enter accept", "take the number", 2),
    bind(&[Esc], "Esc", C::Abandon, In::Editing, "Esc abandon", "keep the number that was there", 3),
    bind(&[Backspace, Delete], "Backspace", C::Erase, In::Editing, "Backspace erase", "take the last digit away", 4),

    bind(&[Left, Char('h')], "← h", C::Earlier, In::Timeline, "", "the cursor, a column earlier", 0),
    bind(&[Right, Char('l')], "→ l", C::Later, In::Timeline, "←→ cursor", "the cursor, a column later: what is there stands on the borders", 2),
    bind(&[Up, Char('k')], "↑ k", C::Up, In::Timeline, "", "the row above", 0),
    bind(&[Down, Char('j')], "↓ j", C::Down, In::Timeline, "↑↓ row", "the row below", 13),
    bind(&[PageUp], "PgUp", C::PageUp, In::Timeline, "", "ten rows up", 0),
    bind(&[PageDown], "PgDn", C::PageDown, In::Timeline, "", "ten rows down", 0),
    bind(&[Char('g')], "g", C::First, In::Timeline, "", "the first row", 0),
    bind(&[Char('G')], "G", C::Last, In::Timeline, "", "the last row", 0),
    bind(&[Home], "Home", C::Begin, In::Timeline, "", "the cursor, to the begin of the run", 0),
    bind(&[End], "End", C::End, In::Timeline, "", "the cursor, to the end of the run", 0),
    bind(&[Char('.')], ".", C::NextSlice, In::Timeline, ". slice", "the worker's next slice: under the lock, its next wait or turn", 4),
    bind(&[Char(',')], ",", C::PreviousSlice, In::Timeline, "", "the begin of this slice, or the one before", 0),
    bind(&[Char('t')], "t", C::NextTask, In::Timeline, "t task", "the worker's next task", 4),
    bind(&[Char('T')], "T", C::PreviousTask, In::Timeline, "", "the begin of this task, or the one before", 0),
    bind(&[Char('n')], "n", C::NextFailure, In::Timeline, "", "the next task that failed, of any worker", 0),
    bind(&[Char('N')], "N", C::PreviousFailure, In::Timeline, "", "the task before that failed, of any worker", 0),
    bind(&[Char('z')], "z", C::ZoomToSlice, In::Timeline, "z zoom there", "zoom to the slice under the cursor", 4),
    bind(&[Enter], "Enter", C::OpenForm, In::Timeline, "", "go to the form", 0),

    bind(&[Up, Char('k')], "↑ k", C::Up, In::History, "", "the run above, with its timeline", 0),
    bind(&[Down, Char('j')], "↓ j", C::Down, In::History, "↑↓ choose", "the run below; the lowest is the one that runs", 2),
    bind(&[PageUp], "PgUp", C::PageUp, In::History, "", "ten runs up", 0),
    bind(&[PageDown], "PgDn", C::PageDown, In::History, "", "ten runs down", 0),
    bind(&[Home, Char('g')], "Home g", C::First, In::History, "", "the first run", 0),
    bind(&[End, Char('G')], "End G", C::Last, In::History, "", "the last run", 0),
    bind(&[Char('C')], "C", C::ChooseColumns, In::History, "C columns", "choose the columns, and sort by one of them", 6),
    bind(&[Enter], "Enter", C::Details, In::History, "Enter details", "all numbers of the chosen run", 4),
    bind(&[Char('n')], "n", C::Name, In::History, "n name", "call the chosen run something", 8),
    bind(&[Char('D')], "D", C::Remove, In::History, "D delete", "delete the marked runs, or the chosen one: at once, as u brings them back", 9),
    bind(&[Char('u')], "u", C::Restore, In::History, "u undo", "bring back what was deleted last; again: what was deleted before", 5),

    bind(&[Enter], "Enter", C::KeepFilter, In::Filtering, "Enter keep", "keep the filter; Esc clears it later", 1),
    bind(&[Esc], "Esc", C::ClearFilter, In::Filtering, "Esc clear", "show all runs again", 1),
    bind(&[Up], "↑", C::Up, In::Filtering, "", "the run above", 0),
    bind(&[Down], "↓", C::Down, In::Filtering, "↑↓ choose", "the run below", 3),
    bind(&[PageUp], "PgUp", C::PageUp, In::Filtering, "", "ten runs up", 0),
    bind(&[PageDown], "PgDn", C::PageDown, In::Filtering, "", "ten runs down", 0),

    bind(&[Enter], "Enter", C::AcceptName, In::Naming, "Enter name it", "call the run so; without any text it has no name", 1),
    bind(&[Esc], "Esc", C::AbandonName, In::Naming, "Esc abandon", "leave the name as it was", 1),

    bind(&[Enter], "Enter", C::WriteFile, In::Export, "Enter write", "write the file, never over an existing one", 1),
    bind(&[Ctrl('o')], "Ctrl-O", C::WriteOver, In::Export, "Ctrl-O write over", "write over the file that exists", 1),
    bind(&[Up, Char('k'), BackTab], "↑ k", C::Up, In::Export, "", "the row above", 0),
    bind(&[Down, Char('j'), Tab], "↓ j", C::Down, In::Export, "↑↓ format, file", "the next format; the lowest row is the file's name", 2),
    bind(&[Left, Char('h')], "← h", C::PreviousScope, In::Export, "", "the previous choice of what is written", 0),
    bind(&[Right, Char('l')], "→ l", C::NextScope, In::Export, "←→ what", "the next choice of what is written: marked runs, the chosen one, all", 2),

    bind(&[Enter], "Enter", C::WriteFile, In::ExportFile, "Enter write", "write the file, never over an existing one", 1),
    bind(&[Ctrl('o')], "Ctrl-O", C::WriteOver, In::ExportFile, "Ctrl-O write over", "write over the file that exists", 1),
    bind(&[Esc], "Esc", C::Close, In::ExportFile, "Esc close", "write nothing", 2),
    bind(&[Up, BackTab], "↑", C::Up, In::ExportFile, "↑ formats", "back to the formats", 3),

    bind(&[Key::AnyChar], "a-z", C::TypeText, In::Typing, "", "any character goes into the text", 0),
    bind(&[Backspace, Delete], "Backspace", C::TypeText, In::Typing, "Backspace erase", "erase the character before the cursor; Del: the one behind it", 4),
    bind(&[Left, Right, Home, End], "← →", C::TypeText, In::Typing, "←→ move", "move the cursor; Home and End: to an end of the text", 5),
    bind(&[Ctrl('u')], "Ctrl-U", C::TypeText, In::Typing, "Ctrl-U erase all", "erase all before the cursor", 4),
    bind(&[Ctrl('w')], "Ctrl-W", C::TypeText, In::Typing, "", "erase the word before the cursor", 0),

    bind(&[Enter, Char('s'), Char('r')], "Enter s r", C::StartSweep, In::SweepForm, "Enter start", "start the sweep", 1),
    bind(&[Up, Char('k')], "↑ k", C::Up, In::SweepForm, "", "the row above", 0),
    bind(&[Down, Char('j')], "↓ j", C::Down, In::SweepForm, "↑↓ row", "the row below", 3),
    bind(&[Left, Char('h')], "← h", C::Decrease, In::SweepForm, "", "the choice before, or one less", 0),
    bind(&[Right, Char('l'), Char(' ')], "→ l", C::Increase, In::SweepForm, "←→ change", "the next choice, or one more; also Space", 2),
    bind(TYPED_FIRST, "0-9 c", C::BeginTyping, In::SweepForm, "0-9 type", "type the numbers of workers, the rounds or the seed; Backspace goes on from what is there", 2),
    bind(&[Home, Char('g')], "Home g", C::First, In::SweepForm, "", "the first row", 0),
    bind(&[End, Char('G')], "End G", C::Last, In::SweepForm, "", "the last row", 0),

    bind(&[Enter], "Enter", C::Accept, In::SweepTyping, "Enter accept", "take what was typed", 1),
    bind(&[Up], "↑", C::Up, In::SweepTyping, "", "take it, and go to the row above", 0),
    bind(&[Down], "↓", C::Down, In::SweepTyping, "", "take it, and go to the row below", 0),
    bind(&[Esc], "Esc", C::Abandon, In::SweepTyping, "Esc abandon", "keep what was there", 1),

    bind(&[Left, Char('h')], "← h", C::FewerWorkers, In::Sweep, "", "the point with fewer workers; at the left end: serial", 0),
    bind(&[Right, Char('l')], "→ l", C::MoreWorkers, In::Sweep, "←→ workers", "the point with more workers", 2),
    bind(&[Up, Char('k')], "↑ k", C::PreviousSeries, In::Sweep, "", "the model before", 0),
    bind(&[Down, Char('j')], "↓ j", C::NextSeries, In::Sweep, "↑↓ model", "the next model", 2),
    bind(&[Home, Char('g')], "Home g", C::First, In::Sweep, "", "to serial", 0),
    bind(&[End, Char('G')], "End G", C::Last, In::Sweep, "", "to the most workers", 0),
    bind(&[Enter], "Enter", C::PointDetails, In::Sweep, "Enter details", "all runs and numbers of the point", 3),
    bind(&[Char('y')], "y", C::TurnUnit, In::Sweep, "y time/speed-up", "bars of times, or of speed-ups", 3),
    bind(&[Char('f')], "f", C::ShowFits, In::Sweep, "f fits", "curves that are fitted to the model's speed-ups, or none", 5),
    bind(&[Char('m')], "m", C::Mark, In::Sweep, "m mark", "mark the run of the point that is nearest to its median", 6),
    bind(&[Char('c')], "c", C::Compare, In::Sweep, "c compare", "compare the marked runs, or that of the point with a serial one", 5),
    bind(&[Char('o')], "o", C::Export, In::Sweep, "o export", "write the sweep to a file to share", 8),
    bind(&[Char('s')], "s", C::Sweep, In::Sweep, "", "the form for the next sweep", 0),

    bind(&[Enter, Char(' ')], "Enter", C::TakePython, In::Pythons, "Enter choose", "take this interpreter; also Space", 1),
    bind(&[Up, Char('k')], "↑ k", C::Up, In::Pythons, "", "the interpreter above", 0),
    bind(&[Down, Char('j')], "↓ j", C::Down, In::Pythons, "↑↓ interpreter", "the interpreter below", 1),
    bind(&[PageUp], "PgUp", C::PageUp, In::Pythons, "", "ten interpreters up", 0),
    bind(&[PageDown], "PgDn", C::PageDown, In::Pythons, "", "ten interpreters down", 0),
    bind(&[Home, Char('g')], "Home g", C::First, In::Pythons, "", "the first interpreter", 0),
    bind(&[End, Char('G')], "End G", C::Last, In::Pythons, "", "the last interpreter", 0),

    bind(&[Up, Char('k')], "↑ k", C::Up, In::Columns, "", "the column above", 0),
    bind(&[Down, Char('j')], "↓ j", C::Down, In::Columns, "↑↓ choose", "the column below", 1),
    bind(&[Char(' ')], "Space", C::ToggleColumn, In::Columns, "Space show/hide", "show the column, or hide it", 1),
    bind(&[Enter], "Enter", C::SortByColumn, In::Columns, "Enter sort", "sort by the column; again: the other way round", 1),
    bind(&[PageUp], "PgUp", C::PageUp, In::Columns, "", "ten columns up", 0),
    bind(&[PageDown], "PgDn", C::PageDown, In::Columns, "", "ten columns down", 0),
    bind(&[Home, Char('g')], "Home g", C::First, In::Columns, "", "the first column", 0),
    bind(&[End, Char('G')], "End G", C::Last, In::Columns, "", "the last column", 0),

    bind(&[Char('+'), Char('=')], "+", C::ZoomIn, In::Comparison, "+ zoom", "zoom into the time of all runs", 2),
    bind(&[Char('-')], "-", C::ZoomOut, In::Comparison, "- out", "zoom out of it", 2),
    bind(&[Char('0')], "0", C::ZoomFit, In::Comparison, "0 all", "show the runs as a whole", 2),
    bind(&[Char('['), Left, Char('h')], "[ ← h", C::PanLeft, In::Comparison, "[ earlier", "look at an earlier part of the runs", 2),
    bind(&[Char(']'), Right, Char('l')], "] → l", C::PanRight, In::Comparison, "] later", "look at a later part of the runs", 2),

    bind(&[Char('b')], "b", C::NextReference, In::Comparison, "b next baseline",
        "measure the runs, and all of their work, against the next of them", 1),

    bind(&[Up, Char('k')], "↑ k", C::Up, In::Reading, "", "a row up", 0),
    bind(&[Down, Char('j')], "↓ j", C::Down, In::Reading, "↑↓ scroll", "a row down", 2),
    bind(&[PageUp], "PgUp", C::PageUp, In::Reading, "", "ten rows up", 0),
    bind(&[PageDown], "PgDn", C::PageDown, In::Reading, "", "ten rows down", 0),
    bind(&[Home, Char('g')], "Home g", C::First, In::Reading, "", "to the first row", 0),
    bind(&[End, Char('G')], "End G", C::Last, In::Reading, "", "to the last row", 0),

    bind(&[Esc], "Esc", C::Close, In::Common, "Esc close", "close what is on top; never leaves the program", 1),
    bind(&[Char('?'), Key::F1], "?", C::Help, In::Common, "? help", "open this help or close it; also F1", 3),
    bind(&[Char('i')], "i", C::Explain, In::Common, "i explain", "what the numbers and marks of the focused panel mean", 3),
    bind(&[Char('P')], "P", C::Teach, In::Common, "P present", "the teaching layout: fewer panels, large figures, pressed keys; again: all panels", 14),
    bind(&[Char('q')], "q", C::Quit, In::Common, "q quit", "leave the program", 3),
    bind(&[Char('M')], "M", C::ToggleMouse, In::Common, "M mouse",
        "release the mouse, so that it selects text, or take it back", 14),
    bind(&[Ctrl('t')], "Ctrl-T", C::NextTheme, In::Always, "", "the next theme: ansi, safe, contrast, mono", 0),
    bind(&[Ctrl('l')], "Ctrl-L", C::Redraw, In::Always, "", "draw the whole screen again", 0),
    bind(&[Ctrl('z')], "Ctrl-Z", C::Suspend, In::Always, "", "suspend the program with its workers; fg goes on", 0),
    bind(&[Ctrl('c')], "Ctrl-C", C::Quit, In::Always, "", "leave the program, also from within a number", 0),
];

/// What `key` does where these contexts hold, innermost first.
pub fn lookup(key: Key, contexts: &[Context]) -> Option<&'static Binding> {
    contexts.iter().find_map(|context| {
        BINDINGS
            .iter()
            .find(|binding| binding.context == *context && binding.means(key))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_context() {
        for (i, a) in BINDINGS.iter().enumerate() {
            for b in &BINDINGS[i + 1..] {
                let clash = a.context == b.context && a.keys.iter().any(|key| b.keys.contains(key));
                assert!(!clash, "{} and {} clash", a.explanation, b.explanation);
            }
        }
    }

    #[test]
    fn digits_belong_to_a_number_while_one_is_typed() {
        let found = lookup(Char('1'), &[Context::Editing, Context::Always]).unwrap();
        assert_eq!(found.command, Command::Type);
        assert!(lookup(Char('q'), &[Context::Editing, Context::Always]).is_none());
        assert!(lookup(Ctrl('c'), &[Context::Editing, Context::Always]).is_some());
    }

    #[test]
    fn every_binding_is_explained_and_every_context_has_its_place_in_the_help() {
        for binding in BINDINGS {
            assert!(!binding.explanation.is_empty());
            assert!(
                Context::HEADINGS
                    .iter()
                    .any(|(context, _)| *context == binding.context)
            );
            assert!(binding.priority == 0 || !binding.label.is_empty());
        }
    }
}
