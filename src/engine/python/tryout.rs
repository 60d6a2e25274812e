//! Runs a program in the user's environment, once and for a limited time.

use std::{collections::BTreeMap, fs, time::Duration};

use super::ask::{AskError, ask};
use crate::{
    domain::{command::SHELL, foreign::cleaned_lines, python::Interpreter, time::seconds},
    engine::{
        clock,
        command::PrintedTally,
        run::RunContext,
        scratch::PROGRAM,
        zygote::{Environment, ProcessEnd},
    },
};

/// Where Python looks for modules, besides the usual places.
const SEARCHED: &str = "PYTHONPATH";

/// How a program ran.
#[derive(Clone, Debug, PartialEq)]
pub enum ProgramRun {
    /// To its end, in this many seconds.
    Ended(f64),
    /// Until it was stopped after this many seconds.
    Stopped(f64),
    /// It failed.
    Failed {
        /// What it printed.
        output: String,
        /// How it ended; `None` if it could not be started.
        end: Option<ProcessEnd>,
        /// After how many seconds.
        after_s: f64,
    },
    /// It did not run, because the user stopped it or the system refused it.
    NotRun,
}

/// Runs the program as if its file were in the working directory.
pub fn try_program(
    context: &RunContext,
    interpreter: &Interpreter,
    code: &str,
    limit: Duration,
    cancelled: &dyn Fn() -> bool,
) -> ProgramRun {
    let file = context.scratch.directory.join(PROGRAM);
    let is_written = context.scratch.make().is_ok() && fs::write(&file, code).is_ok();
    let Some(here) = std::env::current_dir().ok().filter(|_| is_written) else {
        context.scratch.remove();
        return ProgramRun::NotRun;
    };
    let (here, file) = (
        here.to_string_lossy().into_owned(),
        file.to_string_lossy().into_owned(),
    );
    let searched = match std::env::var(SEARCHED) {
        Ok(more) if !more.is_empty() => format!("{here}:{more}"),
        _ => here,
    };
    let variables = BTreeMap::from([(SEARCHED.to_string(), searched)]);
    let environment = Environment::Users(variables);
    let tried = attempt(
        context,
        &interpreter.path,
        &[&file],
        environment,
        limit,
        cancelled,
    );
    tried.0
}

/// Runs a line for the shell in the working directory, and also returns what it printed, in numbers, if it ended.
pub fn try_line(
    context: &RunContext,
    line: &str,
    limit: Duration,
    cancelled: &dyn Fn() -> bool,
) -> (ProgramRun, PrintedTally) {
    let environment = Environment::Users(BTreeMap::new());
    attempt(context, SHELL, &["-c", line], environment, limit, cancelled)
}

fn attempt(
    context: &RunContext,
    path: &str,
    arguments: &[&str],
    environment: Environment,
    limit: Duration,
    cancelled: &dyn Fn() -> bool,
) -> (ProgramRun, PrintedTally) {
    let since = clock::now();
    let asked = ask(
        context,
        path,
        arguments,
        (None, environment),
        limit,
        cancelled,
    );
    let took_s = seconds(clock::now() - since);
    let tally = asked
        .as_ref()
        .map_or_else(|_| PrintedTally::default(), |asked| asked.tally);
    let run = match asked {
        Ok(asked) if asked.end.is_success() => ProgramRun::Ended(took_s),
        Ok(asked) => {
            let printed = cleaned_lines(&asked.output);
            let said = format!("{}\nit {}", printed.trim_end(), asked.end);
            ProgramRun::Failed {
                output: said.trim_start().into(),
                end: Some(asked.end),
                after_s: took_s,
            }
        }
        Err(AskError::TimedOut(_)) => ProgramRun::Stopped(took_s),
        Err(AskError::NotStarted(output)) => ProgramRun::Failed {
            output,
            end: None,
            after_s: took_s,
        },
        Err(AskError::Cancelled | AskError::Broken(_)) => ProgramRun::NotRun,
    };
    (run, tally)
}
