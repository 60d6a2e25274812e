//! The document is read. Whoever wrote it is not trusted: what is wrong with it is said in one sentence.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{SCHEMA, SCHEMA_NAME};
use crate::domain::history::{THINNED_SLICES, TRACE_BYTES};
use crate::domain::machine::Machine;
use crate::domain::provenance::{Origin, Provenance};
use crate::domain::record::Record;
use crate::domain::sweep::Sweep;
use crate::domain::text::{clean, counted};
use crate::domain::trace::Trace;

/// The largest file that is read, in bytes.
pub const FILE_MAX: u64 = 512 << 20;
/// The longest name of a run, and the longest id of a session, in characters.
const NAME_MAX: usize = 100;
/// The highest number of a run that is believed.
const NUMBER_MAX: usize = 1_000_000_000;
/// The longest piece of foreign text in a sentence, in characters.
const QUOTED_MAX: usize = 60;

/// What somebody shared.
#[derive(Debug)]
pub struct Document {
    /// In the order of the document.
    pub runs: Vec<Run>,
    /// In the order of the document. What their runs say together follows from these.
    pub sweeps: Vec<RecordedSweep>,
}

/// A sweep of a shared document.
#[derive(Debug)]
pub struct RecordedSweep {
    /// Its number where it was measured.
    pub number: usize,
    /// What it was called there.
    pub name: Option<String>,
    /// Where and when it was measured; [`Origin::Recorded`].
    pub provenance: Arc<Provenance>,
    /// What was asked for.
    pub sweep: Sweep,
}

/// A run of a shared document.
#[derive(Debug)]
pub struct Run {
    /// Its number where it was measured.
    pub number: usize,
    /// What it was called there.
    pub name: Option<String>,
    /// Where and when it was measured; [`Origin::Recorded`].
    pub provenance: Arc<Provenance>,
    /// What was measured.
    pub record: Record,
    /// What it looked like, if that is in the document.
    pub trace: Option<Trace>,
}

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

/// What a document says of a run besides its record.
#[derive(Deserialize)]
struct Around {
    number: Option<usize>,
    name: Option<String>,
    session: Option<String>,
    trace: Option<Trace>,
}

/// Reads a document.
///
/// # Errors
/// One sentence, without the file's name: no JSON, not this schema, a version that this program does not know, or what in
/// which record cannot be.
pub fn read(text: &[u8]) -> Result<Document, String> {
    if text.len() as u64 > FILE_MAX {
        return Err(format!("it is larger than {} MB", FILE_MAX >> 20));
    }
    check_schema(text)?;
    let incoming: Incoming<'_> =
        serde_json::from_slice(text).map_err(|error| incomplete(&error, text))?;
    let sessions = Sessions::of(incoming.machine, incoming.sessions);
    let mut runs = Vec::with_capacity(incoming.records.len());
    let mut bytes = 0;
    for (index, text) in incoming.records.into_iter().enumerate() {
        let mut run = read_run(text, index + 1, &sessions)?;
        bytes += bound(run.trace.as_mut(), bytes);
        runs.push(run);
    }
    let sweeps = (1..)
        .zip(incoming.sweeps)
        .map(|(index, text)| read_sweep(text, index, &sessions));
    Ok(Document {
        sweeps: sweeps.collect::<Result<_, _>>()?,
        runs,
    })
}

/// The schema comes first, so that a document of tomorrow is called that, and not broken.
fn check_schema(text: &[u8]) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Named {
        schema: Option<String>,
    }
    let no_document = || format!("it is no document of this program: its schema is not {SCHEMA}");
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

/// What is wrong with a text that is no JSON, or lacks something.
fn incomplete(error: &serde_json::Error, text: &[u8]) -> String {
    let said = clean(&error.to_string(), 4 * QUOTED_MAX);
    match error.classify() {
        // A number whose last digits are missing is a wrong one to the parser.
        serde_json::error::Category::Syntax if is_at_end(error, text) => {
            "it is cut off: the JSON has no end".into()
        }
        serde_json::error::Category::Eof => "it is cut off: the JSON has no end".into(),
        serde_json::error::Category::Data => format!("it is not complete: {said}"),
        _ => format!("it is no JSON: {said}"),
    }
}

