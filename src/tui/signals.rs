//! Ends the program when it is told to, also while the loop cannot listen, and lets it stop and go on.
//!
//! The loop ends it in order: terminal, run, zygote. But the loop may be stuck in a write to a terminal that has
//! stalled, so these threads do not rely on it.

use std::{os::fd::AsFd, sync::mpsc::Sender, thread, time::Duration};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::{event::Event, terminal};
use crate::shell::{
    signals::{self, SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH, exit_code, exit_now},
    thread::spawn,
};

/// How long the loop may take to end in order: stopping a run takes it up to half a second.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the terminal is looked at besides waiting for it, in milliseconds: some drivers do not wake the waiter.
const LOOK_EVERY_MS: u16 = 1_000;

/// Sends signals to the loop. Those that end the program end it without the loop if that takes too long.
///
/// # Errors
/// One sentence.
pub fn listen(events: Sender<Event>) -> Result<(), String> {
    signals::listen(
        &[SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH],
        move |signal| {
            let _ = events.send(Event::Signal(signal));
            if [SIGTSTP, SIGCONT, SIGWINCH].contains(&signal) {
                return;
            }
            // The process usually ends during this sleep, and this thread with it.
            thread::sleep(PATIENCE);
            terminal::leave_without_waiting();
            exit_now(exit_code(signal));
        },
    )
}

/// Ends the program when its terminal is gone: nobody can see it any more, and a destructor that writes
/// to a dead terminal panics. The zygote notices by itself, and so do the workers.
///
/// # Errors
/// One sentence.
pub fn watch_terminal() -> Result<(), String> {
    let watch = || {
        wait_for_hang_up();
        exit_now(exit_code(SIGHUP));
    };
    spawn("terminal", watch).map_err(|error| format!("cannot watch the terminal: {error}"))
}

fn wait_for_hang_up() {
    let stdin = std::io::stdin();
    let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
    loop {
        // No event is asked for: hanging up is reported unasked.
        let mut terminal = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
        // An interrupted wait is no reason to stop watching.
        if poll(&mut terminal, PollTimeout::from(LOOK_EVERY_MS)).is_ok()
            && let Some(events) = terminal[0].revents()
            && events.intersects(gone)
        {
            return;
        }
    }
}
