//! The last few runs, with the values that a class compares.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    app::{
        App,
        screen::Panel,
        screens::{
            history::{
                columns::{RowSource, speed_up},
                view::{HistoryRow, draw_gain, drawn_at, is_chosen, nothing_shown, rows_in, signs},
            },
            sweep::sketch,
        },
    },
    domain::{
        plan::Plan,
        text::{column_seconds, counted},
        time::seconds,
    },
    present::{sentence, table::shortened},
    ui::{
        area::{cells, split_above, split_left},
        panel::{draw_lines, draw_text, wrap},
        theme::{CURSOR, STRONG, Theme, strong_if},
    },
};

/// The width of a model's label, in columns.
const MODEL: usize = 22;
/// The minimum width at which runs have their number of workers, in columns.
const ROOM_FOR_WORKERS: u16 = 76;
/// The minimum width at which a word follows a bar, in columns.
const ROOM_FOR_WORD: u16 = 22;
/// The minimum height at which the runs have a heading, in rows.
const ROOM_FOR_HEADING: u16 = 3;

/// The run in row `y` of the screen, with the runs in `area`.
pub fn row_at(app: &App, area: Rect, y: u16) -> Option<HistoryRow<'_>> {
    drawn_at(app, split(area).1, false, y)
}

/// The heading, which is empty if it has no room, and the runs below it.
fn split(area: Rect) -> (Rect, Rect) {
    split_above(area, u16::from(area.height >= ROOM_FOR_HEADING))
}

/// Draws as many runs as fit around the chosen one, in the shown order.
pub fn draw(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let (above, rows) = split(area);
    draw_lines([heading(app, area.width)], above, buf);
    if let Some(nothing) = nothing_shown(app) {
        let lines = wrap(&nothing, rows.width.saturating_sub(2)).into_iter();
        draw_lines(lines.map(|text| format!(" {text}")), rows, buf);
        return;
    }
    for (area, drawn) in rows_in(app, rows, false) {
        if let HistoryRow::Run(run) = drawn {
            draw_row(app, run, theme, area, buf);
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

/// The signs and the number of a row.
fn signs_and_number(signs: &str, number: usize) -> String {
    format!(" {signs:<4}{:>4} ", format!("#{number}"))
}

fn work(app: &App, plan: &Plan, width: u16) -> String {
    let several = app.columns().several_pythons;
    let label = sentence::work::model(&plan.executor, MODEL, several);
    let label = format!("{label:<MODEL$}");
    let workers = counted(plan.workers.into(), "worker");
    if has_workers(width) {
        format!("{label}{workers:>14}")
    } else {
        label
    }
}

fn draw_row(app: &App, run: RowSource<'_>, theme: Theme, row: Rect, buf: &mut Buffer) {
    let [chosen, _, others @ ..] = signs(app, run);
    let start = signs_and_number(&format!("{chosen}{}", others.concat()), run.number());
    let width = usize::from(row.width);
    let text = match run {
        RowSource::Sweep(sweep) => {
            shortened(&format!("{start}sweep: {}", sketch::what(sweep)), width)
        }
        RowSource::Live(live, _) => {
            let time = format!("{:.1} s", seconds(live.trace.now));
            let start = format!("{start}{}{time:>10}  ", work(app, &live.plan, row.width));
            let done = live.done(width.saturating_sub(start.width()));
            format!("{start}{done}")
        }
        RowSource::Entry(entry) => {
            let time = column_seconds(entry.record.times.wall_s);
            let work = work(app, &entry.record.plan, row.width);
            let text = format!("{start}{work}{time:>10} {:>8}", speed_up(entry));
            let (_, behind) = split_left(row, cells(text.width()).saturating_add(1));
            let (room, _) = split_left(behind, behind.width.saturating_sub(1));
            draw_gain(app, run, theme, (room, ROOM_FOR_WORD), buf);
            text
        }
    };
    draw_text(text, strong_if(is_chosen(app, run)), row, buf);
}
