//! Looks at the user's function before anything is measured.

use super::{measure::Bench, say};
use crate::{
    catalog::model::Model,
    cli::WorkArguments,
    domain::{plan::Draft, text::counted},
    engine::session::{FunctionRefusal, SeenFunction},
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
        let seen = session.look_at(interpreter, function.clone(), work.calls());
        let seen = seen.map_err(refusal)?;
        check_pickling(&seen, models)?;
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

/// Why the function cannot be called, followed by Python's traceback.
pub(super) fn refusal(
    FunctionRefusal {
        sentence,
        traceback,
    }: FunctionRefusal,
) -> Failure {
    let lines = [sentence, traceback].join("\n");
    Failure::usage(lines.trim_end())
}

/// Refuses a model that has to pass on what cannot be pickled.
fn check_pickling(seen: &SeenFunction, models: &[Model]) -> Result<(), Failure> {
    let mut models = models.iter();
    match (
        models.find(|model| !model.shares_variables()),
        &seen.unpicklable,
    ) {
        (Some(model), Some((what, why))) => Err(Failure::usage(format!(
            "{} has to pickle the {what}, which Python refuses ({why})",
            model.name()
        ))),
        _ => Ok(()),
    }
}
