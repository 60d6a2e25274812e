//! The article's `io_intensive`: GET a page, then many times: render it as `str(page)` does, open a file, write, close.

use std::{
    fs::{File, Metadata},
    io::Write,
};

use super::render::python_str_of_bytes;
use crate::{
    domain::{phase::Phase, text::plain},
    engine::{
        error::Unfinished,
        worker::{Assignment, Worker},
    },
};

/// Writes the page so often to the file of the task, or to the one that all share. The task's own is removed at the end.
///
/// # Errors
/// Why it was not written to the end.
pub fn write(
    worker: &mut Worker,
    assignment: &Assignment,
    task: u32,
    page: &[u8],
    writes: u64,
) -> Result<(), Unfinished> {
    let Assignment { plan, scratch, .. } = assignment;
    let is_shared = plan.has_shared_file();
    let path = if is_shared {
        scratch.shared_file()
    } else {
        scratch.file(task)
    };
    let failed = |error| {
        let (path, why) = (path.display(), plain(&error));
        Unfinished::Failed(format!("cannot write {path}: {why}"))
    };
    let mut text = String::new();
    let written = (0..writes).try_for_each(|_| {
        if worker.is_stopping() {
            return Err(Unfinished::Cancelled);
        }
        python_str_of_bytes(page, &mut text);
        worker.writer.tick();
        worker.yield_if_asked();
        let file = worker.blocking(Phase::File, || File::create(&path));
        let mut file = file.map_err(failed)?;
        // One system call, as CPython makes for a whole text.
        let written = worker.blocking(Phase::File, || file.write_all(text.as_bytes()));
        written.map_err(failed)?;
        let is_spoilt = worker.blocking(Phase::File, || close(file, is_shared, text.len()));
        worker.count_write(is_spoilt);
        Ok(())
    });
    if !is_shared {
        // A file that was never made cannot be removed: that it is gone is all that counts.
        let _ = worker.blocking(Phase::File, || std::fs::remove_file(&path));
    }
    written
}

/// Closes a file; whether another worker has given it another length than was written. Asking for it is a system call of
/// less than a microsecond, and only where a file is shared.
fn close(file: File, is_shared: bool, written: usize) -> bool {
    let is_other = |metadata: Metadata| metadata.len() != written as u64;
    is_shared && file.metadata().is_ok_and(is_other)
}
