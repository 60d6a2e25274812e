//! Which rows of a text are in view.

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
/// Rows of the screen that are not a text's: its borders, and the footer.
pub const FRAME_ROWS: u16 = 3;
/// Columns that are not a text's: borders and the blanks beside them.
const FRAME_COLUMNS: u16 = 4;

/// So many rows or columns; where there are more than any screen has, as many as can be.
pub fn cells(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// The columns inside a frame of so many.
pub fn inside(frame: u16) -> u16 {
    frame.saturating_sub(FRAME_COLUMNS)
}

impl Default for Scroll {
    fn default() -> Scroll {
        Scroll::FromTop(0)
    }
}

impl Scroll {
    /// The first row of `rows` to draw where `room` rows fit.
    pub fn first(self, rows: usize, room: u16) -> u16 {
        let last = cells(rows).saturating_sub(room);
        match self {
            Scroll::FromTop(above) => above.min(last),
            Scroll::FromEnd(below) => last.saturating_sub(below),
        }
    }

    /// Moves down by so many rows, in a text of so many lines on a screen of so many rows.
    pub fn in_text(&mut self, by: isize, lines: usize, rows: u16) {
        let lines = cells(lines);
        self.by(by, lines.saturating_sub(rows.saturating_sub(FRAME_ROWS)));
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
