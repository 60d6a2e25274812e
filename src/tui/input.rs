//! Reads keys and the mouse on a separate thread, so that the loop neither waits for them nor polls.
//!
//! The terminal is read here and not by crossterm, whose reader keeps an unfinished sequence for ever, after which no
//! key works any more. Timeouts are used only while a sequence is unfinished.

mod parser;
mod sequences;

use std::{io, os::fd::AsFd, sync::mpsc::Sender, thread, time::Duration};

use nix::errno::Errno;
use parser::Parser;
use signal_hook::consts::SIGCONT;

use super::{
    event::{Event, Input},
    terminal,
};
use crate::{
    domain::time::Nanos,
    engine::{
        clock,
        latch::{Latch, wait_readable},
        os,
    },
    shell::thread::spawn,
    ui::key::Key,
};

/// The maximum number of bytes that a terminal delivers at once.
const AT_ONCE: usize = 4096;
/// The pause before reading again from a terminal that reports input but has none.
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);
const NANOS_PER_MS: Nanos = 1_000_000;

/// Sends the user's input, for as long as the program lives.
///
/// # Errors
/// If that is not possible; the message is one sentence.
pub fn listen(events: Sender<Event>) -> Result<(), String> {
    let problem = |error: io::Error| format!("cannot listen to the keyboard: {error}");
    let keyboard = Keyboard {
        events,
        parser: Parser::default(),
        last_read: clock::now(),
        continued: Latch::opened_by(SIGCONT).map_err(problem)?,
    };
    spawn("input", move || keyboard.listen()).map_err(problem)
}

/// The terminal's input.
struct Keyboard {
    events: Sender<Event>,
    parser: Parser,
    /// When something was last read.
    last_read: Nanos,
    /// Opens when the program continues after a stop.
    continued: Latch,
}

impl Keyboard {
    fn listen(mut self) {
        // The key that stops a run of thousands of threads must not wait behind them.
        os::request_short_time_slices();
        while self.step().is_some() {}
    }

    /// Waits for the next event and handles it; `None` if nothing receives input any more, or nothing more can be read.
    fn step(&mut self) -> Option<()> {
        let stdin = io::stdin();
        let [typed, continued] =
            wait_readable([stdin.as_fd(), self.continued.as_fd()], self.pause());
        if continued {
            self.continued.close();
            // What was typed before the stop is not part of what is typed now.
            self.parser = Parser::default();
        }
        if typed {
            return self.read();
        }
        if self.pause() == Some(0) {
            // The rest of the unfinished sequence has not arrived in time.
            let given_up = self.parser.give_up();
            return self.send(given_up);
        }
        Some(())
    }

    /// The maximum time to wait, in milliseconds; `None` if there is no limit, because no sequence is unfinished.
    fn pause(&self) -> Option<u16> {
        let left = (self.last_read + self.parser.patience()?).saturating_sub(clock::now());
        Some(u16::try_from(left.div_ceil(NANOS_PER_MS)).unwrap_or(u16::MAX))
    }

    fn read(&mut self) -> Option<()> {
        let mut bytes = [0; AT_ONCE];
        match nix::unistd::read(io::stdin(), &mut bytes) {
            // Another program left the terminal in non-blocking mode, or its input has ended. The latter is detected
            // elsewhere.
            Ok(0) | Err(Errno::EAGAIN) => thread::sleep(BETWEEN_LOOKS),
            Ok(read) => {
                self.last_read = clock::now();
                let inputs = self.parser.read_block(&bytes[..read]);
                return self.send(inputs);
            }
            Err(Errno::EINTR) => {}
            Err(error) => {
                let _ = self.events.send(Event::InputLost(error.into()));
                return None;
            }
        }
        Some(())
    }

    fn send(&self, inputs: impl IntoIterator<Item = Input>) -> Option<()> {
        let send = |input| {
            if input == Input::Key(Key::Ctrl('c')) {
                // It leaves, even if the loop waits for a terminal that does not read.
                terminal::hurry();
            }
            self.events.send(Event::Input(input)).ok()
        };
        inputs.into_iter().try_for_each(send)
    }
}
