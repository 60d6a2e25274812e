//! Why the history could not be read or changed.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::domain::text;

/// Why the history, or a trace beside it, could not be read or changed. Shown, it is one sentence.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another program appends to it, and goes on doing so.
    #[error("another program keeps {} locked", .0.display())]
    Locked(PathBuf),
    /// Nothing says where it is.
    #[error("neither XDG_DATA_HOME nor HOME says where; --history FILE would")]
    Nowhere,
    /// Anything else that nobody can do something about but the user.
    #[error("{0}")]
    Other(String),
}

impl StoreError {
    /// What the system says when one wants to do so, as in "read", with this file.
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
