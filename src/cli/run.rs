//! The options of a run.

use clap::Args;

use super::{parameters::check_workload, values, work::WorkArguments};
use crate::{
    catalog::{model::Model, workload::Workload},
    domain::{machine::WorkerLimits, plan::Draft, python::Interpreter},
};

const EXAMPLES: &str = "\
Examples:
  pconc-tui run --workload cpu --model serial
  pconc-tui run --workload cpu --model processes --workers 2 --task-time 250ms
  pconc-tui run --workload cpu --model gil-threads --workers 4 --compare
  pconc-tui run --workload io --model threads --latency 100ms..400ms --seed 7
  pconc-tui run --workload io --model processes --urls addresses.txt --writes 10
  pconc-tui run --workload cpu --model rayon --repeats 5 --format json

Numbers may be written 10000000, 10_000_000 or 1e7; durations need a unit: 250ms, 0.25s, 500us.
Ctrl-C stops the run and prints what was measured; a second one ends the program at once.
Exit codes: 0 done, 1 the run broke or a task failed, 2 wrong usage, 130 interrupted.";

/// A run as the user requests it, without the facts that only the machine or a file can provide.
// Every value may start with a hyphen, so that the error for `--workers -5` says that the value is negative, not
// unknown. The first paragraph of each option is its short help, which fits on one screen with all others.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct RunRequest {
    /// What a task does
    #[arg(long, value_name = "WORKLOAD", allow_hyphen_values = true)]
    workload: Workload,

    /// serial, threads, gil-threads, processes, rayon, python-threads, …
    ///
    /// How the tasks are executed: by this program itself (serial, threads, gil-threads, processes, rayon) or by CPython
    /// (python-threads, python-processes, python-interpreters, python-asyncio; python-serial for a function of yours).
    #[arg(long, value_name = "MODEL", allow_hyphen_values = true)]
    #[arg(hide_possible_values = true)]
    pub model: Model,

    /// How many threads or processes execute tasks
    ///
    /// From 1 to 4000 threads (256 under rayon), 1000 processes, or 1000 for io [default: 1 for serial, the usable cores for
    /// cpu, 16 for io and sleep]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    workers: Option<u64>,

    /// How many times to do the run
    ///
    /// From 1 to 1000; each run has its own record [default: 1]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    repeats: Option<u64>,

    /// Measure serial first, and say the speed-up over it
    ///
    /// Both are measured as often as --repeats says.
    #[arg(long)]
    pub compare: bool,

    /// The seed for the latencies of the embedded server, any whole number [default: 1]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(hide_short_help = true, conflicts_with = "urls")]
    #[arg(help_heading = "Options of --workload io")]
    seed: Option<u64>,

    /// The work, and where results go.
    #[command(flatten)]
    pub work: WorkArguments,
}

impl RunRequest {
    /// The draft of the run on a machine with this many usable cores and these limits, by this interpreter, and with
    /// these addresses if the user gave a file with addresses. A default never exceeds what is allowed.
    pub fn draft(
        &self,
        cores_usable: u32,
        limits: &WorkerLimits,
        urls: Option<Vec<String>>,
        python: Option<Interpreter>,
    ) -> Draft {
        let draft = Draft::new(self.workload, self.model, 1);
        let default = self.workload.default_workers(cores_usable);
        let allowed = draft.most_workers(limits).most;
        self.work.fill(Draft {
            workers: self.workers.unwrap_or(default.min(allowed)),
            repeats: self.repeats.unwrap_or(draft.repeats),
            seed: self.seed.unwrap_or(draft.seed),
            urls,
            python,
            ..draft
        })
    }

    /// Fills in what was left open, or says what is wrong, as far as that does not depend on the machine.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        if self.seed.is_some() {
            check_workload("seed", self.workload, Workload::fetches)?;
        }
        self.work.settle(self.workload, &[self.model])?;
        if self.work.python.len() > 1 {
            return Err(
                "--python is given more than once, and a run has one interpreter; pconc-tui sweep \
                 takes several"
                    .into(),
            );
        }
        // With one core, a default number of workers is always allowed, so it causes no error here. The interpreter is
        // not known yet; with a fully capable one, all other mistakes are found.
        self.draft(
            1,
            &WorkerLimits::default(),
            None,
            Some(Interpreter::capable()),
        )
        .check(&WorkerLimits::default())?;
        Ok(())
    }
}
