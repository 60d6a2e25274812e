//! Runs side by side: a table with a column per run. The explorer draws it, and the command line prints it.
//!
//! ```text
//!                        #1 serial     #2 processes      #2 − #1
//!  median time             1.213 s          0.634 s     −0.579 s
//!    95 % interval (s) 1.209–1.218      0.630–0.641
//!    shortest              1.208 s          0.629 s     −0.579 s
//!    longest               1.220 s          0.644 s     −0.576 s
//!    repeats                     5                5
//!  speed-up over #1          1.00×            1.91×
//!    95 % interval                        1.89–1.93
//!  parallelism                1.00             1.94        +0.94
//! ```

mod rows;
mod scale;

use super::{
    marks,
    table::{Column, Side, Table, shortened},
};
use crate::{
    analysis::compared::{Compared, incomparable, once_each},
    domain::{phase::Phase, provenance::Origin, text::clean},
};

/// The maximum width of a run's name above its column, in columns.
const NAME: usize = 16;

/// A comparison of runs.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// One column per run. A comparison of two runs has a third one, with the difference from the reference. Short
    /// headings omit the names of the runs, for places where there is no room or where the names are shown elsewhere.
    pub columns: Vec<Column>,
    /// The rows of the table, each with one cell per column.
    pub rows: Vec<ComparisonRow>,
}

impl Comparison {
    /// The comparison as a table. Its first column has the names of the rows.
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
    /// The name in the first column.
    pub name: String,
    /// The phase whose time the row shows, if any.
    pub phase: Option<Phase>,
    /// Whether the row belongs to the row above it and is indented.
    pub is_part: bool,
    /// One cell per column: a number with its unit, or a dash if it was not measured. A difference that means nothing
    /// is empty.
    pub cells: Vec<String>,
}

/// Compares these runs. The others are measured against the run at `reference`.
pub fn compare(runs: &[Compared<'_>], reference: usize) -> Comparison {
    let runs = &once_each(runs)[..];
    let is_comparable = incomparable(runs).is_none() && reference < runs.len();
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
        let difference = format!("{} − {}", number(to), number(from));
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
