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

use super::header::{describe, plural};
use super::panel::{block, draw_lines, draw_over, draw_scrolled, wrap};
use super::theme::{Theme, mark};
use super::timeline::workers;
use super::widget::axis::Axis;
use super::widget::gantt::{Gantt, Pitch};
use crate::app::App;
use crate::app::overlay::Scroll;
use crate::app::timeline::Window;
use crate::domain::history::Entry;
use crate::domain::phase::Phase;
use crate::domain::record::Outcome;
use crate::domain::text::{column_seconds, duration, speedup};
use crate::domain::time::seconds;

/// Columns of the names of workers.
const GUTTER: u16 = 5;
/// Columns of the names of rows in the table.
const NAMES: usize = 14;
/// Columns of a run in the table, where there is room.
const COLUMN: usize = 17;
/// Columns between two runs in the table, where there is none to spare.
const BETWEEN: usize = 2;

/// Rows of a worker where there is room for everything: three of ink and a gap.
const HIGH: usize = 4;

/// The runs with these numbers, over the panels.
pub fn overlay(
    app: &App,
    numbers: &[usize],
    sentence: &str,
    scroll: Scroll,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let runs: Vec<&Entry> = numbers.iter().filter_map(|number| app.history().get(*number)).collect();
    let inner = draw_over(&block(format!("Comparison of {} runs", runs.len()), true, theme), area, buf);
    let said: Vec<Line<'_>> =
        wrap(sentence, inner.width).into_iter().map(|text| Line::styled(text, theme.strong())).collect();
    draw_lines(&said, inner, buf);
    let table = table(&runs, theme, usize::from(inner.width.saturating_sub(1)));
    let below = below(inner, u16::try_from(said.len()).unwrap_or(1) + 1);
    // The picture tells more than the table: it gets what it needs, up to three fifths.
    let wanted: usize = runs.iter().map(|run| run.trace.lanes().len() * HIGH + 1).sum::<usize>() + 1;
    let fair = (below.height * 3 / 5)
        .max(below.height.saturating_sub(u16::try_from(table.len()).unwrap_or(u16::MAX)));
    let height = u16::try_from(wanted).unwrap_or(u16::MAX).min(fair);
    draw_timelines(&runs, theme, Rect { height, ..below }, buf);
    draw_scrolled(&table, scroll, theme, self::below(below, height), buf);
}

