//! Reads the document. Its author is not trusted. If it is invalid, one sentence says why.

use std::{collections::HashMap, sync::Arc};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{SCHEMA, SCHEMA_NAME};
use crate::domain::{
    history::{Lot, RunEntry, SweepEntry, THINNED_INTERVALS, TRACE_BYTES},
    machine::Machine,
    provenance::{Origin, Provenance},
    record::Record,
    text::{clean, counted},
    trace::Trace,
};

/// The maximum size of a file that is read, in bytes.
pub const FILE_MAX: u64 = 512 << 20;
/// The maximum length of the name of a run and of the id of a session, in characters.
const NAME_MAX: usize = 100;
/// The highest number of a run that is accepted.
const NUMBER_MAX: usize = 1_000_000_000;
/// The maximum length of quoted untrusted text in a sentence, in characters.
const QUOTED_MAX: usize = 60;

#[derive(Deserialize)]
struct Incoming<'a> {
    machine: Machine,
    #[serde(default)]
    sessions: Vec<IncomingSession>,
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    sweeps: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct IncomingSession {
    id: String,
    machine: Machine,
}

/// The facts about a run or a sweep in a document, besides the measurement.
#[derive(Deserialize)]
struct RecordContext {
    number: Option<usize>,
    name: Option<String>,
    session: Option<String>,
    trace: Option<Box<Trace>>,
}

impl RecordContext {
    /// The number in the document, if it leaves room for more numbers after it. Otherwise the index.
    fn number(&self, index: usize) -> usize {
        let believed = self
            .number
            .filter(|number| (1..=NUMBER_MAX).contains(number));
        believed.unwrap_or(index)
    }

    fn name(&self) -> Option<String> {
        let name = clean(self.name.as_ref()?, NAME_MAX);
        (!name.is_empty()).then_some(name)
    }
}

/// Checks whether a file of this size is read at all.
///
/// # Errors
/// If it is larger than [`FILE_MAX`].
pub fn check_size(bytes: u64) -> Result<(), String> {
    match bytes {
        0..=FILE_MAX => Ok(()),
        _ => Err(format!("it is larger than {} MB", FILE_MAX >> 20)),
    }
}

/// Reads a document. Its runs and sweeps have [`Origin::Recorded`], the order of the document, and the numbers and
/// names that they had where they were measured.
///
/// # Errors
/// If it is not JSON, has a different schema or an unknown version, or contains an impossible record. The message is
/// one sentence without the name of the file.
pub fn read(text: &[u8]) -> Result<Lot, String> {
    check_size(text.len() as u64)?;
    check_schema(text)?;
    let incoming: Incoming<'_> =
        serde_json::from_slice(text).map_err(|error| incomplete(&error, text))?;
    let session = sessions(incoming.machine, incoming.sessions);
    let mut bytes = 0;
    let runs = (1..).zip(incoming.records).map(|(index, text)| {
        let mut run = read_run(text, index, &session)?;
        // The trace is thinned if there is no room for it beside the others.
        if bytes + run.trace.bytes() > TRACE_BYTES {
            run.trace.thin(THINNED_INTERVALS);
        }
        bytes += run.trace.bytes();
        Ok(run)
    });
    let sweeps = (1..).zip(incoming.sweeps);
    Ok(Lot {
        runs: runs.collect::<Result<_, String>>()?,
        sweeps: sweeps
            .map(|(index, text)| read_sweep(text, index, &session))
            .collect::<Result<_, _>>()?,
    })
}

/// Checks the schema first, so that a document of a later version is reported as such, and not as invalid.
fn check_schema(text: &[u8]) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Named {
        schema: Option<String>,
    }
    let no_document =
        || format!("it is not a document of this program: its schema is not {SCHEMA}");
    let named: Named = serde_json::from_slice(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => no_document(),
        _ => incomplete(&error, text),
    })?;
    match named.schema.as_deref() {
        Some(SCHEMA) => Ok(()),
        Some(other) if other.starts_with(SCHEMA_NAME) => Err(format!(
            "it was written by another version of this program: its schema is {}, and this one reads {SCHEMA}",
            clean(other, QUOTED_MAX)
        )),
        _ => Err(no_document()),
    }
}

