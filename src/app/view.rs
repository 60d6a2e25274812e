//! How a screen is drawn that lies over the panels.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, frame::layout::Panels, message::Target},
    ui::theme::Theme,
};

/// How a screen is drawn that lies over the panels.
pub trait View {
    /// Its columns with its frame and its rows without, at most as many as there is room for.
    fn size(&self, app: &App, room: Rect) -> (u16, usize);

    /// Draws it with its frame, over these panels.
    fn draw(&self, app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer);

    /// What stands in this row of the screen, in the room inside its frame.
    fn target(&self, _app: &App, _inner: Rect, _row: u16) -> Option<Target> {
        None
    }
}
