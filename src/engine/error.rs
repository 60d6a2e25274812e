//! Errors: why something could not be measured, or not completely.

use std::{fmt, io};

use thiserror::Error;

use crate::domain::text;

/// Why a task, or a step of it, was not completed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfinished {
    /// The run was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// It failed; the sentence gives the reason.
    #[error("{0}")]
    Failed(String),
}

/// Why something could not be measured, or not completely, in one sentence.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct EngineError(String);

impl EngineError {
    pub(super) fn new(sentence: impl Into<String>) -> EngineError {
        EngineError(sentence.into())
    }

    /// Turns the system's error into a sentence that starts with what was being done, for example "cannot map the
    /// memory for measuring".
    pub(super) fn system(doing: impl fmt::Display) -> impl FnOnce(io::Error) -> EngineError {
        move |error| EngineError(format!("{doing}: {}", text::plain(&error)))
    }
}

impl From<EngineError> for String {
    fn from(error: EngineError) -> String {
        error.0
    }
}
