//! All numbers of one record.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::header::named;
use super::layout::centred;
use super::panel::{block, draw_over, draw_scrolled};
use super::theme::{Theme, mark};
use crate::app::details::{BEFORE_NOTES, NAMES, Row, VALUES};
use crate::app::overlay::{Scroll, TEXT_COLUMNS};
use crate::domain::history::Entry;

/// Where they lie over the panels: as high as they are long, so that few of them leave the panels in sight.
pub fn area(rows: &[Row], area: Rect) -> Rect {
    centred(
        area,
        TEXT_COLUMNS.min(area.width),
        u16::try_from(rows.len() + 2).unwrap_or(u16::MAX),
    )
}

/// All numbers of one record, in these rows, over the panels.
pub fn overlay(
    entry: &Entry,
    rows: &[Row],
    scroll: Scroll,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let title = named(entry);
    let inner = draw_over(&block(title, true, theme), area, buf);
    draw_scrolled(rows, |row| line(row, theme), scroll, theme, inner, buf);
}

pub(super) fn line(row: &Row, theme: Theme) -> Line<'_> {
    let (names, values) = (usize::from(NAMES), usize::from(VALUES));
    let number = |value: &str| Span::styled(format!("{value:>values$}  "), theme.strong());
    match row {
        Row::Strong(text) => Line::styled(text.as_str(), theme.strong()),
        Row::Number { name, value, note } => Line::from(vec![
            Span::raw(format!("{name:<names$}")),
            number(value),
            Span::raw(note.as_str()),
        ]),
        Row::Phase { phase, value, note } => Line::from(vec![
            Span::styled(format!("{} ", mark(*phase)), theme.phase(*phase)),
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
