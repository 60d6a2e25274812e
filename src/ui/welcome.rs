//! The first start: the quick experiments, in the place of the timeline.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::panel::draw_lines;
use super::theme::Theme;
use crate::domain::experiment::EXPERIMENTS;

/// Key, question, and what to watch for, as far as there is room.
pub fn draw(theme: Theme, area: Rect, buf: &mut Buffer) {
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
        lines.push(question);
        if per_experiment > 1 {
            lines.push(Line::from(format!("     watch for: {}", experiment.watch)));
        }
        if per_experiment > 2 {
            lines.push(Line::default());
        }
    }
    draw_lines(&lines, area, buf);
}
