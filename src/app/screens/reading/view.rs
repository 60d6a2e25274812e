//! Texts over the panels: the help, what a panel's numbers mean, and all numbers of one record.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::screens::details::{BEFORE_NOTES, NAMES, Row, VALUES};
use crate::app::screens::reading::{Look, Piece};
use crate::app::text::Reading;
use crate::ui::panel::draw_scrolled;
use crate::ui::scroll::Scroll;
use crate::ui::theme::{STRONG, Theme};

/// A text over the panels.
pub fn draw(reading: &Reading, scroll: Scroll, theme: Theme, area: Rect, buf: &mut Buffer) {
    draw_scrolled(
        &reading.lines,
        |pieces| pieces.iter().map(|piece| span(piece, theme)).collect(),
        scroll,
        area,
        buf,
    );
}

fn span(piece: &Piece, theme: Theme) -> Span<'_> {
    let style = match piece.look {
        Look::Phase(phase) if piece.text.is_empty() => return theme.mark(phase),
        Look::Phase(phase) => theme.phase(phase),
        Look::Plain | Look::Others => Style::new(),
        Look::Strong => STRONG,
        Look::Concurrency => theme.concurrency(),
        Look::Parallelism => theme.parallelism(),
    };
    Span::styled(&*piece.text, style)
}

/// All numbers of one record, in these rows, over the panels.
pub fn details(rows: &[Row], scroll: Scroll, theme: Theme, area: Rect, buf: &mut Buffer) {
    draw_scrolled(rows, |row| line(row, theme), scroll, area, buf);
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
