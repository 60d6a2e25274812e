//! Several runs on one time axis. The timeline of a shorter run visibly ends earlier.
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

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};

use crate::{
    app::{
        App,
        frame::layout::Panels,
        screens::comparison::{APART, Comparing, least, runs, whole},
        view::View,
    },
    domain::{
        history::RunEntry,
        provenance::Origin,
        record::Outcome,
        text::{counted, duration},
        time::seconds,
    },
    present::{sentence::work, table::fitting},
    ui::{
        area::{cells, split_above, split_below, split_left},
        panel::{block, draw_lines, draw_over, draw_scrolled, draw_text, on_border, read},
        theme::{STRONG, Theme},
        widget::{
            axis::Axis,
            gantt::{Gantt, Pitch},
        },
        window::Window,
    },
};

/// The width of the names of workers, in columns.
const GUTTER: u16 = 5;

impl View for Comparing {
    /// The size of the whole room.
    fn size(&self, _app: &App, room: Rect) -> (u16, usize) {
        (room.width, usize::from(room.height))
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let runs = runs(app.history(), &self.numbers);
        let (zoom, all, parts) = (self.zoom, whole(&runs), &self.parts);
        let mut frame = block(format!("Comparison of {} runs", runs.len()), true, theme);
        if let Some(zoom) = zoom {
            let span = |window: Window| duration(seconds(window.span()));
            let text = format!(" {} of {} in view ", span(zoom), span(all));
            frame = frame.title(on_border(text).right_aligned());
        }
        if !parts.legend.is_empty() {
            frame = frame.title_bottom(on_border(format!(" {} ", parts.legend)));
        }
        let inner = draw_over(&frame, area, buf);
        let said = parts.sentence.iter();
        let said = said.map(|text| Line::styled(text.as_str(), STRONG));
        draw_lines(said, inner, buf);
        let (_, below) = split_above(inner, parts.sentence_room);
        let (columns, rows) = parts.timelines;
        let (timelines, table) = if columns < below.width {
            let (timelines, beside) = split_left(below, columns);
            (split_above(timelines, rows).0, split_left(beside, APART).1)
        } else {
            split_above(below, rows)
        };
        draw_timelines(&runs, zoom.unwrap_or(all), theme, timelines, buf);
        draw_scrolled(
            &parts.table,
            |row| read(row, theme),
            self.scroll,
            table,
            buf,
        );
    }
}

/// Draws all runs below each other, on one time axis.
pub(in crate::app) fn draw_timelines(
    runs: &[&RunEntry],
    window: Window,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    // An empty row separates the axis from the table, unless that would leave no room for the timeline of a run.
    let apart = u16::from(area.height != least(runs.len()));
    let (mut rest, _) = split_below(area, 1 + apart);
    // The bars of all runs have the same height. Otherwise more ink would not mean more work.
    let lanes: usize = runs.iter().map(|run| bars_of(run)).sum();
    let titles = cells(runs.len());
    let pitch = Pitch::fitting(lanes, rest.height.saturating_sub(titles));
    let wanted = runs
        .iter()
        .map(|run| bars_of(run) * usize::from(pitch.rows()) + 1)
        .collect();
    for (i, (run, rows)) in runs.iter().zip(shares(wanted, rest.height)).enumerate() {
        if rest.height < 2 && rest.y < area.bottom() {
            let left = runs.len() - i;
            let text = format!("… and {left} more: not enough rows");
            draw_text(text, Style::new(), Rect { height: 1, ..rest }, buf);
            // One row is free below the bars: the axis moves down into it.
            rest.y += 1;
            break;
        }
        let (own, others) = split_above(rest, rows);
        draw_timeline(run, window, pitch, theme, own, buf);
        rest = others;
    }
    let axis = Rect { height: 1, ..rest }.intersection(area);
    let cursor = None;
    Axis { window, cursor }.render(split_left(axis, GUTTER).1, buf);
}

/// How many bars a run has. If its trace is missing, the reason takes the room of one bar.
fn bars_of(run: &RunEntry) -> usize {
    run.trace.lanes.len().max(1)
}

/// Divides `rows` among the runs. Each run gets at least two rows if possible, and small runs leave the rest of their
/// share to the others.
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
    run: &RunEntry,
    window: Window,
    pitch: Pitch,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let lanes = run.trace.lanes.len();
    // The last bar needs no gap below it.
    let rows = usize::from(area.height.saturating_sub(1) + pitch.gap) / usize::from(pitch.rows());
    let drawn = lanes.min(rows);
    let shown: Vec<usize> = (0..drawn).map(|i| lanes * i / drawn).collect();
    draw_lines([title(run, drawn, area.width)], area, buf);
    let (_, below) = split_above(area, 1);
    let (names, bars) = split_left(below, GUTTER);
    if let Some(why) = run.missing_trace() {
        draw_text(why, Style::new(), bars, buf);
        return;
    }
    for (name, lane) in pitch.bars(names).zip(&shown) {
        let (_, lowest) = split_below(name, 1);
        draw_text(format!("w{lane}"), Style::new(), lowest, buf);
    }
    let gantt = Gantt {
        trace: &run.trace,
        lanes: shown,
        window,
        pitch,
        theme,
    };
    gantt.render(bars, buf);
}

/// The title of a run: the plan, where it was recorded if elsewhere, how it ended if it did not complete, and how many
/// of its workers are drawn; in as many words as fit.
fn title(run: &RunEntry, drawn: usize, width: u16) -> Line<'static> {
    let (plan, lanes) = (&run.record.plan, run.trace.lanes.len());
    let mut besides = String::new();
    if run.provenance.origin == Origin::Recorded {
        besides += " · recorded";
    }
    if run.record.ending.outcome != Outcome::Completed {
        besides += &format!(" · {}", run.record.ending.outcome.name());
    }
    let notes = if drawn < lanes {
        let workers = counted(lanes as u64, "worker");
        [workers, lanes.to_string()].map(|all| format!("  {drawn} of {all} drawn"))
    } else {
        Default::default()
    };
    let brief = |room| {
        format!(
            "{} · {}",
            plan.label(),
            work::model(&plan.executor, room, true)
        )
    };
    let [long, short, shortest] = [work::of(plan), brief(usize::MAX), brief(work::MODEL_LEAST)]
        .map(|what| format!("{} {what}{besides}", run.called()));
    let candidates = [
        (&long, 0),
        (&long, 1),
        (&short, 0),
        (&short, 1),
        (&shortest, 1),
    ];
    let lines = candidates.map(|(what, note)| {
        let what = Span::styled(what.clone(), STRONG);
        Line::from(vec![what, Span::raw(notes[note].clone())])
    });
    fitting(lines, |line| line.width() <= usize::from(width))
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
