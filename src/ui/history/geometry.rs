//! Where the history's columns and rows stand. Pure: for drawing, and for finding what was clicked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::super::panel::inside;
use super::LONGEST;
use crate::app::App;
use crate::app::browse::BrowseRow;
use crate::app::columns::{self, COLUMNS, Column, Columns, EXTRA, Extent, Row, Sort};
use crate::present::table::padded;

/// Columns of the signs before a row.
const SIGNS: u16 = 5;
/// A bar that is shorter says nothing.
pub(super) const BAR: u16 = 12;
/// Columns of the word behind a bar.
pub(super) const WORD: u16 = 11;
/// With fewer rows they all belong to runs.
const ROOM_FOR_SESSIONS: u16 = 6;
/// From so many columns on, two blanks part the columns.
const SPACIOUS: u16 = 140;

/// A row of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryRow {
    /// The run with this number.
    Entry(usize),
    /// The heading of a session, whose first run that is shown has this number.
    Session(usize),
    /// The run that is on.
    Live,
}

/// Which run is drawn in row `y` of the screen, with the history's panel in `area`.
pub fn row_at(app: &App, area: Rect, y: u16) -> Option<HistoryRow> {
    let geometry = Geometry::of(app, inside(area));
    runs_in(app, geometry.rows, geometry.has_sessions)
        .find(|(row, _)| row.y == y)
        .map(|(_, run)| run)
}

/// The runs in view in this room, in the shown order, each with its row: what is drawn is what is hit. Costs as much as
/// there are rows, however long the history is.
pub(in crate::ui) fn runs_in(
    app: &App,
    rows: Rect,
    has_sessions: bool,
) -> impl Iterator<Item = (Rect, HistoryRow)> + use<'_> {
    let first = first_row(app, rows.height, has_sessions);
    let last = app.browse().rows(has_sessions);
    let run = move |at: usize| match app.browse().row(at, has_sessions) {
        Some(BrowseRow::Run(number)) => Some(HistoryRow::Entry(number)),
        Some(BrowseRow::Session(number)) => Some(HistoryRow::Session(number)),
        None => (at == last && app.is_running()).then_some(HistoryRow::Live),
    };
    rows.rows().zip((first..=last).map_while(run))
}

/// Whose heading is drawn in column `x` of the screen, with the history's panel in `area`.
pub fn heading_at(app: &App, area: Rect, x: u16) -> Option<&'static str> {
    let geometry = Geometry::of(app, inside(area));
    let hit = |placed: &&Placed| (placed.x..placed.x + placed.width).contains(&x);
    geometry
        .columns
        .iter()
        .find(hit)
        .map(|placed| placed.column.id)
}

/// A column with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub column: &'static Column,
    /// Of its cells.
    extent: Extent,
    x: u16,
    width: u16,
}

impl Placed {
    /// Its heading: with an arrow if the runs are sorted by it.
    pub fn heading(&self, sort: Sort) -> String {
        let width = usize::from(self.width);
        let text = heading(self.column, sort);
        padded(&text, self.column.side, width)
    }

    /// What stands in a row, as wide as the column.
    pub fn cell(&self, row: Row<'_>) -> String {
        self.extent.align(
            &self.column.cell(row),
            self.column.side,
            usize::from(self.width),
        )
    }

    /// A text as it stands among its cells.
    pub fn aligned(&self, text: &str) -> String {
        self.extent
            .align(text, self.column.side, usize::from(self.width))
    }

    /// Its part of a row.
    pub fn area(&self, row: Rect) -> Rect {
        Rect {
            x: self.x,
            width: self.width,
            ..row
        }
        .intersection(row)
    }

    /// Draws a text in its part of a row.
    pub fn put(&self, text: &str, row: Rect, style: Style, buf: &mut Buffer) {
        let area = self.area(row);
        buf.set_stringn(area.x, area.y, text, usize::from(area.width), style);
    }
}

fn heading(column: &Column, sort: Sort) -> String {
    let arrow = match sort {
        Sort { by, .. } if by != column.id => "",
        Sort {
            descending: true, ..
        } => "↓",
        Sort { .. } => "↑",
    };
    format!("{}{arrow}", column.heading)
}

