//! The convoy under a real lock.

use std::time::Duration;

use super::ask::{AskError, ask};
use super::order::SCRIPT;
use crate::domain::python::Interpreter;
use crate::domain::time::Nanos;
use crate::engine::scratch::Scratch;
use crate::engine::zygote::Zygote;

/// What stands before what is printed.
const MARK: &str = "pconc-tui:";
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
    python: &Interpreter,
    (computing, samples): (u32, u32),
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<Nanos>, String> {
    let label = format!("Python {}", python.version_name());
    let numbers = [computing.to_string(), samples.min(SAMPLES_MAX).to_string()];
    let arguments = [
        "-c",
        &format!("{SCRIPT}\nconvoy()"),
        &numbers[0],
        &numbers[1],
    ];
    match ask(
        zygote,
        scratch,
        &python.path,
        &arguments,
        None,
        LIMIT,
        cancelled,
    ) {
        Ok(answer) => {
            let printed = String::from_utf8_lossy(&answer.output).into_owned();
            let line = printed.lines().find_map(|line| line.strip_prefix(MARK));
            let latencies = line.and_then(|line| serde_json::from_str(line).ok());
            latencies.ok_or_else(|| format!("{label} measured no convoy: it {}", answer.cause))
        }
        Err(AskError::Cancelled) => Err("stopped".into()),
        Err(AskError::NotStarted(why)) => Err(format!("{label} could not be started: {why}")),
        Err(AskError::TimedOut(_)) => Err(format!(
            "{label} did not measure the convoy in {} s",
            LIMIT.as_secs()
        )),
        Err(AskError::Broken(sentence)) => Err(sentence),
    }
}
