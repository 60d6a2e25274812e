//! All numbers of one record, as rows: the screen draws them, and scrolling needs to know how many there are.

use crate::domain::history::{Entry, History};
use crate::domain::phase::Phase;
use crate::domain::plan::Plan;
use crate::domain::provenance::Provenance;
use crate::domain::record::{PythonRecord, Record};
use crate::domain::repeats;
use crate::domain::shared_file;
use crate::domain::text::{bytes, clean, column_seconds, duration, grouped, speedup, wrap};
use crate::domain::time::seconds;
use crate::domain::workload::{Addresses, Files, Workload};

/// How much of a foreign text is shown.
const FOREIGN: usize = 300;
/// Columns of a number's name.
pub const NAMES: u16 = 14;
/// Columns of its value with its unit.
pub const VALUES: u16 = 14;
/// Columns before its note.
pub const BEFORE_NOTES: u16 = NAMES + VALUES + 2;
/// So many lines of what a run printed are shown.
const PRINTED_LINES: usize = 100;
/// So many failed tasks are listed.
const FAILURES: usize = 20;

/// A row of the details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// What is read first, and headings.
    Strong(String),
    /// A number of the run.
    Number {
        /// What it is called.
        name: &'static str,
        /// With its unit.
        value: String,
        /// What it means.
        note: String,
    },
    /// The time that all workers spent in a phase.
    Phase {
        /// Which.
        phase: Phase,
        /// The time, with its unit.
        value: String,
        /// What the phase means.
        note: String,
    },
    /// The rest of a note for which there was no room.
    More(String),
    /// A line of a foreign text.
    Plain(String),
    /// What went wrong with a task.
    Failure(String),
    /// Nothing.
    Empty,
}

/// Everything about a run in rows of at most `width` columns, for somebody who is `here`.
pub fn rows(history: &History, entry: &Entry, here: &Provenance, width: u16) -> Vec<Row> {
    let record = &entry.record;
    let doubts = record
        .caveats
        .iter()
        .map(|caveat| format!("! {}", clean(&caveat.text, FOREIGN)));
    let origin = entry.origin_in_words(here);
    let verdict = std::iter::once(history.verdict_of(entry.number));
    let said = verdict
        .chain(origin)
        .chain(shared_file::told::all(record))
        .chain(doubts);
    let mut rows: Vec<Row> = said
        .flat_map(|text| wrap(&text, width))
        .map(Row::Strong)
        .collect();
    rows.push(Row::Empty);
    let mut numbers = numbers(entry);
    // After the time.
    numbers.splice(1..1, repeated(&history.records_of(entry.number)));
    for (name, value, note) in numbers {
        rows.extend(with_note(&note, width, |note| Row::Number {
            name,
            value,
            note,
        }));
    }
    rows.extend(python_rows(record, width));
    rows.push(Row::Empty);
    rows.push(Row::Strong("Time of all workers by phase".into()));
    for phase in record.plan.phases() {
        let is_estimate = phase == Phase::Gil && record.phase_source.estimates_gil();
        let (about, how) = if is_estimate {
            ("~", ", estimated")
        } else {
            ("", "")
        };
        let value = format!("{about}{}", column_seconds(seconds(record.phases_s[phase])));
        let note = format!("{}{how}", phase.meaning());
        rows.extend(with_note(&note, width, |note| Row::Phase {
            phase,
            value,
            note,
        }));
    }
    rows.extend(failures(entry, width));
    rows.extend(printed(record, width));
    rows
}

/// A row with as much of its note as fits, and the rest below it.
pub(super) fn with_note(note: &str, width: u16, row: impl FnOnce(String) -> Row) -> Vec<Row> {
    let mut notes = wrap(note, width.saturating_sub(BEFORE_NOTES)).into_iter();
    let first = row(notes.next().unwrap_or_default());
    std::iter::once(first).chain(notes.map(Row::More)).collect()
}

fn failures(entry: &Entry, width: u16) -> Vec<Row> {
    let failed = entry.record.failures.iter();
    let said: Vec<Row> = failed
        .filter_map(|task| {
            Some(format!(
                "task {}: {}",
                task.task,
                clean(task.error.as_deref()?, FOREIGN)
            ))
        })
        .take(FAILURES)
        .flat_map(|text| wrap(&text, width))
        .map(Row::Failure)
        .collect();
    if said.is_empty() {
        return said;
    }
    [Row::Empty, Row::Strong("Tasks that failed".into())]
        .into_iter()
        .chain(said)
        .collect()
}

