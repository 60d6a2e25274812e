//! The columns to choose from, over the panels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::frame::layout::Panels;
use crate::app::message::Target;
use crate::app::screens::columns::ColumnList;
use crate::app::screens::history::columns::COLUMNS;
use crate::app::screens::history::view::geometry;
use crate::app::screens::history::view::geometry::Geometry;
use crate::app::view::View;
use crate::ui::panel::{
    around, block, draw_over, draw_scrolled, inside, on_border, scrolled_at, with_cursor,
};
use crate::ui::theme::{STRONG, Theme};

/// Columns of the frame with the longest line in it.
const WIDTH: u16 = 60;
/// The box of a column that is to be shown where there is no room for it.
const NO_ROOM: &str = "[…]";

impl View for ColumnList {
    fn size(&self, _app: &App, _room: Rect) -> (u16, usize) {
        (WIDTH, COLUMNS.len())
    }

    fn draw(&self, app: &App, theme: Theme, panels: &Panels, area: Rect, buf: &mut Buffer) {
        draw(app, theme, panels.history, area, buf);
    }

    fn target(&self, app: &App, inner: Rect, row: u16) -> Option<Target> {
        column_at(app, inner, row).map(Target::ColumnRow)
    }
}

/// All columns of the history, whose panel is in `history`.
fn draw(app: &App, theme: Theme, history: Rect, area: Rect, buf: &mut Buffer) {
    let placed = Geometry::of(app, inside(history)).columns;
    let shown = |at: usize| {
        let is_this = |placed: &geometry::Placed| placed.column.id == COLUMNS[at].id;
        match app.columns().is_shown(at) {
            false => "[ ]",
            true if history.is_empty() || placed.iter().any(is_this) => "[x]",
            true => NO_ROOM,
        }
    };
    let mut frame = block("Columns of the history", true, theme);
    if (0..COLUMNS.len()).any(|at| shown(at) == NO_ROOM) {
        let told = format!(" {NO_ROOM} chosen, but no room on this screen ");
        frame = frame.title_bottom(on_border(told));
    }
    let inner = draw_over(&frame, area, buf);
    let lines: Vec<Line<'_>> = (0..COLUMNS.len())
        .map(|at| line(app, at, shown(at)))
        .collect();
    let scroll = around(app.columns().cursor(), inner);
    draw_scrolled(&lines, Line::clone, scroll, inner, buf);
}

/// Which column, counted as in [`COLUMNS`], is drawn in row `y` of the screen, with the overlay in this room.
fn column_at(app: &App, inner: Rect, y: u16) -> Option<usize> {
    let scroll = around(app.columns().cursor(), inner);
    scrolled_at(COLUMNS.len(), scroll, inner, y)
}

fn line(app: &App, at: usize, shown: &str) -> Line<'static> {
    let (columns, column) = (app.columns(), &COLUMNS[at]);
    let name = format!("{shown} {:<13}", column.name());
    let sorted = geometry::arrow(column, columns.sort());
    let mut line = Line::from_iter(with_cursor(columns.cursor() == at, name));
    line.push_span(Span::styled(format!(" {sorted:1} "), STRONG));
    line.push_span(Span::raw(column.meaning));
    line
}
