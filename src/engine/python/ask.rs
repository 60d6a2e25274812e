//! Starts a program, waits for what it prints, and leaves nothing of it behind.

use std::{os::fd::AsFd, path::Path, time::Duration};

use serde::de::DeserializeOwned;

use super::output::Output;
use crate::{
    domain::time::Nanos,
    engine::{
        EngineError, clock,
        latch::wait_readable,
        lock::lock,
        run::RunContext,
        scratch::Scratch,
        zygote::{News, ProcessEnd, Program, Zygote},
    },
};

/// What stands before an answer: an interpreter may print other things besides.
pub const MARK: &str = "pconc-tui:";
/// How often it is looked whether the answer is wanted any more, in milliseconds.
const LOOK_MS: u16 = 50;
/// How long a program that was killed may take to be gone.
const GONE_MAX: Nanos = 2_000_000_000;

/// What a program printed, and how it ended.
#[derive(Debug)]
pub struct Answer {
    /// The begin of its output and error output, [`OUTPUT_KEPT`](crate::domain::record::OUTPUT_KEPT) bytes at most.
    pub output: String,
    /// How it ended.
    pub end: ProcessEnd,
}

impl Answer {
    /// What stands behind the mark, if that is such a thing.
    pub fn marked<T: DeserializeOwned>(&self) -> Option<T> {
        let mut lines = self.output.lines();
        let line = lines.find_map(|line| line.strip_prefix(MARK))?;
        serde_json::from_str(line).ok()
    }
}

/// Why there is no [`Answer`].
#[derive(Debug)]
pub enum AskError {
    /// It could not be started: the system's reason.
    NotStarted(String),
    /// It did not end in time and was killed. What it printed until then.
    TimedOut(String),
    /// Nobody wanted the answer any more.
    Cancelled,
    /// The zygote or the directory for temporary files failed.
    Broken(EngineError),
}

/// Starts this Python with these arguments in `directory`, or in the session's own, waits until it has ended or `limit` is
/// over, or until `cancelled` says that nobody wants the answer. Whatever happens, nothing of it is left then. No run can
/// happen meanwhile.
///
/// # Errors
/// See [`AskError`].
pub fn ask(
    context: &RunContext,
    python: &str,
    arguments: &[&str],
    directory: Option<&Path>,
    limit: Duration,
    cancelled: &dyn Fn() -> bool,
) -> Result<Answer, AskError> {
    let (mut zygote, scratch) = (lock(&context.zygote), &context.scratch);
    let broken = |error| {
        let doing = format!("cannot use {}", scratch.directory.display());
        AskError::Broken(EngineError::system(doing)(error))
    };
    scratch.make().map_err(broken)?;
    let _removed = Removed(scratch);
    let mut output = Output::open(&scratch.output()).map_err(broken)?;
    let program = Program {
        path: python.into(),
        arguments: arguments.iter().map(ToString::to_string).collect(),
        // Nothing there is a module of Python's: only who looks for files by name finds them.
        directory: directory.map(|directory| directory.to_string_lossy().into_owned()),
        inherited: vec![],
    };
    zygote.execute(program).map_err(AskError::Broken)?;
    let deadline = clock::now() + limit.as_nanos() as Nanos;
    let is_late = || clock::now() > deadline;
    while !cancelled() && !is_late() {
        if let Some(end) = news(&mut zygote, &mut output)? {
            let output = output.text();
            return Ok(Answer { output, end });
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

/// What has happened until the next look; how the program has ended, if it has.
fn news(zygote: &mut Zygote, output: &mut Output) -> Result<Option<ProcessEnd>, AskError> {
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

/// The directory, which goes when nobody needs it any more.
struct Removed<'s>(&'s Scratch);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        self.0.remove();
    }
}
