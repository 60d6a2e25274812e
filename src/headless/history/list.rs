//! Kept runs as rows of a table.

use crate::domain::history::{EarlierSweep, Entry, History};
use crate::domain::record::Outcome;
use crate::domain::text;
use crate::present::comparison::Comparison;
use crate::present::number::bare_seconds;
use crate::present::sentence::moment;
use crate::present::table::{Side, aligned};

/// One row.
#[derive(Debug)]
pub struct Row {
    number: usize,
    cells: Vec<String>,
    /// What a filter finds besides what the cells say.
    hidden: String,
}

const COLUMNS: [(&str, Side); 10] = [
    ("#", Side::Right),
    ("when (UTC)", Side::Left),
    ("workload", Side::Left),
    ("model", Side::Left),
    ("workers", Side::Right),
    ("tasks", Side::Right),
    ("time (s)", Side::Point),
    ("speed-up", Side::Point),
    ("", Side::Left),
    ("name", Side::Left),
];

/// Where in a row the marks are.
const MARKS: usize = 8;

/// The runs and sweeps, in ascending order of their numbers; the runs of sweeps only if `all` are wanted.
pub fn rows(history: &History, sweeps: &[EarlierSweep], all: bool) -> Vec<Row> {
    let is_part = |run: &Entry| sweeps.iter().any(|sweep| sweep.sweep.owns(&run.record));
    let runs = history
        .entries()
        .iter()
        .filter(|run| all || !is_part(run))
        .map(row);
    let mut rows: Vec<Row> = runs
        .chain(sweeps.iter().map(|sweep| row_of_sweep(sweep, history)))
        .collect();
    rows.sort_by_key(|row| row.number);
    rows
}

