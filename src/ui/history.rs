//! The runs of the session, and of earlier ones where the user wants to see them, with speed-up bars.
//!
//! ```text
//!        #↑ work model     workers tasks  time (s) speed-up                            conc. par. eff. (%)
//!   B     1 cpu  serial          1     8     1.213     1.0× ▃▃▃▃▃▃▃▃▃ baseline           1.0  1.0      100
//! ▸● ★    2 cpu  processes       2     8     0.634     1.9× ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆ ★ fastest  2.0  1.9       95
//! ```
//!
//! What a column says is in [`crate::app::columns`]; where it stands is in `geometry`.

mod choice;
mod geometry;
mod told;

pub use choice::{area as columns_area, column_at, overlay as columns};
pub(super) use geometry::runs_in;
pub use geometry::{HistoryRow, heading_at, row_at};
pub(super) use told::{nothing_shown, prompt};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::panel::{block, draw_block, draw_lines, inside, wrap};
use super::theme::Theme;
use super::widget::bar::Bar;
use crate::app::App;
use crate::app::columns::{self, Row, of_sweep};
use crate::app::live::Live;
use crate::app::screen::Panel;
use crate::app::sweep::sketch::span;
use crate::domain::executor::Executor;
use crate::domain::history::{Entry, SweepEntry};
use crate::domain::text::counted;
use crate::present::sentence;
use crate::present::table::shortened;
use geometry::{Geometry, Placed, WORD};

/// A bar gets no longer than this.
const LONGEST: u16 = 40;

/// The table.
pub fn panel(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let geometry = Geometry::of(app, inside(area));
    let width = area.width.saturating_sub(4);
    let (title, right) = told::titles(app, geometry.part(app), usize::from(width));
    let mut frame =
        block(title, app.focus().panel == Panel::History, theme).title(right.right_aligned());
    if let Some(prompt) = prompt(app, theme, width) {
        frame = frame.title_bottom(prompt);
    }
    let inner = draw_block(&frame, area, buf);
    if let Some(nothing) = nothing_shown(app) {
        let lines: Vec<Line<'_>> = wrap(&nothing, inner.width)
            .into_iter()
            .map(Line::from)
            .collect();
        draw_lines(&lines, inner, buf);
        return;
    }
    Table {
        app,
        theme,
        geometry,
    }
    .draw(buf);
}

struct Table<'a> {
    app: &'a App,
    theme: Theme,
    geometry: Geometry,
}

