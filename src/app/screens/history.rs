//! The state of the history screen, and its parts: rows, columns, filter, names and removals.

pub mod browse;
pub mod columns;
pub mod earlier;
pub mod filter;
pub mod keys;
pub mod naming;
pub mod removal;
mod rows;
pub mod view;

use browse::Browse;
use columns::Columns;
use filter::Filter;
use naming::Naming;

/// The user's view of the history.
#[derive(Debug, Default)]
pub(crate) struct HistoryState {
    pub(crate) browse: Browse,
    /// The number of the run whose trace is being read, if any.
    pub(crate) awaited: Option<usize>,
    pub(crate) columns: Columns,
    /// The filter of the rows.
    pub(crate) filter: Option<Filter>,
    /// The name that is being typed, if any.
    pub(crate) naming: Option<Naming>,
    /// The marks before each removal that can be undone, the latest last.
    pub(crate) marks_before: Vec<Vec<usize>>,
}
