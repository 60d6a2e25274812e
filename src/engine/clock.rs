//! The clocks of all measurements.

use std::{
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::time::TimeSpec,
    time::{ClockId, clock_gettime},
};

use super::os;
use crate::domain::time::Nanos;

/// Nanoseconds of the monotonic clock, which is the same in all threads and processes of the machine
/// (`CLOCK_MONOTONIC`; CPython's `time.monotonic_ns`). 20–50 ns per call.
pub fn now() -> Nanos {
    read(ClockId::CLOCK_MONOTONIC)
}

/// CPU time of the calling thread. It agrees with the kernel's own switch records to 0.3 %. 0.3–0.4 µs per call.
pub fn thread_cpu() -> Nanos {
    read(ClockId::CLOCK_THREAD_CPUTIME_ID)
}

/// How long the machine has been suspended since boot.
pub fn suspended() -> Nanos {
    read(os::BOOT_CLOCK).saturating_sub(now())
}

/// Checks a condition every few milliseconds, for at most `limit`. Returns whether it became true.
pub fn wait_until(limit: Duration, mut has_come: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    while !has_come() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

/// The CPU time of the thread that created it, readable from any other thread. The thread that starts a run also
/// displays it, which costs CPU time.
pub struct CpuWatch {
    clock: ClockId,
    begun: Nanos,
}

impl CpuWatch {
    /// Measures the calling thread from now on.
    pub fn start() -> CpuWatch {
        CpuWatch {
            clock: os::thread_cpu_clock(),
            begun: thread_cpu(),
        }
    }

    /// CPU time since the start; 0 once the thread has exited.
    pub fn taken(&self) -> Nanos {
        clock_gettime(self.clock).map_or(0, |time| nanos(time).saturating_sub(self.begun))
    }
}

fn read(clock: ClockId) -> Nanos {
    nanos(clock_gettime(clock).expect("the system has these clocks, and the address is valid"))
}

/// These clocks start at zero at boot or thread start, so they are never negative, and 64 bits last 584 years.
fn nanos(time: TimeSpec) -> Nanos {
    time.tv_sec() as Nanos * 1_000_000_000 + time.tv_nsec() as Nanos
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_clock_advances_while_computing_and_never_faster_than_time() {
        let (wall, cpu) = (now(), thread_cpu());
        while thread_cpu() < cpu + 1_000_000 {
            std::hint::spin_loop();
        }
        let computed = thread_cpu() - cpu;
        assert!(
            computed <= now() - wall + 1_000_000,
            "no thread gets more CPU time than time"
        );
    }

    #[test]
    fn another_thread_can_read_the_cpu_time_of_this_one() {
        let watch = CpuWatch::start();
        let begun = thread_cpu();
        while thread_cpu() < begun + 2_000_000 {
            std::hint::spin_loop();
        }
        let taken = std::thread::spawn(move || watch.taken()).join().unwrap();
        assert!(taken >= 2_000_000, "{taken}");
    }
}
