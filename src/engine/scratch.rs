//! The private directory that the `io` workload writes to.
//!
//! Its name is drawn before the zygote is forked, so that the zygote can remove it when the program has been killed;
//! the directory itself is made by the first run that needs it.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::fcntl::{Flock, FlockArg};

use crate::domain::shared_file;

/// How the directories of all sessions begin.
const PREFIX: &str = "pconc-tui-";
/// A directory younger than this may belong to somebody who has just made it and not locked it yet.
const YOUNG: Duration = Duration::from_secs(60);

/// Where the files of this session go.
#[derive(Clone, Debug)]
pub struct Scratch {
    directory: PathBuf,
    /// Held while the directory is there: it is in use.
    lock: Arc<Mutex<Option<Flock<File>>>>,
}

impl Scratch {
    /// A new name below the system's temporary directory.
    #[must_use]
    pub fn new() -> Scratch {
        let name = format!("{PREFIX}{}", uuid::Uuid::now_v7().simple());
        Scratch { directory: temporary().join(name), lock: Arc::default() }
    }

    /// Removes directories that earlier sessions of this user left behind because program and zygote were killed at once.
    pub fn sweep() {
        let Ok(entries) = fs::read_dir(temporary()) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_abandoned(&entry.path()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// The file of a task.
    #[must_use]
    pub fn file(&self, task: u32) -> PathBuf {
        self.directory.join(format!("output-{task}.txt"))
    }

    /// The file that all tasks write, where they share one.
    #[must_use]
    pub fn shared_file(&self) -> PathBuf {
        self.directory.join(shared_file::NAME)
    }

    /// Makes the directory, readable by this user alone.
    ///
    /// # Errors
    /// When the temporary directory cannot be written to, or somebody has taken the name.
    pub fn make(&self) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(&self.directory)?;
        // Where locks do not work, only the sweeping of other sessions has to do without it.
        *self.lock() = File::open(&self.directory).ok().and_then(try_lock);
        Ok(())
    }

    /// Removes the directory with all that is in it; nothing happens if it was never made.
    pub fn remove(&self) {
        let _ = fs::remove_dir_all(&self.directory);
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Flock<File>>> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The directory for temporary files. An empty `TMPDIR` means the usual one, and never the current directory.
#[must_use]
pub fn temporary() -> PathBuf {
    let directory = std::env::temp_dir();
    if directory.as_os_str().is_empty() { PathBuf::from("/tmp") } else { directory }
}

fn try_lock(file: File) -> Option<Flock<File>> {
    Flock::lock(file, FlockArg::LockExclusiveNonblock).ok()
}

/// Whether a directory is ours, not new, and nobody holds its lock.
fn is_abandoned(directory: &Path) -> bool {
    let Ok(metadata) = fs::symlink_metadata(directory) else { return false };
    let ours = metadata.is_dir() && metadata.uid() == nix::unistd::geteuid().as_raw();
    let old = metadata.modified().is_ok_and(|time| time.elapsed().is_ok_and(|age| age > YOUNG));
    ours && old && File::open(directory).ok().and_then(try_lock).is_some()
}

impl Default for Scratch {
    fn default() -> Scratch {
        Scratch::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_directory_in_use_or_just_made_is_not_abandoned_and_an_old_free_one_is() {
        let scratch = Scratch::new();
        scratch.make().unwrap();
        assert!(!is_abandoned(scratch.path()), "it is young");
        let long_ago = std::time::SystemTime::now() - 2 * YOUNG;
        File::open(scratch.path()).unwrap().set_modified(long_ago).unwrap();
        assert!(!is_abandoned(scratch.path()), "it is locked");
        *scratch.lock() = None;
        assert!(is_abandoned(scratch.path()));
        scratch.remove();
    }

    #[test]
    fn the_directory_is_private_and_goes_with_its_files() {
        let scratch = Scratch::new();
        scratch.make().unwrap();
        let mode = fs::metadata(scratch.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::write(scratch.file(3), "x").unwrap();
        assert!(scratch.make().is_err(), "a name that is taken is not used");
        scratch.remove();
        assert!(!scratch.path().exists());
        scratch.remove();
    }
}
