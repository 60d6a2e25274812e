//! Which files are the history's own, so that nothing else is written over them.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::place::{Place, default_place};
use crate::domain::keeping::Keeping;

/// The files that the program keeps: histories, and what is beside them.
#[derive(Clone, Debug)]
pub struct OwnFiles {
    places: Vec<Place>,
}

impl OwnFiles {
    /// Those of the usual history, and of the one that the user has named.
    pub fn of(keeping: &Keeping) -> OwnFiles {
        OwnFiles::at(match keeping {
            Keeping::In(file) => Some(Place { file: file.clone() }),
            Keeping::AsUsual | Keeping::Nowhere => None,
        })
    }

    /// Those of the usual history, and of the one at this place.
    pub fn at(place: Option<Place>) -> OwnFiles {
        OwnFiles {
            places: place.into_iter().chain(default_place().ok()).collect(),
        }
    }

    /// Whether writing to `path` would write over one of them: by its own name, through a link, or because what is there
    /// was surely written by this program for a history.
    pub fn contain(&self, path: &Path) -> bool {
        let Some(path) = resolved(path) else {
            return false;
        };
        self.places.iter().any(|place| is_at(place, &path)) || is_written_for_a_history(&path)
    }
}

/// Whether `path`, without links, is the history at this place, or beside it and the history's own.
fn is_at(place: &Place, path: &Path) -> bool {
    let is_file =
        |own: &Path| resolved(own).is_some_and(|own| own == path) || is_same_file(own, path);
    let folder = |file: &Path| resolved(file).and_then(|file| file.parent().map(Path::to_path_buf));
    // Beside the name of the history, which may be a link, and not beside what that leads to.
    let is_pending = folder(&place.pending("")).as_deref() == path.parent()
        && path.file_name().is_some_and(|name| place.is_pending(name));
    let is_trace = resolved(&place.traces()).is_some_and(|traces| path.starts_with(traces));
    is_file(&place.file)
        || is_file(&place.index())
        || is_file(&place.speeds())
        || is_pending
        || is_trace
}

/// The path without links. Of a file that does not exist, the directory has to.
fn resolved(path: &Path) -> Option<PathBuf> {
    if let Ok(path) = fs::canonicalize(path) {
        return Some(path);
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
}

/// Whether both names lead to one file, as hard links do.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).map(|there| (there.dev(), there.ino()));
    matches!((identity(one), identity(other)), (Ok(one), Ok(other)) if one == other)
}

/// Whether a file begins as lines of histories and files of traces do. Nothing that is written to be shared does.
pub(super) fn is_written_for_a_history(path: &Path) -> bool {
    // Opening anything else, as a pipe, might wait for ever.
    if !fs::metadata(path).is_ok_and(|there| there.is_file()) {
        return false;
    }
    let mut beginning = vec![];
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut beginning));
    read.is_ok() && begins_like_ours(&beginning)
}

/// `{"v":1,"kind":` begins a line of a history, `{"v":1,"id":` a file of a trace, `{"v":1,"session":` what waits to be
/// added to a history, `{"v":1,"highest":` an index, `{"v":1,"speeds":` speeds; in any version.
fn begins_like_ours(beginning: &[u8]) -> bool {
    let Some(rest) = beginning.strip_prefix(super::line::BEGINNING) else {
        return false;
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_next = |key: &str| rest[digits..].starts_with(format!(",\"{key}\":").as_bytes());
    digits > 0
        && ["kind", "id", "session", "highest", "speeds"]
            .into_iter()
            .any(is_next)
}
