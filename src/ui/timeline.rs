//! A bar per worker over time, with an axis, a legend, and an overview where there are more workers than rows.

mod by_core;
mod by_worker;
mod geometry;
mod inspector;
pub mod legend;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use self::geometry::Geometry;
use super::header::plural;
use super::panel::{block, draw_block, draw_centred, inside, on_border};
use super::theme::Theme;
use super::welcome;
use super::widget::RISING;
use super::widget::axis::Axis;
use crate::app::inspect::Inspection;
use crate::app::key::Key;
use crate::app::playback::Playback;
use crate::app::pointer::Target;
use crate::app::screen::Panel;
use crate::app::timeline::{Rows, Window, whole};
use crate::app::{App, Shown};
use crate::domain::phase::Phase;
use crate::domain::plan::Lock;
use crate::domain::text::duration;
use crate::domain::time::seconds;

/// The timeline of the run that is shown, or the quick experiments before the first.
pub fn panel(app: &App, theme: Theme, area: Rect, gutter: u16, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let focused = app.focus().panel == Panel::Timeline;
    let Some(shown) = app.shown() else {
        let inner = draw_block(
            &block("What would you like to know?", focused, theme),
            area,
            buf,
        );
        welcome::draw(app.has_python(), theme, inner, buf);
        return;
    };
    let Some(geometry) = Geometry::of(app, area, gutter) else {
        let inner = draw_block(&block("Timeline", focused, theme), area, buf);
        draw_centred(shown.missing_picture().unwrap_or_default(), inner, buf);
        return;
    };
    View {
        app,
        shown,
        geometry,
        focused,
        theme,
    }
    .draw(area, buf);
}

/// What stands in this panel there: a moment of a row, the name of one, or a quick experiment before the first run.
pub fn target(app: &App, area: Rect, gutter: u16, column: u16, row: u16) -> Option<Target> {
    let Some(geometry) = Geometry::of(app, area, gutter) else {
        if app.shown().is_some() {
            return None;
        }
        let experiment = welcome::experiment_at(app.has_python(), inside(area), row)?;
        return Some(Target::Offered(Key::Char(experiment.key)));
    };
    if geometry.labels.contains(Position { x: column, y: row }) {
        return geometry.row_at(row).map(Target::TimelineRow);
    }
    if !(geometry.bars.y..geometry.axis.bottom().max(geometry.bars.bottom())).contains(&row) {
        return None;
    }
    let at = geometry.moment_at(column)?;
    Some(Target::Moment {
        row: geometry.row_at(row),
        at,
    })
}

/// The cursor in a bar.
const CURSOR: &str = "│";
/// How the title begins.
const TITLE: &str = "Timeline · ";

/// What the timeline draws, and where.
struct View<'a> {
    app: &'a App,
    shown: Shown<'a>,
    geometry: Geometry,
    focused: bool,
    theme: Theme,
}

