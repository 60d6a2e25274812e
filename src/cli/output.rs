//! Where and how results are written. Every command with results has these options.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use clap::{Args, ValueHint};

use crate::present::format::Format;

/// Where and how results are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct OutputArguments {
    /// The format: table, json, csv, markdown, svg, html, chrome-trace
    ///
    /// The default is a table. If --output names a file, its ending decides.
    #[arg(long, value_name = "FORMAT", allow_hyphen_values = true)]
    #[arg(hide_possible_values = true)]
    format: Option<Format>,

    /// Write to a file, never over an existing one
    ///
    /// Whole or not at all; - is stdout.
    #[arg(long = "output", value_name = "FILE", value_hint = ValueHint::FilePath, allow_hyphen_values = true)]
    pub file: Option<PathBuf>,

    /// Write over an existing file
    #[arg(long, hide_short_help = true)]
    pub force: bool,

    /// Leave the timelines out of JSON: a smaller file, which replay cannot draw
    #[arg(long, hide_short_help = true)]
    pub no_traces: bool,
}

impl OutputArguments {
    /// The format of the results.
    pub fn format(&self) -> Format {
        self.format.unwrap_or_default()
    }

    /// Fills in what was left open, with `usual` as the default format, or says which two options contradict each
    /// other.
    pub(super) fn settle(&mut self, usual: Format) -> Result<(), String> {
        self.file.take_if(|file| file.as_path() == Path::new("-"));
        let by_name = self.file.as_deref().and_then(named);
        let ending = self.file.as_deref().and_then(Path::extension);
        if let (None, None, Some(ending)) = (self.format, by_name, ending)
            && ending != "txt"
        {
            let ending = ending.display();
            return Err(format!(
                "the ending .{ending} says no format: add --format, or end the name in .txt, .json, .csv, .md, .svg or .html"
            ));
        }
        let format = self.format.or(by_name).unwrap_or(usual);
        self.format = Some(format);
        if self.force && self.file.is_none() {
            return Err("--force writes over a file: add --output FILE, or leave it out".into());
        }
        if self.no_traces && format != Format::Json {
            return Err("--no-traces is about JSON: add --format json, or leave it out".into());
        }
        Ok(())
    }
}

/// The format that a file with this name is expected to have.
fn named(file: &Path) -> Option<Format> {
    let name = file.file_name().and_then(OsStr::to_str)?;
    Format::of_file(name).map(|(format, _)| format)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(format: Option<Format>, file: &str) -> OutputArguments {
        let mut output = OutputArguments {
            format,
            file: Some(file.into()),
            ..OutputArguments::default()
        };
        output.settle(Format::Table).unwrap();
        output
    }

    #[test]
    fn the_ending_of_a_file_decides_its_format_unless_that_is_given() {
        for (name, format) in [
            ("a.html", Format::Html),
            ("b/a.CSV", Format::Csv),
            ("a.trace.json", Format::ChromeTrace),
            ("a.json", Format::Json),
            ("a.md", Format::Markdown),
            ("a", Format::Table),
            ("a.txt", Format::Table),
        ] {
            assert_eq!(settled(None, name).format(), format, "{name}");
            assert_eq!(settled(Some(Format::Svg), name).format(), Format::Svg);
        }
    }

    #[test]
    fn a_hyphen_is_stdout_and_what_makes_no_sense_is_refused() {
        let mut unknown = OutputArguments {
            file: Some("a.xyz".into()),
            ..OutputArguments::default()
        };
        assert!(unknown.settle(Format::Table).unwrap_err().contains(".xyz"));
        let hyphen = settled(None, "-");
        assert_eq!(hyphen.file, None);
        let mut forced = OutputArguments {
            force: true,
            ..hyphen
        };
        assert!(
            forced
                .settle(Format::Table)
                .unwrap_err()
                .contains("--output")
        );
        let mut bare = OutputArguments {
            no_traces: true,
            format: Some(Format::Csv),
            ..OutputArguments::default()
        };
        assert!(
            bare.settle(Format::Table)
                .unwrap_err()
                .contains("--format json")
        );
    }
}
