//! STAND-IN clocks.

use nix::time::{ClockId, clock_gettime};

use crate::domain::time::Nanos;

/// CPU time of the calling thread.
#[must_use]
pub fn thread_cpu() -> Nanos {
    read(ClockId::CLOCK_THREAD_CPUTIME_ID)
}

/// Time of the monotonic clock.
#[must_use]
pub fn now() -> Nanos {
    read(ClockId::CLOCK_MONOTONIC)
}

fn read(clock: ClockId) -> Nanos {
    let time = clock_gettime(clock).expect("these clocks exist on every system");
    time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64
}
