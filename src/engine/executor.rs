//! The models: each creates workers in its own way, and they all do the same.

pub mod processes;
pub mod python;
pub mod rayon;
pub mod threads;

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::Ordering::Acquire;

use super::arena::{Arena, LaneHeader, LaneState};
use super::clock;
use super::zygote::Zygote;
use crate::domain::record::PrintedOutput;
use crate::domain::time::Nanos;
use crate::engine::EngineError;

/// A worker that ended before its work did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Death {
    /// Who.
    pub worker: u32,
    /// What happened to it, as the rest of a sentence that begins with its name: "was killed by SIGKILL".
    pub cause: String,
    /// When it was noticed, on the monotonic clock.
    pub at: Nanos,
    /// Whether the run was being stopped then: such a death explains nothing.
    pub while_stopping: bool,
}

impl Death {
    /// A death that is noticed now.
    pub fn noticed(arena: &Arena, worker: u32, cause: String) -> Death {
        Death {
            worker,
            cause,
            at: clock::now(),
            while_stopping: arena.is_stopping(),
        }
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {} {}", self.worker, self.cause)
    }
}

/// Adds the workers that panicked to the dead, each once.
pub fn note_panics(arena: &Arena, deaths: &mut Vec<Death>) {
    let noted: HashSet<u32> = deaths.iter().map(|death| death.worker).collect();
    for (worker, lane) in (0..).zip(arena.lanes()) {
        if lane.state() == LaneState::Died && !noted.contains(&worker) {
            let cause = arena.text(lane.cause.load(Acquire));
            let cause = cause
                .unwrap_or_else(|| "panicked, and there was no room left for the reason".into());
            deaths.push(Death::noticed(arena, worker, cause));
        }
    }
}

/// How many workers have arrived at the gate.
pub fn arrived(arena: &Arena) -> u32 {
    let is_there = |lane: &&LaneHeader| lane.state() != LaneState::Absent;
    arena.lanes().filter(is_there).count() as u32
}

/// The workers of a run, from their creation until all are joined or reaped.
pub trait Crew {
    /// Begins to create the workers. They arrive at the gate by themselves.
    ///
    /// # Errors
    /// One sentence on why not all could be created. The ones that were are still to be joined.
    fn create(&mut self) -> Result<(), EngineError>;

    /// The zygote, if the news come from there.
    fn zygote(&mut self) -> Option<&mut Zygote> {
        None
    }

    /// Takes in what has happened to the workers; those that died since the last time are added to the dead, but for those
    /// that [panicked](note_panics).
    ///
    /// # Errors
    /// One sentence, when nothing more can be learned about them.
    fn news(&mut self, _deaths: &mut Vec<Death>) -> Result<(), EngineError> {
        Ok(())
    }

    /// Whether no worker is left that has work to do or to finish.
    fn is_over(&self) -> bool;

    /// Ends workers that do not end by themselves, as far as the model can.
    fn kill(&mut self) {}

    /// Waits until the last worker is gone.
    fn join(&mut self);

    /// What else there is to tell when all are gone.
    fn end(&mut self) -> End {
        End::default()
    }
}

/// What is known about a run's workers as a whole when they are gone.
#[derive(Clone, Debug, Default)]
pub struct End {
    /// Why the run broke, if it was none of the workers.
    pub failure: Option<String>,
    /// What was printed.
    pub printed: Option<PrintedOutput>,
    /// Whether they had to be killed although their work was done.
    pub did_not_end: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::model::Model;
    use crate::catalog::workload::Workload;
    use crate::engine::scratch::{Scratch, temporary};
    use crate::engine::worker::{self, Assignment};
    use crate::fixtures::sample;
    use std::sync::Arc;

    #[test]
    fn a_worker_that_panics_is_told_once_with_its_words() {
        let arena = Arc::new(Arena::map().unwrap());
        arena.reset(3, 1);
        let assignment = Assignment {
            arena: arena.clone(),
            plan: Arc::new(sample::plan(Workload::Cpu, Model::Threads, 3)),
            port: 0,
            limits: Default::default(),
            scratch: Scratch::below(&temporary()),
            gil: None,
        };
        let mut deaths = vec![];
        note_panics(&arena, &mut deaths);
        assert_eq!(deaths, []);
        worker::guard(&assignment, 1, || panic!("out of luck"));
        note_panics(&arena, &mut deaths);
        assert_eq!(deaths.len(), 1);
        assert_eq!(deaths[0].to_string(), "worker 1 panicked: out of luck");
        assert!(!deaths[0].while_stopping);
        note_panics(&arena, &mut deaths);
        assert_eq!(deaths.len(), 1);
    }
}
