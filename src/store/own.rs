//! Recognises the files of a history, so that nothing else is written over them.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::{
    line::BEGINNING,
    log::folder_of,
    place::{HistoryPlace, default_place},
};

/// Whether writing to `path` would overwrite a file of the default history or of the one at `place`: by its name,
/// through a link, or because its content was certainly written by this program for a history.
pub fn is_own(path: &Path, place: Option<&HistoryPlace>) -> bool {
    let usual = default_place().ok();
    resolved(path).is_some_and(|path| {
        let mut places = usual.iter().chain(place);
        places.any(|place| is_at(place, &path)) || is_written_for_a_history(&path)
    })
}

/// Whether `path`, which has no links, is the history at this place or one of the files beside it.
fn is_at(place: &HistoryPlace, path: &Path) -> bool {
    let files = [place.file.clone(), place.index(), place.speeds()];
    let is_it = |file: &PathBuf| resolved(file).is_some_and(|file| file == path);
    let is_trace = resolved(&place.traces()).is_some_and(|traces| path.starts_with(traces));
    is_trace || files.iter().any(is_it)
}

/// The path without links. If the file does not exist, its directory has to.
fn resolved(path: &Path) -> Option<PathBuf> {
    if let Ok(path) = fs::canonicalize(path) {
        return Some(path);
    }
    let folder = fs::canonicalize(folder_of(path)).ok()?;
    Some(folder.join(path.file_name()?))
}

/// What identifies a file, whatever its name is.
pub(super) fn identity(there: Metadata) -> (u64, u64) {
    (there.dev(), there.ino())
}

/// Whether the file is a regular file of this user.
pub(super) fn is_users_file(there: &Metadata) -> bool {
    there.is_file() && there.uid() == nix::unistd::geteuid().as_raw()
}

/// The first bytes of a file, at most `most`.
pub(super) fn beginning(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    // Opening anything else, for example a pipe, might block for ever.
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut beginning = vec![];
    File::open(path)?
        .take(most as u64)
        .read_to_end(&mut beginning)?;
    Ok(beginning)
}

/// Whether a file starts like a file of a history. Files that are written to be shared never do. In any version, a line
/// of a history starts with `{"v":1,"kind":`, a trace with `{"v":1,"id":`, pending changes with `{"v":1,"session":`, an
/// index with `{"v":1,"highest":`, and speeds with `{"v":1,"speeds":`.
fn is_written_for_a_history(path: &Path) -> bool {
    let beginning = beginning(path, 64).unwrap_or_default();
    behind_version(&beginning).is_some_and(|rest| {
        ["kind", "id", "session", "highest", "speeds"]
            .into_iter()
            .any(|key| rest.starts_with(format!(",\"{key}\":").as_bytes()))
    })
}

/// What follows `{"v":` and a number.
pub(super) fn behind_version(beginning: &[u8]) -> Option<&[u8]> {
    let rest = beginning.strip_prefix(BEGINNING)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then_some(&rest[digits..])
}
