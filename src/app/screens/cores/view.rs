//! The share of each core that the workers use, and the share that other processes use.

mod many;
mod over_time;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};

use crate::{
    app::{App, Shown},
    domain::{record::CoreRecord, text::short, time::seconds, trace::Trace},
    present::table::fitting,
    ui::{
        area::{cells, split_left},
        panel::{block, draw_block, draw_text, inside, on_border},
        theme::{STRONG, Theme},
        widget::bar::Bar,
    },
};

/// The width of a bar with its numbers, in columns.
const ONE: u16 = 19;

/// A core over the run so far.
struct Core {
    number: u16,
    /// The share of the workers, from 0 to 1; `None` before the first run.
    ours: Option<f64>,
    /// The share of all other processes, if it is known.
    others: Option<f64>,
}

/// Draws a panel, or one line on a small screen.
pub fn panel(app: &App, focused: bool, theme: Theme, area: Rect, gutter: u16, buf: &mut Buffer) {
    let cores = cores(app);
    if area.height == 1 {
        draw_line(app, &cores, theme, area, buf);
        return;
    }
    let inner = inside(area);
    // The view over time has a row for each core, and one for the axis.
    let has_room = app.focus().expanded && cores.len() < usize::from(inner.height);
    let over_time = app.shown_with_trace().filter(|_| has_room);
    let title = title(app, &cores, over_time.is_some(), inner);
    let frame = block(title, focused, theme).title_bottom(legend(theme, over_time.is_some()));
    draw_block(&frame, area, buf);
    match over_time {
        Some(shown) => over_time::draw(app, shown, &cores, theme, inner, gutter, buf),
        None => draw_cores(&cores, theme, inner, buf),
    }
}

/// Draws the panel in one line: its title, the cores, and the values of concurrency and parallelism.
fn draw_line(app: &App, cores: &[Core], theme: Theme, area: Rect, buf: &mut Buffer) {
    let behind = |area: Rect, title: &str| {
        let (_, rest) = split_left(area, cells(title.len()));
        split_left(rest, rest.width.saturating_sub(1)).0
    };
    let before = |numbers: &str| split_left(area, area.width.saturating_sub(cells(numbers.len())));
    let two_numbers = |[c, p]: [&str; 2]| {
        let numbers = app.shown().map(Shown::two_numbers);
        numbers.map_or_else(String::new, |(concurrency, parallelism)| {
            format!("{c} {concurrency:.1}  {p} {parallelism:.1} ")
        })
    };
    let words = [["concurrency", "parallelism"], ["conc.", "par."]];
    let numbers = fitting(words.map(two_numbers), |numbers| {
        has_room_for_bars(cores.len(), behind(before(numbers).0, " Cores "))
    });
    let (area, right) = before(&numbers);
    draw_text(numbers, STRONG, right, buf);
    let long = |n: usize| format!(" Cores, {n} per cell ");
    let most = long(cores.len());
    let several = several_a_cell(cores, behind(area, &most));
    let (title, room) = several.map_or((" Cores ".into(), " Cores "), |n| (long(n), &most));
    draw_text(title, STRONG, area, buf);
    draw_cores(cores, theme, behind(area, room), buf);
}

/// The title: what is drawn, in as much detail as there is room for.
fn title(app: &App, cores: &[Core], over_time: bool, inner: Rect) -> String {
    let usable = short(app.machine_shown().full_use());
    let which = app.recorded_on().map_or("usable", |_| "recorded");
    match several_a_cell(cores, inner) {
        _ if over_time => {
            format!("Cores · {usable} {which} · used by workers, over time")
        }
        None => format!("Cores · {usable} {which}"),
        // Shorter, because the panel is narrow.
        Some(n) => format!("Cores · {usable}, {n} per cell"),
    }
}

/// How many cores share a cell, if they must.
fn several_a_cell(cores: &[Core], area: Rect) -> Option<usize> {
    let together = many::cores_per_cell(cores.len(), area);
    (together > 1 && !has_room_for_bars(cores.len(), area)).then_some(together)
}

