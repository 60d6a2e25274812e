//! Reads keys and the mouse on a thread of its own, so that they are never waited for and never polled.
//!
//! The terminal is read here and not by crossterm, whose reader keeps an unfinished sequence for ever: no key works any
//! more after it. Time is looked at only while something is unfinished.

mod parser;
mod sequences;

use std::io;
use std::os::fd::AsFd;
use std::sync::mpsc::{SendError, Sender};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use signal_hook::consts::{SIGCONT, SIGWINCH};

use super::event::Event;
use crate::domain::time::Nanos;
use crate::engine::latch::{Latch, wait_readable};
use crate::engine::{clock, os};
use parser::Parser;

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
    let keyboard = Keyboard::new(events).map_err(problem)?;
    let thread = thread::Builder::new()
        .name("input".into())
        .spawn(move || keyboard.listen());
    thread.map(drop).map_err(problem)
}

/// The terminal's input.
struct Keyboard {
    events: Sender<Event>,
    parser: Parser,
    /// When something was read last.
    heard: Nanos,
    /// Opens when the size of the terminal changes.
    resized: Latch,
    /// Opens when the program goes on after it was stopped.
    continued: Latch,
}

/// Nobody listens any more.
struct Unheard;

impl From<SendError<Event>> for Unheard {
    fn from(_: SendError<Event>) -> Unheard {
        Unheard
    }
}

impl Keyboard {
    fn new(events: Sender<Event>) -> io::Result<Keyboard> {
        let opened_by = |signal| -> io::Result<Latch> {
            let latch = Latch::new()?;
            signal_hook::low_level::pipe::register(signal, latch.opener()?)?;
            Ok(latch)
        };
        let (resized, continued) = (opened_by(SIGWINCH)?, opened_by(SIGCONT)?);
        Ok(Keyboard {
            events,
            parser: Parser::default(),
            heard: clock::now(),
            resized,
            continued,
        })
    }

    fn listen(mut self) {
        // The key that stops a run of thousands of threads must not wait for its turn behind them.
        os::ask_for_short_turns();
        while self.step().is_ok() {}
    }

    /// Waits for what happens next, and tells it.
    fn step(&mut self) -> Result<(), Unheard> {
        let stdin = io::stdin();
        let [typed, resized, continued] = wait_readable(
            [stdin.as_fd(), self.resized.as_fd(), self.continued.as_fd()],
            self.pause(),
        );
        if continued {
            self.continued.close();
            // What was typed before the stop is no part of what is typed now.
            self.parser = Parser::default();
        }
        if resized {
            self.resized.close();
            self.events.send(Event::Resized)?;
        }
        if typed {
            self.read()
        } else {
            self.give_up_in_time()
        }
    }

    /// How long to wait at most, in milliseconds; `None`: for ever, as nothing is unfinished.
    fn pause(&self) -> Option<u16> {
        let left = (self.heard + self.parser.patience()?).saturating_sub(clock::now());
        Some(u16::try_from(left.div_ceil(NANOS_PER_MS)).unwrap_or(u16::MAX))
    }

    fn read(&mut self) -> Result<(), Unheard> {
        let mut bytes = [0; AT_ONCE];
        match nix::unistd::read(io::stdin(), &mut bytes) {
            // In a mode that another program left it in, or at its end, which somebody else watches for.
            Ok(0) | Err(Errno::EAGAIN) => thread::sleep(BETWEEN_LOOKS),
            Ok(read) => {
                self.heard = clock::now();
                for input in self.parser.read_block(&bytes[..read]) {
                    self.events.send(Event::Input(input))?;
                }
            }
            Err(Errno::EINTR) => {}
            Err(error) => {
                self.events.send(Event::InputLost(error.into()))?;
                return Err(Unheard);
            }
        }
        Ok(())
    }

    /// Gives up what is unfinished if its rest has not come in time.
    fn give_up_in_time(&mut self) -> Result<(), Unheard> {
        if self.pause() == Some(0)
            && let Some(input) = self.parser.give_up()
        {
            self.events.send(Event::Input(input))?;
        }
        Ok(())
    }
}
