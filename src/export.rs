//! Files and documents to share: what was measured, in the forms in which it travels.
//!
//! Everything here writes to whatever it is given and streams: a document is never built as a whole in memory, as a run of
//! a million tasks makes one of a hundred megabytes.

pub mod json;
