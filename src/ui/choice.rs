//! Stepping through choices, either up to an end or round and round.

/// The choice `by` places after `now`, or the last or first one.
pub(crate) fn stepped<T: Copy + PartialEq>(all: &[T], now: T, by: isize) -> T {
    let at = all.iter().position(|one| *one == now).unwrap_or(0);
    all[at.saturating_add_signed(by).min(all.len() - 1)]
}

/// The place `by` places after `at` among `count` places. The first place comes after the last.
pub(crate) fn round(at: usize, by: isize, count: usize) -> usize {
    (at.cast_signed() + by)
        .rem_euclid(count.cast_signed())
        .unsigned_abs()
}

/// The next one or the one before.
pub(crate) fn neighbour<T: Copy + PartialEq>(all: &[T], now: T, next: bool) -> T {
    let at = all.iter().position(|one| *one == now).unwrap_or(0);
    all[round(at, if next { 1 } else { -1 }, all.len())]
}
