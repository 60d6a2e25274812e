//! Files and documents to share: what was measured, in each format.
//!
//! ```text
//!               json       everything, and it can be read again
//!               csv        the words and cells of `present`, as in
//!  Shared ───►  markdown   each of these four
//!               html       with the pictures of svg
//!               svg        drawn from sums over columns, not from events
//!               chrome     the events
//! ```
//!
//! `markup` writes HTML and SVG, so that they are always well-formed.
//!
//! Output whose length depends on the measurement is streamed. The JSON of a run of a million tasks is a hundred
//! megabytes, which are never in memory at once. The size of pictures and reports is limited. [`mod@file`] writes a
//! document into a file, completely or not at all.

mod chrome;
mod csv;
pub mod file;
mod html;
pub mod json;
mod markdown;
mod markup;
mod svg;

use std::io::{self, Write};

use json::Traces;

use crate::{analysis::shared::Shared, domain::machine::Machine, present::format::Format};

/// Writes the shared runs and sweeps in this format. The shells print tables for terminals themselves; here a table is
/// written in Markdown. `machine` is the one of this session, which JSON names if there is no run. `traces` only
/// affects JSON.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(
    format: Format,
    machine: &Machine,
    shared: &Shared<'_>,
    traces: Traces,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Json => json::write(out, machine, shared, traces),
        Format::Csv => csv::write(shared, out),
        Format::Table | Format::Markdown => markdown::write(shared, out),
        Format::Svg => svg::write(shared, out),
        Format::Html => html::write(shared, out),
        Format::ChromeTrace => chrome::write(shared, out),
    }
}
