//! Which mark stands for which phase, on the timeline's lower border.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::phase::Phase;
use crate::domain::plan::Lock;
use crate::ui::panel::on_border;
use crate::ui::theme::{FAILED, Theme, mark};
use crate::ui::widget::core_gantt::{BEGINS, TURNS};

/// A mark with its name, and with its meaning in a few words.
#[derive(Clone, Copy)]
struct Item {
    mark: &'static str,
    style: Style,
    name: &'static str,
    explained: &'static str,
    /// From which shortening on it is left out, as it explains itself.
    left_out: usize,
}

impl Item {
    fn of(phase: Phase, lock: Lock, theme: Theme) -> Item {
        let is_estimate = phase == Phase::Gil && lock == Lock::Real;
        let explained = match phase {
            Phase::Ready => "ready: no core is free",
            Phase::Gil if is_estimate => "gil (estimated): wants the lock",
            Phase::Gil => "gil: wants the lock",
            _ => phase.name(),
        };
        let left_out = match phase {
            Phase::Starting => 3,
            Phase::Idle => 4,
            _ => usize::MAX,
        };
        let name = if is_estimate {
            "gil (estimated)"
        } else {
            phase.name()
        };
        Item {
            mark: mark(phase),
            style: theme.phase(phase),
            name,
            explained,
            left_out,
        }
    }

    fn failed(theme: Theme) -> Item {
        let name = "failed";
        Item {
            mark: FAILED,
            style: theme.error(),
            name,
            explained: "a task failed",
            left_out: usize::MAX,
        }
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
        .map(|phase| Item::of(*phase, lock, theme))
        .collect();
    if failures {
        items.insert(1.min(items.len()), Item::failed(theme));
    }
    let shortened = |shortening: usize| {
        let kept = items.iter().filter(|item| shortening < item.left_out);
        let (name, between): (fn(&Item) -> &'static str, _) = match shortening {
            0 => (|item| item.explained, "  "),
            1 => (|item| item.name, "  "),
            _ => (|item| item.name, " "),
        };
        row(kept, name, between)
    };
    let fits = |line: &Line<'_>| line.width() <= usize::from(width);
    (0..4)
        .map(shortened)
        .find(fits)
        .unwrap_or_else(|| shortened(4))
}

/// The marks of the view by core, in as many words as there is room for.
pub fn of_cores(theme: Theme, width: u16) -> Line<'static> {
    let item = |mark, style, name, explained| Item {
        mark,
        style,
        name,
        explained,
        left_out: usize::MAX,
    };
    let computing = theme.phase(Phase::Computing);
    let items = [
        item(
            mark(Phase::Computing),
            computing,
            "computing",
            "a worker computes here",
        ),
        item("w3", theme.strong(), "which", "which one"),
        item(TURNS, Style::new(), "several", "several in turn"),
        item(BEGINS, theme.strong(), "next", "the next one"),
    ];
    let line = row(items.iter(), |item| item.explained, "  ");
    if line.width() <= usize::from(width) {
        line
    } else {
        row(items.iter(), |item| item.name, "  ")
    }
}

fn row<'a>(
    items: impl Iterator<Item = &'a Item>,
    name: fn(&Item) -> &'static str,
    between: &'static str,
) -> Line<'static> {
    let plain = on_border(Style::new());
    let mut spans = vec![];
    for item in items {
        spans.push(Span::styled(
            if spans.is_empty() { " " } else { between },
            plain,
        ));
        spans.push(Span::styled(item.mark, on_border(item.style)));
        spans.push(Span::styled(format!(" {}", name(item)), plain));
    }
    spans.push(Span::styled(" ", plain));
    Line::from(spans)
}
