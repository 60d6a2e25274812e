//! Comma-separated values (RFC 4180): one row per run, only scalars, with units in the names of the columns.
//!
//! Unknown values are empty. A text that a spreadsheet could take for a formula gets a leading apostrophe, as OWASP
//! advises (<https://owasp.org/www-community/attacks/CSV_Injection>), because names are untrusted text.

use std::io::{self, Write};

use crate::{
    analysis::shared::Shared,
    catalog::metric::{METRICS, metric_named},
    domain::{history::RunEntry, plan, text::clean},
    present::{run_table::NAME, sentence::document},
};

/// Writes a heading and a row per run.
///
/// # Errors
/// If writing to `out` fails.
pub(super) fn write(shared: &Shared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let columns = columns();
    table.write_record(&columns)?;
    for run in &shared.runs {
        let cells = columns.iter().map(|column| cell(column, run));
        table.write_record(cells.map(Option::unwrap_or_default))?;
    }
    table.flush()
}

/// The facts about a run, then the parameters and the numbers in the order of the catalogue.
fn columns() -> Vec<&'static str> {
    let parameters = plan::all_parameters().map(|parameter| parameter.id);
    let numbers = METRICS.iter().map(|metric| metric.id);
    FACTS
        .iter()
        .copied()
        .chain(parameters)
        .chain(numbers)
        .collect()
}

const FACTS: &[&str] = &[
    "number",
    "name",
    "id",
    "session",
    "campaign",
    "round",
    "started_at",
    "cpu_model",
    "kernel",
    "cores_online",
    "cores_usable",
    "workload",
    "model",
    "seed",
    "python_version",
    "python_path",
    "python_gil",
    "start_method",
    "outcome",
    "error",
    "speedup_over_number",
    "gil_is_estimate",
    "phase_source",
    "caveats",
];

/// The text in a column; `None` if it is not known.
fn cell(column: &str, run: &RunEntry) -> Option<String> {
    let (record, machine) = (&run.record, &run.provenance.machine);
    let (plan, interpreter) = (&record.plan, record.plan.interpreter());
    Some(match column {
        "number" => run.number.to_string(),
        "name" => harmless(clean(run.name.as_deref()?, NAME)),
        "id" => foreign(&record.id),
        "session" => foreign(&run.provenance.session),
        "campaign" => foreign(&record.campaign.as_ref()?.id),
        "round" => record.campaign.as_ref()?.round.to_string(),
        "started_at" => foreign(&record.started_at),
        "cpu_model" => foreign(machine.cpu_model.as_deref()?),
        "kernel" => foreign(&machine.kernel),
        "cores_online" => machine.cores_online.to_string(),
        "cores_usable" => machine.cores_usable.to_string(),
        "workload" => plan.workload.name().into(),
        "model" => plan.model().name().into(),
        "seed" => plan.seed.to_string(),
        "python_version" => interpreter?.version_name(),
        "python_path" => foreign(&interpreter?.path),
        "python_gil" => record.interpreter.python.as_ref()?.gil?.word().into(),
        "start_method" => plan.python()?.start_method?.name().into(),
        "outcome" => record.ending.outcome.name().into(),
        "error" => foreign(record.ending.error.as_deref()?),
        "speedup_over_number" => run.gain()?.over.number.to_string(),
        "gil_is_estimate" => record.interpreter.gil?.is_estimate.to_string(),
        "phase_source" => {
            let word = serde_json::to_value(record.measurement.phase_source).ok()?;
            word.as_str()?.into()
        }
        // The kinds of the run's caveats, as in JSON.
        "caveats" => {
            let kinds: Vec<&str> = run.caveats().map(|caveat| caveat.kind.name()).collect();
            kinds.join(" ")
        }
        id => match plan::all_parameters().find(|parameter| parameter.id == id) {
            Some(parameter) => parameter.stored_text(plan.given(parameter)?),
            None => metric_named(id).of(record, run.gain())?.to_string(),
        },
    })
}

/// Untrusted text that is safe to open in a spreadsheet.
fn foreign(text: &str) -> String {
    harmless(document::foreign(text))
}

/// Text that a spreadsheet does not take for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}
