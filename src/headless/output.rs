//! Writes results where the user wants them: to stdout, or into a file.

use std::{
    io::{self, BufWriter, ErrorKind, Write},
    path::Path,
};

use super::say;
use crate::{
    analysis::shared::Shared,
    cli::OutputArguments,
    domain::{keeping::Keeping, machine::Machine, text},
    export::{self, file, json::Traces},
    present::{
        format::{Format, Refusal},
        table::filled,
    },
    shell::{exit::Failure, spelling::spelled, terminal},
    store::{HistoryPlace, is_own},
};

/// The destination of a command's results.
pub struct Destination<'a> {
    /// The file, the format, and their options.
    pub output: &'a OutputArguments,
    place: Option<HistoryPlace>,
    ascii: bool,
}

impl<'a> Destination<'a> {
    /// Checks that results can go where `output` says, and that this is not a file of the history that `keeping` names.
    /// It is checked before a long measurement starts.
    ///
    /// # Errors
    /// If they cannot, as far as that is known before.
    pub fn checked(
        output: &'a OutputArguments,
        keeping: &Keeping,
        ascii: bool,
    ) -> Result<Destination<'a>, Failure> {
        let destination = Destination {
            output,
            place: HistoryPlace::wanted(keeping).ok().flatten(),
            ascii,
        };
        if let Some(path) = &output.file {
            let checked = destination.target(path).check();
            checked.map_err(|refusal| Failure::usage(hinted(refusal)))?;
        }
        Ok(destination)
    }

    /// The width of text, in columns.
    pub fn room(&self) -> usize {
        match self.output.file {
            Some(_) => usize::MAX,
            None => terminal::room(),
        }
    }

    /// Writes what is shared in the requested format. `table` returns the text of the table format for a number of
    /// columns.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn share(
        &self,
        machine: &Machine,
        shared: &Shared<'_>,
        table: impl FnOnce(usize) -> String,
    ) -> Result<(), Failure> {
        if self.output.format() == Format::Table {
            return self.print(&table(self.room()));
        }
        let traces = if self.output.no_traces {
            Traces::LeftOut
        } else {
            Traces::Included
        };
        self.write(machine, shared, traces)
    }

    /// Writes what is shared in a format that programs read.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn write(
        &self,
        machine: &Machine,
        shared: &Shared<'_>,
        traces: Traces,
    ) -> Result<(), Failure> {
        self.deliver(|out| export::write(self.output.format(), machine, shared, traces, out))
    }

    /// Writes text for people as it is, because it contains code.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn print_as_it_is(&self, text: &str) -> Result<(), Failure> {
        self.deliver(|out| out.write_all(spelled(text, self.ascii).as_bytes()))
    }

    /// Writes text for people, with lines that use the available width.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let text = spelled(&filled(text, self.room()), self.ascii);
        self.deliver(|out| out.write_all(text.as_bytes()))
    }

    /// Writes what `content` writes.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn deliver(
        &self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let Some(path) = &self.output.file else {
            return write_out(content);
        };
        let written = self.target(path).write(content);
        let bytes = written.map_err(|refusal| Failure::broke(hinted(refusal)))?;
        say(&format!(
            "written: {} ({})",
            file::shown(path),
            text::bytes(bytes)
        ));
        Ok(())
    }

    fn target<'p>(&self, path: &'p Path) -> file::OutputFile<'p> {
        file::OutputFile {
            path,
            overwrite: self.output.force,
            is_kept: is_own(path, self.place.as_ref()),
        }
    }
}

/// The sentence with a hint on what helps.
fn hinted(refusal: Refusal) -> String {
    match refusal {
        Refusal::Exists(sentence) => format!("{sentence}; choose another name, or add --force"),
        Refusal::Other(sentence) => sentence,
    }
}

/// Writes to stdout what `write` writes. A reader that stops early, such as `head`, is not an error.
pub(super) fn write_out(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::broke(format!(
            "cannot write the result to stdout: {error}"
        ))),
        _ => Ok(()),
    }
}
