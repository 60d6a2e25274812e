//! Something that opens once and wakes everybody who waits for it, in threads and in forked processes alike.
//!
//! A pipe with one byte that nobody reads: `poll` finds it readable from then on, for as many pollers as there are. It
//! can be waited for together with a socket, which a futex cannot, and it works on every Unix.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Closed until somebody opens it.
#[derive(Debug)]
pub struct Latch {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Latch {
    /// A closed latch. Make it before the zygote is forked, so that workers inherit it.
    ///
    /// # Errors
    /// When the system has no file descriptors left.
    pub fn new() -> io::Result<Latch> {
        let (reader, writer) = nix::unistd::pipe()?;
        for end in [&reader, &writer] {
            // By fcntl, as macOS has no pipe2.
            fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
            fcntl(end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        Ok(Latch { reader, writer })
    }

    /// Opens it. Opening an open one changes nothing.
    pub fn open(&self) {
        // A full pipe (EAGAIN) is open already, and the reader is as old as the writer.
        let _ = nix::unistd::write(&self.writer, &[1]);
    }

    /// Closes it again; only when nobody waits for it any more.
    pub fn close(&self) {
        let mut bytes = [0; 64];
        while matches!(nix::unistd::read(&self.reader, &mut bytes), Ok(1..)) {}
    }

    /// A descriptor into which anybody may write to open it, as a signal handler does.
    ///
    /// # Errors
    /// When the system has no file descriptors left.
    pub fn opener(&self) -> io::Result<OwnedFd> {
        self.writer.try_clone()
    }

    /// The descriptor of [`Latch::opener`] itself, for a program that inherits it.
    pub fn writing_descriptor(&self) -> RawFd {
        self.writer.as_raw_fd()
    }

    /// The descriptor that becomes readable when the latch opens.
    pub fn descriptor(&self) -> RawFd {
        self.reader.as_raw_fd()
    }
}

impl AsFd for Latch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}

/// Waits until one of `descriptors` is readable or hung up, for at most `timeout_ms` (`None`: for ever). Tells for each
/// whether it is; none are when the time is over or a signal came.
pub fn wait_readable<const N: usize>(
    descriptors: [BorrowedFd<'_>; N],
    timeout_ms: Option<u16>,
) -> [bool; N] {
    let mut polled = descriptors.map(|fd| PollFd::new(fd, PollFlags::POLLIN));
    let timeout = timeout_ms.map_or(PollTimeout::NONE, PollTimeout::from);
    let count = poll(&mut polled, timeout).unwrap_or(0);
    let ready = |fd: &PollFd<'_>| fd.revents().is_some_and(|events| !events.is_empty());
    polled.map(|fd| count > 0 && ready(&fd))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_latch_lets_everybody_through_until_it_is_closed() {
        let latch = Latch::new().unwrap();
        assert_eq!(wait_readable([latch.as_fd()], Some(0)), [false]);
        latch.open();
        latch.open();
        for _ in 0..3 {
            assert_eq!(wait_readable([latch.as_fd()], None), [true]);
        }
        latch.close();
        assert_eq!(wait_readable([latch.as_fd()], Some(0)), [false]);
    }

    #[test]
    fn opening_wakes_all_who_wait() {
        let latch = Latch::new().unwrap();
        std::thread::scope(|scope| {
            let waiters: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| wait_readable([latch.as_fd()], Some(10_000))))
                .collect();
            latch.open();
            for waiter in waiters {
                assert_eq!(waiter.join().unwrap(), [true]);
            }
        });
    }
}
