//! The description of a run in a few words.

use crate::domain::{history::RunEntry, plan::Plan, python::GilState, text::counted};

/// A run of the history in a few words.
pub fn named(entry: &RunEntry) -> String {
    let colon = if entry.name.is_some() { ":" } else { "" };
    let record = &entry.record;
    let python = record.interpreter.python.as_ref();
    let proven = python.and_then(|python| python.gil);
    format!(
        "{}{colon} {}",
        entry.called(),
        with_lock(&record.plan, proven)
    )
}

/// A run in a few words.
pub fn of(plan: &Plan) -> String {
    with_lock(plan, None)
}

/// A run with the state of Python's lock. The state during the run takes precedence over what the interpreter reported
/// before.
fn with_lock(plan: &Plan, proven: Option<GilState>) -> String {
    let said = plan.executor.label();
    let gil = proven.or(plan.interpreter().map(|python| python.gil));
    let gil = gil
        .map(GilState::words)
        .filter(|words| !said.contains(words))
        .map_or_else(String::new, |words| format!(" · {words}"));
    format!(
        "{} · {said}{gil} · {} · {}",
        plan.label(),
        counted(plan.workers.into(), "worker"),
        counted(plan.tasks.into(), "task"),
    )
}