/// By what a run of Python was executed, and what that cost.
fn python_rows(record: &Record, width: u16) -> Vec<Row> {
    let Some(python) = record.plan.python() else {
        return vec![];
    };
    let interpreter = &python.interpreter;
    let path = clean(&interpreter.path, FOREIGN);
    let mut numbers = vec![("Python", interpreter.version_name(), path)];
    if let Some(method) = python.start_method {
        numbers.push((
            "start method",
            method.name().into(),
            method.description().into(),
        ));
    }
    if let Some(said) = &record.python {
        numbers.extend(said_by_python(said));
    }
    let rows = numbers.into_iter().flat_map(|(name, value, note)| {
        with_note(&note, width, |note| Row::Number { name, value, note })
    });
    [Row::Empty, Row::Strong("Python".into())]
        .into_iter()
        .chain(rows)
        .collect()
}

/// Name, value and how it was found out.
fn said_by_python(said: &PythonRecord) -> Vec<(&'static str, String, String)> {
    let unknown = || "–".to_string();
    let time = |seconds: Option<f64>| seconds.map_or_else(unknown, duration);
    let gil = match said.gil {
        Some(state) => (
            state.word().to_string(),
            "asked in the running interpreter, after its imports",
        ),
        None => (unknown(), "not all interpreters of the run said the same"),
    };
    let mut numbers = vec![
        ("GIL", gil.0, gil.1),
        (
            "interpreter",
            time(said.interpreter_s),
            "from t0 to the first line of Python",
        ),
        (
            "imports",
            time(said.imports_s),
            "from there until all was imported",
        ),
        (
            "pool",
            time(said.pool_s),
            "from there until all workers were made",
        ),
        (
            "manager CPU",
            time(said.manager_cpu_s),
            "of what managed the workers, besides theirs",
        ),
    ];
    numbers.extend(said.memory_bytes.map(|memory| {
        (
            "manager mem",
            bytes(memory),
            "of the process that made the workers",
        )
    }));
    if let Some(output) = &said.output {
        numbers.push((
            "printed",
            bytes(output.bytes),
            "to its outputs: shown below",
        ));
    }
    numbers
        .into_iter()
        .map(|(name, value, note)| (name, value, note.into()))
        .collect()
}

/// What a run of Python printed, as far as it was kept.
fn printed(record: &Record, width: u16) -> Vec<Row> {
    let Some(output) = record
        .python
        .as_ref()
        .and_then(|python| python.output.as_ref())
    else {
        return vec![];
    };
    let lines = output
        .text
        .lines()
        .take(PRINTED_LINES)
        .flat_map(|line| wrap(&clean(line, FOREIGN), width));
    let mut rows = vec![Row::Empty, Row::Strong("What it printed".into())];
    rows.extend(lines.map(Row::Plain));
    if output.text.lines().count() > PRINTED_LINES || output.bytes > output.text.len() as u64 {
        rows.push(Row::Plain(format!("… of {} in all", bytes(output.bytes))));
    }
    rows
}

/// What the repeats of a run say of its time, if it has some.
fn repeated(repeats: &[&Record]) -> Vec<(&'static str, String, String)> {
    let Some(time) = repeats::time(repeats).filter(|time| time.n > 1) else {
        return vec![];
    };
    let range = time
        .interval
        .map(|interval| format!(" ({}, 95 % confidence)", repeats::range(interval)));
    let note = format!("of its {} repeats{}", time.n, range.unwrap_or_default());
    vec![
        ("median", column_seconds(time.median), note),
        (
            "shortest",
            column_seconds(time.min),
            "of the repeats".into(),
        ),
        ("longest", column_seconds(time.max), "of the repeats".into()),
    ]
}

