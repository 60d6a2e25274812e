//! The events of the loop.

use std::io;

use crate::{app::message::Msg, engine::session::Report, ui::key::Key};

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// The left button of the mouse was pressed over this column and row.
    Clicked(u16, u16),
    /// The wheel of the mouse was turned over this column and row.
    Wheel {
        /// Whether it was turned up, away from the user, or down.
        up: bool,
        /// The place, in columns and rows.
        at: (u16, u16),
    },
    /// This text was pasted.
    Pasted(String),
}

/// Something that happened outside the loop's thread.
#[derive(Debug)]
pub enum Event {
    /// The user did something with the keyboard or the mouse.
    Input(Input),
    /// The run reports something.
    Report(Report),
    /// Messages for the app, all of which it receives before the next frame.
    Messages(Vec<Msg>),
    /// A signal: it asks the program to end, to stop or to continue, or reports a possible change of the terminal's
    /// size.
    Signal(i32),
    /// No more keys will arrive, for this reason.
    InputLost(io::Error),
}

impl From<Msg> for Event {
    fn from(message: Msg) -> Event {
        Event::Messages(vec![message])
    }
}
