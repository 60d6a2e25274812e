//! The places of the columns and rows of the history. The module is pure: it serves both drawing and finding what was
//! clicked.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::{
    app::{
        App,
        screens::history::{
            browse::BrowseRow,
            columns,
            columns::{
                COLUMNS, ColumnDescription, DECORATION, EXTRA, Extent, RowSource, Side, Sort,
            },
            view::LONGEST,
        },
    },
    domain::history::RunEntry,
    present::{
        sentence::work,
        table::{padded, shortened},
    },
    ui::{
        area::{cells, first_around, split_above},
        panel::inside,
    },
};

/// The width of the signs before a row, in columns.
pub(crate) const SIGNS: u16 = 5;
/// The room that is left for words that distinguish rows before columns without such words are added, in columns.
const FOR_WORDS: u16 = 12;
/// The minimum room for bars, in columns. With less, extra columns are left out, because only runs and their numbers
/// would remain.
const FOR_BARS: u16 = 56;
/// The width of the word after a bar, in columns.
pub(crate) const WORD: u16 = 11;
/// The minimum number of rows at which sessions have headings.
const ROOM_FOR_SESSIONS: u16 = 6;
/// The minimum width at which two spaces separate the columns.
const SPACIOUS: u16 = 140;

/// A row of the history.
#[derive(Clone, Copy, Debug)]
pub enum HistoryRow<'a> {
    /// A run or a sweep.
    Run(RowSource<'a>),
    /// The heading of a session. The entry is its first shown run, or the first run of its first sweep.
    Session(&'a RunEntry),
}

/// The row at `y` of the screen, with the history's panel in `area`.
pub fn row_at(app: &App, area: Rect, y: u16) -> Option<HistoryRow<'_>> {
    let geometry = HistoryGeometry::of(app, inside(area));
    drawn_at(app, geometry.rows, geometry.has_sessions, y)
}

/// The row at `y` of the screen, with the runs in `rows`.
pub(crate) fn drawn_at(
    app: &App,
    rows: Rect,
    has_sessions: bool,
    y: u16,
) -> Option<HistoryRow<'_>> {
    let mut drawn = rows_in(app, rows, has_sessions);
    Some(drawn.find(|(area, _)| area.y == y)?.1)
}

/// The rows in view in the shown order, each with its place. Drawing and clicking use the same rows. The cost depends
/// on the number of rows in view, not on the length of the history.
pub(crate) fn rows_in(
    app: &App,
    rows: Rect,
    has_sessions: bool,
) -> impl Iterator<Item = (Rect, HistoryRow<'_>)> {
    let first = first_row(app, rows.height, has_sessions);
    let (browse, history) = (app.browse(), app.history());
    let run = move |at: usize| match browse.row(at, has_sessions) {
        Some(BrowseRow::Run(number)) => {
            let sweep = || history.sweep(number).map(RowSource::Sweep);
            let run = history.get(number).map(RowSource::Entry).or_else(sweep);
            run.map(HistoryRow::Run)
        }
        Some(BrowseRow::Session(number)) => {
            let of_sweep = || history.get(*history.sweep(number)?.members.first()?);
            let first = history.get(number).or_else(of_sweep);
            first.map(HistoryRow::Session)
        }
        None => app.live_row().map(HistoryRow::Run),
    };
    let numbered = rows.rows().zip(first..=browse.rows(has_sessions));
    numbered.filter_map(move |(area, at)| Some((area, run(at)?)))
}

/// The column whose heading is at column `x` of the screen, with the history's panel in `area`.
pub fn heading_at(app: &App, area: Rect, x: u16) -> Option<&'static str> {
    let hit = |placed: &PlacedColumn| (placed.x..placed.x + placed.width).contains(&x);
    let mut columns = HistoryGeometry::of(app, inside(area)).columns.into_iter();
    columns.find(hit).map(|placed| placed.column.id)
}

/// A column with its place.
pub(crate) struct PlacedColumn {
    /// The index in [`COLUMNS`].
    pub at: usize,
    pub column: &'static ColumnDescription,
    /// The room for the cells.
    extent: Extent,
    /// Whether the cells have to tell interpreters apart.
    several_pythons: bool,
    x: u16,
    width: u16,
}

impl PlacedColumn {
    /// The heading, with an arrow if the runs are sorted by the column.
    pub fn heading(&self, sort: Sort) -> String {
        padded(
            &heading(self.column, sort),
            self.column.table.side,
            usize::from(self.width),
        )
    }

    /// The cell of a row, aligned with the other cells. It has fewer words if there is no room for all.
    pub fn cell(&self, row: RowSource<'_>) -> String {
        let (text, width) = (self.column.cell(row), usize::from(self.width));
        let text = match self.column.id {
            columns::MODEL if !text.is_empty() => {
                work::model(&row.plan().executor, width, self.several_pythons)
            }
            _ => text,
        };
        match self.column.table.side {
            _ if text.is_empty() => text,
            Side::Left => shortened(&text, width),
            side => self.extent.align(&text, side, width),
        }
    }

