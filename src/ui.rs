//! STAND-IN ui: only enough to try the shell.

use ratatui::Frame;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::app::App;
use crate::domain::experiment::EXPERIMENTS;

/// STAND-IN.
#[expect(dead_code, reason = "stand-in")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Theme {
    plain: bool,
}

impl Theme {
    /// Without colours.
    #[must_use]
    pub fn plain() -> Theme {
        Theme { plain: true }
    }
}

/// Draws the app.
pub fn draw(app: &App, _theme: &Theme, frame: &mut Frame) {
    let mut lines = vec![Line::raw("pconc-tui  stand-in"), Line::raw(app.sentence.clone())];
    if app.live.is_some() {
        lines.push(Line::raw("running"));
    }
    for experiment in &EXPERIMENTS {
        lines.push(Line::raw(format!("{}  {}", experiment.key, experiment.question)));
    }
    lines.push(Line::raw("History"));
    for entry in app.history.entries() {
        let plan = &entry.record.plan;
        let speedup = entry.speedup.map(|factor| format!("{factor:.1}×")).unwrap_or_default();
        lines.push(Line::raw(format!(
            "  {}  {}  {}  {} {speedup} {}",
            entry.number,
            plan.workload().kind().name(),
            plan.model().label(),
            plan.workers(),
            entry.record.outcome.name(),
        )));
    }
    if app.compare {
        lines.push(Line::raw("Comparison"));
    }
    if frame.area().width < 60 {
        lines = vec![Line::raw("needs 60")];
    }
    lines.resize(usize::from(frame.area().height).saturating_sub(1), Line::default());
    lines.push(Line::raw("r run  x stop  ? help  q quit"));
    frame.render_widget(Paragraph::new(lines), frame.area());
}
