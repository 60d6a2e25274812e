//! The private directory for the temporary files of a session: what the `io` workload writes, and what an interpreter
//! needs.
//!
//! Its name is chosen before the zygote is forked, so that the zygote can remove the directory after the program was
//! killed. The first run that needs the directory creates it.
//!
//! # What is removed
//!
//! Other programs and people use the directory for temporary files as well, under any name. So a directory is removed
//! only if this program certainly made it: its name has the exact form, it is a directory of this user and not a link,
//! and it contains the marker file. Inside it, only files that the program or its interpreter writes there are removed.
//! Everything else stays, and then the directory stays, too.

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, DirEntry, File, FileType, Metadata, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use nix::fcntl::{Flock, FlockArg};

use super::{EngineError, os, sync::lock};
use crate::domain::{shared_file, text};

/// The start of the name of every session's directory; 32 hexadecimal digits follow.
const PREFIX: &str = "pconc-tui-";
/// The number of digits after the prefix.
const ID_DIGITS: usize = 32;
/// The file that names the maker of the directory.
const MARKER: &str = ".made-by-pconc-tui";
/// The marker's content, for people.
const MARKER_TEXT: &str =
    "pconc-tui made this directory for its temporary files and removes it when it ends.\n";
/// The name by which the interpreter imports the script, also in the processes and interpreters that it creates.
pub const MODULE: &str = "pconc_worker";
/// The name of the script's part for the user's function.
pub const FUNCTION: &str = "pconc_function";
/// What an interpreter answers to a question.
const ANSWER: &str = "answer.json";
/// The program that does what is advised.
pub const PROGRAM: &str = "pconc_advised.py";
/// What a run showed about the user's function.
pub const FACTS: &str = "facts.json";
/// The file that says what the script has to do.
pub const ORDER: &str = "order.json";
/// The FIFO that receives everything that an interpreter prints.
pub const OUTPUT: &str = "output";
/// The socket at which workers ask for their block.
pub const BLOCK: &str = "block";
/// A directory younger than this may have just been created and not locked yet.
const YOUNG: Duration = Duration::from_secs(60);

/// The directory for the files of this session.
#[derive(Clone, Debug)]
pub struct Scratch {
    /// The path of the directory.
    pub directory: PathBuf,
    /// The lock by which other sessions see that the directory is in use. `None` if the directory does not exist, or if
    /// locks do not work there. In the latter case, other sessions do not remove abandoned directories either.
    held: Arc<Mutex<Option<Flock<File>>>>,
}

impl Scratch {
    /// A new name below this folder, for example below [`temporary`].
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

    /// The file that all tasks write, if they share one.
    pub fn shared_file(&self) -> PathBuf {
        self.directory.join(shared_file::NAME)
    }

    /// The file for the answer of an interpreter, whose output may be anything.
    pub fn answer(&self) -> PathBuf {
        self.directory.join(ANSWER)
    }

    /// The FIFO that receives everything that an interpreter prints.
    pub fn output(&self) -> PathBuf {
        self.directory.join(OUTPUT)
    }

    /// Binds or connects the socket at which workers ask for their block. The path of a socket must not be longer than 107
    /// bytes, and that of the directory may be.
    ///
    /// # Errors
    /// If the directory cannot be opened, or the system refuses the socket.
    pub fn at_block<T>(&self, socket: impl FnOnce(PathBuf) -> io::Result<T>) -> io::Result<T> {
        let directory = File::open(&self.directory)?;
        socket(self.shortened(&directory).join(BLOCK))
    }

    /// A path of the directory that is as short as possible, for sockets of other programs. It is valid while this program
    /// has the directory.
    pub fn short_path(&self) -> PathBuf {
        let held = lock(&self.held);
        let short = held.as_ref().map(|held| self.shortened(held));
        short.unwrap_or_else(|| self.directory.clone())
    }

    fn shortened(&self, open: &File) -> PathBuf {
        os::path_of(open).unwrap_or_else(|| self.directory.clone())
    }

