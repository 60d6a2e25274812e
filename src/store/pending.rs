//! Changes that could not be appended to the history yet, in a file beside it, so that they survive however the program
//! ends.
//!
//! Each session has its own file and holds its lock. As soon as the history can be appended to again, the session
//! appends the changes and removes the file. The file of a session that has ended is added to the history by the next
//! start.
//!
//! The first line says where the session measured. Each following line is a change.

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
    place::HistoryPlace,
};
use crate::domain::{machine::Machine, provenance::Provenance};

/// The maximum number of times that the file is created. Another session that starts may open it before it is locked,
/// and then it is created again.
const TRIES: usize = 10;
/// On file systems without locks, a session counts as ended after this long without a new line.
const QUIET: Duration = Duration::from_secs(60);

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PendingLine {
    /// The first line, with the session's id and machine.
    Session {
        v: u64,
        session: String,
        machine: Machine,
    },
    Change {
        v: u64,
        change: Change,
    },
}

/// The file of the current session.
#[derive(Debug)]
pub struct Pending {
    /// The path of the file.
    pub path: PathBuf,
    file: File,
}

impl Pending {
    /// Creates the file, under its lock.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create(place: &HistoryPlace, here: &Provenance) -> io::Result<Pending> {
        let path = place.pending(&here.session);
        make_folder(folder_of(&path))?;
        let pending = Pending {
            file: made_and_locked(&path)?,
            path,
        };
        let first = PendingLine::Session {
            v: VERSION,
            session: here.session.clone(),
            machine: here.machine.clone(),
        };
        if let Err(error) = pending.write(&first) {
            pending.remove();
            return Err(error);
        }
        Ok(pending)
    }

    /// Whether the file is still beside the history: somebody may have removed it.
    pub fn is_there(&self) -> bool {
        is_named(&self.file, &self.path)
    }

    /// Appends a change.
    ///
    /// # Errors
    /// If that is not possible; the file is then unchanged.
    pub fn add(&self, change: &Change) -> io::Result<()> {
        self.write(&PendingLine::Change {
            v: VERSION,
            change: change.clone(),
        })
    }

    /// Waits until the file and its name are on disk. A file system that cannot be asked writes them in its own time.
    pub fn sync(&self) {
        let _ = self.file.sync_data();
        let _ = File::open(folder_of(&self.path)).and_then(|folder| folder.sync_all());
    }

    /// Removes the file, because all of it is in the history.
    pub fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }

    fn write(&self, line: &PendingLine) -> io::Result<()> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        append_whole(&self.file, &line)
    }
}

/// Whether this path leads to this open file.
fn is_named(file: &File, path: &Path) -> bool {
    let named = fs::symlink_metadata(path).ok().map(identity);
    named.is_some() && named == file.metadata().ok().map(identity)
}

/// A new file whose lock this process holds, and whose name still leads to it.
fn made_and_locked(path: &Path) -> io::Result<File> {
    for _ in 0..TRIES {
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        // If the file system has no locks, no other process can hold one.
        let is_locked = !matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        if is_locked && is_named(&file, path) {
            return Ok(file);
        }
        let _ = fs::remove_file(path);
    }
    Err(io::Error::from(io::ErrorKind::ResourceBusy))
}

/// The file of a session that has ended, under its lock.
#[derive(Debug)]
pub struct Leftover {
    path: PathBuf,
    /// Where the session measured.
    pub provenance: Arc<Provenance>,
    /// The changes that it could not append.
    pub changes: Vec<Change>,
    /// The first line, and lines that were not understood. They stay in the file.
    rest: Vec<Vec<u8>>,
    _lock: File,
}

impl Leftover {
    /// All such files of the history at this place, oldest session first.
    pub fn beside(place: &HistoryPlace) -> Vec<Leftover> {
        let mut paths = paths(place);
        // Session ids sort by time.
        paths.sort();
        paths.into_iter().filter_map(Leftover::read).collect()
    }

    /// The changes in a file; `None` if the session is still running or the file is not a pending file.
    fn read(path: PathBuf) -> Option<Leftover> {
        let there = fs::symlink_metadata(&path).ok()?;
        if !is_users_file(&there) {
            return None;
        }
        // Opened for writing, because some file systems lock nothing else.
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
        // A line without its end was interrupted while it was written. It does not count.
        let lines = content.split_inclusive(|byte| *byte == b'\n');
        let mut lines = lines.filter(|line| line.ends_with(b"\n"));
        let first = lines.next()?;
        let Some(PendingLine::Session {
            session, machine, ..
        }) = parsed(first)
        else {
            return None;
        };
        let (mut changes, mut rest) = (vec![], vec![first.to_vec()]);
        for line in lines {
            match parsed(line) {
                Some(PendingLine::Change { change, .. }) => changes.push(change),
                _ => rest.push(line.to_vec()),
            }
        }
        Some(Leftover {
            path,
            provenance: Provenance::earlier(session, machine),
            changes,
            rest,
            _lock: file,
        })
    }

    /// Removes the file, because everything that was understood is in the history. Lines that were not understood stay
    /// in it.
    pub fn remove(self) {
        if self.rest.len() < 2 {
            let _ = fs::remove_file(&self.path);
            return;
        }
        // If that is not possible, its changes are made once more, which adds no run twice.
        let _ = replace_whole(&self.path, &self.rest.concat());
    }
}

/// Whether the session of a file has ended, after an attempt to lock the file. On file systems without locks, a session
/// counts as ended if it has added nothing for a while. If it is still running, it later adds its changes once more,
/// which adds no run twice.
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

fn paths(place: &HistoryPlace) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder_of(&place.file))
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter(|entry| place.is_pending(&entry.file_name()))
        .map(|entry| entry.path())
        .collect()
}

/// Whether there are any such files, including those of running sessions.
pub fn are_beside(place: &HistoryPlace) -> bool {
    !paths(place).is_empty()
}

fn parsed(line: &[u8]) -> Option<PendingLine> {
    let line: PendingLine = serde_json::from_slice(line).ok()?;
    let (PendingLine::Session { v, .. } | PendingLine::Change { v, .. }) = line;
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