/// Name, value with unit, and what it means.
fn numbers(entry: &Entry) -> Vec<(&'static str, String, String)> {
    let record = &entry.record;
    let unknown = || "–".to_string();
    let mut rows = vec![
        (
            "time",
            duration(record.wall_s),
            "from the first creation to the last end".to_string(),
        ),
        (
            "speed-up",
            entry.speedup.map_or_else(unknown, speedup),
            measured_against(entry),
        ),
    ];
    if let Some(share) = entry.efficiency() {
        rows.push((
            "efficiency",
            format!("{:.0} %", share * 100.0),
            "speed-up per worker".into(),
        ));
    }
    let mut plain = vec![
        (
            "start-up",
            record.startup_s.map_or_else(unknown, duration),
            "until the first task began",
        ),
        (
            "teardown",
            duration(record.teardown_s),
            "until all workers were gone",
        ),
        (
            "concurrency",
            format!("{:.2}", record.concurrency),
            "tasks in flight, on average",
        ),
        (
            "parallelism",
            format!("{:.2}", record.parallelism),
            "workers on a core, on average",
        ),
        (
            "CPU time",
            duration(record.cpu_s),
            "of all workers, from their CPU clocks",
        ),
    ];
    plain.extend(parameters(&record.plan));
    if let Some(file) = &record.shared_file {
        plain.push((
            shared_file::NAME,
            bytes(file.bytes),
            "left; str(page) is longer than the page",
        ));
    }
    if let Some(gil) = record.gil {
        plain.extend(gil.switches.map(|switches| {
            (
                "lock switches",
                grouped(switches),
                "from one worker to another",
            )
        }));
        let (about, how) = if gil.is_estimate {
            ("~", "estimated: neither computing nor waiting for a core")
        } else {
            ("", "summed over the workers")
        };
        plain.push((
            "lock waiting",
            format!("{about}{}", duration(gil.wait_s)),
            how,
        ));
    }
    if let Some(switches) = record.context_switches {
        plain.push((
            "gave core up",
            grouped(switches.voluntary),
            "times: the worker waited for something",
        ));
        plain.push((
            "lost core",
            grouped(switches.involuntary),
            "times: the scheduler took it away",
        ));
    }
    plain.push((
        "migrations",
        grouped(record.migrations),
        "to another core, as seen from stamp to stamp",
    ));
    if let Some(memory) = record.memory_bytes {
        let whose = match record.plan.python() {
            Some(_) if !record.plan.model().has_processes() => {
                "of the interpreter that all workers share"
            }
            Some(_) => "of the worker processes, shared pages shared out",
            None => "of forked workers, shared pages shared out",
        };
        plain.push(("memory", bytes(memory), whose));
    }
    plain.push((
        "observer",
        duration(record.observer.cpu_s),
        "CPU time of sampling and drawing",
    ));
    rows.extend(
        plain
            .into_iter()
            .map(|(name, value, note)| (name, value, note.to_string())),
    );
    rows
}

/// What the speed-up is measured against.
fn measured_against(entry: &Entry) -> String {
    match entry.baseline {
        Some(baseline) if baseline.number == entry.number => {
            "it is the baseline of its work".into()
        }
        Some(baseline) => format!(
            "over #{} {}, the same work",
            baseline.number,
            baseline.model.name()
        ),
        None if entry.is_foreign() => {
            "no serial run of its session: b takes any run of its machine".into()
        }
        None => "no baseline yet: R measures one, b takes any run".into(),
    }
}

fn parameters(plan: &Plan) -> Vec<(&'static str, String, &'static str)> {
    match plan.workload() {
        Workload::Cpu { iterations } => vec![("iterations", grouped(*iterations), "in each task")],
        Workload::Io {
            writes,
            addresses,
            files,
        } => {
            let mut rows = vec![(
                "writes",
                grouped(u64::from(*writes)),
                "of the page, in each task",
            )];
            rows.push(match files {
                Files::OneEach => ("files", "one each".into(), "removed when its task ends"),
                Files::OneShared => ("files", "one shared".into(), "each write empties it first"),
            });
            rows.push((
                "addresses",
                grouped(addresses.count() as u64),
                "fetched in turn",
            ));
            if let Addresses::Loopback {
                latency,
                page_bytes,
                ..
            } = addresses
            {
                let range = format!("{}..{} ms", latency.min_ms, latency.max_ms);
                rows.push((
                    "latency",
                    range,
                    "of the embedded server, drawn per address",
                ));
                rows.push(("page", bytes(u64::from(*page_bytes)), ""));
            }
            rows
        }
    }
}
