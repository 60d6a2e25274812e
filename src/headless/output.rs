//! Results go where the user wants them: to stdout, or into a file.

use std::io::{self, Write};

use super::{say, write_out};
use crate::cli::Output;
use crate::domain::machine::Machine;
use crate::domain::share::Shared;
use crate::domain::text;
use crate::export::json::Traces;
use crate::export::{self, file};
use crate::shell::exit::Failure;

/// Whether the results could go there: to be asked before something is measured.
///
/// # Errors
/// What speaks against it.
pub fn check(output: &Output) -> Result<(), Failure> {
    let Some(path) = &output.file else { return Ok(()) };
    file::check(path, output.overwrite).map_err(|refusal| Failure::usage(hinted(&refusal)))
}

/// Writes what is shared, in the format that was asked for.
///
/// # Errors
/// Why that is not possible.
pub fn share(output: &Output, machine: &Machine, shared: &Shared<'_>) -> Result<(), Failure> {
    let traces = if output.with_traces { Traces::Included } else { Traces::LeftOut };
    deliver(output, |out| export::write(output.format, machine, shared, traces, out))
}

/// Writes what `content` writes.
///
/// # Errors
/// Why that is not possible.
pub fn deliver(
    output: &Output,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(path) = &output.file else { return write_out(|out| content(out)) };
    let bytes =
        file::write(path, output.overwrite, content).map_err(|refusal| Failure::broke(hinted(&refusal)))?;
    say(&format!("written: {} ({})", file::shown(path), text::bytes(bytes)));
    Ok(())
}

/// With what helps.
fn hinted(refusal: &file::Refusal) -> String {
    match refusal {
        file::Refusal::Exists(sentence) => format!("{sentence}: choose another name, or add --force"),
        file::Refusal::Other(sentence) => sentence.clone(),
    }
}
