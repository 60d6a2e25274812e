//! Steps through choices, either to an end or in a circle.

/// The choice `by` places after `now`; at the ends, the last or the first one.
pub(crate) fn stepped<T: Copy + PartialEq>(all: &[T], now: T, by: isize) -> T {
    let at = all.iter().position(|one| *one == now).unwrap_or(0);
    all[at.saturating_add_signed(by).min(all.len() - 1)]
}

/// The index `by` places after `at` among `count` choices, in a circle.
pub(crate) fn round(at: usize, by: isize, count: usize) -> usize {
    (at.cast_signed() + by)
        .rem_euclid(count.cast_signed())
        .unsigned_abs()
}

/// The next choice or the previous one.
pub(crate) fn neighbour<T: Copy + PartialEq>(all: &[T], now: T, next: bool) -> T {
    let at = all.iter().position(|one| *one == now).unwrap_or(0);
    all[round(at, if next { 1 } else { -1 }, all.len())]
}
