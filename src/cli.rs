//! Arguments become an [`Invocation`], or one sentence that says why not.
//!
//! Nothing here acts: no file is read and nothing is printed. What the domain can refuse without knowing the machine is
//! refused here already, before anything is started.

mod documents;
mod explore;
mod fidelity;
mod history;
mod output;
mod parameters;
mod refusal;
mod replay;
mod sweep;
mod values;
mod work;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::catalog::model::Model;
use crate::catalog::workload::Workload;
use crate::domain::keeping::Keeping;
use crate::domain::look::LookOptions;
use crate::domain::machine::Limits;
use crate::domain::plan::Draft;
use crate::domain::python::Interpreter;
use crate::present::format::Format;
use documents::Shell;
use explore::ExploreArguments;
use fidelity::FidelityArguments;
pub use fidelity::FidelityRequest;
pub use history::HistoryRequest;
use history::{HistoryArguments, KeepingArguments};
pub use output::Output;
use output::OutputArguments;
use replay::ReplayArguments;
use sweep::SweepArguments;
pub use sweep::SweepRequest;
use work::WorkArguments;

/// What the user wants the program to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Invocation {
    /// Open the explorer.
    Explore {
        /// The shared file whose runs it shows.
        file: Option<PathBuf>,
        /// How it shall look.
        look: LookOptions,
        /// Interpreters to choose from besides those that are found.
        pythons: Vec<PathBuf>,
    },
    /// Measure and print.
    Run(Box<Request>),
    /// Measure many configurations of one work and print what they say together.
    Sweep(Box<SweepRequest>),
    /// Compare the emulated interpreter lock with CPython's.
    Fidelity(FidelityRequest),
    /// Work on what was kept.
    History {
        /// What to do with it.
        request: HistoryRequest,
        /// In nothing but ASCII, whatever the locale.
        ascii: bool,
    },
    /// Say what this machine offers.
    Doctor {
        /// In nothing but ASCII, whatever the locale.
        ascii: bool,
    },
}

/// What to do, and where runs are kept meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// What the user wants the program to do.
    pub invocation: Invocation,
    /// Where finished runs are kept.
    pub keeping: Keeping,
}

/// Why there is no [`Invocation`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A text that was asked for: help, version, a completion script, the manual.
    Text(String),
    /// One sentence: what was wrong and what is allowed.
    Refusal(String),
}

/// A run as the command line asks for it: everything but what only the machine or a file can tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    draft: Draft,
    workers: Option<u64>,
    /// Which interpreter a model of Python's is executed by; `None` is the default.
    pub python: Option<PathBuf>,
    /// The file with the addresses for `io`, one a line.
    pub urls_file: Option<PathBuf>,
    /// Where and how the records are written.
    pub output: Output,
    /// Whether JSON lists the tasks however many there are.
    pub all_tasks: bool,
    /// Whether the table is in nothing but ASCII, whatever the locale.
    pub ascii: bool,
}

impl Request {
    /// How it is executed.
    pub fn model(&self) -> Model {
        self.draft.model
    }

    /// The draft of the run on a machine with so many usable cores and these limits, with these addresses if it has a
    /// file of them. A default is never more than what is allowed.
    pub fn draft(&self, cores_usable: u32, limits: &Limits, urls: Option<Vec<String>>) -> Draft {
        let default = if self.draft.model.is_serial() {
            1
        } else {
            self.draft.workload.default_workers(cores_usable)
        };
        let allowed = self.draft.most_workers(limits).most;
        Draft {
            workers: self.workers.unwrap_or(default.min(allowed)),
            urls,
            ..self.draft.clone()
        }
    }
}

/// What the arguments ask for; the first one is the program's name.
///
/// # Errors
/// What to print instead.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Order, Answer> {
    let cli = CommandLine::try_parse_from(arguments).map_err(|error| refusal::answer(&error))?;
    let keeping = cli.keeping.keeping().map_err(Answer::Refusal)?;
    let invocation = invocation(cli, &keeping)?;
    Ok(Order {
        invocation,
        keeping,
    })
}

