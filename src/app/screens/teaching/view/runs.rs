//! The last few runs, with what a class compares.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::App;
use crate::app::screen::Panel;
use crate::app::screens::history::columns::speed_up;
use crate::app::screens::history::view::{
    HistoryRow, draw_gain, nothing_shown, run_at, runs_in, signs,
};
use crate::app::screens::sweep::sketch;
use crate::domain::history::Entry;
use crate::domain::plan::Plan;
use crate::domain::text::{column_seconds, counted};
use crate::domain::time::seconds;
use crate::present::table::shortened;
use crate::ui::area::{cells, split_above};
use crate::ui::panel::{draw_lines, draw_text, wrap};
use crate::ui::theme::{CURSOR, STRONG, Theme, strong_if};

/// Columns of a model's label.
const MODEL: usize = 22;
/// From so many columns on, the runs have their number of workers.
const ROOM_FOR_WORKERS: u16 = 76;
/// From so many columns on, there is a word behind a bar.
const ROOM_FOR_WORD: u16 = 22;
/// From so many rows on, the runs have a heading.
const ROOM_FOR_HEADING: u16 = 3;

/// Which run is drawn in row `y` of the screen, with the runs in `area`.
pub fn row_at(app: &App, area: Rect, y: u16) -> Option<HistoryRow<'_>> {
    run_at(app, split(area).1, false, y)
}

/// The heading, which is empty where there is no room for one, and the runs below it.
fn split(area: Rect) -> (Rect, Rect) {
    split_above(area, u16::from(area.height >= ROOM_FOR_HEADING))
}

/// As many as fit around the chosen one, in the shown order.
pub fn draw(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let (above, rows) = split(area);
    draw_lines([heading(app, area.width)], above, buf);
    if let Some(nothing) = nothing_shown(app) {
        let lines = wrap(&nothing, rows.width.saturating_sub(2)).into_iter();
        draw_lines(lines.map(|text| format!(" {text}")), rows, buf);
        return;
    }
    let chosen = app.browse().selected();
    let sign = |is_chosen: bool| if is_chosen { "▸" } else { " " };
    for (row, run) in runs_in(app, rows, false) {
        match run {
            HistoryRow::Entry(entry) => draw_entry(app, entry, theme, row, buf),
            HistoryRow::Sweep(sweep) => {
                let is_chosen = chosen == Some(sweep.number);
                let begin = begin(sign(is_chosen), sweep.number);
                let text = format!("{begin}sweep: {}", sketch::what(sweep));
                let text = shortened(&text, usize::from(row.width));
                draw_text(text, strong_if(is_chosen), row, buf);
            }
            HistoryRow::Session(_) => {}
            HistoryRow::Live(live) => {
                let begin = begin(sign(chosen.is_none()), app.history().next_number());
                let time = format!("{:.1} s", seconds(live.trace.now));
                let begin = format!("{begin}{}{time:>10}  ", work(&live.plan, row.width));
                let done = live.done(usize::from(row.width).saturating_sub(begin.width()));
                draw_text(format!("{begin}{done}"), STRONG, row, buf);
            }
        }
    }
}

fn heading(app: &App, width: u16) -> Line<'static> {
    let name = if app.focus().panel == Panel::History {
        CURSOR
    } else {
        STRONG
    };
    let workers = if has_workers(width) { 14 } else { 0 };
    let width = 5 + 5 + MODEL + workers + 10 + 9 - 10;
    Line::from(vec![
        Span::raw(" "),
        Span::styled(" History ", name),
        Span::raw(format!("{:>width$}", "time   speed-up")),
    ])
}

fn has_workers(width: u16) -> bool {
    width >= ROOM_FOR_WORKERS
}

/// Signs and number of a row.
fn begin(signs: &str, number: usize) -> String {
    format!(" {signs:<4}{:>4} ", format!("#{number}"))
}

/// Model and workers of a run.
fn work(plan: &Plan, width: u16) -> String {
    let label = format!("{:<MODEL$}", plan.executor.label());
    let workers = counted(plan.workers.into(), "worker");
    if has_workers(width) {
        format!("{label}{workers:>14}")
    } else {
        label
    }
}

fn draw_entry(app: &App, entry: &Entry, theme: Theme, row: Rect, buf: &mut Buffer) {
    let record = &entry.record;
    let [chosen, _, others @ ..] = signs(app, entry);
    let begin = begin(&format!("{chosen}{}", others.concat()), entry.number);
    let work = work(&record.plan, row.width);
    let time = column_seconds(record.times.wall_s);
    let text = format!("{begin}{work}{time:>10}{:>9}", speed_up(entry));
    let is_chosen = app.browse().selected() == Some(entry.number);
    draw_text(&text, strong_if(is_chosen), row, buf);
    if let Some(factor) = entry.assessment.speedup {
        let after = cells(text.width());
        let x = row.x + after.min(row.width) + 1;
        let room = Rect {
            x,
            width: row.right().saturating_sub(x + 2),
            ..row
        };
        draw_gain(app, Some(entry), factor, theme, (room, ROOM_FOR_WORD), buf);
    }
}
