//! Where the history is.

use std::{
    env,
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::PathBuf,
};

use super::error::StoreError;
use crate::domain::keeping::Keeping;

/// What the name of the file gets for what could not be appended to it yet; the id of a session follows.
const PENDING: &str = ".pending-";

/// Where the history is: a file, and beside it a directory with the traces of its runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
}

impl Place {
    /// Where the user wants runs to be kept; `None` if nowhere.
    ///
    /// # Errors
    /// One sentence, if it is to be the user's data directory and nothing says where that is.
    pub fn wanted(keeping: &Keeping) -> Result<Option<Place>, StoreError> {
        match keeping {
            Keeping::AsUsual => default_place().map(Some),
            Keeping::In(file) => Ok(Some(Place { file: file.clone() })),
            Keeping::Nowhere => Ok(None),
        }
    }

    /// The directory of the traces: the file's name with `.traces` at its end.
    pub fn traces(&self) -> PathBuf {
        self.beside(".traces")
    }

    /// What is known of the file's numbers: its name with `.index` at its end.
    pub fn index(&self) -> PathBuf {
        self.beside(".index")
    }

    /// How fast the machine and its interpreters compute: its name with `.speeds` at its end.
    pub fn speeds(&self) -> PathBuf {
        self.beside(".speeds")
    }

    /// What a session could not append to the file yet: its name with `.pending-` and the session's id at its end.
    pub fn pending(&self, session: &str) -> PathBuf {
        self.beside(&format!("{PENDING}{session}"))
    }

    /// Whether a file of this name, in the same directory, is one of [`Place::pending`].
    pub fn is_pending(&self, name: &OsStr) -> bool {
        let (own, name) = (self.file.file_name().unwrap_or_default(), name.as_bytes());
        let rest = name
            .strip_prefix(own.as_bytes())
            .and_then(|rest| rest.strip_prefix(PENDING.as_bytes()));
        rest.is_some_and(|session| !session.is_empty())
    }

    /// A path with the file's name and this end.
    fn beside(&self, end: &str) -> PathBuf {
        let mut path = self.file.clone().into_os_string();
        path.push(end);
        path.into()
    }
}

/// `$XDG_DATA_HOME/pconc-tui/history.jsonl`; where that variable is unset, empty or relative, `~/.local/share` stands for
/// it, as the [XDG Base Directory Specification](https://specifications.freedesktop.org/basedir/latest/) wants.
///
/// # Errors
/// One sentence, if there is no home directory either.
pub fn default_place() -> Result<Place, StoreError> {
    data_home(env::var_os("XDG_DATA_HOME"), env::home_dir())
        .map(|data| Place {
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
        let place = Place {
            file: "/data/history.jsonl".into(),
        };
        assert_eq!(place.traces(), Path::new("/data/history.jsonl.traces"));
        assert_eq!(
            Place {
                file: "mine".into()
            }
            .traces(),
            Path::new("mine.traces")
        );
    }
}
