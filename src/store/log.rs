//! A file of lines to which several processes append at the same time. Nothing in it is ever rewritten.
//!
//! A process that appends holds an exclusive lock, so it sees everything that was appended before. A line is written by
//! one call together with its end, and truncated if that fails. The lock is held only for that: earlier lines never
//! change, so reading them needs no lock. A last line without its end is not complete yet, or never will be.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use nix::errno::Errno;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::error::StoreError;

/// The maximum length of a line, in bytes. This program does not write longer ones. It skips them and never reads them
/// into memory completely.
pub const LINE_MAX: u64 = 16 << 20;
/// The time limit for waiting until other programs have appended. Each takes less than a millisecond.
const PATIENCE: Duration = Duration::from_millis(50);
/// The time between two attempts to get the lock.
const PAUSE: Duration = Duration::from_millis(2);

/// An event while reading a log.
#[derive(Debug, PartialEq, Eq)]
pub enum LogEvent<'a> {
    /// The file is not the one that was read before. What was read from that one no longer counts.
    Restart,
    /// A line, without its end.
    Line {
        /// The line's number, starting at 1.
        at: usize,
        /// The line's content.
        text: &'a [u8],
        /// Whether this is the whole line. If a line is too long, only its start is here. The last line may have no
        /// end; it is reported again if it gets one.
        is_whole: bool,
    },
}

/// How far a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The device number of the file system.
    device: u64,
    /// The inode number of the file.
    inode: u64,
    /// The number of bytes read; only whole lines count.
    pub bytes: u64,
    /// The number of lines read.
    lines: usize,
}

impl Position {
    /// Whether this is the same file and at least as long.
    fn is_in(&self, there: &Metadata) -> bool {
        (there.dev(), there.ino()) == (self.device, self.inode) && there.len() >= self.bytes
    }
}

/// The file, and how far it was read.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    /// How far the file was read; `None` if it has not been read yet.
    pub position: Option<Position>,
    /// Whether the file can be locked, as far as that has been tried. Some file systems have no locks.
    pub has_locks: bool,
}

impl Log {
    /// The file at `path`. Nothing of it has been read yet, and it need not exist.
    pub fn new(path: PathBuf) -> Log {
        Log {
            path,
            position: None,
            has_locks: true,
        }
    }

    /// Reads what has not been read yet. A file that does not exist counts as empty.
    ///
    /// # Errors
    /// If it cannot be read; the message is one sentence.
    pub fn read(&mut self, see: impl FnMut(LogEvent<'_>)) -> Result<(), StoreError> {
        let Some(file) = self.opened()? else {
            return Ok(());
        };
        // While the lock is held, no process is writing a line that it may have to truncate, so what is there now
        // stays. Reading also works if the lock is not available.
        let _ = locked(PATIENCE, || file.try_lock_shared());
        let there = file.metadata();
        let _ = file.unlock();
        self.read_on(&file, there, see).map_err(self.cannot("read"))
    }

    /// Reads what has not been read yet from an open file that no other process writes to.
    ///
    /// # Errors
    /// If it cannot be read; the message is one sentence.
    pub fn catch_up(
        &mut self,
        file: &File,
        see: impl FnMut(LogEvent<'_>),
    ) -> Result<(), StoreError> {
        self.read_on(file, file.metadata(), see)
            .map_err(self.cannot("read"))
    }

    /// Continues from a position up to which another process has read, if the file is still the same. What was read
    /// before no longer counts.
    pub fn go_on_from(&mut self, position: Position, is_same: impl FnOnce(&File) -> bool) -> bool {
        let is_same = self.opened().ok().flatten().is_some_and(|file| {
            file.metadata().is_ok_and(|there| position.is_in(&there)) && is_same(&file)
        });
        if is_same {
            self.position = Some(position);
        }
        is_same
    }

    /// The file under its lock, created if it does not exist. Until it is dropped, other processes do not append to it.
    /// If the file system has no locks, it is returned without one: a run that another program's run may hide is better
    /// than one that is lost for sure.
    ///
    /// # Errors
    /// If it cannot be created, opened, or locked within `patience`; the message is one sentence.
    pub fn locked(&mut self, patience: Duration) -> Result<File, StoreError> {
        self.check_kind()?;
        let open = || {
            make_folder(folder_of(&self.path))?;
            OpenOptions::new()
                .read(true)
                .append(true)
                .create(true)
                .mode(0o600)
                .open(&self.path)
        };
        let file = open().map_err(self.cannot("write to"))?;
        match locked(patience, || file.try_lock()) {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked(self.path.clone())),
            Err(TryLockError::Error(error)) if is_no_lock(&error) => {
                self.has_locks = false;
                Ok(file)
            }
            Err(TryLockError::Error(error)) => Err(self.cannot("lock")(error)),
        }
    }

    /// Appends lines with their ends, all or none, to the locked file, whose last line must not be torn. They have to
    /// be read like those of any other process.
    ///
    /// # Errors
    /// If they cannot be written; the message is one sentence, and the file is unchanged.
    pub fn append(&self, file: &File, lines: &[u8]) -> Result<(), StoreError> {
        append_whole(file, lines).map_err(self.cannot("write to"))
    }

    /// Ends a torn last line, so that the next line is not lost as well. The line is torn if a process ended while it
    /// wrote it. Read again before using what was read: a line that lacked only its end now counts.
    ///
    /// # Errors
    /// If that is not possible; the message is one sentence.
    pub fn end_torn_line(&self, file: &File) -> Result<(), StoreError> {
        let length = file.metadata().map_err(self.cannot("read"))?.len();
        if self.position.is_some_and(|read| read.bytes < length) {
            self.append(file, b"\n")?;
        }
        Ok(())
    }

    /// The file for reading, if it exists.
    fn opened(&self) -> Result<Option<File>, StoreError> {
        self.check_kind()?;
        match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            file => file.map(Some).map_err(self.cannot("read")),
        }
    }

