//! The forms in which runs are printed, or written to files.

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
