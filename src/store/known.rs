//! How far the numbers of a history are known, so that the next one needs no reading of the whole file.
//!
//! Beside the history is a small file that says up to where somebody has read it, and which number is the highest up to
//! there. What was appended since is read. Nothing depends on that file: where it is missing, damaged or about another
//! history, the history is read from its beginning.

use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::log::Position;

/// The version of the file's shape.
const VERSION: u64 = 1;
/// How long the file is, in bytes: filled up with spaces, it never has to be cut.
const LENGTH: usize = 256;
/// How much of what was read last is looked at again, in bytes. Records are full of measured times, so no two histories
/// have the same there.
const LOOKED_AT: u64 = 4096;

/// What is known of a history. The order of the fields is that in the file: should it be read while it is written, a
/// number that is too high does no harm, and a fingerprint that is too old says that nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    v: u64,
    /// The highest number that was given.
    pub highest: usize,
    /// Up to where.
    pub position: Position,
    /// Of the end of what was read.
    fingerprint: u64,
}

impl Known {
    /// What is known of `history` once it was read up to there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(history: &File, position: Position, highest: usize) -> io::Result<Known> {
        Ok(Known { v: VERSION, highest, position, fingerprint: fingerprint(history, position.bytes)? })
    }

    /// What the file at `path` says, if it says something.
    pub fn read(path: &Path) -> Option<Known> {
        let content = fs::read(path).ok().filter(|content| content.len() == LENGTH)?;
        serde_json::from_slice(&content).ok().filter(|known: &Known| known.v == VERSION)
    }

    /// Whether it is about what is in this file now.
    pub fn is_about(&self, history: &File) -> bool {
        fingerprint(history, self.position.bytes).is_ok_and(|now| now == self.fingerprint)
    }

    /// Writes it to the file at `path`.
    ///
    /// # Errors
    /// When that is not possible; the next one who needs a number then reads more.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut content = serde_json::to_vec(self)?;
        content.resize(LENGTH, b' ');
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        file.write_all_at(&content, 0)
    }
}

/// Of what is before `end`.
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
    fn it_always_fits_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known");
        let most = u64::MAX;
        let position = serde_json::json!({"device": most, "inode": most, "bytes": most, "lines": most});
        let position = serde_json::from_value(position).unwrap();
        for (highest, fingerprint) in [(usize::MAX, most), (1, 2)] {
            let known = Known { v: VERSION, highest, position, fingerprint };
            known.write(&path).unwrap();
            assert_eq!(Known::read(&path), Some(known));
        }
        fs::write(&path, "{}").unwrap();
        assert_eq!(Known::read(&path), None);
    }
}