    /// The start of the names of all semaphores that Python creates in this session.
    pub fn semaphores(&self) -> String {
        semaphores(&self.directory)
    }

    /// Creates the directory, readable by this user alone. A directory that this session made before and could not
    /// remove is used again.
    ///
    /// # Errors
    /// If the temporary directory is not writable, or the name is already taken; the message is one sentence.
    pub fn make(&self) -> Result<(), EngineError> {
        self.try_to_make().map_err(|error| {
            let place = self.directory.parent().unwrap_or(&self.directory);
            EngineError::new(cannot_use(place, &error))
        })
    }

    fn try_to_make(&self) -> io::Result<()> {
        let mut held = lock(&self.held);
        if is_marked(&self.directory) {
            return Ok(());
        }
        if held.is_some() && is_private(&self.directory) {
            // The marker was removed, but the directory could not be.
            return mark(&self.directory);
        }
        DirBuilder::new().mode(0o700).create(&self.directory)?;
        *held = locked(&self.directory);
        mark(&self.directory).inspect_err(|_| remove_own(&self.directory))
    }

    /// Removes what the session wrote, and the directory unless it contains something else. Does nothing if the
    /// directory was never created.
    pub fn remove(&self) {
        let mut held = lock(&self.held);
        if is_marked(&self.directory) {
            remove_own(&self.directory);
        } else if is_private(&self.directory) {
            // The program exited before it wrote the marker, or after it removed it. This fails unless the directory is
            // empty.
            let _ = fs::remove_dir(&self.directory);
        }
        if !self.directory.exists() {
            *held = None;
        }
    }
}

/// The directory for temporary files. An empty `TMPDIR` means the usual directory, never the current one.
pub fn temporary() -> PathBuf {
    let directory = std::env::temp_dir();
    if directory.as_os_str().is_empty() {
        PathBuf::from("/tmp")
    } else {
        directory
    }
}

/// Why no temporary files can be made in this directory, and what to do, in one sentence.
pub fn cannot_use(directory: &Path, error: &io::Error) -> String {
    let advice = match error.kind() {
        ErrorKind::NotFound
        | ErrorKind::NotADirectory
        | ErrorKind::PermissionDenied
        | ErrorKind::ReadOnlyFilesystem => {
            "; create it, or set TMPDIR to a directory in which you may write"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "; make room, or set TMPDIR to a directory that has some"
        }
        _ => "",
    };
    let (directory, why) = (directory.display(), text::plain(error));
    format!("cannot make temporary files in {directory}: {why}{advice}")
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

/// Removes directories that earlier sessions of this user left behind in this folder because program and zygote were
/// killed at the same time.
pub fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let directory = entry.path();
        if !is_session_name(&entry.file_name()) || !is_marked(&directory) || !is_old(&directory) {
            continue;
        }
        // Held until the directory is gone, so that two sessions that start at the same time do not both remove it.
        let lock = locked(&directory);
        if lock.is_some() && holds_only(&directory, is_own) {
            remove_own(&directory);
        }
    }
}

/// Whether a name has the form of a session's directory.
fn is_session_name(name: &OsStr) -> bool {
    let digits = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digits.is_some_and(|digits| digits.len() == ID_DIGITS && digits.bytes().all(is_digit))
}

/// The metadata of a path if this user owns it. A link is not followed.
fn of_user(path: &Path) -> Option<Metadata> {
    let there = fs::symlink_metadata(path).ok()?;
    (there.uid() == nix::unistd::geteuid().as_raw()).then_some(there)
}

/// Whether this is a directory of this user, not a link, with the marker of this program.
fn is_marked(directory: &Path) -> bool {
    of_user(directory).is_some_and(|there| there.is_dir())
        && of_user(&directory.join(MARKER)).is_some_and(|there| there.is_file())
}

/// Whether this is a directory of this user, not a link, with the mode that this program sets: no access for others.
fn is_private(directory: &Path) -> bool {
    of_user(directory).is_some_and(|there| there.is_dir() && there.mode() & 0o777 == 0o700)
}