/// Whether a text ends where something is wrong with it.
fn is_at_end(error: &serde_json::Error, text: &[u8]) -> bool {
    let lines = text.split(|byte| *byte == b'\n');
    let (count, last) = lines.fold((0, 0), |(count, _), line| (count + 1, line.len()));
    error.line() == count && error.column() >= last && last > 1
}

fn read_run(text: &RawValue, index: usize, sessions: &Sessions) -> Result<Run, String> {
    let wrong =
        |error: serde_json::Error| format!("its record {index} cannot be: {}", said(&error));
    // Twice, as collecting what is not known yet would build all of it in memory.
    let around: Around = serde_json::from_str(text.get()).map_err(wrong)?;
    let record: Record = serde_json::from_str(text.get()).map_err(wrong)?;
    let (workers, tasks) = (record.plan.workers(), record.plan.tasks());
    if let Some(trace) = &around.trace {
        let (begun, ended, failed) = trace.tasks();
        if trace.lanes().len() != workers as usize || begun.max(ended).max(failed) > tasks {
            return Err(format!(
                "its record {index} cannot be: its trace is not of {} and {}",
                counted(workers.into(), "worker"),
                counted(tasks.into(), "task")
            ));
        }
    }
    Ok(Run {
        number: believed(around.number).unwrap_or(index),
        name: around.name.and_then(|name| cleaned_name(&name)),
        provenance: sessions.find(around.session.as_deref()),
        record,
        trace: around.trace,
    })
}

fn read_sweep(text: &RawValue, index: usize, sessions: &Sessions) -> Result<RecordedSweep, String> {
    let wrong = |error: serde_json::Error| format!("its sweep {index} cannot be: {}", said(&error));
    let around: Around = serde_json::from_str(text.get()).map_err(wrong)?;
    Ok(RecordedSweep {
        number: believed(around.number).unwrap_or(index),
        name: around.name.and_then(|name| cleaned_name(&name)),
        provenance: sessions.find(around.session.as_deref()),
        sweep: serde_json::from_str(text.get()).map_err(wrong)?,
    })
}

/// What is wrong, without a place that is counted from somewhere within the file.
fn said(error: &serde_json::Error) -> String {
    let said = error.to_string();
    clean(
        said.split(" at line ").next().unwrap_or_default(),
        4 * QUOTED_MAX,
    )
}

/// A number that leaves room for others behind it.
fn believed(number: Option<usize>) -> Option<usize> {
    number.filter(|number| (1..=NUMBER_MAX).contains(number))
}

fn cleaned_name(name: &str) -> Option<String> {
    Some(clean(name, NAME_MAX)).filter(|name| !name.is_empty())
}

/// Thins a trace if there is no room for it beside so many bytes; returns how many it takes.
fn bound(trace: Option<&mut Trace>, beside: usize) -> usize {
    let Some(trace) = trace else { return 0 };
    if beside + trace.bytes() > TRACE_BYTES {
        trace.thin(THINNED_SLICES);
    }
    trace.bytes()
}

/// Where the runs of a document were measured.
struct Sessions {
    by_id: HashMap<String, Arc<Provenance>>,
    /// For runs that do not say it.
    default: Arc<Provenance>,
}

impl Sessions {
    fn of(machine: Machine, sessions: Vec<IncomingSession>) -> Sessions {
        let recorded = |id: &str, machine| {
            Arc::new(Provenance {
                origin: Origin::Recorded,
                session: clean(id, NAME_MAX),
                machine,
            })
        };
        let by_id = sessions.into_iter().map(|session| {
            let provenance = recorded(&session.id, session.machine);
            (session.id, provenance)
        });
        Sessions {
            by_id: by_id.collect(),
            default: recorded("recorded", machine),
        }
    }

    fn find(&self, id: Option<&str>) -> Arc<Provenance> {
        let found = id.and_then(|id| self.by_id.get(id));
        Arc::clone(found.unwrap_or(&self.default))
    }
}
