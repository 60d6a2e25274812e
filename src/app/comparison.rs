//! What a comparison of runs says: a sentence, a table, and how timelines and table share the room. The screen draws it,
//! and scrolling needs to know how many rows are out of sight.

use super::command::Command;
use super::timeline::Window;
use crate::domain::history::Entry;
use crate::domain::phase::Phase;
use crate::domain::speedup::Baseline;
use crate::domain::text::{LEAST_IN_SECONDS, bytes, clean, column_seconds, duration, grouped, speedup, wrap};
use crate::domain::time::{nanos, seconds};
use crate::domain::trace::Trace;

/// Columns of the names of rows, at least.
const NAMES: usize = 14;
/// Columns of a run, where there is room.
const COLUMN: usize = 17;
/// So many characters of a run's name head its column.
const NAME: usize = 16;
/// Columns between two runs, where there is none to spare.
const BETWEEN: usize = 2;
/// Rows of a worker where there is room for everything: ink and a gap.
const HIGH: usize = 8;

/// A comparison, laid out.
#[derive(Clone, Debug)]
pub struct Composition {
    /// The sentence in lines; an empty row follows.
    pub said: Vec<String>,
    /// Rows of the timelines with their axis.
    pub timelines: u16,
    /// The table, of which the last rows may be out of sight.
    pub table: Vec<TableRow>,
    /// Rows that the table has.
    pub table_room: u16,
}

impl Composition {
    /// In so many columns and rows.
    #[must_use]
    pub fn of(runs: &[&Entry], sentence: &str, (columns, rows): (u16, u16)) -> Composition {
        let said = wrap(sentence, columns);
        // The last column says whether there is more above or below.
        let table = table(runs, usize::from(columns.saturating_sub(1)));
        let below = rows.saturating_sub(u16::try_from(said.len()).unwrap_or(1) + 1);
        // The picture tells more than the table: it gets what it needs, up to three fifths.
        let wanted: usize =
            runs.iter().map(|run| run.trace.lanes().len().max(1) * HIGH + 1).sum::<usize>() + 1;
        let fair = (below * 3 / 5).max(below.saturating_sub(u16::try_from(table.len()).unwrap_or(u16::MAX)));
        let timelines = u16::try_from(wanted).unwrap_or(u16::MAX).min(fair);
        Composition { said, timelines, table, table_room: below - timelines }
    }

    /// So many rows of the table are out of sight.
    #[must_use]
    pub fn hidden_rows(&self) -> u16 {
        u16::try_from(self.table.len()).unwrap_or(u16::MAX).saturating_sub(self.table_room)
    }
}

/// All of the time that these runs took: the longest of them.
#[must_use]
pub fn whole(runs: &[&Entry]) -> Window {
    let end = |run: &&Entry| run.picture().map_or_else(|| nanos(run.record.wall_s), Trace::now);
    Window { from: 0, to: runs.iter().map(end).max().unwrap_or(0).max(1) }
}

