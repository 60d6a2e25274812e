//! What a comparison of runs says: a sentence, a table, and how timelines and table share the room. The screen draws it,
//! and scrolling needs to know how many rows are out of sight.

use unicode_width::UnicodeWidthStr;

use super::timeline::Window;
use crate::analysis::compared::{Compared, default_reference, obstacle};
use crate::domain::history::{Entry, History};
use crate::domain::phase::Phase;
use crate::domain::text::{clean, wrap};
use crate::domain::time::{Nanos, nanos};
use crate::domain::trace::Trace;
use crate::present::comparison::{Comparison, Row, compare};
use crate::present::sentence;
use crate::present::table::{Side, padded};

/// Columns of the names of rows, at least.
const NAMES: usize = 14;
/// Columns of a run, where there is room.
const COLUMN: usize = 17;
/// Columns between two runs, where there is none to spare.
const BETWEEN: usize = 2;
/// Rows of a worker where there is room for everything: ink and a gap.
const HIGH: usize = 8;
/// How much of a doubt is shown.
const FOREIGN: usize = 300;

/// A comparison, laid out.
#[derive(Clone, Debug)]
pub struct Composition {
    /// The sentence in lines; an empty row follows.
    pub said: Vec<String>,
    /// What the signs before the runs mean; empty if there are none.
    pub legend: String,
    /// Rows of the timelines with their axis.
    pub timelines: u16,
    /// The table, of which the last rows may be out of sight.
    pub table: Vec<TableRow>,
    /// Rows that the table has.
    pub table_room: u16,
}

impl Composition {
    /// In so many columns and rows.
    pub fn of(history: &History, numbers: &[usize], (columns, rows): (u16, u16)) -> Composition {
        let runs: Vec<&Entry> = numbers
            .iter()
            .filter_map(|number| history.get(*number))
            .collect();
        let (compared, reference) = compared(history, &runs);
        let comparison = compare(&compared, reference);
        let said = wrap(&sentence::comparison::of(&compared, reference), columns);
        // The last column says whether there is more above or below.
        let width = columns.saturating_sub(1);
        let mut table = table(&comparison, runs.len(), usize::from(width));
        table.extend(doubts(&runs, width));
        let below = rows.saturating_sub(u16::try_from(said.len()).unwrap_or(1) + 1);
        // The picture tells more than the table: it gets what it needs, up to three fifths.
        let wanted: usize = runs
            .iter()
            .map(|run| run.trace.lanes().len().max(1) * HIGH + 1)
            .sum::<usize>()
            + 1;
        let fair = (below * 3 / 5)
            .max(below.saturating_sub(u16::try_from(table.len()).unwrap_or(u16::MAX)));
        let timelines = u16::try_from(wanted).unwrap_or(u16::MAX).min(fair);
        Composition {
            said,
            legend: legend(&runs),
            timelines,
            table,
            table_room: below - timelines,
        }
    }

    /// So many rows of the table are out of sight.
    pub fn hidden_rows(&self) -> u16 {
        u16::try_from(self.table.len())
            .unwrap_or(u16::MAX)
            .saturating_sub(self.table_room)
    }
}

/// These runs with their repeats, and which one of them is their baseline.
fn compared<'a>(history: &'a History, runs: &[&'a Entry]) -> (Vec<Compared<'a>>, usize) {
    let compared: Vec<Compared<'a>> = runs
        .iter()
        .map(|run| Compared::in_history(history, run))
        .collect();
    let chosen = runs.iter().position(|run| is_chosen(run));
    let reference = chosen.unwrap_or_else(|| default_reference(&compared));
    (compared, reference)
}

/// Whether the user made it the baseline of its work.
fn is_chosen(run: &Entry) -> bool {
    run.assessment.is_baseline
        && run
            .assessment
            .baseline
            .is_some_and(|baseline| baseline.is_chosen)
}

/// The number of the run that comes after the one that these are measured against, as their next baseline; `None` if they
/// cannot be measured against each other.
pub fn next_reference(history: &History, numbers: &[usize]) -> Option<usize> {
    let runs: Vec<&Entry> = numbers
        .iter()
        .filter_map(|number| history.get(*number))
        .collect();
    let (compared, reference) = compared(history, &runs);
    if obstacle(&compared).is_some() || compared.is_empty() {
        return None;
    }
    Some(runs[(reference + 1) % runs.len()].number)
}

/// All of the time that these runs took: the longest of them.
pub fn whole(runs: &[&Entry]) -> Window {
    let end = |run: &&Entry| {
        run.picture()
            .map_or_else(|| nanos(run.record.times.wall_s), Trace::now)
    };
    Window {
        from: 0,
        to: runs.iter().map(end).max().unwrap_or(0).max(1),
    }
}

/// What to look at instead of `zoom`, a stretch of `all`, after a change that knows where all ends; `None` is all of it.
pub fn look(
    zoom: Option<Window>,
    all: Window,
    change: fn(Window, Nanos) -> Option<Window>,
) -> Option<Window> {
    change(zoom.unwrap_or(all), all.to).filter(|next| next.span() < all.span())
}

/// A row of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableRow {
    /// The phase that it is about.
    pub phase: Option<Phase>,
    /// What it is about; with a phase, two columns are left for its mark.
    pub name: String,
    /// The runs' cells, each in its column.
    pub cells: String,
    /// Whether it is the heading.
    pub is_heading: bool,
}

/// A column: its heading and a cell per row.
type Column = Vec<String>;

