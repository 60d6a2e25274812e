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

use super::{
    marks,
    table::{Column, Side, Table, shortened},
};
use crate::{
    analysis::compared::{Compared, obstacle, once_each},
    domain::{phase::Phase, provenance::Origin, text::clean},
};

/// Columns of a run's name above its column.
const NAME: usize = 16;

/// What a comparison says.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// A column per run; between two, one more with what the other has more, or less, than the reference. Short headings are
    /// without the names of the runs, for where these have no room or stand elsewhere.
    pub columns: Vec<Column>,
    /// The rows of the table, each with a cell per column.
    pub rows: Vec<ComparisonRow>,
}

impl Comparison {
    /// As a table, in which the first column says what each row is about.
    pub fn table(self) -> Table {
        let about = Column::new("", Side::Left, 0);
        let row = |row: ComparisonRow| {
            let indent = if row.is_part { "  " } else { "" };
            let name = format!("{indent}{}", row.name);
            std::iter::once(name).chain(row.cells).collect()
        };
        Table {
            columns: std::iter::once(about).chain(self.columns).collect(),
            rows: self.rows.into_iter().map(row).collect(),
        }
    }
}

/// A row of the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComparisonRow {
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
    let column = |run| {
        let short = signs(run) + &number(run);
        Column::new(heading(run), Side::Right, 0).short(short)
    };
    let mut columns: Vec<Column> = runs.iter().map(column).collect();
    if let [first, second] = runs {
        let (from, to) = match reference {
            Some(1) => (second, first),
            _ => (first, second),
        };
        let difference = format!("{} - {}", number(to), number(from));
        columns.push(Column::new(difference, Side::Right, 0));
    }
    let rows = rows::of(runs, reference);
    Comparison { columns, rows }
}

fn number(compared: &Compared<'_>) -> String {
    format!("#{}", compared.entry.number)
}

fn signs(compared: &Compared<'_>) -> String {
    marks::of(compared.entry)
        .map(|sign| format!("{sign} "))
        .collect()
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
