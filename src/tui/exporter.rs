//! Files to share, written beside the loop: on a thread of their own, from copies, as a large report takes its time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

use super::event::Event;
use crate::analysis::finding::RunFinding;
use crate::analysis::shared::{Shared, SharedRun, SharedSweep};
use crate::app::exporting::ExportOrder;
use crate::domain::history::{Entry, History, SweepEntry};
use crate::domain::machine::Machine;
use crate::export::json::Traces;
use crate::export::{self, file};
use crate::present::format::Refusal;
use crate::store::OwnFiles;

/// Begins to write what was ordered; [`Event::Exported`] tells how it ended.
///
/// # Errors
/// Why it could not even begin.
pub fn begin(
    order: ExportOrder,
    history: &History,
    machine: &Machine,
    own: OwnFiles,
    events: Sender<Event>,
) -> Result<(), Refusal> {
    let entries: Vec<&Entry> = order
        .runs
        .iter()
        .filter_map(|number| history.get(*number))
        .collect();
    let findings = RunFinding::of_all(history, &entries);
    let runs: Vec<(Entry, RunFinding)> = entries.into_iter().cloned().zip(findings).collect();
    let sweeps: Vec<SweepEntry> = order
        .sweeps
        .iter()
        .filter_map(|number| history.sweep(*number))
        .cloned()
        .collect();
    let machine = Arc::new(machine.clone());
    let write = move || {
        let path = typed(&order.file);
        let shared = Shared {
            runs: runs.iter().map(shared).collect(),
            sweeps: sweeps.iter().map(SharedSweep::from).collect(),
        };
        let target = file::Target {
            path: &path,
            overwrite: order.overwrite,
            is_kept: &|path| own.contain(path),
        };
        let written = target
            .write(|out| export::write(order.format, &machine, &shared, Traces::Included, out));
        let shown = if path.is_relative() {
            format!("./{}", file::shown(&path))
        } else {
            file::shown(&path)
        };
        // Nobody listens any more if the user has left meanwhile.
        let _ = events.send(Event::Exported(shown, written));
    };
    let thread = thread::Builder::new().name("export".into()).spawn(write);
    thread
        .map(drop)
        .map_err(|error| Refusal::Other(format!("cannot write a file: {error}")))
}

fn shared((entry, finding): &(Entry, RunFinding)) -> SharedRun<'_> {
    SharedRun {
        finding: *finding,
        ..SharedRun::from(entry)
    }
}

/// Where files go unless they say otherwise.
pub fn directory() -> Option<String> {
    std::env::current_dir()
        .ok()
        .map(|directory| file::shown(&directory))
}

/// The path that was typed; `~/` is the user's home, as in a shell.
fn typed(file: &str) -> PathBuf {
    let home = || std::env::var_os("HOME").filter(|home| !home.is_empty());
    match file
        .strip_prefix("~/")
        .and_then(|rest| Some(PathBuf::from(home()?).join(rest)))
    {
        Some(path) => path,
        None => PathBuf::from(file.strip_prefix("./").unwrap_or(file)),
    }
}
