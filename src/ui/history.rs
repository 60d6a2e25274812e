//! The runs of the session, oldest first, with speed-up bars.
//!
//! ```text
//!        #  work  model                  workers   tasks       time  speed-up                  conc.   par.  efficiency
//!   B    1  cpu   serial                       1       8    1.213 s      1.0× ▃▃▃▃▃ baseline    1.0    1.0       100 %
//! ▸● ★   2  cpu   processes                    2       8    0.634 s      1.9× ▆▆▆▆▆▆▆▆▆ fastest 2.0   1.9        95 %
//! ```

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::panel::{block, draw_block, draw_lines, wrap};
use super::theme::Theme;
use super::widget::bar::Bar;
use crate::app::App;
use crate::app::live::Live;
use crate::app::screen::Panel;
use crate::domain::history::Entry;
use crate::domain::plan::Plan;
use crate::domain::record::Outcome;
use crate::domain::speedup::efficiency;
use crate::domain::text::{self, column_seconds};
use crate::domain::time::seconds;

/// From so many columns on, averages and efficiency are shown.
const WIDE: u16 = 100;
/// From so many columns on, workers and tasks have columns of their own.
const MEDIUM: u16 = 70;
/// Columns of a model's label.
const MODEL: usize = 22;
/// A bar gets no longer than this.
const LONGEST: u16 = 40;
/// Columns of the word behind a bar.
const WORD: u16 = 11;
/// Columns of the averages and the efficiency.
const AVERAGES: u16 = 26;

/// The table.
pub fn panel(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let frame = block("History", app.focus().panel == Panel::History, theme);
    let inner = draw_block(&frame, area, buf);
    if app.history().entries().is_empty() && !app.is_running() {
        let text = "No run yet. Each run becomes a row here, with its speed-up over the serial run of the same work.";
        let lines: Vec<Line<'_>> = wrap(text, inner.width).into_iter().map(Line::raw).collect();
        draw_lines(&lines, inner, buf);
        return;
    }
    Table { app, theme, width: inner.width }.draw(inner, buf);
}

/// What stands at this height of the room inside the border: the number of a run, or `None` for the one that is on.
pub fn row_at(app: &App, inner: Rect, y: u16) -> Option<Option<usize>> {
    let below_heading = usize::from(y.checked_sub(inner.y + 1).filter(|_| y < inner.bottom())?);
    let i = in_view(app, inner).nth(below_heading)?;
    Some(app.history().entries().get(i).map(|entry| entry.number))
}

/// Which rows are in view: the chosen one, and as many of the latest as there is room for.
fn in_view(app: &App, inner: Rect) -> Range<usize> {
    let total = app.history().entries().len() + usize::from(app.is_running());
    let chosen = app.browse().selected().map_or(total, |number| number).saturating_sub(1);
    let room = usize::from(inner.height.saturating_sub(1));
    chosen.min(total.saturating_sub(room))..total
}

struct Table<'a> {
    app: &'a App,
    theme: Theme,
    width: u16,
}

