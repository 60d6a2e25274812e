//! What lies over the panels.

use super::App;
use super::command::Context;
use super::reading::{self, Line, Topic};

use crate::domain::history::Entry;
use crate::domain::verdict;

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
        /// The differences in one sentence, computed when it was opened.
        sentence: String,
        /// How far its table is scrolled.
        scroll: Scroll,
    },
}

impl Overlay {
    /// How far it is scrolled, if it can be.
    pub fn scroll_mut(&mut self) -> Option<&mut Scroll> {
        match self {
            Overlay::Form => None,
            Overlay::Help { scroll, .. }
            | Overlay::Explanation { scroll, .. }
            | Overlay::Details { scroll, .. }
            | Overlay::Comparison { scroll, .. } => Some(scroll),
        }
    }

    /// What it lies over and gives back when it is closed.
    #[must_use]
    pub fn closed(self) -> Option<Overlay> {
        match self {
            Overlay::Help { over, .. } | Overlay::Explanation { over, .. } => over.map(|over| *over),
            Overlay::Form | Overlay::Details { .. } | Overlay::Comparison { .. } => None,
        }
    }
}

/// A text that lies over the panels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What it is.
    pub title: String,
    /// How wide it is with its frame, in columns.
    pub width: u16,
    /// Its rows, broken for that width.
    pub lines: Vec<Line>,
    /// How far it is scrolled.
    pub scroll: Scroll,
}

/// Which rows of a text are in view, counted from the end of it that was gone to last: only the screen knows exactly how
/// long it is, and from either end the first step back must be seen at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scroll {
    /// So many rows are above the view.
    FromTop(u16),
    /// So many rows are below the view.
    FromEnd(u16),
}

/// The widest that one column of text gets, with its frame: longer lines are hard to read.
const ONE_COLUMN: u16 = 84;
/// The widest that two columns get, with their frame.
const TWO_COLUMNS: u16 = 164;
/// From so many columns on, a screen has room for two columns of text.
const ROOM_FOR_TWO: u16 = 112;
/// Columns that are not the text's: borders, a space beside each, and the one that says where the text goes on.
const FRAME_COLUMNS: u16 = 5;
/// Rows of a comparison's table: at most its heading, what is missing, five numbers and each phase.
const TABLE_ROWS: u16 = 14;
/// Rows of the details without the texts: at most so many numbers, phases and headings.
const NUMBER_ROWS: usize = 32;
/// Rows that are not the text's: borders and footer.
const FRAME: u16 = 3;

impl Default for Scroll {
    fn default() -> Scroll {
        Scroll::FromTop(0)
    }
}

impl Scroll {
    /// The first row of `rows` to draw where `room` rows fit.
    #[must_use]
    pub fn first(self, rows: usize, room: u16) -> u16 {
        let last = u16::try_from(rows).unwrap_or(u16::MAX).saturating_sub(room);
        match self {
            Scroll::FromTop(above) => above.min(last),
            Scroll::FromEnd(below) => last.saturating_sub(below),
        }
    }

    /// Moves down by so many rows, in a text that has no more than `most` outside of the view.
    pub fn by(&mut self, rows: isize, most: u16) {
        let (now, down) = match *self {
            Scroll::FromTop(above) => (above, rows),
            Scroll::FromEnd(below) => (below, -rows),
        };
        let moved = isize::try_from(now).unwrap_or(isize::MAX).saturating_add(down);
        let is_from_top = matches!(self, Scroll::FromTop(_));
        *self = match u16::try_from(moved.max(0)).unwrap_or(u16::MAX) {
            far if far >= most => {
                if is_from_top {
                    Scroll::FromEnd(0)
                } else {
                    Scroll::FromTop(0)
                }
            }
            above if is_from_top => Scroll::FromTop(above),
            below => Scroll::FromEnd(below),
        };
    }
}

impl App {
    /// At most so many rows of the text that lies over the panels are outside of the view.
    pub(super) fn most_hidden_rows(&self) -> u16 {
        let rows = match &self.overlay {
            None | Some(Overlay::Form) => 0,
            Some(Overlay::Help { .. } | Overlay::Explanation { .. }) => {
                let rows = self.reading().map_or(0, |reading| reading.lines.len());
                u16::try_from(rows).unwrap_or(u16::MAX)
            }
            // It shares the room with a picture.
            Some(Overlay::Comparison { .. }) => return TABLE_ROWS,
            Some(Overlay::Details { number, .. }) => {
                u16::try_from(self.history.get(*number).map_or(0, most_rows)).unwrap_or(u16::MAX)
            }
        };
        rows.saturating_sub(self.size.1.saturating_sub(FRAME))
    }

    /// The help or the explanation that lies over the panels, as this screen has room for it.
    #[must_use]
    pub fn reading(&self) -> Option<Reading> {
        let columns = self.size.0;
        let reading = |title: String, width: u16, text: &dyn Fn(u16) -> Vec<Line>, scroll: Scroll| {
            let width = width.min(columns);
            Some(Reading { title, width, lines: text(width.saturating_sub(FRAME_COLUMNS)), scroll })
        };
        match self.overlay.as_ref()? {
            Overlay::Help { here, scroll, .. } => {
                let width = if columns < ROOM_FOR_TWO { ONE_COLUMN } else { TWO_COLUMNS };
                reading("Help".into(), width, &|width| reading::help(here, width), *scroll)
            }
            Overlay::Explanation { topic, scroll, .. } => {
                let title = format!("{} · what it says and how it was measured", topic.name());
                reading(title, ONE_COLUMN, &|width| reading::explanation(self, *topic, width), *scroll)
            }
            Overlay::Form | Overlay::Details { .. } | Overlay::Comparison { .. } => None,
        }
    }
}

/// At most so many rows tell all about a run.
fn most_rows(entry: &Entry) -> usize {
    // Two lines of a wrapped text are together longer than the narrowest line, of 50 characters.
    let wrapped = |characters: usize| (characters.min(300) + 20) / 25 + 1;
    let record = &entry.record;
    let verdict = verdict::concluded(record, entry.speedup).chars().count() / 25 + 1;
    let caveats = record.caveats.iter().map(|caveat| wrapped(caveat.text.chars().count())).sum::<usize>();
    let errors = record.tasks.iter().flatten().filter_map(|task| task.error.as_ref());
    NUMBER_ROWS
        + verdict
        + caveats
        + errors.take(20).map(|error| wrapped(error.chars().count())).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_back_from_either_end_is_seen() {
        let mut scroll = Scroll::default();
        let first = |scroll: Scroll| scroll.first(50, 20);
        scroll.by(1 << 24, 80);
        assert_eq!(first(scroll), 30);
        scroll.by(1, 80);
        scroll.by(-1, 80);
        assert_eq!(first(scroll), 29, "although the app took the text for longer than it is");
        scroll.by(-(1 << 24), 80);
        scroll.by(-1, 80);
        scroll.by(1, 80);
        assert_eq!(first(scroll), 1);
        (0..40).for_each(|_| scroll.by(1, 30));
        scroll.by(-1, 30);
        assert_eq!(first(scroll), 29);
    }
}
