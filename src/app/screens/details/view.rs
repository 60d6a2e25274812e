//! All numbers of one record or point, over the panels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::frame::header;
use crate::app::frame::layout::Panels;
use crate::app::screens::details::{BEFORE_NOTES, Details, NAMES, Row, VALUES};
use crate::app::view::View;
use crate::present::sentence::conclusion::place;
use crate::ui::panel::{block, draw_over, draw_scrolled};
use crate::ui::scroll::TEXT_COLUMNS;
use crate::ui::theme::{STRONG, Theme};

impl View for Details {
    fn size(&self, _app: &App, _room: Rect) -> (u16, usize) {
        (TEXT_COLUMNS, self.rows.len())
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let history = app.history();
        let title = match history.sweep(self.number).zip(self.configuration) {
            Some((sweep, at)) => {
                let plan = &sweep.sweep.plan.configurations[at];
                format!("{} · sweep #{}", place(plan), self.number)
            }
            None => history
                .get(self.number)
                .map(header::named)
                .unwrap_or_default(),
        };
        let inner = draw_over(&block(title, true, theme), area, buf);
        draw_scrolled(&self.rows, |row| line(row, theme), self.scroll, inner, buf);
    }
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
