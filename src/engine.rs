//! The engine makes the stream of events: it executes plans on real threads and processes and measures them.
//!
//! `README.md` beside this module's files states the protocol between supervisor, zygote and workers: who writes what
//! into the arena, when, and which race each rule prevents.

pub mod arena;
pub mod borrowed_terminal;
pub mod calibrate;
mod caveats;
pub mod clock;
pub mod command;
pub mod convoy;
pub mod counter;
pub mod doctor;
pub mod error;
pub mod executor;
pub mod fetch;
pub mod gate;
pub mod gil;
// Beside the file and not in it, because the file is compiled for model checks, too.
#[cfg(test)]
#[path = "engine/gil/tests.rs"]
mod gil_tests;
pub mod handover;
pub mod kernel;
pub mod latch;
pub mod loopback;
pub mod machine;
pub mod os;
pub mod python;
pub mod recorder;
pub mod ring;
pub mod run;
pub mod scratch;
pub mod session;
mod signals;
mod stride;
pub mod sync;
pub mod worker;
pub mod zygote;

pub use error::EngineError;

mod conclude;
pub mod outside;
mod sampler;
mod shared_file;
