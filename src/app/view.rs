//! The drawing of screens over the panels.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, frame::layout::Panels, message::ClickTarget},
    ui::{
        panel::{block, draw_over},
        theme::Theme,
        widget::form::FormView,
    },
};

/// Draws a screen over the panels.
pub trait View {
    /// The width in columns with the frame, and the height in rows without; at most the room that there is.
    fn size(&self, app: &App, room: Rect) -> (u16, usize);

    /// Draws the screen with its frame, over these panels.
    fn draw(&self, app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer);

    /// The target in this row of the screen, in the room inside the frame.
    fn target(&self, _app: &App, _inner: Rect, _row: u16) -> Option<ClickTarget> {
        None
    }
}

/// A form that lies over the panels.
pub trait FormOver {
    /// The form to draw.
    fn form<'a>(&'a self, app: &'a App) -> FormView<'a>;
}

impl<T: FormOver> View for T {
    fn size(&self, app: &App, _room: Rect) -> (u16, usize) {
        let form = self.form(app);
        (form.width, form.height())
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let form = self.form(app);
        let inner = draw_over(&block(form.title, true, theme), area, buf);
        form.draw(theme, inner, buf);
    }

    fn target(&self, app: &App, inner: Rect, row: u16) -> Option<ClickTarget> {
        self.form(app).row_at(inner, row).map(ClickTarget::FormRow)
    }
}
