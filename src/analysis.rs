//! Findings: what records say together, as numbers. A finding names what was compared with what, the factor, its interval,
//! and whether it is certain. One set of thresholds decides for all surfaces. No words, colours or widths.

pub mod compared;
pub mod finding;
pub mod reason;
pub mod shared;
