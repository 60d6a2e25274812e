//! The first start: the quick experiments, in the place of the timeline.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::panel::draw_lines;
use super::theme::Theme;
use crate::domain::experiment::{EXPERIMENTS, Experiment};

/// Key, question, and what to watch for, as far as there is room.
pub fn draw(theme: Theme, area: Rect, buf: &mut Buffer) {
    let lines: Vec<Line<'_>> = lines(theme, area).into_iter().map(|(_, line)| line).collect();
    draw_lines(&lines, area, buf);
}

/// The experiment that stands at this height of the area.
pub fn experiment_at(area: Rect, y: u16) -> Option<&'static Experiment> {
    let below = usize::from(y.checked_sub(area.y).filter(|_| y < area.bottom())?);
    lines(Theme::plain(), area).into_iter().nth(below)?.0
}

/// Each line with the experiment that it belongs to.
fn lines(theme: Theme, area: Rect) -> Vec<(Option<&'static Experiment>, Line<'static>)> {
    let per_experiment = usize::from(area.height) / EXPERIMENTS.len();
    let mut lines = vec![];
    for experiment in &EXPERIMENTS {
        let plan = format!("   {} · {}", experiment.workload.name(), experiment.model.name());
        let mut question = Line::from(vec![
            Span::styled(format!(" {} ", experiment.key), theme.cursor()),
            Span::styled(format!("  {}", experiment.question), theme.strong()),
        ]);
        // Half a name would confuse.
        if question.width() + plan.chars().count() <= usize::from(area.width) {
            question.push_span(Span::raw(plan));
        }
        lines.push((Some(experiment), question));
        if per_experiment > 1 {
            lines.push((Some(experiment), Line::from(format!("     watch for: {}", experiment.watch))));
        }
        if per_experiment > 2 {
            lines.push((None, Line::default()));
        }
    }
    lines
}