impl View<'_> {
    fn draw(&self, area: Rect, buf: &mut Buffer) {
        let at = &self.geometry;
        self.draw_frame(area, buf);
        match self.app.timeline().rows() {
            Rows::Workers => self.draw_workers(buf),
            Rows::Cores => self.draw_cores(buf),
        }
        let axis = Axis::new(at.window, Style::new());
        let cursor = self.app.timeline().cursor();
        let axis = cursor.map_or(axis, |cursor| axis.cursor(cursor, self.theme.strong()));
        axis.render(at.axis, buf);
        self.draw_cursor(buf);
    }

    fn draw_frame(&self, area: Rect, buf: &mut Buffer) {
        let width = area.width.saturating_sub(4);
        let under = self.app.inspection();
        let (left, right) = self.titles(under.as_ref(), width);
        let below = match &under {
            Some(under) => inspector::slice(under, self.theme, width),
            None => self.legend(width),
        };
        let mut frame = block(left, self.focused, self.theme).title_bottom(below);
        if right.width() > 0 {
            frame = frame.title(right.right_aligned());
        }
        draw_block(&frame, area, buf);
    }

    /// What stands on the border above, left and right, in as many words as there is room for. With a cursor, the task
    /// under it is more than anything else.
    fn titles(&self, under: Option<&Inspection<'_>>, width: u16) -> (String, Line<'static>) {
        let notes = match self.shown.plan().lock() {
            Lock::Emulated => [" · the lock is emulated", " · emulated", ""],
            Lock::Real => [
                " · waiting for the lock is estimated",
                " · gil is estimated",
                "",
            ],
            Lock::None => [""; 3],
        };
        let rows = self.rows_in_words();
        let left = |note: &str| format!("{TITLE}{rows}{note}");
        // A blank on either side of a title, and some of the border before the next.
        let beside = |left: &str| usize::from(width).checked_sub(left.width() + 4);
        if let Some(under) = under {
            let left = left(if beside(&left(notes[1])).is_some() {
                notes[1]
            } else {
                ""
            });
            let room = u16::try_from(beside(&left).unwrap_or(0)).unwrap_or(width);
            return (left, inspector::task(under, self.theme, room));
        }
        let text = self.title_right();
        let right = match text.is_empty() {
            true => Line::default(),
            false => Line::styled(format!(" {text} "), on_border(Style::new())),
        };
        for note in &notes[..2] {
            if beside(&left(note)).is_some_and(|room| right.width() <= room) {
                return (left(note), right);
            }
        }
        (
            left(if beside(&left(notes[1])).is_some() {
                notes[1]
            } else {
                ""
            }),
            Line::default(),
        )
    }

    fn legend(&self, width: u16) -> Line<'static> {
        match self.app.timeline().rows() {
            Rows::Workers => {
                let has_failures = !self.app.shown_failures().is_empty();
                legend::of_phases(
                    &self.phases(),
                    self.shown.plan().lock(),
                    has_failures,
                    self.theme,
                    width,
                )
            }
            Rows::Cores => legend::of_cores(self.theme, width),
        }
    }

    /// A thin line through the bar under the cursor: ink stays ink, and where there is none, none comes.
    fn draw_cursor(&self, buf: &mut Buffer) {
        let Some(under) = self.app.inspection() else {
            return;
        };
        let at = &self.geometry;
        if let Some(x) = at.column_of(under.at) {
            let bar = at
                .bars_in_view()
                .find(|(_, row)| *row == self.app.timeline().row())
                .map(|(bar, _)| bar);
            let cell = bar
                .map(|bar| Rect { x, width: 1, ..bar })
                .unwrap_or_default();
            for at in cell.intersection(at.bars).positions() {
                let cell = &mut buf[at];
                let is_full = cell.symbol() == RISING[8];
                cell.set_symbol(CURSOR);
                if is_full {
                    cell.modifier.insert(Modifier::REVERSED);
                } else {
                    cell.set_style(self.theme.strong());
                    cell.fg = Color::Reset;
                }
            }
        }
    }

    /// The sign of the row that the arrows act on, and the style of its name.
    fn sign(&self, row: usize) -> (&'static str, Style) {
        if self.focused && self.app.timeline().row() == row {
            ("▸", self.theme.strong())
        } else {
            (" ", Style::new())
        }
    }

    /// The phases that this picture can show: also that a part of it is not known, once events were dropped.
    fn phases(&self) -> Vec<Phase> {
        let lost = self.shown.trace().dropped() > 0;
        self.shown
            .plan()
            .phases()
            .into_iter()
            .chain(lost.then_some(Phase::Lost))
            .collect()
    }

    /// What the rows are.
    fn rows_in_words(&self) -> String {
        let at = &self.geometry;
        let last = at.in_view.end.saturating_sub(1);
        match self.app.timeline().rows() {
            Rows::Workers if at.scrolls() => {
                format!("w{}–w{last} of {}", at.in_view.start, workers(at.rows))
            }
            Rows::Workers => "by worker".into(),
            Rows::Cores => format!("by core · {}", self.migrations()),
        }
    }

    /// How often workers moved: of a run that is over the exact figure, of one that is on what the picture has.
    fn migrations(&self) -> String {
        let migrations = match self.shown {
            Shown::Entry(entry) => entry.record.system.migrations,
            Shown::Live(live) => live.trace.migrations(),
        };
        plural(migrations, "migration")
    }

    fn title_right(&self) -> String {
        let at = &self.geometry;
        let all = whole(self.shown.trace());
        let span = |window: Window| duration(seconds(window.span()));
        let is_frozen = matches!(self.shown, Shown::Live(_)) && self.app.frozen().is_some();
        let parts = [
            is_frozen.then(|| "frozen: Space goes on".to_string()),
            self.app.playback().map(Playback::short_words),
            self.app
                .timeline()
                .is_zoomed()
                .then(|| format!("{} of {} in view", span(at.window), span(all))),
            (!at.overview.is_empty()).then(|| "all workers →".into()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(" · ")
    }
}

/// How many columns the bars have: a step of the cursor. `None` before the first run.
pub fn bar_columns(app: &App, area: Rect, gutter: u16) -> Option<u16> {
    Geometry::of(app, area, gutter).map(|geometry| geometry.bars.width)
}

/// A count of workers, as a title says it.
pub fn workers(n: usize) -> String {
    plural(n as u64, "worker")
}
