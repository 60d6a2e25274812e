//! A file of lines to which several processes append at once and of which nothing is ever rewritten.
//!
//! Who appends holds an exclusive lock, so it sees everything that was appended before; a line is written by one call
//! together with its end, and taken back if that does not succeed. The lock is held only for that: what was appended before
//! is read without it, as it never changes. A last line without its end is not there yet, or never will be.

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

/// A longer line is no line of ours: it is skipped, and never all in memory.
pub const LINE_MAX: u64 = 16 << 20;
/// How long somebody who only reads waits for others that append; each takes less than a millisecond.
const PATIENCE: Duration = Duration::from_millis(50);
/// Between two tries to get the lock.
const PAUSE: Duration = Duration::from_millis(2);

/// What is found while reading.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// The file is not the one that was read before: what was found in that does not count any more.
    Restart,
    /// A line, without its end.
    Line {
        /// Its number, from 1.
        at: usize,
        /// What it says.
        text: &'a [u8],
        /// Whether that is all of it. Of one that is too long it is the beginning; the last one may have no end, and is seen
        /// again if it gets one.
        is_whole: bool,
    },
}

/// How far a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The number of the file system.
    device: u64,
    /// The number of the file in it.
    inode: u64,
    /// How many bytes; whole lines.
    pub bytes: u64,
    /// How many lines these are.
    lines: usize,
}

impl Position {
    /// Whether this is the file, and has as much.
    fn is_in(&self, there: &Metadata) -> bool {
        (there.dev(), there.ino()) == (self.device, self.inode) && there.len() >= self.bytes
    }
}

/// The file, and how far it was read.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    /// How far it was read; `None` if nothing was read yet.
    pub position: Option<Position>,
    /// Whether it can be locked, as far as was tried: some file systems have no locks.
    pub has_locks: bool,
}

impl Log {
    /// The file at `path`, of which nothing was read yet, and which need not exist.
    pub fn new(path: PathBuf) -> Log {
        Log {
            path,
            position: None,
            has_locks: true,
        }
    }

    /// Reads what was not read yet. A file that does not exist is empty.
    ///
    /// # Errors
    /// One sentence, if it cannot be read.
    pub fn read(&mut self, see: impl FnMut(Seen<'_>)) -> Result<(), StoreError> {
        let Some(file) = self.opened()? else {
            return Ok(());
        };
        // While the lock is held, nobody is writing a line that may have to be taken back: what is there now stays. Where
        // the lock is not to be had, reading goes well all the same.
        let _ = locked(PATIENCE, || file.try_lock_shared());
        let there = file.metadata();
        let _ = file.unlock();
        self.read_on(&file, there, see).map_err(self.cannot("read"))
    }

    /// Reads what was not read yet of a file that is open, and that nobody else writes to.
    ///
    /// # Errors
    /// One sentence, if it cannot be read.
    pub fn catch_up(&mut self, file: &File, see: impl FnMut(Seen<'_>)) -> Result<(), StoreError> {
        self.read_on(file, file.metadata(), see)
            .map_err(self.cannot("read"))
    }

    /// Goes on from a position that somebody else has read up to, if the file is still the same one. What was read before
    /// does not count any more.
    pub fn go_on_from(&mut self, position: Position, is_same: impl FnOnce(&File) -> bool) -> bool {
        let is_same = self.opened().ok().flatten().is_some_and(|file| {
            file.metadata().is_ok_and(|there| position.is_in(&there)) && is_same(&file)
        });
        if is_same {
            self.position = Some(position);
        }
        is_same
    }

    /// The file, made if it does not exist, under the lock: until it is dropped, nobody else appends to it. Where there are no
    /// locks, it is not locked: better a run that another program may hide than one that is lost for sure.
    ///
    /// # Errors
    /// One sentence, if it cannot be made, opened, or locked as long as `patience` lasts.
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

    /// Appends lines, with their ends, all or none, to the locked file, behind a line that is not torn. They have to be read
    /// as those of anybody else.
    ///
    /// # Errors
    /// One sentence; the file is then as it was.
    pub fn append(&self, file: &File, lines: &[u8]) -> Result<(), StoreError> {
        append_whole(file, lines).map_err(self.cannot("write to"))
    }

    /// If somebody was ended while writing the last line, as the reader has seen, it gets an end, so that the next one is not
    /// lost as well. Read again before anything is made of what was read: a line that lacked nothing else counts now.
    ///
    /// # Errors
    /// One sentence, if that is not possible.
    pub fn end_torn_line(&self, file: &File) -> Result<(), StoreError> {
        let length = file.metadata().map_err(self.cannot("read"))?.len();
        if self.position.is_some_and(|read| read.bytes < length) {
            self.append(file, b"\n")?;
        }
        Ok(())
    }

    /// The file for reading, if there is one.
    fn opened(&self) -> Result<Option<File>, StoreError> {
        self.check_kind()?;
        match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            file => file.map(Some).map_err(self.cannot("read")),
        }
    }

    /// Opening anything else, as a pipe, might wait for ever.
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

    /// Reads on, as far as the file went when it was looked at.
    fn read_on(
        &mut self,
        mut file: &File,
        there: io::Result<Metadata>,
        mut see: impl FnMut(Seen<'_>),
    ) -> io::Result<()> {
        let there = there?;
        let before = self.position.filter(|position| position.is_in(&there));
        let position = self.position.insert(before.unwrap_or_else(|| {
            see(Seen::Restart);
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
        let mut read_piece = |line: &mut Vec<u8>| {
            line.clear();
            (&mut reader).take(LINE_MAX).read_until(b'\n', line)
        };
        let mut line = vec![];
        loop {
            let mut bytes = read_piece(&mut line)?;
            if bytes == 0 {
                return Ok(());
            }
            let at = position.lines + 1;
            let whole = line.strip_suffix(b"\n");
            see(Seen::Line {
                at,
                text: whole.unwrap_or(&line),
                is_whole: whole.is_some(),
            });
            while !line.ends_with(b"\n") {
                match read_piece(&mut line)? {
                    0 => return Ok(()),
                    more => bytes += more,
                }
            }
            position.bytes += bytes as u64;
            position.lines = at;
        }
    }
}

/// Whether the file system has no locks.
pub fn is_no_lock(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(Errno::from_raw);
    matches!(code, Some(Errno::ENOLCK | Errno::ENOSYS | Errno::ENOTSUP))
}

/// Tries to get a lock, at least once.
pub fn locked(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<(), TryLockError>,
) -> Result<(), TryLockError> {
    let begun = Instant::now();
    loop {
        match attempt() {
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => thread::sleep(PAUSE),
            result => return result,
        }
    }
}

/// The directory that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Appends all of it or, as far as that can be helped, nothing.
pub fn append_whole(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    let length = file.metadata()?.len();
    file.write_all(bytes).inspect_err(|_| {
        // Should that fail, too, there is a torn line, which costs the next one nothing.
        let _ = file.set_len(length);
    })
}

/// Replaces a file by one with this content, whole or not at all.
pub fn replace_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut new = NamedTempFile::new_in(folder_of(path))?;
    new.write_all(content)?;
    new.persist(path)?;
    Ok(())
}

/// Makes a directory with those above it, for nobody but the user, as the XDG specification wants it.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests;
