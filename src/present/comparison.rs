//! Runs side by side: a table with a column per run. The explorer draws it, and the command line prints it.
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
mod scale;

use super::table::shortened;
use crate::{
    analysis::compared::{Compared, obstacle, once_each},
    domain::{phase::Phase, provenance::Origin, text::clean},
};

/// Columns of a run's name above its column.
const NAME: usize = 16;

/// What a comparison says.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The heading of each run's column; between two runs, of one more with what the other has more, or less, than the
    /// reference.
    pub columns: Vec<String>,
    /// The same headings without the names of the runs, for where these have no room or stand elsewhere.
    pub numbers: Vec<String>,
    /// The rows of the table, each with a cell per column.
    pub rows: Vec<Row>,
}

/// A row of the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// What it is about.
    pub name: String,
    /// The phase that it is about, if it is about one.
    pub phase: Option<Phase>,
    /// Whether it says more about the row above it.
    pub is_part: bool,
    /// One per column: numbers with their unit, a dash where something was not measured; a difference that means nothing
    /// is empty.
    pub cells: Vec<String>,
}

/// Compares these runs, of which the one at `reference` is what the others are measured against.
pub fn compare(runs: &[Compared<'_>], reference: usize) -> Comparison {
    let runs = &once_each(runs)[..];
    let is_comparable = obstacle(runs).is_none() && reference < runs.len();
    let reference = is_comparable.then_some(reference);
    let mut columns: Vec<String> = runs.iter().map(heading).collect();
    let mut numbers: Vec<String> = runs.iter().map(|run| signs(run) + &number(run)).collect();
    if let [first, second] = runs {
        let (from, to) = match reference {
            Some(1) => (second, first),
            _ => (first, second),
        };
        let difference = format!("{} - {}", number(to), number(from));
        numbers.push(difference.clone());
        columns.push(difference);
    }
    let rows = rows::of(runs, reference);
    Comparison {
        columns,
        numbers,
        rows,
    }
}

fn number(compared: &Compared<'_>) -> String {
    format!("#{}", compared.entry.number)
}

fn signs(compared: &Compared<'_>) -> String {
    let run = compared.entry;
    let signs = [
        (run.assessment.is_baseline, "B "),
        (run.assessment.is_fastest, "★ "),
        (run.has_caveats(), "! "),
    ];
    let there = signs.iter().filter(|(is_there, _)| *is_there);
    there.map(|(_, sign)| *sign).collect()
}

fn heading(compared: &Compared<'_>) -> String {
    let run = compared.entry;
    let name = match &run.name {
        Some(name) => {
            let name = shortened(&clean(name, usize::MAX), NAME);
            format!("{} {name}", number(compared))
        }
        None => compared.label(),
    };
    let recorded = match run.provenance.origin {
        Origin::Recorded => ", recorded",
        _ => "",
    };
    format!("{}{name}{recorded}", signs(compared))
}
