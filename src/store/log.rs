//! A file of lines to which several processes append at once and of which nothing is ever rewritten.
//!
//! Who appends holds an exclusive lock, so it sees everything that was appended before; a line is written by one call
//! together with its end, and taken back if that does not succeed. The lock is held only for that: what was appended before
//! is read without it, as it never changes. A last line without its end is not there yet, or never will be.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

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
    /// A whole line without its end; lines count from 1.
    Line(usize, &'a [u8]),
    /// A line that is too long, of which this is the beginning.
    TooLong(usize, &'a [u8]),
    /// The last line has no end. If it gets one, it will be seen again.
    Torn(usize, &'a [u8]),
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

/// The file, and how far it was read.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    /// `None` if nothing was read yet.
    position: Option<Position>,
}

impl Log {
    /// The file at `path`, of which nothing was read yet, and which need not exist.
    pub fn new(path: PathBuf) -> Log {
        Log {
            path,
            position: None,
        }
    }

    /// Reads what was not read yet. A file that does not exist is empty.
    ///
    /// # Errors
    /// One sentence, if it cannot be read.
    pub fn read(&mut self, see: impl FnMut(Seen<'_>)) -> Result<(), StoreError> {
        self.check_kind()?;
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.cannot("read")(error)),
        };
        // While the lock is held, nobody is writing a line that may have to be taken back: what is there now stays. Where
        // the lock is not to be had, reading goes well all the same.
        let _ = locked(PATIENCE, || file.try_lock_shared());
        let length = file.metadata();
        let _ = file.unlock();
        let length = length.map_err(self.cannot("read"))?.len();
        self.catch_up(&file, length, see)
    }

    /// Reads all of a file that is open, and that nobody else writes to.
    ///
    /// # Errors
    /// One sentence, if it cannot be read.
    pub fn read_whole(&mut self, file: &File, see: impl FnMut(Seen<'_>)) -> Result<(), StoreError> {
        let length = file.metadata().map_err(self.cannot("read"))?.len();
        self.catch_up(file, length, see)
    }

    /// How far the file was read; `None` if it was not.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// Goes on from a position that somebody else has read up to, if the file is still the same one. What was read before
    /// does not count any more.
    pub fn go_on_from(&mut self, position: Position, is_same: impl FnOnce(&File) -> bool) -> bool {
        let file = self.check_kind().map(|()| File::open(&self.path));
        let Ok(Ok(file)) = file else {
            return false;
        };
        let is_its = file.metadata().is_ok_and(|there| {
            (there.dev(), there.ino()) == (position.device, position.inode)
                && there.len() >= position.bytes
        });
        let is_same = is_its && is_same(&file);
        if is_same {
            self.position = Some(position);
        }
        is_same
    }

    /// Whether the file begins with these bytes, as far as it goes. One that does not exist does.
    ///
    /// # Errors
    /// One sentence, if it cannot be read.
    pub fn begins_with(&self, bytes: &[u8]) -> Result<bool, StoreError> {
        self.check_kind()?;
        let mut beginning = vec![];
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
            file => file.map_err(self.cannot("read"))?,
        };
        let read = file.take(bytes.len() as u64).read_to_end(&mut beginning);
        read.map_err(self.cannot("read"))?;
        Ok(bytes.starts_with(&beginning))
    }

    /// The file, made if it does not exist, under the lock.
    ///
    /// # Errors
    /// One sentence, if it cannot be made, opened, or locked as long as `patience` lasts.
    pub fn appending(&mut self, patience: Duration) -> Result<Appending<'_>, StoreError> {
        self.check_kind()?;
        if let Some(folder) = self
            .path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            make_folder(folder).map_err(self.cannot("write to"))?;
        }
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(self.cannot("write to"))?;
        match locked(patience, || file.try_lock()) {
            Ok(()) => Ok(Appending { log: self, file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked(self.path.clone())),
            Err(TryLockError::Error(error)) => Err(self.cannot("lock")(error)),
        }
    }

    /// Opening anything else, as a pipe, might wait for ever.
    fn check_kind(&self) -> Result<(), StoreError> {
        match fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_dir() => Err(StoreError::Directory(self.path.clone())),
            Ok(metadata) if !metadata.is_file() => Err(StoreError::NoFile(self.path.clone())),
            _ => Ok(()),
        }
    }

    fn cannot(&self, doing: &'static str) -> impl Fn(io::Error) -> StoreError {
        StoreError::system(doing, &self.path)
    }

    /// Reads on, up to a length that the file had.
    fn catch_up(
        &mut self,
        file: &File,
        length: u64,
        see: impl FnMut(Seen<'_>),
    ) -> Result<(), StoreError> {
        self.read_on(file, length, see).map_err(self.cannot("read"))
    }

    fn read_on(
        &mut self,
        mut file: &File,
        length: u64,
        mut see: impl FnMut(Seen<'_>),
    ) -> io::Result<()> {
        let (device, inode) = (file.metadata()?.dev(), file.metadata()?.ino());
        let is_same =
            |read: &Position| (read.device, read.inode) == (device, inode) && read.bytes <= length;
        let position = match self.position.filter(is_same) {
            Some(_) => self.position.as_mut().expect("it was just looked at"),
            None => {
                see(Seen::Restart);
                self.position.insert(Position {
                    device,
                    inode,
                    bytes: 0,
                    lines: 0,
                })
            }
        };
        file.seek(SeekFrom::Start(position.bytes))?;
        let mut reader = BufReader::with_capacity(1 << 18, file.take(length - position.bytes));
        let mut line = vec![];
        loop {
            line.clear();
            let read = (&mut reader).take(LINE_MAX).read_until(b'\n', &mut line)? as u64;
            let number = position.lines + 1;
            let is_cut = read == LINE_MAX && !line.ends_with(b"\n");
            let skipped = if is_cut {
                skip_line(&mut reader)?
            } else {
                Some(0)
            };
            match (line.strip_suffix(b"\n"), skipped) {
                (None, _) if read == 0 => return Ok(()),
                (Some(whole), _) => {
                    see(Seen::Line(number, whole));
                    position.bytes += read;
                }
                (None, Some(skipped)) if skipped > 0 => {
                    see(Seen::TooLong(number, &line));
                    position.bytes += read + skipped;
                }
                (None, _) => {
                    see(Seen::Torn(number, &line));
                    return Ok(());
                }
            }
            position.lines = number;
        }
    }
}

/// Skips the rest of a line. Returns how many bytes that were; `None` if it has no end.
fn skip_line(reader: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut skipped = 0;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        reader.consume(used);
        skipped += used as u64;
        if end.is_some() {
            return Ok(Some(skipped));
        }
    }
}

