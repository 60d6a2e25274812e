//! Runs a program in the user's environment, once and for a limited time.

use std::{collections::BTreeMap, fs, time::Duration};

use super::ask::{AskError, ask};
use crate::{
    domain::{foreign::cleaned_lines, python::Interpreter, time::seconds},
    engine::{clock, run::RunContext, scratch::PROGRAM, zygote::Environment},
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
    /// It failed, and printed this.
    Failed(String),
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
    let place = (None, Environment::Users(variables));
    let since = clock::now();
    let asked = ask(
        context,
        &interpreter.path,
        &[&file],
        place,
        limit,
        cancelled,
    );
    let took_s = seconds(clock::now() - since);
    match asked {
        Ok(asked) if asked.end.is_success() => ProgramRun::Ended(took_s),
        Ok(asked) => {
            let printed = cleaned_lines(&asked.output);
            ProgramRun::Failed(
                format!("{}\nit {}", printed.trim_end(), asked.end)
                    .trim_start()
                    .into(),
            )
        }
        Err(AskError::TimedOut(_)) => ProgramRun::Stopped(took_s),
        Err(AskError::NotStarted(why)) => ProgramRun::Failed(why),
        Err(AskError::Cancelled | AskError::Broken(_)) => ProgramRun::NotRun,
    }
}
