//! Waiting for a descriptor without ever being deaf to the stop latch.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::poll::{PollFlags, PollTimeout};
use ureq::Timeout;
use ureq::unversioned::transport::{NextTimeout, RustlsConnector};

use super::Hooks;
use super::error::cancelled;
use crate::engine::latch::{Latch, wait};

/// More than any fetch has left.
const LONGEST: Duration = Duration::from_secs(1 << 20);

/// The moment at which a wait ends in vain, and what ureq is told then.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    at: Instant,
    reason: Timeout,
}

impl Deadline {
    /// What is left of ureq's time, from now.
    pub fn of(timeout: NextTimeout) -> Self {
        Self {
            at: Instant::now() + LONGEST.min(*timeout.after),
            reason: timeout.reason,
        }
    }

    fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Half of the time from now to this deadline.
    pub fn halved(self) -> Self {
        Self {
            at: Instant::now() + self.left() / 2,
            ..self
        }
    }
}

/// Blocks until the name is looked up. A parameter, so that the tests have names that never are.
pub type Lookup = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

/// How one worker reaches others: what stops its waits, what is called around them, who looks names up, and ureq's TLS.
#[derive(Clone, Debug)]
pub struct Waiter {
    /// Opens when the run is cancelled.
    pub stop: Arc<Latch>,
    /// Around each wait.
    pub hooks: Hooks,
    /// Who looks names up.
    pub lookup: Lookup,
    /// Reads its certificates once for all agents that it is given to.
    pub tls: Arc<RustlsConnector>,
}

/// Calls the second hook when it is dropped, so that not even a panic leaves a pair open.
struct Outside(fn());

impl Drop for Outside {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl Waiter {
    /// Calls `call`, which may block, between the hooks. Not to be nested.
    pub fn outside<T>(&self, call: impl FnOnce() -> T) -> T {
        (self.hooks.before)();
        let _outside = Outside(self.hooks.after);
        call()
    }

    /// Waits until `fd` is ready. Belongs into [`Waiter::outside`].
    ///
    /// # Errors
    ///
    /// [`cancelled`] as soon as the stop latch is open, even when `fd` is ready: otherwise a fast server
    /// could keep a cancelled worker busy. A timeout at the deadline.
    pub fn until_ready(
        &self,
        fd: BorrowedFd<'_>,
        readiness: PollFlags,
        deadline: Deadline,
    ) -> Result<(), ureq::Error> {
        loop {
            let left = deadline.left();
            // In whole milliseconds, rounded up lest it spin through the last one.
            let rounded_up = left + Duration::from_nanos(999_999);
            let timeout = PollTimeout::try_from(rounded_up).unwrap_or(PollTimeout::MAX);
            let awaited = [(self.stop.as_fd(), PollFlags::POLLIN), (fd, readiness)];
            match wait(awaited, timeout)? {
                [true, _] => return Err(cancelled()),
                [_, true] => return Ok(()),
                _ if left.is_zero() => return Err(ureq::Error::Timeout(deadline.reason)),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::super::error::is_cancelled;
    use super::*;
    use crate::engine::fetch::resolver::system_lookup;

    const HANG: Duration = Duration::from_secs(30);

    fn within(limit: Duration) -> Deadline {
        Deadline {
            at: Instant::now() + limit,
            reason: Timeout::Global,
        }
    }

    fn waiter(after: fn()) -> Waiter {
        let before = || {};
        Waiter {
            stop: Arc::new(Latch::new().unwrap()),
            hooks: Hooks { before, after },
            lookup: system_lookup,
            tls: Arc::default(),
        }
    }

    #[test]
    fn a_ready_descriptor_ends_the_wait() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"x").unwrap();
        let ended = waiter(|| {}).until_ready(reader.as_fd(), PollFlags::POLLIN, within(HANG));
        assert!(ended.is_ok());
    }

    #[test]
    fn the_stop_latch_goes_before_a_ready_descriptor() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"x").unwrap();
        let waiter = waiter(|| {});
        waiter.stop.open();
        let ended = waiter.until_ready(reader.as_fd(), PollFlags::POLLIN, within(HANG));
        assert!(is_cancelled(&ended.unwrap_err()));
    }

    #[test]
    fn the_deadline_ends_a_wait_in_vain_and_never_early() {
        let (reader, _writer) = io::pipe().unwrap();
        let start = Instant::now();
        let deadline = within(Duration::from_millis(15));
        let ended = waiter(|| {}).until_ready(reader.as_fd(), PollFlags::POLLIN, deadline);
        assert!(
            matches!(ended, Err(ureq::Error::Timeout(Timeout::Global))),
            "{ended:?}"
        );
        assert!(start.elapsed() >= Duration::from_millis(15));
    }

    #[test]
    fn the_second_hook_is_called_even_after_a_panic() {
        use std::sync::atomic::{AtomicU32, Ordering};
        static AFTER: AtomicU32 = AtomicU32::new(0);
        let waiter = waiter(|| _ = AFTER.fetch_add(1, Ordering::Relaxed));
        let panic = || waiter.outside(|| panic!("on purpose"));
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(panic));
        assert!(result.is_err());
        assert_eq!(AFTER.load(Ordering::Relaxed), 1);
    }
}
