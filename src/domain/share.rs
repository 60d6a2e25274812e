//! What is handed on to others: runs with all that is known of them, and the forms in which they travel.

use super::history::Entry;
use super::provenance::Provenance;
use super::record::Record;
use super::speedup::Gain;
use super::trace::Trace;

/// A run as it is handed on.
#[derive(Clone, Copy, Debug)]
pub struct SharedRun<'a> {
    /// Its number where it was measured.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<&'a str>,
    /// Where and when it was measured.
    pub provenance: &'a Provenance,
    /// What was measured.
    pub record: &'a Record,
    /// What it looked like, if that is known.
    pub trace: Option<&'a Trace>,
    /// Its speed-up, if there is a baseline and that is another run.
    pub gain: Option<Gain>,
}

impl<'a> From<&'a Entry> for SharedRun<'a> {
    fn from(entry: &'a Entry) -> SharedRun<'a> {
        SharedRun {
            number: entry.number,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
            record: &entry.record,
            trace: entry.picture(),
            gain: entry.gain(),
        }
    }
}

/// In which form runs are printed or written to a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, at a terminal.
    #[default]
    Table,
    /// Everything, for programs and for `replay`.
    Json,
}

impl Format {
    /// All formats, in the order in which they are offered.
    pub const ALL: [Format; 2] = [Format::Table, Format::Json];

    /// What the command line calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
        }
    }
}