/// `area` without its first rows.
fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// All runs below each other, from 0 to the end of the longest.
fn draw_timelines(runs: &[&Entry], theme: Theme, area: Rect, buf: &mut Buffer) {
    let to = runs.iter().map(|run| run.trace.now()).max().unwrap_or(0).max(1);
    let window = Window { from: 0, to };
    let mut rest = Rect { height: area.height.saturating_sub(2), ..area };
    // Bars of all runs are equally high, or more ink would not mean more work.
    let lanes: usize = runs.iter().map(|run| run.trace.lanes().len()).sum();
    let titles = u16::try_from(runs.len()).unwrap_or(u16::MAX);
    let pitch = Pitch::fitting(lanes, rest.height.saturating_sub(titles));
    let wanted = runs.iter().map(|run| run.trace.lanes().len() * usize::from(pitch.rows()) + 1).collect();
    for (i, (run, rows)) in runs.iter().zip(shares(wanted, rest.height)).enumerate() {
        let left = u16::try_from(runs.len() - i).unwrap_or(u16::MAX);
        if rest.height < 2 && rest.y < area.bottom() {
            let text = format!("… and {left} more: the screen is too low");
            buf.set_stringn(rest.x, rest.y, text, usize::from(rest.width), Style::new());
            // Below the bars one row is free: the axis moves down into it.
            rest.y += 1;
            break;
        }
        draw_timeline(run, window, pitch, theme, Rect { height: rows, ..rest }, buf);
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

/// Who gets how many of `rows`: at least two each, as long as there are any, and what small runs leave goes to the others.
fn shares(wanted: Vec<usize>, rows: u16) -> Vec<u16> {
    let mut left = rows;
    let mut shares = vec![0; wanted.len()];
    for share in &mut shares {
        *share = left.min(2);
        left -= *share;
    }
    while left > 0 {
        let hungry = shares.iter_mut().zip(&wanted).filter(|(share, wanted)| usize::from(**share) < **wanted);
        let Some((share, _)) = hungry.min_by_key(|(share, _)| **share) else { break };
        *share += 1;
        left -= 1;
    }
    shares
}

fn draw_timeline(run: &Entry, window: Window, pitch: Pitch, theme: Theme, area: Rect, buf: &mut Buffer) {
    let lanes = run.trace.lanes().len();
    // The last bar needs no gap below it.
    let rows = usize::from(area.height.saturating_sub(1) + pitch.gap) / usize::from(pitch.rows());
    let shown: Vec<usize> =
        if lanes > rows { (0..rows).map(|i| lanes * i / rows).collect() } else { (0..lanes).collect() };
    buf.set_line(area.x, area.y, &title(run, shown.len(), theme, area.width), area.width);
    let bars = below(area, 1);
    for (bar, lane) in pitch.bars(bars).zip(&shown) {
        let y = bar.bottom().saturating_sub(1);
        buf.set_stringn(bar.x, y, format!("w{lane}"), usize::from(GUTTER), Style::new());
    }
    let bars = Rect { x: bars.x + GUTTER.min(bars.width), width: bars.width.saturating_sub(GUTTER), ..bars };
    Gantt::new(&run.trace, window, theme).lanes(shown).pitch(pitch).render(bars, buf);
}

/// What a run was, how it ended unless well, and how much of it is drawn; in as many words as fit.
fn title(run: &Entry, drawn: usize, theme: Theme, width: u16) -> Line<'static> {
    let plan = &run.record.plan;
    let lanes = run.trace.lanes().len();
    let outcome = match run.record.outcome {
        Outcome::Completed => String::new(),
        outcome => format!(" · {}", outcome.name()),
    };
    let short = format!("{} · {}", plan.workload().label(), plan.model().label());
    let long_note = format!("  {drawn} of {} drawn", workers(lanes));
    let short_note = format!("  {drawn} of {lanes} drawn");
    let line = |what: &str, note: &str| {
        let note = if drawn < lanes { note } else { "" };
        let what = format!("#{} {what}{outcome}", run.number);
        Line::from(vec![Span::styled(what, theme.strong()), Span::raw(note.to_string())])
    };
    [line(&describe(plan), &long_note), line(&describe(plan), &short_note), line(&short, &long_note)]
        .into_iter()
        .find(|line| line.width() <= usize::from(width))
        .unwrap_or_else(|| line(&short, &short_note))
}

/// A column of the table: its heading and a cell per row.
type Column = Vec<String>;

/// A column per run and, between two, one with the difference. Those that do not fit are told in words.
fn table(runs: &[&Entry], theme: Theme, width: usize) -> Vec<Line<'static>> {
    let phases: Vec<Phase> = Phase::MEASURED
        .into_iter()
        .filter(|phase| runs.iter().any(|run| run.record.phases_s[*phase] > 0))
        .collect();
    let mut columns: Vec<Column> = runs.iter().map(|run| column(run, &phases)).collect();
    if let [first, second] = runs {
        columns.push(difference(first, second, &phases));
    }
    let needed =
        |column: &Column| BETWEEN + column.iter().map(|cell| cell.chars().count()).max().unwrap_or_default();
    let spacious: Vec<usize> = columns.iter().map(|column| needed(column).max(COLUMN)).collect();
    let widths = if NAMES + spacious.iter().sum::<usize>() <= width {
        spacious
    } else {
        columns.iter().map(needed).collect()
    };
    let ends = widths.iter().scan(NAMES, |end, width| {
        *end += width;
        Some(*end)
    });
    let fitting = ends.take_while(|end| *end <= width).count();
    let names = ["", "time", "speed-up", "concurrency", "parallelism", "start-up"].map(|name| (None, name));
    let names = names.into_iter().chain(phases.iter().map(|phase| (Some(*phase), phase.name())));
    let mut lines: Vec<Line<'static>> = names
        .enumerate()
        .map(|(row, (phase, name))| {
            let cells: String = columns
                .iter()
                .zip(&widths)
                .take(fitting)
                .map(|(column, width)| format!("{:>width$}", column[row]))
                .collect();
            match phase {
                Some(phase) => Line::from(vec![
                    Span::styled(format!("{} ", mark(phase)), theme.phase(phase)),
                    Span::raw(format!("{name:<width$}{cells}", width = NAMES - 2)),
                ]),
                None => Line::from(format!("{name:<NAMES$}{cells}")),
            }
        })
        .collect();
    lines[0] = std::mem::take(&mut lines[0]).style(theme.strong());
    let missing = match runs.len().saturating_sub(fitting) {
        0 if fitting < columns.len() => Some("the difference".to_string()),
        0 => None,
        n => Some(plural(n as u64, "more run")),
    };
    if let Some(missing) = missing {
        lines.insert(1, Line::from(format!("… without {missing}: the screen is too narrow")));
    }
    lines
}

fn column(run: &Entry, phases: &[Phase]) -> Column {
    let record = &run.record;
    let unknown = || "–".to_string();
    let mut cells = vec![
        format!("#{} {}", run.number, record.plan.model().name()),
        column_seconds(record.wall_s),
        run.speedup.map_or_else(unknown, speedup),
        format!("{:.1}", record.concurrency),
        format!("{:.1}", record.parallelism),
        record.startup_s.map_or_else(unknown, duration),
    ];
    cells.extend(phases.iter().map(|phase| column_seconds(seconds(record.phases_s[*phase]))));
    cells
}

/// What the second has more, or less, than the first.
fn difference(first: &Entry, second: &Entry, phases: &[Phase]) -> Column {
    let (before, after) = (&first.record, &second.record);
    let startup = match (before.startup_s, after.startup_s) {
        (Some(before), Some(after)) => {
            let sign = if after < before { '-' } else { '+' };
            format!("{sign}{}", duration((after - before).abs()))
        }
        _ => "–".to_string(),
    };
    let mut cells = vec![
        "difference".to_string(),
        signed(before.wall_s, after.wall_s, 3) + " s",
        String::new(),
        signed(before.concurrency, after.concurrency, 1),
        signed(before.parallelism, after.parallelism, 1),
        startup,
    ];
    let spent = |entry: &Entry, phase: Phase| seconds(entry.record.phases_s[phase]);
    cells.extend(phases.iter().map(|phase| signed(spent(first, *phase), spent(second, *phase), 3) + " s"));
    cells
}

/// From one number to another as both are printed, so that the three add up.
fn signed(from: f64, to: f64, decimals: i32) -> String {
    let unit = 10f64.powi(decimals);
    let difference = ((to * unit).round() - (from * unit).round()) / unit;
    let decimals = usize::try_from(decimals).unwrap_or(0);
    // Zero has no sign.
    if difference == 0.0 { format!("{:.decimals$}", 0.0) } else { format!("{difference:+.decimals$}") }
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