/// Where everything stands inside the panel.
#[derive(Clone, Debug)]
pub(super) struct Geometry {
    pub heading: Rect,
    pub rows: Rect,
    pub columns: Vec<Placed>,
    /// The first row in view, of those in the shown order.
    pub first: usize,
    /// Whether sessions have headings.
    pub has_sessions: bool,
}

impl Geometry {
    /// The rows in view, counting from 1, and how many there are; `None` if that is all of them.
    pub fn part(&self, app: &App) -> Option<(usize, usize, usize)> {
        let browse = app.browse();
        let total = browse.order().len() + usize::from(app.is_running());
        let end = (self.first + usize::from(self.rows.height))
            .min(browse.rows(self.has_sessions) + usize::from(app.is_running()));
        let above = |row: usize| browse.runs_above(row, self.has_sessions);
        let (first, last) = (above(self.first), above(end));
        (last.saturating_sub(first) < total).then_some((first + 1, last, total))
    }

    /// In this room inside of the panel.
    pub fn of(app: &App, inner: Rect) -> Geometry {
        let heading = Rect {
            height: inner.height.min(1),
            ..inner
        };
        let rows = Rect {
            y: inner.y + heading.height,
            height: inner.height - heading.height,
            ..inner
        };
        let has_sessions = rows.height >= ROOM_FOR_SESSIONS;
        let first = first_row(app, rows.height, has_sessions);
        Geometry {
            heading,
            rows,
            columns: placed(app, inner),
            first,
            has_sessions,
        }
    }
}

/// The chosen row is in the middle where it can be: what is better or worse than it is in view too.
fn first_row(app: &App, room: u16, has_sessions: bool) -> usize {
    let browse = app.browse();
    let (total, room) = (
        browse.rows(has_sessions) + usize::from(app.is_running()),
        usize::from(room),
    );
    let chosen = browse
        .place()
        .map(|place| browse.row_of(place, has_sessions));
    chosen
        .unwrap_or(total)
        .saturating_sub(room / 2)
        .min(total.saturating_sub(room))
}

/// As many columns as fit, the most important first; they stand in the order of the table.
fn placed(app: &App, inner: Rect) -> Vec<Placed> {
    let wanted = app.columns();
    let gap = if inner.width < SPACIOUS { 1 } else { 2 };
    let mut left = inner.width.saturating_sub(SIGNS);
    let mut fitting: Vec<(usize, Extent, u16)> = vec![];
    for at in wanted.by_importance() {
        let (extent, width) = needed(app, wanted, at);
        let is_extra = !wanted.is_wished(at) && COLUMNS[at].rank >= EXTRA;
        let kept = if is_extra { LONGEST + WORD - BAR } else { 0 };
        // What is less important does not take the place of what did not fit.
        let Some(rest) = left.checked_sub(gap + width).filter(|rest| *rest >= kept) else {
            break;
        };
        left = rest;
        fitting.push((at, extent, width));
    }
    fitting.sort_by_key(|(at, ..)| *at);
    let mut x = inner.x + SIGNS;
    let place = |(at, extent, width): (usize, Extent, u16)| {
        let column = &COLUMNS[at];
        let more = if column.id == columns::BAR {
            left.min(LONGEST + WORD - BAR)
        } else {
            0
        };
        let placed = Placed {
            column,
            extent,
            x: x + gap,
            width: width + more,
        };
        x = placed.x + placed.width;
        placed
    };
    fitting.into_iter().map(place).collect()
}

/// The room that a column's cells need, the live run's too, and its width.
fn needed(app: &App, wanted: &Columns, at: usize) -> (Extent, u16) {
    let column = &COLUMNS[at];
    if column.id == columns::BAR {
        return (Extent::default(), BAR);
    }
    let live = app.live().map(|live| Row::Live(live, number_of_live(app)));
    let live = live.map_or(Extent::default(), |row| {
        Extent::of(&column.cell(row), column.side)
    });
    let extent = wanted.extent(at).with(live);
    let width = extent.width().max(heading(column, wanted.sort()).width());
    (extent, u16::try_from(width).unwrap_or(u16::MAX))
}

/// The number of the live run.
fn number_of_live(app: &App) -> usize {
    app.history().next_number()
}
