//! The rows of the timeline: by worker, what each of them did; by core, which worker each of them ran.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};

use crate::{
    app::screens::timeline::{view::DrawnTimeline, whole},
    domain::{
        phase::{Phase, PhaseTimes},
        time::nanos,
    },
    ui::{
        area::{split_below, split_left},
        panel::{draw_lines, draw_text},
        theme::{FAILED, STRONG},
        widget::{
            RISING,
            core_gantt::CoreGantt,
            gantt::{Gantt, Overview},
        },
    },
};

impl DrawnTimeline<'_> {
    /// Draws a bar per worker. If not all workers fit on the screen, an overview of all is beside them.
    pub(crate) fn draw_workers(&self, buf: &mut Buffer) {
        let at = &self.at;
        let trace = self.shown.trace();
        for (bar, row) in at.bars_in_view() {
            let worker = at.workers[row];
            let times = trace.lanes[worker].times_until(trace.now, trace.now);
            let name = format!("w{worker:<4}");
            self.draw_label(row, name, self.shares(&times), bar, buf);
        }
        let gantt = Gantt {
            trace,
            lanes: at.workers[at.in_view.clone()].to_vec(),
            window: at.window,
            pitch: at.pitch,
            theme: self.theme,
        };
        gantt.render(at.bars, buf);
        self.draw_failures(buf);
        self.draw_overview(buf);
    }

    /// Draws a mark at the end of each failed task, in the lowest row of its worker's bar.
    fn draw_failures(&self, buf: &mut Buffer) {
        let at = &self.at;
        let trace = self.shown.trace();
        for failure in self.app.failures() {
            let worker = failure.worker as usize;
            // A task that did not end by itself ended with its worker.
            let cut = || trace.task_at(worker, nanos(failure.start_s));
            let ended = failure.end_s.map(nanos);
            let Some(ended) = ended.or_else(|| cut().map(|story| story.to)) else {
                continue;
            };
            let ended = ended.min(trace.now.saturating_sub(1));
            if let (Some(x), Some(bar)) = (at.column_of(ended), at.bar_of_worker(worker)) {
                self.draw_failure(Rect { x, width: 1, ..bar }, buf);
            }
        }
    }

    /// Replaces the lowest cell by the mark. A thin line above its ink would float, so it is removed.
    fn draw_failure(&self, column: Rect, buf: &mut Buffer) {
        for cell in column.positions() {
            if !RISING.contains(&buf[cell].symbol()) {
                buf[cell].reset();
            }
        }
        draw_text(FAILED, self.theme.error(), split_below(column, 1).1, buf);
    }

    /// Draws the name of a row and, if there is room, the shares of the time so far.
    fn draw_label(
        &self,
        row: usize,
        name: String,
        shares: Vec<Span<'static>>,
        bar: Rect,
        buf: &mut Buffer,
    ) {
        let (sign, style) = self.sign(row);
        let area = self.at.label_of(bar);
        let mut line = Line::from(Span::styled(format!("{sign}{name}"), style));
        if has_room(area) {
            line.extend(shares);
        }
        draw_lines([line], area, buf);
    }

    /// The share of the time so far that a worker computed, and the phase that took most of the rest.
    fn shares(&self, times: &PhaseTimes) -> Vec<Span<'static>> {
        let share = |phase: Phase| times[phase] as f64 * 100.0 / times.total().max(1) as f64;
        let mut shares = self.computing(share(Phase::Computing));
        if let Some(other) = times.dominant_except(Phase::Computing)
            && share(other) >= 0.5
        {
            shares.extend([self.theme.mark(other), percent(share(other))]);
        }
        shares
    }

    /// The ink is half as high as its mark, so that the marks of several rows do not grow together.
    fn computing(&self, share: f64) -> Vec<Span<'static>> {
        let mark = Span::styled("▄", self.theme.phase(Phase::Computing));
        vec![mark, percent(share)]
    }

    fn draw_overview(&self, buf: &mut Buffer) {
        let area = self.at.overview;
        let in_view = &self.at.workers[self.at.in_view.clone()];
        if area.is_empty() {
            return;
        }
        let (trace, theme) = (self.shown.trace(), self.theme);
        let (line, overview) = split_left(area, 1);
        for (i, row) in line.rows().enumerate() {
            let several = trace.lanes_of_row(i, area.height.into());
            let seen = in_view.iter().any(|worker| several.contains(worker));
            let (symbol, style) = if seen {
                ("┃", STRONG)
            } else {
                ("│", theme.secondary())
            };
            draw_text(symbol, style, row, buf);
        }
        Overview {
            trace,
            window: whole(trace),
            theme,
        }
        .render(overview, buf);
    }

    /// Draws a bar per core with the numbers of the workers that computed there. Its share is that of the time so far
    /// in which any worker did.
    pub(crate) fn draw_cores(&self, buf: &mut Buffer) {
        let at = &self.at;
        let trace = self.shown.trace();
        let now = trace.now.max(1);
        let cores = self.app.cores_shown();
        let in_view = cores.get(at.in_view.clone()).unwrap_or_default();
        for ((bar, row), core) in at.bars_in_view().zip(in_view) {
            let lane = trace.cores.lane(*core);
            let time = lane.map_or(0, |lane| lane.between(0, now).time);
            let share = self.computing(time as f64 * 100.0 / now as f64);
            let name = if has_room(at.labels) {
                format!("core {core:<4}")
            } else {
                format!("c{core}")
            };
            self.draw_label(row, name, share, bar, buf);
        }
        let gantt = CoreGantt {
            trace,
            cores: in_view,
            window: at.window,
            pitch: at.pitch,
            theme: self.theme,
        };
        gantt.render(at.bars, buf);
    }
}

/// Whether there is room for more than a name.
fn has_room(label: Rect) -> bool {
    label.width > 10
}

fn percent(share: f64) -> Span<'static> {
    Span::raw(format!("{share:>4.0} % "))
}
