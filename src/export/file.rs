//! A file is written whole or not at all, and never over another one unless that was asked for.
//!
//! The content goes to a file without a name (`O_TMPFILE`), which gets its name when it is complete and on the disk: a
//! program that is interrupted before leaves nothing behind. Where the file system has no such files, a file with a
//! hidden name stands in, which is removed if writing fails.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::unistd::linkat;
use tempfile::NamedTempFile;

use crate::domain::share::Refusal;
use crate::domain::text;

/// What every new file may be, before the user's umask takes its part.
const MODE: u32 = 0o666;
/// How much is written at once, in bytes.
const BUFFER: usize = 1 << 18;
/// How much of a path a sentence repeats, in characters.
const MAX_SHOWN: usize = 200;

/// Where a file is to be written.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The name that the user gave.
    pub path: &'a Path,
    /// Whether a plain file that is there already may be replaced.
    pub overwrite: bool,
    /// Whether a path leads to a file that the program keeps: such a file is never replaced.
    pub is_kept: &'a dyn Fn(&Path) -> bool,
}

impl Target<'_> {
    /// Whether a file could be written there, as far as can be seen before: what takes long to measure should have
    /// somewhere to go.
    ///
    /// # Errors
    /// What speaks against it.
    pub fn check(&self) -> Result<(), Refusal> {
        Place::of(self).map(|_| ())
    }

    /// Writes what `content` writes; returns how many bytes that are. A file that is replaced keeps its mode.
    ///
    /// # Errors
    /// Why there is no new file. An old one is as it was.
    pub fn write(
        &self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<u64, Refusal> {
        let place = Place::of(self)?;
        let written = || -> io::Result<u64> {
            let mut draft = Draft::beside(&place)?;
            let bytes = draft.fill(content)?;
            draft.publish(&place)?;
            Ok(bytes)
        };
        written().map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(self.path),
            _ => refused(self.path, &error),
        })
    }
}

/// Where the file will be.
struct Place {
    folder: PathBuf,
    /// With links followed where a file is written over.
    path: PathBuf,
    overwrite: bool,
}

impl Place {
    fn of(target: &Target<'_>) -> Result<Place, Refusal> {
        let Target {
            path,
            overwrite,
            is_kept,
        } = *target;
        let other = |why: &str| {
            Err(Refusal::Other(format!(
                "cannot write {}: {why}",
                shown(path)
            )))
        };
        if path.as_os_str().is_empty() {
            return Err(Refusal::Other("a file needs a name".into()));
        }
        let names_folder =
            path.as_os_str().as_bytes().ends_with(b"/") || path.file_name().is_none();
        if names_folder || path.is_dir() {
            return other("that is a directory; name a file in it");
        }
        if is_kept(path) {
            return other("pconc-tui keeps its history there; choose another name");
        }
        let place = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => path.to_path_buf(),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return other("a part of its path is a file, not a directory");
            }
            Err(error) => return Err(refused(path, &error)),
            Ok(_) if !overwrite => return Err(exists(path)),
            Ok(there) if there.is_symlink() => match fs::canonicalize(path) {
                Ok(target) => target,
                Err(_) => return other("it is a symbolic link to nothing"),
            },
            Ok(_) => path.to_path_buf(),
        };
        if fs::metadata(&place).is_ok_and(|there| !there.is_file()) {
            return other("it is no regular file; - writes to stdout, which can be sent anywhere");
        }
        let folder = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        if !folder.exists() {
            return other(&format!("there is no directory {}", shown(&folder)));
        }
        Ok(Place {
            folder,
            path: place,
            overwrite,
        })
    }
}

/// A path as sentences repeat it.
pub fn shown(path: &Path) -> String {
    text::clean(&path.display().to_string(), MAX_SHOWN)
}

fn exists(path: &Path) -> Refusal {
    Refusal::Exists(format!(
        "{} exists already, and was left as it is",
        shown(path)
    ))
}

fn refused(path: &Path, error: &io::Error) -> Refusal {
    Refusal::Other(format!(
        "cannot write {}: {}",
        shown(path),
        text::plain(error)
    ))
}

/// A file that nobody sees yet.
enum Draft {
    /// It has no name.
    Nameless(File),
    /// It has a hidden name, and goes away with it.
    Hidden(NamedTempFile),
}

impl Draft {
    fn beside(place: &Place) -> io::Result<Draft> {
        match nameless(&place.folder) {
            // Without /proc it could never be given a name.
            Ok(file) if !by_number(&file).exists() => hidden(&place.folder).map(Draft::Hidden),
            Ok(file) => Ok(Draft::Nameless(file)),
            Err(error) if knows_no_nameless_files(&error) => {
                hidden(&place.folder).map(Draft::Hidden)
            }
            Err(error) => Err(error),
        }
    }

    /// Fills it, and waits until the disk has it: returns how long it is.
    fn fill(&mut self, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<u64> {
        let file = match self {
            Draft::Nameless(file) => file,
            Draft::Hidden(file) => file.as_file_mut(),
        };
        let mut out = BufWriter::with_capacity(BUFFER, &mut *file);
        content(&mut out)?;
        out.flush()?;
        drop(out);
        file.sync_all()?;
        file.stream_position()
    }

    fn set_mode(&self, mode: u32) -> io::Result<()> {
        let file = match self {
            Draft::Nameless(file) => file,
            Draft::Hidden(file) => file.as_file(),
        };
        file.set_permissions(fs::Permissions::from_mode(mode))
    }

    /// Gives it its name.
    fn publish(self, place: &Place) -> io::Result<()> {
        if place.overwrite
            && let Ok(there) = fs::metadata(&place.path)
        {
            self.set_mode(there.permissions().mode() & 0o777)?;
        }
        match self {
            Draft::Nameless(file) if place.overwrite => {
                // A file without a name cannot replace one: it gets a hidden name first.
                let name = tempfile::Builder::new()
                    .prefix(".pconc-tui-")
                    .make_in(&place.folder, |path| link(&file, path))?;
                name.into_temp_path()
                    .persist(&place.path)
                    .map_err(|refused| refused.error)
            }
            Draft::Nameless(file) => link(&file, &place.path),
            Draft::Hidden(file) if place.overwrite => file
                .persist(&place.path)
                .map(drop)
                .map_err(|refused| refused.error),
            Draft::Hidden(file) => file
                .persist_noclobber(&place.path)
                .map(drop)
                .map_err(|refused| refused.error),
        }
    }
}

fn nameless(folder: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .custom_flags(OFlag::O_TMPFILE.bits())
        .mode(MODE)
        .open(folder)
}

fn hidden(folder: &Path) -> io::Result<NamedTempFile> {
    let mode = fs::Permissions::from_mode(MODE);
    tempfile::Builder::new()
        .prefix(".pconc-tui-")
        .permissions(mode)
        .tempfile_in(folder)
}

/// What open(2) says where `O_TMPFILE` is not known: by the file system, or by an old kernel.
fn knows_no_nameless_files(error: &io::Error) -> bool {
    let said = error.raw_os_error().map(Errno::from_raw);
    matches!(
        said,
        Some(Errno::EOPNOTSUPP | Errno::EISDIR | Errno::EINVAL | Errno::ENOENT)
    )
}

/// Gives a nameless file a name that is not taken, as open(2) describes.
fn link(file: &File, path: &Path) -> io::Result<()> {
    Ok(linkat(
        AT_FDCWD,
        &by_number(file),
        AT_FDCWD,
        path,
        AtFlags::AT_SYMLINK_FOLLOW,
    )?)
}

/// An open file as the system's table of processes names it.
fn by_number(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}
