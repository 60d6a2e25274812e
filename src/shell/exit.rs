//! How the program ends: its exit codes, and the one sentence that goes with a refusal.

use crate::domain::address::masked_in;

/// All was done.
pub const DONE: u8 = 0;
/// The run broke, or a task failed.
pub const BROKE: u8 = 1;
/// What was asked for is not possible; nothing was started.
pub const USAGE: u8 = 2;
/// The user interrupted it.
pub const INTERRUPTED: u8 = 130;

/// Why the program ends before it did what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What is wrong, and what would help; one line.
    pub sentence: String,
}

impl Failure {
    /// The user asked for something that is not possible.
    pub fn usage(sentence: impl Into<String>) -> Failure {
        // An address that was taken for something else is repeated without its password.
        let sentence = masked_in(&sentence.into());
        Failure {
            code: USAGE,
            sentence,
        }
    }

    /// Something broke.
    pub fn broke(sentence: impl Into<String>) -> Failure {
        Failure {
            code: BROKE,
            ..Failure::usage(sentence)
        }
    }
}
