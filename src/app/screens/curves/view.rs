//! Concurrency and parallelism over time, on the axis of the timeline: the difference that the program is about.

use std::iter;

use ratatui::{
    buffer::Buffer,
    layout::{Constraint::Fill, Layout, Rect},
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};

use crate::{
    app::{App, Shown},
    domain::{phase::Phase, text::amount, trace::Sample},
    ui::{
        area::{split_below, split_left},
        panel::{draw_centred, draw_frame, draw_lines, draw_text, wrap},
        theme::{STRONG, Theme},
        widget::{
            axis::Axis,
            curve::{TimeCurve, mean},
        },
    },
};

/// The width of a scale, in columns: a number and its tick.
const SCALE: u16 = 6;
/// The minimum height of a curve with a scale, in rows.
const ROOM_FOR_SCALE: u16 = 4;

/// The minimum columns and rows for the sketches before the first run.
const ROOM_FOR_SKETCHES: (u16, u16) = (84, 5);

/// Two tasks over time. Each letter has the same length: `c` is computing, and `r` is ready for a core.
struct Example {
    title: &'static str,
    tasks: [&'static str; 2],
    numbers: &'static str,
}

/// The possible kinds of runs.
const EXAMPLES: [Example; 3] = [
    Example {
        title: "one after the other",
        tasks: ["cccccc      ", "      cccccc"],
        numbers: "1 in flight, 1 core in use",
    },
    Example {
        title: "concurrent",
        tasks: ["ccrrccrrccrr", "rrccrrccrrcc"],
        numbers: "2 in flight, 1 core in use",
    },
    Example {
        title: "concurrent and parallel",
        tasks: ["cccccc      ", "cccccc      "],
        numbers: "2 in flight, 2 cores in use",
    },
];

/// One of the two curves.
struct CurveRow {
    name: &'static str,
    now: f64,
    most: f64,
    /// What the value that would fill the curve counts.
    most_is: &'static str,
    value: fn(&Sample) -> f64,
    style: Style,
}

/// Draws both curves; if they fill the screen, with scales and an axis.
pub fn panel(app: &App, focused: bool, theme: Theme, area: Rect, gutter: u16, buf: &mut Buffer) {
    let title = "Concurrency: tasks in flight · Parallelism: cores in use";
    let inner = draw_frame(title, focused, theme, area, buf);
    let Some(shown) = app.shown() else {
        return draw_sketches(theme, inner, buf);
    };
    let missing = shown.missing_trace();
    let window = app.timeline().window(shown.trace());
    let has_axis = app.focus().expanded && missing.is_none();
    let (curves, axis) = split_below(inner, u16::from(has_axis));
    let cursor = None;
    Axis { window, cursor }.render(split_left(axis, gutter).1, buf);
    for (row, area) in rows(app, shown, theme).into_iter().zip(halves(curves)) {
        draw_label(&row, shown, area, buf);
        let (_, bars) = split_left(area, gutter);
        let half = row.most / 2.0;
        let scale = [&row.most.to_string(), &half.to_string(), "0"];
        draw_scale(scale, bars.x, area, buf);
        let value = |from, to| mean(&shown.trace().samples, row.value, from, to);
        let curve = TimeCurve {
            value: &value,
            window,
            most: row.most,
            style: row.style,
            nothing: theme.secondary(),
        };
        missing.is_none().then_some(curve).render(bars, buf);
    }
    if let Some(why) = missing {
        draw_centred(why, split_left(inner, gutter).1, buf);
    }
}

/// Draws the meaning of the two numbers, before there is a run to show: as sketches, or in words if there is no room
/// for sketches.
fn draw_sketches(theme: Theme, area: Rect, buf: &mut Buffer) {
    if area.width < ROOM_FOR_SKETCHES.0 || area.height < ROOM_FOR_SKETCHES.1 {
        let text = "Two curves over the time of a run: tasks in flight, and cores in use.";
        return draw_lines(wrap(text, area.width), area, buf);
    }
    let places: [Rect; 3] = Layout::horizontal([Fill(1); 3]).areas(area);
    for (example, place) in EXAMPLES.iter().zip(places) {
        let room = usize::from(place.width).saturating_sub("task 0 ".len() + 2);
        let times = room / example.tasks[0].len();
        let task = |(number, task): (usize, &str)| {
            let phases = task.chars().flat_map(|phase| iter::repeat_n(phase, times));
            let cells = phases.map(|phase| match phase {
                'c' => theme.mark(Phase::Computing),
                'r' => theme.mark(Phase::Ready),
                _ => Span::raw(" "),
            });
            let label = Span::raw(format!("task {number} "));
            Line::from_iter(iter::once(label).chain(cells))
        };
        let lines = iter::once(Line::styled(example.title, STRONG))
            .chain(example.tasks.into_iter().enumerate().map(task))
            .chain([Line::raw(example.numbers)]);
        draw_lines(lines, place, buf);
    }
    let note = Line::from_iter([
        Span::raw("Sketches: "),
        theme.mark(Phase::Computing),
        Span::raw(" computes, "),
        theme.mark(Phase::Ready),
        Span::raw(" waits for a core. A run draws its curves here."),
    ]);
    draw_lines([note], split_below(area, 1).1, buf);
}

fn halves(area: Rect) -> [Rect; 2] {
    let upper = area.height.div_ceil(2);
    // With an odd number of rows, the middle row keeps the curves apart.
    let (_, lower) = split_below(area, area.height / 2);
    let upper = Rect {
        height: upper.min(lower.height.max(1)),
        ..area
    };
    [upper, lower]
}

fn rows(app: &App, shown: Shown<'_>, theme: Theme) -> [CurveRow; 2] {
    let (concurrency, parallelism) = shown.two_numbers();
    let (workers, tasks) = (shown.plan().workers, shown.plan().tasks);
    [
        CurveRow {
            name: "in flight",
            now: concurrency,
            most: workers.min(tasks).into(),
            most_is: if workers <= tasks { "worker" } else { "task" },
            value: |sample| sample.in_flight,
            style: theme.concurrency(),
        },
        CurveRow {
            name: "in use",
            now: parallelism,
            most: app.machine_shown().full_use(),
            most_is: "core",
            value: |sample| sample.on_core,
            style: theme.parallelism(),
        },
    ]
}

/// Draws the name with the number. Below it, as far as there is room, are the value that would fill the curve and the
/// time that the number is about.
fn draw_label(row: &CurveRow, shown: Shown<'_>, area: Rect, buf: &mut Buffer) {
    let when = shown.entry().map_or("now", |_| "on average");
    let most = format!("of {}", amount(row.most, row.most_is));
    let lines = [
        Line::from(vec![
            Span::raw(format!("{:<10}", row.name)),
            Span::styled(format!("{:>6.1}", row.now), STRONG),
        ]),
        Line::from(format!("{most:>16}")),
        Line::default(),
        Line::from(format!("{when:>16}")),
    ];
    // The lines after the second one make sense only together.
    let shown = if area.height >= ROOM_FOR_SCALE { 4 } else { 2 };
    draw_lines(lines.into_iter().take(shown), area, buf);
}

/// Draws the values at the top, in the middle and at the bottom, at the left of a curve that starts at column `x`. The
/// curve must be high enough for that.
pub fn draw_scale(values: [&str; 3], x: u16, row: Rect, buf: &mut Buffer) {
    if row.height < ROOM_FOR_SCALE {
        return;
    }
    let middle = row.y + row.height / 2;
    for (value, y) in values.into_iter().zip([row.y, middle, row.bottom() - 1]) {
        let place = Rect {
            x: x.saturating_sub(SCALE),
            y,
            width: SCALE,
            height: 1,
        };
        draw_text(format!("{value:>4}┤ "), Style::new(), place, buf);
    }
}
