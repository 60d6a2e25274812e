//! The article's `io_intensive`: GET a page, then many times: render it as `str(page)` does, open a file, write, close.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::render::python_str_of_bytes;
use crate::domain::phase::Phase;
use crate::domain::text;
use crate::engine::fetch::{FetchErrorKind, Fetcher};
use crate::engine::worker::{self, Ended, Worker};

/// Where a task writes to.
#[derive(Debug)]
pub enum Target {
    /// A file of its own, which is removed at the end.
    Own(PathBuf),
    /// The file of all tasks, which stays.
    Shared(PathBuf),
}

impl Target {
    fn path(&self) -> &Path {
        match self {
            Target::Own(path) | Target::Shared(path) => path,
        }
    }
}

/// Fetches a page.
///
/// # Errors
/// How the task ended.
pub fn fetch(worker: &mut Worker, fetcher: &Fetcher, url: &str) -> Result<Vec<u8>, Ended> {
    worker::lend(worker, || fetcher.get(url)).map_err(|error| match error.kind {
        FetchErrorKind::Cancelled => Ended::Cancelled,
        _ => Ended::Failed(error.sentence),
    })
}

/// Writes the page so often to `target`.
pub fn write(worker: &mut Worker, page: &[u8], target: &Target, writes: u64) -> Ended {
    let written = write_repeatedly(worker, page, target, writes);
    if let Target::Own(path) = target {
        // A file that was never made cannot be removed: that it is gone is all that counts.
        let _ = worker.blocking(Phase::File, || std::fs::remove_file(path));
    }
    match written {
        Ok(true) => Ended::Ok,
        Ok(false) => Ended::Cancelled,
        Err(error) => Ended::Failed(format!(
            "cannot write {}: {}",
            target.path().display(),
            text::plain(&error)
        )),
    }
}

/// False if the run was cancelled on the way.
fn write_repeatedly(
    worker: &mut Worker,
    page: &[u8],
    target: &Target,
    writes: u64,
) -> std::io::Result<bool> {
    let mut text = String::new();
    for _ in 0..writes {
        if worker.is_stopping() {
            return Ok(false);
        }
        python_str_of_bytes(page, &mut text);
        worker.tick();
        worker.yield_if_asked();
        let mut file = worker.blocking(Phase::File, || File::create(target.path()))?;
        // One system call, as CPython makes for a whole text.
        worker.blocking(Phase::File, || file.write_all(text.as_bytes()))?;
        let is_spoilt = worker.blocking(Phase::File, || close(file, target, text.len()));
        worker.count_write(is_spoilt);
    }
    Ok(true)
}

/// Closes a file; whether another worker has given it another length than was written. Asking for it is a system call of
/// less than a microsecond, and only where a file is shared.
fn close(file: File, target: &Target, written: usize) -> bool {
    matches!(target, Target::Shared(_))
        && file
            .metadata()
            .is_ok_and(|metadata| metadata.len() != written as u64)
}
