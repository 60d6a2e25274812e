//! Concurrency and parallelism over time.

pub mod view;
