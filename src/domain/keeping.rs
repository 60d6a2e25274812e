//! Where finished runs are kept for later sessions.

use std::path::PathBuf;

/// Where the user wants finished runs to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// In the user's data directory.
    #[default]
    AsUsual,
    /// In this file.
    In(PathBuf),
    /// Nowhere: they are gone when the program ends.
    Nowhere,
}
