//! The exit codes of the program, and the sentence of a failure.

use crate::{domain::address::masked_in, engine::session::FunctionRefusal};

/// Everything was done.
pub const DONE: u8 = 0;
/// The run failed, or a task failed.
pub const BROKE: u8 = 1;
/// The request is not possible; nothing was started.
pub const USAGE: u8 = 2;
/// A claim was contradicted that is known to be right.
pub const CONTRADICTED: u8 = 3;
/// A claim could not be told.
pub const CANNOT_TELL: u8 = 4;
/// The user interrupted the program.
pub const INTERRUPTED: u8 = 130;

/// Why the program exits before it has done what the user requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What is wrong, and what would help, in one line.
    pub sentence: String,
}

impl Failure {
    /// The failure of a request that is not possible.
    pub fn usage(sentence: impl Into<String>) -> Failure {
        // The sentence may quote an address as an unknown argument, so passwords in it are masked.
        let sentence = masked_in(&sentence.into());
        Failure {
            code: USAGE,
            sentence,
        }
    }

    /// The failure of the engine or of the system.
    pub fn broke(sentence: impl Into<String>) -> Failure {
        Failure {
            code: BROKE,
            ..Failure::usage(sentence)
        }
    }
}

impl From<FunctionRefusal> for Failure {
    /// The sentence, followed by Python's traceback.
    fn from(refusal: FunctionRefusal) -> Failure {
        let lines = [refusal.sentence, refusal.traceback].join("\n");
        Failure::usage(lines.trim_end())
    }
}
