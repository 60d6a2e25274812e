//! The options of a sweep.

use clap::Args;

use super::{values, work::WorkArguments};
use crate::{
    catalog::{model::Model, workload::Workload},
    domain::{
        machine::WorkerLimits,
        plan::Draft,
        python::Interpreter,
        sweep::{DEFAULT_REPEATS, SweepDraft, parse_counts},
    },
};

const EXAMPLES: &str = "\
Examples:
  pconc-tui sweep --workload io --models threads,processes --workers 1,2,4,8,16,32
  pconc-tui sweep --workload cpu --models gil-threads,processes --workers 1..cores --task-time 100ms
  pconc-tui sweep --workload cpu --models threads --workers 2^0..2^6 --repeats 10 --seed 7
  pconc-tui sweep --workload io --models rayon --workers 1..4,cores,16 --format json

Numbers of workers are a list, a range 1..16, powers 2^0..2^4, cores (as many as can be used), or these mixed.
Ctrl-C stops the sweep and prints what was measured; a second one ends the program at once. A configuration
that breaks three times is left out of the rounds that follow; the others go on.
Exit codes: 0 done, 1 a run broke or a task failed, 2 wrong usage, 130 interrupted.";

/// A sweep as the user requests it, without the facts that only the machine or a file can provide.
// Every value may start with a hyphen. The error then says what is wrong with the value, and not that the option is
// unknown.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct SweepRequest {
    /// What a task does
    #[arg(long, value_name = "WORKLOAD", allow_hyphen_values = true)]
    workload: Workload,

    /// One or more models, separated by commas
    ///
    /// How the tasks are executed. Serial is always measured too, once per round, because speed-ups need it.
    #[arg(long, value_name = "MODELS", allow_hyphen_values = true)]
    #[arg(action = clap::ArgAction::Set, value_delimiter = ',', num_args = 1, required = true)]
    #[arg(hide_possible_values = true)]
    pub models: Vec<Model>,

    /// How many workers: 1,2,4, 1..16, 2^0..2^4, cores
    ///
    /// Up to 64 numbers for each model except serial, which has one worker. The limits are those of `run`. If tasks
    /// wait, go up to twice the number of tasks, to see that workers without a task do not help.
    #[arg(long, value_name = "NUMBERS", allow_hyphen_values = true)]
    workers: String,

    /// How many rounds to measure, besides the warm-up round
    ///
    /// From 1 to 1000 [default: 3]. Confidence intervals need at least two rounds, and are wide with only a few.
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(default_value_t = DEFAULT_REPEATS, hide_default_value = true)]
    repeats: u64,

    /// The seed for the order of each round, any whole number [default: 1]
    ///
    /// The same seed gives the same order on every machine. It also determines the latencies of the embedded server, as
    /// in `run`.
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(hide_short_help = true)]
    #[arg(default_value_t = 1, hide_default_value = true)]
    seed: u64,

    /// The work, and where results go.
    #[command(flatten)]
    pub work: WorkArguments,
}

impl SweepRequest {
    /// Whether any of the models is a Python model.
    pub fn needs_python(&self) -> bool {
        self.models.iter().any(|model| model.is_python())
    }

    /// The worker counts on a machine with this many usable cores.
    ///
    /// # Errors
    /// If they are invalid there; the message is one sentence.
    pub fn counts(&self, cores_usable: u32) -> Result<Vec<u64>, String> {
        parse_counts(&self.workers, cores_usable)
            .map_err(|sentence| format!("--workers: {sentence}"))
    }

    /// The draft of the sweep with these worker counts, by these interpreters, and with these addresses if the user
    /// gave a file with addresses.
    pub fn draft(
        &self,
        workers: Vec<u64>,
        urls: Option<Vec<String>>,
        pythons: Vec<Interpreter>,
    ) -> SweepDraft {
        let draft = Draft {
            seed: self.seed,
            urls,
            ..Draft::new(self.workload, Model::Serial, 1)
        };
        SweepDraft {
            draft: self.work.fill(draft),
            models: self.models.clone(),
            pythons,
            workers,
            repeats: self.repeats,
            seed: self.seed,
        }
    }

