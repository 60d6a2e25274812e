//! The options of the article's claims.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{output::OutputArguments, values};
use crate::{
    catalog::claim::{CLAIMS, Claim},
    domain::rounds::{Effort, LEAST_PAIRS, MOST_PAIRS},
    present::format::Format,
};

const EXAMPLES: &str = "\
Examples:
  pconc-tui verify --quick                      every claim, in about a minute
  pconc-tui verify --claim 2,3 --python python3.13
  pconc-tui verify --output report.html         a report to hand in

A claim is supported or contradicted only if the measurements decide it and its controls come out as they have to;
otherwise it cannot tell. Claims of the article that are known to be wrong are marked as such.
Exit codes: 0 every verdict is as expected, 1 a run broke, 2 wrong usage, 3 something else was contradicted,
4 a claim could not be told, 130 interrupted.";

/// The claims as the command line asks for them.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct VerifyRequest {
    /// Which claims, by number [default: all]
    ///
    /// Separated by commas, or once for each. pconc-tui verify --list prints them.
    #[arg(long = "claim", value_name = "N", value_delimiter = ',', value_parser = values::claim, allow_hyphen_values = true)]
    claims: Vec<u8>,

    /// Print the claims and what has to come out, and measure nothing
    #[arg(long, conflicts_with_all = ["quick", "thorough"])]
    pub list: bool,

    /// Measure up to five rounds: about a minute for all claims
    #[arg(long)]
    quick: bool,

    /// Measure up to fifteen rounds, for narrow intervals
    #[arg(long, conflicts_with = "quick")]
    thorough: bool,

    /// Which Python, once for each: a file, or a name on PATH [default: python3]
    ///
    /// Claims about Python are tested with the first one that has a GIL, and besides with the first one that has none.
    /// Without any Python they are tested under the emulated GIL.
    #[arg(long, value_name = "PYTHON", value_hint = ValueHint::ExecutablePath, allow_hyphen_values = true)]
    pub python: Vec<PathBuf>,

    /// Where and how results are written.
    #[command(flatten)]
    pub output: OutputArguments,
}

impl VerifyRequest {
    /// The claims to test, in the order of their numbers, each once.
    pub fn chosen(&self) -> Vec<&'static Claim> {
        let is_chosen =
            |claim: &&Claim| self.claims.is_empty() || self.claims.contains(&claim.number);
        CLAIMS.into_iter().filter(is_chosen).collect()
    }

    /// How much may be measured for each claim.
    pub fn effort(&self) -> Effort {
        let (budget_s, rounds) = match (self.quick, self.thorough) {
            (true, _) => (10.0, LEAST_PAIRS + 2),
            (_, true) => (60.0, 15),
            _ => (15.0, MOST_PAIRS),
        };
        Effort { budget_s, rounds }
    }

    /// Fills in what was left open, or says which options contradict each other.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        self.output.settle(Format::Table)?;
        match self.output.format() {
            Format::Table | Format::Json | Format::Markdown | Format::Html => Ok(()),
            _ => Err(
                "claims are written as a table, as JSON, as Markdown or as HTML: choose one \
                 with --format"
                    .into(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Command, EarlyAnswer, tests::parsed as order},
        *,
    };

    fn parsed(line: &str) -> Result<VerifyRequest, String> {
        match order(&format!("verify {line}")) {
            Ok(Command::Verify(request)) => Ok(request),
            Err(EarlyAnswer::Refusal(sentence)) => Err(sentence),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn all_claims_are_chosen_unless_some_are_named_and_each_is_tested_once() {
        let numbers = |line| {
            let chosen = parsed(line).expect("it is valid").chosen();
            chosen.iter().map(|claim| claim.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers("").len(), CLAIMS.len());
        assert_eq!(numbers("--claim 3,2 --claim 3"), [2, 3]);
    }

    #[test]
    fn more_effort_means_more_rounds_and_more_time() {
        let efforts =
            ["--quick", "", "--thorough"].map(|line| parsed(line).expect("valid").effort());
        let is_more = |pair: &[Effort]| {
            pair[0].rounds < pair[1].rounds && pair[0].budget_s < pair[1].budget_s
        };
        assert!(efforts.windows(2).all(is_more), "{efforts:?}");
    }

    #[test]
    fn bad_input_of_every_kind_gets_one_sentence() {
        for (line, named) in [
            ("--claim 0", "is not the number of a claim"),
            ("--claim 11", "is not the number of a claim"),
            ("--claim x", "'x'"),
            ("--claim -1", "-1"),
            ("--quick --thorough", "--thorough"),
            ("--list --quick", "--quick"),
            ("--format csv", "--format"),
            ("--workers 3", "--workers"),
        ] {
            let sentence = parsed(line).expect_err(line);
            assert!(
                sentence.contains(named) && !sentence.contains('\n'),
                "{line}: {sentence}"
            );
        }
    }
}
