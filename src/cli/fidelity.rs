//! The options of the comparison with CPython's lock.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::output::{Output, OutputArguments};
use super::values;
use crate::catalog::workload::TASK_TIME;
use crate::domain::fidelity::{self, DEFAULT_REPEATS, DEFAULT_TASK_MS};
use crate::domain::machine::Limits;
use crate::domain::python::{FoundPython, Interpreter};
use crate::present::format::Format;

const EXAMPLES: &str = "\
Examples:
  pconc-tui fidelity                            with python3 on PATH
  pconc-tui fidelity --python python3.13 --repeats 10
  pconc-tui fidelity --format json --output fidelity.json

A verdict is \"within\" or \"outside\" only if the whole 95 % interval is; otherwise it cannot tell: more repeats
make intervals narrower. Ctrl-C stops and prints what was measured; a second one ends the program at once.
Exit codes: 0 done, whatever the verdicts, 1 a run broke, 2 wrong usage, 130 interrupted.";

/// The comparison as the command line asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct FidelityRequest {
    /// Which interpreter; `None` is the default.
    pub python: Option<PathBuf>,
    /// How long a `cpu` task takes one thread of the interpreter, in milliseconds.
    pub task_ms: u64,
    /// Counted rounds.
    pub repeats: u64,
    /// Where the order of each round, the latencies of the pages and the resamples are drawn from.
    pub seed: u64,
    /// Where and how the result is written: a table or JSON.
    pub output: Output,
    /// Whether the table is in nothing but ASCII, whatever the locale.
    pub ascii: bool,
}

// Every value may begin with a hyphen, so that what is wrong with it is told, and not that it is an unknown option.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct FidelityArguments {
    /// Which Python: a file, or a name on PATH [default: python3]
    ///
    /// CPython 3.8 or newer, with its lock.
    #[arg(long, value_name = "PYTHON", value_hint = ValueHint::ExecutablePath, allow_hyphen_values = true)]
    python: Option<PathBuf>,

    /// How many rounds are counted, from 1 to 1000 [default: 5]
    ///
    /// With less than two there are no intervals, and no verdicts.
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    repeats: Option<u64>,

    /// How long a cpu task takes CPython, from 1ms to 600s [default: 200ms]
    ///
    /// There are eight of them, of as many steps under both locks. What takes only a few switch intervals says little.
    #[arg(long, value_name = "TIME", value_parser = values::milliseconds, allow_hyphen_values = true)]
    task_time: Option<u64>,

    /// What the order of each round is drawn from, any whole number [default: 1]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    seed: Option<u64>,

    #[command(flatten)]
    output: OutputArguments,
}

impl FidelityArguments {
    /// What they ask for.
    ///
    /// # Errors
    /// What cannot be meant, in one sentence.
    pub(super) fn request(&self, ascii: bool) -> Result<FidelityRequest, String> {
        let output = self.output.output()?;
        if !matches!(output.format, Format::Table | Format::Json) {
            return Err(
                "fidelity is written as a table or as JSON: choose --format table or json".into(),
            );
        }
        if self.output.no_traces {
            return Err(
                "--no-traces is about the JSON of runs, and that of fidelity has no timelines"
                    .into(),
            );
        }
        let request = FidelityRequest {
            python: self.python.clone(),
            task_ms: self.task_ms()?,
            repeats: self.repeats.unwrap_or(DEFAULT_REPEATS),
            seed: self.seed.unwrap_or(1),
            output,
            ascii,
        };
        // Which interpreter there is, is not known yet: one that can do everything finds all other mistakes.
        let any = FoundPython {
            interpreter: Interpreter::capable(),
            steps_per_s: 1e7,
        };
        fidelity::plans(
            &fidelity::drafts(&any, request.task_ms, request.repeats, request.seed),
            &Limits::default(),
        )
        .map_err(|invalid| invalid.sentence)?;
        Ok(request)
    }

    fn task_ms(&self) -> Result<u64, String> {
        let task_ms = self.task_time.unwrap_or(DEFAULT_TASK_MS);
        TASK_TIME.check(task_ms).map(|()| task_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, Invocation, Order, parse};
    use super::*;

    fn parsed(line: &str) -> Result<FidelityRequest, String> {
        let arguments = ["pconc-tui", "fidelity"]
            .into_iter()
            .chain(line.split_whitespace());
        match parse(arguments.map(Into::into)) {
            Ok(Order {
                invocation: Invocation::Fidelity(request),
                ..
            }) => Ok(request),
            Err(Answer::Refusal(sentence)) => Err(sentence),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn everything_has_a_default_and_can_be_said() {
        let usual = parsed("").unwrap();
        assert_eq!((usual.python, usual.repeats, usual.seed), (None, 5, 1));
        let said = parsed("--python python3.13 --repeats 9 --task-time 5ms --seed 3 --format json")
            .unwrap();
        assert_eq!(
            (said.python, said.repeats, said.task_ms, said.seed),
            (Some("python3.13".into()), 9, 5, 3)
        );
        assert_eq!(said.output.format, Format::Json);
    }

    #[test]
    fn bad_input_of_every_kind_gets_one_sentence() {
        for (line, named) in [
            ("--repeats 0", "repeats must be from 1"),
            ("--repeats -1", "-1"),
            ("--task-time 0ms", "task time"),
            ("--task-time 601s", "600"),
            ("--format csv", "table or json"),
            ("--format json --no-traces", "no timelines"),
            ("--workload cpu", "--workload"),
        ] {
            let sentence = parsed(line).expect_err(line);
            assert!(
                sentence.contains(named) && !sentence.contains('\n'),
                "{line}: {sentence}"
            );
        }
    }
}
