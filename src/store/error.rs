//! Why the history could not be read or changed.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::domain::text;

/// Why the history, or a trace beside it, could not be read or changed. Its text is one sentence.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another program holds the lock of the history.
    #[error("another program keeps {} locked", .0.display())]
    Locked(PathBuf),
    /// No environment variable says where the history is.
    #[error("neither XDG_DATA_HOME nor HOME is set; use --history FILE")]
    Nowhere,
    /// Any other error. No caller handles it specially; it is shown to the user.
    #[error("{0}")]
    Other(String),
}

impl StoreError {
    /// Turns the system's error into a sentence about this file. `doing` is what was being done, for example "read".
    pub(super) fn system(doing: &str, path: &Path) -> impl Fn(io::Error) -> StoreError {
        move |error| {
            let (path, why) = (path.display(), text::plain(&error));
            StoreError::Other(format!("cannot {doing} {path}: {why}"))
        }
    }
}

impl From<StoreError> for String {
    fn from(error: StoreError) -> String {
        error.to_string()
    }
}
