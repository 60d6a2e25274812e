//! The article's `io_intensive`: GET a page, then many times: render it as `str(page)` does, open a file, write, close.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use super::render::python_str_of_bytes;
use crate::domain::phase::Phase;
use crate::domain::text::plain;
use crate::engine::error::Unfinished;
use crate::engine::worker::Worker;

/// Where a task writes to.
#[derive(Debug)]
pub struct Target {
    /// The file.
    pub path: PathBuf,
    /// Whether all tasks write it, and it stays; one of the task's own is removed at the end.
    pub is_shared: bool,
}

/// Writes the page so often to `target`.
///
/// # Errors
/// Why it was not written to the end.
pub fn write(
    worker: &mut Worker,
    page: &[u8],
    target: &Target,
    writes: u64,
) -> Result<(), Unfinished> {
    let mut text = String::new();
    let written = (0..writes).try_for_each(|_| write_once(worker, page, &mut text, target));
    if !target.is_shared {
        // A file that was never made cannot be removed: that it is gone is all that counts.
        let _ = worker.blocking(Phase::File, || std::fs::remove_file(&target.path));
    }
    written
}

fn write_once(
    worker: &mut Worker,
    page: &[u8],
    text: &mut String,
    target: &Target,
) -> Result<(), Unfinished> {
    if worker.is_stopping() {
        return Err(Unfinished::Cancelled);
    }
    python_str_of_bytes(page, text);
    worker.pen.tick();
    worker.yield_if_asked();
    let failed = |error| {
        let (path, why) = (target.path.display(), plain(&error));
        Unfinished::Failed(format!("cannot write {path}: {why}"))
    };
    let file = worker.blocking(Phase::File, || File::create(&target.path));
    let mut file = file.map_err(failed)?;
    // One system call, as CPython makes for a whole text.
    let written = worker.blocking(Phase::File, || file.write_all(text.as_bytes()));
    written.map_err(failed)?;
    let is_spoilt = worker.blocking(Phase::File, || close(file, target, text.len()));
    worker.count_write(is_spoilt);
    Ok(())
}

/// Closes a file; whether another worker has given it another length than was written. Asking for it is a system call of
/// less than a microsecond, and only where a file is shared.
fn close(file: File, target: &Target, written: usize) -> bool {
    target.is_shared
        && file
            .metadata()
            .is_ok_and(|metadata| metadata.len() != written as u64)
}
