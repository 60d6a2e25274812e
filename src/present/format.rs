//! The formats in which runs are printed or written to files.

/// The format in which runs are printed or written to a file.
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
    /// The chart or timeline alone.
    Svg,
    /// A report: everything that a reader wants to see, in one file for a browser.
    Html,
    /// The timeline, for the viewers that come with browsers.
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

    /// The formats of files, the most useful first.
    pub const FILES: [Format; 6] = [
        Format::Html,
        Format::Json,
        Format::Csv,
        Format::Markdown,
        Format::Svg,
        Format::ChromeTrace,
    ];

    /// The name on the command line, the purpose, and the extension of the files.
    fn words(self) -> [&'static str; 3] {
        match self {
            Format::Table => ["table", "aligned text, for people", "txt"],
            Format::Json => ["json", "everything, also for replay", "json"],
            Format::Csv => ["csv", "runs as rows of a spreadsheet", "csv"],
            Format::Markdown => ["markdown", "tables for a document", "md"],
            Format::Svg => ["svg", "timelines or a chart, as a picture", "svg"],
            Format::Html => ["html", "a report for the browser", "html"],
            Format::ChromeTrace => ["chrome-trace", "the timelines for Perfetto", "trace.json"],
        }
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.words()[0]
    }

    /// The purpose in a few words.
    pub fn description(self) -> &'static str {
        self.words()[1]
    }

    /// The extension of the files, without the dot.
    pub fn extension(self) -> &'static str {
        self.words()[2]
    }

    /// The format that a file with this name is expected to have, and the name without its ending.
    pub fn of_file(name: &str) -> Option<(Format, &str)> {
        let stem = |format: Format| {
            let length = name.len().checked_sub(format.extension().len() + 1)?;
            let (stem, ending) = name.split_at_checked(length)?;
            let ending = ending.strip_prefix('.')?;
            let is_its_own = ending.eq_ignore_ascii_case(format.extension());
            is_its_own.then_some((format, stem))
        };
        let stems = Format::ALL.into_iter().filter_map(stem);
        // The longest extension has priority, because that of a Chrome trace also ends in .json.
        stems.min_by_key(|(_, stem)| stem.len())
    }

    /// Whether a run with a known trace has more to show in this format.
    pub fn shows_traces(self) -> bool {
        matches!(
            self,
            Format::Json | Format::Svg | Format::Html | Format::ChromeTrace
        )
    }
}

/// Why no file was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The file exists already, and the user has not asked to overwrite it. The sentence says so.
    Exists(String),
    /// Anything else, in one sentence.
    Other(String),
}

impl Refusal {
    /// The reason, in one sentence.
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
