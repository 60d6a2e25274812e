//! The teaching layout: what a class has to see from the last row, and nothing else.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::header;
use super::layout::Panels;
use super::panel::wrap;
use super::theme::Theme;
use super::timeline;
use super::widget::bar::Bar;
use super::widget::figure::{Figure, Size};
use crate::app::live::Live;
use crate::app::screen::Panel;
use crate::app::{App, Shown};
use crate::domain::history::Entry;
use crate::domain::plan::Plan;
use crate::domain::record::{Outcome, Record};
use crate::domain::text::{self, column_seconds};
use crate::domain::time::seconds;

/// Columns of a model's label.
const MODEL: usize = 22;
/// From so many columns on, the runs have their number of workers.
const ROOM_FOR_WORKERS: u16 = 76;
/// Columns of the word behind a bar.
const WORD: u16 = 11;
/// A bar gets no longer than this.
const LONGEST: u16 = 40;
/// From so many rows on, the runs have a heading.
const ROOM_FOR_HEADING: u16 = 3;

/// All panels of the layout.
pub fn draw(app: &App, theme: Theme, panels: &Panels, buf: &mut Buffer) {
    header::header(app, theme, panels.header, buf);
    band(app, theme, panels.verdict, buf);
    match app.shown() {
        // Before the first run there is no number: the questions get the room.
        None => {
            let room = panels.figures.union(panels.timeline).union(panels.history);
            timeline::panel(app, theme, room, panels.gutter, buf);
        }
        Some(shown) => {
            figures(app, shown, theme, panels.figures, buf);
            timeline::panel(app, theme, panels.timeline, panels.gutter, buf);
            Runs { app, theme, width: panels.history.width }.draw(panels.history, buf);
        }
    }
}

/// The sentence that is read first, reversed over the whole width, with the reason or what to watch for below it.
fn band(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let style = theme.strong().add_modifier(Modifier::REVERSED);
    let room = area.width.saturating_sub(4);
    let (first, second) = said(app, room);
    let rows = usize::from(area.height);
    let begin = rows.saturating_sub(2) / 2;
    let lines = [(first, style), (second, style.remove_modifier(Modifier::BOLD))];
    for (i, row) in area.rows().enumerate() {
        buf.set_style(row, Style::new().add_modifier(Modifier::REVERSED));
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
        return (header::shortened(headline, most), header::shortened(&notice.sentence, most));
    }
    if let Some(Shown::Entry(entry)) = app.shown()
        && let Some((result, reason)) = headline.rsplit_once(": ")
    {
        // A doubt matters more than the reason.
        if entry.record.caveats.is_empty() {
            return (header::shortened(result, most), header::shortened(reason, most));
        }
        let fits = headline.chars().count() <= most;
        let first = header::shortened(if fits { headline } else { result }, most);
        return (first, header::shortened(&header::besides(app), most));
    }
    let mut lines = wrap(headline, room).into_iter();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<String> = lines.collect();
    let second = if rest.is_empty() { header::besides(app) } else { rest.join(" ") };
    (first, header::shortened(&second, most))
}

/// One number with what it says, the longest of which fits is shown.
struct Number {
    digits: String,
    captions: Vec<String>,
}

impl Number {
    fn new<const N: usize>(digits: String, captions: [String; N]) -> Number {
        Number { digits, captions: captions.into() }
    }
}

/// Time, and the two numbers that it is all about; afterwards what came out of them.
fn figures(app: &App, shown: Shown<'_>, theme: Theme, area: Rect, buf: &mut Buffer) {
    let size = if area.height > Size::Large.rows() { Size::Large } else { Size::Small };
    let cores = app.machine().cores_usable;
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
    let caption = number.captions.iter().find(|caption| caption.chars().count() <= usize::from(room));
    if let Some(caption) = caption.or(number.captions.last()) {
        let width = u16::try_from(caption.chars().count()).unwrap_or(u16::MAX).min(room);
        buf.set_stringn(right - width, area.y, caption, usize::from(width), Style::new());
    }
    let figure = Figure::new(&number.digits, size, theme.strong());
    let width = figure.width().min(room);
    let below = Rect { x: right - width, y: area.y + 1, width, height: area.height.saturating_sub(1) };
    figure.render(below, buf);
}

fn of_live(live: &Live, cores: u32) -> [Number; 3] {
    let in_flight = live.trace.samples().last().map_or(0, |sample| sample.in_flight);
    [
        Number::new(format!("{:.1} s", seconds(live.trace.now())), ["time so far".into()]),
        Number::new(in_flight.to_string(), ["concurrency: tasks in flight".into(), "tasks in flight".into()]),
        Number::new(
            format!("{:.1}", live.trace.on_core_lately()),
            [format!("parallelism: on a core, of {cores}"), format!("on a core, of {cores}")],
        ),
    ]
}

fn of_entry(entry: &Entry, cores: u32) -> [Number; 3] {
    let record = &entry.record;
    let (factor, what) = match (record.outcome, entry.speedup) {
        (Outcome::Cancelled | Outcome::Failed, _) => ("–".into(), record.outcome.name()),
        _ if record.tasks_failed > 0 => ("–".into(), "tasks failed"),
        (_, Some(factor)) => (text::speedup(factor), "speed-up over serial"),
        (_, None) => ("–".into(), "no serial run yet"),
    };
    [
        Number::new(short_seconds(record), ["time".into()]),
        Number::new(factor, [what.into(), what.split(' ').next().unwrap_or(what).into()]),
        Number::new(
            format!("{:.1}", record.parallelism),
            [format!("parallelism: cores used, of {cores}"), format!("cores used, of {cores}")],
        ),
    ]
}

