//! One bar per worker over time, with an axis and a legend. If there are more workers than rows, it has an overview.

mod geometry;
mod inspector;
mod legend;
mod rows;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Color, Modifier, Style},
    text::Line,
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use crate::{
    app::{
        App, Shown,
        frame::welcome,
        message::ClickTarget,
        screens::timeline::{
            Rows, TimelineView,
            inspect::Inspection,
            playback::Playback,
            view::{geometry::TimelineGeometry, legend::LegendItem},
            whole,
        },
    },
    domain::{
        phase::Phase,
        plan::Lock,
        text::{counted, duration},
        time::{Nanos, seconds},
    },
    present::table::fitting,
    ui::{
        area::{cells, centred, split_below},
        key::Key,
        panel::{block, draw_block, draw_centred, draw_frame, draw_lines, inside, on_border},
        theme::{STRONG, Theme},
        widget::{RISING, axis::Axis},
        window::Window,
    },
};

/// Draws the timeline of the shown run, or the quick experiments before the first run.
pub fn panel(app: &App, focused: bool, theme: Theme, area: Rect, gutter: u16, buf: &mut Buffer) {
    let Some(shown) = app.shown() else {
        let inner = draw_frame("What would you like to know?", focused, theme, area, buf);
        let (questions, below) = welcome_and_legend(app, inner);
        let chosen = app.question().filter(|_| focused);
        welcome::draw(app.has_python(), chosen, questions, buf);
        let rare = [
            Phase::Lock,
            Phase::Sleep,
            Phase::Subprocess,
            Phase::Pickling,
        ];
        let seen = |phase: &Phase| !rare.contains(phase);
        let phases: Vec<Phase> = Phase::MEASURED.into_iter().filter(seen).collect();
        let items = legend::of_phases(&phases, false, false, theme);
        draw_lines(legend::in_lines(&items, below.width), below, buf);
        return;
    };
    let Some(at) = TimelineGeometry::of(app, area, gutter) else {
        let inner = draw_frame("Timeline", focused, theme, area, buf);
        draw_centred(shown.missing_trace().unwrap_or_default(), inner, buf);
        return;
    };
    let view = DrawnTimeline {
        app,
        shown,
        at,
        focused,
        theme,
    };
    view.draw(area, buf);
}

/// The area of the questions. If all questions have room in large digits, the legend of their answers has an area too.
fn welcome_and_legend(app: &App, inner: Rect) -> (Rect, Rect) {
    // The remaining room is divided between both sides.
    let middle = centred(inner, welcome::WIDTH, inner.height);
    let (questions, legend) = split_below(middle, legend::LINES);
    let (questions, _) = split_below(questions, 1);
    if welcome::are_large(app.has_python(), questions) {
        (questions, legend)
    } else {
        (inner, Rect::default())
    }
}

/// The target at this place of the panel: a moment in a row, the name of a row, or a quick experiment before the first
/// run.
pub fn target(app: &App, area: Rect, gutter: u16, here: Position) -> Option<ClickTarget> {
    if app.shown().is_none() {
        let (questions, _) = welcome_and_legend(app, inside(area));
        let experiment = welcome::experiment_at(app.has_python(), questions, here.y)?;
        return Some(ClickTarget::Offered(Key::Char(experiment.key)));
    }
    let geometry = TimelineGeometry::of(app, area, gutter)?;
    let row = geometry.row_at(here.y);
    if geometry.labels.contains(here) {
        return row.map(ClickTarget::TimelineRow);
    }
    // The axis has moments, too.
    let bars = geometry.bars.union(geometry.axis);
    let column = bars.contains(here).then(|| here.x - bars.x)?;
    let at = geometry.window.boundary(column, bars.width);
    Some(ClickTarget::Moment { row, at })
}

/// The cursor in a bar.
const CURSOR: &str = "│";
/// The contents of the timeline, with their places.
struct DrawnTimeline<'a> {
    app: &'a App,
    shown: Shown<'a>,
    at: TimelineGeometry,
    focused: bool,
    theme: Theme,
}

