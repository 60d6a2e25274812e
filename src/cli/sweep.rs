//! The options of a sweep.

use std::path::PathBuf;

use clap::Args;

use super::output::{Output, OutputArguments};
use super::values;
use super::work::WorkArguments;
use crate::catalog::model::Model;
use crate::catalog::workload::Workload;
use crate::domain::machine::Limits;
use crate::domain::plan::Draft;
use crate::domain::python::Interpreter;
use crate::domain::sweep::{DEFAULT_REPEATS, SweepDraft, parse_counts};
use crate::present::format::Format;

const EXAMPLES: &str = "\
Examples:
  pconc-tui sweep --workload io --models threads,processes --workers 1,2,4,8,16
  pconc-tui sweep --workload cpu --models gil-threads,processes --workers 1..cores --task-time 100ms
  pconc-tui sweep --workload cpu --models threads --workers 2^0..2^6 --repeats 10 --seed 7
  pconc-tui sweep --workload io --models rayon --workers 1..4,cores,16 --format json

Numbers of workers are a list, a range 1..16, powers 2^0..2^4, cores (as many as can be used), or these mixed.
Ctrl-C stops the sweep and prints what was measured; a second one ends the program at once. A configuration
that breaks three times is left out of the rounds that follow; the others go on.
Exit codes: 0 done, 1 a run broke or a task failed, 2 wrong usage, 130 interrupted.";

/// A sweep as the command line asks for it: everything but what only the machine or a file can tell.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepRequest {
    /// Its numbers of workers are still missing.
    draft: SweepDraft,
    /// The numbers of workers as they were written.
    workers: String,
    /// Which interpreters Python's models are executed by; if it is empty, by the default.
    pub pythons: Vec<PathBuf>,
    /// The file with the addresses for `io`, one a line.
    pub urls_file: Option<PathBuf>,
    /// Where and how the results are written.
    pub output: Output,
    /// Whether JSON lists the tasks however many there are.
    pub all_tasks: bool,
    /// Whether the table is in nothing but ASCII, whatever the locale.
    pub ascii: bool,
}

impl SweepRequest {
    /// Whether any of its models is executed by Python.
    pub fn needs_python(&self) -> bool {
        self.draft.models.iter().any(|model| model.is_python())
    }

    /// The draft of the sweep on a machine with so many usable cores, with these addresses if it has a file of them.
    ///
    /// # Errors
    /// Why the numbers of workers cannot be meant here, in one sentence.
    pub fn draft(
        &self,
        cores_usable: u32,
        urls: Option<Vec<String>>,
    ) -> Result<SweepDraft, String> {
        let workers = parse_counts(&self.workers, cores_usable)
            .map_err(|sentence| format!("--workers: {sentence}"))?;
        let draft = Draft {
            urls,
            ..self.draft.draft.clone()
        };
        Ok(SweepDraft {
            draft,
            workers,
            ..self.draft.clone()
        })
    }
}

// Every value may begin with a hyphen, so that what is wrong with it is told, and not that it is an unknown option.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct SweepArguments {
    /// What a task does
    #[arg(long, value_name = "WORKLOAD", allow_hyphen_values = true)]
    workload: Workload,

    /// One model or several, with commas between them
    ///
    /// How the tasks are executed. Serial is measured in any case, once per round: it is what speed-ups are measured against.
    #[arg(long, value_name = "MODELS", allow_hyphen_values = true)]
    #[arg(action = clap::ArgAction::Set, value_delimiter = ',', num_args = 1, required = true)]
    #[arg(hide_possible_values = true)]
    models: Vec<Model>,

    /// How many workers: 1,2,4, 1..16, 2^0..2^4, cores
    ///
    /// Up to 64 numbers for each model but serial, which has one worker. The limits of each are those of `run`.
    #[arg(long, value_name = "NUMBERS", value_parser = values::counts, allow_hyphen_values = true)]
    workers: String,

    /// How many rounds are counted
    ///
    /// From 1 to 1000 [default: 3]. With less than two there are no intervals, and with few they are wide.
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    repeats: Option<u64>,

    /// What the order of each round is drawn from, any whole number [default: 1]
    ///
    /// The same seed gives the same order on every machine. The latencies of the embedded server's pages are drawn from
    /// it, too, as in `run`.
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(hide_short_help = true)]
    seed: Option<u64>,

    #[command(flatten)]
    output: OutputArguments,

    /// List all tasks in JSON, also above 10000
    #[arg(long, hide_short_help = true)]
    all_tasks: bool,

    #[command(flatten)]
    work: WorkArguments,
}