    /// Fills in what was left open, or says what is wrong, as far as that does not depend on the machine.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        self.work.settle(self.workload, &self.models)?;
        // The number of cores is not known yet, so one worker replaces the whole list.
        let workers = if self.workers.contains("cores") {
            vec![1]
        } else {
            self.counts(1)?
        };
        // The interpreters are not known yet. With a fully capable one, all other mistakes are found.
        self.draft(workers, None, vec![Interpreter::capable()])
            .check(&WorkerLimits::default())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Command, EarlyAnswer, tests::parsed as order},
        *,
    };
    use crate::{
        catalog::{model::SWITCH_INTERVAL, workload::WRITES},
        present::format::Format,
    };

    fn parsed(line: &str) -> Result<SweepRequest, String> {
        match order(&format!("sweep {line}")) {
            Ok(Command::Sweep(request)) => Ok(*request),
            Err(EarlyAnswer::Refusal(sentence)) => Err(sentence),
            other => panic!("{line}: {other:?}"),
        }
    }

    fn draft(request: &SweepRequest, cores_usable: u32) -> SweepDraft {
        request.draft(request.counts(cores_usable).unwrap(), None, vec![])
    }

    #[test]
    fn everything_reaches_the_draft_and_one_seed_does_both() {
        let request = parsed(
            "--workload io --models threads,serial,gil-threads --workers 2^0..2^2,cores --repeats 5 --seed 9 \
             --tasks 32 --writes 7 --switch-interval 500us --format json --all-tasks",
        )
        .unwrap();
        let draft = draft(&request, 6);
        assert_eq!(
            draft.models,
            [Model::Threads, Model::Serial, Model::GilThreads]
        );
        assert_eq!(
            (draft.workers, draft.repeats, draft.seed),
            (vec![1, 2, 4, 6], 5, 9)
        );
        let work = draft.draft;
        assert_eq!(
            (
                work.seed,
                work.tasks,
                work.get(&WRITES),
                work.get(&SWITCH_INTERVAL)
            ),
            (9, 32, 7, 500)
        );
        assert_eq!(
            (request.work.output.format(), request.work.all_tasks),
            (Format::Json, true)
        );
    }

    #[test]
    fn without_more_said_there_are_three_rounds() {
        let draft = draft(
            &parsed("--workload cpu --models threads --workers 1..3").unwrap(),
            2,
        );
        assert_eq!(
            (draft.repeats, draft.seed, draft.workers),
            (3, 1, vec![1, 2, 3])
        );
    }

    #[test]
    fn bad_input_of_every_kind_gets_one_sentence() {
        for (line, named) in [
            (
                "",
                "--workload <WORKLOAD> (cpu, io, sleep, counter, function or command) and --models <MODELS> (serial, ",
            ),
            ("--workload cpu --models threads", "--workers"),
            ("--workload cpu --models fibers --workers 1", "fibers"),
            (
                "--workload cpu --models threads,,rayon --workers 1",
                "a value is required",
            ),
            (
                "--workload cpu --models threads --models rayon --workers 1",
                "multiple times",
            ),
            ("--workload cpu --models threads --workers ,", "''"),
            ("--workload cpu --models threads --workers 8..1", "reversed"),
            (
                "--workload cpu --models threads --workers 2^64",
                "too large",
            ),
            ("--workload cpu --models threads --workers -4", "'-4'"),
            (
                "--workload cpu --models threads --workers 0",
                "smallest number",
            ),
            (
                "--workload cpu --models threads,rayon --workers 1,300",
                "under rayon",
            ),
            ("--workload io --models processes --workers 1001", "1 001"),
            (
                "--workload cpu --models threads --workers 1..65",
                "at most 64",
            ),
            (
                "--workload cpu --models threads,processes,rayon --workers 1..64",
                "at most 128",
            ),
            (
                "--workload cpu --models threads --workers 1..20 --repeats 1000",
                "at most 10 000 runs",
            ),
            (
                "--workload cpu --models threads --workers 1 --repeats 0",
                "repeats",
            ),
            (
                "--workload cpu --models threads --workers cores --repeats 0",
                "repeats",
            ),
            (
                "--workload cpu --models threads --workers 1 --latency 1ms",
                "--workload io",
            ),
            (
                "--workload io --models threads --workers 1 --iterations 5",
                "--workload cpu",
            ),
            (
                "--workload cpu --models threads --workers 1 --switch-interval 5ms",
                "gil-threads",
            ),
            (
                "--workload cpu --models threads --workers 1 --all-tasks",
                "--format json",
            ),
            (
                "--workload cpu --models threads --workers 1 --tasks 0",
                "tasks",
            ),
        ] {
            let sentence = parsed(line).expect_err(line);
            assert!(sentence.contains(named), "{line}: {sentence}");
            assert!(!sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn what_cores_mean_decides_on_the_machine() {
        let request = parsed("--workload cpu --models threads --workers 4..cores").unwrap();
        assert_eq!(draft(&request, 5).workers, [4, 5]);
        assert!(
            request
                .counts(2)
                .is_err_and(|sentence| sentence.contains("reversed"))
        );
    }
}