/// The error for a text that is not JSON, or that lacks something.
fn incomplete(error: &serde_json::Error, text: &[u8]) -> String {
    let message = clean(&error.to_string(), 4 * QUOTED_MAX);
    match error.classify() {
        // The parser reports a number whose last digits are missing as an invalid number.
        serde_json::error::Category::Syntax if is_at_end(error, text) => {
            "it is cut off: the JSON has no end".into()
        }
        serde_json::error::Category::Eof => "it is cut off: the JSON has no end".into(),
        serde_json::error::Category::Data => format!("it is not complete: {message}"),
        _ => format!("it is not JSON: {message}"),
    }
}

/// Whether the error is at the end of the text.
fn is_at_end(error: &serde_json::Error, text: &[u8]) -> bool {
    let lines = text.split(|byte| *byte == b'\n');
    let (count, last) = lines.fold((0, 0), |(count, _), line| (count + 1, line.len()));
    error.line() == count && error.column() >= last && last > 1
}

/// The provenance of a session, by its id.
type SessionOrigin<'s> = &'s dyn Fn(Option<&str>) -> Arc<Provenance>;

fn read_run(text: &RawValue, index: usize, session: SessionOrigin<'_>) -> Result<RunEntry, String> {
    // Parsed twice, because collecting the unknown keys would build all of them in memory.
    let what = format!("record {index}");
    let around: RecordContext = part(text, &what)?;
    let record: Box<Record> = part(text, &what)?;
    let (workers, tasks) = (record.plan.workers, record.plan.tasks);
    if let Some(trace) = &around.trace {
        let (begun, ended, failed) = trace.tasks;
        if trace.lanes.len() != workers as usize || begun.max(ended).max(failed) > tasks {
            return Err(impossible(
                &what,
                &format!(
                    "its trace is not of {} and {}",
                    counted(workers.into(), "worker"),
                    counted(tasks.into(), "task")
                ),
            ));
        }
    }
    let (number, name) = (around.number(index), around.name());
    let provenance = session(around.session.as_deref());
    let trace = around.trace.map(|trace| *trace);
    Ok(RunEntry::new(number, name, provenance, *record, trace))
}

fn read_sweep(
    text: &RawValue,
    index: usize,
    session: SessionOrigin<'_>,
) -> Result<SweepEntry, String> {
    let what = format!("sweep {index}");
    let around: RecordContext = part(text, &what)?;
    let (number, name) = (around.number(index), around.name());
    let provenance = session(around.session.as_deref());
    let sweep = part(text, &what)?;
    Ok(SweepEntry::new(number, name, provenance, sweep))
}

/// A part of the document. An error is reported without the parser's position, which does not count from the start of
/// the file.
fn part<'t, T: Deserialize<'t>>(text: &'t RawValue, what: &str) -> Result<T, String> {
    serde_json::from_str(text.get()).map_err(|error| {
        let message = error.to_string();
        let why = message.split(" at line ").next().unwrap_or_default();
        impossible(what, &clean(why, 4 * QUOTED_MAX))
    })
}

fn impossible(what: &str, why: &str) -> String {
    format!("its {what} cannot be: {why}")
}

/// The provenances by session id, and a default one for runs without a session.
fn sessions(
    machine: Machine,
    sessions: Vec<IncomingSession>,
) -> impl Fn(Option<&str>) -> Arc<Provenance> {
    let recorded = |id: &str, machine| {
        Arc::new(Provenance {
            origin: Origin::Recorded,
            session: clean(id, NAME_MAX),
            machine,
        })
    };
    let default = recorded("recorded", machine);
    let sessions = sessions.into_iter();
    let by_id: HashMap<String, Arc<Provenance>> = sessions
        .map(|IncomingSession { id, machine }| (id.clone(), recorded(&id, machine)))
        .collect();
    move |id| {
        let found = id.and_then(|id| by_id.get(id));
        Arc::clone(found.unwrap_or(&default))
    }
}
