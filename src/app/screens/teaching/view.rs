//! The teaching layout: what a class has to see from the last row, and nothing else.

mod runs;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::app::frame::header;
use crate::app::frame::layout::Panels;
use crate::app::screen::{Panel, Screen};
pub use crate::app::screens::teaching::view::runs::row_at;
use crate::app::screens::timeline::view as timeline;
use crate::app::{App, Shown};
use crate::domain::assessment::Assessment;
use crate::domain::history::Entry;
use crate::domain::record::Outcome;
use crate::domain::speedup::Baseline;
use crate::domain::text;
use crate::domain::time::seconds;
use crate::present::number::{NOTHING, in_few_digits};
use crate::present::table::{fitting, shortened};
use crate::ui::area::{cells, split_above, split_left};
use crate::ui::panel::{draw_text, wrap};
use crate::ui::theme::{BAND, STRONG, Theme};
use crate::ui::widget::figure::{Figure, Size};

/// Whether it is what is on the screen: a panel that is expanded takes its place.
pub fn is_on(app: &App) -> bool {
    app.screen() == Screen::Teaching && !app.focus().expanded
}

/// The panels as they are needed now: in this layout there is no number before the first run, and the questions get the
/// room.
pub fn fitted(app: &App, mut panels: Panels) -> Panels {
    if is_on(app) && app.shown().is_none() {
        panels.timeline = panels.figures.union(panels.timeline).union(panels.history);
        (panels.figures, panels.history) = (Rect::default(), Rect::default());
    }
    panels
}

/// All panels of the layout.
pub fn draw(app: &App, theme: Theme, panels: &Panels, buf: &mut Buffer) {
    header::header(app, panels.header, buf);
    let (first, second) = said(app, panels.verdict.width.saturating_sub(4));
    draw_band([&first, &second], panels.verdict, buf);
    let focused = app.focus().panel == Panel::Timeline;
    timeline::panel(app, focused, theme, panels.timeline, panels.gutter, buf);
    if let Some(shown) = app.shown() {
        draw_figures(app, shown, panels.figures, buf);
        runs::draw(app, theme, panels.history, buf);
    }
}

/// The sentence that is read first, reversed over the whole width, with the reason or what to watch for below it.
pub fn draw_band(said: [&str; 2], area: Rect, buf: &mut Buffer) {
    buf.set_style(area, BAND);
    let below = BAND.remove_modifier(Modifier::BOLD);
    let room = area.width.saturating_sub(4);
    // In the middle of the band, below an empty row where there is room for one.
    let rows = area
        .rows()
        .skip(usize::from(area.height.saturating_sub(2) / 2));
    for (row, (text, style)) in rows.zip(said.into_iter().zip([BAND, below])) {
        let text = shortened(text, usize::from(room));
        draw_text(text, style, split_left(row, 2).1, buf);
    }
}

/// What comes out and why, in two rows: what else there is to say if the reason needs none.
fn said(app: &App, room: u16) -> (String, String) {
    let headline = app.headline();
    if let Some(Shown::Entry(entry)) = app.shown()
        && let Some((result, reason)) = headline.rsplit_once(": ")
    {
        // A doubt matters more than the reason.
        if !entry.is_doubted() {
            return (result.into(), reason.into());
        }
        let fits = headline.width() <= usize::from(room);
        let first = if fits { headline } else { result };
        return (first.into(), header::besides(app));
    }
    let mut lines = wrap(headline, room).into_iter();
    let first = lines.next().unwrap_or_default();
    let rest = lines.collect::<Vec<_>>().join(" ");
    let second = match app.shown() {
        _ if !rest.is_empty() => rest,
        // The two numbers stand below, large.
        Some(Shown::Live(live)) if live.watch().is_none() => live.done(room.into()),
        _ => header::besides(app),
    };
    (first, second)
}

/// One number with what it says, the longest of which fits is shown.
type Number = (String, Vec<String>);

/// Time, and the two numbers that it is all about; afterwards what came out of them.
fn draw_figures(app: &App, shown: Shown<'_>, area: Rect, buf: &mut Buffer) {
    let size = if area.height > Size::Large.rows() {
        Size::Large
    } else {
        Size::Small
    };
    let cores = app.machine_shown().cores_usable;
    let numbers: [Number; 3] = match shown {
        Shown::Live(live) => [
            (
                format!("{:.1} s", seconds(live.trace.now)),
                vec!["time so far".into()],
            ),
            (
                live.trace.in_flight_now().to_string(),
                in_fewer_words("concurrency: ", "tasks in flight".into()),
            ),
            (
                format!("{:.1}", live.trace.on_core_lately()),
                in_fewer_words("parallelism: ", format!("on a core, of {cores}")),
            ),
        ],
        Shown::Entry(entry) => [
            (
                in_few_digits(entry.record.times.wall_s),
                vec!["time".into()],
            ),
            speed_up(entry),
            (
                format!("{:.1}", entry.record.times.parallelism),
                in_fewer_words("parallelism: ", format!("cores used, of {cores}")),
            ),
        ],
    };
    // The time has the longest digits.
    let time = area.width * 3 / 8;
    let other = (area.width - time) / 2;
    let mut x = area.x;
    for (number, width) in numbers.iter().zip([time, other, other]) {
        draw_number(number, size, Rect { x, width, ..area }, buf);
        x += width;
    }
}

fn in_fewer_words(name: &str, what: String) -> Vec<String> {
    vec![format!("{name}{what}"), what]
}

/// Aligned at the right, so that a digit more moves none of the others.
fn draw_number((digits, captions): &Number, size: Size, area: Rect, buf: &mut Buffer) {
    let right = area.right().saturating_sub(2);
    let room = right.saturating_sub(area.x);
    let at_right = |width: u16, place: Rect| {
        let width = width.min(room);
        Rect {
            x: right - width,
            width,
            ..place
        }
    };
    let (above, below) = split_above(area, 1);
    let caption = fitting(captions.iter().map(String::as_str), |caption| {
        caption.width() <= usize::from(room)
    });
    let width = cells(caption.width());
    draw_text(caption, Style::new(), at_right(width, above), buf);
    let figure = Figure::new(digits, size, STRONG);
    figure.render(at_right(figure.width(), below), buf);
}

/// The speed-up and what it is measured against, or why there is none.
fn speed_up(entry: &Entry) -> Number {
    let none = |why: &str| (NOTHING.to_string(), vec![why.to_string()]);
    let Assessment {
        speedup, baseline, ..
    } = entry.assessment;
    match (entry.record.ending.outcome, speedup, baseline) {
        (outcome @ (Outcome::Cancelled | Outcome::Failed), ..) => none(outcome.name()),
        _ if entry.record.ending.tasks_failed > 0 => none("tasks failed"),
        (_, Some(factor), Some(over)) => (text::speedup(factor), measured_against(entry, over)),
        _ => none("no baseline yet"),
    }
}

/// The baseline as the verdict names it, in fewer and fewer words.
fn measured_against(entry: &Entry, over: Baseline) -> Vec<String> {
    let mut captions = if over.number == entry.number {
        in_fewer_words("speed-up: ", "the baseline".into())
    } else {
        vec![format!("speed-up over {}", over.name())]
    };
    if over.is_chosen && over.number != entry.number {
        captions.push(format!("speed-up over #{}", over.number));
    }
    captions.push("speed-up".into());
    captions
}
