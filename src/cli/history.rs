//! The commands for the kept history.

use clap::{Args, Subcommand};

use super::{output::OutputArguments, values};
use crate::{domain::keeping::Keeping, present::format::Format};

pub(super) const EXAMPLES: &str = "\
RUN is the number of a run or sweep (3 or #3), a range (3..7), last, or the name that it was given.

Examples:
  pconc-tui history list --filter 'gil cpu' --limit 20
  pconc-tui history show last
  pconc-tui history compare 3 7..9
  pconc-tui history export 12 --format json > run.json
  pconc-tui history remove 3..7
  pconc-tui history restore 3..7
  pconc-tui history name 12 before";

/// A request for the kept history. Runs are selected by the words of [`select`](crate::domain::selector::select).
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum HistoryRequest {
    /// List the runs that are kept, the latest last
    List {
        /// Only runs that match all these words
        #[arg(
            long,
            value_name = "WORDS",
            default_value = "",
            hide_default_value = true
        )]
        filter: String,

        /// Only the latest N
        #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
        limit: Option<u64>,

        /// Also the single runs of sweeps
        #[arg(long)]
        all: bool,

        /// The removed runs instead
        #[arg(long)]
        removed: bool,

        /// Where and how; the timelines stay out of JSON
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Show everything about some runs
    Show(RunSelection),
    /// Show runs side by side
    Compare(RunSelection),
    /// Print runs in a form that programs can read
    Export {
        /// Which
        #[command(flatten)]
        runs: RunSelection,

        /// Where and how
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Remove runs; `restore` brings them back
    Remove(RunSelection),
    /// Bring removed runs back
    Restore(RunSelection),
    /// Give a run a name, to find it again
    Name {
        /// Which run
        #[arg(value_name = "RUN")]
        run: String,

        /// The name; without one, the run loses its name
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
}

/// Words that select runs.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct RunSelection {
    /// Which runs: 3, #3, 3..7, last, or a name
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<String>,
}

impl HistoryRequest {
    /// Fills in what was left open, or says why the request cannot be done.
    pub(super) fn settle(&mut self, keeping: &Keeping) -> Result<(), String> {
        match self {
            _ if *keeping == Keeping::Nowhere => {
                Err("--no-history leaves nothing to work on; leave it out".into())
            }
            HistoryRequest::List { limit: Some(0), .. } => {
                Err("--limit must be at least 1, or left out".into())
            }
            HistoryRequest::Export { output, .. } => output.settle(Format::Json),
            HistoryRequest::List { output, .. } => output.settle(Format::Table),
            _ => Ok(()),
        }
    }
}