/// Tries to get a lock, at least once.
fn locked(
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

/// Makes a directory with those above it, for nobody but the user, as the XDG specification wants it.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        Ok(())
    } else {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }
}

/// The file while nobody else appends to it; the lock ends with this value.
#[derive(Debug)]
pub struct Appending<'a> {
    log: &'a mut Log,
    file: File,
}

impl Appending<'_> {
    /// Reads what was appended since it was read last.
    ///
    /// # Errors
    /// One sentence, if it cannot be read.
    pub fn catch_up(&mut self, see: impl FnMut(Seen<'_>)) -> Result<(), StoreError> {
        let length = self.file.metadata().map_err(self.log.cannot("read"))?.len();
        self.log.catch_up(&self.file, length, see)
    }

    /// How far the file was read, and the file.
    pub fn read_so_far(&self) -> Option<(Position, &File)> {
        Some((self.log.position?, &self.file))
    }

    /// Appends lines, with their ends, all or none, behind a line that is not torn. They have to be read as those of
    /// anybody else.
    ///
    /// # Errors
    /// One sentence; the file is then as it was.
    pub fn write(&mut self, lines: &[u8]) -> Result<(), StoreError> {
        self.try_to_write(lines)
            .map_err(self.log.cannot("write to"))
    }

    fn try_to_write(&mut self, lines: &[u8]) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let written = self.file.write_all(lines);
        if written.is_err() {
            // Should that fail, too, there is a torn line, which costs the next one nothing.
            let _ = self.file.set_len(length);
        }
        written
    }

    /// If somebody was ended while writing the last line, it gets an end, so that the next one is not lost as well. Read
    /// again before anything is made of what was read: a line that lacked nothing else counts now.
    ///
    /// # Errors
    /// One sentence, if that is not possible.
    pub fn end_torn_line(&mut self) -> Result<(), StoreError> {
        let is_torn = self.is_torn().map_err(self.log.cannot("read"))?;
        if is_torn { self.write(b"\n") } else { Ok(()) }
    }

    fn is_torn(&mut self) -> io::Result<bool> {
        let length = self.file.metadata()?.len();
        if length == 0 {
            return Ok(false);
        }
        let mut last = [0];
        self.file.seek(SeekFrom::Start(length - 1))?;
        self.file.read_exact(&mut last)?;
        Ok(last != *b"\n")
    }
}

#[cfg(test)]
mod tests;
