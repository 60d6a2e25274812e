//! All numbers of one record, over the panels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::frame::header;
use crate::app::frame::layout::Panels;
use crate::app::screens::details::{BEFORE_NOTES, Details, NAMES, Row, VALUES};
use crate::app::view::View;
use crate::ui::panel::{block, draw_over, draw_scrolled};
use crate::ui::scroll::{Scroll, TEXT_COLUMNS};
use crate::ui::theme::{STRONG, Theme};

impl View for Details {
    fn size(&self, _app: &App, _room: Rect) -> (u16, usize) {
        (TEXT_COLUMNS, self.rows.len())
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        if let Some(entry) = app.history().get(self.number) {
            draw(
                &header::named(entry),
                &self.rows,
                self.scroll,
                theme,
                area,
                buf,
            );
        }
    }
}

/// Rows of numbers below a title.
pub fn draw(title: &str, rows: &[Row], scroll: Scroll, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_over(&block(title, true, theme), area, buf);
    draw_scrolled(rows, |row| line(row, theme), scroll, inner, buf);
}

fn line(row: &Row, theme: Theme) -> Line<'_> {
    let (names, values) = (usize::from(NAMES), usize::from(VALUES));
    let number = |value: &str| Span::styled(format!("{value:>values$}  "), STRONG);
    match row {
        Row::Strong(text) => Line::styled(text.as_str(), STRONG),
        Row::Number { name, value, note } => Line::from(vec![
            Span::raw(format!("{name:<names$}")),
            number(value),
            Span::raw(note.as_str()),
        ]),
        Row::Phase { phase, value, note } => Line::from(vec![
            Span::styled(
                format!("{} ", phase.description().mark),
                theme.phase(*phase),
            ),
            Span::raw(format!("{:<width$}", phase.name(), width = names - 2)),
            number(value),
            Span::raw(note.as_str()),
        ]),
        Row::More(note) => Line::from(format!("{}{note}", " ".repeat(usize::from(BEFORE_NOTES)))),
        Row::Plain(text) => Line::raw(text.as_str()),
        Row::Failure(text) => Line::styled(text.as_str(), theme.error()),
        Row::Empty => Line::default(),
    }
}