impl Table<'_> {
    fn draw(&self, buf: &mut Buffer) {
        self.draw_heading(buf);
        let most = self.app.browse().most();
        for (area, run) in runs_in(self.app, self.geometry.rows, self.geometry.has_sessions) {
            match run {
                HistoryRow::Entry(number) => {
                    if let Some(entry) = self.app.history().get(number) {
                        self.draw_entry(entry, most, area, buf);
                    } else if let Some(sweep) = self.app.history().sweep(number) {
                        self.draw_sweep(sweep, most, area, buf);
                    }
                }
                HistoryRow::Session(number) => {
                    if let Some(entry) = self.app.history().get(number) {
                        self.draw_session(entry, area, buf);
                    }
                }
                HistoryRow::Live => {
                    if let Some(live) = self.app.live() {
                        self.draw_live(live, self.app.history().next_number(), area, buf);
                    }
                }
            }
        }
    }

    fn draw_heading(&self, buf: &mut Buffer) {
        let area = self.geometry.heading;
        for placed in &self.geometry.columns {
            placed.put(
                &placed.heading(self.app.columns().sort()),
                area,
                Style::new(),
                buf,
            );
        }
    }

    fn draw_entry(&self, entry: &Entry, most: f64, area: Rect, buf: &mut Buffer) {
        buf.set_line(area.x, area.y, &Line::from(self.signs(entry)), area.width);
        let chosen = self.app.browse().selected() == Some(entry.number);
        for placed in &self.geometry.columns {
            let style = match placed.column.id {
                columns::SPEED_UP if entry.record.ending.tasks_failed > 0 => self.theme.error(),
                columns::SPEED_UP => self.theme.strong(),
                _ if chosen => self.theme.strong(),
                _ => Style::new(),
            };
            placed.put(&placed.cell(Row::Entry(entry)), area, style, buf);
            if let (columns::BAR, Some(factor)) = (placed.column.id, entry.assessment.speedup) {
                let room = placed.area(area);
                let kept = if room.width > geometry::BAR + WORD / 3 {
                    WORD
                } else {
                    0
                };
                draw_gain(entry, factor / most, self.theme, (room, kept), buf);
            }
        }
    }

    /// A sweep in a row: its words take the place of what only a run has, its best point gives the speed-up.
    fn draw_sweep(&self, sweep: &SweepEntry, most: f64, area: Rect, buf: &mut Buffer) {
        let chosen = self.app.browse().selected() == Some(sweep.number);
        let style = if chosen {
            self.theme.strong()
        } else {
            Style::new()
        };
        if chosen {
            buf.set_string(area.x, area.y, "▸", self.theme.strong());
        }
        let shown = &self.geometry.columns;
        let factor = sweep.best().and_then(|best| Some(best.speedup?.value));
        let result = shown
            .iter()
            .find(|placed| placed.column.id == columns::SPEED_UP);
        let end = result.map_or(area.right(), |placed| placed.area(area).x);
        for placed in shown {
            let text = match placed.column.id {
                columns::MODEL => {
                    let room = usize::from(end.saturating_sub(placed.area(area).x + 1));
                    let text = shortened(&self.sweep_in_words(sweep, room), room);
                    buf.set_stringn(placed.area(area).x, area.y, text, room, style);
                    continue;
                }
                columns::BAR => {
                    if let Some(factor) = factor {
                        let bar = Bar::new(factor / most, self.theme.parallelism()).low(3);
                        let room = placed.area(area);
                        let kept = if room.width > geometry::BAR + WORD / 3 {
                            WORD
                        } else {
                            0
                        };
                        bar.render(
                            Rect {
                                width: room.width.saturating_sub(kept).min(LONGEST),
                                ..room
                            },
                            buf,
                        );
                    }
                    continue;
                }
                column => of_sweep(column, sweep),
            };
            // The words of the sweep go on over the columns of which it has nothing to say.
            if !text.is_empty() {
                placed.put(&placed.aligned(&text), area, style, buf);
            }
        }
    }

    /// What a sweep measures; while it goes on, how far it is.
    fn sweep_in_words(&self, sweep: &SweepEntry, room: usize) -> String {
        let is_live = self
            .app
            .live_sweep()
            .is_some_and(|live| live.number == sweep.number);
        let progress = self.app.sweep_progress().filter(|_| is_live);
        let models: Vec<String> = sweep
            .sweep
            .plan
            .parallel_executors()
            .iter()
            .map(Executor::name)
            .collect();
        let name = sweep
            .name
            .as_ref()
            .map(|name| format!(" “{name}”"))
            .unwrap_or_default();
        let (models, span) = (models.join(", "), span(sweep));
        let rounds = counted(sweep.sweep.plan.repeats().into(), "round");
        let begin = match progress {
            Some(progress) => format!("sweep{name}, run {} of {}", progress.run, progress.of),
            None => format!("sweep{name}"),
        };
        let candidates = [
            format!("{begin}: {models} · {span} · {rounds}"),
            format!("{begin}: {models} · {span}"),
            format!("{begin}: {models}"),
        ];
        let fits = |text: &&String| text.width() <= room;
        candidates.iter().find(fits).unwrap_or(&begin).clone()
    }

    /// When and where the runs below were measured, on a thin line.
    fn draw_session(&self, entry: &Entry, area: Rect, buf: &mut Buffer) {
        let text = sentence::origin::session(entry, self.app.history().here());
        let line = "─".repeat(usize::from(area.width));
        buf.set_stringn(
            area.x,
            area.y,
            line,
            usize::from(area.width),
            self.theme.secondary(),
        );
        let room = usize::from(area.width.saturating_sub(4));
        let text = format!(" {} ", shortened(&text, room.saturating_sub(2)));
        buf.set_stringn(area.x + 2, area.y, text, room, Style::new());
    }

    /// One column per sign, so that they stand below each other.
    fn signs(&self, entry: &Entry) -> Vec<Span<'static>> {
        let browse = self.app.browse();
        [
            (browse.selected() == Some(entry.number), "▸"),
            (browse.marked().contains(&entry.number), "●"),
            (entry.assessment.is_baseline, "B"),
            (entry.assessment.is_fastest, "★"),
            (entry.is_doubted(), "!"),
        ]
        .map(|(there, sign)| Span::styled(if there { sign } else { " " }, self.theme.strong()))
        .to_vec()
    }

    fn draw_live(&self, live: &Live, number: usize, area: Rect, buf: &mut Buffer) {
        if self.app.browse().selected().is_none() {
            buf.set_string(area.x, area.y, "▸", self.theme.strong());
        }
        let row = Row::Live(live, number);
        let is_empty = |placed: &&Placed| placed.column.cell(row).is_empty();
        for placed in self
            .geometry
            .columns
            .iter()
            .filter(|placed| !is_empty(placed))
        {
            placed.put(&placed.cell(row), area, Style::new(), buf);
        }
        // What is not known yet leaves room for how far it has come.
        let Some(free) = self.geometry.columns.iter().find(is_empty) else {
            return;
        };
        let x = free.area(area).x;
        let room = area.right().saturating_sub(x);
        buf.set_stringn(
            x,
            area.y,
            live.done(usize::from(room)),
            usize::from(room),
            Style::new(),
        );
    }
}

/// A speed-up as a bar, as a share of the largest; behind it, where so many columns are kept for it, a word. The fastest
/// run's bar is twice as high as the others'.
pub(super) fn draw_gain(
    entry: &Entry,
    share: f64,
    theme: Theme,
    (room, kept): (Rect, u16),
    buf: &mut Buffer,
) {
    let (height, word) = match (entry.assessment.is_fastest, entry.assessment.is_baseline) {
        (true, _) => (6, " ★ fastest"),
        (false, true) => (3, " baseline"),
        (false, false) => (3, ""),
    };
    let bar = Rect {
        width: room.width.saturating_sub(kept).min(LONGEST),
        ..room
    };
    Bar::new(share, theme.parallelism())
        .low(height)
        .render(bar, buf);
    let end = bar.x + (share.clamp(0.0, 1.0) * f64::from(bar.width)).round() as u16;
    buf.set_stringn(end, bar.y, word, usize::from(kept), theme.strong());
}
