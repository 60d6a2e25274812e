//! One line of the history: one fact, as JSON.
//!
//! A line begins with the version of its shape. Keys that are not known are ignored, so that a shape can grow; what would
//! be misunderstood gets another version, and is left alone by programs that are older.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::foreign;
use crate::domain::machine::Machine;
use crate::domain::name;
use crate::domain::record::Record;
use crate::domain::sweep::Sweep;
use crate::domain::text;

/// The version of the lines that this program writes, and the latest one that it reads.
pub const VERSION: u64 = 1;
/// What each line begins with.
pub const BEGINNING: &[u8] = b"{\"v\":";
/// No number is higher: there is always a next one.
const NUMBER_MAX: usize = 1 << 50;

/// What a line says. Runs and sweeps have their numbers from one sequence.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Fact<R, S = Box<Sweep>> {
    /// Where the runs of a session were measured.
    Session {
        /// Its id.
        session: String,
        /// The machine.
        machine: Box<Machine>,
    },
    /// A run ended.
    Run {
        /// The number that it got.
        number: usize,
        /// The session that measured it.
        session: String,
        /// What was measured, or as much of it as is wanted.
        record: R,
    },
    /// A sweep began.
    Sweep {
        /// The number that it got.
        number: usize,
        /// The session that measured it.
        session: String,
        /// What was asked for.
        sweep: S,
    },
    /// A run or sweep is called so from now on, or no longer has a name.
    Name {
        /// Its number.
        number: usize,
        /// Null takes a name away.
        name: Option<String>,
    },
    /// These do not count any more.
    Remove {
        /// Their numbers.
        numbers: Vec<usize>,
    },
    /// These count after all.
    Restore {
        /// Their numbers.
        numbers: Vec<usize>,
    },
}

/// What became of a line.
#[derive(Debug)]
pub enum Parsed<R> {
    /// It says this.
    Fact(Fact<R>),
    /// It was written by a later version of this program; its number, if it has one, is taken.
    Newer(Option<usize>),
    /// It says nothing that could be understood.
    Damaged,
}

/// The line that says it, with its end.
pub fn written(fact: Fact<&Record, &Sweep>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Written<'a> {
        v: u64,
        #[serde(flatten)]
        fact: Fact<&'a Record, &'a Sweep>,
    }
    let mut line = serde_json::to_vec(&Written { v: VERSION, fact })
        .expect("names of keys are text, and memory takes everything");
    line.push(b'\n');
    line
}

/// A line as it is read: any key may be missing.
#[derive(Deserialize)]
#[serde(bound = "R: DeserializeOwned")]
struct Read<R> {
    v: u64,
    kind: String,
    number: Option<usize>,
    numbers: Option<Vec<usize>>,
    #[serde(default, deserialize_with = "foreign::text_or_null")]
    session: Option<String>,
    machine: Option<Box<Machine>>,
    name: Option<String>,
    record: Option<R>,
    sweep: Option<Box<Sweep>>,
}

/// What all versions have in common.
#[derive(Deserialize)]
struct Common {
    v: u64,
    number: Option<usize>,
}

/// What a line says, with as much of a record as `R` takes.
pub fn parse<R: DeserializeOwned>(line: &[u8]) -> Parsed<R> {
    match serde_json::from_slice::<Read<R>>(line) {
        Ok(read) if read.v == VERSION => said(read).unwrap_or(Parsed::Damaged),
        _ => match serde_json::from_slice(line) {
            Ok(Common { v, number }) if v > VERSION => Parsed::Newer(number.filter(is_number)),
            _ => Parsed::Damaged,
        },
    }
}

fn is_number(number: &usize) -> bool {
    (1..=NUMBER_MAX).contains(number)
}

/// `None` if something is missing.
fn said<R>(read: Read<R>) -> Option<Parsed<R>> {
    let number = read.number.filter(is_number);
    Some(Parsed::Fact(match &read.kind[..] {
        "session" => Fact::Session {
            session: read.session?,
            machine: read.machine?,
        },
        "run" => Fact::Run {
            number: number?,
            session: read.session?,
            record: read.record?,
        },
        "sweep" => Fact::Sweep {
            number: number?,
            session: read.session?,
            sweep: read.sweep?,
        },
        "name" => Fact::Name {
            number: number?,
            name: read.name.map(|name| text::clean(&name, name::MOST)),
        },
        "remove" => Fact::Remove {
            numbers: read.numbers?,
        },
        "restore" => Fact::Restore {
            numbers: read.numbers?,
        },
        _ => return Some(Parsed::Newer(number)),
    }))
}
