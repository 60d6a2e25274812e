//! What reaches the explorer, and what it asks for.

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

/// Something happened.
#[derive(Debug)]
pub enum Msg {
    /// The explorer is on the screen: what takes a while can begin before anybody asks for it.
    Opened,
    /// A key was pressed.
    Key(Key),
    /// This text was pasted.
    Pasted(String),
    /// The left button of the mouse was pressed over this.
    Clicked(ClickTarget),
    /// The wheel of the mouse was turned over this.
    Wheel {
        /// Away from the user, or else towards.
        up: bool,
        /// What is under the pointer.
        target: ClickTarget,
    },
    /// The shell has something to tell, in one sentence.
    Notice(String),
    /// The terminal has this size now.
    Resized {
        /// Cells in a row.
        columns: u16,
        /// Rows.
        rows: u16,
    },
    /// The bars of the timeline have so much room now.
    BarsFitted {
        /// Cells in a bar: a step of the cursor.
        columns: u16,
        /// How many of them are in view.
        rows: u16,
    },
    /// The engine saw more of the run.
    Batch(Batch),
    /// So much time passed, in nanoseconds: told while a run that is over is played.
    Tick(Nanos),
    /// The run is over.
    Concluded(Box<Record>),
    /// The run could not be started, or its end was never heard of; one sentence says so.
    Refused(String),
    /// How fast an idle core of this machine computes.
    Calibrated(Speed),
    /// The interpreters of this machine; also if there are none.
    PythonsFound(Pythons),
    /// Runs and sweeps of earlier sessions, or of a shared file, in ascending order of their numbers; what is here already
    /// is left out.
    Earlier(Lot),
    /// What [`Effect::ReadTrace`] asked for, or one sentence that says why there is none.
    TraceRead {
        /// The run's number.
        number: usize,
        /// Its trace.
        trace: Result<Box<Trace>, String>,
    },
    /// What [`Effect::Export`] asked for was written to this file, of so many bytes; or why not.
    Exported {
        /// Where, as it can be told.
        file: String,
        /// How long it is.
        written: Result<u64, Refusal>,
        /// So many runs have a timeline that it should show and that is no longer kept.
        without: usize,
    },
    /// For a file that is being written, the timelines of so many runs are read.
    ExportReads {
        /// So many.
        read: usize,
        /// Of so many.
        of: usize,
    },
    /// These runs and sweeps of this session, named by their ids, were kept, each under this number. It is another one
    /// than so far where another program had taken that meanwhile.
    Kept(Vec<(String, usize)>),
}

/// Something that the shell shall do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Start this run; answered by [`Msg::Batch`]es and [`Msg::Concluded`], or by [`Msg::Refused`].
    Start(RunOrder),
    /// Stop the run; it concludes as cancelled.
    Stop,
    /// Measure how fast this machine computes; answered by [`Msg::Calibrated`].
    Calibrate,
    /// Look for Python interpreters; answered by [`Msg::PythonsFound`].
    FindPythons,
    /// Keep this run or sweep of the history for later sessions.
    Keep(usize),
    /// Bring the runs that were kept by other sessions; answered by [`Msg::Earlier`].
    ReadEarlier,
    /// Bring the trace of a kept run; answered by [`Msg::TraceRead`].
    ReadTrace(usize),
    /// Keep what the user calls a run from now on; `None` takes its name away.
    Rename(usize, Option<String>),
    /// Remove these runs from what is kept.
    Remove(Vec<usize>),
    /// Keep these removed runs after all.
    Restore(Vec<usize>),
    /// Write this file; answered by [`Msg::Exported`].
    Export(ExportOrder),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Draw every cell again: something else has written on the terminal.
    Redraw,
    /// Let the user's shell have the terminal until it wakes the program again.
    Suspend,
    /// Leave the program.
    Quit,
}

/// What is under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickTarget {
    /// A panel, where there is nothing more special.
    Panel(Panel),
    /// A row of the history by its number; `None` is the run that is on.
    HistoryRow(Option<usize>),
    /// The heading of a column of the history.
    Heading(&'static str),
    /// A row of the form that is on top, or else of the plan's.
    FormRow(usize),
    /// A row of the list that lies over the panels, among those that can be chosen.
    ListRow(usize),
    /// A key that is offered.
    Offered(Key),
    /// The name of a row of the timeline.
    TimelineRow(usize),
    /// A place in the timeline's bars.
    Moment {
        /// The row whose bar it is, if it is one's.
        row: Option<usize>,
        /// When, in nanoseconds since `t0`.
        at: Nanos,
    },
    /// A point of a sweep's chart: the configuration of the plan.
    SweepPoint(usize),
    /// A sweep's chart, where there is nothing more special.
    Chart,
    /// What lies over the panels, where there is nothing more special.
    Overlay,
    /// The panels below it.
    Outside,
}

/// A file that the shell shall write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOrder {
    /// How.
    pub format: Format,
    /// The numbers of the runs and sweeps that are in it, ascending.
    pub numbers: Vec<usize>,
    /// Where, as it was typed.
    pub file: String,
    /// Whether a file that is there already may be written over.
    pub overwrite: bool,
}
