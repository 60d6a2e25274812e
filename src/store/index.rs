//! What the lines of a history say together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Deserialize;

use super::error::StoreError;
use super::line::{BEGINNING, Fact, Parsed};
use crate::domain::machine::Machine;
use crate::domain::provenance::{Origin, Provenance};
use crate::domain::record::Record;
use crate::domain::sweep::Sweep;

/// Of so many lines a notice names the numbers.
const LINES_NAMED: usize = 5;

/// A record, or what an index needs of it.
pub trait Identified {
    /// The record's id.
    fn id(&self) -> &str;
}

/// As much of a record as an index needs: the rest is not even parsed.
#[derive(Debug, Deserialize)]
pub struct RecordId {
    id: String,
}

impl Identified for RecordId {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for Box<Record> {
    fn id(&self) -> &str {
        &self.id
    }
}

/// What a line adds to the history.
#[derive(Debug)]
pub enum Added<R> {
    /// A run with this number.
    Run(usize, R),
    /// A sweep with this number.
    Sweep(usize, Box<Sweep>),
}

/// A run or sweep that has a number.
#[derive(Debug)]
struct Item {
    id: String,
    session: String,
}

/// What was found in a history so far, without the records.
#[derive(Debug, Default)]
pub struct Index {
    highest: usize,
    sessions: HashMap<String, Arc<Provenance>>,
    items: BTreeMap<usize, Item>,
    /// The numbers of runs and sweeps by their ids.
    numbers: HashMap<String, usize>,
    names: BTreeMap<usize, String>,
    removed: BTreeSet<usize>,
    /// The numbers of lines that say nothing.
    damaged: BTreeSet<usize>,
    /// How many lines a later version wrote.
    newer: usize,
    /// How many lines were understood, or would be by a later version.
    good: usize,
    begins_like_ours: bool,
}

impl Index {
    /// What is known of a history of which nothing was read: that it is one, and its highest number.
    pub fn from_highest(highest: usize) -> Index {
        Index {
            highest,
            good: 1,
            begins_like_ours: true,
            ..Index::default()
        }
    }

    /// Takes in what became of line `at`. Returns what it adds.
    pub fn fold<R: Identified>(&mut self, at: usize, parsed: Parsed<R>) -> Option<Added<R>> {
        // Torn when it was seen before, and whole now.
        self.damaged.remove(&at);
        match parsed {
            Parsed::Fact(fact) => {
                self.good += 1;
                return self.take_in(at, fact);
            }
            Parsed::Newer(number) => {
                self.good += 1;
                self.newer += 1;
                self.highest = self.highest.max(number.unwrap_or(0));
            }
            Parsed::Damaged => {
                self.damaged.insert(at);
            }
        }
        None
    }

    fn take_in<R: Identified>(&mut self, at: usize, fact: Fact<R>) -> Option<Added<R>> {
        match fact {
            Fact::Session { session, machine } => {
                self.sessions
                    .insert(session.clone(), earlier(session, machine));
            }
            Fact::Run {
                number,
                session,
                record,
            } => {
                return self
                    .add(at, number, record.id().into(), session)
                    .then_some(Added::Run(number, record));
            }
            Fact::Sweep {
                number,
                session,
                sweep,
            } => {
                return self
                    .add(at, number, sweep.id.clone(), session)
                    .then_some(Added::Sweep(number, sweep));
            }
            Fact::Name {
                number,
                name: Some(name),
            } => {
                self.names.insert(number, name);
            }
            Fact::Name { number, name: None } => {
                self.names.remove(&number);
            }
            Fact::Remove { numbers } => self.removed.extend(numbers),
            Fact::Restore { numbers } => numbers.iter().for_each(|number| {
                self.removed.remove(number);
            }),
        }
        None
    }

    /// Gives a run or sweep its number, unless that is taken, as in files that somebody has joined.
    fn add(&mut self, at: usize, number: usize, id: String, session: String) -> bool {
        if self.items.contains_key(&number) {
            self.damaged.insert(at);
            return false;
        }
        self.highest = self.highest.max(number);
        self.numbers.insert(id.clone(), number);
        self.items.insert(number, Item { id, session });
        true
    }

