//! What the loop hears.

use std::io;

use crate::app::key::Key;
use crate::domain::python::Pythons;
use crate::domain::trace::Trace;
use crate::present::format::Refusal;
use crate::shell::reports::Heard;
use crate::store::Opened;
use crate::store::speeds::Agreed;

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// The left button of the mouse was pressed over this column and row.
    Clicked(u16, u16),
    /// The wheel of the mouse was turned over this column and row: up, or else down.
    Wheel {
        /// Away from the user.
        up: bool,
        /// Where, in columns and rows.
        at: (u16, u16),
    },
    /// This text was pasted.
    Pasted(String),
}

/// Something happened outside the loop's thread.
#[derive(Debug)]
pub enum Event {
    /// The user did something with the keyboard or the mouse.
    Input(Input),
    /// The terminal may have another size.
    Resized,
    /// The run goes on, or ends.
    Heard(Heard),
    /// An idle core does so many steps of the kernel in a second.
    Calibrated(Agreed),
    /// The interpreters of this machine.
    PythonsFound(Pythons),
    /// A file to share was written under this name, of so many bytes; or why not.
    Exported(String, Result<u64, Refusal>),
    /// What earlier sessions have kept.
    Earlier(Box<Opened>),
    /// These runs and sweeps of this session were kept, each under this number.
    Kept(Vec<(String, usize)>),
    /// The picture of a kept run, or why there is none.
    PictureRead {
        /// The run's number.
        number: usize,
        /// Its trace.
        picture: Result<Box<Trace>, String>,
    },
    /// Something about the kept history that the user should know.
    Told(String),
    /// A signal asks the program to end or to stop, or lets it go on.
    Signal(i32),
    /// There will be no more keys.
    InputLost(io::Error),
}

impl From<Heard> for Event {
    fn from(heard: Heard) -> Event {
        Event::Heard(heard)
    }
}
