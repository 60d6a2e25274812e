//! What could not be appended to the history yet, in a file beside it: so it is not lost, however the program ends.
//!
//! Each session has a file of its own and holds its lock. As soon as the history can be appended to again, it takes in what
//! is there, and the file goes. A file whose session is over is taken in by the next start.
//!
//! The first line says where the session measured; each line after it is a change.

use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    change::Change,
    line::VERSION,
    log::{append_whole, folder_of, is_no_lock, make_folder, replace_whole},
    own::{identity, is_users_file},
    place::Place,
};
use crate::domain::{machine::Machine, provenance::Provenance};

/// Another session that starts may look at the file before it is locked: then it is made again, so often at most.
const TRIES: usize = 10;
/// Where there are no locks: a session that added nothing for so long is taken to be over.
const QUIET: Duration = Duration::from_secs(60);

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    /// The first one: where the session measured.
    Begin {
        v: u64,
        session: String,
        machine: Machine,
    },
    Change {
        v: u64,
        change: Change,
    },
}

/// The file of a session that goes on.
#[derive(Debug)]
pub struct Pending {
    /// Where it is.
    pub path: PathBuf,
    file: File,
}

impl Pending {
    /// Makes the file, under its lock.
    ///
    /// # Errors
    /// When there cannot be one.
    pub fn begin(place: &Place, here: &Provenance) -> io::Result<Pending> {
        let path = place.pending(&here.session);
        make_folder(folder_of(&path))?;
        let pending = Pending {
            file: made_and_locked(&path)?,
            path,
        };
        let begin = Line::Begin {
            v: VERSION,
            session: here.session.clone(),
            machine: here.machine.clone(),
        };
        if let Err(error) = pending.write(&begin) {
            pending.remove();
            return Err(error);
        }
        Ok(pending)
    }

    /// Appends a change.
    ///
    /// # Errors
    /// When that is not possible; the file is then as it was.
    pub fn add(&self, change: &Change) -> io::Result<()> {
        self.write(&Line::Change {
            v: VERSION,
            change: change.clone(),
        })
    }

    /// Waits until the disk has it, the name included. A disk that cannot be asked does it in its own time.
    pub fn sync(&self) {
        let _ = self.file.sync_data();
        let _ = File::open(folder_of(&self.path)).and_then(|folder| folder.sync_all());
    }

    /// All of it is in the history: nobody needs it any more.
    pub fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }

    fn write(&self, line: &Line) -> io::Result<()> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        append_whole(&self.file, &line)
    }
}

/// A new file whose lock this process has, under a name that still leads to it.
fn made_and_locked(path: &Path) -> io::Result<File> {
    for _ in 0..TRIES {
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        // Where there are no locks, nobody else can have it either.
        let is_locked = !matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        let named = fs::symlink_metadata(path).ok().map(identity);
        if is_locked && named == Some(identity(file.metadata()?)) {
            return Ok(file);
        }
        let _ = fs::remove_file(path);
    }
    Err(io::Error::from(io::ErrorKind::ResourceBusy))
}

/// The file of a session that is over, under its lock.
#[derive(Debug)]
pub struct Left {
    path: PathBuf,
    /// Where the session measured.
    pub provenance: Arc<Provenance>,
    /// What it could not append.
    pub changes: Vec<Change>,
    /// The first line, and those that were not understood: they stay in the file.
    rest: Vec<Vec<u8>>,
    _lock: File,
}

impl Left {
    /// All such files of the history at this place, the oldest session first.
    pub fn beside(place: &Place) -> Vec<Left> {
        let mut paths = paths(place);
        // The ids of sessions sort by time.
        paths.sort();
        paths.into_iter().filter_map(Left::read).collect()
    }

    /// Nothing, if the session goes on, or if this is no such file.
    fn read(path: PathBuf) -> Option<Left> {
        let there = fs::symlink_metadata(&path).ok()?;
        if !is_users_file(&there) {
            return None;
        }
        // For writing, as some file systems lock nothing else.
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(&path)
            .ok()?;
        if !is_over(file.try_lock(), &there) {
            return None;
        }
        if there.len() == 0 {
            // Its program ended before it wrote anything.
            let _ = fs::remove_file(&path);
            return None;
        }
        let mut content = vec![];
        (&file).read_to_end(&mut content).ok()?;
        // Of a line without its end the writer was ended in the middle: it never was in the file as a whole.
        let lines = content.split_inclusive(|byte| *byte == b'\n');
        let mut lines = lines.filter(|line| line.ends_with(b"\n"));
        let first = lines.next()?;
        let Some(Line::Begin {
            session, machine, ..
        }) = parsed(first)
        else {
            return None;
        };
        let (mut changes, mut rest) = (vec![], vec![first.to_vec()]);
        for line in lines {
            match parsed(line) {
                Some(Line::Change { change, .. }) => changes.push(change),
                _ => rest.push(line.to_vec()),
            }
        }
        Some(Left {
            path,
            provenance: Provenance::earlier(session, machine),
            changes,
            rest,
            _lock: file,
        })
    }

    /// All that was understood is in the history: only what was not stays in the file, and without that, it goes.
    pub fn remove(self) {
        if self.rest.len() < 2 {
            let _ = fs::remove_file(&self.path);
            return;
        }
        // If that is not possible, its changes are made once more, which adds no run twice.
        let _ = replace_whole(&self.path, &self.rest.concat());
    }
}

/// Whether the session of a file is over, after a try to lock it. Where there are no locks, a file to which nothing was added
/// for a while counts: if its session goes on all the same, it adds what it has once more, which adds no run twice.
fn is_over(lock: Result<(), TryLockError>, there: &Metadata) -> bool {
    match lock {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(error)) => is_no_lock(&error) && is_quiet(there),
    }
}

fn is_quiet(there: &Metadata) -> bool {
    let age = there.modified().ok().and_then(|at| at.elapsed().ok());
    age.is_some_and(|age| age > QUIET)
}

fn paths(place: &Place) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder_of(&place.file))
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter(|entry| place.is_pending(&entry.file_name()))
        .map(|entry| entry.path())
        .collect()
}

/// Whether there are any, also of sessions that go on.
pub fn are_beside(place: &Place) -> bool {
    !paths(place).is_empty()
}

fn parsed(line: &[u8]) -> Option<Line> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let (Line::Begin { v, .. } | Line::Change { v, .. }) = line;
    (v <= VERSION).then_some(line)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use nix::errno::Errno;

    use super::*;

    #[test]
    fn without_locks_a_session_is_over_when_it_added_nothing_for_a_minute() {
        let file = tempfile::tempfile().unwrap();
        let no_locks = || Err(TryLockError::Error(io::Error::from(Errno::ENOLCK)));
        let refused = || Err(TryLockError::Error(io::Error::from(Errno::EIO)));
        assert!(!is_over(no_locks(), &file.metadata().unwrap()));
        file.set_modified(SystemTime::now() - 2 * QUIET).unwrap();
        let old = file.metadata().unwrap();
        assert!(is_over(no_locks(), &old));
        assert!(!is_over(refused(), &old));
        assert!(!is_over(Err(TryLockError::WouldBlock), &old));
    }
}
