//! What lies over the panels.

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

/// The first row in view of a text whose length only the screen knows: who draws it stops at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll(u16);

/// No overlay has more rows than this; it keeps a held key from scrolling far past the end.
const MOST: u16 = 120;

impl Scroll {
    /// The first row of `rows` to draw where `room` rows fit.
    #[must_use]
    pub fn first(self, rows: usize, room: u16) -> u16 {
        let last = u16::try_from(rows).unwrap_or(u16::MAX).saturating_sub(room);
        self.0.min(last)
    }

    /// Moves by so many rows.
    pub fn by(&mut self, rows: isize) {
        let moved = isize::from(i16::try_from(self.0).unwrap_or(i16::MAX)).saturating_add(rows);
        self.0 = u16::try_from(moved.clamp(0, isize::from(MOST.cast_signed()))).unwrap_or(0);
    }
}
