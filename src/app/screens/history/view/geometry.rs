//! Where the history's columns and rows stand. Pure: for drawing, and for finding what was clicked.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::app::App;
use crate::app::live::Live;
use crate::app::screens::history::browse::BrowseRow;
use crate::app::screens::history::columns;
use crate::app::screens::history::columns::{COLUMNS, Column, EXTRA, Extent, Row, Sort};
use crate::app::screens::history::view::LONGEST;
use crate::domain::history::{Entry, SweepEntry};
use crate::present::table::padded;
use crate::ui::area::{cells, first_around, split_above};
use crate::ui::panel::inside;

/// Columns of the signs before a row.
const SIGNS: u16 = 5;
/// A bar that is shorter says nothing.
pub(crate) const BAR: u16 = 12;
/// Columns of the word behind a bar.
pub(crate) const WORD: u16 = 11;
/// With fewer rows they all belong to runs.
const ROOM_FOR_SESSIONS: u16 = 6;
/// From so many columns on, two blanks part the columns.
const SPACIOUS: u16 = 140;

/// A row of the history.
#[derive(Clone, Copy, Debug)]
pub enum HistoryRow<'a> {
    /// A run.
    Entry(&'a Entry),
    /// A sweep.
    Sweep(&'a SweepEntry),
    /// The heading of a session, with its first run that is shown, or that of its first sweep.
    Session(Option<&'a Entry>),
    /// The run that is on.
    Live(&'a Live),
}

/// Which run is drawn in row `y` of the screen, with the history's panel in `area`.
pub fn row_at(app: &App, area: Rect, y: u16) -> Option<HistoryRow<'_>> {
    let geometry = Geometry::of(app, inside(area));
    run_at(app, geometry.rows, geometry.has_sessions, y)
}

/// Which run is drawn in row `y` of the screen, with the runs in `rows`.
pub(crate) fn run_at(app: &App, rows: Rect, has_sessions: bool, y: u16) -> Option<HistoryRow<'_>> {
    runs_in(app, rows, has_sessions)
        .find(|(row, _)| row.y == y)
        .map(|(_, run)| run)
}

/// The runs in view in this room, in the shown order, each with its row: what is drawn is what is hit. Costs as much as
/// there are rows, however long the history is.
pub(crate) fn runs_in(
    app: &App,
    rows: Rect,
    has_sessions: bool,
) -> impl Iterator<Item = (Rect, HistoryRow<'_>)> {
    let first = first_row(app, rows.height, has_sessions);
    let (browse, history) = (app.browse(), app.history());
    let last = browse.rows(has_sessions);
    let run = move |at: usize| match browse.row(at, has_sessions) {
        Some(BrowseRow::Run(number)) => {
            let sweep = || history.sweep(number).map(HistoryRow::Sweep);
            history.get(number).map(HistoryRow::Entry).or_else(sweep)
        }
        Some(BrowseRow::Session(number)) => {
            let of_sweep = || history.get(*history.sweep(number)?.members.first()?);
            let first = history.get(number).or_else(of_sweep);
            Some(HistoryRow::Session(first))
        }
        None => app.live().filter(|_| at == last).map(HistoryRow::Live),
    };
    let numbered = rows.rows().zip(first..=last);
    numbered.filter_map(move |(row, at)| Some((row, run(at)?)))
}

/// Whose heading is drawn in column `x` of the screen, with the history's panel in `area`.
pub fn heading_at(app: &App, area: Rect, x: u16) -> Option<&'static str> {
    let hit = |placed: &Placed| (placed.x..placed.x + placed.width).contains(&x);
    let mut columns = Geometry::of(app, inside(area)).columns.into_iter();
    columns.find(hit).map(|placed| placed.column.id)
}

/// A column with its place.
pub(crate) struct Placed {
    pub column: &'static Column,
    /// Of its cells.
    extent: Extent,
    x: u16,
    width: u16,
}

impl Placed {
    /// Its heading: with an arrow if the runs are sorted by it.
    pub fn heading(&self, sort: Sort) -> String {
        padded(
            &heading(self.column, sort),
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
}

fn heading(column: &Column, sort: Sort) -> String {
    format!("{}{}", column.heading, arrow(column, sort))
}

/// How the runs are sorted by a column, if they are.
pub(crate) fn arrow(column: &Column, sort: Sort) -> &'static str {
    match (sort.by == column.id, sort.descending) {
        (false, _) => "",
        (true, true) => "↓",
        (true, false) => "↑",
    }
}

/// Where everything stands inside the panel.
pub(crate) struct Geometry {
    pub heading: Rect,
    pub rows: Rect,
    pub columns: Vec<Placed>,
    /// Whether sessions have headings.
    pub has_sessions: bool,
}

impl Geometry {
    /// In this room inside of the panel.
    pub fn of(app: &App, inner: Rect) -> Geometry {
        let (heading, rows) = split_above(inner, 1);
        Geometry {
            heading,
            rows,
            columns: placed(app, inner),
            has_sessions: rows.height >= ROOM_FOR_SESSIONS,
        }
    }

    /// The rows in view, counting from 1, and how many there are; `None` if that is all of them.
    pub fn part(&self, app: &App) -> Option<(usize, usize, usize)> {
        let (browse, live) = (app.browse(), usize::from(app.is_running()));
        let first = first_row(app, self.rows.height, self.has_sessions);
        let end = first + usize::from(self.rows.height);
        let end = end.min(browse.rows(self.has_sessions) + live);
        let [first, last] = [first, end].map(|row| browse.runs_above(row, self.has_sessions));
        let total = browse.order().len() + live;
        (last.saturating_sub(first) < total).then_some((first + 1, last, total))
    }
}

/// The chosen row is in the middle where it can be: what is better or worse than it is in view too.
fn first_row(app: &App, room: u16, has_sessions: bool) -> usize {
    let (browse, room) = (app.browse(), usize::from(room));
    let total = browse.rows(has_sessions) + usize::from(app.is_running());
    let chosen = browse
        .place()
        .map_or(total, |place| browse.row_of(place, has_sessions));
    first_around(chosen, total, room)
}

/// As many columns as fit, the most important first; they stand in the order of the table.
fn placed(app: &App, inner: Rect) -> Vec<Placed> {
    let wanted = app.columns();
    let gap = if inner.width < SPACIOUS { 1 } else { 2 };
    let mut left = inner.width.saturating_sub(SIGNS);
    let mut fitting: Vec<(usize, Extent, u16)> = vec![];
    for at in wanted.by_importance() {
        let (extent, width) = needed(app, at);
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
    let mut end = inner.x + SIGNS;
    let place = |(at, extent, width): (usize, Extent, u16)| {
        let column = &COLUMNS[at];
        let more = if column.id == columns::BAR {
            left.min(LONGEST + WORD - BAR)
        } else {
            0
        };
        let (x, width) = (end + gap, width + more);
        end = x + width;
        Placed {
            column,
            extent,
            x,
            width,
        }
    };
    fitting.into_iter().map(place).collect()
}

/// The room that a column's cells need, the live run's too, and its width.
fn needed(app: &App, at: usize) -> (Extent, u16) {
    let (wanted, column) = (app.columns(), &COLUMNS[at]);
    if column.id == columns::BAR {
        return (Extent::default(), BAR);
    }
    let mut extent = wanted.extent(at);
    if let Some(live) = app.live() {
        let cell = column.cell(Row::Live(live, app.history().next_number()));
        extent = extent.with(Extent::of(&cell, column.side));
    }
    let width = extent.width().max(heading(column, wanted.sort()).width());
    (extent, cells(width))
}
