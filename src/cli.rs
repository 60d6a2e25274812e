//! Arguments become an [`Invocation`], or one sentence that says why not.
//!
//! Nothing here acts: no file is read and nothing is printed. What the domain can refuse without knowing the machine is
//! refused here already, before anything is started.

mod documents;
mod explore;
mod output;
mod refusal;
mod replay;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueHint};

use crate::domain::look::LookOptions;
use crate::domain::machine::Limits;
use crate::domain::model::Model;
use crate::domain::plan::{Draft, TaskSize};
use crate::domain::share::Format;
use crate::domain::workload::{Files, WorkloadKind};
use documents::Shell;
use explore::ExploreArguments;
pub use output::Output;
use output::OutputArguments;
use replay::ReplayArguments;
use values::Latency;

/// Workers of an `io` run unless the user says otherwise: as many as the article has addresses.
const IO_WORKERS: u64 = 16;

/// What the user wants the program to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Invocation {
    /// Open the explorer.
    Explore(LookOptions),
    /// Open the explorer with the runs of a shared file.
    Replay {
        /// The file.
        file: PathBuf,
        /// How it shall look.
        look: LookOptions,
    },
    /// Measure and print.
    Run(Box<Request>),
    /// Say what this machine offers.
    Doctor {
        /// In nothing but ASCII, whatever the locale.
        ascii: bool,
    },
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
    /// The draft of the run on a machine with so many usable cores and these limits, with these addresses if it has a
    /// file of them. A default is never more than what is allowed.
    #[must_use]
    pub fn draft(&self, cores_usable: u32, limits: &Limits, urls: Option<Vec<String>>) -> Draft {
        let default = match (self.draft.model, self.draft.workload) {
            (Model::Serial, _) => 1,
            (_, WorkloadKind::Cpu) => u64::from(cores_usable),
            (_, WorkloadKind::Io) => IO_WORKERS,
        };
        let allowed = limits.workers(self.draft.workload, self.draft.model).most;
        Draft { workers: self.workers.unwrap_or(default.min(allowed)), urls, ..self.draft.clone() }
    }
}

/// What the arguments ask for; the first one is the program's name.
///
/// # Errors
/// What to print instead.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, Answer> {
    let cli = CommandLine::try_parse_from(arguments).map_err(|error| refusal::answer(&error))?;
    match cli.command {
        None => Ok(Invocation::Explore(cli.explore.options(cli.ascii))),
        Some(Command::Replay(arguments)) => {
            // They may stand before the command or behind it.
            let is_behind = arguments.explore.first_given().is_some();
            let explore = if is_behind { &arguments.explore } else { &cli.explore };
            Ok(Invocation::Replay { look: explore.options(cli.ascii), file: arguments.file })
        }
        Some(_) if cli.explore.first_given().is_some() => Err(Answer::Refusal(cli.explore.misplaced())),
        Some(Command::Doctor) => Ok(Invocation::Doctor { ascii: cli.ascii }),
        Some(Command::Run(arguments)) => {
            let request = request(&arguments, cli.ascii).map_err(Answer::Refusal)?;
            Ok(Invocation::Run(Box::new(request)))
        }
        Some(Command::Completions { shell }) => {
            Err(Answer::Text(documents::completions(shell, CommandLine::command())))
        }
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
        urls_file: arguments.urls.clone(),
        output: arguments.output.output()?,
        all_tasks: arguments.all_tasks,
        ascii,
    };
    // One core: a default is always allowed, so it decides nothing here.
    request
        .draft(1, &Limits::default(), None)
        .check(&Limits::default())
        .map_err(|invalid| invalid.sentence)?;
    Ok(request)
}

fn draft(arguments: &RunArguments) -> Draft {
    let mut draft = Draft::new(arguments.workload, arguments.model, 1);
    let set = |field: &mut u64, given: Option<u64>| *field = given.unwrap_or(*field);
    set(&mut draft.tasks, arguments.tasks);
    set(&mut draft.repeats, arguments.repeats);
    set(&mut draft.seed, arguments.seed);
    set(&mut draft.writes, arguments.writes);
    set(&mut draft.addresses, arguments.addresses);
    set(&mut draft.page_bytes, arguments.page_bytes);
    set(&mut draft.switch_interval_us, arguments.switch_interval);
    if arguments.shared_file {
        draft.files = Files::OneShared;
    }
    if let Some(latency) = arguments.latency {
        (draft.latency_min_ms, draft.latency_max_ms) = (latency.min_ms, latency.max_ms);
    }
    if let Some(iterations) = arguments.iterations {
        draft.task_size = TaskSize::Iterations(iterations);
    }
    if let Some(ms) = arguments.task_time {
        draft.task_size = TaskSize::Milliseconds(ms);
    }
    draft
}

