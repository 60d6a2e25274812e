//! The teaching layout: only what a class must see, readable from the last row.

mod runs;

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

pub use crate::app::screens::teaching::view::runs::row_at;
use crate::{
    app::{
        App, Shown,
        frame::{header, layout::Panels},
        screen::{Panel, ScreenClass},
        screens::{Overlay, teaching::Pressed, timeline::view as timeline},
    },
    domain::{
        assessment::Assessment,
        history::RunEntry,
        record::Outcome,
        speedup::Baseline,
        text::{self, grouped},
        time::seconds,
    },
    present::{
        number::{NOTHING, in_few_digits},
        table::fitting,
    },
    ui::{
        area::{cells, split_above, split_below, split_left},
        panel::{draw_lines, draw_text, wrap},
        theme::{BAND, CURSOR, STRONG, Theme, strong_if},
        widget::figure::{LargeFigure, Size},
    },
};

/// The words before the pressed keys, which could be taken for keys to press.
const LEAD: &str = "pressed: ";

/// Whether the teaching layout is on the screen. An expanded panel takes its place.
pub fn is_on(app: &App) -> bool {
    app.screen() == ScreenClass::Teaching && !app.focus().expanded
}

/// Adapts the panels to the current state. This layout has no numbers before the first run, so the questions get their
/// room. If there is no row for the pressed keys, they are beside the keys of the footer.
pub fn fitted(app: &App, mut panels: Panels) -> Panels {
    if app.screen() == ScreenClass::Teaching
        && !app.settings.teaching.pressed.is_empty()
        && !has_row_for_pressed(app, &panels)
    {
        panels.footer.width /= 2;
    }
    if is_on(app) && app.shown().is_none() {
        panels.timeline = panels.figures.union(panels.timeline).union(panels.history);
        (panels.figures, panels.history) = (Rect::default(), Rect::default());
    }
    panels
}

fn has_row_for_pressed(app: &App, panels: &Panels) -> bool {
    // The claims cover that row.
    let is_covered = matches!(app.overlay(), Some(Overlay::Claims(_) | Overlay::Claim(_)));
    is_on(app) && app.chart().is_none() && !panels.aside.is_empty() && !is_covered
}

/// Draws all panels of the layout.
pub fn draw(app: &App, theme: Theme, panels: &Panels, buf: &mut Buffer) {
    header::header(app, panels.header, buf);
    let (first, second) = verdict_and_reason(app, panels.verdict.width.saturating_sub(4));
    draw_band([&first, &second], panels.verdict, buf);
    let focused = app.focus().panel == Panel::Timeline;
    timeline::panel(app, focused, theme, panels.timeline, panels.gutter, buf);
    if let Some(shown) = app.shown() {
        draw_figures(app, shown, panels.figures, buf);
        runs::draw(app, theme, panels.history, buf);
    }
}

/// Draws the sentence to read first, reversed over the whole width, with the reason or what to watch for below it.
pub fn draw_band(said: [&str; 2], area: Rect, buf: &mut Buffer) {
    buf.set_style(area, BAND);
    let below = BAND.remove_modifier(Modifier::BOLD);
    // In the middle of the band, below an empty row if there is room for one.
    let rows = area
        .rows()
        .skip(usize::from(area.height.saturating_sub(2) / 2));
    for (row, (text, style)) in rows.zip(said.into_iter().zip([BAND, below])) {
        let width = area.width.saturating_sub(4);
        draw_text(
            text,
            style,
            Rect {
                width,
                ..split_left(row, 2).1
            },
            buf,
        );
    }
}

/// The verdict and the reason, in two rows. If the reason fits into the first row, the second row has the remarks.
fn verdict_and_reason(app: &App, room: u16) -> (String, String) {
    let headline = app.headline();
    if let Some(Shown::Entry(entry)) = app.shown()
        && let Some((result, reason)) = headline.split_once(". ")
    {
        // A caveat matters more than the reason.
        if !entry.has_caveats() {
            return (result.into(), reason.into());
        }
        let fits = headline.width() <= usize::from(room);
        let first = if fits { headline } else { result };
        return (first.into(), header::remarks(app));
    }
    let mut lines = wrap(headline, room).into_iter();
    let first = lines.next().unwrap_or_default();
    let rest = lines.collect::<Vec<_>>().join(" ");
    let second = match app.shown() {
        _ if !rest.is_empty() => rest,
        // The two numbers are below, in large digits.
        Some(Shown::Live(live)) if live.watch.is_none() => live.done(room.into()),
        _ => header::remarks(app),
    };
    (first, second)
}

/// A number, its captions, and what it counts. The longest caption that fits is shown.
type Number = (String, Vec<String>, String);

