//! The contents of a comparison of runs: a sentence, a table, and how timelines and table share the room. The screen
//! draws them, and scrolling needs to know how many rows are out of sight.

pub mod keys;
pub mod view;

use unicode_width::UnicodeWidthStr;

use crate::{
    analysis::compared::{Compared, default_reference, incomparable},
    app::{
        App,
        keys::{Keys, texts},
        screens::{Overlay, Screen, reading::Topic},
    },
    domain::{
        history::{History, RunEntry},
        text::wrap,
        time::{Nanos, nanos},
    },
    present::{
        comparison::{Comparison, ComparisonRow, compare},
        marks, sentence,
        table::{Column as Heading, Side, fitting, in_rows, padded},
    },
    ui::{
        scroll::{FRAME_ROWS, Scroll, cells, inside},
        text::{Page, TextLine, TextPart, TextStyle, fill_up, marked, width_of},
        window::Window,
    },
};

/// The minimum width of the names of rows, in columns.
const NAMES: usize = 14;
/// The width of a run in the table if there is room, in columns.
const COLUMN: usize = 17;
/// The minimum distance between two runs in the table, in columns.
const BETWEEN: usize = 2;
/// The distance between the timelines and the table beside them, in columns.
pub(crate) const APART: u16 = 3;
/// The minimum width at which timelines and table are beside each other, in columns.
const ROOM_FOR_TWO: u16 = 150;
/// The height of a worker if there is room for everything, in rows: ink and a gap.
const HIGH: usize = 8;
/// The minimum height of a run, in rows: its title and a worker.
const LOW: usize = 2;
/// The minimum number of rows for the sentence, if it needs them.
const WORDS_LEAST: u16 = 2;
/// The minimum number of rows for the table: headings, a note on what does not fit, and times with their statistics.
const TABLE_LEAST: u16 = 4;

/// A comparison: runs on one time axis.
#[derive(Clone, Debug)]
pub struct Comparing {
    /// The runs, in ascending order.
    pub numbers: Vec<usize>,
    /// The window of time in view; `None` is all of the time.
    pub zoom: Option<Window>,
    scroll: Scroll,
    /// The contents, laid out for the screen.
    pub parts: Composition,
}

impl Comparing {
    pub(crate) fn of(numbers: Vec<usize>) -> Comparing {
        Comparing {
            numbers,
            zoom: None,
            scroll: Scroll::default(),
            parts: Composition::default(),
        }
    }
}

impl Screen for Comparing {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&keys::COMPARISON, &texts::READING]
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::COMPARISON)
    }

    fn compose(&mut self, app: &App, is_news: bool) {
        if is_news {
            let (columns, rows) = app.room();
            let room = (inside(columns), rows.saturating_sub(FRAME_ROWS));
            self.parts = Composition::of(&app.history, &self.numbers, room);
        }
    }

    fn scroll(&mut self, by: isize, _rows: u16) {
        let rows = cells(self.parts.table.len());
        self.scroll
            .by(by, rows.saturating_sub(self.parts.table_room));
    }

    fn renumber(&mut self, follow: &dyn Fn(&mut usize)) {
        self.numbers.iter_mut().for_each(follow);
        self.numbers.sort_unstable();
    }
}

impl App {
    /// Changes the window of time of the compared runs.
    pub(crate) fn look_at_all(&mut self, change: fn(Window, Nanos) -> Option<Window>) {
        if let Some(Overlay::Comparison(Comparing { numbers, zoom, .. })) =
            self.open.overlays.last_mut()
        {
            let all = whole(&runs(&self.history, numbers));
            *zoom = look(*zoom, all, change);
        }
    }
}

/// A comparison, laid out.
#[derive(Clone, Debug, Default)]
pub struct Composition {
    /// The sentence in lines.
    pub sentence: Vec<String>,
    /// The number of rows of the sentence, and of the gap between it and the timelines.
    pub sentence_room: u16,
    /// The meaning of the signs of the runs; empty if there are none.
    pub legend: String,
    /// The width of the timelines in columns, and their height in rows with the axis. The table is below them, or
    /// beside them if there is room.
    pub timelines: (u16, u16),
    /// The table. Its last rows may be out of sight.
    pub table: Vec<TextLine>,
    /// The number of rows in which the table is drawn.
    pub table_room: u16,
}

