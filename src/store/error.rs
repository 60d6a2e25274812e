//! Why the history could not be read or changed.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::domain::text;

/// Why the history, or a picture beside it, could not be read or changed. Shown, it is one sentence.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system refuses.
    #[error("cannot {doing} {}: {}", path.display(), text::plain(error))]
    System {
        /// As in "read".
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another program appends to it, and goes on doing so.
    #[error("another program keeps {} locked", .0.display())]
    Locked(PathBuf),
    /// A directory has its name.
    #[error("{} is a directory", .0.display())]
    Directory(PathBuf),
    /// Something else that is no file has its name.
    #[error("{} is no file", .0.display())]
    NoFile(PathBuf),
    /// A file of somebody else's has its name.
    #[error("{} is no history of pconc-tui: nothing is written to it", .0.display())]
    NoHistory(PathBuf),
    /// Nothing says where it is.
    #[error("neither XDG_DATA_HOME nor HOME says where; --history FILE would")]
    Nowhere,
    /// The picture was removed, or there never was one.
    #[error("its timeline was removed to save room; all numbers are kept")]
    NoPicture,
    /// The picture is there.
    #[error("its timeline cannot be read: {}", text::plain(.0))]
    UnreadablePicture(io::Error),
    /// Somebody else, or the disk, has changed the picture.
    #[error("its timeline cannot be drawn: the file that it was kept in is damaged")]
    DamagedPicture(#[from] serde_json::Error),
    /// The picture has a form of tomorrow.
    #[error("its timeline was kept by a newer pconc-tui, which this one does not understand")]
    NewerPicture,
}

impl StoreError {
    /// What the system says when one wants to do so with this file.
    pub(super) fn system(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> StoreError {
        move |error| StoreError::System {
            doing,
            path: path.into(),
            error,
        }
    }
}

impl From<StoreError> for String {
    fn from(error: StoreError) -> String {
        error.to_string()
    }
}
