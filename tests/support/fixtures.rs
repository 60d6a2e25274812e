//! Common fixtures of tests and benches: plans, records, interpreters and synthetic runs, without an engine.

#![allow(dead_code, reason = "not every test needs all of it")]

pub mod damage;
pub mod explorer;
pub mod keep;
pub mod python;
pub mod sample;
pub mod swept;
