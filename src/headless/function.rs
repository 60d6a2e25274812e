//! Looks at the user's function or command before anything is measured.

use super::{measure::Bench, say};
use crate::{
    catalog::model::Model,
    cli::WorkArguments,
    domain::{command::SeenCommand, function::SeenFunction, plan::Draft, text::counted},
    shell::exit::Failure,
};

/// What the user named, as it was seen.
pub enum NamedWork {
    /// A function.
    Function(SeenFunction),
    /// A command.
    Command(SeenCommand),
}

/// Looks at what the user named: at a function with every interpreter that will call it. `None` for other work.
///
/// # Errors
/// If it cannot be called under these models, or cannot be executed.
pub fn look_at(
    bench: &Bench<'_>,
    work: &WorkArguments,
    models: &[Model],
) -> Result<Option<NamedWork>, Failure> {
    if let Some(command) = work.function.command() {
        let seen = bench.session.look_at_command(&command, work.calls());
        return Ok(Some(NamedWork::Command(seen.map_err(Failure::usage)?)));
    }
    let Some(function) = work.function.given() else {
        return Ok(None);
    };
    let mut first = None;
    for python in &bench.pythons {
        let (session, interpreter) = (&bench.session, &python.interpreter);
        let seen = session.look_at(interpreter, function.clone(), work.calls())?;
        for model in models {
            seen.check_pickling(*model).map_err(Failure::usage)?;
        }
        first = first.or(Some(seen));
    }
    Ok(first.map(NamedWork::Function))
}

/// The draft that does what the user named.
pub fn with(draft: Draft, named: Option<NamedWork>) -> Draft {
    match named {
        None => draft,
        Some(NamedWork::Function(seen)) => Draft {
            tasks: seen.calls,
            function: Some(Box::new(seen.function)),
            ..draft
        },
        Some(NamedWork::Command(seen)) => Draft {
            tasks: seen.times,
            command: Some(Box::new(seen.command)),
            ..draft
        },
    }
}

/// Says how often the function will be called or the command run, because that may change something in the world.
pub fn announce(draft: &Draft, runs: u64) {
    let times = draft.tasks.saturating_mul(runs);
    if let Some(function) = &draft.function {
        say(&format!(
            "these are {} of {}",
            counted(times, "call"),
            function.target
        ));
    }
    if let Some(command) = &draft.command {
        say(&format!(
            "these are {} of {}",
            counted(times, "execution"),
            command.name()
        ));
    }
}
