//! Findings: comparisons of records, as numbers. A finding names what was compared with what, the factor, its interval,
//! and whether it is certain. Screens, shell and files share one set of thresholds. This layer contains no words,
//! colours or widths.

pub mod advice;
pub mod advised;
pub mod compared;
pub mod finding;
pub mod pattern;
pub mod pitfall;
pub mod reason;
pub mod recorded;
pub mod shared;
pub mod verified;
