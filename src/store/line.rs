//! One line of the history: one fact, as JSON.
//!
//! A line begins with the version of its shape. Keys that are not known are ignored, so that a shape can grow; what would
//! be misunderstood gets another version, and is left alone by programs that are older.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::domain::{foreign, machine::Machine, sweep::Sweep};

/// The version of the lines that this program writes, and the latest one that it reads.
pub const VERSION: u64 = 1;
/// What each line begins with.
pub const BEGINNING: &[u8] = b"{\"v\":";
/// No number is higher: there is always a next one.
const NUMBER_MAX: usize = 1 << 50;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Where the runs of a session were measured.
    Session,
    /// A run ended.
    Run,
    /// A sweep began.
    Sweep,
    /// A run or sweep is called so from now on, or no longer has a name.
    Name,
    /// These do not count any more.
    Remove,
    /// These count after all.
    Restore,
    /// Something that a later version of this program knows.
    #[serde(other)]
    Newer,
}

/// A line; which of these it has depends on its kind. A record is there as a whole, or as much of it as is wanted.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "R: DeserializeOwned"))]
pub struct Line<R> {
    /// The version of its shape.
    pub v: u64,
    /// What it says.
    pub kind: Kind,
    /// The number of the run or sweep; both have theirs from one sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<usize>,
    /// The numbers of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Vec<usize>>,
    /// The session that measured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "foreign::text_or_null")]
    pub session: Option<String>,
    /// Where that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<Box<Machine>>,
    /// What it is called; without it, it no longer has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<R>,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Box<Sweep>>,
}

/// What all versions have in common.
#[derive(Deserialize)]
struct Common {
    v: u64,
    number: Option<usize>,
}

impl<R> Line<R> {
    /// One of this kind, with nothing else.
    pub fn new(kind: Kind) -> Line<R> {
        Line {
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

/// What a line says, with as much of a record as `R` takes; `None` if it says nothing that could be understood.
pub fn parse<R: DeserializeOwned>(text: &[u8]) -> Option<Line<R>> {
    let known = serde_json::from_slice(text).ok();
    let known = known.filter(|line: &Line<R>| line.v == VERSION);
    let newer = || {
        let Common { v, number } = serde_json::from_slice(text).ok()?;
        (v > VERSION).then(|| Line {
            number,
            ..Line::new(Kind::Newer)
        })
    };
    let line = known.or_else(newer)?;
    let number = line.number.filter(|n| (1..=NUMBER_MAX).contains(n));
    Some(Line { number, ..line })
}
