//! Ends the program on request, even if the loop is stuck, and handles stopping and continuing.
//!
//! Normally the loop ends the program in order: terminal, run, zygote. These threads do not rely on it, and do not let it
//! wait for a stalled terminal.

use std::{os::fd::AsFd, sync::mpsc::Sender, thread, time::Duration};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::{event::Event, terminal};
use crate::shell::{
    signals::{self, ENDING, SIGCONT, SIGHUP, SIGTSTP, SIGWINCH, exit_code, exit_now},
    thread::spawn,
};

/// The time limit for the loop to end the program. Stopping a run takes up to half a second of that.
const PATIENCE: Duration = Duration::from_secs(2);
/// The interval at which the terminal is checked in addition to waiting for it, in milliseconds: some drivers do not
/// wake the waiting thread.
const LOOK_EVERY_MS: u16 = 1_000;

/// Sends signals to the loop. If the loop does not end the program in time, this thread does.
///
/// # Errors
/// If that is not possible; the message is one sentence.
pub fn listen(events: Sender<Event>) -> Result<(), String> {
    let handled = [ENDING, &[SIGTSTP, SIGCONT, SIGWINCH]].concat();
    signals::listen(&handled, move |signal| {
        if ![SIGCONT, SIGWINCH].contains(&signal) {
            // The loop may wait for a terminal that does not read.
            terminal::hurry();
        }
        let _ = events.send(Event::Signal(signal));
        if !ENDING.contains(&signal) {
            return;
        }
        // The process usually exits during this sleep, and this thread with it.
        thread::sleep(PATIENCE);
        terminal::leave_at_once();
        exit_now(exit_code(signal));
    })
}

/// Ends the program when its terminal is gone: nobody can see it any more, and a destructor that writes to a dead
/// terminal panics. Zygote and workers notice by themselves that the program is gone.
///
/// # Errors
/// If that is not possible; the message is one sentence.
pub fn watch_terminal() -> Result<(), String> {
    let watch = || {
        wait_for_hang_up();
        terminal::forget();
        exit_now(exit_code(SIGHUP));
    };
    spawn("terminal", watch).map_err(|error| format!("cannot watch the terminal: {error}"))
}

fn wait_for_hang_up() {
    let stdin = std::io::stdin();
    let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
    loop {
        // No event is requested: hang-ups are always reported.
        let mut terminal = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
        // An interrupted wait is not a reason to stop watching.
        if poll(&mut terminal, PollTimeout::from(LOOK_EVERY_MS)).is_ok()
            && let Some(events) = terminal[0].revents()
            && events.intersects(gone)
        {
            return;
        }
    }
}
