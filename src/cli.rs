//! Turns arguments into a [`CommandLine`], or into one sentence that says why not.
//!
//! Nothing here acts: no file is read and nothing is printed. Everything that the domain can refuse without knowing the
//! machine is refused here, before anything starts.

mod advise;
mod documents;
mod explore;
mod fidelity;
mod function;
mod history;
mod output;
mod parameters;
mod refusal;
mod run;
mod sweep;
mod values;
mod verify;
mod work;

use std::{ffi::OsString, path::PathBuf};

pub use advise::AdviseRequest;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Id, Parser, Subcommand, ValueHint};
use clap_complete::Shell;
pub use documents::{completions, manual};
use explore::CallArguments;
pub use explore::{Explore, LessonRequest, Replay};
pub use fidelity::FidelityRequest;
use function::FunctionArguments;
pub use history::HistoryRequest;
pub use output::OutputArguments;
pub use run::RunRequest;
pub use sweep::SweepRequest;
pub use verify::VerifyRequest;
pub use work::WorkArguments;

use crate::domain::{keeping::Keeping, plan::Draft};

/// A text to print instead of doing anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EarlyAnswer {
    /// A text that the user requested: help or version.
    Text(String),
    /// One sentence that says what was wrong and what is allowed.
    Refusal(String),
}

/// Parses the arguments. The first one is the program's name.
///
/// # Errors
/// The text to print instead.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<CommandLine, EarlyAnswer> {
    let matches = CommandLine::command().try_get_matches_from(arguments);
    let matches = matches.map_err(refusal::answer)?;
    let mut line = CommandLine::from_arg_matches(&matches).map_err(refusal::answer)?;
    line.settle(&matches).map_err(EarlyAnswer::Refusal)?;
    Ok(line)
}

const EXAMPLES: &str = "\
Examples:
  pconc-tui                                     open the explorer, then press 3
  pconc-tui --theme contrast                    the same, for a projector
  pconc-tui run --workload cpu --model processes --workers 2
  pconc-tui run --workload io --model threads --workers 16 --format json
  pconc-tui sweep --workload io --models threads,processes --workers 2^0..2^4
  pconc-tui advise fetch.py:fetch --inputs urls.txt
  pconc-tui lesson                              the article's claims, step by step
  pconc-tui verify --quick                      the same, as a table of verdicts
  pconc-tui history list                        the runs that were kept
  pconc-tui replay runs.json                    look at runs that somebody shared
  pconc-tui doctor                              what this machine offers

Environment:
  XDG_DATA_HOME           where runs are kept, in pconc-tui/history.jsonl
  NO_COLOR                no colours, if it is set and not empty and there is no --color
  COLORTERM, TERM         how many colours there are
  LC_ALL, LC_CTYPE, LANG  the first of them that is set decides: unless it names UTF-8,
                          as C.UTF-8 does, everything is shown in ASCII

Exit codes:
  0 done   1 the run broke or a task failed   2 wrong usage   130 interrupted";

/// See concurrency and parallelism, measured live in your terminal
///
/// Without a command it opens the explorer: press r to run, 1 to 5 for a question, ? for help and q to leave.
#[derive(Debug, PartialEq, Parser)]
#[command(name = "pconc-tui", version, after_long_help = EXAMPLES, max_term_width = 100)]
pub struct CommandLine {
    /// The command; `None` opens the explorer.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Use nothing but ASCII
    ///
    /// Without it, only where the locale is not UTF-8, and on the Linux console. JSON is UTF-8 in any case.
    #[arg(long, global = true, display_order = 900, hide_short_help = true)]
    pub ascii: bool,

    /// Keep runs in this file, and show those that are kept there
    ///
    /// [default: pconc-tui/history.jsonl in $XDG_DATA_HOME or ~/.local/share]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, global = true, display_order = 901)]
    #[arg(hide_short_help = true)]
    history: Option<PathBuf>,

    /// Keep no runs, and show none that were kept
    #[arg(long, global = true, display_order = 902, hide_short_help = true)]
    no_history: bool,

    /// Where finished runs are kept.
    #[arg(skip)]
    pub keeping: Keeping,

    /// How the explorer looks, if it opens.
    #[command(flatten)]
    pub explore: Explore,

    /// The user's function, with which the explorer opens.
    #[command(flatten)]
    function: FunctionArguments,

