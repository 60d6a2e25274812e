//! The teaching layout: what a class has to see from the last row, and nothing else.

mod runs;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::header;
use super::layout::Panels;
use super::panel::wrap;
use super::theme::Theme;
use super::timeline;
use super::widget::figure::{Figure, Size};
use crate::app::live::Live;
use crate::app::screen::Screen;
use crate::app::{App, Shown};
use crate::domain::history::Entry;
use crate::domain::record::{Outcome, Record};
use crate::domain::speedup::Baseline;
use crate::domain::text;
use crate::domain::time::seconds;
use crate::present::table::shortened;
use runs::Runs;
pub use runs::row_at;

/// Whether it is what is on the screen: a panel that is expanded takes its place.
pub fn is_on(app: &App) -> bool {
    app.screen() == Screen::Teaching && !app.focus().expanded
}

/// The panels of the layout, as they are needed now: before the first run there is no number, and the questions get the
/// room.
pub fn fitted(app: &App, panels: Panels) -> Panels {
    if app.shown().is_some() {
        return panels;
    }
    let timeline = panels.figures.union(panels.timeline).union(panels.history);
    Panels {
        timeline,
        figures: Rect::default(),
        history: Rect::default(),
        ..panels
    }
}

/// All panels of the layout.
pub fn draw(app: &App, theme: Theme, panels: &Panels, buf: &mut Buffer) {
    header::header(app, theme, panels.header, buf);
    band(app, theme, panels.verdict, buf);
    match app.shown() {
        None => timeline::panel(app, theme, panels.timeline, panels.gutter, buf),
        Some(shown) => {
            figures(app, shown, theme, panels.figures, buf);
            timeline::panel(app, theme, panels.timeline, panels.gutter, buf);
            Runs {
                app,
                theme,
                width: panels.history.width,
            }
            .draw(panels.history, buf);
        }
    }
}

/// The sentence that is read first, reversed over the whole width, with the reason or what to watch for below it.
fn band(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let style = header::band(theme);
    let room = area.width.saturating_sub(4);
    let (first, second) = said(app, room);
    let rows = usize::from(area.height);
    let begin = rows.saturating_sub(2) / 2;
    let lines = [
        (first, style),
        (second, style.remove_modifier(Modifier::BOLD)),
    ];
    for (i, row) in area.rows().enumerate() {
        buf.set_style(row, style);
        if let Some((text, style)) = i.checked_sub(begin).and_then(|i| lines.get(i)) {
            buf.set_stringn(row.x + 2, row.y, text, usize::from(room), *style);
        }
    }
}

/// What comes out and why, in two rows: a notice or what else there is to say if the reason needs none.
fn said(app: &App, room: u16) -> (String, String) {
    let headline = app.headline();
    let most = usize::from(room);
    if let Some(notice) = app.notice() {
        return (shortened(headline, most), shortened(&notice.sentence, most));
    }
    if let Some(Shown::Entry(entry)) = app.shown()
        && let Some((result, reason)) = headline.rsplit_once(": ")
    {
        // A doubt matters more than the reason.
        if !entry.is_doubted() {
            return (shortened(result, most), shortened(reason, most));
        }
        let fits = headline.width() <= most;
        let first = shortened(if fits { headline } else { result }, most);
        return (first, shortened(&header::besides(app), most));
    }
    let mut lines = wrap(headline, room).into_iter();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<String> = lines.collect();
    let second = match app.shown() {
        _ if !rest.is_empty() => rest.join(" "),
        // The two numbers stand below, large.
        Some(Shown::Live(live)) if live.watch().is_none() => live.done(most),
        _ => header::besides(app),
    };
    (first, shortened(&second, most))
}

/// One number with what it says, the longest of which fits is shown.
struct Number {
    digits: String,
    captions: Vec<String>,
}

impl Number {
    fn new<const N: usize>(digits: String, captions: [String; N]) -> Number {
        Number {
            digits,
            captions: captions.into(),
        }
    }
}

