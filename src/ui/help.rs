//! The help: made from the table of keys, so that it cannot lie, and the phases with their marks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::panel::{block, draw_over, draw_scrolled};
use super::theme::{Theme, mark, meaning};
use crate::app::command::{BINDINGS, Context};
use crate::app::overlay::Scroll;
use crate::domain::phase::Phase;

/// Keys, phases, and the two words that the program is about.
pub fn overlay(scroll: Scroll, theme: Theme, area: Rect, buf: &mut Buffer) {
    let inner = draw_over(&block("Help", true, theme), area, buf);
    draw_scrolled(&lines(theme), scroll, theme, inner, buf);
}

fn lines(theme: Theme) -> Vec<Line<'static>> {
    let heading = |text: &'static str| Line::styled(text, theme.strong());
    let mut lines = vec![heading("What a bar says: its ink is the share of the time that was computing")];
    for phase in Phase::MEASURED.into_iter().chain([Phase::Lost]) {
        lines.push(Line::from(vec![
            Span::styled(format!("  {}  ", mark(phase)), theme.phase(phase)),
            Span::raw(format!("{:<14}{}", phase.name(), meaning(phase))),
        ]));
    }
    lines.push(Line::default());
    lines.push(heading("Concurrency is how many tasks are in flight: begun and not yet ended."));
    lines.push(heading("Parallelism is how many workers are on a core at the same time."));
    lines.push(Line::default());
    lines.push(heading("What stands before a run in the history"));
    for (sign, text) in SIGNS {
        lines.push(Line::from(vec![Span::styled(format!("  {sign}  "), theme.strong()), Span::raw(*text)]));
    }
    for (context, title) in Context::HEADINGS {
        if !title.is_empty() {
            lines.push(Line::default());
            lines.push(heading(title));
        }
        for binding in BINDINGS.iter().filter(|binding| binding.context == context) {
            lines.push(Line::from(vec![
                Span::styled(format!("  {:<11}", binding.shown), theme.strong()),
                Span::raw(binding.explanation),
            ]));
        }
    }
    lines
}

/// The signs of the history, with their meaning.
const SIGNS: &[(&str, &str)] = &[
    ("▸", "shown above"),
    ("●", "marked, to be compared"),
    ("B", "the baseline: the latest serial run of the same work without failures"),
    ("★", "the fastest run of its work, by at least a tenth"),
    ("!", "there is a reason to trust it less: Enter shows all of them"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::overlay::help_rows;

    #[test]
    fn the_app_knows_how_far_the_help_can_be_scrolled() {
        assert_eq!(lines(Theme::plain()).len(), usize::from(help_rows()));
    }
}
