//! The rows of a text that are in view.

/// Which rows of a text are in view, counted from the end to which the user scrolled last. A reader at the end of a
/// text stays there when the screen grows or shrinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scroll {
    /// This many rows are above the view.
    FromTop(u16),
    /// This many rows are below the view.
    FromEnd(u16),
}

/// The maximum width of one column of text, with its frame. Longer lines are hard to read.
pub const TEXT_COLUMNS: u16 = 84;
/// The number of rows of the screen that a text cannot use: its borders and the footer.
pub const FRAME_ROWS: u16 = 3;
/// The number of columns that a text cannot use: borders and the spaces beside them.
const FRAME_COLUMNS: u16 = 4;

/// A number of rows or columns, limited to what a screen can have.
pub fn cells(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// The columns inside a frame of this width.
pub fn inside(frame: u16) -> u16 {
    frame.saturating_sub(FRAME_COLUMNS)
}

impl Default for Scroll {
    fn default() -> Scroll {
        Scroll::FromTop(0)
    }
}

impl Scroll {
    /// The first of `rows` to draw if `room` rows fit.
    pub fn first(self, rows: usize, room: u16) -> u16 {
        let last = cells(rows).saturating_sub(room);
        match self {
            Scroll::FromTop(above) => above.min(last),
            Scroll::FromEnd(below) => last.saturating_sub(below),
        }
    }

    /// Moves down by `by` rows in a text of `lines` lines, on a screen of `rows` rows.
    pub fn in_text(&mut self, by: isize, lines: usize, rows: u16) {
        let lines = cells(lines);
        self.by(by, lines.saturating_sub(rows.saturating_sub(FRAME_ROWS)));
    }

    /// Moves down by `rows` rows in a text that has `most` rows out of view.
    pub fn by(&mut self, rows: isize, most: u16) {
        type Anchor = fn(u16) -> Scroll;
        let (near, far, now, down): (Anchor, Anchor, _, _) = match *self {
            Scroll::FromTop(above) => (Scroll::FromTop, Scroll::FromEnd, above, rows),
            Scroll::FromEnd(below) => (Scroll::FromEnd, Scroll::FromTop, below, -rows),
        };
        // The screen may have grown in the meantime.
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
