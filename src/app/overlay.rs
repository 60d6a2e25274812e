//! What lies over the panels.

use super::command::Context;
use super::exporting::form::Exporting;
use super::reading::Topic;
use super::timeline::Window;

/// What lies over the panels; only one thing at a time does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The form, where it has no panel of its own.
    Form,
    /// Keys, phases, words and signs.
    Help {
        /// Where the user was, innermost first: what works there is told first.
        here: &'static [Context],
        /// What comes back when it is closed.
        over: Option<Box<Overlay>>,
        /// How far it is scrolled.
        scroll: Scroll,
    },
    /// What the numbers and marks of a panel mean.
    Explanation {
        /// Which panel's, or which overlay's.
        topic: Topic,
        /// What comes back when it is closed.
        over: Option<Box<Overlay>>,
        /// How far it is scrolled.
        scroll: Scroll,
    },
    /// All numbers of one record.
    Details {
        /// Which.
        number: usize,
        /// How far it is scrolled.
        scroll: Scroll,
    },
    /// Runs on one time axis.
    Comparison {
        /// Which runs, in ascending order.
        numbers: Vec<usize>,
        /// How far its table is scrolled.
        scroll: Scroll,
        /// The stretch of time in view, unless it is all of it.
        zoom: Option<Window>,
    },
    /// The columns of the history, to choose from and to sort by.
    Columns,
    /// The interpreters of this machine, to choose from.
    Pythons {
        /// The cursor, counted among those that can be used.
        row: usize,
    },
    /// The form for a sweep.
    SweepForm,
    /// All runs and numbers of one point of a sweep.
    Point {
        /// Of which sweep.
        number: usize,
        /// Which configuration of its plan.
        configuration: usize,
        /// How far it is scrolled.
        scroll: Scroll,
    },
    /// The form that writes a file to share.
    Export(Box<Exporting>),
}

impl Overlay {
    /// How far it is scrolled, if it can be.
    pub fn scroll_mut(&mut self) -> Option<&mut Scroll> {
        match self {
            Overlay::Help { scroll, .. }
            | Overlay::Explanation { scroll, .. }
            | Overlay::Details { scroll, .. }
            | Overlay::Point { scroll, .. }
            | Overlay::Comparison { scroll, .. } => Some(scroll),
            _ => None,
        }
    }

    /// Follows runs that have other numbers now.
    pub(super) fn renumber(&mut self, follow: &impl Fn(&mut usize)) {
        match self {
            Overlay::Help {
                over: Some(over), ..
            }
            | Overlay::Explanation {
                over: Some(over), ..
            } => over.renumber(follow),
            Overlay::Details { number, .. } | Overlay::Point { number, .. } => follow(number),
            Overlay::Comparison { numbers, .. } => {
                numbers.iter_mut().for_each(follow);
                numbers.sort_unstable();
            }
            _ => {}
        }
    }

    /// What it lies over and gives back when it is closed.
    pub fn closed(self) -> Option<Overlay> {
        match self {
            Overlay::Help { over, .. } | Overlay::Explanation { over, .. } => {
                over.map(|over| *over)
            }
            _ => None,
        }
    }
}

/// Which rows of a text are in view, counted from the end of it that was gone to last: whoever is at its end stays there
/// when the screen becomes larger or smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scroll {
    /// So many rows are above the view.
    FromTop(u16),
    /// So many rows are below the view.
    FromEnd(u16),
}

/// The widest that one column of text gets, with its frame: longer lines are hard to read.
pub const TEXT_COLUMNS: u16 = 84;
impl Default for Scroll {
    fn default() -> Scroll {
        Scroll::FromTop(0)
    }
}

impl Scroll {
    /// The first row of `rows` to draw where `room` rows fit.
    pub fn first(self, rows: usize, room: u16) -> u16 {
        let last = u16::try_from(rows).unwrap_or(u16::MAX).saturating_sub(room);
        match self {
            Scroll::FromTop(above) => above.min(last),
            Scroll::FromEnd(below) => last.saturating_sub(below),
        }
    }

    /// Moves down by so many rows, in a text that has `most` outside of the view.
    pub fn by(&mut self, rows: isize, most: u16) {
        type Anchor = fn(u16) -> Scroll;
        let (near, far, now, down): (Anchor, Anchor, _, _) = match *self {
            Scroll::FromTop(above) => (Scroll::FromTop, Scroll::FromEnd, above, rows),
            Scroll::FromEnd(below) => (Scroll::FromEnd, Scroll::FromTop, below, -rows),
        };
        // The screen may have grown since.
        let moved = usize::from(now.min(most)).saturating_add_signed(down);
        let moved = u16::try_from(moved).unwrap_or(u16::MAX);
        *self = if moved < most { near(moved) } else { far(0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_back_from_either_end_is_seen() {
        let mut scroll = Scroll::default();
        let first = |scroll: Scroll| scroll.first(50, 20);
        scroll.by(1 << 24, 30);
        assert_eq!(first(scroll), 30);
        scroll.by(1, 30);
        scroll.by(-1, 30);
        assert_eq!(first(scroll), 29);
        scroll.by(-(1 << 24), 30);
        scroll.by(-1, 30);
        scroll.by(1, 30);
        assert_eq!(first(scroll), 1);
        (0..40).for_each(|_| scroll.by(1, 30));
        scroll.by(-1, 30);
        assert_eq!(first(scroll), 29);
    }

    #[test]
    fn on_a_screen_that_has_grown_the_first_step_back_is_seen_too() {
        let mut scroll = Scroll::FromTop(28);
        scroll.by(-1, 10);
        assert_eq!(scroll.first(50, 40), 9);
    }
}
