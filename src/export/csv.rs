//! Comma-separated values (RFC 4180): a row per run, scalars only, units in the names of the columns.
//!
//! What is not known is empty. A text that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP
//! advises (<https://owasp.org/www-community/attacks/CSV_Injection>): a name is only a name.

use std::io::{self, Write};

use super::words;
use crate::analysis::shared::{Shared, SharedRun};
use crate::catalog::parameter::Parameter;
use crate::domain::phase::Phase;
use crate::domain::plan;
use crate::domain::python::{GilState, Interpreter, StartMethod};
use crate::domain::record::PythonRecord;
use crate::domain::time::seconds;

/// Writes a heading, and a row per run.
///
/// # Errors
/// What `out` refuses.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let names = |columns: &'static [Column]| columns.iter().map(|column| column.0);
    let ids = plan::all_parameters().map(|parameter| parameter.id);
    table.write_record(names(UP_TO_SEED).chain(ids).chain(names(FROM_PYTHON_ON)))?;
    for run in &shared.runs {
        let cells = |columns: &'static [Column]| columns.iter().map(|column| (column.1)(run));
        let values = plan::all_parameters().map(|parameter| value(run, parameter));
        table.write_record(cells(UP_TO_SEED).chain(values).chain(cells(FROM_PYTHON_ON)))?;
    }
    table.flush()
}

/// A column: its name, and what stands in it.
type Column = (&'static str, fn(&SharedRun<'_>) -> String);

/// The columns before those of the parameters.
const UP_TO_SEED: &[Column] = &[
    ("number", |run| run.number.to_string()),
    ("name", |run| {
        words::name(run).map(harmless).unwrap_or_default()
    }),
    ("id", |run| harmless(words::foreign(&run.record.id))),
    ("session", |run| {
        harmless(words::foreign(&run.provenance.session))
    }),
    ("campaign", |run| {
        run.record
            .campaign
            .as_ref()
            .map(|part| harmless(words::foreign(&part.id)))
            .unwrap_or_default()
    }),
    ("round", |run| {
        known(run.record.campaign.as_ref().map(|part| part.round))
    }),
    ("started_at", |run| {
        harmless(words::foreign(&run.record.started_at))
    }),
    ("cpu_model", |run| {
        run.provenance
            .machine
            .cpu_model
            .as_deref()
            .map(words::foreign)
            .map(harmless)
            .unwrap_or_default()
    }),
    ("kernel", |run| {
        harmless(words::foreign(&run.provenance.machine.kernel))
    }),
    ("cores_online", |run| {
        run.provenance.machine.cores_online.to_string()
    }),
    ("cores_usable", |run| {
        run.provenance.machine.cores_usable.to_string()
    }),
    ("workload", |run| run.record.plan.workload().name().into()),
    ("model", |run| run.record.plan.model().name().into()),
    ("workers", |run| run.record.plan.workers().to_string()),
    ("tasks", |run| run.record.plan.tasks().to_string()),
    ("seed", |run| run.record.plan.seed().to_string()),
];

/// The columns behind those of the parameters.
const FROM_PYTHON_ON: &[Column] = &[
    ("python_version", |run| {
        known(run.record.plan.interpreter().map(Interpreter::version_name))
    }),
    ("python_path", |run| {
        let path = run
            .record
            .plan
            .interpreter()
            .map(|interpreter| words::foreign(&interpreter.path));
        path.map(harmless).unwrap_or_default()
    }),
    ("python_gil", |run| {
        known(
            run.record
                .python
                .as_ref()
                .and_then(|python| python.gil)
                .map(GilState::word),
        )
    }),
    ("start_method", |run| {
        known(
            run.record
                .plan
                .python()
                .and_then(|python| python.start_method)
                .map(StartMethod::name),
        )
    }),
    ("outcome", |run| run.record.outcome.name().into()),
    ("error", |run| {
        run.record
            .error
            .as_deref()
            .map(words::foreign)
            .map(harmless)
            .unwrap_or_default()
    }),
    ("tasks_failed", |run| run.record.tasks_failed.to_string()),
    ("tasks_not_begun", |run| {
        run.record.tasks_not_begun.to_string()
    }),
    ("wall_s", |run| run.record.wall_s.to_string()),
    ("startup_s", |run| known(run.record.startup_s)),
    ("interpreter_s", |run| {
        of_python(run, |python| python.interpreter_s)
    }),
    ("imports_s", |run| of_python(run, |python| python.imports_s)),
    ("pool_s", |run| of_python(run, |python| python.pool_s)),
    ("teardown_s", |run| run.record.teardown_s.to_string()),
    ("cpu_s", |run| run.record.cpu_s.to_string()),
    ("manager_cpu_s", |run| {
        of_python(run, |python| python.manager_cpu_s)
    }),
    ("concurrency", |run| run.record.concurrency.to_string()),
    ("parallelism", |run| run.record.parallelism.to_string()),
    ("speedup", |run| known(run.gain().map(|gain| gain.factor))),
    ("speedup_over_number", |run| {
        known(run.gain().map(|gain| gain.over.number))
    }),
    ("efficiency", |run| {
        known(
            run.gain()
                .and_then(|gain| gain.efficiency(run.record.plan.workers())),
        )
    }),
    ("starting_s", |run| phase(run, Phase::Starting)),
    ("computing_s", |run| phase(run, Phase::Computing)),
    ("ready_s", |run| phase(run, Phase::Ready)),
    ("gil_s", |run| phase(run, Phase::Gil)),
    ("network_s", |run| phase(run, Phase::Network)),
    ("file_s", |run| phase(run, Phase::File)),
    ("idle_s", |run| phase(run, Phase::Idle)),
    ("gil_switches", |run| {
        known(run.record.gil.and_then(|gil| gil.switches))
    }),
    ("gil_wait_s", |run| {
        known(run.record.gil.map(|gil| gil.wait_s))
    }),
    ("gil_is_estimate", |run| {
        known(run.record.gil.map(|gil| gil.is_estimate))
    }),
    ("phase_source", |run| words::word(&run.record.phase_source)),
    ("voluntary_switches", |run| {
        known(
            run.record
                .context_switches
                .map(|switches| switches.voluntary),
        )
    }),
    ("involuntary_switches", |run| {
        known(
            run.record
                .context_switches
                .map(|switches| switches.involuntary),
        )
    }),
    ("migrations", |run| run.record.migrations.to_string()),
    ("memory_bytes", |run| known(run.record.memory_bytes)),
    ("manager_memory_bytes", |run| {
        of_python(run, |python| python.memory_bytes)
    }),
    ("printed_bytes", |run| {
        of_python(run, |python| {
            python.output.as_ref().map(|output| output.bytes)
        })
    }),
    ("events_recorded", |run| {
        run.record.events.recorded.to_string()
    }),
    ("events_dropped", |run| {
        run.record.events.dropped.to_string()
    }),
    ("observer_cpu_s", |run| {
        run.record.observer.cpu_s.to_string()
    }),
    ("caveats", |run| caveats(run)),
];

/// What CPython said about a run.
fn of_python<T: ToString>(run: &SharedRun<'_>, of: impl Fn(&PythonRecord) -> Option<T>) -> String {
    known(run.record.python.as_ref().and_then(of))
}

fn known(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Text that no spreadsheet takes for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

fn phase(run: &SharedRun<'_>, phase: Phase) -> String {
    seconds(run.record.phases_s[phase]).to_string()
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
