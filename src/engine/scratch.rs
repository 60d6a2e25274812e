//! The private directory for the temporary files of a session: what the `io` workload writes, and what an interpreter needs.
//!
//! Its name is drawn before the zygote is forked, so that the zygote can remove it when the program has been killed;
//! the directory itself is made by the first run that needs it.
//!
//! # What is removed
//!
//! Other programs and people use the directory for temporary files as well, under any name. So a directory is removed only
//! if this program surely made it: its name has the exact form, it is a directory of this user and no link, and it holds
//! a file that says so. In it, only what the program or its interpreter writes there is removed. Anything else stays, and
//! the directory with it.

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, DirEntry, File, FileType, Metadata, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use nix::fcntl::{Flock, FlockArg};

use super::lock::lock;
use crate::domain::shared_file;

/// How the names of the directories of all sessions begin; 32 hexadecimal digits follow.
const PREFIX: &str = "pconc-tui-";
/// How many digits the rest of the name has.
const ID_DIGITS: usize = 32;
/// The file that says who made the directory.
const MARKER: &str = ".made-by-pconc-tui";
/// What the marker says to people.
const MARKER_TEXT: &str =
    "pconc-tui made this directory for its temporary files and removes it when it ends.\n";
/// By this name the interpreter imports the script, also in the processes and interpreters that it makes.
pub const MODULE: &str = "pconc_worker";
/// What the script is to do.
pub const ORDER: &str = "order.json";
/// The FIFO that everything goes to that an interpreter prints.
pub const OUTPUT: &str = "output";
/// A directory younger than this may belong to somebody who has just made it and not locked it yet.
const YOUNG: Duration = Duration::from_secs(60);

/// Where the files of this session go.
#[derive(Clone, Debug)]
pub struct Scratch {
    /// The directory.
    pub directory: PathBuf,
    /// Tells other sessions that the directory is in use. `None` while it is not there, and where locks do not work: there,
    /// others do without removing what was abandoned.
    held: Arc<Mutex<Option<Flock<File>>>>,
}

impl Scratch {
    /// A new name below this folder, as [`temporary`] is one.
    pub fn below(folder: &Path) -> Scratch {
        let name = format!("{PREFIX}{}", uuid::Uuid::now_v7().simple());
        Scratch {
            directory: folder.join(name),
            held: Arc::default(),
        }
    }

    /// The file of a task.
    pub fn file(&self, task: u32) -> PathBuf {
        self.directory.join(format!("output-{task}.txt"))
    }

    /// The file that all tasks write, where they share one.
    pub fn shared_file(&self) -> PathBuf {
        self.directory.join(shared_file::NAME)
    }

    /// The FIFO that everything goes to that an interpreter prints.
    pub fn output(&self) -> PathBuf {
        self.directory.join(OUTPUT)
    }

    /// Makes the directory, readable by this user alone. One that this session made before and could not remove is used
    /// again.
    ///
    /// # Errors
    /// When the temporary directory cannot be written to, or somebody has taken the name.
    pub fn make(&self) -> io::Result<()> {
        let mut held = lock(&self.held);
        if is_marked(&self.directory) {
            return Ok(());
        }
        if held.is_some() && is_private(&self.directory) {
            // Its marker was removed, and it could not be.
            return mark(&self.directory);
        }
        DirBuilder::new().mode(0o700).create(&self.directory)?;
        *held = locked(&self.directory);
        mark(&self.directory).inspect_err(|_| remove_own(&self.directory))
    }

    /// Removes what the session wrote, and the directory unless somebody else has put something there. Nothing happens if
    /// it was never made.
    pub fn remove(&self) {
        let mut held = lock(&self.held);
        if is_marked(&self.directory) {
            remove_own(&self.directory);
        } else if is_private(&self.directory) {
            // Its maker was ended before it wrote the marker, or after it removed that. This fails unless it is empty.
            let _ = fs::remove_dir(&self.directory);
        }
        if !self.directory.exists() {
            *held = None;
        }
    }
}

/// The directory for temporary files. An empty `TMPDIR` means the usual one, and never the current directory.
pub fn temporary() -> PathBuf {
    let directory = std::env::temp_dir();
    if directory.as_os_str().is_empty() {
        PathBuf::from("/tmp")
    } else {
        directory
    }
}

fn locked(directory: &Path) -> Option<Flock<File>> {
    let file = File::open(directory).ok()?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).ok()
}

fn mark(directory: &Path) -> io::Result<()> {
    let mut marker = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(directory.join(MARKER))?;
    marker.write_all(MARKER_TEXT.as_bytes())
}