/// Those in which all words of the filter occur, in upper or lower case.
pub fn matching(rows: Vec<Row>, filter: &str) -> Vec<Row> {
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let matches = |row: &Row| {
        let text = format!("#{} {} {}", row.number, row.cells.join(" "), row.hidden).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    rows.into_iter().filter(matches).collect()
}

/// The table; empty without rows.
pub fn render(rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let heading = COLUMNS.map(|(heading, _)| heading.to_string()).to_vec();
    let cells: Vec<Vec<String>> = std::iter::once(heading)
        .chain(rows.iter().map(|row| row.cells.clone()))
        .collect();
    format!(
        "{}{}",
        aligned(&COLUMNS.map(|(_, side)| side), &cells),
        legend(rows)
    )
}

/// What the marks mean that occur.
fn legend(rows: &[Row]) -> String {
    let occurs = |mark: &str| {
        rows.iter()
            .any(|row| row.cells[MARKS].split(' ').any(|it| it == mark))
    };
    let known = [
        ("B", "baseline of its work"),
        ("★", "fastest of its work"),
        ("!", "there is a caveat: history show tells it"),
    ];
    let told: Vec<String> = known
        .into_iter()
        .filter(|(mark, _)| occurs(mark))
        .map(|(mark, meaning)| format!("{mark} {meaning}"))
        .collect();
    if told.is_empty() {
        String::new()
    } else {
        format!("\n{}\n", told.join("   "))
    }
}

fn row(run: &Entry) -> Row {
    let (plan, record) = (&run.record.plan, &run.record);
    let outcome = match record.ending.outcome {
        Outcome::Completed if record.ending.tasks_failed > 0 => "tasks failed",
        Outcome::Completed => "",
        outcome => outcome.name(),
    };
    let marks = [
        ("B", run.assessment.is_baseline),
        ("★", run.assessment.is_fastest),
        ("!", run.is_doubted()),
        (outcome, !outcome.is_empty()),
    ];
    let marks: Vec<&str> = marks
        .into_iter()
        .filter(|(_, is)| *is)
        .map(|(mark, _)| mark)
        .collect();
    Row {
        number: run.number,
        cells: vec![
            run.number.to_string(),
            moment(&record.started_at),
            plan.label().into(),
            plan.executor().label(),
            text::grouped(plan.workers().into()),
            text::grouped(plan.tasks().into()),
            bare_seconds(record.times.wall_s),
            run.gain()
                .map_or_else(String::new, |gain| text::speedup(gain.factor)),
            marks.join(" "),
            run.name.clone().unwrap_or_default(),
        ],
        hidden: record.ending.outcome.name().into(),
    }
}

fn row_of_sweep(sweep: &EarlierSweep, history: &History) -> Row {
    let plan = &sweep.sweep.plan;
    let parts = history
        .entries()
        .iter()
        .map(|run| &run.record)
        .filter(|record| sweep.sweep.owns(record));
    let parts: Vec<_> = parts.collect();
    let results = sweep.sweep.results(parts.iter().copied());
    let best = results
        .best
        .and_then(|best| results.summaries.get(best)?.as_ref());
    let workers = match plan.workers() {
        [] => "1".into(),
        [only] => only.to_string(),
        [first, .., last] => format!("{first}–{last}"),
    };
    Row {
        number: sweep.number,
        cells: vec![
            sweep.number.to_string(),
            parts
                .first()
                .map_or_else(String::new, |record| moment(&record.started_at)),
            plan.work().label().into(),
            plan.models()
                .iter()
                .map(|model| model.label())
                .collect::<Vec<_>>()
                .join(", "),
            workers,
            text::grouped(plan.work().tasks().into()),
            best.map_or_else(String::new, |best| bare_seconds(best.time.median)),
            best.and_then(|best| best.speedup.as_ref())
                .map_or_else(String::new, |ratio| text::speedup(ratio.value)),
            extent_of_sweep(parts.len() as u64, plan.runs().into()),
            sweep.name.clone().unwrap_or_default(),
        ],
        hidden: String::new(),
    }
}

/// Which run this is, and where it was measured.
pub fn heading(run: &Entry) -> String {
    let name = run
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!(" \"{name}\""));
    let machine = &run.provenance.machine;
    let cpu = machine
        .cpu_model
        .as_deref()
        .unwrap_or("an unknown processor");
    format!(
        "#{}{name}, {} UTC, on {cpu}, {}, {}",
        run.number,
        moment(&run.record.started_at),
        text::counted(machine.cores_usable.into(), "usable core"),
        machine.kernel
    )
}

/// How many runs a sweep has: one that was stopped has fewer than were planned.
fn extent_of_sweep(ended: u64, planned: u64) -> String {
    if ended < planned {
        format!(
            "sweep, {} of {} ended",
            text::grouped(ended),
            text::counted(planned, "run")
        )
    } else {
        format!("sweep of {}", text::counted(planned, "run"))
    }
}

/// Which sweep this is.
pub fn heading_of_sweep(sweep: &EarlierSweep) -> String {
    let name = sweep
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!(" \"{name}\""));
    let plan = &sweep.sweep.plan;
    let models = plan
        .models()
        .iter()
        .map(|model| model.label())
        .collect::<Vec<_>>()
        .join(", ");
    format!(
        "#{}{name}, a sweep of {} over {models}",
        sweep.number,
        plan.work().label()
    )
}

/// A comparison: a column for each run.
pub fn side_by_side(compared: &Comparison) -> String {
    let row = |name: String, cells: &[String]| -> Vec<String> {
        std::iter::once(name).chain(cells.iter().cloned()).collect()
    };
    let mut rows = vec![row(String::new(), &compared.columns)];
    rows.extend(compared.rows.iter().map(|of| {
        let indent = if of.is_part { "  " } else { "" };
        row(format!("{indent}{}", of.name), &of.cells)
    }));
    let sides: Vec<Side> = std::iter::once(Side::Left)
        .chain(compared.columns.iter().map(|_| Side::Right))
        .collect();
    aligned(&sides, &rows)
}
