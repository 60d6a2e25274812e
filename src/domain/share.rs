//! What is handed on to others: runs with all that is known of them, and the forms in which they travel.

use super::assessment::Assessment;
use super::history::{Entry, SweepEntry};
use super::provenance::Provenance;
use super::record::Record;
use super::speedup::Gain;
use super::sweep::{Results, Sweep};
use super::trace::Trace;
use crate::catalog::caveat::Caveat;
use crate::catalog::metric::AssessedRun;

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
    /// What the other runs say about it.
    pub assessment: &'a Assessment,
}

impl<'a> SharedRun<'a> {
    /// Its speed-up, if there is a baseline and that is another run.
    pub fn gain(&self) -> Option<Gain> {
        self.assessment.gain()
    }

    /// Every reason to trust it less.
    pub fn caveats(&self) -> impl Iterator<Item = &Caveat> + Clone {
        self.assessment.caveats(self.record)
    }

    /// It with what other runs say about it.
    pub fn assessed(&self) -> AssessedRun<'a> {
        let workers = self.record.plan.workers();
        AssessedRun {
            record: self.record,
            speedup: self.gain().map(|gain| gain.factor),
            efficiency: self.gain().and_then(|gain| gain.efficiency(workers)),
        }
    }
}

impl<'a> From<&'a Entry> for SharedRun<'a> {
    fn from(entry: &'a Entry) -> SharedRun<'a> {
        SharedRun {
            number: entry.number,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
            record: &entry.record,
            trace: entry.picture(),
            assessment: &entry.assessment,
        }
    }
}

/// A sweep as it is handed on; its runs are handed on beside it.
#[derive(Clone, Copy, Debug)]
pub struct SharedSweep<'a> {
    /// Its number where it was measured.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<&'a str>,
    /// Where and when it was measured.
    pub provenance: &'a Provenance,
    /// What was asked for.
    pub sweep: &'a Sweep,
    /// What its runs say together.
    pub results: &'a Results,
}

impl<'a> From<&'a SweepEntry> for SharedSweep<'a> {
    fn from(entry: &'a SweepEntry) -> SharedSweep<'a> {
        SharedSweep {
            number: entry.number,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
            sweep: &entry.sweep,
            results: &entry.results,
        }
    }
}

/// Everything that is handed on together.
#[derive(Clone, Debug, Default)]
pub struct Shared<'a> {
    /// Runs, those of the sweeps included, in the order of their numbers.
    pub runs: Vec<SharedRun<'a>>,
    /// Sweeps, in the order of their numbers.
    pub sweeps: Vec<SharedSweep<'a>>,
}

impl<'a> Shared<'a> {
    /// Where everything was measured, in the order of the runs and then of the sweeps.
    pub fn provenances(&self) -> impl Iterator<Item = &'a Provenance> {
        let of_runs = self.runs.iter().map(|run| run.provenance);
        of_runs.chain(self.sweeps.iter().map(|sweep| sweep.provenance))
    }

    /// The runs that were not parts of one of the sweeps.
    pub fn single_runs(&self) -> impl Iterator<Item = &SharedRun<'a>> {
        let is_part =
            |run: &&SharedRun<'_>| self.sweeps.iter().any(|sweep| sweep.sweep.owns(run.record));
        self.runs.iter().filter(move |run| !is_part(run))
    }

    /// The runs of one of its sweeps.
    pub fn runs_of(&self, sweep: &Sweep) -> impl Iterator<Item = &SharedRun<'a>> {
        self.runs.iter().filter(|run| sweep.owns(run.record))
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
    /// A row per run, for spreadsheets.
    Csv,
    /// A table for documents that are written in Markdown.
    Markdown,
    /// The picture alone.
    Svg,
    /// Everything that a reader wants to see, in one file for a browser.
    Html,
    /// The timeline for the viewers that come with browsers.
    ChromeTrace,
}

impl Format {
    /// All formats, in the order in which they are offered.
    pub const ALL: [Format; 7] = [
        Format::Table,
        Format::Json,
        Format::Csv,
        Format::Markdown,
        Format::Svg,
        Format::Html,
        Format::ChromeTrace,
    ];

    /// Those that make a file which is more than text from a terminal, the most useful first.
    pub const FILES: [Format; 6] = [
        Format::Html,
        Format::Json,
        Format::Csv,
        Format::Markdown,
        Format::Svg,
        Format::ChromeTrace,
    ];

    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Markdown => "markdown",
            Format::Svg => "svg",
            Format::Html => "html",
            Format::ChromeTrace => "chrome-trace",
        }
    }

    /// What it is for, in a few words.
    pub fn description(self) -> &'static str {
        match self {
            Format::Table => "aligned text, for people",
            Format::Json => "everything, also for replay",
            Format::Csv => "a row per run, for spreadsheets",
            Format::Markdown => "tables for a document",
            Format::Svg => "timelines or chart, a picture",
            Format::Html => "a report for the browser",
            Format::ChromeTrace => "the timelines for Perfetto",
        }
    }

    /// How the names of its files end, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Table => "txt",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Markdown => "md",
            Format::Svg => "svg",
            Format::Html => "html",
            Format::ChromeTrace => "trace.json",
        }
    }

    /// Whether it shows more of a run whose trace is known.
    pub fn shows_traces(self) -> bool {
        match self {
            Format::Json | Format::Svg | Format::Html | Format::ChromeTrace => true,
            Format::Table | Format::Csv | Format::Markdown => false,
        }
    }
}

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is one already, and nobody has asked to write over it; the sentence says so.
    Exists(String),
    /// Anything else, in one sentence.
    Other(String),
}

impl Refusal {
    /// What is wrong, in one sentence.
    pub fn sentence(&self) -> &str {
        match self {
            Refusal::Exists(sentence) | Refusal::Other(sentence) => sentence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_but_the_terminals_makes_files_and_all_have_names_of_their_own() {
        for format in Format::ALL {
            assert_eq!(
                Format::FILES.contains(&format),
                format != Format::Table,
                "{format:?}"
            );
            let same = Format::ALL
                .iter()
                .filter(|other| other.name() == format.name())
                .count();
            assert_eq!(same, 1, "{format:?}");
        }
    }
}
