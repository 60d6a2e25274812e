//! Runs side by side: a table with a column per run, and one sentence with what sets them apart. The explorer draws it, and
//! the command line prints it.
//!
//! ```text
//!                      #1 serial     #2 processes      #2 - #1
//!  time, median          1.213 s          0.634 s     -0.579 s
//!    95 % interval   1.209–1.218      0.630–0.641
//!    shortest            1.208 s          0.629 s     -0.579 s
//!    longest             1.220 s          0.644 s     -0.576 s
//!    runs                      5                5
//!  speed-up over #1        1.00×            1.91×
//!    95 % interval                      1.89–1.93
//!  parallelism              1.00             1.94        +0.94
//! ```

mod rows;
mod sentence;
#[cfg(test)]
mod tests;
mod unit;

use crate::catalog::metric::Unit;

use super::history::{Entry, History};
use super::phase::Phase;
use super::provenance::{Origin, Provenance};
use super::record::Record;
use super::repeats;
use super::share::SharedRun;
use super::stats::Interval;
use super::text;

/// So many characters of a run's name head its column.
const NAME: usize = 16;

/// A run that is to be compared, with those that repeat it.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// Its number.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<&'a str>,
    /// Where and when it was measured.
    pub provenance: &'a Provenance,
    /// What was measured.
    pub record: &'a Record,
    /// All sound runs of its configuration, itself among them: its time is their median. Fewer than two: it was measured
    /// once.
    pub repeats: Vec<&'a Record>,
    /// Whether it is the baseline of its work.
    pub is_baseline: bool,
    /// Whether it is the fastest of its work.
    pub is_fastest: bool,
    /// Whether there is a reason to trust it less.
    pub is_doubted: bool,
}

impl<'a> Compared<'a> {
    /// A run of a history, with its repeats there.
    pub fn in_history(history: &'a History, entry: &'a Entry) -> Compared<'a> {
        Compared {
            number: entry.number,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
            record: &entry.record,
            repeats: history
                .repeats_of(entry.number)
                .into_iter()
                .map(|repeat| &repeat.record)
                .collect(),
            is_baseline: entry.assessment.is_baseline,
            is_fastest: entry.assessment.is_fastest,
            is_doubted: entry.is_doubted(),
        }
    }

    /// A shared run, with its repeats among `all`.
    pub fn shared(run: &SharedRun<'a>, all: &[SharedRun<'a>]) -> Compared<'a> {
        let this = (run.record, run.provenance);
        let repeats = all
            .iter()
            .filter(|other| repeats::is_repeat(this, (other.record, other.provenance)));
        Compared {
            number: run.number,
            name: run.name,
            provenance: run.provenance,
            record: run.record,
            repeats: repeats.map(|other| other.record).collect(),
            is_baseline: false,
            is_fastest: false,
            is_doubted: run.caveats().next().is_some(),
        }
    }

    /// The runs that its time is the median of.
    fn measured(&self) -> Vec<&'a Record> {
        if self.is_repeated() {
            self.repeats.clone()
        } else {
            vec![self.record]
        }
    }

    /// Whether it was measured more than once.
    fn is_repeated(&self) -> bool {
        self.repeats.len() > 1
    }

    /// Its number and model.
    fn label(&self) -> String {
        format!("#{} {}", self.number, self.record.plan.executor().name())
    }

    fn repeats_this(&self, other: &Compared<'_>) -> bool {
        repeats::is_repeat(
            (self.record, self.provenance),
            (other.record, other.provenance),
        )
    }
}

/// What a comparison says.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What sets the runs apart.
    pub sentence: String,
    /// Which column the others are measured against; `None` if they cannot be.
    pub reference: Option<usize>,
    /// The heading of each run's column.
    pub columns: Vec<String>,
    /// The rows of the table, each with a cell per column.
    pub rows: Vec<Row>,
    /// Between two runs, the heading of the column with the differences.
    pub difference: Option<String>,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is about.
    pub name: String,
    /// The phase that it is about, if it is about one.
    pub phase: Option<Phase>,
    /// Whether it says more about the row above it.
    pub is_part: bool,
    /// What its numbers are.
    pub unit: Unit,
    /// One per column.
    pub cells: Vec<Cell>,
    /// Between two runs: what the other has more, or less, than the reference; empty where that means nothing.
    pub difference: Option<String>,
}

/// A number of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// As it is read, with its unit; a dash if it was not measured.
    pub text: String,
    /// In seconds, bytes, or plain.
    pub value: Option<f64>,
    /// Instead of a value, the range that it is in.
    pub interval: Option<Interval>,
}

/// Compares these runs, of which the one at `reference` is what the others are measured against.
pub fn compare(runs: &[Compared<'_>], reference: usize) -> Comparison {
    let sentence = sentence::of(runs, reference);
    let runs = &once_each(runs)[..];
    let reference = obstacle(runs)
        .is_none()
        .then_some(reference)
        .filter(|at| *at < runs.len());
    let from = reference.unwrap_or(0);
    let difference = (runs.len() == 2)
        .then(|| format!("#{} - #{}", runs[1 - from.min(1)].number, runs[from].number));
    Comparison {
        sentence,
        reference,
        columns: runs.iter().map(heading).collect(),
        rows: rows::of(runs, reference),
        difference,
    }
}

/// The column that the others are measured against unless somebody says otherwise: the baseline of the history, a serial
/// run, one Python thread, the first.
pub fn default_reference(runs: &[Compared<'_>]) -> usize {
    let first = |is: fn(&Compared<'_>) -> bool| runs.iter().position(is);
    first(|run| run.is_baseline)
        .or_else(|| first(|run| run.record.plan.model().is_serial()))
        .or_else(|| first(|run| run.record.plan.is_serial()))
        .unwrap_or(0)
}

fn heading(run: &Compared<'_>) -> String {
    let mut heading = String::new();
    heading.push_str(if run.is_baseline { "B " } else { "" });
    heading.push_str(if run.is_fastest { "★ " } else { "" });
    heading.push_str(if run.is_doubted { "! " } else { "" });
    match run.name {
        Some(name) => heading.push_str(&format!("#{} {}", run.number, text::clean(name, NAME))),
        None => heading.push_str(&run.label()),
    }
    heading.push_str(if run.provenance.origin == Origin::Recorded {
        ", recorded"
    } else {
        ""
    });
    heading
}

/// Runs that repeat each other are compared as single runs: together they would be compared with themselves.
fn once_each<'a>(runs: &[Compared<'a>]) -> Vec<Compared<'a>> {
    let is_met_twice =
        |run: &Compared<'_>| runs.iter().filter(|other| run.repeats_this(other)).count() > 1;
    let alone = |run: &Compared<'a>| {
        if is_met_twice(run) {
            Compared {
                repeats: vec![],
                ..run.clone()
            }
        } else {
            run.clone()
        }
    };
    runs.iter().map(alone).collect()
}

/// Why times cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obstacle {
    Unsound,
    OtherWork,
    OtherMachine,
}

fn obstacle(runs: &[Compared<'_>]) -> Option<Obstacle> {
    let first = runs.first()?;
    if runs.iter().any(|run| !run.record.is_sound()) {
        Some(Obstacle::Unsound)
    } else if runs
        .iter()
        .any(|run| !run.record.plan.same_work(&first.record.plan))
    {
        Some(Obstacle::OtherWork)
    } else if runs
        .iter()
        .any(|run| !run.provenance.is_same_machine(first.provenance))
    {
        Some(Obstacle::OtherMachine)
    } else {
        None
    }
}