/// Removes directories that earlier sessions of this user left behind in this folder because program and zygote were killed at
/// once.
pub fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let directory = entry.path();
        if !is_session_name(&entry.file_name()) || !is_marked(&directory) || !is_old(&directory) {
            continue;
        }
        // Held until the directory is gone, so that two sessions that start at once do not meet in it.
        let lock = locked(&directory);
        if lock.is_some() && holds_only(&directory, is_own) {
            remove_own(&directory);
        }
    }
}

/// Whether a directory has the form of name that sessions give theirs.
fn is_session_name(name: &OsStr) -> bool {
    let digits = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digits.is_some_and(|digits| digits.len() == ID_DIGITS && digits.bytes().all(is_digit))
}

/// What is there, if it belongs to this user; of a link, the link.
fn of_user(path: &Path) -> Option<Metadata> {
    let there = fs::symlink_metadata(path).ok()?;
    (there.uid() == nix::unistd::geteuid().as_raw()).then_some(there)
}

/// Whether this is a directory, no link to one, that belongs to this user and says that this program made it.
fn is_marked(directory: &Path) -> bool {
    of_user(directory).is_some_and(|there| there.is_dir())
        && of_user(&directory.join(MARKER)).is_some_and(|there| there.is_file())
}

/// Whether this is a directory of this user and no link, made as this program makes it: for nobody else.
fn is_private(directory: &Path) -> bool {
    of_user(directory).is_some_and(|there| there.is_dir() && there.mode() & 0o777 == 0o700)
}

fn is_old(directory: &Path) -> bool {
    let modified = fs::symlink_metadata(directory).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > YOUNG))
}

/// Who knows what may be in a directory: by path, name and kind.
type Knows = fn(&Path, &str, FileType) -> bool;

/// The kind of an entry, if it is known.
fn kind_of(entry: &DirEntry, is_known: Knows) -> Option<FileType> {
    let (name, kind) = (entry.file_name(), entry.file_type().ok()?);
    is_known(&entry.path(), name.to_str()?, kind).then_some(kind)
}

/// Whether nothing is in a directory but what `is_known` knows. One that cannot be read might hold anything.
fn holds_only(directory: &Path, is_known: Knows) -> bool {
    let knows = |entry: io::Result<DirEntry>| kind_of(&entry.ok()?, is_known);
    fs::read_dir(directory).is_ok_and(|mut entries| entries.all(|entry| knows(entry).is_some()))
}

/// Whether the program, or an interpreter that it started, writes something of this name and kind into the directory.
fn is_own(path: &Path, name: &str, kind: FileType) -> bool {
    match name {
        MARKER | ORDER | shared_file::NAME => kind.is_file(),
        OUTPUT => kind.is_fifo(),
        "__pycache__" => kind.is_dir() && holds_only(path, is_module),
        // multiprocessing makes it for the sockets of its server.
        _ if name.starts_with("pymp-") => kind.is_dir() && holds_only(path, is_listener),
        _ => kind.is_file() && (is_module(path, name, kind) || is_output_of_task(name)),
    }
}

/// The script, or what the interpreter compiles it to; while that is written, its name is longer.
fn is_module(_: &Path, name: &str, kind: FileType) -> bool {
    kind.is_file()
        && name
            .strip_prefix(MODULE)
            .is_some_and(|rest| rest.starts_with('.'))
}

fn is_listener(_: &Path, name: &str, kind: FileType) -> bool {
    kind.is_socket() && name.starts_with("listener-")
}

fn is_output_of_task(name: &str) -> bool {
    let task = name
        .strip_prefix("output-")
        .and_then(|rest| rest.strip_suffix(".txt"));
    task.is_some_and(|task| task.parse::<u32>().is_ok())
}

/// Removes from a directory what is the program's own, the marker last, and then the directory if it is empty.
fn remove_own(directory: &Path) {
    let mut is_empty = true;
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_name() != MARKER {
            let own = kind_of(&entry, is_own);
            is_empty &= own.is_some_and(|kind| remove_entry(&entry.path(), kind).is_ok());
        }
    }
    if is_empty {
        let _ = fs::remove_file(directory.join(MARKER));
        // Fails where somebody has put something there meanwhile.
        let _ = fs::remove_dir(directory);
    }
}

fn remove_entry(path: &Path, kind: FileType) -> io::Result<()> {
    if !kind.is_dir() {
        return fs::remove_file(path);
    }
    // All in it was looked at before.
    for entry in fs::read_dir(path)? {
        fs::remove_file(entry?.path())?;
    }
    fs::remove_dir(path)
}

#[cfg(test)]
mod tests;
