//! What the loop hears.

use std::io;

use crate::{app::message::Msg, engine::session::Report, ui::key::Key};

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
    /// The run goes on, or ends.
    Report(Report),
    /// The app has to hear this, all of it before the next frame.
    Tell(Vec<Msg>),
    /// A signal asks the program to end or to stop, lets it go on, or says that the terminal may have another size.
    Signal(i32),
    /// There will be no more keys.
    InputLost(io::Error),
}

impl From<Msg> for Event {
    fn from(message: Msg) -> Event {
        Event::Tell(vec![message])
    }
}
