//! The runs and sweeps that were measured.

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

/// What the user does with the history.
#[derive(Debug, Default)]
pub(crate) struct HistoryState {
    pub(crate) browse: Browse,
    /// The picture that is being read, if one is.
    pub(crate) awaited: Option<usize>,
    pub(crate) columns: Columns,
    /// What the rows have to match.
    pub(crate) filter: Option<Filter>,
    /// A name that is being typed.
    pub(crate) naming: Option<Naming>,
    /// What was marked before each removal that can be taken back, the latest last.
    pub(crate) marks_before: Vec<Vec<usize>>,
}
