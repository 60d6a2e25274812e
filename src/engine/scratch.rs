//! The private directory that the `io` workload writes to.
//!
//! Its name is drawn before the zygote is forked, so that the zygote can remove it when the program has been killed;
//! the directory itself is made by the first run that needs it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Where the files of this session go.
#[derive(Clone, Debug)]
pub struct Scratch {
    directory: PathBuf,
}

impl Scratch {
    /// A new name below the system's temporary directory.
    #[must_use]
    pub fn new() -> Scratch {
        let name = format!("pconc-tui-{}", uuid::Uuid::now_v7().simple());
        Scratch { directory: std::env::temp_dir().join(name) }
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

    /// Makes the directory, readable by this user alone.
    ///
    /// # Errors
    /// When the temporary directory cannot be written to, or somebody has taken the name.
    pub fn make(&self) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(&self.directory)
    }

    /// Removes the directory with all that is in it; nothing happens if it was never made.
    pub fn remove(&self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
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
