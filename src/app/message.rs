//! The messages that the explorer receives, and the effects that it requests.

use crate::{
    app::screen::Panel,
    domain::{
        history::Lot,
        python::Pythons,
        record::{Record, RunOrder},
        speed::Speed,
        time::Nanos,
        trace::{Batch, Trace},
    },
    present::format::{Format, Refusal},
    ui::key::Key,
};

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// The explorer is on the screen. Work that takes a while can start before the user asks for it.
    Opened,
    /// A key was pressed.
    Key(Key),
    /// This text was pasted.
    Pasted(String),
    /// The left button of the mouse was pressed over this.
    Clicked(ClickTarget),
    /// The wheel of the mouse was turned over this.
    Wheel {
        /// Away from the user; otherwise towards the user.
        up: bool,
        /// What is under the pointer.
        target: ClickTarget,
    },
    /// The shell has a message for the user, in one sentence.
    Notice(String),
    /// The terminal has this size now.
    Resized {
        /// Cells in a row.
        columns: u16,
        /// Rows.
        rows: u16,
    },
    /// The bars of the timeline have this much room now.
    BarsFitted {
        /// Cells in a bar. A cell is a step of the cursor.
        columns: u16,
        /// The number of bars in view.
        rows: u16,
    },
    /// The engine saw more of the run.
    Batch(Batch),
    /// This much time passed, in nanoseconds. The shell sends it only during a playback.
    Tick(Nanos),
    /// The run is over.
    Concluded(Box<Record>),
    /// The run could not be started, or its end was never reported. The sentence says so.
    Refused(String),
    /// How fast an idle core of this machine computes.
    Calibrated(Speed),
    /// The interpreters of this machine. The shell sends it even if there are none.
    PythonsFound(Pythons),
    /// Runs and sweeps of earlier sessions, or of a shared file, in ascending order of their numbers. Those that the
    /// history has already are left out.
    Earlier(Lot),
    /// The answer to [`Effect::ReadTrace`]: the trace, or one sentence that says why there is none.
    TraceRead {
        /// The run's number.
        number: usize,
        /// Its trace.
        trace: Result<Box<Trace>, String>,
    },
    /// The answer to [`Effect::Export`]: the size of the file in bytes, or why it was not written.
    Exported {
        /// What was asked for.
        order: ExportOrder,
        /// The name of the file, safe to show.
        file: String,
        /// The size in bytes.
        written: Result<u64, Refusal>,
        /// How many runs should have a timeline in the file that is no longer kept.
        without: usize,
    },
    /// The shell reads the timelines of runs for a file that is being written.
    ExportReads {
        /// The number of timelines read.
        read: usize,
        /// The number of timelines to read.
        of: usize,
    },
    /// These runs and sweeps of this session, named by their ids, were kept, each under this number. The number has
    /// changed if another program took the old one in the meantime.
    Kept(Vec<(String, usize)>),
}

/// Something that the shell must do.
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
    /// Keep this run or sweep of the history for later sessions.
    Keep(usize),
    /// Read the runs that other sessions kept. The answer is [`Msg::Earlier`].
    ReadEarlier,
    /// Read the trace of a kept run. The answer is [`Msg::TraceRead`].
    ReadTrace(usize),
    /// Keep the user's new name for a run; `None` removes its name.
    Rename(usize, Option<String>),
    /// Remove these runs from what is kept.
    Remove(Vec<usize>),
    /// Keep these removed runs after all.
    Restore(Vec<usize>),
    /// Write this file. The answer is [`Msg::Exported`].
    Export(ExportOrder),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Draw every cell again, because something else has written to the terminal.
    Redraw,
    /// Give the terminal to the user's shell until it resumes the program.
    Suspend,
    /// Leave the program.
    Quit,
}

/// What is under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickTarget {
    /// A panel, in a place that has no target of its own.
    Panel(Panel),
    /// A row of the history by its number; `None` is the run in progress.
    HistoryRow(Option<usize>),
    /// The heading of a column of the history.
    Heading(&'static str),
    /// A row of the form on top; otherwise a row of the plan's form.
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
    /// A sweep's chart, in a place that has no target of its own.
    Chart,
    /// The overlay over the panels, in a place that has no target of its own.
    Overlay,
    /// The panels below an overlay.
    Outside,
}

/// A file that the shell must write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOrder {
    /// The format.
    pub format: Format,
    /// The numbers of the runs and sweeps in it, ascending.
    pub numbers: Vec<usize>,
    /// The path, as it was typed.
    pub file: String,
    /// Whether an existing file may be overwritten.
    pub overwrite: bool,
}
