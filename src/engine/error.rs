//! Why nothing could be measured, or not to its end.

use std::io;

use thiserror::Error;

use crate::domain::text;

/// Why a task, or a step of it, was not done to its end.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfinished {
    /// The run was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// It could not be done; the sentence says why.
    #[error("{0}")]
    Failed(String),
}

/// Why nothing could be measured, or not to its end. Shown, it is one sentence.
#[derive(Debug, Error)]
pub enum EngineError {
    /// One run at a time.
    #[error("another run is going on: stop it first")]
    Busy,
    /// Nobody wanted the answer any more.
    #[error("stopped")]
    Cancelled,
    /// The zygote has ended, or was given up.
    #[error(
        "the zygote, the process which forks workers and serves pages, is gone: start the program again"
    )]
    ZygoteGone,
    /// The pages of `io` have no server.
    #[error("the loopback server could not start: {0}")]
    NoServer(String),
    /// The system refuses.
    #[error("{doing}: {}", text::plain(error))]
    System {
        /// As in "cannot map the memory for measuring".
        doing: String,
        /// Why.
        error: io::Error,
    },
    /// What CPython writes its events to cannot be shared with it.
    #[error(
        "the system allows no memory that Python can share with this program: is there a limit of file sizes?"
    )]
    NoSharedMemory,
    /// The interpreter is no program that the system starts.
    #[error("{python} could not be started: {why}")]
    NotStarted {
        /// Which.
        python: String,
        /// The system's reason.
        why: String,
    },
    /// The interpreter goes on, but not with what it was asked for.
    #[error(
        "{python} hangs: {arrived} of {workers} workers were there, and for 30 s no other came"
    )]
    Hangs {
        /// Which.
        python: String,
        /// So many workers were there.
        arrived: u32,
        /// Of so many.
        workers: u32,
    },
    /// The convoy was not measured.
    #[error("{python} {why}")]
    NoConvoy {
        /// Which.
        python: String,
        /// What it did instead.
        why: String,
    },
    /// There is no interpreter, or it is of no use.
    #[error("{0}")]
    NoPython(String),
}

impl EngineError {
    /// What the system says when one does so.
    pub(super) fn system(doing: impl Into<String>) -> impl FnOnce(io::Error) -> EngineError {
        let doing = doing.into();
        move |error| EngineError::System { doing, error }
    }
}

impl From<EngineError> for String {
    fn from(error: EngineError) -> String {
        error.to_string()
    }
}