    /// Takes note of how the file begins.
    pub fn begins_with(&mut self, bytes: &[u8]) {
        let common = bytes.len().min(BEGINNING.len());
        self.begins_like_ours = bytes[..common] == BEGINNING[..common];
    }

    /// Whether every line was understood. Of others it is not known which runs they have.
    pub fn is_understood(&self) -> bool {
        self.newer == 0 && self.damaged.is_empty()
    }

    /// Whether the file is something else, in which nothing must be written: it does not begin like a history, and no
    /// line is one of a history.
    pub fn is_foreign(&self) -> bool {
        self.good == 0 && !self.damaged.is_empty() && !self.begins_like_ours
    }

    /// The number of the next run or sweep.
    pub fn next_number(&self) -> usize {
        self.highest + 1
    }

    /// Whether the file says where this session's runs were measured.
    pub fn knows_session(&self, session: &str) -> bool {
        self.sessions.contains_key(session)
    }

    /// Whether there are runs or sweeps with all these numbers, removed or not.
    ///
    /// # Errors
    /// One sentence about the first that there is not.
    pub fn check(&self, numbers: &[usize]) -> Result<(), StoreError> {
        let mut numbers = numbers.iter();
        let unknown = numbers.find(|number| !self.items.contains_key(number));
        unknown.map_or(Ok(()), |number| Err(StoreError::Unknown(*number)))
    }

    /// The id of the run or sweep with this number.
    pub fn id(&self, number: usize) -> Option<&str> {
        self.items.get(&number).map(|item| &item.id[..])
    }

    /// The number of the run or sweep with this id, removed or not.
    pub fn number(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// Whether there is a run or sweep with this id, removed or not.
    pub fn knows_id(&self, id: &str) -> bool {
        self.numbers.contains_key(id)
    }

    /// Whether the run or sweep with this number was removed.
    pub fn is_removed(&self, number: usize) -> bool {
        self.removed.contains(&number)
    }

    /// What the user calls the run or sweep with this number.
    pub fn name(&self, number: usize) -> Option<String> {
        self.names.get(&number).cloned()
    }

    /// Where and when the run or sweep with this number was measured. Where the line that says so is lost, the machine is
    /// not known, and not the same as any other.
    pub fn provenance(&mut self, number: usize) -> Option<Arc<Provenance>> {
        let session = self.items.get(&number)?.session.clone();
        let unknown = || earlier(session.clone(), unknown_machine(&session));
        Some(Arc::clone(
            self.sessions.entry(session.clone()).or_insert_with(unknown),
        ))
    }

    /// What was skipped, in one sentence about the file with this name.
    pub fn notice(&self, file: &str) -> Option<String> {
        let damaged =
            (!self.damaged.is_empty()).then(|| lines(&self.damaged, "damaged and skipped"));
        let newer = match self.newer {
            0 => None,
            1 => Some("one line was written by a newer pconc-tui and is left alone".to_string()),
            n => Some(format!(
                "{n} lines were written by a newer pconc-tui and are left alone"
            )),
        };
        let parts: Vec<String> = damaged.into_iter().chain(newer).collect();
        (!parts.is_empty()).then(|| format!("{file}: {}", parts.join("; ")))
    }
}

/// "lines 3, 7 and 12 are damaged and skipped".
fn lines(numbers: &BTreeSet<usize>, what: &str) -> String {
    let named: Vec<String> = numbers
        .iter()
        .take(LINES_NAMED)
        .map(usize::to_string)
        .collect();
    match (&named[..], numbers.len()) {
        ([only], _) => format!("line {only} is {what}"),
        (_, count) if count > LINES_NAMED => {
            format!("{count} lines are {what}: {}, …", named.join(", "))
        }
        ([first @ .., last], _) => format!("lines {} and {last} are {what}", first.join(", ")),
        ([], _) => format!("no line is {what}"),
    }
}

fn earlier(session: String, machine: Machine) -> Arc<Provenance> {
    Arc::new(Provenance {
        origin: Origin::Earlier,
        session,
        machine,
    })
}

fn unknown_machine(session: &str) -> Machine {
    Machine {
        cpu_model: None,
        cores_online: 0,
        cores_usable: 0,
        cores: vec![],
        cores_limited_by: None,
        kernel: format!("unknown, of session {session}"),
        memory_bytes: None,
    }
}
