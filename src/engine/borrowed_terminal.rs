//! The terminal while the explorer changes it, and how it is given back: by the explorer, however it ends, or by the
//! zygote if the explorer was killed.

use std::{
    cell::UnsafeCell,
    fs::{File, OpenOptions},
    io,
    num::NonZeroUsize,
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::OpenOptionsExt,
    },
    path::PathBuf,
    ptr::NonNull,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use nix::{
    errno::Errno,
    poll::PollFlags,
    sys::{
        mman::{MapFlags, ProtFlags, mmap_anonymous},
        signal::{SigHandler, Signal::SIGTTOU, signal},
        termios::{FlushArg, SetArg, Termios, cfmakeraw, tcflush, tcgetattr, tcsetattr},
    },
    unistd::{Pid, getpgid, getpgrp, getppid, tcgetpgrp, ttyname},
};

use super::{clock, latch::wait};
use crate::domain::time::Nanos;

/// The time limit for a terminal to read what restores it. Then the output that it has not read is discarded.
const PATIENCE: Nanos = 1_000_000_000;
/// The time limit after that.
const LAST_PATIENCE: Nanos = 100_000_000;
/// The interval at which a write to a terminal that does not read is reconsidered, in milliseconds.
const LOOK_MS: u16 = 20;
/// CAN ends an unfinished sequence: a frame may have been cut off anywhere.
const CANCEL: u8 = 0x18;
/// The terminal of the session. A process whose terminal is gone cannot open it.
const OF_SESSION: &str = "/dev/tty";

/// The terminal of the explorer.
#[derive(Debug)]
pub struct BorrowedTerminal {
    /// What restores the screen, the cursor, the colours and the mouse.
    undo: Vec<u8>,
    /// The same, and pastes, which a shell changes as well when it reads a line.
    undo_all: Vec<u8>,
    /// The process groups of the program and of its parent, which is usually a shell.
    groups: [Pid; 2],
    /// In memory that the zygote shares.
    state: NonNull<SharedState>,
    /// Whether this program has to give the terminal back.
    is_ours: AtomicBool,
    /// Whether the program has something more urgent to do than to wait for the terminal.
    in_haste: AtomicBool,
    output: OnceLock<File>,
}

// SAFETY: the shared state is never unmapped, and its modes are written only while the terminal is not taken.
unsafe impl Send for BorrowedTerminal {}
// SAFETY: as above.
unsafe impl Sync for BorrowedTerminal {}

#[derive(Debug)]
struct SharedState {
    is_taken: AtomicBool,
    /// The modes of the line before the program changed them, and those that it has set.
    modes: UnsafeCell<[libc::termios; 2]>,
}

impl BorrowedTerminal {
    /// A terminal that is not changed yet; `undo` restores the screen, the cursor, the colours and the mouse, and `undo_paste`
    /// pastes. Call it before the zygote is forked.
    ///
    /// # Errors
    /// If the system refuses the memory.
    pub fn new(mut undo: Vec<u8>, undo_paste: &[u8]) -> io::Result<BorrowedTerminal> {
        undo.insert(0, CANCEL);
        let length = NonZeroUsize::new(size_of::<SharedState>()).expect("it has fields");
        let read_write = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new anonymous map cannot affect other code. It is aligned to a page, and zeros are valid for all its fields.
        let state = unsafe { mmap_anonymous(None, length, read_write, MapFlags::MAP_SHARED) }?;
        Ok(BorrowedTerminal {
            undo_all: [&undo, undo_paste].concat(),
            undo,
            groups: [getpgrp(), getpgid(Some(getppid())).unwrap_or(getpgrp())],
            state: state.cast(),
            is_ours: AtomicBool::new(false),
            in_haste: AtomicBool::new(false),
            output: OnceLock::new(),
        })
    }

    fn state(&self) -> &SharedState {
        // SAFETY: mapped in `new` for the life of the process.
        unsafe { self.state.as_ref() }
    }

    fn modes(&self) -> [Termios; 2] {
        // SAFETY: written only by `take` of the loop's thread before `is_taken` is set, and read only after that.
        unsafe { *self.state().modes.get() }.map(Termios::from)
    }

    fn remember(&self, modes: [Termios; 2]) {
        // SAFETY: as above.
        unsafe { *self.state().modes.get() = modes.map(libc::termios::from) };
    }

    /// Switches the line to raw mode. After another program used the terminal, call it again; it assumes nothing.
    ///
    /// # Errors
    /// An error of the terminal.
    pub fn take(&self) -> io::Result<()> {
        let stdin = io::stdin();
        self.in_haste.store(false, SeqCst);
        if !self.is_ours() {
            let before = tcgetattr(&stdin)?;
            let mut raw = before.clone();
            cfmakeraw(&mut raw);
            self.remember([before, raw]);
            self.state().is_taken.store(true, SeqCst);
            self.is_ours.store(true, SeqCst);
        }
        let [_, raw] = self.modes();
        tcsetattr(&stdin, SetArg::TCSANOW, &raw)?;
        Ok(())
    }

