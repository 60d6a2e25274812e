//! The timeline by worker: what each of them did.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::View;
use super::geometry::Geometry;
use crate::app::timeline::whole;
use crate::domain::phase::{Phase, PhaseTimes};
use crate::domain::time::nanos;
use crate::ui::theme::{FAILED, mark};
use crate::ui::widget::RISING;
use crate::ui::widget::gantt::{Gantt, Overview};

impl View<'_> {
    /// A bar per worker, and beside them an overview of all where they are too many for the screen.
    pub(super) fn draw_workers(&self, buf: &mut Buffer) {
        let at = &self.geometry;
        for (bar, worker) in at.bars_in_view() {
            let y = bar.bottom().saturating_sub(1);
            self.draw_label(
                worker,
                Rect {
                    y,
                    height: 1,
                    ..at.labels
                },
                buf,
            );
        }
        Gantt::new(self.shown.trace(), at.window, self.theme)
            .lanes(at.in_view.clone())
            .pitch(at.pitch)
            .render(at.bars, buf);
        self.draw_failures(buf);
        self.draw_overview(buf);
    }

    /// A mark where a task ended that had failed: in the lowest row of its worker's bar.
    fn draw_failures(&self, buf: &mut Buffer) {
        let at = &self.geometry;
        let bars: HashMap<usize, Rect> = at
            .bars_in_view()
            .map(|(bar, worker)| (worker, bar))
            .collect();
        let trace = self.shown.trace();
        for failure in self.app.shown_failures() {
            // A task that did not end, ended with its worker.
            let cut = || {
                trace
                    .task_at(failure.worker as usize, nanos(failure.start_s))
                    .map(|story| story.to)
            };
            let Some(ended) = failure.end_s.map(nanos).or_else(cut) else {
                continue;
            };
            let ended = ended.min(trace.now().saturating_sub(1));
            let column = at.column_of(ended);
            if let (Some(x), Some(bar)) = (column, bars.get(&(failure.worker as usize))) {
                self.draw_failure(
                    Rect {
                        x,
                        width: 1,
                        ..*bar
                    },
                    buf,
                );
            }
        }
    }

    /// The mark replaces the lowest cell. A thin line that stood upon its ink would hang in the air.
    fn draw_failure(&self, column: Rect, buf: &mut Buffer) {
        for cell in column.positions() {
            if !RISING.contains(&buf[cell].symbol()) {
                buf[cell].reset();
            }
        }
        buf.set_string(
            column.x,
            column.bottom().saturating_sub(1),
            FAILED,
            self.theme.error(),
        );
    }

    /// A worker's name and, where there is room, how much of the time so far it computed and what it did most else.
    fn draw_label(&self, worker: usize, area: Rect, buf: &mut Buffer) {
        let (sign, style) = self.sign(worker);
        let mut spans = vec![Span::styled(
            format!("{sign}{:<5}", format!("w{worker}")),
            style,
        )];
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
            [
                Span::styled(mark, self.theme.phase(phase)),
                Span::raw(format!("{:>4.0} % ", percent(phase))),
            ]
        };
        // Half as high as its mark, so that the marks of several rows do not grow together.
        let mut spans = share(Phase::Computing, "▄").to_vec();
        let other = times
            .dominant_except(Phase::Computing)
            .filter(|phase| percent(*phase) >= 0.5);
        spans.extend(
            other
                .into_iter()
                .flat_map(|phase| share(phase, mark(phase))),
        );
        spans
    }

    fn draw_overview(&self, buf: &mut Buffer) {
        let Geometry {
            overview: area,
            in_view,
            ..
        } = &self.geometry;
        if area.is_empty() {
            return;
        }
        let (line, picture) = (
            Rect { width: 1, ..*area },
            Rect {
                x: area.x + 1,
                width: area.width - 1,
                ..*area
            },
        );
        let height = usize::from(area.height);
        for (i, row) in line.rows().enumerate() {
            let stands_for = self.shown.trace().lanes_of_row(i, height);
            let seen = stands_for.start < in_view.end
                && in_view.start < stands_for.end.max(stands_for.start + 1);
            let (symbol, style) = if seen {
                ("┃", self.theme.strong())
            } else {
                ("│", self.theme.secondary())
            };
            buf.set_string(row.x, row.y, symbol, style);
        }
        Overview::new(self.shown.trace(), whole(self.shown.trace()), self.theme)
            .render(picture, buf);
    }
}