/// The first two things that cannot both be meant.
fn contradiction(arguments: &RunArguments) -> Option<String> {
    let given =
        |flags: &[(&'static str, bool)]| flags.iter().find(|(_, given)| *given).map(|(flag, _)| *flag);
    let embedded = [
        ("--addresses", arguments.addresses.is_some()),
        ("--latency", arguments.latency.is_some()),
        ("--page-bytes", arguments.page_bytes.is_some()),
        ("--seed", arguments.seed.is_some()),
    ];
    let io = [
        ("--writes", arguments.writes.is_some()),
        ("--shared-file", arguments.shared_file),
        ("--urls", arguments.urls.is_some()),
    ];
    let cpu =
        [("--iterations", arguments.iterations.is_some()), ("--task-time", arguments.task_time.is_some())];
    match arguments.workload {
        WorkloadKind::Cpu => {
            if let Some(flag) = given(&embedded).or(given(&io)) {
                return Some(format!(
                    "{flag} belongs to --workload io: leave it out, or choose that workload"
                ));
            }
        }
        WorkloadKind::Io => {
            if let Some(flag) = given(&cpu) {
                return Some(format!(
                    "{flag} belongs to --workload cpu: leave it out, or choose that workload"
                ));
            }
        }
    }
    if arguments.iterations.is_some() && arguments.task_time.is_some() {
        return Some("--iterations and --task-time both set the size of a task: give one of them".into());
    }
    if let (true, Some(flag)) = (arguments.urls.is_some(), given(&embedded)) {
        return Some(format!("{flag} is about the embedded server, which --urls replaces: give one of them"));
    }
    if arguments.switch_interval.is_some() && !arguments.model.has_interpreter_lock() {
        return Some(format!(
            "--switch-interval belongs to --model gil-threads: {} has no interpreter lock",
            arguments.model.name()
        ));
    }
    let format = arguments.output.output().map(|output| output.format);
    if arguments.all_tasks && format.is_ok_and(|format| format != Format::Json) {
        return Some("--all-tasks lists the tasks in JSON: add --format json, or leave it out".into());
    }
    None
}

const EXAMPLES: &str = "\
Examples:
  pconc-tui                                     open the explorer, then press 3
  pconc-tui --theme contrast                    the same, for a projector
  pconc-tui run --workload cpu --model processes --workers 2
  pconc-tui run --workload io --model threads --workers 16 --format json
  pconc-tui replay runs.json                    look at runs that somebody shared
  pconc-tui doctor                              what this machine offers

Environment:
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
    explore: ExploreArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure without a screen, and print the records
    Run(Box<RunArguments>),
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
        #[arg(value_name = "SHELL", value_parser = values::shells())]
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
    #[arg(long, value_name = "WORKLOAD", value_parser = values::workloads(), allow_hyphen_values = true)]
    workload: WorkloadKind,

    /// How the tasks are executed
    #[arg(long, value_name = "MODEL", value_parser = values::models(), allow_hyphen_values = true)]
    model: Model,

    /// How many threads or processes execute tasks
    ///
    /// From 1 to 4000 threads (256 under rayon), 1000 processes, or 1000 for io [default: 1 for serial, the usable cores for
    /// cpu, 16 for io]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    workers: Option<u64>,

    /// How many tasks there are
    ///
    /// From 1 to 1000000 [default: 8 for cpu, 16 for io]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    tasks: Option<u64>,

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

    /// How many steps a task's loop has
    ///
    /// From 1 to 1e12 [default: 10000000, the article's]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload cpu")]
    iterations: Option<u64>,

    /// Instead: as many as take so long
    ///
    /// On an idle core of this machine, from 1ms to 600s; the number is printed, to repeat it with --iterations.
    #[arg(long, value_name = "TIME", value_parser = values::milliseconds, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload cpu")]
    task_time: Option<u64>,

    /// How often a task writes its page to a file
    ///
    /// From 1 to 10000 [default: 50]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload io", hide_short_help = true)]
    writes: Option<u64>,

    /// Let all tasks write one file, as the article
    ///
    /// What is left in it afterwards is told. Without it, each task has a file of its own.
    #[arg(long, help_heading = "Options of --workload io")]
    shared_file: bool,

    /// How many pages the embedded server has, from 1 to 1000; task t fetches page t mod N [default: 16]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload io", hide_short_help = true)]
    addresses: Option<u64>,

    /// How long the embedded server takes to answer
    ///
    /// A range from which each address draws, or one time for all, up to 60s [default: 100ms..400ms]
    #[arg(long, value_name = "TIME..TIME", value_parser = values::latency, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload io")]
    latency: Option<Latency>,

    /// Size of a page of the embedded server, from 1 to 8388608, as in 60000, 60k or 1M [default: 60k]
    #[arg(long, value_name = "SIZE", value_parser = values::size, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --workload io", hide_short_help = true)]
    page_bytes: Option<u64>,

    /// Fetch real addresses instead, from a list
    ///
    /// A file with one http or https address a line, at most 1000; lines that begin with # are comments.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = "Options of --workload io")]
    urls: Option<PathBuf>,

    /// How long a thread waits for the lock before it asks for it, from 10us to 10s [default: 5ms, as CPython]
    #[arg(long, value_name = "TIME", value_parser = values::microseconds, allow_hyphen_values = true)]
    #[arg(help_heading = "Options of --model gil-threads", hide_short_help = true)]
    switch_interval: Option<u64>,
}

#[cfg(test)]
mod tests;
