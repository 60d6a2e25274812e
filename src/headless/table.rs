//! Records as text: what was run, how the workers spent their time, and every caveat.

use crate::{
    analysis::finding::RunFinding,
    domain::{
        history::RunEntry,
        record::{OUTPUT_KEPT, Record, TaskRecord},
        repeats, text,
    },
    present::{
        run_table,
        sentence::{self, pattern, verdict},
    },
};

/// The maximum number of failed tasks of a record that are listed.
const FAILURES_LISTED: usize = 10;
/// The maximum length of an untrusted sentence, in characters.
const MAX_SHOWN: usize = 300;
/// The maximum number of lines of Python's output that are shown.
const LINES_PRINTED: usize = 5;

/// The runs as text of this width; empty if there are none.
pub fn render(runs: &[&RunEntry], room: usize) -> String {
    if runs.is_empty() {
        return String::new();
    }
    let mut out = run_table::runs(runs.iter().copied()).lines(room);
    out += "\nHow the workers spent their time, in seconds, summed over them:\n";
    out += &run_table::phases(runs).lines(room);
    let remarks = runs
        .iter()
        .enumerate()
        .flat_map(|(at, run)| remarks(run, at == 0));
    let remarks: Vec<String> = remarks.chain(summary(runs)).collect();
    if !remarks.is_empty() {
        out += &format!("\n{}\n", remarks.join("\n"));
    }
    out
}

/// The summary of the repeats, if all records have the same plan.
fn summary(runs: &[&RunEntry]) -> Option<String> {
    let plan = &runs.first()?.record.plan;
    if runs.iter().any(|run| run.record.plan != *plan) {
        return None;
    }
    let records = runs.iter().map(|run| &run.record);
    let counted: Vec<&Record> = records.filter(|record| record.is_counted()).collect();
    let time = repeats::time(&counted).filter(|time| time.n > 1)?;
    let name = plan.executor.name();
    Some(format!("{name}: {}", sentence::repeats(&time)))
}

/// The result of the run, its failed tasks, and its caveats.
fn remarks(run: &RunEntry, is_first: bool) -> Vec<String> {
    let (number, record) = (run.number, &run.record);
    // Repeats would only repeat the same sentence, so a further one is shown only for a run that went wrong, or whose
    // result differs from time to time.
    let is_shown = is_first || !record.is_sound() || record.system.counter.is_some();
    let verdict = is_shown.then(|| verdict::concluded(record, &RunFinding::default()));
    let caveats = run
        .caveats()
        .map(|caveat| format!("caveat: {}", caveat.text));
    let patterns = is_shown.then(|| pattern::all(run, &RunFinding::of_single(run.gain())));
    let sentences = verdict
        .into_iter()
        .chain(patterns.into_iter().flatten())
        .chain(sentence::function::called(&record.plan).filter(|_| is_shown))
        .chain(python(record).filter(|_| is_shown))
        .chain(sentence::shared_file::all(record))
        .chain(failures(record))
        .chain(caveats)
        .chain(printed(record));
    sentences
        .map(|sentence| format!("#{number} {}", text::clean(&sentence, MAX_SHOWN)))
        .collect()
}

/// The interpreter of the run, and the state of its lock: as reported during the run, otherwise as reported before.
fn python(record: &Record) -> Option<String> {
    let interpreter = &record.plan.python()?.interpreter;
    let proven = record.interpreter.python.as_ref().and_then(|said| said.gil);
    let lock = proven.map_or_else(
        || format!("{} when it was asked before", interpreter.gil.words()),
        |gil| gil.words().into(),
    );
    let estimate = if record.measurement.phase_source.estimates_gil() {
        "; waiting for the GIL is estimated"
    } else {
        ""
    };
    Some(format!(
        "executed by {} ({}, {lock}){estimate}",
        interpreter.path,
        interpreter.version_name()
    ))
}

/// The first lines of Python's output.
fn printed(record: &Record) -> Vec<String> {
    let python = record.interpreter.python.as_ref();
    let Some(output) = python.and_then(|said| said.output.as_ref()) else {
        return vec![];
    };
    let mut all = output.text.lines();
    let first = all.by_ref().take(LINES_PRINTED);
    let mut lines: Vec<String> = first.map(|line| format!("printed: {line}")).collect();
    if all.next().is_some() || output.bytes > output.text.len() as u64 {
        let bytes = text::grouped(output.bytes);
        lines.push(format!(
            "printed {bytes} bytes in total; --format json has the first {} KiB",
            OUTPUT_KEPT >> 10
        ));
    }
    lines
}

fn failures(record: &Record) -> Vec<String> {
    let listed = record.ending.failures.iter().take(FAILURES_LISTED);
    let line = |task: &TaskRecord| {
        let why = task.error.as_deref().unwrap_or("for an unknown reason");
        format!("task {} failed on worker {}: {why}", task.task, task.worker)
    };
    let mut lines: Vec<String> = listed.map(line).collect();
    let more = (record.ending.tasks_failed as usize).saturating_sub(lines.len());
    if more > 0 {
        lines.push(format!(
            "{more} more tasks failed; --format json lists them"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{caveat::Observation, model::Model, workload::Workload},
        domain::record::{GilTotals, TaskOutcome},
        fixtures::sample,
    };

    fn record() -> Record {
        sample::record(sample::plan(Workload::Cpu, Model::GilThreads, 4), 1.25, 1.2)
    }

    #[test]
    fn a_record_is_a_row_and_a_row_of_phases_and_a_sentence() {
        let mut record = record();
        record
            .measurement
            .caveats
            .push(Observation::Slept(2.0).into());
        let table = render(&[&sample::run(1, &record)], usize::MAX);
        for part in [
            "gil-threads (emulated)",
            "completed",
            "time (s)",
            "  1.250  ",
            "computing",
            "#1 gil-threads:",
            "#1 caveat: The machine slept for 2.00 s during the run. Measure again",
        ] {
            assert!(table.contains(part), "{part}\n{table}");
        }
    }

    #[test]
    fn the_first_run_names_its_patterns_and_says_what_helps() {
        let mut record = record();
        record.interpreter.gil = Some(GilTotals {
            switches: Some(900),
            is_estimate: false,
            wait_s: 3.8,
        });
        let runs = [1, 2].map(|number| sample::run(number, &record));
        let table = render(&runs.iter().collect::<Vec<_>>(), usize::MAX);
        for line in [
            "#1 Serialised by the lock: workers waited for the lock 76 % of their time\n",
            "#1 Advice: this work computes. Processes help up to 2 workers; threads take turns",
        ] {
            assert!(table.contains(line), "{line}\n{table}");
        }
        assert!(!table.contains("#2 Advice"), "{table}");
    }

    #[test]
    fn many_failed_tasks_are_counted_and_their_sentences_cannot_disturb_the_terminal() {
        let mut record = record();
        record.ending.tasks_failed = 25;
        let task = |task| TaskRecord {
            task,
            worker: 1,
            start_s: 0.0,
            end_s: None,
            outcome: TaskOutcome::Failed,
            error: Some("refused\u{1b}[2J".into()),
        };
        record.ending.failures = (0..25).map(task).collect();
        let table = render(&[&sample::run(1, &record)], usize::MAX);
        assert_eq!(table.matches("failed on worker").count(), FAILURES_LISTED);
        assert!(table.contains("15 more tasks failed"), "{table}");
        assert!(!table.contains('\u{1b}'));
    }

    #[test]
    fn without_records_there_is_no_table() {
        assert_eq!(render(&[], usize::MAX), "");
    }
}
