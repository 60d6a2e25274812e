//! What lies over the panels.

use crate::app::command::Context;
use crate::app::screens::export::form::Exporting;
use crate::app::screens::reading::Topic;
use crate::ui::scroll::Scroll;
use crate::ui::window::Window;

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
    pub(crate) fn renumber(&mut self, follow: &impl Fn(&mut usize)) {
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
