//! The state of a history after all its lines.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    error::StoreError,
    line::{self, BEGINNING, HistoryLine, LineKind},
    log::LogEvent,
};
use crate::domain::{
    history::{Lot, RunEntry, SweepEntry},
    machine::Machine,
    name,
    provenance::Provenance,
    record::Record,
    text,
};

/// The maximum number of lines that a notice names by their numbers.
const LINES_NAMED: usize = 5;

/// What was kept when the history was opened.
#[derive(Debug, Default)]
pub struct Opened {
    /// The runs and sweeps that were not removed, oldest first. The records lack what [`RunDetails`](super::RunDetails)
    /// holds.
    pub kept: Lot,
    /// The removed ones, which can be restored.
    pub removed: Lot,
    /// What was skipped, in one sentence.
    pub notice: Option<String>,
}

/// A record, or the part of it that an index needs.
pub trait Identified: DeserializeOwned {
    /// The id of the record.
    fn id(&self) -> &str;
}

/// The part of a record that an index needs. The rest is not even parsed.
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

/// The numbers in a history so far, without the records.
#[derive(Debug, Default)]
pub struct Index {
    /// Whether the index started from the highest number and knows only that and what was appended later.
    pub knows_only_numbers: bool,
    highest: usize,
    sessions: HashMap<String, Arc<Provenance>>,
    /// The numbers of runs and sweeps, as a set and by id.
    taken: HashSet<usize>,
    numbers: HashMap<String, usize>,
    names: HashMap<usize, Option<String>>,
    removed: HashSet<usize>,
    /// The numbers of damaged lines.
    damaged: BTreeSet<usize>,
    /// The number of lines that were written by a later version.
    newer: usize,
    /// The number of lines that this version or a later one understands.
    good: usize,
    starts_like_a_history: bool,
}

impl Index {
    /// The index of a history that was not read: it is known to be a history, and its highest number is known.
    pub fn from_highest(highest: usize) -> Index {
        Index {
            knows_only_numbers: true,
            highest,
            good: 1,
            ..Index::default()
        }
    }

    /// Adds what was read. Returns the line if it adds a run or sweep.
    pub fn see<R: Identified>(&mut self, seen: LogEvent<'_>) -> Option<HistoryLine<R>> {
        let LogEvent::Line { at, text, is_whole } = seen else {
            *self = Index::default();
            return None;
        };
        if at == 1 {
            self.starts_like_a_history = text.iter().zip(BEGINNING).all(|(a, b)| a == b);
        }
        if text.is_empty() {
            return None;
        }
        // It may have been torn when it was read before, and be complete now.
        self.damaged.remove(&at);
        let mut line = if is_whole { line::parse(text) } else { None };
        match line.as_mut().and_then(|line| self.take_in(at, line)) {
            Some(is_new) => {
                self.good += 1;
                line.filter(|_| is_new)
            }
            None => {
                self.damaged.insert(at);
                None
            }
        }
    }

    /// Adds a line. Returns whether it adds a run or sweep; `None` if the line is incomplete.
    fn take_in<R: Identified>(&mut self, at: usize, line: &mut HistoryLine<R>) -> Option<bool> {
        match line.kind {
            LineKind::Run | LineKind::Sweep => {
                line.session.as_ref()?;
                let id = match line.kind {
                    LineKind::Run => line.record.as_ref()?.id(),
                    _ => &line.sweep.as_ref()?.id,
                };
                return Some(self.add(at, line.number?, id));
            }
            LineKind::Session => {
                let (session, machine) = (line.session.take()?, line.machine.take()?);
                let provenance = Provenance::earlier(session.clone(), *machine);
                self.sessions.insert(session, provenance);
            }
            LineKind::Name => {
                let name = line.name.as_deref();
                let name = name.map(|name| text::clean(name, name::MOST));
                self.names.insert(line.number?, name);
            }
            LineKind::Remove => self.removed.extend(line.numbers.take()?),
            LineKind::Restore => line.numbers.take()?.iter().for_each(|number| {
                self.removed.remove(number);
            }),
            LineKind::Newer => {
                self.newer += 1;
                self.highest = self.highest.max(line.number.unwrap_or(0));
            }
        }
        Some(false)
    }

