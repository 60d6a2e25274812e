//! Waiting for a descriptor without ever being deaf to the stop pipe.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::NextTimeout;

use super::Hooks;
use super::error::Fault;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// There is something to read, or the other side has ended.
    Read,
    /// There is room to write, or a connection is made or refused.
    Write,
}

/// The moment at which a wait ends in vain; None is never.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Option<Instant>);

impl Deadline {
    /// What is left of ureq's time, from now.
    pub(super) fn of(timeout: NextTimeout) -> Self {
        let finite = !timeout.after.is_not_happening();
        Self(
            finite
                .then(|| Instant::now().checked_add(*timeout.after))
                .flatten(),
        )
    }

    /// Half of the time from now to this deadline.
    pub(super) fn halved(self) -> Self {
        Self(self.0.map(|at| {
            let now = Instant::now();
            now + at.saturating_duration_since(now) / 2
        }))
    }

    fn is_over(self) -> bool {
        self.0.is_some_and(|at| Instant::now() >= at)
    }

    /// The rest as `poll` takes it: in whole milliseconds, rounded up lest it spin through the last one.
    fn poll_timeout(self) -> libc::c_int {
        let Some(at) = self.0 else { return -1 };
        let left = at.saturating_duration_since(Instant::now());
        let rounded_up = left + Duration::from_nanos(999_999);
        rounded_up
            .as_millis()
            .try_into()
            .unwrap_or(libc::c_int::MAX)
    }
}

/// How one worker waits: what stops it, and what is called around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiter {
    stop: RawFd,
    hooks: Hooks,
}

/// Calls the second hook when it is dropped, so that not even a panic leaves a pair open.
struct Outside(fn());

impl Drop for Outside {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl Waiter {
    pub(super) fn new(stop: RawFd, hooks: Hooks) -> Self {
        Self { stop, hooks }
    }

    /// Calls `call`, which may block, between the hooks. Not to be nested.
    pub(super) fn outside<T>(&self, call: impl FnOnce() -> T) -> T {
        (self.hooks.before)();
        let _outside = Outside(self.hooks.after);
        call()
    }

    /// Waits until `fd` is ready. Belongs into [`Waiter::outside`].
    ///
    /// # Errors
    ///
    /// [`Fault::Cancelled`] as soon as the stop pipe says so, even when `fd` is ready: otherwise a fast server
    /// could keep a cancelled worker busy. [`Fault::TimedOut`] at the deadline.
    pub(super) fn until_ready(
        &self,
        fd: BorrowedFd<'_>,
        readiness: Readiness,
        deadline: Deadline,
    ) -> Result<(), Fault> {
        let events = match readiness {
            Readiness::Read => libc::POLLIN,
            Readiness::Write => libc::POLLOUT,
        };
        let mut fds = [
            entry(self.stop, libc::POLLIN),
            entry(fd.as_raw_fd(), events),
        ];
        loop {
            poll(&mut fds, deadline.poll_timeout()).map_err(Fault::Io)?;
            // Hang-up and error count as well: they are all that is ever reported of a closed end.
            if fds[0].revents != 0 {
                return Err(Fault::Cancelled);
            }
            if fds[1].revents != 0 {
                return Ok(());
            }
            if deadline.is_over() {
                return Err(Fault::TimedOut);
            }
        }
    }
}

fn entry(fd: RawFd, events: libc::c_short) -> libc::pollfd {
    libc::pollfd {
        fd,
        events,
        revents: 0,
    }
}

/// `poll`, where an interruption by a signal is a wait that has ended early.
///
/// This is libc's and not nix's because `stop` is borrowed as a number: nix wants a promise that it is open,
/// where `poll` itself only reports when it is not.
fn poll(fds: &mut [libc::pollfd; 2], timeout_ms: libc::c_int) -> io::Result<()> {
    // SAFETY: the pointer and the length are those of an array that is exclusively borrowed for the call.
    let ready = unsafe { libc::poll(fds.as_mut_ptr(), 2, timeout_ms) };
    if ready >= 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    if error.kind() != io::ErrorKind::Interrupted {
        return Err(error);
    }
    // The kernel leaves the results alone then, and they may be those of the wait before.
    fds.iter_mut().for_each(|fd| fd.revents = 0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;

    use super::*;

    const HANG: Duration = Duration::from_secs(30);

    fn within(limit: Duration) -> Deadline {
        Deadline(Some(Instant::now() + limit))
    }

    #[test]
    fn a_ready_descriptor_ends_the_wait() {
        let (stop, _keep) = io::pipe().unwrap();
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"x").unwrap();
        let waiter = Waiter::new(stop.as_raw_fd(), Hooks::NONE);
        assert!(
            waiter
                .until_ready(reader.as_fd(), Readiness::Read, within(HANG))
                .is_ok()
        );
    }

    #[test]
    fn the_stop_pipe_goes_before_a_ready_descriptor() {
        let (stop, mut stopper) = io::pipe().unwrap();
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"x").unwrap();
        stopper.write_all(b"x").unwrap();
        let waiter = Waiter::new(stop.as_raw_fd(), Hooks::NONE);
        let ended = waiter.until_ready(reader.as_fd(), Readiness::Read, within(HANG));
        assert!(matches!(ended, Err(Fault::Cancelled)), "{ended:?}");
    }

    #[test]
    fn a_stop_pipe_whose_writer_is_gone_cancels() {
        let (stop, stopper) = io::pipe().unwrap();
        let (reader, _writer) = io::pipe().unwrap();
        drop(stopper);
        let waiter = Waiter::new(stop.as_raw_fd(), Hooks::NONE);
        let ended = waiter.until_ready(reader.as_fd(), Readiness::Read, within(HANG));
        assert!(matches!(ended, Err(Fault::Cancelled)), "{ended:?}");
    }

    #[test]
    fn the_deadline_ends_a_wait_in_vain_and_never_early() {
        let (stop, _keep) = io::pipe().unwrap();
        let (reader, _writer) = io::pipe().unwrap();
        let waiter = Waiter::new(stop.as_raw_fd(), Hooks::NONE);
        let start = Instant::now();
        let ended = waiter.until_ready(
            reader.as_fd(),
            Readiness::Read,
            within(Duration::from_millis(15)),
        );
        assert!(matches!(ended, Err(Fault::TimedOut)), "{ended:?}");
        assert!(start.elapsed() >= Duration::from_millis(15));
    }

    #[test]
    fn the_second_hook_is_called_even_after_a_panic() {
        use std::sync::atomic::{AtomicU32, Ordering};
        static AFTER: AtomicU32 = AtomicU32::new(0);
        let hooks = Hooks {
            before: || {},
            after: || _ = AFTER.fetch_add(1, Ordering::Relaxed),
        };
        let waiter = Waiter::new(-1, hooks);
        let result = std::panic::catch_unwind(|| waiter.outside(|| panic!("on purpose")));
        assert!(result.is_err());
        assert_eq!(AFTER.load(Ordering::Relaxed), 1);
    }
}
