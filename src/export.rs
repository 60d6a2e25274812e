//! Files and documents to share: what was measured, in the forms in which it travels.
//!
//! ```text
//!               json       everything, and back again
//!               csv        ┐ of present:     the same words and cells in every format
//!  Shared ───►  markdown   ┤
//!               html       ┤ svg:            pictures, drawn from sums
//!               svg        ┘ markup:         what is written is well-formed
//!               chrome     the events
//! ```
//!
//! What is as long as what was measured streams: a run of a million tasks makes JSON of a hundred megabytes, which is never
//! built in memory. Pictures and reports are bounded. [`mod@file`] puts a document into a file, whole or not at all.

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

/// Writes what is shared in this format. The table of the terminal is the shells' own: here it is one in Markdown.
/// `machine` is the one of this session, which JSON names where there is no run, and `traces` is about JSON alone.
///
/// # Errors
/// What `out` refuses.
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
