//! A shared file is read, before anything is started.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::domain::text::{clean, plain};
use crate::export::json::{self, Document, FILE_MAX};

/// The longest name of a file in a sentence, in characters.
const NAME_MAX: usize = 100;

/// The document in this file.
///
/// # Errors
/// Why it cannot be replayed, in one sentence.
pub fn read(path: &Path) -> Result<Document, String> {
    let name = clean(&path.display().to_string(), NAME_MAX);
    let wrong = |why: String| format!("cannot replay {name}: {why}");
    let text = text_of(path).map_err(|error| wrong(plain(&error)))?;
    let document = json::read(&text).map_err(wrong)?;
    if document.runs.is_empty() {
        return Err(wrong("there is no run in it".into()));
    }
    Ok(document)
}

/// Not more than is read anyhow, whatever the file says about its size: one byte more is refused.
fn text_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = vec![];
    File::open(path)?
        .take(FILE_MAX + 1)
        .read_to_end(&mut text)?;
    Ok(text)
}
