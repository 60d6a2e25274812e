//! The kept history on the command line: where it is, and what to do with it.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::output::{Output, OutputArguments};
use super::values;
use crate::domain::keeping::Keeping;
use crate::present::format::Format;

/// What to do with the kept history. Runs are meant by the words of [`select`](crate::domain::selector::select).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryRequest {
    /// Print a table of runs.
    List {
        /// Words that all have to occur in a row.
        filter: String,
        /// Only so many, the latest.
        limit: Option<u64>,
        /// Also the runs of sweeps.
        all: bool,
        /// Those that were removed instead.
        removed: bool,
    },
    /// Print the details of these.
    Show(Vec<String>),
    /// Print these side by side.
    Compare(Vec<String>),
    /// Print these for others.
    Export {
        /// Which.
        runs: Vec<String>,
        /// Where and how.
        output: Output,
    },
    /// Remove these.
    Remove(Vec<String>),
    /// Bring these back.
    Restore(Vec<String>),
    /// Call this one so; without a name, it has none any more.
    Name {
        /// Which.
        run: String,
        /// How.
        name: Option<String>,
    },
}

/// Where runs are kept, before and behind every command.
#[derive(Debug, Args)]
pub(super) struct KeepingArguments {
    /// Keep runs in this file, and show those that are kept there
    ///
    /// [default: pconc-tui/history.jsonl in $XDG_DATA_HOME or ~/.local/share]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, global = true, display_order = 901)]
    #[arg(hide_short_help = true)]
    history: Option<PathBuf>,

    /// Keep no runs, and show none that were kept
    #[arg(long, global = true, display_order = 902, hide_short_help = true)]
    no_history: bool,
}

impl KeepingArguments {
    /// What they ask for, or why they cannot both be meant.
    pub(super) fn keeping(&self) -> Result<Keeping, String> {
        match (&self.history, self.no_history) {
            (Some(_), true) => {
                Err("--history and --no-history cannot both be meant: give one of them".into())
            }
            (Some(file), false) => Ok(Keeping::In(file.clone())),
            (None, true) => Ok(Keeping::Nowhere),
            (None, false) => Ok(Keeping::AsUsual),
        }
    }
}

const EXAMPLES: &str = "\
RUN is the number of a run or sweep (3 or #3), a range (3..7), last, or the name that it was given.

Examples:
  pconc-tui history list --filter 'gil cpu' --limit 20
  pconc-tui history show last
  pconc-tui history compare 3 7..9
  pconc-tui history export 12 --format json > run.json
  pconc-tui history remove 3..7
  pconc-tui history restore 3..7
  pconc-tui history name 12 before";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct HistoryArguments {
    #[command(subcommand)]
    command: HistoryCommand,
}

#[derive(Debug, Subcommand)]
enum HistoryCommand {
    /// List the runs that are kept, the latest last
    List {
        /// Only runs in whose row all these words occur
        #[arg(
            long,
            value_name = "WORDS",
            default_value = "",
            hide_default_value = true
        )]
        filter: String,

        /// Only so many, the latest
        #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
        limit: Option<u64>,

        /// Also the single runs of sweeps
        #[arg(long)]
        all: bool,

        /// Those that were removed
        #[arg(long)]
        removed: bool,
    },
    /// Show everything about some runs
    Show(Runs),
    /// Show runs side by side
    Compare(Runs),
    /// Print runs for others, in a form that programs read
    Export {
        #[command(flatten)]
        runs: Runs,

        #[command(flatten)]
        output: OutputArguments,
    },
    /// Remove runs; `restore` brings them back
    Remove(Runs),
    /// Bring removed runs back
    Restore(Runs),
    /// Give a run a name, to find it again
    Name {
        /// Which run
        #[arg(value_name = "RUN")]
        run: String,

        /// What to call it; without it, the run has no name any more
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Runs {
    /// Which runs: 3, #3, 3..7, last, or a name
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<String>,
}

impl HistoryArguments {
    /// What they ask for, or why it cannot be done.
    pub(super) fn request(self, keeping: &Keeping) -> Result<HistoryRequest, String> {
        if *keeping == Keeping::Nowhere {
            return Err("--no-history leaves nothing to work on: leave it out".into());
        }
        Ok(match self.command {
            HistoryCommand::List { limit: Some(0), .. } => {
                return Err("--limit must be at least 1, or left out".into());
            }
            HistoryCommand::List {
                filter,
                limit,
                all,
                removed,
            } => HistoryRequest::List {
                filter,
                limit,
                all,
                removed,
            },
            HistoryCommand::Show(Runs { runs }) => HistoryRequest::Show(runs),
            HistoryCommand::Compare(Runs { runs }) => HistoryRequest::Compare(runs),
            HistoryCommand::Export {
                runs: Runs { runs },
                output,
            } => HistoryRequest::Export {
                runs,
                output: output.output_or(Format::Json)?,
            },
            HistoryCommand::Remove(Runs { runs }) => HistoryRequest::Remove(runs),
            HistoryCommand::Restore(Runs { runs }) => HistoryRequest::Restore(runs),
            HistoryCommand::Name { run, name } => HistoryRequest::Name { run, name },
        })
    }
}
