//! The highest number of a history, known without reading the whole file.
//!
//! A small file beside the history says how far a program has read it, and the highest number up to there. Only what
//! was appended since has to be read. Nothing depends on that file: if it is missing, damaged or belongs to a different
//! history, the history is read from the start. If an unrelated file has its name, that file is left alone.

use std::{
    fs::{File, OpenOptions},
    hash::{DefaultHasher, Hasher},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{line::BEGINNING, log::Position, own::is_users_file};

/// The version of the file's format.
const VERSION: u64 = 1;
/// The length of the file, in bytes. It is padded with spaces, so it never has to be truncated.
const LENGTH: usize = 256;
/// The number of the last bytes read that are compared again. Records are full of measured times, so no two histories
/// have the same bytes there.
const LOOKED_AT: u64 = 4096;

/// The known facts about a history. The file has the fields in this order. If it is read while it is written, a number
/// that is too high does no harm, and a fingerprint that is too old means that nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownHistory {
    v: u64,
    /// The highest number that was assigned.
    pub highest: usize,
    /// How far the history was read.
    pub position: Position,
    /// The fingerprint of the last bytes read.
    fingerprint: u64,
}

impl KnownHistory {
    /// The facts about `history` after it was read up to this position.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(history: &File, position: Position, highest: usize) -> io::Result<KnownHistory> {
        Ok(KnownHistory {
            v: VERSION,
            highest,
            position,
            fingerprint: fingerprint(history, position.bytes)?,
        })
    }

    /// The content of the file at `path`; `None` if it is not usable.
    pub fn read(path: &Path) -> Option<KnownHistory> {
        let (_, content) = own(path, OpenOptions::new().read(true)).ok()?;
        serde_json::from_slice(&content)
            .ok()
            .filter(|known: &KnownHistory| known.v == VERSION)
    }

    /// Whether the facts still match the content of this file.
    pub fn is_about(&self, history: &File) -> bool {
        fingerprint(history, self.position.bytes).is_ok_and(|now| now == self.fingerprint)
    }

    /// Writes the facts to the file at `path`.
    ///
    /// # Errors
    /// If that is not possible. The next program that needs a number then has to read more.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut content = serde_json::to_vec(self)?;
        content.resize(LENGTH, b' ');
        let create = || {
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)
        };
        let file = match own(path, OpenOptions::new().read(true).write(true)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => create(),
            own => own.map(|(file, _)| file),
        }?;
        file.write_all_at(&content, 0)
    }
}

/// The file at `path` and its content, if it certainly is an index file: an unrelated file may have this name.
fn own(path: &Path, options: &mut OpenOptions) -> io::Result<(File, [u8; LENGTH])> {
    // Links are not followed, and a pipe does not block.
    let file = options
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)?;
    let there = file.metadata()?;
    let mut content = [0; LENGTH];
    if is_users_file(&there) && there.len() == LENGTH as u64 {
        file.read_exact_at(&mut content, 0)?;
    }
    if content.starts_with(BEGINNING) {
        Ok((file, content))
    } else {
        Err(io::Error::other("something else has the name of the index"))
    }
}

/// The fingerprint of the bytes before `end`.
fn fingerprint(history: &File, end: u64) -> io::Result<u64> {
    let length = end.min(LOOKED_AT);
    let mut bytes = vec![0; usize::try_from(length).expect("a few kilobytes")];
    history.read_exact_at(&mut bytes, end - length)?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_numbers_always_fit_and_can_be_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known");
        let most = u64::MAX;
        let position =
            serde_json::json!({"device": most, "inode": most, "bytes": most, "lines": most});
        let position = serde_json::from_value(position).unwrap();
        for (highest, fingerprint) in [(usize::MAX, most), (1, 2)] {
            let known = KnownHistory {
                v: VERSION,
                highest,
                position,
                fingerprint,
            };
            known.write(&path).unwrap();
            assert_eq!(KnownHistory::read(&path), Some(known));
        }
    }

    #[test]
    fn nothing_is_written_over_a_file_that_only_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let position = serde_json::json!({"device": 1, "inode": 2, "bytes": 3, "lines": 4});
        let known = KnownHistory {
            v: VERSION,
            highest: 7,
            position: serde_json::from_value(position).unwrap(),
            fingerprint: 5,
        };
        let long = "x".repeat(LENGTH);
        for (name, content) in [("notes", "{\"v\":mine"), ("empty", ""), ("long", &long)] {
            std::fs::write(at(name), content).unwrap();
            assert!(
                known.write(&at(name)).is_err() && KnownHistory::read(&at(name)).is_none(),
                "{name}"
            );
            assert_eq!(
                std::fs::read_to_string(at(name)).unwrap(),
                content,
                "{name}"
            );
        }
        known.write(&at("index")).unwrap();
        std::os::unix::fs::symlink(at("index"), at("link")).unwrap();
        nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        for name in ["link", "pipe"] {
            assert!(
                known.write(&at(name)).is_err() && KnownHistory::read(&at(name)).is_none(),
                "{name}"
            );
        }
    }
}
