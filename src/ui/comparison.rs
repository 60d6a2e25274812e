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
use crate::domain::text::{column_seconds, speedup};
use crate::domain::time::seconds;

/// Columns of the names of workers.
const GUTTER: u16 = 5;
/// Columns of the names of rows in the table.
const NAMES: usize = 16;
/// Columns of a run in the table.
const COLUMN: usize = 17;

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
    let table = table(&runs, theme);
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
    let mut title = vec![
        Span::styled(format!("#{} ", run.number), theme.strong()),
        Span::styled(describe(&run.record.plan), theme.strong()),
    ];
    if run.record.outcome != Outcome::Completed {
        title.push(Span::styled(format!(" · {}", run.record.outcome.name()), theme.strong()));
    }
    if shown.len() < lanes {
        let text = format!("  {} of {} drawn", shown.len(), workers(lanes));
        title.push(Span::raw(text));
    }
    buf.set_line(area.x, area.y, &Line::from(title), area.width);
    let bars = below(area, 1);
    for (bar, lane) in pitch.bars(bars).zip(&shown) {
        let y = bar.bottom().saturating_sub(1);
        buf.set_stringn(bar.x, y, format!("w{lane}"), usize::from(GUTTER), Style::new());
    }
    let bars = Rect { x: bars.x + GUTTER.min(bars.width), width: bars.width.saturating_sub(GUTTER), ..bars };
    Gantt::new(&run.trace, window, theme).lanes(shown).pitch(pitch).render(bars, buf);
}

/// A column per run and, between two, one with the difference.
fn table(runs: &[&Entry], theme: Theme) -> Vec<Line<'static>> {
    let cells = |value: &dyn Fn(&Entry) -> String| -> String {
        runs.iter().map(|run| format!("{:>COLUMN$}", value(run))).collect()
    };
    let row = |name: &str, value: &dyn Fn(&Entry) -> String, difference: String| {
        Line::from(format!("{name:<NAMES$}{}{difference:>COLUMN$}", cells(value)))
    };
    let unknown = || "–".to_string();
    let between = |value: &dyn Fn(&Entry) -> f64, decimals: usize, unit: &str| match runs {
        [first, second] => format!("{:+.decimals$}{unit}", value(second) - value(first)),
        _ => String::new(),
    };
    let title = cells(&|run| format!("#{} {}", run.number, run.record.plan.model().name()));
    let difference = if runs.len() == 2 { "difference" } else { "" };
    let mut lines = vec![
        Line::styled(format!("{:<NAMES$}{title}{difference:>COLUMN$}", ""), theme.strong()),
        row("time", &|run| column_seconds(run.record.wall_s), between(&|run| run.record.wall_s, 3, " s")),
        row("speed-up", &|run| run.speedup.map_or_else(unknown, speedup), String::new()),
        row(
            "concurrency",
            &|run| format!("{:.1}", run.record.concurrency),
            between(&|run| run.record.concurrency, 1, ""),
        ),
        row(
            "parallelism",
            &|run| format!("{:.1}", run.record.parallelism),
            between(&|run| run.record.parallelism, 1, ""),
        ),
        row(
            "start-up",
            &|run| run.record.startup_s.map_or_else(unknown, column_seconds),
            between(&|run| run.record.startup_s.unwrap_or(0.0), 3, " s"),
        ),
    ];
    for phase in Phase::MEASURED {
        let spent = |run: &Entry| seconds(run.record.phases_s[phase]);
        if runs.iter().any(|run| spent(run) > 0.0) {
            let cells = cells(&|run| column_seconds(spent(run)));
            lines.push(Line::from(vec![
                Span::styled(format!("{} ", mark(phase)), theme.phase(phase)),
                Span::raw(format!("{:<width$}{cells}", phase.name(), width = NAMES - 2)),
                Span::raw(format!("{:>COLUMN$}", between(&spent, 3, " s"))),
            ]));
        }
    }
    lines
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