/// The stretch of `all` to look at instead of `zoom`; `None` is all of it.
#[must_use]
pub fn look(zoom: Option<Window>, command: Command, all: Window) -> Option<Window> {
    let now = zoom.unwrap_or(all);
    let next = match command {
        Command::ZoomIn => now.closer(now.middle(), all.to),
        Command::ZoomOut => now.wider(now.middle(), all.to),
        Command::PanLeft => now.panned(false, all.to),
        Command::PanRight => now.panned(true, all.to),
        _ => all,
    };
    Some(next).filter(|next| next.span() < all.span())
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

/// What is compared.
struct Measure {
    name: String,
    phase: Option<Phase>,
    unit: Unit,
    of: Value,
}

/// A number of a run; `None` if it was not measured.
type Value = Box<dyn Fn(&Entry) -> Option<f64>>;

/// How a measure is written.
#[derive(Clone, Copy, Debug)]
enum Unit {
    /// Seconds with aligned points.
    Seconds,
    /// Seconds that may be very few.
    Duration,
    Average,
    Bytes,
    Count,
    /// A factor, whose difference means nothing.
    Times,
}

impl Unit {
    fn text(self, value: f64) -> String {
        match self {
            Unit::Seconds => column_seconds(value),
            Unit::Duration => duration(value),
            Unit::Average => format!("{value:.1}"),
            Unit::Bytes => bytes(value as u64),
            Unit::Count => grouped(value as u64),
            Unit::Times => speedup(value),
        }
    }

    /// What the second has more, or less, than the first.
    fn difference(self, from: f64, to: f64) -> String {
        let is_small = |value: f64| value > 0.0 && value < LEAST_IN_SECONDS;
        match self {
            Unit::Times => String::new(),
            Unit::Average => signed(from, to, 1),
            Unit::Seconds if !is_small(from) && !is_small(to) => signed(from, to, 3) + " s",
            _ if from == to => self.text(0.0),
            Unit::Seconds => with_sign(from, to, Unit::Duration),
            _ => with_sign(from, to, self),
        }
    }
}

fn with_sign(from: f64, to: f64, unit: Unit) -> String {
    let sign = if to < from { '-' } else { '+' };
    format!("{sign}{}", unit.text((to - from).abs()))
}

/// From one number to another as both are printed, so that the three add up.
fn signed(from: f64, to: f64, decimals: i32) -> String {
    let unit = 10f64.powi(decimals);
    let difference = ((to * unit).round() - (from * unit).round()) / unit;
    let decimals = usize::try_from(decimals).unwrap_or(0);
    // Zero has no sign.
    if difference == 0.0 { format!("{:.decimals$}", 0.0) } else { format!("{difference:+.decimals$}") }
}

/// The measures that at least one of the runs has.
fn measures(runs: &[&Entry]) -> Vec<Measure> {
    fn measure(name: &str, unit: Unit, of: impl Fn(&Entry) -> Option<f64> + 'static) -> Measure {
        Measure { name: name.into(), phase: None, unit, of: Box::new(of) }
    }
    let always = [
        measure("time", Unit::Seconds, |run| Some(run.record.wall_s)),
        measure(&speed_up_over(runs), Unit::Times, |run| run.speedup),
        measure("concurrency", Unit::Average, |run| Some(run.record.concurrency)),
        measure("parallelism", Unit::Average, |run| Some(run.record.parallelism)),
        measure("start-up", Unit::Duration, |run| run.record.startup_s),
    ];
    let phases = Phase::MEASURED.into_iter().map(|phase| Measure {
        phase: Some(phase),
        ..measure(phase.name(), Unit::Seconds, move |run| Some(seconds(run.record.phases_s[phase])))
    });
    let phases = phases.filter(|phase| runs.iter().any(|run| (phase.of)(run) > Some(0.0)));
    let others = [
        measure("memory", Unit::Bytes, |run| run.record.memory_bytes.map(|bytes| bytes as f64)),
        measure("ctx switches", Unit::Count, |run| {
            super::columns::context_switches(&run.record).map(|n| n as f64)
        }),
        measure("lock switches", Unit::Count, |run| run.record.gil.map(|gil| gil.switches as f64)),
    ];
    let others = others.into_iter().filter(|other| runs.iter().any(|run| (other.of)(run).is_some()));
    always.into_iter().chain(phases).chain(others).collect()
}

/// The baseline of all of these runs, if it is one.
fn shared_baseline(runs: &[&Entry]) -> Option<Baseline> {
    let first = runs.first()?.baseline?;
    runs.iter().all(|run| run.baseline.is_some_and(|other| other.number == first.number)).then_some(first)
}

fn speed_up_over(runs: &[&Entry]) -> String {
    shared_baseline(runs)
        .map_or_else(|| "speed-up".to_string(), |baseline| format!("speed-up over #{}", baseline.number))
}

/// A column: its heading and a cell per measure.
type Column = Vec<String>;

/// A column per run and, between two, one with the difference. Those that do not fit are told in words.
fn table(runs: &[&Entry], width: usize) -> Vec<TableRow> {
    let measures = measures(runs);
    let names = measures.iter().map(|measure| measure.name.chars().count() + 1).max().unwrap_or(0).max(NAMES);
    let mut columns: Vec<Column> = runs.iter().map(|run| column(run, &measures, runs)).collect();
    if let [first, second] = runs {
        columns.push(difference(first, second, &measures));
    }
    let widths = widths(&columns, width.saturating_sub(names));
    let row = |at: usize| -> String {
        columns.iter().zip(&widths).map(|(column, width)| format!("{:>width$}", column[at])).collect()
    };
    let heading =
        TableRow { name: " ".repeat(names), cells: row(0), is_heading: true, ..TableRow::default() };
    let missing = missing(runs.len(), columns.len(), widths.len());
    let missing = missing.map(|name| TableRow { name, ..TableRow::default() });
    let rows = measures.iter().enumerate().map(|(at, measure)| {
        let width = if measure.phase.is_some() { names - 2 } else { names };
        TableRow {
            phase: measure.phase,
            name: format!("{:<width$}", measure.name),
            cells: row(at + 1),
            is_heading: false,
        }
    });
    std::iter::once(heading).chain(missing).chain(rows).collect()
}

/// The widths of as many columns as fit.
fn widths(columns: &[Column], room: usize) -> Vec<usize> {
    let needed =
        |column: &Column| BETWEEN + column.iter().map(|cell| cell.chars().count()).max().unwrap_or_default();
    let spacious: Vec<usize> = columns.iter().map(|column| needed(column).max(COLUMN)).collect();
    let widths =
        if spacious.iter().sum::<usize>() <= room { spacious } else { columns.iter().map(needed).collect() };
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

fn column(run: &Entry, measures: &[Measure], runs: &[&Entry]) -> Column {
    let mut heading = String::new();
    heading.push_str(if run.is_baseline { "B " } else { "" });
    heading.push_str(if run.is_fastest { "★ " } else { "" });
    heading.push_str(if run.record.caveats.is_empty() { "" } else { "! " });
    match &run.name {
        Some(name) => heading.push_str(&format!("#{} {}", run.number, clean(name, NAME))),
        None => heading.push_str(&format!("#{} {}", run.number, run.record.plan.model().name())),
    }
    let shared = shared_baseline(runs).is_some();
    let cells = measures.iter().map(|measure| {
        let text = (measure.of)(run).map_or_else(|| "–".into(), |value| measure.unit.text(value));
        match (measure.unit, run.baseline) {
            (Unit::Times, Some(over)) if !shared => format!("{text} over #{}", over.number),
            _ => text,
        }
    });
    std::iter::once(heading).chain(cells).collect()
}

fn difference(first: &Entry, second: &Entry, measures: &[Measure]) -> Column {
    let cells = measures.iter().map(|measure| match ((measure.of)(first), (measure.of)(second)) {
        (Some(from), Some(to)) => measure.unit.difference(from, to),
        _ if matches!(measure.unit, Unit::Times) => String::new(),
        _ => "–".into(),
    });
    std::iter::once("difference".to_string()).chain(cells).collect()
}

#[cfg(test)]
mod tests {
    use super::super::window::SHORTEST;
    use super::*;

    #[test]
    fn zooming_and_panning_stay_inside_and_come_back_to_all() {
        let all = Window { from: 0, to: 1_000_000_007 };
        let mut zoom = None;
        for _ in 0..60 {
            zoom = look(zoom, Command::ZoomIn, all);
        }
        assert_eq!(zoom.map(Window::span), Some(SHORTEST));
        for _ in 0..7 {
            zoom = look(zoom, Command::ZoomOut, all);
        }
        let span = zoom.unwrap().span();
        (0..9_000).for_each(|_| zoom = look(zoom, Command::PanRight, all));
        assert_eq!(zoom, Some(Window { from: all.to - span, to: all.to }));
        (0..9_000).for_each(|_| zoom = look(zoom, Command::PanLeft, all));
        assert_eq!(zoom, Some(Window { from: 0, to: span }));
        (0..60).for_each(|_| zoom = look(zoom, Command::ZoomOut, all));
        assert_eq!(zoom, None);
    }

    #[test]
    fn differences_add_up_as_they_are_printed() {
        assert_eq!(Unit::Seconds.difference(1.0004, 1.0006), "+0.001 s");
        assert_eq!(Unit::Seconds.difference(0.0, 0.004), "+4.00 ms");
        assert_eq!(Unit::Bytes.difference(2e6, 1.5e6), "-500.0 kB");
        assert_eq!(Unit::Count.difference(7.0, 7.0), "0");
    }
}
