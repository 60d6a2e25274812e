//! Which share of each core our workers use, and which share others.

mod many;
mod over_time;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::panel::{block, draw_block, on_border};
use super::theme::Theme;
use super::widget::bar::Bar;
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
    /// Our workers' share, in 0..=1; nothing is known before the first run.
    ours: Option<f64>,
    /// Everybody else's, where it is known.
    others: Option<f64>,
}

/// A panel, or on a small screen one line.
pub fn draw(app: &App, theme: Theme, area: Rect, gutter: u16, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let cores = cores(app);
    if area.height == 1 {
        let behind = |title: &str| {
            let width = u16::try_from(title.len())
                .unwrap_or(u16::MAX)
                .min(area.width);
            Rect {
                x: area.x + width,
                width: (area.width - width).saturating_sub(1),
                ..area
            }
        };
        let (short, long) = (" Cores ".to_string(), |n: usize| {
            format!(" Cores, {n} a cell ")
        });
        let title = match several_a_cell(&cores, behind(&long(cores.len()))) {
            Some(n) => long(n),
            None => short,
        };
        let rest = behind(&title);
        buf.set_span(
            area.x,
            area.y,
            &Span::styled(title, theme.strong()),
            area.width,
        );
        draw_cores(&cores, theme, rest, buf);
        return;
    }
    let focused = app.focus().panel == Panel::Cores;
    let frame = block("", focused, theme);
    let inner = frame.inner(area);
    let over_time = app
        .pictured()
        .filter(|_| app.focus().expanded && over_time::fits(cores.len(), inner));
    let title = title(app, &cores, over_time.is_some(), inner);
    let frame = block(title, focused, theme).title_bottom(legend(theme, over_time.is_some()));
    draw_block(&frame, area, buf);
    match over_time {
        Some(shown) => over_time::draw(app, shown, &cores, theme, inner, gutter, buf),
        None => draw_cores(&cores, theme, inner, buf),
    }
}

/// What is drawn, as exactly as there is room for.
fn title(app: &App, cores: &[Core], over_time: bool, inner: Rect) -> String {
    let which = if app.recorded_on().is_some() {
        "recorded"
    } else {
        "usable"
    };
    let usable = format!("Cores · {} {which}", app.machine_shown().cores_usable);
    match (over_time, several_a_cell(cores, inner)) {
        (true, _) => format!("{usable} · what our workers used, over time"),
        (false, None) => usable,
        // Shorter, as the panel is narrow.
        (false, Some(n)) => format!("Cores · {}, {n} a cell", app.machine_shown().cores_usable),
    }
}

/// How many cores share a cell, if they have to.
fn several_a_cell(cores: &[Core], area: Rect) -> Option<usize> {
    let together = many::cores_per_cell(cores.len(), area);
    (together > 1 && !has_room_for_bars(cores.len(), area)).then_some(together)
}

fn legend(theme: Theme, over_time: bool) -> Line<'static> {
    let plain = on_border(Style::new());
    let mut spans = vec![
        Span::styled(" █", on_border(theme.parallelism())),
        Span::styled(" ours ", plain),
    ];
    if !over_time {
        spans.push(Span::styled(" ▒ others ", plain));
    }
    Line::from(spans)
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
    let others = |number: u16| {
        trace
            .others()
            .iter()
            .find(|(core, _)| *core == number)
            .map(|(_, share)| *share)
    };
    let mut cores: Vec<Core> = trace
        .cores()
        .iter()
        .map(|(number, time)| Core {
            number: *number,
            ours: Some((seconds(*time) / elapsed).min(1.0)),
            others: others(*number),
        })
        .collect();
    for number in app.cores_shown() {
        if cores.iter().all(|core| core.number != number) {
            cores.push(Core {
                number,
                ours: app.pictured().map(|_| 0.0),
                others: others(number),
            });
        }
    }
    cores.sort_by_key(|core| core.number);
    cores
}

/// The cores of a run that is over: exact, however short it was.
fn measured(record: &Record) -> Vec<Core> {
    let share = |seconds: f64| (seconds / record.times.wall_s.max(1e-9)).clamp(0.0, 1.0);
    let core = |core: &CoreRecord| Core {
        number: core.core,
        ours: Some(share(core.workers_s)),
        others: core.others_s.map(share),
    };
    record.cores.iter().map(core).collect()
}

/// Whether each of so many cores has room for a bar.
fn has_room_for_bars(cores: usize, area: Rect) -> bool {
    cores <= usize::from((area.width / ONE).max(1)) * usize::from(area.height)
}

/// Bars where each core has room for one, else a cell per core, or per several.
fn draw_cores(cores: &[Core], theme: Theme, area: Rect, buf: &mut Buffer) {
    if !has_room_for_bars(cores.len(), area) {
        many::draw(cores, theme, area, buf);
        return;
    }
    let used = u16::try_from(cores.len().div_ceil(usize::from(area.height.max(1))))
        .unwrap_or(1)
        .max(1);
    let width = area.width / used;
    // With room to spare, bars do not touch.
    let apart = if cores.len() * 2 <= usize::from(area.height) + 1 {
        2
    } else {
        1
    };
    for (i, core) in (0u16..).zip(cores) {
        let (column, row) = (i / area.height, i % area.height);
        let row = row * apart;
        let cell = Rect {
            x: area.x + column * width,
            y: area.y + row,
            width: width.min(40),
            height: 1,
        };
        draw_bar(core, theme, cell, buf);
    }
}

/// A share in so many columns as all of them take, or a dash.
fn percent(share: Option<f64>) -> String {
    share.map_or("  –  ".into(), |share| {
        format!("{:>3.0} %", share * 100.0)
    })
}

fn draw_bar(core: &Core, theme: Theme, area: Rect, buf: &mut Buffer) {
    const LABEL: u16 = 3;
    const NUMBERS: u16 = 6;
    buf.set_stringn(
        area.x,
        area.y,
        format!("{:>2} ", core.number),
        usize::from(area.width),
        Style::new(),
    );
    let bar = Rect {
        x: area.x + LABEL,
        width: area.width.saturating_sub(LABEL + NUMBERS),
        ..area
    };
    for column in bar.columns() {
        buf.set_string(column.x, column.y, "·", theme.secondary());
    }
    Bar::new(core.ours.unwrap_or(0.0), theme.parallelism())
        .then(core.others.unwrap_or(0.0), Style::new())
        .render(bar, buf);
    buf.set_stringn(
        bar.right(),
        area.y,
        format!(" {}", percent(core.ours)),
        usize::from(NUMBERS),
        theme.strong(),
    );
}
