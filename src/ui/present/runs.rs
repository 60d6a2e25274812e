//! The last few runs, with what a class compares.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::header;
use crate::app::App;
use crate::app::live::Live;
use crate::app::screen::Panel;
use crate::app::sweep::sketch;
use crate::domain::history::{Entry, SweepEntry};
use crate::domain::plan::Plan;
use crate::domain::record::Outcome;
use crate::domain::text::{self, column_seconds};
use crate::domain::time::seconds;
use crate::present::table::shortened;
use crate::ui::history::{HistoryRow, draw_gain, nothing_shown, runs_in};
use crate::ui::panel::{draw_lines, wrap};
use crate::ui::theme::Theme;

/// Columns of a model's label.
const MODEL: usize = 22;
/// From so many columns on, the runs have their number of workers.
const ROOM_FOR_WORKERS: u16 = 76;
/// Columns of the word behind a bar.
const WORD: u16 = 11;
/// From so many rows on, the runs have a heading.
const ROOM_FOR_HEADING: u16 = 3;

/// Which run is drawn in row `y` of the screen, with the runs in `area`.
pub fn row_at(app: &App, area: Rect, y: u16) -> Option<HistoryRow> {
    let (_, rows) = split(area);
    runs_in(app, rows, false)
        .find(|(row, _)| row.y == y)
        .map(|(_, run)| run)
}

/// The heading, which is empty where there is no room for one, and the runs below it.
fn split(area: Rect) -> (Rect, Rect) {
    let heading = u16::from(area.height >= ROOM_FOR_HEADING);
    let rows = Rect {
        y: area.y + heading,
        height: area.height - heading,
        ..area
    };
    (
        Rect {
            height: heading,
            ..area
        },
        rows,
    )
}

/// The last few runs, with what a class compares.
pub struct Runs<'a> {
    /// Whose.
    pub app: &'a App,
    /// How it looks.
    pub theme: Theme,
    /// Columns.
    pub width: u16,
}

impl Runs<'_> {
    /// As many as fit around the chosen one, in the shown order.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) {
        let (heading, rows) = split(area);
        if !heading.is_empty() {
            self.draw_heading(heading, buf);
        }
        if let Some(nothing) = nothing_shown(self.app) {
            let lines: Vec<Line<'_>> = wrap(&nothing, rows.width.saturating_sub(2))
                .into_iter()
                .map(|text| Line::raw(format!(" {text}")))
                .collect();
            draw_lines(&lines, rows, buf);
            return;
        }
        let most = self.app.browse().most();
        for (row, run) in runs_in(self.app, rows, false) {
            match run {
                HistoryRow::Entry(number) => {
                    if let Some(entry) = self.app.history().get(number) {
                        self.draw_entry(entry, most, row, buf);
                    } else if let Some(sweep) = self.app.history().sweep(number) {
                        self.draw_sweep(sweep, row, buf);
                    }
                }
                HistoryRow::Session(_) => {}
                HistoryRow::Live => {
                    if let Some(live) = self.app.live() {
                        self.draw_live(live, self.app.history().next_number(), row, buf);
                    }
                }
            }
        }
    }

    fn draw_heading(&self, row: Rect, buf: &mut Buffer) {
        let focused = self.app.focus().panel == Panel::History;
        let name = if focused {
            self.theme.cursor()
        } else {
            self.theme.strong()
        };
        let heading = Line::from(vec![
            Span::raw(" "),
            Span::styled(" History ", name),
            Span::raw(format!(
                "{:>width$}",
                "time   speed-up",
                width = self.before_bar() - 10
            )),
        ]);
        buf.set_line(row.x, row.y, &heading, row.width);
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
        let workers = if self.has_workers() {
            format!("{workers:>14}")
        } else {
            String::new()
        };
        format!(
            " {signs:<4}{:>4} {:<MODEL$}{workers}",
            format!("#{number}"),
            plan.executor().label()
        )
    }

    fn draw_entry(&self, entry: &Entry, most: f64, row: Rect, buf: &mut Buffer) {
        let record = &entry.record;
        let is_chosen = self.app.browse().selected() == Some(entry.number);
        let style = if is_chosen {
            self.theme.strong()
        } else {
            Style::new()
        };
        let sign = |there: bool, sign: &'static str| if there { sign } else { " " };
        let signs = [
            sign(is_chosen, "▸"),
            sign(entry.assessment.is_baseline, "B"),
            sign(entry.assessment.is_fastest, "★"),
            sign(entry.is_doubted(), "!"),
        ];
        let result = match (record.ending.outcome, entry.assessment.speedup) {
            (Outcome::Cancelled | Outcome::Failed, _) => record.ending.outcome.name().into(),
            _ if record.ending.tasks_failed > 0 => format!("{} failed", record.ending.tasks_failed),
            (_, Some(factor)) => text::speedup(factor),
            (_, None) => "–".into(),
        };
        let begin = self.begin(&signs.concat(), entry.number, &record.plan);
        let text = format!(
            "{begin}{:>10}{result:>9}",
            column_seconds(record.times.wall_s)
        );
        let (after, _) = buf.set_stringn(row.x, row.y, text, usize::from(row.width), style);
        if let Some(factor) = entry.assessment.speedup {
            let room = Rect {
                x: after + 1,
                width: row.right().saturating_sub(after + 3),
                ..row
            };
            let kept = if room.width >= 2 * WORD { WORD } else { 0 };
            draw_gain(entry, factor / most, self.theme, (room, kept), buf);
        }
    }

    fn draw_sweep(&self, sweep: &SweepEntry, row: Rect, buf: &mut Buffer) {
        let is_chosen = self.app.browse().selected() == Some(sweep.number);
        let style = if is_chosen {
            self.theme.strong()
        } else {
            Style::new()
        };
        let sign = if is_chosen { "▸" } else { " " };
        let text = format!(
            " {sign:<4}{:>4} sweep: {}",
            format!("#{}", sweep.number),
            sketch::what(sweep)
        );
        let text = shortened(&text, usize::from(row.width));
        buf.set_stringn(row.x, row.y, text, usize::from(row.width), style);
    }

    fn draw_live(&self, live: &Live, number: usize, row: Rect, buf: &mut Buffer) {
        let sign = if self.app.browse().selected().is_none() {
            "▸"
        } else {
            " "
        };
        let begin = self.begin(sign, number, &live.plan);
        let time = format!("{:.1} s", seconds(live.trace.now()));
        let begin = format!("{begin}{time:>10}  ");
        let done = live.done(usize::from(row.width).saturating_sub(begin.width()));
        let text = format!("{begin}{done}");
        buf.set_stringn(
            row.x,
            row.y,
            text,
            usize::from(row.width),
            self.theme.strong(),
        );
    }
}