/// A column per run and, between two, one with the difference. Those that do not fit are told in words.
fn table(comparison: &Comparison, runs: usize, width: usize) -> Vec<TableRow> {
    let rows = &comparison.rows;
    let names = rows
        .iter()
        .map(|row| indent(row) + row.name.width() + 1)
        .max()
        .unwrap_or(0)
        .max(NAMES);
    let mut columns: Vec<Column> = comparison
        .columns
        .iter()
        .map(|heading| vec![heading.clone()])
        .collect();
    for row in rows {
        columns
            .iter_mut()
            .zip(&row.cells)
            .for_each(|(column, cell)| column.push(cell.clone()));
    }
    let widths = widths(&columns, width.saturating_sub(names));
    let cells = |at: usize| -> String {
        columns
            .iter()
            .zip(&widths)
            .map(|(column, width)| padded(&column[at], Side::Right, *width))
            .collect()
    };
    let heading = TableRow {
        name: " ".repeat(names),
        cells: cells(0),
        is_heading: true,
        ..TableRow::default()
    };
    let missing = missing(runs, columns.len(), widths.len());
    let missing = missing.map(|name| TableRow {
        name,
        ..TableRow::default()
    });
    let rows = rows.iter().enumerate().map(|(at, row)| {
        let blanks = if row.is_part { indent(row) } else { 0 };
        let width = if row.phase.is_some() {
            names - indent(row)
        } else {
            names
        };
        TableRow {
            phase: row.phase,
            name: padded(&(" ".repeat(blanks) + &row.name), Side::Left, width),
            cells: cells(at + 1),
            is_heading: false,
        }
    });
    std::iter::once(heading)
        .chain(missing)
        .chain(rows)
        .collect()
}

/// Columns before a row's name: for the mark of a phase, or because it belongs to the row above.
fn indent(row: &Row) -> usize {
    if row.phase.is_some() || row.is_part {
        2
    } else {
        0
    }
}

/// The doubts about the runs, below the table.
fn doubts(runs: &[&Entry], width: u16) -> Vec<TableRow> {
    let caveats = runs
        .iter()
        .flat_map(|run| run.caveats().map(|caveat| (run.number, caveat)));
    let said =
        caveats.map(|(number, caveat)| format!("! #{number}: {}", clean(&caveat.text, FOREIGN)));
    let lines: Vec<String> = said.flat_map(|text| wrap(&text, width)).collect();
    let blank = (!lines.is_empty()).then(String::new);
    blank
        .into_iter()
        .chain(lines)
        .map(|name| TableRow {
            name,
            ..TableRow::default()
        })
        .collect()
}

/// What the signs in the headings mean: those that are there.
fn legend(runs: &[&Entry]) -> String {
    let signs = [
        (
            runs.iter().any(|run| run.assessment.is_baseline),
            "B baseline",
        ),
        (
            runs.iter().any(|run| run.assessment.is_fastest),
            "★ fastest",
        ),
        (runs.iter().any(|run| run.is_doubted()), "! doubted"),
    ];
    let there: Vec<&str> = signs
        .iter()
        .filter(|(is_there, _)| *is_there)
        .map(|(_, said)| *said)
        .collect();
    there.join("  ")
}

/// The widths of as many columns as fit.
fn widths(columns: &[Column], room: usize) -> Vec<usize> {
    let needed = |column: &Column| {
        BETWEEN
            + column
                .iter()
                .map(|cell| cell.width())
                .max()
                .unwrap_or_default()
    };
    let spacious: Vec<usize> = columns
        .iter()
        .map(|column| needed(column).max(COLUMN))
        .collect();
    let widths = if spacious.iter().sum::<usize>() <= room {
        spacious
    } else {
        columns.iter().map(needed).collect()
    };
    let ends = widths.iter().scan(0, |end, width| {
        *end += width;
        Some(*end)
    });
    let fitting = ends.take_while(|end| *end <= room).count();
    widths.into_iter().take(fitting).collect()
}

/// What does not fit, in words.
fn missing(runs: usize, columns: usize, fitting: usize) -> Option<String> {
    let what = match runs.saturating_sub(fitting) {
        0 if fitting < columns => "the difference".to_string(),
        0 => return None,
        1 => "1 more run".into(),
        n => format!("{n} more runs"),
    };
    Some(format!("… without {what}: the screen is too narrow"))
}

#[cfg(test)]
mod tests {
    use super::super::window::SHORTEST;
    use super::*;

    #[test]
    fn zooming_and_panning_stay_inside_and_come_back_to_all() {
        let all = Window {
            from: 0,
            to: 1_000_000_007,
        };
        let closer = |now: Window, end| Some(now.closer(now.middle(), end));
        let wider = |now: Window, end| Some(now.wider(now.middle(), end));
        let mut zoom = None;
        for _ in 0..60 {
            zoom = look(zoom, all, closer);
        }
        assert_eq!(zoom.map(Window::span), Some(SHORTEST));
        for _ in 0..7 {
            zoom = look(zoom, all, wider);
        }
        let span = zoom.unwrap().span();
        (0..9_000).for_each(|_| zoom = look(zoom, all, |now, end| Some(now.panned(true, end))));
        assert_eq!(
            zoom,
            Some(Window {
                from: all.to - span,
                to: all.to
            })
        );
        (0..9_000).for_each(|_| zoom = look(zoom, all, |now, end| Some(now.panned(false, end))));
        assert_eq!(zoom, Some(Window { from: 0, to: span }));
        (0..60).for_each(|_| zoom = look(zoom, all, wider));
        assert_eq!(zoom, None);
    }
}
