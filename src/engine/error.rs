//! Why nothing could be measured, or not to its end.

use std::{fmt, io};

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

/// Why nothing could be measured, or not to its end, in one sentence.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct EngineError(String);

impl EngineError {
    /// This sentence.
    pub(super) fn new(sentence: impl Into<String>) -> EngineError {
        EngineError(sentence.into())
    }

    /// What the system says when one does so, as in "cannot map the memory for measuring".
    pub(super) fn system(doing: impl fmt::Display) -> impl FnOnce(io::Error) -> EngineError {
        move |error| EngineError(format!("{doing}: {}", text::plain(&error)))
    }
}

impl From<EngineError> for String {
    fn from(error: EngineError) -> String {
        error.0
    }
}