    /// The part of a row that belongs to the column.
    pub fn area(&self, row: Rect) -> Rect {
        let (x, width) = (self.x, self.width);
        Rect { x, width, ..row }.intersection(row)
    }
}

fn heading(column: &ColumnDescription, sort: Sort) -> String {
    format!("{}{}", column.short_heading(), arrow(column, sort))
}

/// The arrow of a column that the runs are sorted by.
pub(crate) fn arrow(column: &ColumnDescription, sort: Sort) -> &'static str {
    match (sort.by == column.id, sort.descending) {
        (false, _) => "",
        (true, true) => "↓",
        (true, false) => "↑",
    }
}

/// The places of everything inside the panel.
pub(crate) struct HistoryGeometry {
    pub heading: Rect,
    pub rows: Rect,
    pub columns: Vec<PlacedColumn>,
    /// Whether sessions have headings.
    pub has_sessions: bool,
}

impl HistoryGeometry {
    /// The geometry in this room inside the panel.
    pub fn of(app: &App, inner: Rect) -> HistoryGeometry {
        let (heading, rows) = split_above(inner, 1);
        HistoryGeometry {
            heading,
            rows,
            columns: placed(app, inner),
            has_sessions: rows.height >= ROOM_FOR_SESSIONS,
        }
    }

    /// The first and last run in view, counted from 1, and the number of runs; `None` if all are in view.
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

/// The first row in view. The chosen row is in the middle if possible, so that better and worse runs are in view too.
fn first_row(app: &App, room: u16, has_sessions: bool) -> usize {
    let (browse, room) = (app.browse(), usize::from(room));
    let total = browse.rows(has_sessions) + usize::from(app.is_running());
    let chosen = browse
        .place()
        .map_or(total, |place| browse.row_of(place, has_sessions));
    first_around(chosen, total, room)
}

/// As many columns as have room, the most important first, in the order of the table. The selection depends only on the
/// screen and on the user's choice, so no column appears or disappears while the user works. The contents then share
/// the room: the bar is narrowed first, then text columns, and numbers never.
fn placed(app: &App, inner: Rect) -> Vec<PlacedColumn> {
    let wanted = app.columns();
    let gap = if inner.width < SPACIOUS { 1 } else { 2 };
    let room = inner.width.saturating_sub(SIGNS);
    let mut left = room;
    let mut fitting: Vec<usize> = vec![];
    for at in wanted.by_importance() {
        let column = &COLUMNS[at];
        let kept = match column.table.rank {
            _ if wanted.is_wished(at) => 0,
            EXTRA.. => FOR_BARS,
            DECORATION.. => FOR_WORDS,
            _ => 0,
        };
        let rest = left.checked_sub(gap + cells(column.least_width()));
        // A less important column does not take the place of one that did not fit.
        let Some(rest) = rest.filter(|rest| *rest >= kept) else {
            break;
        };
        left = rest;
        fitting.push(at);
    }
    let mut columns = sharing(app, &fitting, room, gap);
    while columns.is_none() && fitting.pop().is_some() {
        columns = sharing(app, &fitting, room, gap);
    }
    let mut columns = columns.unwrap_or_default();
    columns.retain(|placed| placed.width > 0);
    columns.sort_by_key(|placed| placed.at);
    let mut end = inner.x + SIGNS;
    for placed in &mut columns {
        placed.x = end + gap;
        end = placed.x + placed.width;
    }
    columns
}

/// These columns in this room, without their places yet; `None` if there is too little room for the columns that cannot
/// be narrowed.
fn sharing(app: &App, columns: &[usize], room: u16, gap: u16) -> Option<Vec<PlacedColumn>> {
    let mut placed: Vec<PlacedColumn> = columns.iter().map(|at| needed(app, *at)).collect();
    let taken =
        |placed: &[PlacedColumn]| placed.iter().map(|placed| placed.width + gap).sum::<u16>();
    for giving in [columns::BAR, columns::NAME, columns::MODEL] {
        let more = taken(&placed).saturating_sub(room);
        if let Some(placed) = placed.iter_mut().find(|placed| placed.column.id == giving) {
            let least = cells(placed.column.least_width());
            let width = placed.width.saturating_sub(more);
            placed.width = match giving {
                columns::BAR if width < least => 0,
                columns::BAR => width,
                _ => width.max(least),
            };
        }
    }
    (taken(&placed) <= room).then_some(placed)
}

/// A column with the room for its cells, including that of the live run.
fn needed(app: &App, at: usize) -> PlacedColumn {
    let (wanted, column) = (app.columns(), &COLUMNS[at]);
    let mut extent = wanted.extent(at);
    if let Some(live) = app.live_row() {
        extent = extent.with(Extent::of(&column.cell(live), column.table.side));
    }
    let width = match column.id {
        columns::BAR => LONGEST + WORD,
        _ => cells(extent.width().max(heading(column, wanted.sort).width())),
    };
    PlacedColumn {
        at,
        column,
        extent,
        several_pythons: wanted.several_pythons,
        x: 0,
        width,
    }
}
