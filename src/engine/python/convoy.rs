//! The convoy under a real lock.

use std::time::Duration;

use super::ask::{AskError, ask};
use super::not_started;
use super::order::SCRIPT;
use crate::domain::python::Interpreter;
use crate::domain::time::Nanos;
use crate::engine::EngineError;
use crate::engine::scratch::Scratch;
use crate::engine::zygote::Zygote;

/// How long one measurement may take: hundreds of latencies of several switch intervals.
const LIMIT: Duration = Duration::from_secs(60);
/// The most latencies of one measurement: their text has to fit into what is kept of an output.
pub const SAMPLES_MAX: u32 = 1_000;

/// So many latencies beside so many computing threads, measured by this interpreter; in nanoseconds, in the order in which
/// they were measured.
///
/// # Errors
/// Why there are none, in one sentence.
pub fn measure(
    zygote: &mut Zygote,
    scratch: &Scratch,
    interpreter: &Interpreter,
    (computing, samples): (u32, u32),
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<Nanos>, EngineError> {
    let python = format!("Python {}", interpreter.version_name());
    let none = |why: String| EngineError::new(format!("{python} {why}"));
    let numbers = [computing.to_string(), samples.min(SAMPLES_MAX).to_string()];
    let script = format!("{SCRIPT}\nconvoy()");
    let arguments = ["-c", &script, &numbers[0], &numbers[1]];
    let path = &interpreter.path;
    match ask(zygote, scratch, path, &arguments, None, LIMIT, cancelled) {
        Ok(answer) => answer
            .marked()
            .ok_or_else(|| none(format!("measured no convoy: it {}", answer.end))),
        Err(AskError::Cancelled) => Err(EngineError::new("stopped")),
        Err(AskError::NotStarted(why)) => Err(not_started(&python, &why)),
        Err(AskError::TimedOut(_)) => {
            let limit = LIMIT.as_secs();
            Err(none(format!("did not measure the convoy in {limit} s")))
        }
        Err(AskError::Broken(error)) => Err(error),
    }
}