    /// Refuses anything but a regular file: opening a pipe, for example, might block for ever.
    fn check_kind(&self) -> Result<(), StoreError> {
        let what = match fs::metadata(&self.path) {
            Ok(there) if there.is_dir() => "a directory",
            Ok(there) if !there.is_file() => "no file",
            _ => return Ok(()),
        };
        Err(StoreError::Other(format!(
            "{} is {what}",
            self.path.display()
        )))
    }

    fn cannot(&self, doing: &str) -> impl Fn(io::Error) -> StoreError {
        StoreError::system(doing, &self.path)
    }

    /// Continues reading, up to the end that the file had in `there`.
    fn read_on(
        &mut self,
        mut file: &File,
        there: io::Result<Metadata>,
        mut see: impl FnMut(LogEvent<'_>),
    ) -> io::Result<()> {
        let there = there?;
        let before = self.position.filter(|position| position.is_in(&there));
        let position = self.position.insert(before.unwrap_or_else(|| {
            see(LogEvent::Restart);
            Position {
                device: there.dev(),
                inode: there.ino(),
                bytes: 0,
                lines: 0,
            }
        }));
        file.seek(SeekFrom::Start(position.bytes))?;
        let unread = file.take(there.len() - position.bytes);
        let mut reader = BufReader::with_capacity(1 << 18, unread);
        let mut read_chunk = |line: &mut Vec<u8>| {
            line.clear();
            (&mut reader).take(LINE_MAX).read_until(b'\n', line)
        };
        let mut line = vec![];
        loop {
            let mut bytes = read_chunk(&mut line)?;
            if bytes == 0 {
                return Ok(());
            }
            let at = position.lines + 1;
            let whole = line.strip_suffix(b"\n");
            see(LogEvent::Line {
                at,
                text: whole.unwrap_or(&line),
                is_whole: whole.is_some(),
            });
            while !line.ends_with(b"\n") {
                match read_chunk(&mut line)? {
                    0 => return Ok(()),
                    more => bytes += more,
                }
            }
            position.bytes += bytes as u64;
            position.lines = at;
        }
    }
}

/// Whether this error means that the file system has no locks.
pub fn is_no_lock(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(Errno::from_raw);
    matches!(code, Some(Errno::ENOLCK | Errno::ENOSYS | Errno::ENOTSUP))
}

/// Tries to get a lock, at least once.
pub fn locked(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<(), TryLockError>,
) -> Result<(), TryLockError> {
    let started = Instant::now();
    loop {
        match attempt() {
            Err(TryLockError::WouldBlock) if started.elapsed() < patience => thread::sleep(PAUSE),
            result => return result,
        }
    }
}

/// The directory of a file.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Appends all bytes or, as far as possible, none.
pub fn append_whole(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    let length = file.metadata()?.len();
    file.write_all(bytes).inspect_err(|_| {
        // If this fails, too, a torn line remains, which does not affect the next one.
        let _ = file.set_len(length);
    })
}

/// Replaces the content of a file completely or not at all.
pub fn replace_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut new = NamedTempFile::new_in(folder_of(path))?;
    new.write_all(content)?;
    new.persist(path)?;
    Ok(())
}

/// Creates a directory and its parents, accessible to the user alone, as the XDG specification requires.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests;
