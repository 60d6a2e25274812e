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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// What it is about.
    pub name: String,
    /// The phase that it is about, if it is about one.
    pub phase: Option<Phase>,
    /// Whether it says more about the row above it.
    pub is_part: bool,
    /// One per column: numbers with their unit, a dash where something was not measured.
    pub cells: Vec<String>,
    /// Between two runs: what the other has more, or less, than the reference; empty where that means nothing.
    pub difference: Option<String>,
}

/// Compares these runs, of which the one at `reference` is what the others are measured against.
pub fn compare(runs: &[Compared<'_>], reference: usize) -> Comparison {
    let runs = &once_each(runs)[..];
    let reference = obstacle(runs)
        .is_none()
        .then_some(reference)
        .filter(|at| *at < runs.len());
    let from = reference.unwrap_or(0);
    let difference = (runs.len() == 2).then(|| {
        format!(
            "#{} - #{}",
            runs[1 - from.min(1)].entry.number,
            runs[from].entry.number
        )
    });
    Comparison {
        reference,
        columns: runs.iter().map(heading).collect(),
        rows: rows::of(runs, reference),
        difference,
    }
}

fn heading(compared: &Compared<'_>) -> String {
    let run = compared.entry;
    let mut heading = String::new();
    heading.push_str(if run.assessment.is_baseline { "B " } else { "" });
    heading.push_str(if run.assessment.is_fastest {
        "★ "
    } else {
        ""
    });
    heading.push_str(if run.is_doubted() { "! " } else { "" });
    match &run.name {
        Some(name) => {
            let name = shortened(&clean(name, usize::MAX), NAME);
            heading.push_str(&format!("#{} {name}", run.number));
        }
        None => heading.push_str(&compared.label()),
    }
    heading.push_str(if run.provenance.origin == Origin::Recorded {
        ", recorded"
    } else {
        ""
    });
    heading
}
