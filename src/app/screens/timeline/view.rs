//! A bar per worker over time, with an axis, a legend, and an overview where there are more workers than rows.

mod geometry;
mod inspector;
mod legend;
mod rows;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::app::frame::welcome;
use crate::app::message::Target;
use crate::app::screens::timeline::inspect::Inspection;
use crate::app::screens::timeline::playback::Playback;
use crate::app::screens::timeline::view::geometry::Geometry;
use crate::app::screens::timeline::{Rows, whole};
use crate::app::{App, Shown};
use crate::domain::phase::Phase;
use crate::domain::plan::Lock;
use crate::domain::text::{counted, duration};
use crate::domain::time::seconds;
use crate::ui::key::Key;
use crate::ui::panel::{block, draw_block, draw_centred, draw_frame, inside, on_border};
use crate::ui::theme::{STRONG, Theme};
use crate::ui::widget::RISING;
use crate::ui::widget::axis::Axis;
use crate::ui::window::Window;

/// The timeline of the run that is shown, or the quick experiments before the first.
pub fn panel(app: &App, focused: bool, theme: Theme, area: Rect, gutter: u16, buf: &mut Buffer) {
    let Some(shown) = app.shown() else {
        let inner = draw_frame("What would you like to know?", focused, theme, area, buf);
        welcome::draw(app.has_python(), inner, buf);
        return;
    };
    let Some(geometry) = Geometry::of(app, area, gutter) else {
        let inner = draw_frame("Timeline", focused, theme, area, buf);
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
pub fn target(app: &App, area: Rect, gutter: u16, here: Position) -> Option<Target> {
    if app.shown().is_none() {
        let experiment = welcome::experiment_at(app.has_python(), inside(area), here.y)?;
        return Some(Target::Offered(Key::Char(experiment.key)));
    }
    let geometry = Geometry::of(app, area, gutter)?;
    let row = geometry.row_at(here.y);
    if geometry.labels.contains(here) {
        return row.map(Target::TimelineRow);
    }
    // The axis, too, has a moment.
    let end = geometry.axis.bottom().max(geometry.bars.bottom());
    let is_in = (geometry.bars.y..end).contains(&here.y);
    let at = geometry.moment_at(here.x).filter(|_| is_in)?;
    Some(Target::Moment { row, at })
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
        let under = self.app.inspection();
        self.draw_frame(under.as_ref(), area, buf);
        match self.app.timeline().rows() {
            Rows::Workers => self.draw_workers(buf),
            Rows::Cores => self.draw_cores(buf),
        }
        let cursor = self.app.timeline().cursor();
        let axis = Axis {
            window: at.window,
            cursor: cursor.map(|cursor| (cursor, STRONG)),
        };
        axis.render(at.axis, buf);
        if let Some(under) = under {
            self.draw_cursor(&under, buf);
        }
    }

    fn draw_frame(&self, under: Option<&Inspection<'_>>, area: Rect, buf: &mut Buffer) {
        let width = area.width.saturating_sub(4);
        let (left, right) = self.titles(under, width);
        let below = match under {
            Some(under) => inspector::slice(under, self.theme, width),
            None => self.legend(width),
        };
        let frame = block(left, self.focused, self.theme)
            .title(right.right_aligned())
            .title_bottom(below);
        draw_block(&frame, area, buf);
    }

    /// What stands on the border above, left and right, in as many words as there is room for. With a cursor, the task
    /// under it is more than anything else.
    fn titles(&self, under: Option<&Inspection<'_>>, width: u16) -> (String, Line<'static>) {
        let (long, short) = match self.shown.plan().lock() {
            Lock::Emulated => (" · the lock is emulated", " · emulated"),
            Lock::Real => (
                " · waiting for the lock is estimated",
                " · gil is estimated",
            ),
            Lock::None => ("", ""),
        };
        let rows = self.rows_in_words();
        let left = |note: &str| format!("{TITLE}{rows}{note}");
        // A blank on either side of a title, and some of the border before the next.
        let beside = |left: &str| usize::from(width).checked_sub(left.width() + 4);
        let shortest = || {
            let fits = beside(&left(short)).is_some();
            left(if fits { short } else { "" })
        };
        if let Some(under) = under {
            let left = shortest();
            let room = u16::try_from(beside(&left).unwrap_or(0)).unwrap_or(width);
            return (left, inspector::task(under, self.theme, room));
        }
        let right = match self.title_right() {
            text if text.is_empty() => text,
            text => format!(" {text} "),
        };
        let fits = |left: &String| beside(left).is_some_and(|room| right.width() <= room);
        match [long, short].map(left).into_iter().find(fits) {
            Some(left) => (left, on_border(right)),
            None => (shortest(), Line::default()),
        }
    }

    fn legend(&self, width: u16) -> Line<'static> {
        match self.app.timeline().rows() {
            Rows::Workers => {
                let has_failures = !self.app.shown_failures().is_empty();
                let lock = self.shown.plan().lock();
                legend::of_phases(&self.phases(), lock, has_failures, self.theme, width)
            }
            Rows::Cores => legend::of_cores(self.theme, width),
        }
    }

    /// A thin line through the bar under the cursor: ink stays ink, and where there is none, none comes.
    fn draw_cursor(&self, under: &Inspection<'_>, buf: &mut Buffer) {
        let at = &self.geometry;
        let bar = at.bar_of(self.app.timeline().row());
        let (Some(x), Some(bar)) = (at.column_of(under.at), bar) else {
            return;
        };
        let column = Rect { x, width: 1, ..bar };
        for place in column.intersection(at.bars).positions() {
            let cell = &mut buf[place];
            let is_full = cell.symbol() == RISING[8];
            cell.set_symbol(CURSOR);
            if is_full {
                cell.modifier.insert(Modifier::REVERSED);
            } else {
                cell.set_style(STRONG);
                cell.fg = Color::Reset;
            }
        }
    }

    /// The sign of the row that the arrows act on, and the style of its name.
    fn sign(&self, row: usize) -> (&'static str, Style) {
        if self.focused && self.app.timeline().row() == row {
            ("▸", STRONG)
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

    /// What the rows are. How often workers moved is, of a run that is over, the exact figure, and of one that is on what
    /// the picture has.
    fn rows_in_words(&self) -> String {
        let at = &self.geometry;
        let (first, last) = (at.in_view.start, at.in_view.end.saturating_sub(1));
        match self.app.timeline().rows() {
            Rows::Workers if at.in_view.len() < at.rows => {
                format!("w{first}–w{last} of {}", counted(at.rows as u64, "worker"))
            }
            Rows::Workers => "by worker".into(),
            Rows::Cores => {
                let migrations = match self.shown {
                    Shown::Entry(entry) => entry.record.system.migrations,
                    Shown::Live(live) => live.trace.migrations(),
                };
                format!("by core · {}", counted(migrations, "migration"))
            }
        }
    }

    fn title_right(&self) -> String {
        let at = &self.geometry;
        let all = whole(self.shown.trace());
        let span = |window: Window| duration(seconds(window.span()));
        let is_frozen = self.shown.entry().is_none() && self.app.frozen().is_some();
        let is_zoomed = self.app.timeline().is_zoomed();
        let parts = [
            is_frozen.then(|| "frozen: Space goes on".to_string()),
            self.app.playback().map(Playback::short_words),
            is_zoomed.then(|| format!("{} of {} in view", span(at.window), span(all))),
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
