//! A latch opens once and wakes every waiter, in threads and in forked processes alike.
//!
//! It is a pipe with one byte that is never read, so `poll` finds it readable from then on, for any number of pollers.
//! Unlike a futex, it can be waited for together with a socket, and it works on every Unix.

use std::{
    ffi::c_int,
    io::{self, PipeReader, PipeWriter, Read, Write},
    os::fd::{AsFd, BorrowedFd},
};

use nix::{
    errno::Errno,
    fcntl::{FcntlArg, OFlag, fcntl},
    poll::{PollFd, PollFlags, PollTimeout, poll},
};

/// Closed until it is opened.
#[derive(Debug)]
pub struct Latch {
    reader: PipeReader,
    /// Writing a byte into it opens the latch. A program that inherits the descriptor can do the same.
    pub writer: PipeWriter,
}

impl Latch {
    /// A closed latch. Make it before the zygote is forked, so that the workers inherit it.
    ///
    /// # Errors
    /// If the system has no file descriptors left.
    pub fn new() -> io::Result<Latch> {
        let (reader, writer) = io::pipe()?;
        for end in [reader.as_fd(), writer.as_fd()] {
            fcntl(end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        Ok(Latch { reader, writer })
    }

    /// A latch that opens whenever this signal arrives.
    ///
    /// # Errors
    /// If the system has no file descriptors left, or the signal cannot be handled.
    pub fn opened_by(signal: c_int) -> io::Result<Latch> {
        let latch = Latch::new()?;
        signal_hook::low_level::pipe::register(signal, latch.writer.try_clone()?)?;
        Ok(latch)
    }

    /// Opens the latch. Opening it again has no effect.
    pub fn open(&self) {
        // A full pipe (EAGAIN) is already open. The reader lives as long as the writer.
        let _ = (&self.writer).write(&[1]);
    }

    /// Closes the latch again. Call it only when no thread or process waits for it any more.
    pub fn close(&self) {
        let mut bytes = [0; 64];
        while matches!((&self.reader).read(&mut bytes), Ok(1..)) {}
    }
}

impl AsFd for Latch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}

/// Waits until one of `descriptors` is readable or hung up, for at most `timeout_ms` (`None`: for ever). Returns for
/// each whether it is. All are false after the timeout or a signal.
pub fn wait_readable<const N: usize>(
    descriptors: [BorrowedFd<'_>; N],
    timeout_ms: Option<u16>,
) -> [bool; N] {
    let awaited = descriptors.map(|fd| (fd, PollFlags::POLLIN));
    wait(awaited, timeout_ms.into()).unwrap_or([false; N])
}

/// Waits until one of the descriptors is ready for the awaited event, or hung up. Returns for each whether it is. All
/// are false after the timeout or a signal.
///
/// # Errors
/// If the system refuses to poll.
pub fn wait<const N: usize>(
    awaited: [(BorrowedFd<'_>, PollFlags); N],
    timeout: PollTimeout,
) -> io::Result<[bool; N]> {
    let mut polled = awaited.map(|(fd, events)| PollFd::new(fd, events));
    match poll(&mut polled, timeout) {
        Ok(1..) => Ok(polled.map(|fd| fd.any().unwrap_or(true))),
        Ok(_) | Err(Errno::EINTR) => Ok([false; N]),
        Err(error) => Err(error.into()),
    }
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
    fn a_pipe_whose_writer_is_gone_is_ready() {
        let (reader, writer) = io::pipe().unwrap();
        assert_eq!(wait_readable([reader.as_fd()], Some(0)), [false]);
        drop(writer);
        assert_eq!(wait_readable([reader.as_fd()], Some(0)), [true]);
    }

    #[test]
    fn opening_wakes_all_waiters() {
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
