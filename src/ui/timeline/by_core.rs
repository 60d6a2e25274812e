//! The timeline by core: which worker each of them ran.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::View;
use crate::domain::phase::Phase;
use crate::ui::widget::core_gantt::CoreGantt;

impl View<'_> {
    /// A bar per core, with the numbers of the workers that computed there.
    pub(super) fn draw_cores(&self, buf: &mut Buffer) {
        let at = &self.geometry;
        let cores = self.app.cores_shown();
        let in_view = cores.get(at.in_view.clone()).unwrap_or_default();
        for ((bar, row), core) in at.bars_in_view().zip(in_view) {
            let y = bar.bottom().saturating_sub(1);
            self.draw_core_label(
                row,
                *core,
                Rect {
                    y,
                    height: 1,
                    ..at.labels
                },
                buf,
            );
        }
        CoreGantt::new(self.shown.trace(), at.window, self.theme)
            .cores(in_view.iter().copied())
            .pitch(at.pitch)
            .render(at.bars, buf);
    }

    /// A core's name and, where there is room, which share of the time so far it computed for our workers.
    fn draw_core_label(&self, row: usize, core: u16, area: Rect, buf: &mut Buffer) {
        let (sign, style) = self.sign(row);
        if area.width <= 10 {
            let name = Span::styled(format!("{sign}c{core}"), style);
            buf.set_line(area.x, area.y, &Line::from(name), area.width);
            return;
        }
        let trace = self.shown.trace();
        let now = trace.now().max(1);
        let time = trace
            .core_lane(core)
            .map_or(0, |lane| lane.between(0, now).time);
        let line = Line::from(vec![
            Span::styled(format!("{sign}{:<9}", format!("core {core}")), style),
            Span::styled("▄", self.theme.phase(Phase::Computing)),
            Span::raw(format!("{:>4.0} %", time as f64 * 100.0 / now as f64)),
        ]);
        buf.set_line(area.x, area.y, &line, area.width);
    }
}
