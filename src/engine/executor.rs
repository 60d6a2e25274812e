//! The models: each creates workers in its own way, and they all do the same.

pub mod processes;
pub mod python;
pub mod threads;

use std::{fmt, sync::atomic::Ordering::Acquire};

use super::{
    arena::{Arena, LaneState},
    clock,
    zygote::Zygote,
};
use crate::{
    domain::{record::PrintedOutput, time::Nanos},
    engine::EngineError,
};

/// Who comes back to look so much later than he wanted to was not held up by the scheduler: the program was stopped.
pub const AWAY_MAX: Nanos = 1_000_000_000;

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

/// How a run came to its end.
#[derive(Debug, Default)]
pub struct Ending {
    /// Whether the user stopped it.
    pub cancelled: bool,
    /// Why the run itself broke.
    pub error: Option<String>,
    /// Workers that ended before their work did.
    pub deaths: Vec<Death>,
    /// Why the interpreter broke, if it was none of the workers.
    pub failure: Option<String>,
    /// What was printed.
    pub printed: Option<PrintedOutput>,
    /// Whether workers had to be killed although their work was done.
    pub did_not_end: bool,
    /// Whether the embedded server should have been there, and was not.
    pub server_died: bool,
    /// How long the machine was suspended during the run.
    pub suspended: Nanos,
    /// How long the supervisor did not come to look, beyond what scheduling explains.
    pub stopped: Nanos,
}

impl Ending {
    /// Deaths that explain something: not those of workers that were killed because the run was to stop.
    pub fn unprovoked_deaths(&self) -> impl Iterator<Item = &Death> {
        self.deaths.iter().filter(|death| !death.while_stopping)
    }
}

/// Adds the workers that panicked to the dead, each once.
pub fn note_panics(arena: &Arena, deaths: &mut Vec<Death>) {
    for (worker, lane) in (0..).zip(arena.lanes()) {
        let is_noted = || deaths.iter().any(|death| death.worker == worker);
        if lane.state() == LaneState::Died && !is_noted() {
            let cause = arena.text(lane.cause.load(Acquire));
            let cause = cause
                .unwrap_or_else(|| "panicked, and there was no room left for the reason".into());
            deaths.push(Death::noticed(arena, worker, cause));
        }
    }
}

/// How many workers have arrived at the gate.
pub fn arrived(arena: &Arena) -> u32 {
    let lanes = arena.lanes();
    lanes
        .filter(|lane| lane.state() != LaneState::Absent)
        .count() as u32
}

/// The workers of a run, from their creation until all are joined or reaped.
pub trait Executor {
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
    fn news(&mut self, _: &mut Ending) -> Result<(), EngineError> {
        Ok(())
    }

    /// Whether no worker is left that has work to do or to finish.
    fn is_over(&self) -> bool;

    /// Ends workers that do not end by themselves, as far as the model can.
    fn kill(&mut self) {}

    /// Waits until the last worker is gone where it may outlive its work, and tells what else there is to tell.
    fn join(&mut self, _: &mut Ending) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload},
        engine::{
            scratch::{Scratch, temporary},
            worker::{self, Assignment},
        },
        fixtures::sample,
    };

    #[test]
    fn a_worker_that_panics_is_reported_once_with_its_words() {
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