impl Composition {
    /// Lays out the comparison of the runs with these numbers in `columns` × `rows`, without the frame.
    pub fn of(history: &History, numbers: &[usize], (columns, rows): (u16, u16)) -> Composition {
        let runs = runs(history, numbers);
        let (compared, reference) = compared(history, &runs);
        let comparison = compare(&compared, reference);
        // Every run is visible if possible. To make room for that, empty rows are left out first, then words.
        let least = least(runs.len());
        let (least, for_words) = match rows.checked_sub(least + TABLE_LEAST) {
            Some(for_words) if for_words >= WORDS_LEAST => (least, for_words),
            _ => (0, rows),
        };
        let said = wrap(&sentence::comparison::of(&compared, reference), columns);
        let said = in_rows(said, for_words.into(), columns);
        let said_room = cells(said.len() + 1).min(for_words);
        let room = rows.saturating_sub(said_room);
        let lanes = runs.iter().map(|run| run.trace.lanes.len().max(1));
        let wanted: usize = lanes.map(|lanes| lanes * HIGH + 1).sum();
        let wanted = cells(wanted + 1);
        let whole = table(&comparison, runs.len(), columns.into());
        let widest = whole.iter().map(|row| width_of(row)).max();
        // The last column says whether there is more above or below.
        let own = cells(widest.unwrap_or(0) + 1);
        let is_beside = columns >= ROOM_FOR_TWO && own <= columns / 2;
        let width = if is_beside { own } else { columns };
        let table = below(&comparison, &runs, width.saturating_sub(1));
        let (timelines, table_room) = if is_beside {
            ((columns - own - APART, wanted.min(room)), room)
        } else {
            // The timelines say more than the table, so they get the rows that they need, up to three fifths.
            let fair = (room * 3 / 5).max(room.saturating_sub(cells(table.len())));
            let high = wanted.min(fair.max(least)).min(room);
            ((columns, high), room - high)
        };
        Composition {
            sentence: said,
            sentence_room: said_room,
            legend: marks::legend(runs.iter().copied()),
            timelines,
            table,
            table_room,
        }
    }
}

/// The minimum number of rows for the timelines of `runs` runs, with their axis.
pub(crate) fn least(runs: usize) -> u16 {
    cells(runs * LOW + 1)
}

/// The runs with these numbers.
pub(crate) fn runs<'a>(history: &'a History, numbers: &[usize]) -> Vec<&'a RunEntry> {
    let runs = numbers.iter().map(|number| history.get(*number));
    runs.flatten().collect()
}

/// These runs with their repeats, and the index of the baseline, which may be the user's choice.
fn compared<'a>(history: &'a History, runs: &[&'a RunEntry]) -> (Vec<Compared<'a>>, usize) {
    let compared: Vec<Compared<'a>> = runs
        .iter()
        .map(|run| Compared::in_history(history, run))
        .collect();
    let chosen = runs.iter().position(|run| {
        let baseline = run.assessment.baseline;
        run.assessment.is_baseline && baseline.is_some_and(|baseline| baseline.is_chosen)
    });
    let reference = chosen.unwrap_or_else(|| default_reference(&compared));
    (compared, reference)
}

/// The number of the run to be the next baseline: the one after the current baseline. `None` if the runs cannot be
/// measured against each other.
pub fn next_reference(history: &History, numbers: &[usize]) -> Option<usize> {
    let runs = runs(history, numbers);
    let (compared, reference) = compared(history, &runs);
    if incomparable(&compared).is_some() || compared.is_empty() {
        return None;
    }
    Some(runs[(reference + 1) % runs.len()].number)
}

/// The whole period of these runs, which is that of the longest run.
pub fn whole(runs: &[&RunEntry]) -> Window {
    let end = |run: &&RunEntry| {
        run.loaded_trace()
            .map_or_else(|| nanos(run.record.times.wall_s), |trace| trace.now)
    };
    Window {
        from: 0,
        to: runs.iter().map(end).max().unwrap_or(0).max(1),
    }
}

/// The window to show instead of `zoom`, after a change. `all` is the whole time, and `change` receives its end. `None`
/// is all of it.
pub fn look(
    zoom: Option<Window>,
    all: Window,
    change: fn(Window, Nanos) -> Option<Window>,
) -> Option<Window> {
    change(zoom.unwrap_or(all), all.to).filter(|next| next.span() < all.span())
}

/// A column of the comparison from top to bottom: its heading, then its cells.
type ComparisonColumn = Vec<String>;

