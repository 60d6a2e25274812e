//! CPython: the programs that the zygote starts, and their orders.
//!
//! The program itself never starts a process. The zygote does, in a separate process group, so that everything that an
//! interpreter creates exits with it. Standard output and error output go to a FIFO in the session's directory. It is
//! read here, and a bounded part is kept, so nothing that Python prints reaches the screen.

pub(super) mod ask;
pub mod find;
pub mod function;
pub mod inspect;
pub mod order;
pub mod output;
pub mod probe;
pub mod tryout;

use super::EngineError;

/// The error if the system could not start an interpreter, with the system's reason.
pub(super) fn not_started(python: &str, why: &str) -> EngineError {
    EngineError::new(format!("{python} could not be started: {why}"))
}
