//! Which mark stands for which phase, on the timeline's lower border.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::phase::Phase;
use crate::domain::plan::Lock;
use crate::present::table::fitting;
use crate::ui::panel::on_border;
use crate::ui::theme::{FAILED, STRONG, Theme};
use crate::ui::widget::core_gantt::{BEGINS, TURNS};

/// A mark with its name, and with its meaning in a few words.
struct Item {
    mark: Span<'static>,
    name: &'static str,
    explained: &'static str,
    /// From which shortening on it is left out, as it explains itself.
    left_out: usize,
}

fn item(mark: &'static str, style: Style, name: &'static str, explained: &'static str) -> Item {
    Item {
        mark: Span::styled(mark, style),
        name,
        explained,
        left_out: usize::MAX,
    }
}

fn of_phase(phase: Phase, lock: Lock, theme: Theme) -> Item {
    let (name, explained) = match (phase, lock) {
        (Phase::Ready, _) => (phase.name(), "ready: no core is free"),
        (Phase::Gil, Lock::Real) => ("gil (estimated)", "gil (estimated): wants the lock"),
        (Phase::Gil, _) => (phase.name(), "gil: wants the lock"),
        _ => (phase.name(), phase.name()),
    };
    let left_out = match phase {
        Phase::Starting => 3,
        Phase::Idle => 4,
        _ => usize::MAX,
    };
    Item {
        mark: theme.mark(phase),
        name,
        explained,
        left_out,
    }
}

/// The marks of these phases, and that of failed tasks if there are any: with their meaning, with their names, close
/// together, or without what explains itself, as far as there is room. Waiting for a real lock is marked as an estimate.
pub fn of_phases(
    phases: &[Phase],
    lock: Lock,
    failures: bool,
    theme: Theme,
    width: u16,
) -> Line<'static> {
    let mut items: Vec<Item> = phases
        .iter()
        .map(|phase| of_phase(*phase, lock, theme))
        .collect();
    if failures {
        let failed = item(FAILED, theme.error(), "failed", "a task failed");
        items.insert(1.min(items.len()), failed);
    }
    shown(&items, 0..5, width)
}

/// The marks of the view by core, in as many words as there is room for.
pub fn of_cores(theme: Theme, width: u16) -> Line<'static> {
    let items = [
        item(
            Phase::Computing.description().mark,
            theme.phase(Phase::Computing),
            "computing",
            "a worker computes here",
        ),
        item("w3", STRONG, "which", "which one"),
        item(TURNS, Style::new(), "several", "several in turn"),
        item(BEGINS, STRONG, "next", "the next one"),
    ];
    shown(&items, 0..2, width)
}

/// As little shortened as there is room.
fn shown(items: &[Item], shortenings: std::ops::Range<usize>, width: u16) -> Line<'static> {
    let rows = shortenings.map(|shortening| {
        let mut line = Line::default();
        for item in items.iter().filter(|item| shortening < item.left_out) {
            let name = if shortening == 0 {
                item.explained
            } else {
                item.name
            };
            let is_close = line.spans.is_empty() || shortening > 1;
            line.push_span(if is_close { " " } else { "  " });
            line.push_span(item.mark.clone());
            line.push_span(format!(" {name}"));
        }
        line.push_span(" ");
        on_border(line)
    });
    fitting(rows, |line| line.width() <= usize::from(width))
}
