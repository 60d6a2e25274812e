//! Kept runs as rows of a table.

use crate::{
    domain::{
        history::{History, RunEntry, SweepEntry},
        record::Outcome,
        sweep::SweepPlan,
        text,
    },
    present::{
        marks,
        number::bare_seconds,
        sentence::{moment, when},
        table::{Column, DECORATION, Side, Table},
    },
};

/// The row of a run or of a sweep.
pub struct ListedRow<'a> {
    /// The number of the run or sweep.
    pub number: usize,
    run: Option<&'a RunEntry>,
    cells: Vec<String>,
}

fn columns() -> Vec<Column> {
    let columns = [
        ("#", Side::Right, 0),
        (when(), Side::Left, DECORATION),
        ("work", Side::Left, 0),
        ("model", Side::Left, 0),
        ("workers", Side::Right, 0),
        ("tasks", Side::Right, DECORATION + 1),
        ("time (s)", Side::Point, 0),
        ("speed-up", Side::Point, 0),
        ("notes", Side::Left, 0),
        ("name", Side::Left, 0),
    ];
    let columns = columns.map(|(heading, side, rank)| Column::new(heading, side, rank));
    columns.into()
}

/// The runs and sweeps, ordered by number. The runs of sweeps are included only if `all` is set. A row must contain all
/// words of the filter, in upper or lower case.
pub fn rows<'a>(history: &'a History, all: bool, filter: &str) -> Vec<ListedRow<'a>> {
    let sweeps = history.sweeps().iter();
    let mut rows: Vec<ListedRow<'_>> = sweeps.map(|sweep| row_of_sweep(sweep, history)).collect();
    if all {
        rows.extend(history.entries().iter().map(row));
    } else {
        rows.extend(history.single_entries().map(row));
    }
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    rows.retain(|row| {
        let outcome = row.run.map(|run| run.record.ending.outcome.name());
        let cells = row.cells.join(" ");
        let text = format!("#{cells} {}", outcome.unwrap_or_default()).to_lowercase();
        words.iter().all(|word| text.contains(word))
    });
    rows.sort_by_key(|row| row.number);
    rows
}

/// The table as text of this width, with the meanings of the marks that occur; empty without rows.
pub fn render(rows: &[ListedRow<'_>], room: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let table = Table {
        columns: columns(),
        rows: rows.iter().map(|row| row.cells.clone()).collect(),
    };
    let mut out = table.without_empty_columns().lines(room);
    let legend = marks::legend(rows.iter().filter_map(|row| row.run));
    if !legend.is_empty() {
        out += &format!("\n{legend}; history show says more\n");
    }
    out
}

fn row(run: &RunEntry) -> ListedRow<'_> {
    let (plan, record) = (&run.record.plan, &run.record);
    let outcome = match record.ending.outcome {
        Outcome::Completed if record.ending.tasks_failed > 0 => Some("tasks failed"),
        Outcome::Completed => None,
        outcome => Some(outcome.name()),
    };
    ListedRow {
        number: run.number,
        run: Some(run),
        cells: vec![
            run.number.to_string(),
            moment(&record.started_at),
            plan.label().into(),
            plan.executor.label(),
            text::grouped(plan.workers.into()),
            text::grouped(plan.tasks.into()),
            bare_seconds(record.times.wall_s),
            run.gain()
                .filter(|_| !run.assessment.is_undecided)
                .map_or_else(String::new, |gain| text::speedup(gain.factor)),
            marks::of(run).chain(outcome).collect::<Vec<_>>().join(" "),
            run.name.clone().unwrap_or_default(),
        ],
    }
}

fn row_of_sweep<'a>(sweep: &SweepEntry, history: &History) -> ListedRow<'a> {
    let plan = &sweep.sweep.plan;
    let first = sweep
        .members
        .first()
        .and_then(|number| history.get(*number));
    let best = sweep.best();
    let workers = match &plan.workers[..] {
        [] => "1".into(),
        [only] => only.to_string(),
        [first, .., last] => format!("{first}–{last}"),
    };
    ListedRow {
        number: sweep.number,
        run: None,
        cells: vec![
            sweep.number.to_string(),
            first.map_or_else(String::new, |run| moment(&run.record.started_at)),
            plan.work().label().into(),
            models(plan),
            workers,
            text::grouped(plan.work().tasks.into()),
            best.map_or_else(String::new, |best| bare_seconds(best.time.median)),
            best.and_then(|best| best.speedup.as_ref())
                .map_or_else(String::new, |ratio| text::speedup(ratio.value)),
            extent_of_sweep(sweep.members.len() as u64, plan.runs().into()),
            sweep.name.clone().unwrap_or_default(),
        ],
    }
}

/// The number of runs of a sweep. If it was stopped, that is less than planned.
fn extent_of_sweep(ended: u64, planned: u64) -> String {
    let runs = text::counted(planned, "run");
    if ended < planned {
        format!("sweep, {} of {runs} ended", text::grouped(ended))
    } else {
        format!("sweep of {runs}")
    }
}

fn models(plan: &SweepPlan) -> String {
    let labels: Vec<&str> = plan.models.iter().map(|model| model.label()).collect();
    labels.join(", ")
}
