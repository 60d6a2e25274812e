//! What one task does, for each workload.

pub mod cpu;
pub mod io;
pub mod render;
