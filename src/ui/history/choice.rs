//! The columns to choose from, over the panels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::super::layout::centred;
use super::super::panel::{self, block, draw_over, draw_scrolled, on_border};
use super::super::theme::Theme;
use super::geometry::Geometry;
use crate::app::App;
use crate::app::columns::{COLUMNS, Column};
use crate::app::overlay::Scroll;

/// Columns of the frame with the longest line in it.
const WIDTH: u16 = 60;
/// The box of a column that is to be shown where there is no room for it.
const NO_ROOM: &str = "[…]";

/// Where they lie.
pub fn area(area: Rect) -> Rect {
    let rows = u16::try_from(COLUMNS.len() + 2).unwrap_or(u16::MAX);
    centred(area, WIDTH, rows)
}

/// All columns of the history, whose panel is in `history`.
pub fn overlay(app: &App, theme: Theme, history: Rect, area: Rect, buf: &mut Buffer) {
    let geometry = Geometry::of(app, panel::inside(history));
    let fits = |column: &Column| {
        history.is_empty()
            || geometry
                .columns
                .iter()
                .any(|placed| placed.column.id == column.id)
    };
    let boxes: Vec<&str> = COLUMNS
        .iter()
        .enumerate()
        .map(
            |(at, column)| match (app.columns().is_shown(at), fits(column)) {
                (false, _) => "[ ]",
                (true, true) => "[x]",
                (true, false) => NO_ROOM,
            },
        )
        .collect();
    let mut frame = block("Columns of the history", true, theme);
    if boxes.contains(&NO_ROOM) {
        let told = format!(" {NO_ROOM} chosen, but no room on this screen ");
        frame = frame.title_bottom(Line::styled(told, on_border(Style::new())));
    }
    let inner = draw_over(&frame, area, buf);
    let lines: Vec<Line<'_>> = boxes
        .into_iter()
        .enumerate()
        .map(|(at, shown)| line(app, at, shown, theme))
        .collect();
    draw_scrolled(
        &lines,
        Line::clone,
        scroll(app, inner.height),
        theme,
        inner,
        buf,
    );
}

/// Which column, counted as in [`COLUMNS`], is drawn in row `y` of the screen, with the overlay in `over`.
pub fn column_at(app: &App, over: Rect, y: u16) -> Option<usize> {
    let inner = panel::inside(over);
    let row = y.checked_sub(inner.y).filter(|row| *row < inner.height)?;
    let at = usize::from(scroll(app, inner.height).first(COLUMNS.len(), inner.height) + row);
    (at < COLUMNS.len()).then_some(at)
}

/// The cursor is in the middle of so many rows where it can be.
fn scroll(app: &App, rows: u16) -> Scroll {
    let above = app.columns().cursor().saturating_sub(usize::from(rows / 2));
    Scroll::FromTop(u16::try_from(above).unwrap_or(u16::MAX))
}

fn line(app: &App, at: usize, shown: &str, theme: Theme) -> Line<'static> {
    let (columns, column) = (app.columns(), &COLUMNS[at]);
    let (cursor, style) = if columns.cursor() == at {
        ("▸ ", theme.cursor())
    } else {
        ("  ", Style::new())
    };
    let sorted = match columns.sort() {
        sort if sort.by != column.id => " ",
        sort if sort.descending => "↓",
        _ => "↑",
    };
    Line::from(vec![
        Span::styled(cursor, theme.strong()),
        Span::styled(format!("{shown} {:<13}", column.name()), style),
        Span::styled(format!(" {sorted} "), theme.strong()),
        Span::raw(column.meaning),
    ])
}
