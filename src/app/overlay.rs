//! What lies over the panels.

use super::App;
use super::command::{BINDINGS, Context};

use crate::domain::history::Entry;
use crate::domain::shared_file;
use crate::domain::verdict;

/// What lies over the panels; only one thing at a time does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The form, where it has no panel of its own.
    Form,
    /// Keys and phases.
    Help(Scroll),
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
            Overlay::Help(scroll) | Overlay::Details { scroll, .. } | Overlay::Comparison { scroll, .. } => {
                Some(scroll)
            }
        }
    }
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

/// Rows of the help beside the keys: phases, words, signs and the empty rows between them.
const HELP_TEXT_ROWS: usize = 19;
/// Rows of a comparison's table: at most its heading, what is missing, five numbers and each phase.
const TABLE_ROWS: u16 = 14;
/// Rows of the details without the texts: at most so many numbers, phases and headings.
const NUMBER_ROWS: usize = 34;
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
            Some(Overlay::Help(_)) => help_rows(),
            // It shares the room with a picture.
            Some(Overlay::Comparison { .. }) => return TABLE_ROWS,
            Some(Overlay::Details { number, .. }) => {
                u16::try_from(self.history.get(*number).map_or(0, most_rows)).unwrap_or(u16::MAX)
            }
        };
        rows.saturating_sub(self.size.1.saturating_sub(FRAME))
    }
}

/// Rows of the help, as a test beside its picture makes sure.
#[must_use]
pub fn help_rows() -> u16 {
    let titles = Context::HEADINGS.iter().filter(|(_, title)| !title.is_empty()).count();
    u16::try_from(HELP_TEXT_ROWS + BINDINGS.len() + 2 * titles).unwrap_or(u16::MAX)
}

/// At most so many rows tell all about a run.
fn most_rows(entry: &Entry) -> usize {
    // Two lines of a wrapped text are together longer than the narrowest line, of 50 characters.
    let wrapped = |characters: usize| (characters.min(300) + 20) / 25 + 1;
    let record = &entry.record;
    let verdict = verdict::concluded(record, entry.speedup).chars().count() / 25 + 1;
    let caveats = record.caveats.iter().map(|caveat| wrapped(caveat.text.chars().count())).sum::<usize>();
    let file = record.shared_file.as_ref().map_or(0, |file| {
        let said = shared_file::sentence(file, &record.plan).chars().count();
        said / 25 + 1 + shared_file::spoilt(file).map_or(0, |said| said.chars().count() / 25 + 1)
    });
    let errors = record.tasks.iter().flatten().filter_map(|task| task.error.as_ref());
    NUMBER_ROWS
        + verdict
        + file
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