fn invocation(cli: CommandLine, keeping: &Keeping) -> Result<Invocation, Answer> {
    match cli.command {
        None => Ok(Invocation::Explore {
            file: None,
            look: cli.explore.options(cli.ascii),
            pythons: cli.explore.pythons(),
        }),
        Some(Command::Replay(arguments)) => {
            // They may stand before the command or behind it.
            let is_behind = arguments.explore.first_given().is_some();
            let explore = if is_behind {
                &arguments.explore
            } else {
                &cli.explore
            };
            Ok(Invocation::Explore {
                file: Some(arguments.file),
                look: explore.options(cli.ascii),
                pythons: explore.pythons(),
            })
        }
        Some(_) if cli.explore.first_given().is_some() => {
            Err(Answer::Refusal(cli.explore.misplaced()))
        }
        Some(Command::Doctor) => Ok(Invocation::Doctor { ascii: cli.ascii }),
        Some(Command::Run(arguments)) => {
            let request = request(&arguments, cli.ascii).map_err(Answer::Refusal)?;
            Ok(Invocation::Run(Box::new(request)))
        }
        Some(Command::Sweep(arguments)) => {
            let request = arguments.request(cli.ascii).map_err(Answer::Refusal)?;
            Ok(Invocation::Sweep(Box::new(request)))
        }
        Some(Command::Fidelity(arguments)) => {
            let request = arguments.request(cli.ascii).map_err(Answer::Refusal)?;
            Ok(Invocation::Fidelity(request))
        }
        Some(Command::History(arguments)) => {
            let request = arguments.request(keeping).map_err(Answer::Refusal)?;
            Ok(Invocation::History {
                request,
                ascii: cli.ascii,
            })
        }
        Some(Command::Completions { shell }) => Err(Answer::Text(documents::completions(
            shell,
            CommandLine::command(),
        ))),
        Some(Command::Man) => Err(Answer::Text(documents::manual(CommandLine::command()))),
    }
}

fn request(arguments: &RunArguments, ascii: bool) -> Result<Request, String> {
    if let Some(contradiction) = contradiction(arguments) {
        return Err(contradiction);
    }
    let request = Request {
        draft: draft(arguments),
        workers: arguments.workers,
        python: arguments.work.python.first().cloned(),
        urls_file: arguments.work.urls.clone(),
        output: arguments.output.output()?,
        all_tasks: arguments.all_tasks,
        ascii,
    };
    // One core: a default is always allowed, so it decides nothing here.
    // Which interpreter there is, is not known yet: one that can do everything finds all other mistakes.
    let draft = request.draft(1, &Limits::default(), None);
    Draft {
        python: Some(Interpreter::capable()),
        ..draft
    }
    .check(&Limits::default())
    .map_err(|invalid| invalid.sentence)?;
    Ok(request)
}

fn draft(arguments: &RunArguments) -> Draft {
    let draft = Draft::new(arguments.workload, arguments.model, 1);
    let draft = Draft {
        repeats: arguments.repeats.unwrap_or(draft.repeats),
        seed: arguments.seed.unwrap_or(draft.seed),
        ..draft
    };
    arguments.work.fill(draft)
}

/// The first two things that cannot both be meant.
fn contradiction(arguments: &RunArguments) -> Option<String> {
    let (workload, work) = (arguments.workload, &arguments.work);
    let of_seed = arguments.seed.and_then(|_| work.contradicts_seed(workload));
    if let Some(contradiction) =
        of_seed.or_else(|| work.contradiction(workload, &[arguments.model]))
    {
        return Some(contradiction);
    }
    if arguments.work.python.len() > 1 {
        return Some(
            "--python is given more than once: a run is executed by one; pconc-tui sweep takes several"
                .into(),
        );
    }
    let format = arguments.output.output().map(|output| output.format);
    if arguments.all_tasks && format.is_ok_and(|format| format != Format::Json) {
        return Some(
            "--all-tasks lists the tasks in JSON: add --format json, or leave it out".into(),
        );
    }
    None
}

const EXAMPLES: &str = "\
Examples:
  pconc-tui                                     open the explorer, then press 3
  pconc-tui --theme contrast                    the same, for a projector
  pconc-tui run --workload cpu --model processes --workers 2
  pconc-tui run --workload io --model threads --workers 16 --format json
  pconc-tui sweep --workload io --models threads,processes --workers 2^0..2^4
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