impl Table<'_> {
    fn draw(&self, area: Rect, buf: &mut Buffer) {
        let mut rows = area.rows();
        if let Some(heading) = rows.next() {
            buf.set_stringn(heading.x, heading.y, self.heading(), usize::from(heading.width), Style::new());
            if self.width >= WIDE {
                let averages = format!("{:>6}{:>6}{:>13}", "conc.", "par.", "efficiency ");
                self.draw_right(Line::from(averages), heading, buf);
            }
        }
        let entries = self.app.history().entries();
        let in_view = in_view(self.app, area);
        let total = in_view.end;
        let most = entries.iter().filter_map(|entry| entry.speedup).fold(1.0, f64::max);
        for (row, i) in rows.zip(in_view) {
            match (entries.get(i), self.app.live()) {
                (Some(entry), _) => self.draw_entry(entry, most, row, buf),
                (None, Some(live)) => self.draw_live(live, total, row, buf),
                (None, None) => {}
            }
        }
    }

    fn heading(&self) -> String {
        let model = MODEL;
        if self.width >= MEDIUM {
            let tasks = if self.width >= WIDE { "   tasks" } else { "" };
            format!("       #  work {:<model$} workers{tasks}      time  speed-up", "model")
        } else {
            format!("       #  work {:<model$}     time  speed-up", "model")
        }
    }

    fn time_width(&self) -> usize {
        if self.width >= MEDIUM { 10 } else { 9 }
    }

    fn plan_columns(&self, plan: &Plan) -> String {
        let (work, width) = (plan.workload().kind().name(), MODEL);
        let medium = format!("{work:<5}{:<width$} {:>7}", plan.model().label(), plan.workers());
        if self.width >= WIDE {
            format!("{medium} {:>7}", plan.tasks())
        } else if self.width >= MEDIUM {
            medium
        } else {
            format!("{work:<5}{:<width$}", plan.model().label())
        }
    }

    fn draw_entry(&self, entry: &Entry, most: f64, row: Rect, buf: &mut Buffer) {
        let record = &entry.record;
        let chosen = self.app.browse().selected() == Some(entry.number);
        let style = if chosen { self.theme.strong() } else { Style::new() };
        let time = self.time_width();
        let mut spans = self.signs(entry);
        spans.push(Span::styled(
            format!(
                "{:>3}  {}{:>time$}  ",
                entry.number,
                self.plan_columns(&record.plan),
                column_seconds(record.wall_s)
            ),
            style,
        ));
        let (after, _) = buf.set_line(row.x, row.y, &Line::from(spans), row.width);
        let averages = self.averages(entry);
        let kept = if averages.is_some() { AVERAGES } else { 0 };
        let room = Rect { x: after, width: row.right().saturating_sub(after + kept), ..row };
        self.draw_speedup(entry, most, room, buf);
        if let Some(averages) = averages {
            self.draw_right(Line::styled(averages, style), row, buf);
        }
    }

    fn draw_speedup(&self, entry: &Entry, most: f64, area: Rect, buf: &mut Buffer) {
        let (text, style) = match (entry.record.outcome, entry.speedup) {
            (Outcome::Cancelled | Outcome::Failed, _) => {
                (entry.record.outcome.name().into(), self.theme.strong())
            }
            _ if entry.record.tasks_failed > 0 => {
                (format!("{} failed", entry.record.tasks_failed), self.theme.error())
            }
            (_, Some(factor)) => (format!("{:>7} ", text::speedup(factor)), self.theme.strong()),
            (_, None) => ("      – ".into(), Style::new()),
        };
        let (after, _) = buf.set_stringn(area.x, area.y, text, usize::from(area.width), style);
        if let Some(factor) = entry.speedup {
            let room = Rect { x: after, width: area.right().saturating_sub(after), ..area };
            self.draw_bar(entry, factor / most, room, buf);
        }
    }

    /// The fastest run's bar is twice as high as the others', and where there is room a word stands behind it.
    fn draw_bar(&self, entry: &Entry, share: f64, room: Rect, buf: &mut Buffer) {
        let (height, word) = if entry.is_fastest {
            (6, " ★ fastest")
        } else if entry.is_baseline {
            (3, " baseline")
        } else {
            (3, "")
        };
        let kept = if self.width >= WIDE { WORD } else { 0 };
        let bar = Rect { width: room.width.saturating_sub(kept).min(LONGEST), ..room };
        Bar::new(share, self.theme.parallelism()).low(height).render(bar, buf);
        if kept > 0 {
            let end = bar.x + (share.clamp(0.0, 1.0) * f64::from(bar.width)).round() as u16;
            buf.set_stringn(end, bar.y, word, usize::from(kept), self.theme.strong());
        }
    }

    /// One column per sign, so that they stand below each other.
    fn signs(&self, entry: &Entry) -> Vec<Span<'static>> {
        let browse = self.app.browse();
        let sign = |there: bool, sign: &'static str, style| {
            if there { Span::styled(sign, style) } else { Span::raw(" ") }
        };
        vec![
            sign(browse.selected() == Some(entry.number), "▸", self.theme.strong()),
            sign(browse.marked().contains(&entry.number), "●", self.theme.strong()),
            sign(entry.is_baseline, "B", self.theme.strong()),
            sign(entry.is_fastest, "★", self.theme.strong()),
            sign(!entry.record.caveats.is_empty(), "!", self.theme.strong()),
        ]
    }

    fn averages(&self, entry: &Entry) -> Option<String> {
        let record = &entry.record;
        let percent = entry.speedup.map_or("–".into(), |factor| {
            format!("{:.0} %", efficiency(factor, record.plan.workers()) * 100.0)
        });
        (self.width >= WIDE)
            .then(|| format!("{:>6.1}{:>6.1}{percent:>12} ", record.concurrency, record.parallelism))
    }

    fn draw_live(&self, live: &Live, number: usize, row: Rect, buf: &mut Buffer) {
        let chosen = if self.app.browse().selected().is_none() { "▸" } else { " " };
        let (_, ended, _) = live.trace.tasks();
        let time = self.time_width();
        let tasks = live.plan.tasks().to_string();
        let digits = tasks.len();
        // Thousandths would only flicker, and a count that grows must not push the words.
        let text = format!(
            "    {number:>3}  {}{:>time$}  {ended:>digits$} of {tasks} tasks done",
            self.plan_columns(&live.plan),
            format!("{:.1}   s", seconds(live.trace.now())),
        );
        let line = Line::from(vec![Span::styled(chosen, self.theme.strong()), Span::raw(text)]);
        buf.set_line(row.x, row.y, &line, row.width);
    }

    fn draw_right(&self, line: Line<'_>, row: Rect, buf: &mut Buffer) {
        let width = u16::try_from(line.width()).unwrap_or(u16::MAX).min(row.width);
        buf.set_line(row.right() - width, row.y, &line, width);
    }
}
