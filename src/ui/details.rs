//! All numbers of one record.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::header::describe;
use super::layout::centred;
use super::panel::{block, draw_over, draw_scrolled};
use super::theme::{Theme, mark};
use crate::app::App;
use crate::app::details::{BEFORE_NOTES, NAMES, Row, VALUES, rows};
use crate::app::overlay::{Scroll, TEXT_COLUMNS};

/// Where they lie over the panels: as high as they are long, so that few of them leave the panels in sight.
pub fn area(app: &App, number: usize, area: Rect) -> Rect {
    let width = TEXT_COLUMNS.min(area.width);
    // The borders, a blank beside each, and the column that says where the text goes on.
    let text = app.history().get(number).map_or(0, |entry| rows(entry, width.saturating_sub(5)).len());
    centred(area, width, u16::try_from(text + 2).unwrap_or(u16::MAX))
}

/// All numbers of one record, over the panels.
pub fn overlay(app: &App, number: usize, scroll: Scroll, theme: Theme, area: Rect, buf: &mut Buffer) {
    let Some(entry) = app.history().get(number) else { return };
    let title = format!("#{number} {}", describe(&entry.record.plan));
    let inner = draw_over(&block(title, true, theme), area, buf);
    let rows = rows(entry, inner.width.saturating_sub(1));
    let lines: Vec<Line<'_>> = rows.into_iter().map(|row| line(row, theme)).collect();
    draw_scrolled(&lines, scroll, theme, inner, buf);
}

fn line(row: Row, theme: Theme) -> Line<'static> {
    let (names, values) = (usize::from(NAMES), usize::from(VALUES));
    let number = |value: &str| Span::styled(format!("{value:>values$}  "), theme.strong());
    match row {
        Row::Strong(text) => Line::styled(text, theme.strong()),
        Row::Number { name, value, note } => {
            Line::from(vec![Span::raw(format!("{name:<names$}")), number(&value), Span::raw(note)])
        }
        Row::Phase { phase, value, note } => Line::from(vec![
            Span::styled(format!("{} ", mark(phase)), theme.phase(phase)),
            Span::raw(format!("{:<width$}", phase.name(), width = names - 2)),
            number(&value),
            Span::raw(note),
        ]),
        Row::More(note) => Line::from(format!("{}{note}", " ".repeat(usize::from(BEFORE_NOTES)))),
        Row::Failure(text) => Line::styled(text, theme.error()),
        Row::Empty => Line::default(),
    }
}
