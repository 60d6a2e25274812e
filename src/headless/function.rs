//! Looks at the user's function before anything is measured.

use super::{measure::Bench, say};
use crate::{
    catalog::model::Model,
    cli::WorkArguments,
    domain::{function::SeenFunction, plan::Draft, text::counted},
    shell::exit::Failure,
};

/// Looks at the function that the user named, with every interpreter that will call it. `None` for other work.
///
/// # Errors
/// If it cannot be called under these models.
pub fn look_at(
    bench: &Bench<'_>,
    work: &WorkArguments,
    models: &[Model],
) -> Result<Option<SeenFunction>, Failure> {
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
    Ok(first)
}

/// The draft that calls this function.
pub fn with(draft: Draft, seen: Option<SeenFunction>) -> Draft {
    match seen {
        None => draft,
        Some(seen) => Draft {
            tasks: seen.calls,
            function: Some(Box::new(seen.function)),
            ..draft
        },
    }
}

/// Says how often the function will be called, because a call may change something in the world.
pub fn announce(draft: &Draft, runs: u64) {
    if let Some(function) = &draft.function {
        let calls = counted(draft.tasks.saturating_mul(runs), "call");
        say(&format!("these are {calls} of {}", function.target));
    }
}
