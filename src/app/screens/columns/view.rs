//! The list of columns to choose from, over the panels.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{
        App,
        frame::layout::Panels,
        message::ClickTarget,
        screens::{
            columns::ColumnList,
            history::{
                columns::{COLUMNS, Columns},
                view::geometry::{HistoryGeometry, arrow},
            },
        },
        view::View,
    },
    ui::{
        panel::{
            around, block, draw_over, draw_scrolled, inside, on_border, scrolled_at, with_cursor,
        },
        theme::{STRONG, Theme},
    },
};

/// The width of the frame with the longest line in it, in columns.
const WIDTH: u16 = 62;
/// The box of a column that is chosen but does not fit.
const NO_ROOM: &str = "[…]";

impl View for ColumnList {
    fn size(&self, _app: &App, _room: Rect) -> (u16, usize) {
        (WIDTH, COLUMNS.len())
    }

    /// Draws all columns of the history. A shown column has a cross if there is room for it.
    fn draw(&self, app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer) {
        let columns = &app.runs.columns;
        let placed = HistoryGeometry::of(app, inside(panels.history)).columns;
        let has_room = |at: usize| placed.iter().any(|placed| placed.at == at);
        let shown = |at: usize| match columns.is_shown(at) {
            false => "[ ]",
            true if panels.history.is_empty() || has_room(at) => "[x]",
            true => NO_ROOM,
        };
        let mut frame = block("Columns of the history", true, theme);
        if (0..COLUMNS.len()).any(|at| shown(at) == NO_ROOM) {
            let words = format!(" {NO_ROOM} chosen, but does not fit on this screen ");
            frame = frame.title_bottom(on_border(words));
        }
        let inner = draw_over(&frame, area, buf);
        let lines = (0..COLUMNS.len()).map(|at| line(columns, at, shown(at)));
        let lines: Vec<Line<'_>> = lines.collect();
        let scroll = around(columns.cursor, inner);
        draw_scrolled(&lines, Line::clone, scroll, inner, buf);
    }

    fn target(&self, app: &App, inner: Rect, row: u16) -> Option<ClickTarget> {
        let scroll = around(app.runs.columns.cursor, inner);
        scrolled_at(COLUMNS.len(), scroll, inner, row).map(ClickTarget::ListRow)
    }
}

fn line(columns: &Columns, at: usize, shown: &str) -> Line<'static> {
    let column = &COLUMNS[at];
    let name = format!("{shown} {:<16}", column.name());
    let sorted = arrow(column, columns.sort);
    let mut line = Line::from_iter(with_cursor(columns.cursor == at, name));
    line.push_span(Span::styled(format!(" {sorted:1} "), STRONG));
    line.push_span(Span::raw(column.meaning));
    line
}