const RUN_EXAMPLES: &str = "\
Examples:
  pconc-tui run --workload cpu --model serial
  pconc-tui run --workload cpu --model processes --workers 2 --task-time 250ms
  pconc-tui run --workload cpu --model gil-threads --workers 4 --switch-interval 1ms
  pconc-tui run --workload io --model threads --latency 100ms..400ms --seed 7
  pconc-tui run --workload io --model processes --urls addresses.txt --writes 10
  pconc-tui run --workload cpu --model rayon --repeats 5 --format json

Numbers may be written 10000000, 10_000_000 or 1e7; durations need a unit: 250ms, 0.25s, 500us.
Ctrl-C stops the run and prints what was measured; a second one ends the program at once.
Exit codes: 0 done, 1 the run broke or a task failed, 2 wrong usage, 130 interrupted.";

/// See concurrency and parallelism, measured live in your terminal
///
/// Without a command it opens the explorer: press r to run, 1 to 4 for a quick experiment, ? for help and q to leave.
#[derive(Debug, Parser)]
#[command(name = "pconc-tui", version, after_long_help = EXAMPLES, max_term_width = 100)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,

    /// Use nothing but ASCII
    ///
    /// Without it, only where the locale is not UTF-8. JSON is UTF-8 in any case.
    #[arg(long, global = true, display_order = 900)]
    ascii: bool,

    #[command(flatten)]
    keeping: KeepingArguments,

    #[command(flatten)]
    explore: ExploreArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure without a screen, and print the records
    Run(Box<RunArguments>),
    /// Measure models with many numbers of workers, and print the curve
    ///
    /// Every configuration is measured once per round, in an order that is shuffled anew in each, after one round that
    /// warms up and is not counted. Serial is always measured too, once per round, as speed-ups need it.
    Sweep(Box<SweepArguments>),
    /// Compare the emulated interpreter lock with CPython's, and print how true it is
    ///
    /// The same work under gil-threads and python-threads with 1, 2, 4 and 8 threads, cpu and io, and the latency of a thread
    /// that sleeps beside threads that compute. Its runs are kept as two sweeps.
    Fidelity(FidelityArguments),
    /// List, show, compare, export, name and remove the runs that were kept
    History(HistoryArguments),
    /// Open the explorer with the runs of a shared file
    ///
    /// Everything is shown as it was measured, and marked as recorded there. p plays a run again, as it happened.
    Replay(ReplayArguments),
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
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Print the manual page: pconc-tui man | man -l -
    Man,
}

// Every value may begin with a hyphen, so that `--workers -5` is told that it is negative, not that `-5` is unknown.
// The first paragraph of each is the short help, which fits on one screen with all others.
#[derive(Debug, Args)]
#[command(after_long_help = RUN_EXAMPLES)]
struct RunArguments {
    /// What a task does
    #[arg(long, value_name = "WORKLOAD", allow_hyphen_values = true)]
    workload: Workload,

    /// serial, threads, gil-threads, processes, rayon, python-threads, …
    ///
    /// How the tasks are executed: by this program itself (serial, threads, gil-threads, processes, rayon) or by CPython
    /// (python-threads, python-processes, python-interpreters, python-asyncio).
    #[arg(long, value_name = "MODEL", allow_hyphen_values = true)]
    #[arg(hide_possible_values = true)]
    model: Model,

    /// How many threads or processes execute tasks
    ///
    /// From 1 to 4000 threads (256 under rayon), 1000 processes, or 1000 for io [default: 1 for serial, the usable cores for
    /// cpu, 16 for io and sleep]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    workers: Option<u64>,

    /// How often to do the run
    ///
    /// From 1 to 1000; each has a record of its own [default: 1]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    repeats: Option<u64>,

    /// What the latencies of the embedded server's pages are drawn from, any whole number [default: 1]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(hide_short_help = true)]
    #[arg(help_heading = "Options of --workload io")]
    seed: Option<u64>,

    #[command(flatten)]
    output: OutputArguments,

    /// List all tasks in JSON, also above 10000
    #[arg(long, hide_short_help = true)]
    all_tasks: bool,

    #[command(flatten)]
    work: WorkArguments,
}

#[cfg(test)]
mod tests;
