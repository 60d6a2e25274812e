//! All numbers of one record, as rows: the screen draws them, and scrolling needs to know how many there are.

use crate::catalog::metric::{ALWAYS, DETAILS, Group, METRICS, Metric};
use crate::domain::history::{Entry, History};
use crate::domain::phase::Phase;
use crate::domain::plan::Plan;
use crate::domain::provenance::Provenance;
use crate::domain::record::{PythonRecord, Record};
use crate::domain::repeats;
use crate::domain::shared_file;
use crate::domain::text::{bytes, clean, column_seconds, wrap};
use crate::present::number::{NOTHING, or_nothing, with_unit};
use crate::present::sentence::{self, verdict};

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

/// Name, value with its unit, and what it means.
type Told = (&'static str, String, String);

fn row((name, value, note): Told, width: u16) -> Vec<Row> {
    with_note(&note, width, |note| Row::Number { name, value, note })
}

/// Everything about a run in rows of at most `width` columns, for somebody who is `here`.
pub fn rows(history: &History, entry: &Entry, here: &Provenance, width: u16) -> Vec<Row> {
    let record = &entry.record;
    let doubts = entry
        .caveats()
        .map(|caveat| format!("! {}", clean(&caveat.text, FOREIGN)));
    let origin = sentence::origin::of(entry, here);
    let verdict = std::iter::once(verdict::of(history, entry.number));
    let said = verdict
        .chain(origin)
        .chain(sentence::shared_file::all(record))
        .chain(doubts);
    let mut rows: Vec<Row> = said
        .flat_map(|text| wrap(&text, width))
        .map(Row::Strong)
        .collect();
    rows.push(Row::Empty);
    let mut numbers = numbers_of(entry, Group::Run, width);
    let repeated = repeated(&history.records_of(entry.number));
    // After the time and the rest of its note.
    let is_of_time = |row: &&Row| matches!(row, Row::More(_));
    let after = 1 + numbers.iter().skip(1).take_while(is_of_time).count();
    let repeated = repeated.into_iter().flat_map(|told| row(told, width));
    numbers.splice(after..after, repeated);
    rows.extend(numbers);
    let asked = parameters(&record.plan).into_iter();
    let asked = asked.map(|(name, value, note)| (name, value, note.to_string()));
    let left = record.system.shared_file.as_ref().map(|file| {
        let note = "left; str(page) is longer than the page";
        (shared_file::NAME, bytes(file.bytes), note.to_string())
    });
    rows.extend(asked.chain(left).flat_map(|told| row(told, width)));
    rows.extend(python_rows(entry, width));
    rows.push(Row::Empty);
    rows.push(Row::Strong("Time of all workers by phase".into()));
    let phases = record.plan.phases().into_iter().map(Group::Phase);
    rows.extend(phases.flat_map(|phase| numbers_of(entry, phase, width)));
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
    let failed = entry.record.ending.failures.iter();
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
fn python_rows(entry: &Entry, width: u16) -> Vec<Row> {
    let Some(python) = entry.record.plan.python() else {
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
    numbers.extend(entry.record.interpreter.python.as_ref().map(lock));
    let told = numbers.into_iter().flat_map(|number| row(number, width));
    [Row::Empty, Row::Strong("Python".into())]
        .into_iter()
        .chain(told)
        .chain(numbers_of(entry, Group::Python, width))
        .collect()
}

/// Whether there was a lock, and how that was found out.
fn lock(said: &PythonRecord) -> Told {
    let (state, how) = match said.gil {
        Some(state) => (
            state.word(),
            "asked in the running interpreter, after its imports",
        ),
        None => (NOTHING, "not all interpreters of the run said the same"),
    };
    ("GIL", state.into(), how.into())
}

/// What a run of Python printed, as far as it was kept.
fn printed(record: &Record, width: u16) -> Vec<Row> {
    let Some(output) = record
        .interpreter
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
fn repeated(repeats: &[&Record]) -> Vec<Told> {
    let Some(time) = repeats::time(repeats).filter(|time| time.n > 1) else {
        return vec![];
    };
    let range = time
        .interval
        .map(|interval| format!(" ({}, 95 % confidence)", sentence::seconds(interval)));
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

/// The numbers of the catalogue that belong to this group, with what they mean.
fn numbers_of(entry: &Entry, group: Group, width: u16) -> Vec<Row> {
    let run = entry.assessed();
    let says_all = group != Group::Python || entry.record.interpreter.python.is_some();
    let is_shown = |metric: &&Metric| {
        let is_known = metric.of(&run).is_some();
        metric.group == group
            && metric.is_in(DETAILS)
            && (is_known || says_all && metric.is_in(ALWAYS))
    };
    let row = |metric: &Metric| {
        let is_estimate = metric.is_estimate(&entry.record);
        let value = or_nothing(metric.of(&run), |value| match group {
            Group::Phase(_) => column_seconds(value),
            Group::Run | Group::Python => with_unit(metric.unit, value),
        });
        let value = format!("{}{value}", if is_estimate { "~" } else { "" });
        let note = match metric.id {
            "speedup" => measured_against(entry),
            _ if is_estimate => format!("{}, estimated", metric.meaning),
            _ => metric.meaning.into(),
        };
        match group {
            Group::Phase(phase) => {
                with_note(&note, width, |note| Row::Phase { phase, value, note })
            }
            Group::Run | Group::Python => row((metric.name, value, note), width),
        }
    };
    METRICS.iter().filter(is_shown).flat_map(row).collect()
}

/// What the speed-up is measured against.
fn measured_against(entry: &Entry) -> String {
    match entry.assessment.baseline {
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

/// What was asked for; a value that is drawn from a range is one row.
fn parameters(plan: &Plan) -> Vec<(&'static str, String, &'static str)> {
    let of_workload = plan.workload().parameters();
    let ends: Vec<_> = of_workload
        .iter()
        .filter_map(|parameter| parameter.upper_end())
        .collect();
    plan.parameters()
        .filter(|(parameter, _)| of_workload.contains(parameter) && !ends.contains(parameter))
        .map(|(parameter, value)| {
            let text = parameter.detail(plan.size());
            (parameter.flag, text, parameter.note(value))
        })
        .collect()
}
