//! The arguments of `replay`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::explore::ExploreArguments;

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ReplayArguments {
    /// A file that was written with --format json
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    #[command(flatten)]
    pub explore: ExploreArguments,
}

const EXAMPLES: &str = "\
Examples:
  pconc-tui run --workload io --model threads --workers 16 --format json > run.json
  pconc-tui replay run.json

In the explorer p plays the chosen run again, as it happened. Runs of this machine can be measured beside it, but no
speed-up is ever taken between two machines.
Exit codes: 0 done, 2 the file cannot be replayed.";
