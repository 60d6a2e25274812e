//! Which share of each core our workers use, and which share others.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::panel::{block, draw_block, on_border};
use super::theme::Theme;
use super::widget::{RISING, bar::Bar};
use crate::app::screen::Panel;
use crate::app::{App, Shown};
use crate::domain::record::{CoreRecord, Record};
use crate::domain::time::seconds;
use crate::domain::trace::Trace;

/// Columns of a bar with its numbers.
const ONE: u16 = 20;

/// One core, over the run so far.
struct Core {
    number: u16,
    /// Our workers' share, in 0..=1.
    ours: f64,
    /// Everybody else's, where it is known.
    others: Option<f64>,
}

/// A panel, or on a small screen one line.
pub fn draw(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let cores = cores(app);
    if area.height == 1 {
        let title = Span::styled(" Cores ", theme.strong());
        buf.set_span(area.x, area.y, &title, area.width);
        let rest = Rect { x: area.x + 7, width: area.width.saturating_sub(8), ..area };
        draw_cores(&cores, theme, rest, buf);
        return;
    }
    let legend = Line::from(vec![
        Span::styled(" █", on_border(theme.parallelism())),
        Span::styled(" ours  ▒ others ", on_border(Style::new())),
    ]);
    let title = format!("Cores · {} usable", app.machine().cores_usable);
    let frame = block(title, app.focus().panel == Panel::Cores, theme).title_bottom(legend);
    let inner = draw_block(&frame, area, buf);
    draw_cores(&cores, theme, inner, buf);
}

/// The usable cores: those that workers ran on and, until there are enough of them, the others by number.
fn cores(app: &App) -> Vec<Core> {
    if let Some(Shown::Entry(entry)) = app.shown()
        && !entry.record.cores.is_empty()
    {
        return measured(&entry.record);
    }
    let empty = Trace::default();
    let trace = app.shown().map_or(&empty, |shown| shown.trace());
    let elapsed = seconds(trace.now()).max(1e-9);
    let others =
        |number: u16| trace.others().iter().find(|(core, _)| *core == number).map(|(_, share)| *share);
    let mut cores: Vec<Core> = trace
        .cores()
        .iter()
        .map(|core| Core {
            number: core.core,
            ours: (seconds(core.workers) / elapsed).min(1.0),
            others: others(core.core),
        })
        .collect();
    let usable = app.machine().cores_usable as usize;
    for number in 0..u16::try_from(app.machine().cores_online).unwrap_or(u16::MAX) {
        if cores.len() < usable && cores.iter().all(|core| core.number != number) {
            cores.push(Core { number, ours: 0.0, others: others(number) });
        }
    }
    cores.sort_by_key(|core| core.number);
    cores
}

/// The cores of a run that is over: exact, however short it was.
fn measured(record: &Record) -> Vec<Core> {
    let share = |seconds: f64| (seconds / record.wall_s.max(1e-9)).clamp(0.0, 1.0);
    let core = |core: &CoreRecord| Core {
        number: core.core,
        ours: share(core.workers_s),
        others: core.others_s.map(share),
    };
    record.cores.iter().map(core).collect()
}

/// Bars where each core has room for one, else a cell per core.
fn draw_cores(cores: &[Core], theme: Theme, area: Rect, buf: &mut Buffer) {
    let columns = (area.width / ONE).max(1);
    let bars = usize::from(columns) * usize::from(area.height);
    if cores.len() > bars {
        draw_compact(cores, theme, area, buf);
        return;
    }
    let used = u16::try_from(cores.len().div_ceil(usize::from(area.height.max(1)))).unwrap_or(1).max(1);
    let width = area.width / used;
    // With room to spare, bars do not touch.
    let apart = if cores.len() * 2 <= usize::from(area.height) + 1 { 2 } else { 1 };
    for (i, core) in (0u16..).zip(cores) {
        let (column, row) = (i / area.height, i % area.height);
        let row = row * apart;
        let cell = Rect { x: area.x + column * width, y: area.y + row, width: width.min(40), height: 1 };
        draw_bar(core, theme, cell, buf);
    }
}

fn draw_bar(core: &Core, theme: Theme, area: Rect, buf: &mut Buffer) {
    const LABEL: u16 = 3;
    const NUMBERS: u16 = 6;
    buf.set_stringn(area.x, area.y, format!("{:>2} ", core.number), usize::from(area.width), Style::new());
    let bar = Rect { x: area.x + LABEL, width: area.width.saturating_sub(LABEL + NUMBERS), ..area };
    for column in bar.columns() {
        buf.set_string(column.x, column.y, "·", theme.secondary());
    }
    Bar::new(core.ours, theme.parallelism())
        .then(core.others.unwrap_or(0.0), theme.secondary())
        .render(bar, buf);
    let share = format!("{:>4.0} %", core.ours * 100.0);
    buf.set_stringn(bar.right(), area.y, share, usize::from(NUMBERS), theme.strong());
}

/// A cell per core, filled from below; the first core of each row is named.
fn draw_compact(cores: &[Core], theme: Theme, area: Rect, buf: &mut Buffer) {
    const LABEL: u16 = 4;
    let per_row = usize::from(area.width.saturating_sub(LABEL)).max(1);
    for (row, cores) in area.rows().zip(cores.chunks(per_row)) {
        buf.set_stringn(
            row.x,
            row.y,
            format!("{:>3} ", cores[0].number),
            usize::from(row.width),
            Style::new(),
        );
        for (x, core) in (row.x + LABEL..row.right()).zip(cores) {
            let fill = (core.ours * 8.0).round() as usize;
            let (symbol, style) = if fill == 0 {
                ("·", theme.secondary())
            } else {
                (RISING[fill.min(8)], theme.parallelism())
            };
            buf.set_string(x, row.y, symbol, style);
        }
    }
}
