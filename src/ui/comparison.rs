//! Several runs on one time axis: the shorter visibly ends earlier.
//!
//! ```text
//!  #2 processes was 1.9× faster than #1 serial: …
//!
//!  #1 cpu · serial · 1 worker · 8 tasks
//!  w0   ████████████████████████████████████████████████
//!  #2 cpu · processes · 2 workers · 8 tasks
//!  w0   █████████████████████████
//!  w1   █████████████████████████
//!       ╵0 s       ╵0.2 s      ╵0.4 s      ╵0.6 s
//!
//!                        #1          #2
//!  time             1.213 s     0.634 s
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::header::describe;
use super::panel::{block, draw_lines, draw_over, draw_scrolled, on_border};
use super::theme::{Theme, mark};
use super::timeline::workers;
use super::widget::axis::Axis;
use super::widget::gantt::{Gantt, Pitch};
use crate::app::App;
use crate::app::comparison::{Composition, TableRow, whole};
use crate::app::overlay::Scroll;
use crate::app::timeline::Window;
use crate::domain::history::Entry;
use crate::domain::record::Outcome;
use crate::domain::text::duration;
use crate::domain::time::seconds;

/// Columns of the names of workers.
const GUTTER: u16 = 5;
/// What is compared, and how it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The runs.
    pub numbers: &'a [usize],
    /// What is said of them, laid out.
    pub parts: &'a Composition,
    /// How far the table is scrolled.
    pub scroll: Scroll,
    /// The stretch of time in view, unless it is all of it.
    pub zoom: Option<Window>,
}

/// The runs with these numbers, over the panels.
pub fn overlay(app: &App, view: View<'_>, theme: Theme, area: Rect, buf: &mut Buffer) {
    let runs: Vec<&Entry> = view
        .numbers
        .iter()
        .filter_map(|number| app.history().get(*number))
        .collect();
    let all = whole(&runs);
    let mut frame = block(format!("Comparison of {} runs", runs.len()), true, theme);
    if let Some(zoom) = view.zoom {
        let span = |window: Window| duration(seconds(window.span()));
        let text = format!(" {} of {} in view ", span(zoom), span(all));
        frame = frame.title(Line::styled(text, on_border(Style::new())).right_aligned());
    }
    if !view.parts.legend.is_empty() {
        let text = format!(" {} ", view.parts.legend);
        frame = frame.title_bottom(Line::styled(text, on_border(Style::new())));
    }
    let inner = draw_over(&frame, area, buf);
    let said: Vec<Line<'_>> = view
        .parts
        .said
        .iter()
        .map(|text| Line::styled(text.as_str(), theme.strong()))
        .collect();
    draw_lines(&said, inner, buf);
    let below = below(inner, u16::try_from(said.len()).unwrap_or(1) + 1);
    let window = view.zoom.unwrap_or(all);
    let timelines = view.parts.timelines.min(below.height);
    draw_timelines(
        &runs,
        window,
        theme,
        Rect {
            height: timelines,
            ..below
        },
        buf,
    );
    let table = self::below(below, timelines);
    draw_scrolled(
        &view.parts.table,
        |row| table_line(row, theme),
        view.scroll,
        theme,
        table,
        buf,
    );
}

fn table_line(row: &TableRow, theme: Theme) -> Line<'_> {
    let cells = || Span::raw(row.cells.as_str());
    match row.phase {
        Some(phase) => Line::from(vec![
            Span::styled(format!("{} ", mark(phase)), theme.phase(phase)),
            Span::raw(row.name.as_str()),
            cells(),
        ]),
        None => {
            let style = if row.is_heading {
                theme.strong()
            } else {
                Style::new()
            };
            Line::from(vec![Span::raw(row.name.as_str()), cells()]).style(style)
        }
    }
}

/// `area` without its first rows.
fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// All runs below each other, on one time axis.
fn draw_timelines(runs: &[&Entry], window: Window, theme: Theme, area: Rect, buf: &mut Buffer) {
    let mut rest = Rect {
        height: area.height.saturating_sub(2),
        ..area
    };
    // Bars of all runs are equally high, or more ink would not mean more work.
    let lanes: usize = runs.iter().map(|run| bars_of(run)).sum();
    let titles = u16::try_from(runs.len()).unwrap_or(u16::MAX);
    let pitch = Pitch::fitting(lanes, rest.height.saturating_sub(titles));
    let wanted = runs
        .iter()
        .map(|run| bars_of(run) * usize::from(pitch.rows()) + 1)
        .collect();
    for (i, (run, rows)) in runs.iter().zip(shares(wanted, rest.height)).enumerate() {
        let left = u16::try_from(runs.len() - i).unwrap_or(u16::MAX);
        if rest.height < 2 && rest.y < area.bottom() {
            let text = format!("… and {left} more: the screen is too low");
            buf.set_stringn(rest.x, rest.y, text, usize::from(rest.width), Style::new());
            // Below the bars one row is free: the axis moves down into it.
            rest.y += 1;
            break;
        }
        draw_timeline(
            run,
            window,
            pitch,
            theme,
            Rect {
                height: rows,
                ..rest
            },
            buf,
        );
        rest = below(rest, rows);
    }
    let axis = Rect {
        x: rest.x + GUTTER.min(rest.width),
        width: rest.width.saturating_sub(GUTTER),
        height: 1,
        ..rest
    };
    Axis::new(window, Style::new()).render(axis.intersection(area), buf);
}

