//! Where and how results are written: options that every command with results has.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use crate::present::format::Format;

/// Where and how results are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// How.
    pub format: Format,
    /// Into which file; stdout if none.
    pub file: Option<PathBuf>,
    /// Whether a file that is there already may be written over.
    pub overwrite: bool,
    /// Whether JSON contains the timelines.
    pub with_traces: bool,
}

#[derive(Debug, Args)]
pub(super) struct OutputArguments {
    /// How: table, json, csv, markdown, svg, html, chrome-trace
    ///
    /// A table unless said otherwise. Where a file is given, its ending decides unless this does.
    #[arg(long, value_name = "FORMAT", allow_hyphen_values = true)]
    #[arg(hide_possible_values = true)]
    pub format: Option<Format>,

    /// Write to a file, never over an existing one
    ///
    /// Whole or not at all; - is stdout.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, allow_hyphen_values = true)]
    pub output: Option<PathBuf>,

    /// Write over an existing file
    #[arg(long, hide_short_help = true)]
    pub force: bool,

    /// Leave the timelines out of JSON: a smaller file, which replay cannot draw
    #[arg(long, hide_short_help = true)]
    pub no_traces: bool,
}

impl OutputArguments {
    /// What they ask for, or the first two things that cannot both be meant.
    pub fn output(&self) -> Result<Output, String> {
        self.output_or(Format::default())
    }

    /// The same where another format is the usual one.
    pub fn output_or(&self, usual: Format) -> Result<Output, String> {
        let file = self.output.clone().filter(|file| file != Path::new("-"));
        let by_name = file.as_deref().and_then(named);
        let format = self.format.or(by_name).unwrap_or(usual);
        if self.force && file.is_none() {
            return Err("--force writes over a file: add --output FILE, or leave it out".into());
        }
        if self.no_traces && format != Format::Json {
            return Err("--no-traces is about JSON: add --format json, or leave it out".into());
        }
        Ok(Output {
            format,
            file,
            overwrite: self.force,
            with_traces: !self.no_traces,
        })
    }
}

/// The format that a file of this name is expected to have.
fn named(file: &Path) -> Option<Format> {
    let name = file.file_name().and_then(OsStr::to_str)?.to_lowercase();
    let is_of = |format: &Format| name.ends_with(&format!(".{}", format.extension()));
    // The longest ending decides: trace.json is no json.
    Format::ALL
        .into_iter()
        .filter(is_of)
        .max_by_key(|format| format.extension().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(format: Option<Format>, output: Option<&str>) -> OutputArguments {
        OutputArguments {
            format,
            output: output.map(PathBuf::from),
            force: false,
            no_traces: false,
        }
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
            ("a.xyz", Format::Table),
        ] {
            assert_eq!(
                arguments(None, Some(name)).output().unwrap().format,
                format,
                "{name}"
            );
            assert_eq!(
                arguments(Some(Format::Svg), Some(name))
                    .output()
                    .unwrap()
                    .format,
                Format::Svg
            );
        }
    }

    #[test]
    fn a_hyphen_is_stdout_and_what_makes_no_sense_is_refused() {
        assert_eq!(arguments(None, Some("-")).output().unwrap().file, None);
        let forced = OutputArguments {
            force: true,
            ..arguments(None, Some("-"))
        };
        assert!(forced.output().unwrap_err().contains("--output"));
        let bare = OutputArguments {
            no_traces: true,
            ..arguments(Some(Format::Csv), None)
        };
        assert!(bare.output().unwrap_err().contains("--format json"));
    }
}
