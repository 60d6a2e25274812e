//! One line of the history: one fact, as JSON.
//!
//! A line starts with the version of its format. Unknown keys are ignored, so that a format can be extended. A line
//! that older programs would misunderstand gets a new version, and they leave it alone.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::domain::{foreign, machine::Machine, sweep::Sweep};

/// The version of the lines that this program writes, and the latest that it can read.
pub const VERSION: u64 = 1;
/// How every line starts.
pub const BEGINNING: &[u8] = b"{\"v\":";
/// The maximum number. It is far from overflowing, so that there is always a next one.
const NUMBER_MAX: usize = 1 << 50;

/// The kind of fact in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    /// Where the runs of a session were measured.
    Session,
    /// A run ended.
    Run,
    /// A sweep started.
    Sweep,
    /// A run or sweep got a name, or lost it.
    Name,
    /// These runs and sweeps were removed.
    Remove,
    /// These runs and sweeps were restored.
    Restore,
    /// A kind that only a later version of this program knows.
    #[serde(other)]
    Newer,
}

/// A line. Which fields it has depends on its kind. `R` is a whole record, or the part of it that is needed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "R: DeserializeOwned"))]
pub struct HistoryLine<R> {
    /// The version of the line's format.
    pub v: u64,
    /// The kind of fact.
    pub kind: LineKind,
    /// The number of the run or sweep; both kinds share one sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<usize>,
    /// The numbers of several runs and sweeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Vec<usize>>,
    /// The session that measured the run or sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "foreign::text_or_null")]
    pub session: Option<String>,
    /// The machine of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<Box<Machine>>,
    /// The new name; without it, the name is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The record of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<R>,
    /// The plan and id of the sweep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Box<Sweep>>,
}

/// The fields that all versions have in common.
#[derive(Deserialize)]
struct Common {
    v: u64,
    number: Option<usize>,
}

impl<R> HistoryLine<R> {
    /// A line of this kind without any other field.
    pub fn new(kind: LineKind) -> HistoryLine<R> {
        HistoryLine {
            v: VERSION,
            kind,
            number: None,
            numbers: None,
            session: None,
            machine: None,
            name: None,
            record: None,
            sweep: None,
        }
    }
}

/// Parses a line, with the part of a record that `R` takes; `None` if it cannot be understood.
pub fn parse<R: DeserializeOwned>(text: &[u8]) -> Option<HistoryLine<R>> {
    let known = serde_json::from_slice(text).ok();
    let known = known.filter(|line: &HistoryLine<R>| line.v == VERSION);
    let newer = || {
        let Common { v, number } = serde_json::from_slice(text).ok()?;
        (v > VERSION).then(|| HistoryLine {
            number,
            ..HistoryLine::new(LineKind::Newer)
        })
    };
    let line = known.or_else(newer)?;
    let number = line.number.filter(|n| (1..=NUMBER_MAX).contains(n));
    Some(HistoryLine { number, ..line })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload},
        domain::record::Record,
        fixtures::{
            damage::{cases, damaged},
            explorer, sample, swept,
        },
    };

    /// A line of each kind.
    fn lines() -> Vec<Vec<u8>> {
        let record = |kind, model| sample::record(sample::plan(kind, model, 2), 1.0, 1.5);
        let sweep = swept::of(swept::plan(Workload::Cpu, &[Model::Threads], &[1, 2], 2));
        let line = |kind| HistoryLine::<Record> {
            number: Some(3),
            session: Some("a-session".into()),
            ..HistoryLine::new(kind)
        };
        let lines = [
            HistoryLine {
                machine: Some(Box::new(explorer::machine(2))),
                ..line(LineKind::Session)
            },
            HistoryLine {
                record: Some(record(Workload::Io, Model::PythonThreads)),
                ..line(LineKind::Run)
            },
            HistoryLine {
                record: Some(record(Workload::Function, Model::PythonThreads)),
                ..line(LineKind::Run)
            },
            HistoryLine {
                sweep: Some(Box::new(sweep)),
                ..line(LineKind::Sweep)
            },
            HistoryLine {
                name: Some("a name".into()),
                ..line(LineKind::Name)
            },
            HistoryLine {
                numbers: Some(vec![1, 2]),
                ..line(LineKind::Remove)
            },
        ];
        let text = |line| serde_json::to_vec(line).expect("a line is JSON");
        lines.iter().map(text).collect()
    }

    #[test]
    fn undamaged_lines_are_understood() {
        for line in lines() {
            let text = String::from_utf8_lossy(&line);
            assert!(parse::<Record>(&line).is_some(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(cases(3_000))]

        #[test]
        fn no_damaged_line_panics_and_what_is_understood_can_be_kept(line in damaged(lines())) {
            if let Some(line) = parse::<Record>(&line) {
                let again = serde_json::to_vec(&line).expect("it can be kept");
                prop_assert!(parse::<Record>(&again).is_some(), "{}", String::from_utf8_lossy(&again));
            }
        }
    }
}