/// A time in few digits, which is all that a figure has room for.
fn short_seconds(record: &Record) -> String {
    match record.wall_s {
        s if s < 0.0995 => format!("{:.1} ms", s * 1e3),
        s if s < 9.995 => format!("{s:.2} s"),
        s if s < 99.95 => format!("{s:.1} s"),
        s => format!("{s:.0} s"),
    }
}

/// The last few runs, with what a class compares.
struct Runs<'a> {
    app: &'a App,
    theme: Theme,
    width: u16,
}

impl Runs<'_> {
    fn draw(&self, area: Rect, buf: &mut Buffer) {
        let mut rows = area.rows();
        let mut room = usize::from(area.height);
        let focused = self.app.focus().panel == Panel::History;
        if area.height >= ROOM_FOR_HEADING
            && let Some(row) = rows.next()
        {
            let name = if focused { self.theme.cursor() } else { self.theme.strong() };
            let heading = Line::from(vec![
                Span::raw(" "),
                Span::styled(" History ", name),
                Span::raw(format!("{:>width$}", "time   speed-up", width = self.before_bar() - 10)),
            ]);
            buf.set_line(row.x, row.y, &heading, row.width);
            room -= 1;
        }
        let entries = self.app.history().entries();
        let total = entries.len() + usize::from(self.app.is_running());
        let chosen = self.app.browse().selected().unwrap_or(total).saturating_sub(1);
        let first = chosen.min(total.saturating_sub(room));
        let most = entries.iter().filter_map(|entry| entry.speedup).fold(1.0, f64::max);
        for (row, i) in rows.zip(first..total) {
            match (entries.get(i), self.app.live()) {
                (Some(entry), _) => self.draw_entry(entry, most, row, buf),
                (None, Some(live)) => self.draw_live(live, total, row, buf),
                (None, None) => {}
            }
        }
    }

    fn has_workers(&self) -> bool {
        self.width >= ROOM_FOR_WORKERS
    }

    /// Columns before the bars.
    fn before_bar(&self) -> usize {
        5 + 5 + MODEL + if self.has_workers() { 14 } else { 0 } + 10 + 9
    }

    /// Signs, number, model and workers of a run.
    fn begin(&self, signs: &str, number: usize, plan: &Plan) -> String {
        let workers = header::plural(u64::from(plan.workers()), "worker");
        let workers = if self.has_workers() { format!("{workers:>14}") } else { String::new() };
        format!(" {signs:<4}{:>4} {:<MODEL$}{workers}", format!("#{number}"), plan.model().label())
    }

    fn draw_entry(&self, entry: &Entry, most: f64, row: Rect, buf: &mut Buffer) {
        let record = &entry.record;
        let is_chosen = self.app.browse().selected() == Some(entry.number);
        let style = if is_chosen { self.theme.strong() } else { Style::new() };
        let sign = |there: bool, sign: &'static str| if there { sign } else { " " };
        let signs = [
            sign(is_chosen, "▸"),
            sign(entry.is_baseline, "B"),
            sign(entry.is_fastest, "★"),
            sign(!record.caveats.is_empty(), "!"),
        ];
        let result = match (record.outcome, entry.speedup) {
            (Outcome::Cancelled | Outcome::Failed, _) => record.outcome.name().into(),
            _ if record.tasks_failed > 0 => format!("{} failed", record.tasks_failed),
            (_, Some(factor)) => text::speedup(factor),
            (_, None) => "–".into(),
        };
        let begin = self.begin(&signs.concat(), entry.number, &record.plan);
        let text = format!("{begin}{:>10}{result:>9}", column_seconds(record.wall_s));
        let (after, _) = buf.set_stringn(row.x, row.y, text, usize::from(row.width), style);
        if let Some(factor) = entry.speedup {
            let room = Rect { x: after + 1, width: row.right().saturating_sub(after + 3), ..row };
            self.draw_bar(entry, factor / most, room, buf);
        }
    }

    fn draw_bar(&self, entry: &Entry, share: f64, room: Rect, buf: &mut Buffer) {
        let (height, word) = match (entry.is_fastest, entry.is_baseline) {
            (true, _) => (6, " ★ fastest"),
            (false, true) => (3, " baseline"),
            (false, false) => (3, ""),
        };
        let word_room = if room.width >= 2 * WORD { WORD } else { 0 };
        let bar = Rect { width: (room.width - word_room).min(LONGEST), ..room };
        Bar::new(share, self.theme.parallelism()).low(height).render(bar, buf);
        let end = bar.x + (share.clamp(0.0, 1.0) * f64::from(bar.width)).round() as u16;
        buf.set_stringn(end, bar.y, word, usize::from(word_room), self.theme.strong());
    }

    fn draw_live(&self, live: &Live, number: usize, row: Rect, buf: &mut Buffer) {
        let sign = if self.app.browse().selected().is_none() { "▸" } else { " " };
        let (_, ended, _) = live.trace.tasks();
        let tasks = live.plan.tasks().to_string();
        let digits = tasks.len();
        let begin = self.begin(sign, number, &live.plan);
        // The point stays below the others' points.
        let time = format!("{:.1}   s", seconds(live.trace.now()));
        let text = format!("{begin}{time:>10}  {ended:>digits$} of {tasks} tasks done");
        buf.set_stringn(row.x, row.y, text, usize::from(row.width), self.theme.strong());
    }
}
