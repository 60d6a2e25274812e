//! All runs and numbers of one point of a sweep, over the panels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::frame::layout::Panels;
use crate::app::screens::details::view::draw;
use crate::app::screens::point::PointDetails;
use crate::app::view::View;
use crate::present::sentence::conclusion::place;
use crate::ui::scroll::TEXT_COLUMNS;
use crate::ui::theme::Theme;

impl View for PointDetails {
    fn size(&self, _app: &App, _room: Rect) -> (u16, usize) {
        (TEXT_COLUMNS, self.rows.len())
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let Some(entry) = app.history().sweep(self.number) else {
            return;
        };
        let Some(plan) = entry.sweep.plan.configurations.get(self.configuration) else {
            return;
        };
        let title = format!("{} · sweep #{}", place(plan), self.number);
        draw(&title, &self.rows, self.scroll, theme, area, buf);
    }
}