/// Draws the time, the speed-up, and the values of concurrency and parallelism.
fn draw_figures(app: &App, shown: Shown<'_>, area: Rect, buf: &mut Buffer) {
    let cores = app.machine_shown().cores_in_words();
    let (time, result) = match shown {
        Shown::Live(live) => {
            let (_, ended, _) = live.trace.tasks;
            let tasks = grouped(live.plan.tasks.into());
            let done = vec![format!("of {tasks} tasks done"), format!("of {tasks}")];
            let time = format!("{:.1} s", seconds(live.trace.now));
            (
                (time, vec!["time so far".into()], String::new()),
                (ended.to_string(), done, String::new()),
            )
        }
        Shown::Entry(entry) => {
            let time = in_few_digits(entry.record.times.wall_s);
            let time = (time, vec!["time".into()], String::new());
            (time, speed_up(entry))
        }
    };
    let (concurrency, parallelism) = shown.two_numbers();
    let numbers = [
        time,
        result,
        average(concurrency, "concurrency", "conc.", "tasks in flight"),
        average(
            parallelism,
            "parallelism",
            "par.",
            &format!("of {cores} in use"),
        ),
    ];
    // A number with more digits gets more room. In 120 columns, large ones are three columns apart or more.
    let shares = [33, 38, 26, 23].map(|share| Constraint::Ratio(share, 120));
    let places: [Rect; 4] = Layout::horizontal(shares).areas(area);
    for (number, place) in numbers.iter().zip(places) {
        draw_number(number, place, buf);
    }
}

/// A number with its name and meaning.
fn average(value: f64, name: &str, short: &str, what: &str) -> Number {
    // A second decimal of a large number is meaningless.
    let decimals = usize::from(value < 9.95);
    let captions = vec![name.into(), short.into()];
    (format!("{value:.decimals$}"), captions, what.into())
}

/// Draws a number aligned at the right, so that another digit does not move the others. It is as large as the room
/// allows.
fn draw_number((digits, captions, what): &Number, area: Rect, buf: &mut Buffer) {
    let (area, _) = split_left(area, area.width.saturating_sub(2));
    let (above, below) = split_above(area, 1);
    let room = usize::from(area.width);
    let caption = fitting(captions.iter().map(String::as_str), |caption| {
        caption.width() <= room
    });
    Line::raw(caption).right_aligned().render(above, buf);
    let mut figure = LargeFigure::new(digits, Size::Large, STRONG);
    if below.height < Size::Large.rows() || figure.width() > area.width {
        figure = LargeFigure::new(digits, Size::Small, STRONG);
    }
    let (_, place) = split_left(below, below.width.saturating_sub(figure.width()));
    let (_, last) = split_below(place, u16::from(below.height > Size::Large.rows()));
    figure.render(place, buf);
    let last = Rect {
        x: below.x,
        width: below.width,
        ..last
    };
    Line::raw(what).right_aligned().render(last, buf);
}

/// The speed-up and its reference, or why there is none.
fn speed_up(entry: &RunEntry) -> Number {
    let none = |why: &str| (NOTHING.to_string(), vec![why.to_string()], String::new());
    let Assessment {
        speedup, baseline, ..
    } = entry.assessment;
    match (entry.record.ending.outcome, speedup, baseline) {
        (outcome @ (Outcome::Cancelled | Outcome::Failed), ..) => none(outcome.name()),
        _ if entry.record.ending.tasks_failed > 0 => none("tasks failed"),
        _ if entry.assessment.is_undecided => none("cannot tell"),
        (_, Some(_), Some(over)) if over.is_disturbed || entry.record.is_disturbed() => {
            none("runs were disturbed")
        }
        (_, Some(factor), Some(over)) => (
            text::speedup(factor),
            measured_against(entry, over),
            String::new(),
        ),
        _ => none("no baseline yet"),
    }
}

/// The name of the baseline in the verdict, in fewer and fewer words.
fn measured_against(entry: &RunEntry, over: Baseline) -> Vec<String> {
    let mut captions = if over.number == entry.number {
        vec!["speed-up: the baseline".into(), "the baseline".into()]
    } else {
        vec![format!("speed-up over {}", over.name())]
    };
    if over.is_chosen && over.number != entry.number {
        captions.push(format!("speed-up over #{}", over.number));
    }
    captions.push("speed-up".into());
    captions
}

/// Draws the keys that the teacher pressed, from the left, the latest first. A key that does not fit is left out,
/// except the first, which is cut.
pub fn draw_pressed(app: &App, panels: &Panels, area: Rect, buf: &mut Buffer) {
    if app.screen() != ScreenClass::Teaching {
        return;
    }
    let place = if has_row_for_pressed(app, panels) {
        panels.aside
    } else {
        let x = panels.footer.right();
        let width = area.right() - x;
        Rect {
            x,
            width,
            ..panels.footer
        }
    };
    let (_, mut room) = split_left(place, 1);
    let all = &app.settings.teaching.pressed;
    if !all.is_empty() {
        draw_text(LEAD, Style::new(), room, buf);
        (_, room) = split_left(room, cells(LEAD.len()));
    }
    for (i, pressed) in all.iter().enumerate() {
        let key = pressed_key(pressed, i == 0);
        let width = cells(key.width());
        if i > 0 && width > room.width {
            break;
        }
        draw_lines([key], room, buf);
        (_, room) = split_left(room, width + 2);
    }
}

/// A pressed key. The latest one is bold.
fn pressed_key(pressed: &Pressed, is_latest: bool) -> Line<'static> {
    let times = match pressed.times {
        0 | 1 => String::new(),
        times => format!("  ×{times}"),
    };
    let style = strong_if(is_latest);
    let key = format!(" {} ", pressed.key);
    let meaning = format!(" {}{times}", pressed.meaning);
    Line::from(vec![
        Span::styled(key, CURSOR.patch(style)),
        Span::styled(meaning, style),
    ])
}
