//! A bar per worker over time, with an axis, a legend, and an overview where there are more workers than rows.

mod geometry;
mod inspector;
pub mod legend;

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use self::geometry::Geometry;
use self::legend::phases_of;
use super::header::plural;
use super::panel::{block, draw_block, on_border};
use super::theme::{FAILED, Theme, mark};
use super::welcome;
use super::widget::axis::Axis;
use super::widget::gantt::{Gantt, Overview};
use crate::app::screen::Panel;
use crate::app::timeline::{Window, whole};
use crate::app::{App, Shown};
use crate::domain::phase::{Phase, PhaseTimes};
use crate::domain::text::duration;
use crate::domain::time::{nanos, seconds};

/// The timeline of the run that is shown, or the quick experiments before the first.
pub fn panel(app: &App, theme: Theme, area: Rect, gutter: u16, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let focused = app.focus().panel == Panel::Timeline;
    let Some(shown) = app.shown() else {
        let inner = draw_block(&block("What would you like to know?", focused, theme), area, buf);
        welcome::draw(theme, inner, buf);
        return;
    };
    let Some(geometry) = Geometry::of(app, area, gutter) else { return };
    View { app, shown, geometry, focused, theme }.draw(area, buf);
}

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
        for (bar, worker) in at.bars_in_view() {
            let y = bar.bottom().saturating_sub(1);
            self.draw_label(worker, Rect { y, height: 1, ..at.labels }, buf);
        }
        Gantt::new(self.shown.trace(), at.window, self.theme)
            .lanes(at.in_view.clone())
            .pitch(at.pitch)
            .render(at.bars, buf);
        let axis = Axis::new(at.window, Style::new());
        let cursor = self.app.timeline().cursor();
        let axis = cursor.map_or(axis, |cursor| axis.cursor(cursor, self.theme.strong()));
        axis.render(at.axis, buf);
        if at.scrolls() {
            self.draw_overview(buf);
        }
        self.draw_failures(buf);
        self.draw_cursor(buf);
    }

    fn draw_frame(&self, area: Rect, buf: &mut Buffer) {
        let has_failures = !self.app.shown_failures().is_empty();
        let legend = legend::line(&self.phases(), has_failures, self.theme, area.width.saturating_sub(4));
        let mut frame = block(self.title(), self.focused, self.theme).title_bottom(legend);
        if let Some(right) = self.title_right() {
            frame = frame.title(Line::styled(format!(" {right} "), on_border(Style::new())).right_aligned());
        }
        draw_block(&frame, area, buf);
    }

    /// A mark where a task ended that had failed: in the lowest row of its worker's bar.
    fn draw_failures(&self, buf: &mut Buffer) {
        let at = &self.geometry;
        let bars: HashMap<usize, Rect> = at.bars_in_view().map(|(bar, worker)| (worker, bar)).collect();
        let end = self.shown.trace().now().saturating_sub(1);
        for failure in self.app.shown_failures() {
            let ended = nanos(failure.end_s.unwrap_or(failure.start_s)).min(end);
            let column = at.column_of(ended);
            if let (Some(x), Some(bar)) = (column, bars.get(&(failure.worker as usize))) {
                buf.set_string(x, bar.bottom().saturating_sub(1), FAILED, self.theme.error());
            }
        }
    }

    /// The cell under the cursor reversed, and what is there in words.
    fn draw_cursor(&self, buf: &mut Buffer) {
        let Some(under) = self.app.inspection() else { return };
        let at = &self.geometry;
        if let Some(x) = at.column_of(under.at) {
            let bar = at.bars_in_view().find(|(_, row)| *row == under.worker).map(|(bar, _)| bar);
            let cell = bar.map(|bar| Rect { x, width: 1, ..bar }).unwrap_or_default();
            buf.set_style(cell.intersection(at.bars), self.theme.cursor());
        }
        inspector::draw(&under, self.theme, at.inspector, buf);
    }

    /// The phases that this picture can show: also that a part of it is not known, once events were dropped.
    fn phases(&self) -> Vec<Phase> {
        let lost = self.shown.trace().dropped() > 0;
        phases_of(self.shown.plan()).into_iter().chain(lost.then_some(Phase::Lost)).collect()
    }

    fn title(&self) -> String {
        let emulated =
            if self.shown.plan().model().has_interpreter_lock() { " · the lock is emulated" } else { "" };
        let at = &self.geometry;
        let workers = if at.scrolls() {
            let last = at.in_view.end.saturating_sub(1);
            format!("w{}–w{last} of {}", at.in_view.start, workers(at.rows))
        } else {
            "by worker".into()
        };
        format!("Timeline · {workers}{emulated}")
    }

    fn title_right(&self) -> Option<String> {
        let at = &self.geometry;
        let all = whole(self.shown.trace());
        let span = |window: Window| duration(seconds(window.span()));
        let is_frozen = matches!(self.shown, Shown::Live(_)) && self.app.frozen().is_some();
        let parts = [
            is_frozen.then(|| "frozen: Space goes on".to_string()),
            self.app.timeline().is_zoomed().then(|| format!("{} of {} in view", span(at.window), span(all))),
            at.scrolls().then(|| "all workers →".into()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    /// A worker's name and, where there is room, how much of the time so far it computed and what it did most else.
    fn draw_label(&self, worker: usize, area: Rect, buf: &mut Buffer) {
        let (sign, style) = if self.focused && self.app.timeline().row() == worker {
            ("▸", self.theme.strong())
        } else {
            (" ", Style::new())
        };
        let mut spans = vec![Span::styled(format!("{sign}{:<5}", format!("w{worker}")), style)];
        if area.width > 10 {
            let now = self.shown.trace().now();
            spans.extend(self.shares(&self.shown.trace().lanes()[worker].times_until(now, now)));
        }
        buf.set_line(area.x, area.y, &Line::from(spans), area.width);
    }

    fn shares(&self, times: &PhaseTimes) -> Vec<Span<'static>> {
        let total = times.total().max(1) as f64;
        let percent = |phase: Phase| times[phase] as f64 * 100.0 / total;
        let share = |phase: Phase, mark: &'static str| {
            [Span::styled(mark, self.theme.phase(phase)), Span::raw(format!("{:>4.0} % ", percent(phase)))]
        };
        // Half as high as its mark, so that the marks of several rows do not grow together.
        let mut spans = share(Phase::Computing, "▄").to_vec();
        let other = times.dominant_except(Phase::Computing).filter(|phase| percent(*phase) >= 0.5);
        spans.extend(other.into_iter().flat_map(|phase| share(phase, mark(phase))));
        spans
    }

    fn draw_overview(&self, buf: &mut Buffer) {
        let Geometry { overview: area, in_view, .. } = &self.geometry;
        if area.is_empty() {
            return;
        }
        let (line, picture) =
            (Rect { width: 1, ..*area }, Rect { x: area.x + 1, width: area.width - 1, ..*area });
        let height = usize::from(area.height);
        for (i, row) in line.rows().enumerate() {
            let stands_for = self.shown.trace().lanes_of_row(i, height);
            let seen =
                stands_for.start < in_view.end && in_view.start < stands_for.end.max(stands_for.start + 1);
            let (symbol, style) =
                if seen { ("┃", self.theme.strong()) } else { ("│", self.theme.secondary()) };
            buf.set_string(row.x, row.y, symbol, style);
        }
        Overview::new(self.shown.trace(), whole(self.shown.trace()), self.theme).render(picture, buf);
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
