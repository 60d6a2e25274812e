//! Texts over the panels: the help, what the numbers of a screen mean, and all numbers of a run.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, frame::layout::Panels, screens::reading::TextScreen, view::View},
    ui::{
        panel::{block, draw_over, draw_scrolled, read},
        theme::Theme,
    },
};

impl View for TextScreen {
    /// The frame is as tall as its text, so that a short text leaves the panels visible.
    fn size(&self, _app: &App, _room: Rect) -> (u16, usize) {
        (self.width, self.lines.len())
    }

    fn draw(&self, _app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let inner = draw_over(&block(&*self.title, true, theme), area, buf);
        draw_scrolled(&self.lines, |row| read(row, theme), self.scroll, inner, buf);
    }
}