/// A column per run and, for two runs, one with the difference. Columns that do not fit are named in words.
fn table(comparison: &Comparison, runs: usize, width: usize) -> Vec<TextLine> {
    let rows = &comparison.rows;
    let mut lines: Vec<TextLine> = std::iter::once(vec![])
        .chain(rows.iter().map(named))
        .collect();
    let names = lines.iter().map(|name| width_of(name) + 1).max();
    let names = names.unwrap_or(0).max(NAMES);
    let below = |heading: fn(&Heading) -> &String| {
        let column = |at: usize| {
            let cells = rows.iter().map(|row| row.cells[at].clone());
            let heading = heading(&comparison.columns[at]).clone();
            std::iter::once(heading).chain(cells).collect()
        };
        let columns: Vec<ComparisonColumn> = (0..comparison.columns.len()).map(column).collect();
        let widths = widths(&columns, width.saturating_sub(names));
        (columns, widths)
    };
    // If the names of the runs do not fit above their columns, they are still above the timelines.
    let headings: [fn(&Heading) -> &String; 2] = [|of| &of.heading, |of| &of.short];
    let (columns, widths) = fitting(headings.map(below), |(columns, widths)| {
        columns.len() == widths.len()
    });
    for (at, line) in lines.iter_mut().enumerate() {
        let cells = columns.iter().zip(&widths);
        let cells: String = cells
            .map(|(column, width)| padded(&column[at], Side::Right, *width))
            .collect();
        let look = if at == 0 {
            TextStyle::Strong
        } else {
            TextStyle::Plain
        };
        fill_up(line, names);
        line.push(TextPart::new(cells, look));
    }
    let missing = missing(runs, columns.len(), widths.len());
    lines.splice(
        1..1,
        missing.map(|text| vec![TextPart::new(text, TextStyle::Plain)]),
    );
    lines
}

/// The name of a row: after the mark of a phase, or below the row that it belongs to.
fn named(row: &ComparisonRow) -> TextLine {
    let name = TextPart::new(row.name.clone(), TextStyle::Plain);
    match row.phase {
        Some(phase) => marked(phase, name),
        None if row.is_part => vec![TextPart::new("  ", TextStyle::Plain), name],
        None => vec![name],
    }
}

/// The table, and the caveats about the runs below it.
fn below(comparison: &Comparison, runs: &[&RunEntry], width: u16) -> Vec<TextLine> {
    let mut page = Page::of(width);
    page.lines = table(comparison, runs.len(), width.into());
    let caveats = sentence::caveats::of_runs(runs);
    if !caveats.is_empty() {
        page.say("", TextStyle::Plain);
    }
    for caveat in caveats {
        page.say(&format!("! {caveat}"), TextStyle::Plain);
    }
    page.lines
}

/// The widths of as many columns as fit.
fn widths(columns: &[ComparisonColumn], room: usize) -> Vec<usize> {
    let needed = |column: &ComparisonColumn| {
        let widest = column.iter().map(|cell| cell.width()).max();
        BETWEEN + widest.unwrap_or_default()
    };
    let mut widths: Vec<usize> = columns.iter().map(needed).collect();
    let spacious: Vec<usize> = widths.iter().map(|width| *width.max(&COLUMN)).collect();
    if spacious.iter().sum::<usize>() <= room {
        return spacious;
    }
    while widths.iter().sum::<usize>() > room {
        widths.pop();
    }
    widths
}

/// The columns that do not fit, in words.
fn missing(runs: usize, columns: usize, fitting: usize) -> Option<String> {
    let what = match runs.saturating_sub(fitting) {
        0 if fitting < columns => "the difference".to_string(),
        0 => return None,
        1 => "1 more run".into(),
        n => format!("{n} more runs"),
    };
    Some(format!("… {what} not shown: widen the window"))
}

impl App {
    pub(crate) fn is_comparison_zoomed(&self) -> bool {
        matches!(self.overlay(), Some(Overlay::Comparison(comparing)) if comparing.zoom.is_some())
    }

    pub(crate) fn open_comparison(&mut self) {
        self.out.notice = None;
        self.show(Overlay::Comparison(Comparing::of(self.compared())));
    }

    /// Measures the compared runs, and all other runs of their work, against the next baseline.
    pub(crate) fn next_reference(&mut self) {
        let Some(Overlay::Comparison(Comparing { numbers, .. })) = self.overlay() else {
            return;
        };
        let Some(number) = next_reference(&self.history, numbers) else {
            self.show_notice("these runs cannot be compared with each other");
            return;
        };
        match self.history.measure_against(number) {
            Ok(()) => self.show_notice(format!(
                "#{number} is now the baseline of its work. b in the history undoes that"
            )),
            Err(sentence) => self.show_error(sentence),
        }
        self.rearrange();
    }

    pub(crate) fn why_not_compared(&self) -> Option<&'static str> {
        self.why_no_run()
            .or(Some(match self.runs.browse.order().len() {
                0 => "no run is shown. r runs the plan, 1 asks the first question",
                1 => "there is only one run. R measures its baseline, to compare with",
                _ => "mark another run with m, or measure a baseline with R",
            }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::window::SHORTEST;

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