    #[command(flatten)]
    called: CallArguments,
}

/// The command that the user requested.
#[derive(Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Measure without a screen, and print the records
    Run(Box<RunRequest>),
    /// Measure models with many worker counts, and print the curve
    ///
    /// Every configuration is measured once per round, in an order that is shuffled anew in each, after one warm-up
    /// round that is not counted. Serial is always measured too, once per round, because speed-ups need it.
    Sweep(Box<SweepRequest>),
    /// Compare the emulated GIL with CPython's, and print how true it is
    ///
    /// The same work under gil-threads and python-threads with 1, 2, 4 and 8 threads, cpu and io, and the latency of a thread
    /// that sleeps beside threads that compute. Its runs are kept as two sweeps.
    Fidelity(FidelityRequest),
    /// Say how to call your own function: threads, processes or a loop
    ///
    /// The function is called in your own environment, in every way that the interpreter offers, until it is decided which
    /// one is the fastest. The answer comes with the code to paste.
    Advise(Box<AdviseRequest>),
    /// Test the article's claims, and print the verdicts
    ///
    /// Each claim is tested by runs that would show it wrong, measured in turn until they decide. What has to come out
    /// is fixed before.
    Verify(VerifyRequest),
    /// List, show, compare, export, name and remove kept runs
    #[command(subcommand, after_help = history::EXAMPLES)]
    History(HistoryRequest),
    /// Walk through the article's claims, step by step
    ///
    /// Each step says a few words, shows what they are about, and ends with what was measured. The explorer opens in the
    /// teaching layout.
    Lesson(LessonRequest),
    /// Open the explorer with the runs of a shared file
    ///
    /// Everything is shown as it was measured, and marked as recorded. p replays a run as it happened.
    Replay(Replay),
    /// Say what this machine offers: cores, clocks, limits, terminal
    Doctor,
    /// Print a script for a shell, to complete what is typed
    ///
    /// What to do with it:
    ///
    /// bash: put `source <(pconc-tui completions bash)` into ~/.bashrc.
    /// zsh: write it to a file named _pconc-tui in a directory of $fpath.
    /// fish: write it to ~/.config/fish/completions/pconc-tui.fish.
    #[command(verbatim_doc_comment)]
    Completions {
        /// For which shell
        #[arg(value_name = "SHELL", value_parser = documents::shell())]
        shell: Shell,
    },
    /// Print the manual page: pconc-tui man | man -l -
    Man,
}

impl CommandLine {
    /// The calls of the user's function, if the explorer opens with one.
    pub fn calls(&self) -> Option<Draft> {
        self.called.of(&self.function)
    }

    /// Fills in what was left open.
    ///
    /// # Errors
    /// Which options contradict each other.
    fn settle(&mut self, matches: &ArgMatches) -> Result<(), String> {
        if self.history.is_some() && self.no_history {
            return Err(
                "--history and --no-history contradict each other; give one of them".into(),
            );
        }
        self.keeping = match self.history.take() {
            Some(file) => Keeping::In(file),
            None if self.no_history => Keeping::Nowhere,
            None => Keeping::AsUsual,
        };
        // With `replay` and `lesson`, these options may also follow the command.
        let misplaced = ["Explore", "FunctionArguments", "CallArguments"];
        let misplaced = misplaced
            .into_iter()
            .find_map(|group| matches.get_one::<Id>(group));
        match (&mut self.command, misplaced) {
            (
                Some(
                    Command::Replay(Replay { explore, .. })
                    | Command::Lesson(LessonRequest { explore }),
                ),
                _,
            ) => {
                if let Some(behind) = explore.take() {
                    self.explore = behind;
                }
                Ok(())
            }
            (Some(_), Some(option)) => Err(format!(
                "--{} belongs to the explorer, which opens without a command; leave out one of them",
                option.as_str().replace('_', "-")
            )),
            (Some(Command::Run(request)), None) => request.settle(),
            (Some(Command::Sweep(request)), None) => request.settle(),
            (Some(Command::Fidelity(request)), None) => request.settle(),
            (Some(Command::Advise(request)), None) => request.settle(),
            (Some(Command::Verify(request)), None) => request.settle(),
            (Some(Command::History(request)), None) => request.settle(&self.keeping),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