    /// Whether the program has to give the terminal back.
    pub fn is_ours(&self) -> bool {
        self.is_ours.load(SeqCst)
    }

    /// From now on, until the terminal is taken again, a write fails that would have to wait.
    pub fn hurry(&self) {
        self.in_haste.store(true, SeqCst);
    }

    /// Whether writes that would have to wait fail.
    pub fn is_in_haste(&self) -> bool {
        self.in_haste.load(SeqCst)
    }

    /// Writes to the terminal, past the buffer of `io::stdout`, which splits a frame at each line end.
    ///
    /// # Errors
    /// An error of the terminal.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        write(self.output()?, bytes, || !self.is_in_haste())
    }

    /// The terminal, opened a second time for writes that never block: that mode belongs to the open file, which the user's
    /// shell shares.
    fn output(&self) -> io::Result<&File> {
        if let Some(output) = self.output.get() {
            return Ok(output);
        }
        let stdout = io::stdout();
        let named = ttyname(&stdout).into_iter();
        let opened = named.chain([PathBuf::from(OF_SESSION)]).find_map(open);
        let output = match opened {
            Some(output) => output,
            None => File::from(stdout.as_fd().try_clone_to_owned()?),
        };
        Ok(self.output.get_or_init(|| output))
    }

    /// Gives the terminal back, if it is taken. A terminal that does not read delays this by a second or so.
    pub fn give_back(&self) {
        if self.is_ours.swap(false, SeqCst) {
            self.restore(PATIENCE);
        }
    }

    /// Gives the terminal back although another thread may be stuck in doing so.
    pub fn give_back_at_once(&self) {
        if self.state().is_taken.load(SeqCst) {
            self.restore(LAST_PATIENCE);
        }
    }

    fn restore(&self, patience: Nanos) {
        let [before, _] = self.modes();
        // The modes first, because nothing delays them. Errors mean that the terminal is gone.
        let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &before);
        if let Ok(output) = self.output() {
            undo_within(patience, output, &self.undo_all);
        }
        self.forget();
    }

    /// The terminal is as it was, or it is gone.
    pub fn forget(&self) {
        self.state().is_taken.store(false, SeqCst);
    }

    /// Gives the terminal back in place of the program, which was killed; called by the zygote. A terminal that another job
    /// uses by now is left alone, and so are modes that a shell has set meanwhile.
    pub fn give_back_for_the_dead(&self) {
        if !self.state().is_taken.load(SeqCst) {
            return;
        }
        // Otherwise the kernel stops a process of the background that changes the terminal.
        // SAFETY: ignoring a signal runs no code.
        let _ = unsafe { signal(SIGTTOU, SigHandler::SigIgn) };
        let Some(terminal) = open(PathBuf::from(OF_SESSION)) else {
            return;
        };
        if !tcgetpgrp(&terminal).is_ok_and(|user| self.groups.contains(&user)) {
            return;
        }
        let [before, raw] = self.modes();
        let undo = if tcgetattr(&terminal).is_ok_and(|now| now == raw) {
            let _ = tcsetattr(&terminal, SetArg::TCSANOW, &before);
            &self.undo_all
        } else {
            &self.undo
        };
        undo_within(PATIENCE, &terminal, undo);
    }
}

fn open(terminal: PathBuf) -> Option<File> {
    let mut options = OpenOptions::new();
    let options = options
        .write(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    options.open(terminal).ok()
}

/// Writes what restores a terminal. If the terminal does not read it in time, what it has not read before is discarded.
fn undo_within(patience: Nanos, terminal: &File, undo: &[u8]) {
    let write_within = |limit| {
        let until = clock::now() + limit;
        write(terminal, undo, || clock::now() < until)
    };
    if write_within(patience).is_err() {
        let _ = tcflush(terminal, FlushArg::TCOFLUSH);
        let _ = write_within(LAST_PATIENCE);
    }
}

/// Writes everything, as long as `may_wait` allows to wait for a terminal that does not read.
fn write(output: &File, mut bytes: &[u8], may_wait: impl Fn() -> bool) -> io::Result<()> {
    let ready: [(BorrowedFd<'_>, PollFlags); 1] = [(output.as_fd(), PollFlags::POLLOUT)];
    while !bytes.is_empty() {
        match nix::unistd::write(output, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) if may_wait() => {
                wait(ready, LOOK_MS.into())?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
