//! The place of the history.

use std::{
    env,
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::PathBuf,
};

use super::error::StoreError;
use crate::domain::keeping::Keeping;

/// The suffix of the file's name for pending changes; the id of the session follows.
const PENDING: &str = ".pending-";

/// The place of the history: a file, and beside it a directory with the traces of its runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPlace {
    /// The history file.
    pub file: PathBuf,
}

impl HistoryPlace {
    /// The place where the user wants runs to be kept; `None` if nowhere.
    ///
    /// # Errors
    /// If it is the user's data directory and no environment variable says where that is; the message is one sentence.
    pub fn wanted(keeping: &Keeping) -> Result<Option<HistoryPlace>, StoreError> {
        match keeping {
            Keeping::AsUsual => default_place().map(Some),
            Keeping::In(file) => Ok(Some(HistoryPlace { file: file.clone() })),
            Keeping::Nowhere => Ok(None),
        }
    }

    /// The directory of the traces: the file's name with `.traces` appended.
    pub fn traces(&self) -> PathBuf {
        self.beside(".traces")
    }

    /// The file with the highest number: the history's name with `.index` appended.
    pub fn index(&self) -> PathBuf {
        self.beside(".index")
    }

    /// The speeds of the machine and its interpreters: the history's name with `.speeds` appended.
    pub fn speeds(&self) -> PathBuf {
        self.beside(".speeds")
    }

    /// The changes that a session could not append yet: the history's name with `.pending-` and the session's id
    /// appended.
    pub fn pending(&self, session: &str) -> PathBuf {
        self.beside(&format!("{PENDING}{session}"))
    }

    /// Whether a file with this name, in the same directory, is one of [`HistoryPlace::pending`].
    pub fn is_pending(&self, name: &OsStr) -> bool {
        let (own, name) = (self.file.file_name().unwrap_or_default(), name.as_bytes());
        let rest = name
            .strip_prefix(own.as_bytes())
            .and_then(|rest| rest.strip_prefix(PENDING.as_bytes()));
        rest.is_some_and(|session| !session.is_empty())
    }

    /// The file's path with this text appended.
    fn beside(&self, end: &str) -> PathBuf {
        let mut path = self.file.clone().into_os_string();
        path.push(end);
        path.into()
    }
}

/// `$XDG_DATA_HOME/pconc-tui/history.jsonl`. If that variable is unset, empty or relative, `~/.local/share` replaces
/// it, as the [XDG Base Directory Specification](https://specifications.freedesktop.org/basedir/latest/) requires.
///
/// # Errors
/// If there is no home directory either; the message is one sentence.
pub fn default_place() -> Result<HistoryPlace, StoreError> {
    data_home(env::var_os("XDG_DATA_HOME"), env::home_dir())
        .map(|data| HistoryPlace {
            file: data.join("pconc-tui/history.jsonl"),
        })
        .ok_or(StoreError::Nowhere)
}

fn data_home(xdg: Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    let given = xdg.map(PathBuf::from).filter(|path| path.is_absolute());
    given.or_else(|| {
        home.filter(|home| home.is_absolute())
            .map(|home| home.join(".local/share"))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_data_directory_follows_the_xdg_specification() {
        for (xdg, home, expected) in [
            (Some("/data"), Some("/home/me"), Some("/data")),
            (Some(""), Some("/home/me"), Some("/home/me/.local/share")),
            (
                Some("data"),
                Some("/home/me"),
                Some("/home/me/.local/share"),
            ),
            (None, Some("/home/me"), Some("/home/me/.local/share")),
            (None, Some(""), None),
            (None, None, None),
        ] {
            let found = data_home(xdg.map(OsString::from), home.map(PathBuf::from));
            assert_eq!(found, expected.map(PathBuf::from), "{xdg:?} {home:?}");
        }
    }

    #[test]
    fn the_traces_are_beside_the_file() {
        let place = HistoryPlace {
            file: "/data/history.jsonl".into(),
        };
        assert_eq!(place.traces(), Path::new("/data/history.jsonl.traces"));
        assert_eq!(
            HistoryPlace {
                file: "mine".into()
            }
            .traces(),
            Path::new("mine.traces")
        );
    }
}
