//! The kept history with several programs, full disks and sudden exits.

#[path = "support/fixtures.rs"]
mod fixtures;

#[path = "support/behaviours.rs"]
#[expect(dead_code, reason = "they are tried elsewhere")]
mod behaviours;
#[path = "executors/servers.rs"]
#[expect(dead_code, reason = "only one of them is needed")]
mod servers;

#[path = "store/certificates.rs"]
mod certificates;
#[path = "store/damage.rs"]
mod damage;
#[path = "store/kept.rs"]
mod kept;
#[path = "store/passwords.rs"]
mod passwords;
#[path = "store/programs.rs"]
mod programs;
#[path = "store/targets.rs"]
mod targets;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use fixtures::sample;
use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{machine::Machine, provenance::Provenance, record::Record},
    store::{HistoryPlace, Opened, Store},
};
use tempfile::TempDir;

/// A directory with a place for a history in it.
struct Room {
    folder: TempDir,
}

impl Room {
    fn new() -> Room {
        Room {
            folder: tempfile::tempdir().expect("there is room for one"),
        }
    }

    fn place(&self) -> HistoryPlace {
        HistoryPlace { file: self.file() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("history.jsonl")
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn content(&self) -> Vec<u8> {
        fs::read(self.file()).expect("something was written")
    }

    fn opened(&self) -> Opened {
        Store::at(self.place()).open().expect("it can be read")
    }

    /// The ids of the runs in order.
    fn ids(&self) -> Vec<String> {
        self.opened()
            .kept
            .runs
            .iter()
            .map(|run| run.record.id.clone())
            .collect()
    }

    fn numbers(&self) -> Vec<usize> {
        self.opened()
            .kept
            .runs
            .iter()
            .map(|run| run.number)
            .collect()
    }
}

fn machine() -> Machine {
    Machine {
        cpu_model: Some("Sample CPU".into()),
        cores_online: 2,
        cores_usable: 2,
        cores: vec![],
        cores_quota: None,
        cores_whole: None,
        cores_limited_by: None,
        kernel: "Linux 6.12".into(),
        memory_bytes: Some(8 << 30),
    }
}

fn here(session: &str) -> Arc<Provenance> {
    Provenance::here(session, machine())
}

/// A record with this id.
fn record(id: &str) -> Record {
    let plan = sample::plan(Workload::Cpu, Model::Threads, 2);
    Record {
        id: id.into(),
        ..sample::record(plan, 1.5, 2.5)
    }
}

/// The time limit of anything here.
const LIMIT: Duration = Duration::from_secs(60);

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LIMIT, "waited in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}
