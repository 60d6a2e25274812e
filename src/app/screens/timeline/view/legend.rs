//! The legend of the marks of phases. As many lines as there is room for are below the bars; the rest is on the lower
//! border of the timeline.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{
    domain::phase::Phase,
    present::table::fitting,
    ui::{
        panel::on_border,
        theme::{FAILED, STRONG, Theme},
        widget::core_gantt::{STARTS, TURNS},
    },
};

/// The maximum number of lines of a legend.
pub const LINES: u16 = 3;
/// The meaning of the ink, after the first item.
const FULLER: [&str; 2] = [
    ": height and % are its share of the time",
    ": height = share of time",
];

/// A mark with its name, and its meaning in a few words.
pub struct LegendItem {
    mark: Span<'static>,
    name: &'static str,
    explained: &'static str,
    /// The step of shortening at which the item is left out, because it explains itself.
    left_out: usize,
    /// The line of the item, if there are several.
    line: u16,
}

fn item(mark: Span<'static>, name: &'static str, explained: &'static str, line: u16) -> LegendItem {
    LegendItem {
        mark,
        name,
        explained,
        left_out: usize::MAX,
        line,
    }
}

fn of_phase(phase: Phase, is_estimate: bool, theme: Theme) -> LegendItem {
    let (name, explained) = match (phase, is_estimate) {
        (Phase::Ready, _) => (phase.name(), "ready: waits for a core"),
        (Phase::Gil, true) => ("gil (estimated)", "gil (estimated): waits for the lock"),
        (Phase::Gil, false) => (phase.name(), "gil: waits for the lock"),
        _ => (phase.name(), phase.name()),
    };
    let line = match phase {
        Phase::Computing => 0,
        starved if starved.description().is_starved => 1,
        _ => 2,
    };
    let left_out = match phase {
        Phase::Starting => 3,
        Phase::Idle => 4,
        _ => usize::MAX,
    };
    LegendItem {
        left_out,
        ..item(theme.mark(phase), name, explained, line)
    }
}

/// The marks of these phases, and that of failed tasks if there are any. Waiting for the lock may be an estimate.
pub fn of_phases(
    phases: &[Phase],
    is_estimate: bool,
    failures: bool,
    theme: Theme,
) -> Vec<LegendItem> {
    let phases = phases.iter();
    let items = phases.map(|phase| of_phase(*phase, is_estimate, theme));
    let mut items: Vec<LegendItem> = items.collect();
    if failures {
        let mark = Span::styled(FAILED, theme.error());
        let failed = item(mark, "failed", "a task failed", 2);
        items.insert(1.min(items.len()), failed);
    }
    items.sort_by_key(|item| item.line);
    items
}

/// The marks of the view by core.
pub fn of_cores(theme: Theme) -> Vec<LegendItem> {
    let strong = |mark| Span::styled(mark, STRONG);
    let several = Span::styled(TURNS, Style::new());
    let computing = theme.mark(Phase::Computing);
    vec![
        item(computing, "computing", "a worker computes here", 0),
        item(strong("w0"), "which", "its worker", 1),
        item(several, "several", "several in turn", 1),
        item(strong(STARTS), "next", "another worker takes over", 2),
    ]
}

/// The groups: ink, workers that wait for a core or the lock, and the rest.
fn groups(items: &[LegendItem]) -> impl Iterator<Item = &[LegendItem]> {
    items.chunk_by(|one, next| one.line == next.line)
}

/// The items without room in `lines` lines, all in one row: with their meaning, with their names, close together, or
/// without those that explain themselves, depending on the room.
pub fn on_the_border(items: &[LegendItem], lines: usize, width: u16) -> Line<'static> {
    let left: Vec<&LegendItem> = groups(items).skip(lines).flatten().collect();
    if left.is_empty() {
        return Line::default();
    }
    let rows = (0..5).map(|shortening| {
        let shown = left.iter().filter(|item| shortening < item.left_out);
        let mut row = row(shown.copied(), shortening);
        row.push_span(" ");
        on_border(row)
    });
    fitting(rows, |row| row.width() <= usize::from(width))
}

/// A line for each group, in as many words as there is room for.
pub fn in_lines(items: &[LegendItem], width: u16) -> impl Iterator<Item = Line<'static>> {
    groups(items).enumerate().map(move |(at, group)| {
        let said = if at == 0 { FULLER } else { [""; 2] };
        let [long, short] = said.map(|said| {
            let mut row = row(group, 0);
            row.push_span(said);
            row
        });
        let candidates = [long, short, row(group, 0), row(group, 1)];
        fitting(candidates, |row| row.width() <= usize::from(width))
    })
}

fn row<'a>(items: impl IntoIterator<Item = &'a LegendItem>, shortening: usize) -> Line<'static> {
    let mut row = Line::default();
    for item in items {
        let is_close = row.spans.is_empty() || shortening > 1;
        row.push_span(if is_close { " " } else { "  " });
        row.push_span(item.mark.clone());
        let name = if shortening == 0 {
            item.explained
        } else {
            item.name
        };
        row.push_span(format!(" {name}"));
    }
    row
}
