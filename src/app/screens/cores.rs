//! A bar per core, or the share of each core over time.

pub mod view;
