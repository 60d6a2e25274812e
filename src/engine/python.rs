//! CPython: programs that the zygote starts, and what they are told.
//!
//! The program itself never starts a process; the zygote does, in a process group of its own, so that all that an interpreter
//! makes ends with it. Standard output and error output go to a FIFO in the session's directory, which is read here and of
//! which a bounded part is kept: nothing that Python prints reaches the screen.

pub(super) mod ask;
pub mod find;
pub mod order;
pub mod output;
pub mod probe;

use super::EngineError;

/// That an interpreter is no program that the system starts, for the system's reason.
pub(super) fn not_started(python: &str, why: &str) -> EngineError {
    EngineError::new(format!("{python} could not be started: {why}"))
}
