//! What is to be kept, before it has a number in the history.

use std::collections::HashMap;
use std::slice;

use serde::{Deserialize, Serialize};

use super::index::Index;
use super::line::{self, Fact};
use super::pictures;
use crate::domain::provenance::Provenance;
use crate::domain::record::Record;
use crate::domain::sweep::Sweep;

/// Something that is to be kept. Runs and sweeps are known by their ids, as their numbers may still change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// A run ended.
    Run {
        /// The number that it is shown with: it gets that one if it is free.
        wanted: usize,
        /// What was measured, as its line holds it.
        record: Box<Record>,
    },
    /// A sweep began.
    Sweep {
        /// As of a run.
        wanted: usize,
        /// What was asked for.
        sweep: Box<Sweep>,
    },
    /// A run or sweep is called so from now on, or no longer has a name.
    Name {
        /// The id of the run or sweep.
        id: String,
        /// What it is called.
        name: Option<String>,
    },
    /// These do not count any more.
    Remove {
        /// The ids of runs and sweeps.
        ids: Vec<String>,
    },
    /// These count after all.
    Restore {
        /// The ids of runs and sweeps.
        ids: Vec<String>,
    },
}

impl Change {
    /// A run ended. What would make its line long is left out: [`Pictures::keep`](super::Pictures::keep) takes that.
    pub fn run(wanted: usize, record: &Record) -> Change {
        Change::Run {
            wanted,
            record: Box::new(pictures::without_details(record)),
        }
    }

    /// Whether it adds a run or sweep, and is not about one that has to be there.
    pub(super) fn adds(&self) -> bool {
        matches!(self, Change::Run { .. } | Change::Sweep { .. })
    }
}

/// What came of keeping something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The run or sweep with this id has this number.
    Kept {
        /// Its id.
        id: String,
        /// Its number.
        number: usize,
    },
    /// Something that the user should know.
    Told(String),
}

/// The lines that are to be appended for these changes, measured `here`, to what was read, and what came of each once they
/// are.
pub(super) fn lines(changes: &[Change], here: &Provenance, index: &Index) -> (Vec<u8>, Vec<Reply>) {
    let mut numbering = Numbering {
        index,
        session: &here.session,
        given: HashMap::new(),
        next: index.next_number(),
        replies: vec![],
    };
    let facts: Vec<Fact<&Record, &Sweep>> = changes
        .iter()
        .filter_map(|change| numbering.fact(change))
        .collect();
    let is_new = !index.knows_session(&here.session) && !numbering.given.is_empty();
    let session = is_new.then(|| Fact::Session {
        session: here.session.clone(),
        machine: Box::new(here.machine.clone()),
    });
    let lines: Vec<Vec<u8>> = session
        .into_iter()
        .chain(facts)
        .map(line::written)
        .collect();
    (lines.concat(), numbering.replies)
}

/// Turns what is known by ids into what is known by numbers.
#[derive(Debug)]
struct Numbering<'a> {
    index: &'a Index,
    session: &'a str,
    /// The numbers that were given to what is added.
    given: HashMap<&'a str, usize>,
    next: usize,
    replies: Vec<Reply>,
}

impl<'a> Numbering<'a> {
    /// What is to be said; nothing of a run or sweep that is there already, or is not there.
    fn fact(&mut self, change: &'a Change) -> Option<Fact<&'a Record, &'a Sweep>> {
        let session = self.session.to_string();
        Some(match change {
            Change::Run { wanted, record } => Fact::Run {
                number: self.new_number(&record.id, *wanted)?,
                session,
                record,
            },
            Change::Sweep { wanted, sweep } => Fact::Sweep {
                number: self.new_number(&sweep.id, *wanted)?,
                session,
                sweep,
            },
            Change::Name { id, name } => Fact::Name {
                number: self.known_numbers(slice::from_ref(id))?[0],
                name: name.clone(),
            },
            Change::Remove { ids } => Fact::Remove {
                numbers: self.known_numbers(ids)?,
            },
            Change::Restore { ids } => Fact::Restore {
                numbers: self.known_numbers(ids)?,
            },
        })
    }

    /// A number for a run or sweep, unless it has one already.
    fn new_number(&mut self, id: &'a str, wanted: usize) -> Option<usize> {
        let known = self.number(id);
        let number = known.unwrap_or(self.next.max(wanted));
        self.replies.push(Reply::Kept {
            id: id.into(),
            number,
        });
        if known.is_some() {
            return None;
        }
        self.next = number + 1;
        self.given.insert(id, number);
        Some(number)
    }

    /// The numbers of those runs and sweeps that are there, if any is. That others are gone is told.
    fn known_numbers(&mut self, ids: &[String]) -> Option<Vec<usize>> {
        let numbers: Vec<usize> = ids.iter().filter_map(|id| self.number(id)).collect();
        if numbers.len() < ids.len() {
            self.replies.push(Reply::Told(format!(
                "could not change {} of {}: no longer in the history file",
                ids.len() - numbers.len(),
                ids.len()
            )));
        }
        (!numbers.is_empty()).then_some(numbers)
    }

    fn number(&self, id: &str) -> Option<usize> {
        let given = self.given.get(id).copied();
        given.or_else(|| self.index.number(id))
    }
}
