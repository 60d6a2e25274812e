//! Time as the program measures it: nanoseconds of a monotonic clock.

/// Nanoseconds. Inside a run they count from `t0`, the moment just before its first worker was created.
pub type Nanos = u64;

/// The interval at which a computing worker reads its CPU clock and stamps its lane, in nanoseconds of computing.
///
/// Events within one tick (a gap, a change of core) are placed with an error of at most one tick.
pub const TICK: Nanos = 1_000_000;

/// An open computing segment without a stamp for this long is drawn as `ready`, because the worker lost its core.
pub const STALE_AFTER: Nanos = 3 * TICK;

/// Nanoseconds as seconds.
pub fn seconds(nanos: Nanos) -> f64 {
    // Below 2^53 ns (104 days) the conversion is exact to the nanosecond.
    nanos as f64 / 1e9
}

/// Seconds as nanoseconds, rounded. Negative and absurd values are clamped.
pub fn nanos(seconds: f64) -> Nanos {
    (seconds * 1e9).round() as Nanos
}
