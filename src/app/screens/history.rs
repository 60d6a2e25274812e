//! The runs and sweeps that were measured.

pub mod browse;
pub mod columns;
pub mod earlier;
pub mod filter;
pub mod naming;
pub mod removal;
pub mod view;
