//! The models: each creates workers in its own way, and they all do the same.

pub mod processes;
pub mod rayon;
pub mod threads;

use std::os::fd::BorrowedFd;

/// A worker that ended before its work did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Death {
    /// Who.
    pub worker: u32,
    /// What happened to it, as in "it was killed by SIGKILL".
    pub cause: String,
}

/// The workers of a run, from their creation until all are joined or reaped.
pub trait Crew: Send {
    /// Begins to create the workers. They arrive at the gate by themselves.
    ///
    /// # Errors
    /// One sentence on why not all could be created. The ones that were are still to be joined.
    fn create(&mut self) -> Result<(), String>;

    /// A descriptor that becomes readable when there are news.
    fn news_descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Takes in what has happened to the workers; those that died since the last time.
    ///
    /// # Errors
    /// One sentence, when nothing more can be learned about them.
    fn news(&mut self) -> Result<Vec<Death>, String> {
        Ok(vec![])
    }

    /// Whether no worker is left that has work to do or to finish.
    fn is_over(&self) -> bool;

    /// Ends workers that do not end by themselves, as far as the model can.
    fn kill(&mut self) {}

    /// Waits until the last worker is gone.
    fn join(&mut self);
}
