//! The events of the loop.

use std::io;

use crate::{app::message::Msg, engine::session::Report, ui::key::Key};

/// What the user did with the keyboard or the mouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// The left mouse button was pressed at this column and row.
    Clicked(u16, u16),
    /// The mouse wheel was scrolled at `at`.
    Wheel {
        /// Whether it was scrolled up, away from the user, or down.
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
    /// A report of the run.
    Report(Report),
    /// Messages for the app, all of which it receives before the next frame.
    Messages(Vec<Msg>),
    /// A signal: a request to exit, to stop or to continue, or a notice that the terminal's size may have changed.
    Signal(i32),
    /// No more keys will arrive, for this reason.
    InputLost(io::Error),
}

impl From<Msg> for Event {
    fn from(message: Msg) -> Event {
        Event::Messages(vec![message])
    }
}
