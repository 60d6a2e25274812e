//! Results go where the user wants them: to stdout, or into a file.

use std::io::{self, Write};

use super::{say, write_out};
use crate::analysis::shared::Shared;
use crate::cli::Output;
use crate::domain::keeping::Keeping;
use crate::domain::machine::Machine;
use crate::domain::text;
use crate::export::json::Traces;
use crate::export::{self, file};
use crate::present::format::Refusal;
use crate::shell::exit::Failure;
use crate::store::{Place, is_own};

/// Where the results of a command go.
#[derive(Debug)]
pub struct Destination<'a> {
    output: &'a Output,
    place: Option<Place>,
}

impl<'a> Destination<'a> {
    /// Where `output` says, but never over what is kept where `keeping` says.
    pub fn new(output: &'a Output, keeping: &Keeping) -> Destination<'a> {
        Destination {
            output,
            place: Place::wanted(keeping).ok().flatten(),
        }
    }

    /// The same, once it is clear that results could go there: what takes long to measure should have somewhere to go.
    ///
    /// # Errors
    /// What speaks against it.
    pub fn checked(output: &'a Output, keeping: &Keeping) -> Result<Destination<'a>, Failure> {
        let destination = Destination::new(output, keeping);
        destination
            .in_file(|target| target.check())
            .unwrap_or(Ok(()))
            .map_err(|refusal| Failure::usage(hinted(&refusal)))?;
        Ok(destination)
    }

    /// Writes what is shared, in the format that was asked for.
    ///
    /// # Errors
    /// Why that is not possible.
    pub fn share(&self, machine: &Machine, shared: &Shared<'_>) -> Result<(), Failure> {
        let traces = if self.output.with_traces {
            Traces::Included
        } else {
            Traces::LeftOut
        };
        self.deliver(|out| export::write(self.output.format, machine, shared, traces, out))
    }

    /// Writes what `content` writes.
    ///
    /// # Errors
    /// Why that is not possible.
    pub fn deliver(
        &self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let Some(path) = &self.output.file else {
            return write_out(|out| content(out));
        };
        let written = self
            .in_file(|target| target.write(content))
            .expect("a file was named");
        let bytes = written.map_err(|refusal| Failure::broke(hinted(&refusal)))?;
        say(&format!(
            "written: {} ({})",
            file::shown(path),
            text::bytes(bytes)
        ));
        Ok(())
    }

    /// Does something with the file, if results go to one.
    fn in_file<T>(&self, act: impl FnOnce(file::Target<'_>) -> T) -> Option<T> {
        let path = self.output.file.as_deref()?;
        let is_kept = |path: &std::path::Path| is_own(path, self.place.as_ref());
        Some(act(file::Target {
            path,
            overwrite: self.output.overwrite,
            is_kept: &is_kept,
        }))
    }
}

/// With what helps.
fn hinted(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Exists(sentence) => format!("{sentence}: choose another name, or add --force"),
        Refusal::Other(sentence) => sentence.clone(),
    }
}