fn is_old(directory: &Path) -> bool {
    let modified = fs::symlink_metadata(directory).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > YOUNG))
}

/// Whether an entry of a directory is known, by path, name and kind.
type Knows = fn(&Path, &str, FileType) -> bool;

/// The kind of an entry, if it is known.
fn kind_of(entry: &DirEntry, is_known: Knows) -> Option<FileType> {
    let (name, kind) = (entry.file_name(), entry.file_type().ok()?);
    is_known(&entry.path(), name.to_str()?, kind).then_some(kind)
}

/// Whether a directory contains only entries that `is_known` accepts. An unreadable one might contain anything.
fn holds_only(directory: &Path, is_known: Knows) -> bool {
    let knows = |entry: io::Result<DirEntry>| kind_of(&entry.ok()?, is_known);
    fs::read_dir(directory).is_ok_and(|mut entries| entries.all(|entry| knows(entry).is_some()))
}

/// Whether this program, or an interpreter that it started, writes entries with this name and kind into the directory.
fn is_own(path: &Path, name: &str, kind: FileType) -> bool {
    match name {
        MARKER | ORDER | ANSWER | FACTS | PROGRAM | shared_file::NAME => kind.is_file(),
        OUTPUT => kind.is_fifo(),
        BLOCK => kind.is_socket(),
        "__pycache__" => kind.is_dir() && holds_only(path, is_module),
        _ if is_listener(path, name, kind) => true,
        // multiprocessing makes one for its sockets, unless it was told where to put them.
        _ if name.starts_with("pymp-") => kind.is_dir() && holds_only(path, is_listener),
        _ => kind.is_file() && (is_module(path, name, kind) || is_output_of_task(name)),
    }
}

/// A script, or its compiled form, which has a longer name while it is being written.
fn is_module(_: &Path, name: &str, kind: FileType) -> bool {
    kind.is_file()
        && [MODULE, FUNCTION]
            .into_iter()
            .filter_map(|module| name.strip_prefix(module))
            .any(|rest| rest.starts_with('.'))
}

/// A socket of multiprocessing. Its name has been shorter since Python 3.14.
fn is_listener(_: &Path, name: &str, kind: FileType) -> bool {
    kind.is_socket() && (name.starts_with("listener-") || name.starts_with("sock-"))
}

fn is_output_of_task(name: &str) -> bool {
    let task = name
        .strip_prefix("output-")
        .and_then(|rest| rest.strip_suffix(".txt"));
    task.is_some_and(|task| task.parse::<u32>().is_ok())
}

/// The start of the names of the semaphores of the session with this directory.
fn semaphores(directory: &Path) -> String {
    let name = directory.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Removes the session's semaphores, the program's own files from its directory, the marker last, and then the directory
/// if it is empty.
fn remove_own(directory: &Path) {
    os::remove_semaphores(&semaphores(directory));
    let remove = |entry: io::Result<DirEntry>| {
        let entry = entry?;
        match kind_of(&entry, is_own) {
            _ if entry.file_name() == MARKER => Ok(()),
            Some(kind) => remove_entry(&entry.path(), kind),
            None => Err(ErrorKind::DirectoryNotEmpty.into()),
        }
    };
    // Each entry is tried. A directory that cannot be read, because this program may open no more files, is not empty.
    let removed = fs::read_dir(directory).map(|entries| entries.map(remove).collect::<Vec<_>>());
    if removed.is_ok_and(|removed| removed.iter().all(Result::is_ok)) {
        let _ = fs::remove_file(directory.join(MARKER));
        // Fails if something else was put there meanwhile.
        let _ = fs::remove_dir(directory);
    }
}

fn remove_entry(path: &Path, kind: FileType) -> io::Result<()> {
    if !kind.is_dir() {
        return fs::remove_file(path);
    }
    // Every entry was checked before.
    for entry in fs::read_dir(path)? {
        fs::remove_file(entry?.path())?;
    }
    fs::remove_dir(path)
}

#[cfg(test)]
mod tests;
