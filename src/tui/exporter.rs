//! Files to share, written beside the loop: on a thread of their own, from copies, as a large report takes its time.

use std::path::PathBuf;

use crate::analysis::finding::RunFinding;
use crate::analysis::shared::Shared;
use crate::app::message::{ExportOrder, Msg};
use crate::domain::history::{Entry, History, SweepEntry};
use crate::engine::session::Session;
use crate::export::json::Traces;
use crate::export::{self, file};
use crate::store::{Place, is_own};

/// What writes the file that was ordered, and tells the app how that ended.
pub fn writing(
    order: ExportOrder,
    history: &History,
) -> impl FnOnce(&Session, Option<&Place>) -> Vec<Msg> + Send + use<> {
    let entries: Vec<&Entry> = order
        .runs
        .iter()
        .filter_map(|number| history.get(*number))
        .collect();
    let findings = RunFinding::of_all(history, &entries);
    let runs: Vec<Entry> = entries.into_iter().cloned().collect();
    let sweeps: Vec<SweepEntry> = order
        .sweeps
        .iter()
        .filter_map(|number| history.sweep(*number))
        .cloned()
        .collect();
    move |session, place| {
        let path = typed(&order.file);
        let shared = Shared {
            runs: runs.iter().collect(),
            sweeps: sweeps.iter().collect(),
            findings,
        };
        let target = file::Target {
            path: &path,
            overwrite: order.overwrite,
            is_kept: &|path| is_own(path, place),
        };
        let machine = &session.machine;
        let written = target
            .write(|out| export::write(order.format, machine, &shared, Traces::Included, out));
        let here = if path.is_relative() { "./" } else { "" };
        let file = format!("{here}{}", file::shown(&path));
        vec![Msg::Exported { file, written }]
    }
}

/// The path that was typed; `~/` is the user's home, as in a shell.
fn typed(file: &str) -> PathBuf {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    match (file.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(file.strip_prefix("./").unwrap_or(file)),
    }
}
