//! The window of time in view. Zooming and panning are the same for one run and for several.

use crate::domain::time::Nanos;

/// The minimum length of a window, in nanoseconds. A cell is then far below the resolution of any measurement.
pub const SHORTEST: Nanos = 10_000;

/// A window of time, in nanoseconds since `t0`. It is never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The start of the window.
    pub from: Nanos,
    /// The end of the window.
    pub to: Nanos,
}

impl Window {
    /// The length of the window.
    pub fn span(self) -> Nanos {
        self.to - self.from
    }

    /// The moment at boundary `i` of `n` equal parts.
    pub fn boundary(self, i: u16, n: u16) -> Nanos {
        let part = u128::from(self.span()) * u128::from(i) / u128::from(n.max(1));
        self.from + u64::try_from(part).expect("a part of a span fits where the span does")
    }

    /// The index of the part, of `n` equal ones, in which a moment lies, if any.
    pub fn part_of(self, at: Nanos, n: u16) -> Option<u16> {
        let part = |at: Nanos| u128::from(at - self.from) * u128::from(n) / u128::from(self.span());
        (self.from..self.to)
            .contains(&at)
            .then(|| u16::try_from(part(at)).unwrap_or(u16::MAX))
    }

    /// The middle of the window.
    pub fn middle(self) -> Nanos {
        self.from.midpoint(self.to)
    }

    /// A window half as long, but at least `SHORTEST`. `at` keeps its place unless time after `end` would come into
    /// view.
    pub fn closer(self, at: Nanos, end: Nanos) -> Window {
        self.resized((self.span() / 2).max(SHORTEST.min(self.span())), at, end)
    }

    /// A window twice as long. `at` keeps its place unless time after `end` would come into view.
    pub fn wider(self, at: Nanos, end: Nanos) -> Window {
        self.resized(self.span().saturating_mul(2), at, end)
    }

    fn resized(self, span: Nanos, at: Nanos, end: Nanos) -> Window {
        let at = at.clamp(self.from, self.to);
        let before = u128::from(at - self.from) * u128::from(span) / u128::from(self.span());
        let before = u64::try_from(before).unwrap_or(u64::MAX);
        Window::starting_at(at.saturating_sub(before), span, end)
    }

    /// The window moved later or earlier by a quarter of its length, within 0 and `end`.
    pub fn panned(self, later: bool, end: Nanos) -> Window {
        let step = (self.span() / 4).max(1);
        let from = stepped(self.from, step, if later { 1 } else { -1 });
        Window::starting_at(from, self.span(), end)
    }

    /// A window of the same length with this moment in the middle, within 0 and `end`.
    pub fn centred(self, at: Nanos, end: Nanos) -> Window {
        Window::starting_at(at.saturating_sub(self.span() / 2), self.span(), end)
    }

    /// A window with half its length added on either side, within 0 and `end`.
    pub fn around(from: Nanos, to: Nanos, end: Nanos) -> Window {
        let span = ((to - from).saturating_mul(2)).max(SHORTEST);
        Window::starting_at(from.saturating_sub((span - (to - from)) / 2), span, end)
    }

    /// A window of length `span` that starts at `from`, or as late as `end` allows.
    fn starting_at(from: Nanos, span: Nanos, end: Nanos) -> Window {
        let from = from.min(end.saturating_sub(span));
        Window {
            from,
            to: from.saturating_add(span),
        }
    }
}

/// The moment `by` steps later, or earlier.
pub(crate) fn stepped(at: Nanos, step: Nanos, by: isize) -> Nanos {
    at.saturating_add_signed(step.cast_signed().saturating_mul(by as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_last_boundary_of_a_window_are_its_ends() {
        let window = Window {
            from: 10,
            to: Nanos::MAX,
        };
        assert_eq!(
            (window.boundary(0, 80), window.boundary(80, 80)),
            (10, Nanos::MAX)
        );
    }
}