fn legend(theme: Theme, over_time: bool) -> Line<'static> {
    let others = if over_time { "" } else { " ▒ others " };
    on_border(Line::from(vec![
        Span::styled(" █", theme.parallelism()),
        Span::raw(" workers "),
        Span::raw(others),
    ]))
}

/// The usable cores. Those that workers ran on come first; the others fill up by number. After a run the shares are
/// exact, however short the run was.
fn cores(app: &App) -> Vec<Core> {
    let over = app.shown().and_then(Shown::entry);
    if let Some(record) = over.map(|entry| &entry.record)
        && !record.cores.is_empty()
    {
        let share = |seconds: f64| (seconds / record.times.wall_s.max(1e-9)).clamp(0.0, 1.0);
        let core = |core: &CoreRecord| Core {
            number: core.core,
            ours: Some(share(core.workers_s)),
            others: core.others_s.map(share),
        };
        return record.cores.iter().map(core).collect();
    }
    let empty = Trace::default();
    let trace = app.shown().map_or(&empty, |shown| shown.trace());
    let elapsed = seconds(trace.now).max(1e-9);
    let core = |number: u16, ours: Option<f64>| {
        let mut others = trace.cores.others.iter();
        Core {
            number,
            ours,
            others: others
                .find(|(core, _)| *core == number)
                .map(|(_, share)| *share),
        }
    };
    let ran = trace.cores.times.iter();
    let mut cores: Vec<Core> = ran
        .map(|(number, time)| core(*number, Some((seconds(*time) / elapsed).min(1.0))))
        .collect();
    for number in app.cores_shown() {
        if cores.iter().all(|core| core.number != number) {
            cores.push(core(number, app.shown_with_trace().map(|_| 0.0)));
        }
    }
    cores.sort_by_key(|core| core.number);
    cores
}

/// Whether each of `cores` cores has room for a bar.
fn has_room_for_bars(cores: usize, area: Rect) -> bool {
    cores <= usize::from((area.width / ONE).max(1)) * usize::from(area.height)
}

/// Draws a bar for each core if there is room; otherwise a cell per core, or per several cores.
fn draw_cores(cores: &[Core], theme: Theme, area: Rect, buf: &mut Buffer) {
    if !has_room_for_bars(cores.len(), area) {
        many::draw(cores, theme, area, buf);
        return;
    }
    let used = cores.len().div_ceil(usize::from(area.height.max(1))).max(1);
    let width = area.width / cells(used);
    // A number is nearer to its own bar than to the one before.
    let gap = if used > 1 { 2.min(width) } else { 0 };
    // If there is room to spare, bars do not touch.
    let is_roomy = cores.len() * 2 <= usize::from(area.height) + 1;
    let apart = if is_roomy { 2 } else { 1 };
    for (i, core) in (0u16..).zip(cores) {
        let (column, row) = (i / area.height, i % area.height);
        let place = Rect {
            x: area.x + column * width,
            y: area.y + row * apart,
            width: (width - gap).min(40),
            height: 1,
        };
        draw_bar(core, theme, place, buf);
    }
}

/// A share in a fixed number of columns, or a dash.
fn percent(share: Option<f64>) -> String {
    share.map_or("  –  ".into(), |share| {
        format!("{:>3.0} %", share * 100.0)
    })
}

fn draw_bar(core: &Core, theme: Theme, area: Rect, buf: &mut Buffer) {
    const LABEL: u16 = 3;
    const NUMBERS: u16 = 6;
    let (label, rest) = split_left(area, LABEL);
    let (bar, numbers) = split_left(rest, rest.width.saturating_sub(NUMBERS));
    draw_text(format!("{:>2} ", core.number), Style::new(), label, buf);
    let nothing = "·".repeat(usize::from(bar.width));
    draw_text(nothing, theme.secondary(), bar, buf);
    Bar::new(core.ours.unwrap_or(0.0), theme.parallelism())
        .then(core.others.unwrap_or(0.0))
        .render(bar, buf);
    draw_text(format!(" {}", percent(core.ours)), STRONG, numbers, buf);
}
