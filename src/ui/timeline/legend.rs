//! Which mark stands for which phase, on the timeline's lower border.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::phase::Phase;
use crate::domain::plan::Plan;
use crate::domain::workload::WorkloadKind;
use crate::ui::panel::on_border;
use crate::ui::theme::{Theme, mark};

/// The marks of these phases: with their meaning, with their names, close together, or without what explains itself, as
/// far as there is room.
pub fn line(phases: &[Phase], theme: Theme, width: u16) -> Line<'static> {
    let without = |left_out: &[Phase]| -> Vec<Phase> {
        phases.iter().copied().filter(|phase| !left_out.contains(phase)).collect()
    };
    let lines = [
        legend_line(phases, theme, explained, "  "),
        legend_line(phases, theme, Phase::name, "  "),
        legend_line(phases, theme, Phase::name, " "),
        legend_line(&without(&[Phase::Starting]), theme, Phase::name, " "),
    ];
    let fits = |line: &Line<'_>| line.width() <= usize::from(width);
    let last = || legend_line(&without(&[Phase::Starting, Phase::Idle]), theme, Phase::name, " ");
    lines.into_iter().find(fits).unwrap_or_else(last)
}

fn explained(phase: Phase) -> &'static str {
    match phase {
        Phase::Ready => "ready: no core is free",
        Phase::Gil => "gil: wants the lock",
        _ => phase.name(),
    }
}

fn legend_line(
    phases: &[Phase],
    theme: Theme,
    name: fn(Phase) -> &'static str,
    between: &'static str,
) -> Line<'static> {
    let plain = on_border(Style::new());
    let mut spans = vec![];
    for phase in phases {
        spans.push(Span::styled(if spans.is_empty() { " " } else { between }, plain));
        spans.push(Span::styled(mark(*phase), on_border(theme.phase(*phase))));
        spans.push(Span::styled(format!(" {}", name(*phase)), plain));
    }
    spans.push(Span::styled(" ", plain));
    Line::from(spans)
}

/// The phases that a run of this plan can have.
pub fn phases_of(plan: &Plan) -> Vec<Phase> {
    use Phase::{Computing, File, Gil, Idle, Network, Ready, Starting};
    [Computing, Ready, Gil, Network, File, Starting, Idle]
        .into_iter()
        .filter(|phase| match phase {
            Phase::Gil => plan.model().has_interpreter_lock(),
            Phase::Network | Phase::File => plan.workload().kind() == WorkloadKind::Io,
            _ => true,
        })
        .collect()
}
