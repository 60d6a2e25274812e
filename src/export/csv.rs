//! Comma-separated values (RFC 4180): a row per run, scalars only, units in the names of the columns.
//!
//! What is not known is empty. A text that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP
//! advises (<https://owasp.org/www-community/attacks/CSV_Injection>): a name is only a name.

use std::io::{self, Write};

use super::words;
use crate::analysis::shared::{Shared, SharedRun};
use crate::catalog::metric::{METRICS, metric_named};
use crate::catalog::parameter::Parameter;
use crate::domain::plan;
use crate::domain::python::{GilState, Interpreter, StartMethod};

/// Writes a heading, and a row per run.
///
/// # Errors
/// What `out` refuses.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let names = |columns: &'static [Column]| columns.iter().map(|column| column.name);
    let ids = plan::all_parameters().map(|parameter| parameter.id);
    let names = names(UP_TO_SEED).chain(ids).chain(names(FROM_PYTHON_ON));
    table.write_record(names.chain(new_numbers()))?;
    for run in &shared.runs {
        let cells = |columns: &'static [Column]| columns.iter().map(|column| column.cell(run));
        let values = plan::all_parameters().map(|parameter| value(run, parameter));
        let cells = cells(UP_TO_SEED).chain(values).chain(cells(FROM_PYTHON_ON));
        table.write_record(cells.chain(new_numbers().map(|name| number(name).cell(run))))?;
    }
    table.flush()
}

/// A column: its name, and what stands in it.
struct Column {
    name: &'static str,
    /// What is no number of the catalogue.
    words: Option<fn(&SharedRun<'_>) -> String>,
}

impl Column {
    fn cell(&self, run: &SharedRun<'_>) -> String {
        match self.words {
            Some(words) => words(run),
            None => known(metric_named(self.name).of(&run.assessed())),
        }
    }
}

const fn text(name: &'static str, words: fn(&SharedRun<'_>) -> String) -> Column {
    let words = Some(words);
    Column { name, words }
}

/// A number of the catalogue.
const fn number(name: &'static str) -> Column {
    Column { name, words: None }
}

/// Numbers that the catalogue has besides: they come last, so that whoever counts columns finds the others where they were.
fn new_numbers() -> impl Iterator<Item = &'static str> {
    let known = UP_TO_SEED.iter().chain(FROM_PYTHON_ON);
    let ids = METRICS.iter().map(|metric| metric.id);
    ids.filter(move |id| known.clone().all(|column| column.name != *id))
}

/// The columns before those of the parameters.
const UP_TO_SEED: &[Column] = &[
    text("number", |run| run.number.to_string()),
    text("name", |run| {
        words::name(run).map(harmless).unwrap_or_default()
    }),
    text("id", |run| foreign(&run.record.id)),
    text("session", |run| foreign(&run.provenance.session)),
    text("campaign", |run| {
        run.record
            .campaign
            .as_ref()
            .map(|part| foreign(&part.id))
            .unwrap_or_default()
    }),
    text("round", |run| {
        known(run.record.campaign.as_ref().map(|part| part.round))
    }),
    text("started_at", |run| foreign(&run.record.started_at)),
    text("cpu_model", |run| {
        run.provenance
            .machine
            .cpu_model
            .as_deref()
            .map(foreign)
            .unwrap_or_default()
    }),
    text("kernel", |run| foreign(&run.provenance.machine.kernel)),
    text("cores_online", |run| {
        run.provenance.machine.cores_online.to_string()
    }),
    text("cores_usable", |run| {
        run.provenance.machine.cores_usable.to_string()
    }),
    text("workload", |run| run.record.plan.workload().name().into()),
    text("model", |run| run.record.plan.model().name().into()),
    number("workers"),
    number("tasks"),
    text("seed", |run| run.record.plan.seed().to_string()),
];

/// The columns behind those of the parameters.
const FROM_PYTHON_ON: &[Column] = &[
    text("python_version", |run| {
        known(run.record.plan.interpreter().map(Interpreter::version_name))
    }),
    text("python_path", |run| {
        let path = run
            .record
            .plan
            .interpreter()
            .map(|interpreter| foreign(&interpreter.path));
        path.unwrap_or_default()
    }),
    text("python_gil", |run| {
        known(
            run.record
                .interpreter
                .python
                .as_ref()
                .and_then(|python| python.gil)
                .map(GilState::word),
        )
    }),
    text("start_method", |run| {
        known(
            run.record
                .plan
                .python()
                .and_then(|python| python.start_method)
                .map(StartMethod::name),
        )
    }),
    text("outcome", |run| run.record.ending.outcome.name().into()),
    text("error", |run| {
        run.record
            .ending
            .error
            .as_deref()
            .map(foreign)
            .unwrap_or_default()
    }),
    number("tasks_failed"),
    number("tasks_not_begun"),
    number("wall_s"),
    number("startup_s"),
    number("interpreter_s"),
    number("imports_s"),
    number("pool_s"),
    number("teardown_s"),
    number("cpu_s"),
    number("manager_cpu_s"),
    number("concurrency"),
    number("parallelism"),
    number("speedup"),
    text("speedup_over_number", |run| {
        known(run.gain().map(|gain| gain.over.number))
    }),
    number("efficiency"),
    number("starting_s"),
    number("computing_s"),
    number("ready_s"),
    number("gil_s"),
    number("network_s"),
    number("file_s"),
    number("idle_s"),
    number("gil_switches"),
    number("gil_wait_s"),
    text("gil_is_estimate", |run| {
        known(run.record.interpreter.gil.map(|gil| gil.is_estimate))
    }),
    text("phase_source", |run| {
        words::word(&run.record.measurement.phase_source)
    }),
    number("voluntary_switches"),
    number("involuntary_switches"),
    number("migrations"),
    number("memory_bytes"),
    number("manager_memory_bytes"),
    number("printed_bytes"),
    number("events_recorded"),
    number("events_dropped"),
    number("observer_cpu_s"),
    text("caveats", caveats),
];

fn known(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Foreign text, harmless.
fn foreign(text: &str) -> String {
    harmless(words::foreign(text))
}

/// Text that no spreadsheet takes for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

/// The kinds of doubt, as JSON calls them.
fn caveats(run: &SharedRun<'_>) -> String {
    let kinds: Vec<&str> = run.caveats().map(|caveat| caveat.kind.name()).collect();
    kinds.join(" ")
}

/// The value of a parameter, if the run has it.
fn value(run: &SharedRun<'_>, parameter: &Parameter) -> String {
    let given = run.record.plan.given(parameter);
    known(given.map(|value| parameter.stored_text(value)))
}
