//! A page of the lesson looks like the page of a claim.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, frame::layout::Panels, screens::lesson::page::LessonPage, view::View},
    ui::theme::Theme,
};

impl View for LessonPage {
    fn size(&self, app: &App, room: Rect) -> (u16, usize) {
        self.0.size(app, room)
    }

    fn draw(&self, app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer) {
        self.0.draw(app, theme, panels, area, buf);
    }
}
