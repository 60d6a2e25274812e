//! Writes a file completely or not at all. An existing file is replaced only if the user asks for it.
//!
//! The content goes to a file without a name (`O_TMPFILE`), which gets its name when it is complete and on disk. A
//! program that is interrupted before that leaves nothing behind. If the file system does not support this, a hidden
//! file is used, which is removed if writing fails.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, ErrorKind, Seek, Write},
    os::{
        fd::AsRawFd,
        unix::{
            ffi::OsStrExt,
            fs::{OpenOptionsExt, PermissionsExt},
        },
    },
    path::{Path, PathBuf},
};

use nix::{
    fcntl::{AT_FDCWD, AtFlags, OFlag},
    unistd::linkat,
};
use tempfile::TempPath;

use crate::{domain::text, present::format::Refusal};

/// The mode of every new file, before the user's umask is applied.
const MODE: u32 = 0o666;
/// The size of the write buffer, in bytes.
const BUFFER: usize = 1 << 18;
/// The maximum length of a path in a sentence, in characters.
const MAX_SHOWN: usize = 200;

/// A file to write.
#[derive(Clone, Copy)]
pub struct OutputFile<'a> {
    /// The name that the user gave.
    pub path: &'a Path,
    /// Whether an existing regular file may be replaced.
    pub overwrite: bool,
    /// Whether the path leads to a file that the program keeps. Such a file is never replaced.
    pub is_kept: bool,
}

impl OutputFile<'_> {
    /// Checks, as far as possible, whether a file could be written there. This happens before a long measurement, whose
    /// results need a place to go.
    ///
    /// # Errors
    /// If it could not be written.
    pub fn check(&self) -> Result<(), Refusal> {
        FilePlace::of(self).map(|_| ())
    }

    /// Writes what `content` writes and returns the number of bytes. A replaced file keeps its mode.
    ///
    /// # Errors
    /// If the file cannot be written completely. An existing file is then unchanged.
    pub fn write(
        &self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<u64, Refusal> {
        let place = FilePlace::of(self)?;
        let written = || -> io::Result<u64> {
            let mut draft = HiddenFile::beside(&place)?;
            let bytes = draft.fill(content)?;
            draft.publish(&place)?;
            Ok(bytes)
        };
        written().map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(self.path),
            _ => cannot(self.path, &text::plain(&error)),
        })
    }
}

/// The place of the new file.
struct FilePlace {
    folder: PathBuf,
    /// With links resolved if an existing file is replaced.
    path: PathBuf,
    overwrite: bool,
}

impl FilePlace {
    fn of(target: &OutputFile<'_>) -> Result<FilePlace, Refusal> {
        let OutputFile {
            path,
            overwrite,
            is_kept,
        } = *target;
        let other = |why: &str| Err(cannot(path, why));
        if path.as_os_str().is_empty() {
            return Err(Refusal::Other("a file needs a name".into()));
        }
        let names_folder =
            path.as_os_str().as_bytes().ends_with(b"/") || path.file_name().is_none();
        if names_folder || path.is_dir() {
            return other("that is a directory; name a file in it");
        }
        if is_kept {
            return other("pconc-tui keeps its history there; choose another name");
        }
        let place = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => path.to_path_buf(),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return other("a part of its path is a file, not a directory");
            }
            Err(error) => return other(&text::plain(&error)),
            Ok(_) if !overwrite => return Err(exists(path)),
            Ok(there) if there.is_symlink() => match fs::canonicalize(path) {
                Ok(target) => target,
                Err(_) => return other("it is a symbolic link to nothing"),
            },
            Ok(_) => path.to_path_buf(),
        };
        if fs::metadata(&place).is_ok_and(|there| !there.is_file()) {
            return other("it is not a regular file; use - for stdout and redirect it");
        }
        let folder = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        if !folder.exists() {
            return other(&format!("the directory {} does not exist", shown(&folder)));
        }
        Ok(FilePlace {
            folder,
            path: place,
            overwrite,
        })
    }
}

/// A path for sentences: shortened and without control characters.
pub fn shown(path: &Path) -> String {
    text::clean(&path.display().to_string(), MAX_SHOWN)
}

fn exists(path: &Path) -> Refusal {
    Refusal::Exists(format!(
        "{} already exists, and was not changed",
        shown(path)
    ))
}

fn cannot(path: &Path, why: &str) -> Refusal {
    Refusal::Other(format!("cannot write {}: {why}", shown(path)))
}

/// A file that is not visible yet.
struct HiddenFile {
    file: File,
    /// The hidden name, which is removed together with the draft; `None` if the file has no name.
    name: Option<TempPath>,
}

impl HiddenFile {
    fn beside(place: &FilePlace) -> io::Result<HiddenFile> {
        let nameless = OpenOptions::new()
            .write(true)
            .custom_flags(OFlag::O_TMPFILE.bits())
            .mode(MODE)
            .open(&place.folder);
        match nameless {
            // Without /proc the file could not get a name later.
            Ok(file) if by_number(&file).exists() => Ok(HiddenFile { file, name: None }),
            _ => {
                let mode = fs::Permissions::from_mode(MODE);
                let hidden = hidden().permissions(mode).tempfile_in(&place.folder)?;
                let (file, name) = hidden.into_parts();
                let name = Some(name);
                Ok(HiddenFile { file, name })
            }
        }
    }

    /// Writes the content and waits until it is on disk. Returns its length.
    fn fill(&mut self, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<u64> {
        let mut out = BufWriter::with_capacity(BUFFER, &mut self.file);
        content(&mut out)?;
        out.flush()?;
        drop(out);
        self.file.sync_all()?;
        self.file.stream_position()
    }

    fn publish(self, place: &FilePlace) -> io::Result<()> {
        let HiddenFile { file, name } = self;
        if !place.overwrite {
            return match name {
                Some(name) => Ok(name.persist_noclobber(&place.path)?),
                None => link(&file, &place.path),
            };
        }
        if let Ok(there) = fs::metadata(&place.path) {
            let mode = there.permissions().mode() & 0o777;
            file.set_permissions(fs::Permissions::from_mode(mode))?;
        }
        let name = match name {
            Some(name) => name,
            // A file without a name cannot replace an existing one, so it gets a hidden name first.
            None => hidden()
                .make_in(&place.folder, |path| link(&file, path))?
                .into_temp_path(),
        };
        Ok(name.persist(&place.path)?)
    }
}

fn hidden() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pconc-tui-");
    builder
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

/// The path of an open file in /proc.
fn by_number(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}
