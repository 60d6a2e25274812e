//! The document `pconc-tui.records/1`: everything that is known of runs and sweeps, for programs and for `replay`.
//!
//! ```text
//! {"schema": "pconc-tui.records/1",
//!  "machine": {…},                                  that of the last session
//!  "sessions": [{"id": "…", "machine": {…}}],       where the records were measured
//!  "records": [{…a record…, "number": 3, "name": null, "session": "…", "speedup": {…}|null, "trace": {…}|null}],
//!  "sweeps": […]}
//! ```
//!
//! `assets/records.schema.json` says all of it. Keys are only ever added to version 1. It is written run by run, and
//! read with nothing in memory but the file's text and what becomes of it.

mod read;
mod write;

pub use read::{FILE_MAX, check_size, read};
pub use write::{Traces, write};

/// The name and version of the document.
pub const SCHEMA: &str = "pconc-tui.records/1";
/// The name alone.
const SCHEMA_NAME: &str = "pconc-tui.records/";
