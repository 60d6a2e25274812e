//! What is to be kept, before it has a number in the history.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::index::Index;
use super::line::{self, Fact};
use super::pictures;
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
            record: Box::new(pictures::without_details(record).into_owned()),
        }
    }

    /// The same with everything in its line, where nothing can be kept beside it.
    pub fn whole_run(wanted: usize, record: &Record) -> Change {
        Change::Run {
            wanted,
            record: Box::new(record.clone()),
        }
    }

    /// The id of the run or sweep that it adds.
    pub(super) fn added(&self) -> Option<&str> {
        match self {
            Change::Run { record, .. } => Some(&record.id),
            Change::Sweep { sweep, .. } => Some(&sweep.id),
            Change::Name { .. } | Change::Remove { .. } | Change::Restore { .. } => None,
        }
    }

    /// The ids of the runs and sweeps that it is about, and that have to be there.
    pub(super) fn about(&self) -> &[String] {
        match self {
            Change::Run { .. } | Change::Sweep { .. } => &[],
            Change::Name { id, .. } => std::slice::from_ref(id),
            Change::Remove { ids } | Change::Restore { ids } => ids,
        }
    }
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The run or sweep has this number.
    Kept(usize),
    /// What was known is changed.
    Changed,
    /// None of the runs and sweeps that it is about are there.
    Unknown,
}

/// The lines of several changes, and what becomes of each once the lines are appended.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    index: &'a Index,
    session: &'a str,
    /// The numbers that were given to what is added.
    numbers: HashMap<&'a str, usize>,
    next: usize,
    pub bytes: Vec<u8>,
    pub outcomes: Vec<Outcome>,
}

impl<'a> Lines<'a> {
    /// No lines yet, to be appended to what was read.
    pub fn after(index: &'a Index, session: &'a str) -> Lines<'a> {
        let next = index.next_number();
        Lines {
            index,
            session,
            numbers: HashMap::new(),
            next,
            bytes: vec![],
            outcomes: vec![],
        }
    }

    /// Adds what a change takes. A run or sweep that is there already is not added again.
    pub fn add(&mut self, change: &'a Change) {
        let outcome = match change {
            Change::Run { wanted, record } => {
                self.added(&record.id, *wanted, |number, session| Fact::Run {
                    number,
                    session,
                    record,
                })
            }
            Change::Sweep { wanted, sweep } => {
                self.added(&sweep.id, *wanted, |number, session| Fact::Sweep {
                    number,
                    session,
                    sweep,
                })
            }
            Change::Name { id, name } => match self.number(id) {
                Some(number) => self.changed(Fact::Name {
                    number,
                    name: name.clone(),
                }),
                None => Outcome::Unknown,
            },
            Change::Remove { ids } => self.of_those_there(ids, |numbers| Fact::Remove { numbers }),
            Change::Restore { ids } => {
                self.of_those_there(ids, |numbers| Fact::Restore { numbers })
            }
        };
        self.outcomes.push(outcome);
    }

    fn added(
        &mut self,
        id: &'a str,
        wanted: usize,
        fact: impl FnOnce(usize, String) -> Fact<&'a Record, &'a Sweep>,
    ) -> Outcome {
        if let Some(number) = self.number(id) {
            return Outcome::Kept(number);
        }
        let number = self.next.max(wanted);
        self.next = number + 1;
        self.numbers.insert(id, number);
        let fact = fact(number, self.session.into());
        self.bytes.extend(line::written(fact));
        Outcome::Kept(number)
    }

    fn of_those_there(
        &mut self,
        ids: &[String],
        fact: fn(Vec<usize>) -> Fact<&'a Record, &'a Sweep>,
    ) -> Outcome {
        let numbers: Vec<usize> = ids.iter().filter_map(|id| self.number(id)).collect();
        if numbers.is_empty() {
            Outcome::Unknown
        } else {
            self.changed(fact(numbers))
        }
    }

    fn changed(&mut self, fact: Fact<&Record, &Sweep>) -> Outcome {
        self.bytes.extend(line::written(fact));
        Outcome::Changed
    }

    fn number(&self, id: &str) -> Option<usize> {
        self.numbers
            .get(id)
            .copied()
            .or_else(|| self.index.number(id))
    }
}
