//! The first start: the quick experiments, in the place of the timeline.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::panel::draw_lines;
use super::theme::Theme;
use super::widget::figure::{Figure, Size};
use crate::domain::experiment::{EXPERIMENTS, Experiment};

/// Rows of an experiment with its key in large digits, and an empty row.
const LARGE: u16 = 4;
/// Columns of a key in large digits.
const KEY: u16 = 6;

/// Key, question, and what to watch for, as far as there is room.
pub fn draw(theme: Theme, area: Rect, buf: &mut Buffer) {
    let count = u16::try_from(EXPERIMENTS.len()).unwrap_or(u16::MAX);
    // The last one needs no empty row below it.
    if area.height + 1 >= LARGE * count {
        draw_large(theme, area, buf);
    } else {
        draw_lines(&lines(theme, area.height / count, area.width), area, buf);
    }
}

fn draw_large(theme: Theme, area: Rect, buf: &mut Buffer) {
    let count = u16::try_from(EXPERIMENTS.len()).unwrap_or(u16::MAX);
    let apart = ((area.height + 1) / count).clamp(LARGE, LARGE + 3);
    let rows = (0..count).map(|i| area.y + i * apart);
    for (experiment, y) in EXPERIMENTS.iter().zip(rows) {
        let place = Rect { y, height: LARGE - 1, ..area }.intersection(area);
        Figure::new(&experiment.key.to_string(), Size::Small, theme.strong())
            .render(Rect { x: place.x + 1, width: KEY - 2, ..place }.intersection(place), buf);
        let text = Rect { x: place.x + KEY, width: place.width.saturating_sub(KEY), ..place };
        let lines = [
            Line::styled(experiment.question, theme.strong()),
            Line::from(plan(experiment)),
            Line::from(format!("watch for: {}", experiment.watch)),
        ];
        draw_lines(&lines, text, buf);
    }
}

fn plan(experiment: &Experiment) -> String {
    format!("{} · {}", experiment.workload.name(), experiment.model.name())
}

fn lines(theme: Theme, rows_each: u16, width: u16) -> Vec<Line<'static>> {
    let mut lines = vec![];
    for experiment in &EXPERIMENTS {
        let plan = format!("   {}", plan(experiment));
        let mut question = Line::from(vec![
            Span::styled(format!(" {} ", experiment.key), theme.cursor()),
            Span::styled(format!("  {}", experiment.question), theme.strong()),
        ]);
        // Half a name would confuse.
        if question.width() + plan.chars().count() <= usize::from(width) {
            question.push_span(Span::raw(plan));
        }
        lines.push(question);
        if rows_each > 1 {
            lines.push(Line::from(format!("     watch for: {}", experiment.watch)));
        }
        if rows_each > 2 {
            lines.push(Line::default());
        }
    }
    lines
}
