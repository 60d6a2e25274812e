//! Reads keys and the mouse on a thread of its own, so that they are never waited for and never polled.
//!
//! The terminal is read here and not by crossterm, whose reader keeps an unfinished sequence for ever: no key works any
//! more after it. Time is looked at only while something is unfinished.

mod parser;
mod sequences;

use std::{io, os::fd::AsFd, sync::mpsc::Sender, thread, time::Duration};

use nix::errno::Errno;
use parser::Parser;
use signal_hook::consts::SIGCONT;

use super::event::{Event, Input};
use crate::{
    domain::time::Nanos,
    engine::{
        clock,
        latch::{Latch, wait_readable},
        os,
    },
    shell::thread::spawn,
};

/// As much as a terminal gives at once.
const AT_ONCE: usize = 4096;
/// How long to wait before a terminal that has nothing to read, although it says so, is asked again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);
const NANOS_PER_MS: Nanos = 1_000_000;

/// Sends what the user does, for as long as the program lives.
///
/// # Errors
/// One sentence.
pub fn listen(events: Sender<Event>) -> Result<(), String> {
    let problem = |error: io::Error| format!("cannot listen to the keyboard: {error}");
    let keyboard = Keyboard {
        events,
        parser: Parser::default(),
        heard: clock::now(),
        continued: Latch::opened_by(SIGCONT).map_err(problem)?,
    };
    spawn("input", move || keyboard.listen()).map_err(problem)
}

/// The terminal's input.
struct Keyboard {
    events: Sender<Event>,
    parser: Parser,
    /// When something was read last.
    heard: Nanos,
    /// Opens when the program goes on after it was stopped.
    continued: Latch,
}

impl Keyboard {
    fn listen(mut self) {
        // The key that stops a run of thousands of threads must not wait for its turn behind them.
        os::request_short_time_slices();
        while self.step().is_some() {}
    }

    /// Waits for what happens next, and tells it; `None` once nobody listens any more, or nothing more can be read.
    fn step(&mut self) -> Option<()> {
        let stdin = io::stdin();
        let [typed, continued] =
            wait_readable([stdin.as_fd(), self.continued.as_fd()], self.pause());
        if continued {
            self.continued.close();
            // What was typed before the stop is no part of what is typed now.
            self.parser = Parser::default();
        }
        if typed {
            return self.read();
        }
        if self.pause() == Some(0) {
            // The rest of what is unfinished has not come in time.
            let given_up = self.parser.give_up();
            return self.tell(given_up);
        }
        Some(())
    }

    /// How long to wait at most, in milliseconds; `None`: for ever, as nothing is unfinished.
    fn pause(&self) -> Option<u16> {
        let left = (self.heard + self.parser.patience()?).saturating_sub(clock::now());
        Some(u16::try_from(left.div_ceil(NANOS_PER_MS)).unwrap_or(u16::MAX))
    }

    fn read(&mut self) -> Option<()> {
        let mut bytes = [0; AT_ONCE];
        match nix::unistd::read(io::stdin(), &mut bytes) {
            // In a mode that another program left it in, or at its end, which somebody else watches for.
            Ok(0) | Err(Errno::EAGAIN) => thread::sleep(BETWEEN_LOOKS),
            Ok(read) => {
                self.heard = clock::now();
                let inputs = self.parser.read_block(&bytes[..read]);
                return self.tell(inputs);
            }
            Err(Errno::EINTR) => {}
            Err(error) => {
                let _ = self.events.send(Event::InputLost(error.into()));
                return None;
            }
        }
        Some(())
    }

    fn tell(&self, inputs: impl IntoIterator<Item = Input>) -> Option<()> {
        let send = |input| self.events.send(Event::Input(input)).ok();
        inputs.into_iter().try_for_each(send)
    }
}
