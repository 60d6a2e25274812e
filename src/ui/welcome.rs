//! The first start: the quick experiments, in the place of the timeline.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::panel::draw_lines;
use super::theme::Theme;
use super::widget::figure::{Figure, Size};
use crate::catalog::experiment::{Experiment, offered};

/// Rows of an experiment with its key in large digits, and an empty row.
const LARGE: u16 = 4;
/// Columns of a key in large digits.
const KEY: u16 = 6;

/// Key, question, and what to watch for, as far as there is room.
pub fn draw(has_python: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let apart = apart(has_python, area);
    for (experiment, place) in places(has_python, area) {
        if apart >= LARGE {
            draw_large(experiment, theme, place, buf);
        } else {
            draw_lines(&lines(experiment, theme, place.width), place, buf);
        }
    }
}

/// The experiment that stands at this height of the area.
pub fn experiment_at(has_python: bool, area: Rect, y: u16) -> Option<&'static Experiment> {
    let is_here = |place: &Rect| (place.top()..place.bottom()).contains(&y);
    places(has_python, area)
        .find(|(_, place)| is_here(place))
        .map(|(experiment, _)| experiment)
}

/// How many there are.
fn count(has_python: bool) -> u16 {
    u16::try_from(offered(has_python).len()).unwrap_or(u16::MAX)
}

/// Rows from one experiment to the next.
fn apart(has_python: bool, area: Rect) -> u16 {
    let count = count(has_python);
    // The last one needs no empty row below it.
    match (area.height + 1) / count {
        large if large >= LARGE => large.min(LARGE + 3),
        _ => (area.height / count).max(1),
    }
}

/// Where each experiment stands: all rows up to the next one but an empty one, where there is room for that.
fn places(has_python: bool, area: Rect) -> impl Iterator<Item = (&'static Experiment, Rect)> {
    let apart = apart(has_python, area);
    let height = if apart > 2 { apart - 1 } else { apart };
    offered(has_python)
        .into_iter()
        .zip(0u16..)
        .map(move |(experiment, i)| {
            let place = Rect {
                y: area.y + i * apart,
                height,
                ..area
            };
            (experiment, place.intersection(area))
        })
}

fn draw_large(experiment: &Experiment, theme: Theme, place: Rect, buf: &mut Buffer) {
    Figure::new(&experiment.key.to_string(), Size::Small, theme.strong()).render(
        Rect {
            x: place.x + 1,
            width: KEY - 2,
            ..place
        }
        .intersection(place),
        buf,
    );
    let text = Rect {
        x: place.x + KEY,
        width: place.width.saturating_sub(KEY),
        ..place
    };
    let lines = [
        Line::styled(experiment.question, theme.strong()),
        Line::from(plan(experiment)),
        Line::from(format!("watch for: {}", experiment.watch)),
    ];
    draw_lines(&lines, text, buf);
}

fn plan(experiment: &Experiment) -> String {
    format!(
        "{} · {}",
        experiment.workload.name(),
        experiment.model.name()
    )
}

/// One line that matters, and one that can be left out.
fn lines(experiment: &Experiment, theme: Theme, width: u16) -> [Line<'static>; 2] {
    let plan = format!("   {}", plan(experiment));
    let mut question = Line::from(vec![
        Span::styled(format!(" {} ", experiment.key), theme.cursor()),
        Span::styled(format!("  {}", experiment.question), theme.strong()),
    ]);
    // Half a name would confuse.
    if question.width() + plan.width() <= usize::from(width) {
        question.push_span(Span::raw(plan));
    }
    [
        question,
        Line::from(format!("     watch for: {}", experiment.watch)),
    ]
}