impl DrawnTimeline<'_> {
    fn draw(&self, area: Rect, buf: &mut Buffer) {
        let under = self.app.inspection();
        self.draw_frame(under.as_ref(), area, buf);
        let TimelineView { rows, cursor, .. } = *self.app.timeline();
        match rows {
            Rows::Workers => self.draw_workers(buf),
            Rows::Cores => self.draw_cores(buf),
        }
        let axis = Axis {
            window: self.at.window,
            cursor: cursor.map(|cursor| (cursor, STRONG)),
        };
        axis.render(self.at.axis, buf);
        let room = self.at.legend;
        draw_lines(legend::in_lines(&self.legend(), room.width), room, buf);
        if let Some(under) = under {
            self.draw_cursor(under.at, buf);
        }
    }

    fn draw_frame(&self, under: Option<&Inspection<'_>>, area: Rect, buf: &mut Buffer) {
        let width = area.width.saturating_sub(4);
        let (left, right) = self.titles(under, width);
        let below = match under {
            Some(under) => inspector::segment(under, self.theme, width),
            None => {
                let lines = self.at.legend.height.into();
                legend::on_the_border(&self.legend(), lines, width)
            }
        };
        let frame = block(left, self.focused, self.theme)
            .title(right.right_aligned())
            .title_bottom(below);
        draw_block(&frame, area, buf);
    }

    /// The titles at the left and the right of the upper border, in as many words as there is room for. With a cursor,
    /// the task under it is more important than anything else.
    fn titles(&self, under: Option<&Inspection<'_>>, width: u16) -> (String, Line<'static>) {
        let (long, short) = match self.shown.plan().lock() {
            Lock::Emulated => (" · the GIL is emulated", " · emulated GIL"),
            Lock::Real if self.shown.estimates_gil() => {
                (" · waiting for the GIL is estimated", " · gil is estimated")
            }
            Lock::Real | Lock::None => ("", ""),
        };
        let rows = self.rows_in_words();
        let [long, short, none] = [long, short, ""].map(|note| format!("Timeline · {rows}{note}"));
        // A space on either side of a title, and some border before the next title.
        let room = usize::from(width).saturating_sub(4);
        if let Some(under) = under {
            let left = fitting([short, none], |left| left.width() <= room);
            let beside = room.saturating_sub(left.width());
            let right = inspector::task(under, self.theme, cells(beside));
            return (left, right);
        }
        let right = self.title_right();
        let candidates = [
            (long, right.clone()),
            (short.clone(), right),
            (short, String::new()),
            (none, String::new()),
        ];
        let fits = |(left, right): &(String, String)| left.width() + right.width() <= room;
        let (left, right) = fitting(candidates, fits);
        (left, on_border(right))
    }

    /// The marks that this trace can show. If events were dropped, this includes the mark of an unknown part.
    fn legend(&self) -> Vec<LegendItem> {
        if self.app.timeline().rows == Rows::Cores {
            return legend::of_cores(self.theme);
        }
        let plan = self.shown.plan();
        let trace = self.shown.trace();
        let possible = plan.phases();
        let is_there = |phase: &Phase| possible.contains(phase) || trace.has_seen(*phase);
        let mut phases: Vec<Phase> = Phase::LISTED.into_iter().filter(is_there).collect();
        if trace.dropped() > 0 {
            phases.push(Phase::Lost);
        }
        let has_failures = self.app.failures().next().is_some();
        let is_estimate = self.shown.estimates_gil();
        legend::of_phases(&phases, is_estimate, has_failures, self.theme)
    }

    /// Draws a thin line through the bar under the cursor. It leaves the ink as it is, and adds none.
    fn draw_cursor(&self, moment: Nanos, buf: &mut Buffer) {
        let at = &self.at;
        let bar = at.bar_of(self.app.timeline().row);
        let Some((x, bar)) = at.column_of(moment).zip(bar) else {
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

    /// The sign of the selected row, and the style of its name.
    fn sign(&self, row: usize) -> (&'static str, Style) {
        if self.focused && self.app.timeline().row == row {
            ("▸", STRONG)
        } else {
            (" ", Style::new())
        }
    }

    /// The kind of the rows, in words. The number of migrations is exact after a run. During a run, it is what the
    /// trace has.
    fn rows_in_words(&self) -> String {
        let at = &self.at;
        let view = self.app.timeline();
        match view.rows {
            Rows::Workers if at.in_view.len() < at.rows => {
                let of = counted(at.rows as u64, "worker");
                let shown = &at.workers[at.in_view.clone()];
                match shown {
                    _ if view.busiest_first => format!("{} of {of}, busiest first", shown.len()),
                    [first, .., last] if shown.is_sorted() && first + shown.len() == last + 1 => {
                        format!("w{first}–w{last} of {of}")
                    }
                    _ => format!("{} of {of}, idle last", shown.len()),
                }
            }
            Rows::Workers if view.busiest_first => "by worker, busiest first".into(),
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
        let span = |window: Window| duration(seconds(window.span()));
        let (window, all) = (self.at.window, whole(self.shown.trace()));
        let is_frozen = self.shown.entry().is_none() && self.app.frozen().is_some();
        let is_zoomed = self.app.timeline().zoom.is_some();
        let parts = [
            is_frozen.then(|| "frozen: Space continues".to_string()),
            self.app.playback().map(Playback::short_words),
            is_zoomed.then(|| format!("{} of {} in view", span(window), span(all))),
            (!self.at.overview.is_empty()).then(|| "all workers ↓".into()),
        ];
        let words = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        if words.is_empty() {
            words
        } else {
            format!(" {words} ")
        }
    }
}

/// The number of columns of the bars, and the number of bars in view; `None` before the first run.
pub fn room_for_bars(app: &App, area: Rect, gutter: u16) -> Option<(u16, u16)> {
    let at = TimelineGeometry::of(app, area, gutter)?;
    Some((at.bars.width, cells(at.in_view.len())))
}
