//! The messages that the explorer receives, and the effects that it requests.

use crate::{
    analysis::advised::Checked,
    app::screen::Panel,
    domain::{
        function::{FunctionLook, SeenFunction},
        history::{Lot, RunEntry},
        python::{Interpreter, Pythons},
        record::{Record, RunOrder},
        speed::Speed,
        time::Nanos,
        trace::{Batch, Trace},
    },
    present::format::{Format, Refusal},
    ui::key::Key,
};

/// A message to the explorer.
#[derive(Debug)]
pub enum Msg {
    /// The explorer is on the screen. Work that takes a while can start before the user asks for it.
    Opened,
    /// A key was pressed.
    Key(Key),
    /// This text was pasted.
    Pasted(String),
    /// The left mouse button was pressed over this target.
    Clicked(ClickTarget),
    /// The mouse wheel was scrolled over `target`.
    Wheel {
        /// Whether it was scrolled away from the user.
        up: bool,
        /// The target under the pointer.
        target: ClickTarget,
    },
    /// The shell has a message for the user, in one sentence.
    Notice(String),
    /// The terminal has this size now.
    Resized {
        /// The width in cells.
        columns: u16,
        /// The height in cells.
        rows: u16,
    },
    /// The room for the bars of the timeline has changed to this.
    BarsFitted {
        /// The number of columns of a bar. A column is a step of the cursor.
        columns: u16,
        /// The number of bars in view.
        rows: u16,
    },
    /// New events of the run.
    Batch(Batch),
    /// This much time has passed, in nanoseconds. The shell sends it only during a playback.
    Tick(Nanos),
    /// The run is over.
    Concluded(Box<Record>),
    /// The run could not be started, or its end was never reported. The sentence says so.
    Refused(String),
    /// The speed of an idle core of this machine.
    Calibrated(Speed),
    /// The interpreters of this machine. The shell sends it even if there are none.
    PythonsFound(Pythons),
    /// The answer to [`Effect::LookAt`]: what there is to know about the function, or in a sentence why it cannot be called.
    FunctionSeen(Box<FunctionLook>, Result<SeenFunction, String>),
    /// The answer to [`Effect::TryCode`]: how the code ran; `None` if it could not be run.
    CodeTried(Option<Checked>),
    /// Runs and sweeps of earlier sessions, or of a shared file, in ascending order of their numbers. Those that are in
    /// the history already are left out.
    Earlier(Lot),
    /// The answer to [`Effect::ReadRecording`]: the recorded runs of the lesson.
    Recording(Vec<RunEntry>),
    /// The answer to [`Effect::ReadTrace`]: the trace, or the reason in one sentence why there is none.
    TraceRead {
        /// The run's number.
        number: usize,
        /// The trace; otherwise the sentence.
        trace: Result<Box<Trace>, String>,
    },
    /// The answer to [`Effect::Export`]: the size of the file in bytes, or why it was not written.
    Exported {
        /// The order that was executed.
        order: ExportOrder,
        /// The name of the file, safe to show.
        file: String,
        /// The size in bytes.
        written: Result<u64, Refusal>,
        /// The number of runs whose timelines are missing in the file because they are no longer kept.
        without: usize,
    },
    /// The shell is reading the timelines of runs for a file.
    ExportReads {
        /// The number of timelines read.
        read: usize,
        /// The number of timelines to read.
        of: usize,
    },
    /// These runs and sweeps of this session (id, number) were kept under these numbers. A number has changed if
    /// another program took the old one in the meantime.
    Kept(Vec<(String, usize)>),
}

/// A request to the shell.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Start this run. The answers are [`Msg::Batch`]es and [`Msg::Concluded`], or [`Msg::Refused`].
    Start(RunOrder),
    /// Stop the run. It concludes as cancelled.
    Stop,
    /// Measure how fast this machine computes. The answer is [`Msg::Calibrated`].
    Calibrate,
    /// Look for Python interpreters. The answer is [`Msg::PythonsFound`].
    FindPythons,
    /// Look at a function of the user's. The answer is [`Msg::FunctionSeen`].
    LookAt {
        /// The function, and the interpreter that has to call it.
        look: Box<FunctionLook>,
        /// The number of calls if it has no inputs.
        calls: u64,
    },
    /// Run this program of Python's once, in the user's environment. The answer is [`Msg::CodeTried`].
    TryCode {
        /// The interpreter.
        interpreter: Box<Interpreter>,
        /// The program.
        code: String,
        /// For how long it may run, in seconds.
        limit_s: f64,
    },
    /// Keep this run or sweep of the history for later sessions.
    Keep(usize),
    /// Read the runs that other sessions kept. The answer is [`Msg::Earlier`].
    ReadEarlier,
    /// Read the recorded runs of the lesson. The answer is [`Msg::Recording`].
    ReadRecording,
    /// Read the trace of a kept run. The answer is [`Msg::TraceRead`].
    ReadTrace(usize),
    /// Keep the user's new name for a run; `None` removes its name.
    Rename(usize, Option<String>),
    /// Remove these runs from the kept history.
    Remove(Vec<usize>),
    /// Restore these removed runs in the kept history.
    Restore(Vec<usize>),
    /// Write this file. The answer is [`Msg::Exported`].
    Export(ExportOrder),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Draw every cell again, because something else has written to the terminal.
    Redraw,
    /// Suspend the program, and return the terminal to the user's shell meanwhile.
    Suspend,
    /// Exit.
    Quit,
}

/// A target of the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickTarget {
    /// A panel, in a place without a more specific target.
    Panel(Panel),
    /// A row of the history by its number; `None` is the run in progress.
    HistoryRow(Option<usize>),
    /// The heading of a column of the history.
    Heading(&'static str),
    /// A row of the uppermost form, which may be that of the plan.
    FormRow(usize),
    /// A row of the list that lies over the panels, counted among those that can be chosen.
    ListRow(usize),
    /// A key that is offered.
    Offered(Key),
    /// The name of a row of the timeline.
    TimelineRow(usize),
    /// A place in the timeline's bars.
    Moment {
        /// The row, if the place is in its bar.
        row: Option<usize>,
        /// The time in nanoseconds since `t0`.
        at: Nanos,
    },
    /// A point of a sweep's chart: the configuration of the plan.
    SweepPoint(usize),
    /// A sweep's chart, in a place without a more specific target.
    Chart,
    /// The overlay over the panels, in a place without a more specific target.
    Overlay,
    /// The panels below an overlay.
    Outside,
}

/// A file that the shell must write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOrder {
    /// The format of the file.
    pub format: Format,
    /// The numbers of the runs and sweeps to write, ascending.
    pub numbers: Vec<usize>,
    /// The path as the user typed it.
    pub file: String,
    /// Whether an existing file may be overwritten.
    pub overwrite: bool,
}
