//! The document is written.

use std::collections::HashSet;
use std::io::{self, Write};

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::ser::Serializer as JsonSerializer;

use super::SCHEMA;
use super::pretty::MostlyPretty;
use crate::domain::machine::Machine;
use crate::domain::record::Record;
use crate::domain::share::SharedRun;
use crate::domain::speedup::Gain;
use crate::domain::trace::Trace;

/// Whether a document contains what its runs looked like, which makes it replayable and many times larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traces {
    /// As rich as they are here.
    Included,
    /// Left out: numbers only.
    LeftOut,
}

/// Writes runs, in this order, and sweeps. `machine` is the one of this session; it stands in the document if there is no
/// run that says where it was measured.
///
/// # Errors
/// What `out` says.
pub fn write(
    out: &mut dyn Write,
    machine: &Machine,
    runs: &[SharedRun<'_>],
    sweeps: &[impl Serialize],
    traces: Traces,
) -> io::Result<()> {
    let document = Outgoing {
        schema: SCHEMA,
        machine: runs.last().map_or(machine, |run| &run.provenance.machine),
        sessions: sessions(runs),
        records: Runs { runs, traces },
        sweeps,
    };
    document.serialize(&mut JsonSerializer::with_formatter(&mut *out, MostlyPretty::new()))?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Outgoing<'a, S> {
    schema: &'static str,
    machine: &'a Machine,
    sessions: Vec<OutgoingSession<'a>>,
    records: Runs<'a>,
    sweeps: &'a [S],
}

#[derive(Serialize)]
struct OutgoingSession<'a> {
    id: &'a str,
    machine: &'a Machine,
}

/// Each session once, in the order of its first run.
fn sessions<'a>(runs: &[SharedRun<'a>]) -> Vec<OutgoingSession<'a>> {
    let mut seen = HashSet::new();
    let from = runs.iter().map(|run| run.provenance);
    from.filter(|from| seen.insert(from.session.as_str()))
        .map(|from| OutgoingSession { id: &from.session, machine: &from.machine })
        .collect()
}

struct Runs<'a> {
    runs: &'a [SharedRun<'a>],
    traces: Traces,
}

impl Serialize for Runs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.runs.len()))?;
        for run in self.runs {
            list.serialize_element(&OutgoingRun {
                number: run.number,
                name: run.name,
                session: &run.provenance.session,
                speedup: run.gain.map(Speedup::from),
                record: run.record,
                trace: run.trace.filter(|_| self.traces == Traces::Included),
            })?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct OutgoingRun<'a> {
    number: usize,
    name: Option<&'a str>,
    session: &'a str,
    #[serde(flatten)]
    record: &'a Record,
    speedup: Option<Speedup>,
    trace: Option<&'a Trace>,
}

/// How much faster than its baseline.
#[derive(Serialize)]
struct Speedup {
    factor: f64,
    /// The baseline's number.
    baseline: usize,
}

impl From<Gain> for Speedup {
    fn from(gain: Gain) -> Speedup {
        Speedup { factor: gain.factor, baseline: gain.over.number }
    }
}
