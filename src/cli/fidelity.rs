//! The options of the comparison with CPython's GIL.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{output::OutputArguments, values};
use crate::{
    catalog::workload::TASK_TIME,
    domain::{
        fidelity::{self, DEFAULT_REPEATS},
        machine::WorkerLimits,
        python::{FoundPython, Interpreter},
        sweep::SweepDraft,
    },
    present::format::Format,
};

const EXAMPLES: &str = "\
Examples:
  pconc-tui fidelity                            with python3 on PATH
  pconc-tui fidelity --python python3.13 --repeats 10
  pconc-tui fidelity --format json --output fidelity.json

A verdict is \"within\" or \"outside\" only if the whole 95 % interval is; otherwise it cannot tell: more repeats
make intervals narrower. Ctrl-C stops and prints what was measured; a second one ends the program at once.
Exit codes: 0 done, whatever the verdicts, 1 a run broke, 2 wrong usage, 130 interrupted.";

/// The comparison as the command line asks for it.
// Every value may start with a hyphen. The error then says what is wrong with the value, and not that the option is
// unknown.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct FidelityRequest {
    /// Which Python: a file, or a name on PATH [default: python3]
    ///
    /// CPython 3.8 or newer, with its GIL.
    #[arg(long, value_name = "PYTHON", value_hint = ValueHint::ExecutablePath, allow_hyphen_values = true)]
    pub python: Option<PathBuf>,

    /// How many rounds to measure, from 1 to 1000 [default: 5]
    ///
    /// The warm-up round is not one of them. Intervals and verdicts need at least two rounds.
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(default_value_t = DEFAULT_REPEATS, hide_default_value = true)]
    pub repeats: u64,

    /// How long a cpu task takes CPython, from 1ms to 600s [default: 200ms]
    ///
    /// There are eight tasks, with the same steps under both locks. Tasks of only a few switch intervals say little.
    #[arg(long, value_name = "TIME", value_parser = values::milliseconds, allow_hyphen_values = true)]
    // Rust needs about a tenth of it. For all tasks together, that is still tens of switch intervals.
    #[arg(default_value = "200ms", hide_default_value = true)]
    task_time: u64,

    /// The seed for the order of each round, any whole number [default: 1]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(default_value_t = 1, hide_default_value = true)]
    pub seed: u64,

    /// Where and how results are written.
    #[command(flatten)]
    pub output: OutputArguments,
}

impl FidelityRequest {
    /// The sweeps that measure this interpreter.
    pub fn drafts(&self, found: &FoundPython) -> [SweepDraft; 2] {
        fidelity::drafts(found, self.task_time, self.repeats, self.seed)
    }

    /// Fills in what was left open, or says which options contradict each other.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        self.output.settle(Format::Table)?;
        if !matches!(self.output.format(), Format::Table | Format::Json) {
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
        TASK_TIME.check(self.task_time)?;
        // The interpreter is not known yet. With a fully capable one, all other mistakes are found.
        let any = FoundPython {
            interpreter: Interpreter::capable(),
            steps_per_s: 1e7,
        };
        fidelity::plans(&self.drafts(&any), &WorkerLimits::default())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Command, EarlyAnswer, tests::parsed as order},
        *,
    };

    fn parsed(line: &str) -> Result<FidelityRequest, String> {
        match order(&format!("fidelity {line}")) {
            Ok(Command::Fidelity(request)) => Ok(request),
            Err(EarlyAnswer::Refusal(sentence)) => Err(sentence),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn everything_has_a_default_and_can_be_said() {
        let usual = parsed("").unwrap();
        assert_eq!((usual.python, usual.repeats, usual.seed), (None, 5, 1));
        let said = parsed("--python python3.13 --repeats 9 --task-time 5ms --seed 3 --format json")
            .unwrap();
        assert_eq!((said.task_time, said.repeats, said.seed), (5, 9, 3));
        assert_eq!(said.output.format(), Format::Json);
        assert_eq!(said.python, Some("python3.13".into()));
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
