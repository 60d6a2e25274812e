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
use crate::analysis::compared::{Compared, obstacle, once_each};
use crate::domain::phase::Phase;
use crate::domain::provenance::Origin;
use crate::domain::text::clean;

/// Columns of a run's name above its column.
const NAME: usize = 16;

/// What a comparison says.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The heading of each run's column; between two runs, of one more with what the other has more, or less, than the
    /// reference.
    pub columns: Vec<String>,
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
    if let [first, second] = runs {
        let (from, to) = match reference {
            Some(1) => (second, first),
            _ => (first, second),
        };
        columns.push(format!("#{} - #{}", to.entry.number, from.entry.number));
    }
    let rows = rows::of(runs, reference);
    Comparison { columns, rows }
}

fn heading(compared: &Compared<'_>) -> String {
    let run = compared.entry;
    let sign = |is: bool, sign: &'static str| if is { sign } else { "" };
    let name = match &run.name {
        Some(name) => {
            let name = shortened(&clean(name, usize::MAX), NAME);
            format!("#{} {name}", run.number)
        }
        None => compared.label(),
    };
    format!(
        "{}{}{}{name}{}",
        sign(run.assessment.is_baseline, "B "),
        sign(run.assessment.is_fastest, "★ "),
        sign(run.is_doubted(), "! "),
        sign(run.provenance.origin == Origin::Recorded, ", recorded")
    )
}
