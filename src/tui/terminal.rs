//! The terminal: set up once, and restored exactly once, however the program exits.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::{fd::AsFd, unix::fs::OpenOptionsExt},
    panic, process,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::termios::{FlushArg, tcflush},
};
use ratatui::{Terminal, backend::CrosstermBackend, layout::Rect};

/// Whether this program has set up the terminal. Global, because a panic or a signal has to restore it without the
/// [`TerminalGuard`].
static OURS: AtomicBool = AtomicBool::new(false);
/// The panic messages of other threads, buffered while the terminal is set up.
static HELD_BACK: Mutex<Vec<String>> = Mutex::new(vec![]);

/// The alternate screen (1049), no cursor (25), and bracketed paste, which separates pasted text from keys (2004).
const TAKE: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h";
const LEAVE: &[u8] = b"\x1b[?2004l\x1b[?1049l\x1b[?25h";
/// Reports clicks and the wheel (1000), with coordinates of any size (1006). crossterm's mode would report every move
/// as well, and each report would wake the program beside the workers.
const TAKE_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
/// Leaves the mouse to the terminal, which uses it to select text.
const RELEASE_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// The terminal while it is set up. Dropping this restores it.
pub struct TerminalGuard {
    /// It notices a change of its size when a frame is drawn.
    pub terminal: Terminal<CrosstermBackend<FrameWriter>>,
}

impl TerminalGuard {
    /// Sets up the terminal: raw mode, alternate screen, no cursor, bracketed paste, and the mouse if `mouse` is set.
    ///
    /// # Errors
    /// An error of the terminal, which is then restored.
    pub fn enter(mouse: bool) -> io::Result<TerminalGuard> {
        let terminal = Terminal::new(CrosstermBackend::new(FrameWriter::default()))?;
        let mut screen = TerminalGuard { terminal };
        screen.retake(mouse).map(|()| screen)
    }

    /// Sets up the terminal again after another program used it. Nothing is assumed about its modes.
    ///
    /// # Errors
    /// An error of the terminal.
    pub fn retake(&mut self, mouse: bool) -> io::Result<()> {
        // crossterm does nothing if raw mode is on according to its own state, although a shell may have changed that
        // meanwhile.
        disable_raw_mode()?;
        enable_raw_mode()?;
        OURS.store(true, Ordering::SeqCst);
        write_all(TAKE)?;
        if mouse {
            listen_to_mouse(true)?;
        }
        self.forget()
    }

    /// Discards the known contents of the terminal, so that the next frame is drawn completely. (`Terminal::clear` must
    /// not be used: it asks the terminal for the position of the cursor, and waits two seconds for an answer that the
    /// input thread has read.)
    ///
    /// # Errors
    /// An error of the terminal.
    pub fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal
            .resize(Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        leave();
    }
}

/// Collects a frame and writes it at once. A frame that is not flushed is never written, because half a frame must not
/// follow the sequences that restore the terminal.
#[derive(Debug, Default)]
pub struct FrameWriter {
    frame: Vec<u8>,
}

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // The destructor of ratatui shows the cursor, which is already visible then.
        let written = if OURS.load(Ordering::SeqCst) {
            write_all(&self.frame)
        } else {
            Ok(())
        };
        self.frame.clear();
        written
    }
}

/// Writes to the terminal, past the buffer of `io::stdout`, which splits a frame at each line end. Waits if another
/// program has left the terminal in non-blocking mode.
fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    let stdout = io::stdout();
    while !bytes.is_empty() {
        match nix::unistd::write(stdout.as_fd(), bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => {
                poll(
                    &mut [PollFd::new(stdout.as_fd(), PollFlags::POLLOUT)],
                    PollTimeout::NONE,
                )?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Turns mouse reports on or off.
///
/// # Errors
/// An error of the terminal.
pub fn listen_to_mouse(listen: bool) -> io::Result<()> {
    write_all(if listen { TAKE_MOUSE } else { RELEASE_MOUSE })
}

/// The sequences that restore the screen and the mouse; they do no harm if mouse reports were never on. Nothing else
/// was changed: focus reports are never requested.
fn leaving() -> Vec<u8> {
    [RELEASE_MOUSE, LEAVE].concat()
}

/// Restores the terminal, if it is set up.
pub fn leave() {
    if OURS.swap(false, Ordering::SeqCst) {
        // The mode first, because a stalled terminal may block the write for ever. Errors mean that the terminal is
        // gone.
        let _ = disable_raw_mode();
        let _ = write_all(&leaving());
    }
}

/// Restores the terminal as far as possible without ever waiting, while another thread may be stuck in a write to it.
pub fn leave_without_waiting() {
    let _ = disable_raw_mode();
    // Non-blocking mode belongs to the open file, which the user's shell shares, so the terminal is opened a second
    // time.
    let again = |path| {
        OpenOptions::new()
            .write(true)
            .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
            .open(path)
    };
    if let Ok(mut terminal) = again("/proc/self/fd/1").or_else(|_| again("/dev/tty")) {
        // Discards what waits to be shown, which also makes room for the few bytes that matter.
        let _ = tcflush(&terminal, FlushArg::TCOFLUSH);
        let _ = terminal.write_all(&leaving());
    }
}

/// Restores the terminal before a panic of the loop's thread is reported. Panics of other threads, including those that
/// are caught, leave it alone; their messages would spoil the screen, so they are buffered. Forked children inherit the
/// hook and must not touch the terminal either.
pub fn restore_on_panic() {
    let (ui_process, ui_thread) = (process::id(), thread::current().id());
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let ours = process::id() == ui_process && OURS.load(Ordering::SeqCst);
        if ours && thread::current().id() != ui_thread {
            if let Ok(mut held_back) = HELD_BACK.try_lock() {
                held_back.push(info.to_string());
            }
            return;
        }
        if ours {
            leave();
        }
        report(info);
    }));
}

/// Prints the panic messages of background threads that were buffered while the explorer owned the terminal. Call this
/// once the terminal has been restored.
pub fn print_held_back() {
    if let Ok(mut held_back) = HELD_BACK.lock() {
        for message in held_back.drain(..) {
            let _ = writeln!(io::stderr(), "pconc-tui: {message}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_leaving_nothing_more_is_written() {
        let mut writer = FrameWriter::default();
        writer.write_all(b"half a frame").unwrap();
        writer.flush().unwrap();
        assert!(writer.frame.is_empty());
    }
}
