//! The article's `io_intensive`. It gets a page; then, many times, it renders the page as `str(page)` does, opens a
//! file, writes and closes it.

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

/// Writes the page this many times to the task's own file, or to the shared one. The task's own file is removed at the
/// end.
///
/// # Errors
/// If the page was not written completely; the error gives the reason.
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
        // One system call, as in CPython for a whole text.
        let written = worker.blocking(Phase::File, || file.write_all(text.as_bytes()));
        written.map_err(failed)?;
        let is_spoilt = worker.blocking(Phase::File, || close(file, is_shared, text.len()));
        worker.count_write(is_spoilt);
        Ok(())
    });
    if !is_shared {
        // Removing a file that was never created fails. All that counts is that it does not exist.
        let _ = worker.blocking(Phase::File, || std::fs::remove_file(&path));
    }
    written
}

/// Closes a file. Returns whether another worker has changed its length. The check is a system call of less than a
/// microsecond, made only if a file is shared.
fn close(file: File, is_shared: bool, written: usize) -> bool {
    let is_other = |metadata: Metadata| metadata.len() != written as u64;
    is_shared && file.metadata().is_ok_and(is_other)
}
