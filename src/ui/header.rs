//! The three rows on top: what is shown, what it comes to, what else there is to say.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::panel::wrap;
use super::theme::Theme;
use crate::app::live::{Activity, Live};
use crate::app::{App, Shown};
use crate::domain::plan::Plan;
use crate::domain::text::{column_seconds, grouped};
use crate::domain::time::seconds;

/// Left: program and run. Right: state and machine.
pub fn header(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let mut left = vec![Span::styled(" pconc-tui ", theme.accent())];
    match app.shown() {
        Some(Shown::Entry(entry)) => {
            left.push(format!(" #{} {}", entry.number, describe(&entry.record.plan)).into())
        }
        Some(Shown::Live(live)) => left.push(format!(" {}", describe(&live.plan)).into()),
        None => left.push(Span::styled(" concurrency and parallelism, seen", theme.secondary())),
    }
    let left = Line::from(left);
    let right = |cores: String| {
        let cores = Span::styled(format!("{cores} "), theme.secondary());
        Line::from(vec![Span::styled(state(app), theme.strong()), cores])
    };
    // The reason for fewer cores gives way first; the state of the run is worth more than the machine.
    if !between(&left, &right(cores_and_why(app)), area, buf) {
        between(&left, &right(plural(u64::from(app.machine().cores_usable), "core")), area, buf);
    }
}

/// The sentence that is read first, and how many cores are in use.
pub fn verdict(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let said = wrap(app.headline(), area.width.saturating_sub(2));
    let left = Line::styled(format!(" {}", said[0]), theme.strong());
    let right = app.shown().map(in_use).map(|cores| {
        format!("{cores:.1} of {} in use ", plural(u64::from(app.machine().cores_usable), "core"))
    });
    between(&left, &Line::styled(right.unwrap_or_default(), theme.parallelism()), area, buf);
}

/// The rest of a long sentence; else a notice, the doubts about the run that is shown, or what to watch for while it is on.
pub fn aside(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let line = if let Some(notice) = app.notice() {
        let style = if notice.is_error { theme.error() } else { theme.caveat() };
        Line::styled(format!(" {} (Esc)", notice.sentence), style)
    } else if let Some(rest) = wrap(app.headline(), area.width.saturating_sub(2)).get(1) {
        Line::styled(format!(" {rest}"), theme.strong())
    } else {
        match app.shown() {
            Some(Shown::Live(live)) => Line::styled(format!(" {}", watch(live)), theme.secondary()),
            Some(Shown::Entry(entry)) => match entry.record.caveats.first() {
                Some(caveat) => Line::styled(format!(" ! {}", caveat.text), theme.caveat()),
                None => Line::default(),
            },
            None => Line::styled(" or set up a run of your own and press r", theme.secondary()),
        }
    };
    buf.set_line(area.x, area.y, &line, area.width);
}

fn watch(live: &Live) -> String {
    live.watch().map(|watch| format!("watch for: {watch}")).unwrap_or_default()
}

/// A run in a few words.
pub fn describe(plan: &Plan) -> String {
    format!(
        "{} · {} · {} × {}",
        plan.workload().kind().name(),
        plan.model().label(),
        plural(u64::from(plan.workers()), "worker"),
        plural(u64::from(plan.tasks()), "task"),
    )
}

/// A count with its noun.
pub fn plural(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

fn state(app: &App) -> String {
    let running = |live: &Live| {
        let (run, of) = live.campaign.progress();
        let which = if of > 1 { format!("run {run} of {of} · ") } else { String::new() };
        format!("{which}● {} · ", column_seconds(seconds(live.trace.now())))
    };
    match app.activity() {
        Activity::Nothing => String::new(),
        Activity::Calibrating(_) => "calibrating · ".into(),
        Activity::Running(live) => running(live),
    }
}

fn cores_and_why(app: &App) -> String {
    let machine = app.machine();
    let usable = u64::from(machine.cores_usable);
    match &machine.cores_limited_by {
        Some(reason) => {
            format!("{} of {} ({reason})", usable, plural(u64::from(machine.cores_online), "core"))
        }
        None => plural(usable, "core"),
    }
}

/// Workers on a core: now, or over the whole run.
fn in_use(shown: Shown<'_>) -> f64 {
    match shown {
        Shown::Live(live) => live.trace.samples().last().map_or(0.0, |sample| sample.on_core),
        Shown::Entry(entry) => entry.record.parallelism,
    }
}

/// Two lines in one row; the right one gives way, and then this is false.
fn between(left: &Line<'_>, right: &Line<'_>, area: Rect, buf: &mut Buffer) -> bool {
    let width = |line: &Line<'_>| u16::try_from(line.width()).unwrap_or(u16::MAX);
    buf.set_line(area.x, area.y, left, area.width);
    let both = width(left).saturating_add(width(right)) < area.width;
    if both {
        buf.set_line(area.right() - width(right), area.y, right, width(right));
    }
    both
}
