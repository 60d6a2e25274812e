//! Dividing areas of the screen.

use ratatui::layout::Rect;

pub use crate::ui::scroll::cells;

/// The index of the first of `rows` in view if there is room for `room` of them. The selected row is in the middle if
/// possible.
pub fn first_around(cursor: usize, rows: usize, room: usize) -> usize {
    cursor
        .saturating_sub(room / 2)
        .min(rows.saturating_sub(room))
}

/// The first rows of an area, and the rows below them.
pub fn split_above(area: Rect, above: u16) -> (Rect, Rect) {
    split_below(area, area.height.saturating_sub(above))
}

/// An area without its last rows, and those rows.
pub fn split_below(area: Rect, below: u16) -> (Rect, Rect) {
    let below = below.min(area.height);
    let (height, y) = (area.height - below, area.bottom() - below);
    let below = Rect {
        y,
        height: below,
        ..area
    };
    (Rect { height, ..area }, below)
}

/// The first columns of an area, and the columns beside them.
pub fn split_left(area: Rect, left: u16) -> (Rect, Rect) {
    let width = left.min(area.width);
    let right = Rect {
        x: area.x + width,
        width: area.width - width,
        ..area
    };
    (Rect { width, ..area }, right)
}

/// A rectangle of at most this size in the middle of `area`.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}
