//! Reads a shared file before anything is started.

use std::{fs::File, io::Read, path::Path};

use crate::{
    domain::{
        history::Lot,
        text::{clean, plain},
    },
    export::json::{self, FILE_MAX},
};

/// The maximum length of a file's name in a sentence, in characters.
const NAME_MAX: usize = 100;

/// The document in this file.
///
/// # Errors
/// If it cannot be replayed; the message is one sentence.
pub fn read(path: &Path) -> Result<Lot, String> {
    let name = clean(&path.display().to_string(), NAME_MAX);
    let wrong = |why: String| format!("cannot replay {name}: {why}");
    let text = text_of(path).map_err(wrong)?;
    let document = json::read(&text).map_err(wrong)?;
    if document.runs.is_empty() {
        return Err(wrong("it contains no run".into()));
    }
    Ok(document)
}

/// The recorded runs of the lesson.
///
/// # Errors
/// Never, as a test makes sure.
pub fn recording() -> Result<Lot, String> {
    json::read(include_bytes!("../../assets/lessons/recorded.json"))
}

/// Reads at most one byte more than is allowed, because a file may be longer than its metadata says.
fn text_of(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error| plain(&error);
    let file = File::open(path).map_err(unreadable)?;
    json::check_size(file.metadata().map_err(unreadable)?.len())?;
    let mut text = vec![];
    let read = file.take(FILE_MAX + 1).read_to_end(&mut text);
    read.map(|_| text).map_err(unreadable)
}
