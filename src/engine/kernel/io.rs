//! The article's `io_intensive`: GET a page, then many times: render it as `str(page)` does, open a file, write, close.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::render::python_str_of_bytes;
use crate::domain::phase::Phase;
use crate::domain::text;
use crate::engine::fetch::{FetchErrorKind, Fetcher};
use crate::engine::worker::{self, Worker};

/// How a task ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// It did all of its work.
    Ok,
    /// It could not; the sentence says why.
    Failed(String),
    /// The run was cancelled.
    Cancelled,
}

/// Executes one task: fetches `url` and writes the page `writes` times to `path`, which is removed at the end.
pub fn execute(worker: &mut Worker, fetcher: &Fetcher, url: &str, path: &Path, writes: u32) -> Ended {
    let page = match worker::lend(worker, || fetcher.get(url)) {
        Ok(page) => page,
        Err(error) if error.kind == FetchErrorKind::Cancelled => return Ended::Cancelled,
        Err(error) => return Ended::Failed(error.sentence),
    };
    let written = write_repeatedly(worker, &page, path, writes);
    // A file that was never made cannot be removed: that it is gone is all that counts.
    let _ = worker.blocking(Phase::File, || std::fs::remove_file(path));
    match written {
        Ok(true) => Ended::Ok,
        Ok(false) => Ended::Cancelled,
        Err(error) => Ended::Failed(format!("cannot write {}: {}", path.display(), text::plain(&error))),
    }
}

/// False if the run was cancelled on the way.
fn write_repeatedly(worker: &mut Worker, page: &[u8], path: &Path, writes: u32) -> std::io::Result<bool> {
    let mut text = String::new();
    for _ in 0..writes {
        if worker.is_stopping() {
            return Ok(false);
        }
        python_str_of_bytes(page, &mut text);
        worker.tick();
        worker.yield_if_asked();
        let mut file = worker.blocking(Phase::File, || File::create(path))?;
        worker.blocking(Phase::File, || file.write_all(text.as_bytes()))?;
        worker.blocking(Phase::File, || drop(file));
    }
    Ok(true)
}