/// How many bars a run has; where its picture is missing, the reason takes the room of one.
fn bars_of(run: &Entry) -> usize {
    run.trace.lanes().len().max(1)
}

/// Who gets how many of `rows`: at least two each, as long as there are any, and what small runs leave goes to the others.
fn shares(wanted: Vec<usize>, rows: u16) -> Vec<u16> {
    let mut left = rows;
    let mut shares = vec![0; wanted.len()];
    for share in &mut shares {
        *share = left.min(2);
        left -= *share;
    }
    while left > 0 {
        let hungry = shares
            .iter_mut()
            .zip(&wanted)
            .filter(|(share, wanted)| usize::from(**share) < **wanted);
        let Some((share, _)) = hungry.min_by_key(|(share, _)| **share) else {
            break;
        };
        *share += 1;
        left -= 1;
    }
    shares
}

fn draw_timeline(
    run: &Entry,
    window: Window,
    pitch: Pitch,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let lanes = run.trace.lanes().len();
    // The last bar needs no gap below it.
    let rows = usize::from(area.height.saturating_sub(1) + pitch.gap) / usize::from(pitch.rows());
    let shown: Vec<usize> = if lanes > rows {
        (0..rows).map(|i| lanes * i / rows).collect()
    } else {
        (0..lanes).collect()
    };
    buf.set_line(
        area.x,
        area.y,
        &title(run, shown.len(), theme, area.width),
        area.width,
    );
    let bars = below(area, 1);
    if let Some(why) = run.missing_picture() {
        let (x, room) = (
            bars.x + GUTTER.min(bars.width),
            usize::from(bars.width.saturating_sub(GUTTER)),
        );
        if !bars.is_empty() {
            buf.set_stringn(x, bars.y, why, room, Style::new());
        }
        return;
    }
    for (bar, lane) in pitch.bars(bars).zip(&shown) {
        let y = bar.bottom().saturating_sub(1);
        buf.set_stringn(
            bar.x,
            y,
            format!("w{lane}"),
            usize::from(GUTTER),
            Style::new(),
        );
    }
    let bars = Rect {
        x: bars.x + GUTTER.min(bars.width),
        width: bars.width.saturating_sub(GUTTER),
        ..bars
    };
    Gantt::new(&run.trace, window, theme)
        .lanes(shown)
        .pitch(pitch)
        .render(bars, buf);
}

/// What a run was, how it ended unless well, and how much of it is drawn; in as many words as fit.
fn title(run: &Entry, drawn: usize, theme: Theme, width: u16) -> Line<'static> {
    let plan = &run.record.plan;
    let lanes = run.trace.lanes().len();
    let outcome = match run.record.ending.outcome {
        Outcome::Completed => String::new(),
        outcome => format!(" · {}", outcome.name()),
    };
    let short = format!("{} · {}", plan.label(), plan.executor().label());
    let long_note = format!("  {drawn} of {} drawn", workers(lanes));
    let short_note = format!("  {drawn} of {lanes} drawn");
    let line = |what: &str, note: &str| {
        let note = if drawn < lanes { note } else { "" };
        let what = format!("{} {what}{outcome}", run.called());
        Line::from(vec![
            Span::styled(what, theme.strong()),
            Span::raw(note.to_string()),
        ])
    };
    [
        line(&describe(plan), &long_note),
        line(&describe(plan), &short_note),
        line(&short, &long_note),
    ]
    .into_iter()
    .find(|line| line.width() <= usize::from(width))
    .unwrap_or_else(|| line(&short, &short_note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_runs_are_drawn_whole_before_large_ones_get_more() {
        assert_eq!(shares(vec![2, 3, 9, 9], 14), [2, 3, 5, 4]);
        assert_eq!(shares(vec![2, 3], 40), [2, 3]);
        assert_eq!(shares(vec![9, 9, 9], 5), [2, 2, 1]);
        assert_eq!(shares(vec![], 5), [0; 0]);
    }
}
