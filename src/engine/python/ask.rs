//! Starts a program, waits for its output, and leaves nothing running.

use std::{fs, os::fd::AsFd, path::Path, time::Duration};

use serde::de::DeserializeOwned;

use super::output::OutputReader;
use crate::{
    domain::time::Nanos,
    engine::{
        EngineError, clock,
        command::PrintedTally,
        latch::wait_readable,
        run::RunContext,
        scratch::Scratch,
        sync::lock,
        zygote::{Environment, News, ProcessEnd, Program, Zygote},
    },
};

/// The interval at which to check whether the answer is still needed, in milliseconds.
const LOOK_MS: u16 = 50;
/// The time limit for a killed program to disappear.
const GONE_MAX: Nanos = 2_000_000_000;

/// The output of a program, and how it exited.
#[derive(Debug)]
pub struct ProgramOutput {
    /// The start of the output and error output, at most [`OUTPUT_KEPT`](crate::domain::record::OUTPUT_KEPT) bytes.
    pub output: String,
    /// All that it printed, in numbers.
    pub tally: PrintedTally,
    /// The content of the file for the [answer](Scratch::answer); empty if the program wrote none.
    pub answer: String,
    /// How the program exited.
    pub end: ProcessEnd,
}

impl ProgramOutput {
    /// The answer, if it is one of this type.
    pub fn answered<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.answer).ok()
    }
}

/// Why there is no [`ProgramOutput`].
#[derive(Debug)]
pub enum AskError {
    /// The program could not be started: the system's reason.
    NotStarted(String),
    /// The program did not exit in time and was killed; its output until then.
    TimedOut(String),
    /// The answer is no longer wanted.
    Cancelled,
    /// The zygote or the temporary directory failed.
    Broken(EngineError),
}

/// Starts this Python with these arguments in this environment and, if it is given, in this directory. Waits until it has
/// exited, until `limit` is over, or until `cancelled` returns true. When this returns, nothing of the program is left.
/// No run can happen meanwhile.
///
/// # Errors
/// See [`AskError`].
pub fn ask(
    context: &RunContext,
    python: &str,
    arguments: &[&str],
    (directory, environment): (Option<&Path>, Environment),
    limit: Duration,
    cancelled: &dyn Fn() -> bool,
) -> Result<ProgramOutput, AskError> {
    let (mut zygote, scratch) = (lock(&context.zygote), &context.scratch);
    let broken = |error| {
        let doing = format!("cannot use {}", scratch.directory.display());
        AskError::Broken(EngineError::system(doing)(error))
    };
    scratch.make().map_err(AskError::Broken)?;
    let _removed = Removed(scratch);
    let mut output = OutputReader::open(&scratch.output()).map_err(broken)?;
    let program = Program {
        path: python.into(),
        arguments: arguments.iter().map(ToString::to_string).collect(),
        // Python does not look for modules in this directory. Only code that opens files by name finds something there.
        directory: directory.map(|directory| directory.to_string_lossy().into_owned()),
        environment,
        inherited: vec![],
    };
    zygote.execute(program).map_err(AskError::Broken)?;
    let deadline = clock::now() + limit.as_nanos() as Nanos;
    let is_late = || clock::now() > deadline;
    while !cancelled() && !is_late() {
        if let Some(end) = news(&mut zygote, &mut output)? {
            return Ok(ProgramOutput {
                output: output.text(),
                tally: output.tally,
                answer: fs::read_to_string(scratch.answer()).unwrap_or_default(),
                end,
            });
        }
    }
    let is_late = is_late();
    zygote.kill();
    let gone = clock::now() + GONE_MAX;
    while clock::now() < gone && news(&mut zygote, &mut output)?.is_none() {}
    Err(if is_late {
        AskError::TimedOut(output.text())
    } else {
        AskError::Cancelled
    })
}

/// Waits for news until the next check. Returns how the program exited, if it did.
fn news(zygote: &mut Zygote, output: &mut OutputReader) -> Result<Option<ProcessEnd>, AskError> {
    wait_readable([output.fifo.as_fd(), zygote.socket.as_fd()], Some(LOOK_MS));
    output.drain();
    match zygote.news().map_err(AskError::Broken)? {
        Some(News::ProgramStarted(Err(why))) => Err(AskError::NotStarted(why)),
        Some(News::ProgramEnded(end)) => {
            output.drain();
            Ok(Some(end))
        }
        _ => Ok(None),
    }
}

/// Removes the directory when the answer has arrived.
struct Removed<'s>(&'s Scratch);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        self.0.remove();
    }
}
