//! A bar per worker over time, with an axis, a legend, and an overview where there are more workers than rows.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::header::plural;
use super::panel::{block, draw_block, inside, on_border};
use super::theme::{Theme, mark};
use super::welcome;
use super::widget::axis::Axis;
use super::widget::gantt::{Gantt, Overview, Pitch};
use crate::app::key::Key;
use crate::app::pointer::Target;
use crate::app::screen::Panel;
use crate::app::timeline::{Window, whole};
use crate::app::{App, Shown};
use crate::domain::phase::{Phase, PhaseTimes};
use crate::domain::plan::Plan;
use crate::domain::text::duration;
use crate::domain::time::seconds;
use crate::domain::workload::WorkloadKind;

/// Columns of the overview, with the line that shows which part of it is in view.
const OVERVIEW: u16 = 12;

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
    let view = View::new(app, shown, focused, theme, gutter);
    view.draw(area, buf);
}

/// What stands in this panel there: a moment of a worker's, or a quick experiment before the first run.
pub fn target(app: &App, area: Rect, gutter: u16, column: u16, row: u16) -> Option<Target> {
    match app.shown() {
        Some(shown) => View::new(app, shown, false, Theme::plain(), gutter).at(area, column, row),
        None => welcome::experiment_at(inside(area), row)
            .map(|experiment| Target::Offered(Key::Char(experiment.key))),
    }
}

/// Where the parts of a timeline stand.
struct Places {
    inner: Rect,
    /// All bars.
    bars: Rect,
    pitch: Pitch,
    /// The workers that have a bar.
    in_view: Range<usize>,
    /// Columns of the overview, if there is one.
    aside: u16,
}

/// What the timeline draws.
struct View<'a> {
    shown: Shown<'a>,
    window: Window,
    zoomed: bool,
    cursor: Option<usize>,
    lane: usize,
    theme: Theme,
    gutter: u16,
    focused: bool,
}

