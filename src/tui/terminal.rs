//! The terminal: set up once, and restored exactly once, however the program exits.

use std::{
    io::{self, Write},
    panic, process,
    sync::{Mutex, OnceLock},
    thread,
};

use ratatui::{
    Terminal, TerminalOptions, Viewport,
    backend::{Backend, ClearType, CrosstermBackend},
    layout::{Position, Rect, Size},
};

use crate::{engine::borrowed_terminal::BorrowedTerminal, shell};

/// Global, because a panic or a signal has to give the terminal back without the [`TerminalGuard`].
static TERMINAL: OnceLock<BorrowedTerminal> = OnceLock::new();
/// The panic messages of other threads, buffered while the terminal is set up.
static HELD_BACK: Mutex<Vec<String>> = Mutex::new(vec![]);

/// The columns and rows that are drawn at most. More than any screen has; what a terminal claims to have beyond them would
/// take memory without limit, and it stays empty.
const DRAWN_MAX: Size = Size::new(1_000, 400);

/// The alternate screen (1049), no cursor (25), and bracketed paste, which separates pasted text from keys (2004).
const TAKE: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h";
/// The same in reverse. A frame that was cut off may have left colours.
const LEAVE: &[u8] = b"\x1b[m\x1b[?1049l\x1b[?25h";
const RELEASE_PASTE: &[u8] = b"\x1b[?2004l";
/// Reports clicks and the wheel (1000), with coordinates of any size (1006). crossterm's mode would report every move
/// as well, and each report would wake the program beside the workers.
const TAKE_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
/// Leaves the mouse to the terminal, which uses it to select text.
const RELEASE_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Prepares what gives the terminal back. Call it before the zygote is forked, which does that if the program is killed.
///
/// # Errors
/// If the system refuses the memory.
pub fn prepare() -> io::Result<&'static BorrowedTerminal> {
    // The mouse is released in any case. Nothing else is changed: focus reports are never requested.
    let terminal = BorrowedTerminal::new([RELEASE_MOUSE, LEAVE].concat(), RELEASE_PASTE)?;
    Ok(TERMINAL.get_or_init(|| terminal))
}

/// The terminal, once it is prepared.
fn borrowed() -> Option<&'static BorrowedTerminal> {
    TERMINAL.get()
}

/// The terminal while it is set up. Dropping this restores it.
pub struct TerminalGuard {
    borrowed: &'static BorrowedTerminal,
    /// It has the size of the last [`fit`](TerminalGuard::fit).
    pub terminal: Terminal<CrosstermBackend<FrameWriter>>,
}

impl TerminalGuard {
    /// Sets up the terminal: raw mode, alternate screen, no cursor, bracketed paste, and the mouse if `mouse` is set.
    ///
    /// # Errors
    /// An error of the terminal, which is then restored.
    pub fn enter(borrowed: &'static BorrowedTerminal, mouse: bool) -> io::Result<TerminalGuard> {
        let nothing = TerminalOptions {
            viewport: Viewport::Fixed(Rect::ZERO),
        };
        let backend = CrosstermBackend::new(FrameWriter::default());
        let terminal = Terminal::with_options(backend, nothing)?;
        let mut screen = TerminalGuard { borrowed, terminal };
        screen.retake(mouse).map(|()| screen)
    }

    /// Sets up the terminal again after another program used it. Nothing is assumed about its modes.
    ///
    /// # Errors
    /// An error of the terminal.
    pub fn retake(&mut self, mouse: bool) -> io::Result<()> {
        self.borrowed.take()?;
        self.borrowed.write(TAKE)?;
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
        self.fit(size()?)
    }

    /// Draws on this many columns and rows from now on, on an empty screen.
    ///
    /// # Errors
    /// An error of the terminal.
    pub fn fit(&mut self, size: Size) -> io::Result<()> {
        self.terminal.backend_mut().clear_region(ClearType::All)?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }
}

/// The columns and rows to draw on.
///
/// # Errors
/// If there is no terminal.
pub fn size() -> io::Result<Size> {
    let (columns, rows) = shell::terminal::size()?;
    Ok(Size {
        width: columns.min(DRAWN_MAX.width),
        height: rows.min(DRAWN_MAX.height),
    })
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
        let ours = borrowed().filter(|terminal| terminal.is_ours());
        let written = ours.map_or(Ok(()), |terminal| terminal.write(&self.frame));
        self.frame.clear();
        written
    }
}

/// Turns mouse reports on or off.
///
/// # Errors
/// An error of the terminal.
pub fn listen_to_mouse(listen: bool) -> io::Result<()> {
    let sequence = if listen { TAKE_MOUSE } else { RELEASE_MOUSE };
    borrowed().map_or(Ok(()), |terminal| terminal.write(sequence))
}

/// From now on, until the terminal is taken again, the loop does not wait for a terminal that does not read.
pub fn hurry() {
    borrowed().inspect(|terminal| terminal.hurry());
}

/// Whether the loop does not wait for the terminal any more.
pub fn is_in_haste() -> bool {
    borrowed().is_some_and(BorrowedTerminal::is_in_haste)
}

/// Restores the terminal, if it is set up.
pub fn leave() {
    borrowed().inspect(|terminal| terminal.give_back());
}

/// Restores the terminal even if the loop is stuck.
pub fn leave_at_once() {
    borrowed().inspect(|terminal| terminal.give_back_at_once());
}

/// The terminal is gone, so nobody has to restore it.
pub fn forget() {
    borrowed().inspect(|terminal| terminal.forget());
}

/// Restores the terminal before a panic of the loop's thread is reported. Panics of other threads, including those that
/// are caught, leave it alone; their messages would spoil the screen, so they are buffered. Forked children inherit the
/// hook and must not touch the terminal either.
pub fn restore_on_panic() {
    let (ui_process, ui_thread) = (process::id(), thread::current().id());
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let ours = process::id() == ui_process && borrowed().is_some_and(BorrowedTerminal::is_ours);
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
