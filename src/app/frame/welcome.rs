//! The first start: the quick experiments, in place of the timeline.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use crate::{
    catalog::experiment::{Experiment, offered},
    ui::{
        area::{cells, split_above, split_left},
        panel::draw_lines,
        theme::{CURSOR, STRONG},
        widget::figure::{LargeFigure, Size},
    },
};

/// The height of an experiment with its key in large digits, in rows, including an empty row.
const LARGE: u16 = 4;
/// The widths of a key in large digits and in the largest digits, in columns.
const KEY: [u16; 2] = [6, 12];
/// The width of an experiment with its text, in columns.
pub const WIDTH: u16 = 84;

/// Draws key, question, and what to watch for, as far as there is room. The chosen question is bold.
pub fn draw(has_python: bool, chosen: Option<&Experiment>, area: Rect, buf: &mut Buffer) {
    let apart = apart(has_python, area);
    for (experiment, place) in places(has_python, area) {
        let plan = format!(
            "{} · {}",
            experiment.workload.name(),
            experiment.model.name()
        );
        let watch = format!("watch for: {}", experiment.watch);
        let is_chosen = chosen == Some(experiment);
        let style = if is_chosen { CURSOR } else { STRONG };
        let question = Span::styled(experiment.question, style);
        if are_large(has_python, area) {
            let is_largest = apart > Size::Large.rows();
            let (size, columns) = if is_largest {
                (Size::Large, KEY[1])
            } else {
                (Size::Small, KEY[0])
            };
            let (key, text) = split_left(place, columns);
            let (_, key) = split_left(key, 1);
            LargeFigure::new(&experiment.key.to_string(), size, STRONG).render(key, buf);
            let lines = [Line::from(question), plan.into(), watch.into()];
            let (_, text) = split_above(text, u16::from(is_largest));
            draw_lines(lines, text, buf);
            continue;
        }
        let mut line = Line::from(vec![
            Span::styled(format!(" {} ", experiment.key), CURSOR),
            Span::raw("  "),
            question,
        ]);
        // Half a name would be confusing.
        if line.width() + plan.width() + 3 <= usize::from(place.width) {
            line.push_span(format!("   {plan}"));
        }
        let watch = Line::from(format!("     {watch}"));
        draw_lines([line, watch], place, buf);
    }
}

/// The experiment at this height of the area.
pub fn experiment_at(has_python: bool, area: Rect, y: u16) -> Option<&'static Experiment> {
    let is_here = |place: &Rect| (place.top()..place.bottom()).contains(&y);
    places(has_python, area)
        .find(|(_, place)| is_here(place))
        .map(|(experiment, _)| experiment)
}

/// Whether there is room for keys in large digits.
pub fn are_large(has_python: bool, area: Rect) -> bool {
    apart(has_python, area) >= LARGE
}

/// The distance from one experiment to the next, in rows.
fn apart(has_python: bool, area: Rect) -> u16 {
    let count = cells(offered(has_python).len());
    // The last one needs no empty row below it.
    match (area.height + 1) / count {
        large if large >= LARGE => large.min(LARGE + 3),
        _ => (area.height / count).max(1),
    }
}

/// Where each experiment is: all rows up to the next one, except an empty row if there is room for it.
fn places(has_python: bool, area: Rect) -> impl Iterator<Item = (&'static Experiment, Rect)> {
    let apart = apart(has_python, area);
    let height = if apart > 2 { apart - 1 } else { apart };
    let offered = offered(has_python).into_iter().zip(0u16..);
    offered.map(move |(experiment, i)| {
        let y = area.y + i * apart;
        (experiment, Rect { y, height, ..area }.intersection(area))
    })
}