    /// Assigns a number to a run or sweep, unless the number is taken, for example in files that someone has
    /// concatenated.
    fn add(&mut self, at: usize, number: usize, id: &str) -> bool {
        let is_free = self.taken.insert(number);
        if is_free {
            self.highest = self.highest.max(number);
            self.numbers.insert(id.into(), number);
        } else {
            self.damaged.insert(at);
        }
        is_free
    }

    /// Whether every line was read and understood. Other lines may contain runs that this program does not know.
    pub fn is_understood(&self) -> bool {
        !self.knows_only_numbers && self.newer == 0 && self.damaged.is_empty()
    }

    /// # Errors
    /// If the file is not a history, and must not be written to: it does not start like one, and contains no line of
    /// one.
    pub fn check_is_of_history(&self, file: &Path) -> Result<(), StoreError> {
        if self.good == 0 && !self.damaged.is_empty() && !self.starts_like_a_history {
            return Err(StoreError::Other(format!(
                "{} is not a history of pconc-tui, so nothing is written to it",
                file.display()
            )));
        }
        Ok(())
    }

    /// The number of the next run or sweep.
    pub fn next_number(&self) -> usize {
        self.highest + 1
    }

    /// Whether the file contains where this session's runs were measured.
    pub fn knows_session(&self, session: &str) -> bool {
        self.sessions.contains_key(session)
    }

    /// The number of the run or sweep with this id, even if it was removed.
    pub fn number(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// The kept runs and sweeps of this file. `added` is what [`Index::see`] returned for all of its lines.
    pub fn opened(&mut self, added: Vec<HistoryLine<Box<Record>>>, file: &Path) -> Opened {
        let mut opened = Opened {
            notice: self.notice(file),
            ..Opened::default()
        };
        for line in added {
            let (Some(number), Some(session)) = (line.number, line.session) else {
                continue;
            };
            let name = self.names.get(&number).cloned().flatten();
            let provenance = self.provenance(session);
            let lot = if self.removed.contains(&number) {
                &mut opened.removed
            } else {
                &mut opened.kept
            };
            match (line.kind, line.record, line.sweep) {
                (LineKind::Run, Some(record), _) => lot
                    .runs
                    .push(RunEntry::new(number, name, provenance, *record, None)),
                (LineKind::Sweep, _, Some(sweep)) => lot
                    .sweeps
                    .push(SweepEntry::new(number, name, provenance, *sweep)),
                _ => {}
            }
        }
        for lot in [&mut opened.kept, &mut opened.removed] {
            lot.runs.sort_by_key(|run| run.number);
            lot.sweeps.sort_by_key(|sweep| sweep.number);
        }
        opened
    }

    /// Where and when the runs of a session were measured. If that line was lost, the machine is unknown and counts as
    /// different from any other machine.
    fn provenance(&mut self, session: String) -> Arc<Provenance> {
        let unknown = |session: &String| {
            let machine = Machine {
                kernel: format!("unknown, of session {session}"),
                ..Machine::default()
            };
            Provenance::earlier(session.clone(), machine)
        };
        Arc::clone(self.sessions.entry(session).or_insert_with_key(unknown))
    }

    /// What was skipped, in one sentence about this file.
    fn notice(&self, file: &Path) -> Option<String> {
        let newer = match self.newer {
            0 => None,
            1 => Some("one line was written by a newer pconc-tui and is ignored".into()),
            n => Some(format!(
                "{n} lines were written by a newer pconc-tui and are ignored"
            )),
        };
        let damaged = describe_damage(&self.damaged).into_iter();
        let parts: Vec<String> = damaged.chain(newer).collect();
        (!parts.is_empty()).then(|| format!("{}: {}", file.display(), parts.join("; ")))
    }
}

/// For example "lines 3, 7 and 12 are damaged and skipped"; `None` if no line is damaged.
fn describe_damage(damaged: &BTreeSet<usize>) -> Option<String> {
    let named = damaged.iter().take(LINES_NAMED);
    let named: Vec<String> = named.map(usize::to_string).collect();
    let all = text::listed(&named, "and");
    match damaged.len() {
        0 => None,
        1 => Some(format!("line {all} is damaged and skipped")),
        2..=LINES_NAMED => Some(format!("lines {all} are damaged and skipped")),
        count => {
            let named = named.join(", ");
            Some(format!("{count} lines are damaged and skipped: {named}, …"))
        }
    }
}
