//! All numbers of one record.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::header::describe;
use super::panel::{block, draw_over, draw_scrolled, wrap};
use super::theme::{Theme, mark, meaning};
use super::timeline::phases_of;
use crate::app::App;
use crate::app::overlay::Scroll;
use crate::domain::history::Entry;
use crate::domain::plan::Plan;
use crate::domain::text::{bytes, clean, column_seconds, duration, grouped, speedup};
use crate::domain::time::seconds;
use crate::domain::verdict;
use crate::domain::workload::{Addresses, Workload};

/// How much of a foreign text is shown.
const FOREIGN: usize = 300;

/// All numbers of one record, over the panels.
pub fn overlay(app: &App, number: usize, scroll: Scroll, theme: Theme, area: Rect, buf: &mut Buffer) {
    let Some(entry) = app.history().get(number) else { return };
    let title = format!("#{number} {}", describe(&entry.record.plan));
    let inner = draw_over(&block(title, true, theme), area, buf);
    draw_scrolled(&lines(entry, theme, inner.width.saturating_sub(1)), scroll, theme, inner, buf);
}

fn lines(entry: &Entry, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let record = &entry.record;
    let mut lines: Vec<Line<'static>> = wrap(&verdict::concluded(record, entry.speedup), width)
        .into_iter()
        .map(|text| Line::styled(text, theme.strong()))
        .collect();
    for caveat in &record.caveats {
        let text = format!("! {}", clean(&caveat.text, FOREIGN));
        lines.extend(wrap(&text, width).into_iter().map(|text| Line::styled(text, theme.strong())));
    }
    lines.push(Line::default());
    for (name, value, note) in numbers(entry) {
        lines.push(row(name, &value, note, theme));
    }
    lines.push(Line::default());
    lines.push(Line::styled("Time of all workers by phase", theme.strong()));
    for phase in phases_of(&record.plan) {
        let value = column_seconds(seconds(record.phases_s[phase]));
        lines.push(Line::from(vec![
            Span::styled(format!("{} ", mark(phase)), theme.phase(phase)),
            Span::raw(format!("{:<16}", phase.name())),
            Span::styled(format!("{value:>14}  "), theme.strong()),
            Span::raw(meaning(phase)),
        ]));
    }
    let errors: Vec<String> = record
        .tasks
        .iter()
        .flatten()
        .filter_map(|task| Some(format!("task {}: {}", task.task, clean(task.error.as_deref()?, FOREIGN))))
        .take(20)
        .collect();
    if !errors.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled("Tasks that failed", theme.strong()));
        let wrapped = errors.iter().flat_map(|error| wrap(error, width));
        lines.extend(wrapped.map(|text| Line::styled(text, theme.error())));
    }
    lines
}

fn row(name: &'static str, value: &str, note: &'static str, theme: Theme) -> Line<'static> {
    let value = Span::styled(format!("{value:>14}  "), theme.strong());
    Line::from(vec![Span::raw(format!("{name:<18}")), value, Span::raw(note)])
}

/// Name, value with unit, and what it means.
fn numbers(entry: &Entry) -> Vec<(&'static str, String, &'static str)> {
    let record = &entry.record;
    let unknown = || "–".to_string();
    let mut rows = vec![
        ("time", duration(record.wall_s), "from the first creation to the last end"),
        ("speed-up", entry.speedup.map_or_else(unknown, speedup), "over the serial run of the same work"),
        ("start-up", record.startup_s.map_or_else(unknown, duration), "until the first task began"),
        ("teardown", duration(record.teardown_s), "until all workers were gone"),
        ("concurrency", format!("{:.2}", record.concurrency), "tasks in flight, on average"),
        ("parallelism", format!("{:.2}", record.parallelism), "workers on a core, on average"),
        ("CPU time", duration(record.cpu_s), "of all workers, from their CPU clocks"),
    ];
    rows.extend(parameters(&record.plan));
    if let Some(gil) = record.gil {
        rows.push(("lock switches", grouped(gil.switches), "from one worker to another"));
        rows.push(("lock waiting", duration(gil.wait_s), "summed over the workers"));
    }
    if let Some(switches) = record.context_switches {
        rows.push(("gave core up", grouped(switches.voluntary), "times: the worker waited for something"));
        rows.push(("lost core", grouped(switches.involuntary), "times: the scheduler took it away"));
    }
    if let Some(memory) = record.memory_bytes {
        rows.push(("memory", bytes(memory), "of forked workers, shared pages shared out"));
    }
    rows.push(("observer", duration(record.observer.cpu_s), "CPU time of sampling and drawing"));
    rows
}

fn parameters(plan: &Plan) -> Vec<(&'static str, String, &'static str)> {
    match plan.workload() {
        Workload::Cpu { iterations } => vec![("iterations", grouped(*iterations), "in each task")],
        Workload::Io { writes, addresses } => {
            let mut rows = vec![("writes", grouped(u64::from(*writes)), "of the page, in each task")];
            rows.push(("addresses", grouped(addresses.count() as u64), "fetched in turn"));
            if let Addresses::Loopback { latency, page_bytes, .. } = addresses {
                let range = format!("{}..{} ms", latency.min_ms, latency.max_ms);
                rows.push(("latency", range, "of the embedded server, drawn per address"));
                rows.push(("page", bytes(u64::from(*page_bytes)), ""));
            }
            rows
        }
    }
}
