//! Changes to be kept, before they have numbers in the history.

use std::{collections::HashMap, slice};

use serde::{Deserialize, Serialize};

use super::{
    index::Index,
    line::{HistoryLine, LineKind},
    traces,
};
use crate::domain::{provenance::Provenance, record::Record, sweep::Sweep};

/// A change to be kept. Runs and sweeps are identified by their ids, because their numbers may still change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// A run ended.
    Run {
        /// The number with which the run is shown. It keeps this number if it is free.
        wanted: usize,
        /// The record, in the form of the history's line.
        record: Box<Record>,
    },
    /// A sweep started.
    Sweep {
        /// The number with which the sweep is shown.
        wanted: usize,
        /// The sweep's plan and id.
        sweep: Box<Sweep>,
    },
    /// A run or sweep got a name, or lost it.
    Name {
        /// The id of the run or sweep.
        id: String,
        /// The new name; `None` removes it.
        name: Option<String>,
    },
    /// These runs and sweeps were removed.
    Remove {
        /// The ids of runs and sweeps.
        ids: Vec<String>,
    },
    /// These runs and sweeps were restored.
    Restore {
        /// The ids of runs and sweeps.
        ids: Vec<String>,
    },
}

impl Change {
    /// A run ended. Its bulky parts are left out; [`TraceFolder::keep`](super::TraceFolder::keep) keeps those.
    pub fn run(wanted: usize, record: &Record) -> Change {
        Change::Run {
            wanted,
            record: Box::new(traces::without_details(record)),
        }
    }
}

/// The result of keeping changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The ids of the kept runs and sweeps, with their numbers.
    pub kept: Vec<(String, usize)>,
    /// Messages for the user, one sentence each.
    pub messages: Vec<String>,
}

/// The lines to append for these changes, which were made `here`, and the reply that is valid once they are appended.
pub(super) fn lines(changes: &[Change], here: &Provenance, index: &Index) -> (Vec<u8>, Reply) {
    let mut numbering = Numbering {
        index,
        session: &here.session,
        given: HashMap::new(),
        next: index.next_number(),
        reply: Reply::default(),
    };
    let lines: Vec<HistoryLine<&Record>> = changes
        .iter()
        .filter_map(|change| numbering.line(change))
        .collect();
    let is_new = !index.knows_session(&here.session) && !numbering.given.is_empty();
    let session = is_new.then(|| HistoryLine {
        session: Some(here.session.clone()),
        machine: Some(Box::new(here.machine.clone())),
        ..HistoryLine::new(LineKind::Session)
    });
    let mut written = vec![];
    for line in session.into_iter().chain(lines) {
        serde_json::to_writer(&mut written, &line).expect("names of keys are text");
        written.push(b'\n');
    }
    (written, numbering.reply)
}

/// Translates ids into numbers.
#[derive(Debug)]
struct Numbering<'a> {
    index: &'a Index,
    session: &'a str,
    /// The numbers assigned to the new runs and sweeps.
    given: HashMap<&'a str, usize>,
    next: usize,
    reply: Reply,
}

impl<'a> Numbering<'a> {
    /// The line for a change; `None` if it would add a run or sweep that is already kept, or change one that is not.
    fn line(&mut self, change: &'a Change) -> Option<HistoryLine<&'a Record>> {
        let session = Some(self.session.to_string());
        Some(match change {
            Change::Run { wanted, record } => HistoryLine {
                number: Some(self.new_number(&record.id, *wanted)?),
                session,
                record: Some(record),
                ..HistoryLine::new(LineKind::Run)
            },
            Change::Sweep { wanted, sweep } => HistoryLine {
                number: Some(self.new_number(&sweep.id, *wanted)?),
                session,
                sweep: Some(sweep.clone()),
                ..HistoryLine::new(LineKind::Sweep)
            },
            Change::Name { id, name } => HistoryLine {
                number: Some(self.known_numbers(slice::from_ref(id))?[0]),
                name: name.clone(),
                ..HistoryLine::new(LineKind::Name)
            },
            Change::Remove { ids } => HistoryLine {
                numbers: Some(self.known_numbers(ids)?),
                ..HistoryLine::new(LineKind::Remove)
            },
            Change::Restore { ids } => HistoryLine {
                numbers: Some(self.known_numbers(ids)?),
                ..HistoryLine::new(LineKind::Restore)
            },
        })
    }

    /// A new number for a run or sweep; `None` if it already has one.
    fn new_number(&mut self, id: &'a str, wanted: usize) -> Option<usize> {
        let known = self.number(id);
        let number = known.unwrap_or(self.next.max(wanted));
        self.reply.kept.push((id.into(), number));
        if known.is_some() {
            return None;
        }
        self.next = number + 1;
        self.given.insert(id, number);
        Some(number)
    }

    /// The numbers of those runs and sweeps that exist; `None` if none do. Adds a message if any are missing.
    fn known_numbers(&mut self, ids: &[String]) -> Option<Vec<usize>> {
        let numbers: Vec<usize> = ids.iter().filter_map(|id| self.number(id)).collect();
        if numbers.len() < ids.len() {
            self.reply.messages.push(format!(
                "could not change {} of {}: no longer in the history file",
                ids.len() - numbers.len(),
                ids.len()
            ));
        }
        (!numbers.is_empty()).then_some(numbers)
    }

    fn number(&self, id: &str) -> Option<usize> {
        let given = self.given.get(id).copied();
        given.or_else(|| self.index.number(id))
    }
}
