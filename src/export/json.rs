//! The document `pconc-tui.records/1`: everything that is known about runs and sweeps, for programs and for `replay`.
//!
//! ```text
//! {"schema": "pconc-tui.records/1",
//!  "machine": {…},                                  that of the last session
//!  "sessions": [{"id": "…", "machine": {…}}],       where the records were measured
//!  "records": [{…a record…, "number": 3, "name": null, "session": "…", "speedup": {…}|null, "trace": {…}|null}],
//!  "sweeps": […]}
//! ```
//!
//! `assets/records.schema.json` describes all of it. Version 1 only ever gets additional keys. The document is written
//! run by run. While it is read, only its text and the resulting runs are in memory.

mod advice;
mod claims;
mod read;
mod write;

pub use read::{FILE_MAX, check_size, read};
pub use write::{Traces, write};

/// The name and version of the document.
pub const SCHEMA: &str = "pconc-tui.records/1";
/// The name without the version.
const SCHEMA_NAME: &str = "pconc-tui.records/";
