//! Which interpreters the command line means.

use crate::cli::{Request, SweepRequest};
use crate::domain::python::FoundPython;
use crate::engine::session::Session;

/// That of a run; none if its model is not one of Python's.
///
/// # Errors
/// Why it is of no use, or that there is none.
pub fn of_run(session: &Session, request: &Request) -> Result<Vec<FoundPython>, String> {
    if !request.model().is_python() {
        return Ok(vec![]);
    }
    let found = match &request.python {
        Some(written) => session.python(written).map_err(|useless| useless.sentence),
        None => session.default_python().map_err(String::from),
    };
    Ok(vec![found?])
}

/// Those of a sweep, each once; none if no model is one of Python's.
///
/// # Errors
/// Why one of them is of no use, or that there is none.
pub fn of_sweep(session: &Session, request: &SweepRequest) -> Result<Vec<FoundPython>, String> {
    if !request.needs_python() {
        return Ok(vec![]);
    }
    if request.pythons.is_empty() {
        return Ok(vec![session.default_python()?]);
    }
    let all = request
        .pythons
        .iter()
        .map(|written| session.python(written));
    all.collect::<Result<_, _>>()
        .map_err(|useless| useless.sentence)
}