/// Time, and the two numbers that it is all about; afterwards what came out of them.
fn figures(app: &App, shown: Shown<'_>, theme: Theme, area: Rect, buf: &mut Buffer) {
    let size = if area.height > Size::Large.rows() {
        Size::Large
    } else {
        Size::Small
    };
    let cores = app.machine_shown().cores_usable;
    let numbers = match shown {
        Shown::Live(live) => of_live(live, cores),
        Shown::Entry(entry) => of_entry(entry, cores),
    };
    // The time has the longest digits.
    let time = area.width * 3 / 8;
    let other = (area.width - time) / 2;
    let mut x = area.x;
    for (number, width) in numbers.iter().zip([time, other, other]) {
        draw_number(number, size, theme, Rect { x, width, ..area }, buf);
        x += width;
    }
}

/// Aligned at the right, so that a digit more moves none of the others.
fn draw_number(number: &Number, size: Size, theme: Theme, area: Rect, buf: &mut Buffer) {
    let right = area.right().saturating_sub(2);
    let room = right.saturating_sub(area.x);
    let caption = number
        .captions
        .iter()
        .find(|caption| caption.width() <= usize::from(room));
    if let Some(caption) = caption.or(number.captions.last()) {
        let width = u16::try_from(caption.width()).unwrap_or(u16::MAX).min(room);
        buf.set_stringn(
            right - width,
            area.y,
            caption,
            usize::from(width),
            Style::new(),
        );
    }
    let figure = Figure::new(&number.digits, size, theme.strong());
    let width = figure.width().min(room);
    let below = Rect {
        x: right - width,
        y: area.y + 1,
        width,
        height: area.height.saturating_sub(1),
    };
    figure.render(below, buf);
}

fn of_live(live: &Live, cores: u32) -> [Number; 3] {
    let in_flight = live.trace.in_flight_now();
    [
        Number::new(
            format!("{:.1} s", seconds(live.trace.now())),
            ["time so far".into()],
        ),
        Number::new(
            in_flight.to_string(),
            [
                "concurrency: tasks in flight".into(),
                "tasks in flight".into(),
            ],
        ),
        Number::new(
            format!("{:.1}", live.trace.on_core_lately()),
            [
                format!("parallelism: on a core, of {cores}"),
                format!("on a core, of {cores}"),
            ],
        ),
    ]
}

fn of_entry(entry: &Entry, cores: u32) -> [Number; 3] {
    let record = &entry.record;
    [
        Number::new(short_seconds(record), ["time".into()]),
        speed_up(entry),
        Number::new(
            format!("{:.1}", record.times.parallelism),
            [
                format!("parallelism: cores used, of {cores}"),
                format!("cores used, of {cores}"),
            ],
        ),
    ]
}

/// The speed-up and what it is measured against, or why there is none.
fn speed_up(entry: &Entry) -> Number {
    let record = &entry.record;
    let none = |why: &str| Number::new("–".into(), [why.into()]);
    match (
        record.ending.outcome,
        entry.assessment.speedup,
        entry.assessment.baseline,
    ) {
        (Outcome::Cancelled | Outcome::Failed, ..) => none(record.ending.outcome.name()),
        _ if record.ending.tasks_failed > 0 => none("tasks failed"),
        (_, Some(factor), Some(over)) => {
            Number::new(text::speedup(factor), measured_against(entry, over))
        }
        _ => none("no baseline yet"),
    }
}

/// The baseline as the verdict names it, in fewer and fewer words.
fn measured_against(entry: &Entry, over: Baseline) -> [String; 3] {
    let short = "speed-up".to_string();
    if over.number == entry.number {
        return [
            "speed-up: the baseline".into(),
            "the baseline".into(),
            short,
        ];
    }
    let number = if over.is_chosen {
        format!("speed-up over #{}", over.number)
    } else {
        short.clone()
    };
    [format!("speed-up over {}", over.name()), number, short]
}

/// A time in few digits, which is all that a figure has room for.
fn short_seconds(record: &Record) -> String {
    match record.times.wall_s {
        s if s < 0.0995 => format!("{:.1} ms", s * 1e3),
        s if s < 9.995 => format!("{s:.2} s"),
        s if s < 99.95 => format!("{s:.1} s"),
        s => format!("{s:.0} s"),
    }
}