impl SweepArguments {
    /// What they ask for.
    ///
    /// # Errors
    /// What cannot be meant, in one sentence, as far as that can be said without knowing the machine.
    pub(super) fn request(&self, ascii: bool) -> Result<SweepRequest, String> {
        if let Some(contradiction) = self.contradiction() {
            return Err(contradiction);
        }
        let seed = self.seed.unwrap_or(1);
        let work = Draft {
            seed,
            ..Draft::new(self.workload, Model::Serial, 1)
        };
        let request = SweepRequest {
            draft: SweepDraft {
                draft: self.work.fill(work),
                models: self.models.clone(),
                pythons: vec![],
                workers: vec![],
                repeats: self.repeats.unwrap_or(DEFAULT_REPEATS),
                seed,
            },
            workers: self.workers.clone(),
            pythons: self.work.python.clone(),
            urls_file: self.work.urls.clone(),
            output: self.output.output()?,
            all_tasks: self.all_tasks,
            ascii,
        };
        // What `cores` means is not known yet; one worker stands for all there.
        let cores = self.workers.contains("cores");
        let draft = if cores {
            Ok(with_one_worker(&request.draft))
        } else {
            request.draft(1, None)
        };
        // Which interpreters there are, is not known yet: one that can do everything finds all other mistakes.
        SweepDraft {
            pythons: vec![Interpreter::capable()],
            ..draft?
        }
        .check(&Limits::default())
        .map_err(|invalid| invalid.sentence)?;
        Ok(request)
    }

    /// The first two things that cannot both be meant.
    fn contradiction(&self) -> Option<String> {
        if let Some(contradiction) = self.work.contradiction(self.workload, &self.models) {
            return Some(contradiction);
        }
        let format = self.output.output().map(|output| output.format);
        (self.all_tasks && format.is_ok_and(|format| format != Format::Json)).then(|| {
            "--all-tasks lists the tasks in JSON: add --format json, or leave it out".into()
        })
    }
}

fn with_one_worker(draft: &SweepDraft) -> SweepDraft {
    SweepDraft {
        workers: vec![1],
        ..draft.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, Invocation, Order, parse};
    use super::*;
    use crate::catalog::model::SWITCH_INTERVAL;
    use crate::catalog::workload::WRITES;

    fn parsed(line: &str) -> Result<SweepRequest, String> {
        let arguments = ["pconc-tui", "sweep"]
            .into_iter()
            .chain(line.split_whitespace());
        match parse(arguments.map(Into::into)) {
            Ok(Order {
                invocation: Invocation::Sweep(request),
                ..
            }) => Ok(*request),
            Err(Answer::Refusal(sentence)) => Err(sentence),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn everything_reaches_the_draft_and_one_seed_does_both() {
        let request = parsed(
            "--workload io --models threads,serial,gil-threads --workers 2^0..2^2,cores --repeats 5 --seed 9 \
             --tasks 32 --writes 7 --switch-interval 500us --format json --all-tasks",
        )
        .unwrap();
        let draft = request.draft(6, None).unwrap();
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
            (request.output.format, request.all_tasks),
            (Format::Json, true)
        );
    }

    #[test]
    fn without_more_said_there_are_three_rounds() {
        let draft = parsed("--workload cpu --models threads --workers 1..3")
            .unwrap()
            .draft(2, None)
            .unwrap();
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
                "--workload <WORKLOAD> (cpu, io or sleep) and --models <MODELS> (serial, ",
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
            (
                "--workload cpu --models threads --workers 8..1",
                "upside down",
            ),
            (
                "--workload cpu --models threads --workers 2^64",
                "too large",
            ),
            ("--workload cpu --models threads --workers -4", "'-4'"),
            ("--workload cpu --models threads --workers 0", "begins at 1"),
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
        assert_eq!(request.draft(5, None).unwrap().workers, [4, 5]);
        assert!(
            request
                .draft(2, None)
                .is_err_and(|sentence| sentence.contains("upside down"))
        );
    }
}