impl<'a> View<'a> {
    fn new(app: &App, shown: Shown<'a>, focused: bool, theme: Theme, gutter: u16) -> View<'a> {
        let view = app.timeline();
        View {
            shown,
            window: view.window(shown.trace()),
            zoomed: view.is_zoomed(),
            cursor: focused.then_some(view.lane()),
            lane: view.lane(),
            theme,
            gutter,
            focused,
        }
    }

    fn draw(&self, area: Rect, buf: &mut Buffer) {
        let lanes = self.shown.trace().lanes().len();
        let Places { inner, bars, pitch, in_view, aside } = self.places(area);
        let rows = area.height.saturating_sub(3);
        let scrolls = aside > 0;
        let mut frame = block(self.title(&in_view, lanes), self.focused, self.theme).title_bottom(legend(
            &self.phases(),
            self.theme,
            area.width.saturating_sub(4),
        ));
        if let Some(right) = self.title_right(scrolls, lanes, rows) {
            frame = frame.title(Line::styled(format!(" {right} "), on_border(Style::new())).right_aligned());
        }
        draw_block(&frame, area, buf);
        for (bar, worker) in pitch.bars(bars).zip(in_view.clone()) {
            let y = bar.bottom().saturating_sub(1);
            self.draw_label(worker, Rect { x: inner.x, y, width: self.gutter, height: 1 }, buf);
        }
        Gantt::new(self.shown.trace(), self.window, self.theme)
            .lanes(in_view.clone())
            .pitch(pitch)
            .render(bars, buf);
        let axis = Rect { y: bars.bottom(), height: 1, ..bars }.intersection(inner);
        Axis::new(self.window, Style::new()).render(axis, buf);
        if scrolls {
            let overview = Rect { x: bars.right() + 1, width: aside.saturating_sub(1), ..bars };
            self.draw_overview(&in_view, lanes, overview, buf);
        }
    }

    /// Where everything stands in a panel of this size.
    fn places(&self, area: Rect) -> Places {
        let lanes = self.shown.trace().lanes().len();
        let rows = area.height.saturating_sub(3);
        let first = first_lane(self.lane, lanes, rows);
        let inner = inside(area);
        let aside = if lanes > usize::from(rows) { OVERVIEW.min(inner.width / 4) } else { 0 };
        let bars = Rect {
            x: inner.x + self.gutter.min(inner.width),
            width: inner.width.saturating_sub(self.gutter + aside),
            height: rows.min(inner.height),
            ..inner
        };
        let in_view = first..lanes.min(first + usize::from(rows));
        Places { inner, bars, pitch: Pitch::fitting(lanes, rows), in_view, aside }
    }

    /// What stands there, if that is in the bars.
    fn at(&self, area: Rect, column: u16, row: u16) -> Option<Target> {
        let Places { bars, pitch, in_view, .. } = self.places(area);
        if !bars.contains(Position { x: column, y: row }) {
            return None;
        }
        let worker = pitch
            .bars(bars)
            .zip(in_view)
            .find_map(|(bar, worker)| (bar.y..bar.bottom()).contains(&row).then_some(worker));
        Some(Target::Moment { worker, at: self.window.boundary(column - bars.x, bars.width) })
    }

    /// The phases that this picture can show: also that a part of it is not known, once events were dropped.
    fn phases(&self) -> Vec<Phase> {
        let lost = self.shown.trace().lanes().iter().any(|lane| lane.dropped() > 0);
        phases_of(self.shown.plan()).into_iter().chain(lost.then_some(Phase::Lost)).collect()
    }

    fn title(&self, in_view: &Range<usize>, lanes: usize) -> String {
        let emulated =
            if self.shown.plan().model().has_interpreter_lock() { " · the lock is emulated" } else { "" };
        let workers = if in_view.len() < lanes {
            format!("w{}–w{} of {}", in_view.start, in_view.end.saturating_sub(1), workers(lanes))
        } else {
            "by worker".into()
        };
        format!("Timeline · {workers}{emulated}")
    }

    fn title_right(&self, scrolls: bool, lanes: usize, rows: u16) -> Option<String> {
        let all = whole(self.shown.trace());
        let span = |window: Window| duration(seconds(window.span()));
        let sampled = if Overview::is_sampled(lanes, rows) { ", sampled" } else { "" };
        let parts = [
            self.zoomed.then(|| format!("{} of {} in view", span(self.window), span(all))),
            scrolls.then(|| format!("all workers{sampled} →")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    /// A worker's name and, where there is room, how much of the time so far it computed and what it did most else.
    fn draw_label(&self, worker: usize, area: Rect, buf: &mut Buffer) {
        let (sign, style) =
            if self.cursor == Some(worker) { ("▸", self.theme.strong()) } else { (" ", Style::new()) };
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

    fn draw_overview(&self, in_view: &Range<usize>, lanes: usize, area: Rect, buf: &mut Buffer) {
        if area.is_empty() {
            return;
        }
        let (line, picture) =
            (Rect { width: 1, ..area }, Rect { x: area.x + 1, width: area.width - 1, ..area });
        let rows = usize::from(area.height);
        for (i, row) in line.rows().enumerate() {
            let stands_for = lanes * i / rows..lanes * (i + 1) / rows;
            let seen =
                stands_for.start < in_view.end && in_view.start < stands_for.end.max(stands_for.start + 1);
            let (symbol, style) =
                if seen { ("┃", self.theme.strong()) } else { ("│", self.theme.secondary()) };
            buf.set_string(row.x, row.y, symbol, style);
        }
        Overview::new(self.shown.trace(), whole(self.shown.trace()), self.theme).render(picture, buf);
    }
}

/// The first lane in view: the cursor's is in the middle where it can be.
fn first_lane(cursor: usize, lanes: usize, rows: u16) -> usize {
    let rows = usize::from(rows);
    cursor.saturating_sub(rows / 2).min(lanes.saturating_sub(rows))
}

/// The marks of these phases: with their meaning, with their names, close together, or without what explains itself, as
/// far as there is room.
fn legend(phases: &[Phase], theme: Theme, width: u16) -> Line<'static> {
    let without = |left_out: &[Phase]| -> Vec<Phase> {
        phases.iter().copied().filter(|phase| !left_out.contains(phase)).collect()
    };
    let lines = [
        legend_line(phases, theme, explained, "  "),
        legend_line(phases, theme, Phase::name, "  "),
        legend_line(phases, theme, Phase::name, " "),
        legend_line(&without(&[Phase::Starting]), theme, Phase::name, " "),
    ];
    let fits = |line: &Line<'_>| line.width() <= usize::from(width);
    let last = || legend_line(&without(&[Phase::Starting, Phase::Idle]), theme, Phase::name, " ");
    lines.into_iter().find(fits).unwrap_or_else(last)
}

fn explained(phase: Phase) -> &'static str {
    match phase {
        Phase::Ready => "ready: no core is free",
        Phase::Gil => "gil: wants the lock",
        _ => phase.name(),
    }
}

fn legend_line(
    phases: &[Phase],
    theme: Theme,
    name: fn(Phase) -> &'static str,
    between: &'static str,
) -> Line<'static> {
    let plain = on_border(Style::new());
    let mut spans = vec![];
    for phase in phases {
        spans.push(Span::styled(if spans.is_empty() { " " } else { between }, plain));
        spans.push(Span::styled(mark(*phase), on_border(theme.phase(*phase))));
        spans.push(Span::styled(format!(" {}", name(*phase)), plain));
    }
    spans.push(Span::styled(" ", plain));
    Line::from(spans)
}

/// The phases that a run of this plan can have.
pub fn phases_of(plan: &Plan) -> Vec<Phase> {
    use Phase::{Computing, File, Gil, Idle, Network, Ready, Starting};
    [Computing, Ready, Gil, Network, File, Starting, Idle]
        .into_iter()
        .filter(|phase| match phase {
            Phase::Gil => plan.model().has_interpreter_lock(),
            Phase::Network | Phase::File => plan.workload().kind() == WorkloadKind::Io,
            _ => true,
        })
        .collect()
}

/// A count of workers, as a title says it.
pub fn workers(n: usize) -> String {
    plural(n as u64, "worker")
}
