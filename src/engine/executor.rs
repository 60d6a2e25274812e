//! The executors. Each creates workers in its own way, and all workers do the same work.

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

/// The longest delay of the supervisor that scheduling explains. After a longer one, the program must have been
/// stopped.
pub const AWAY_MAX: Nanos = 1_000_000_000;

/// A worker that exited before its work was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Death {
    /// The worker's number.
    pub worker: u32,
    /// The cause, as the rest of a sentence that starts with the worker's name: "was killed by SIGKILL".
    pub cause: String,
    /// When the death was noticed, on the monotonic clock.
    pub at: Nanos,
    /// Whether the run was being stopped at that time. Such a death explains nothing.
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

/// How a run ended.
#[derive(Debug, Default)]
pub struct Ending {
    /// Whether the user stopped it.
    pub cancelled: bool,
    /// Why the run itself failed.
    pub error: Option<String>,
    /// Workers that exited before their work was done.
    pub deaths: Vec<Death>,
    /// Why the interpreter failed, if no worker was the cause.
    pub failure: Option<String>,
    /// The output of the interpreter.
    pub printed: Option<PrintedOutput>,
    /// The most threads of Python that ran at the same moment besides the workers; `None` if nobody looked.
    pub other_threads: Option<u32>,
    /// Whether workers had to be killed although their work was done.
    pub did_not_end: bool,
    /// Whether the embedded server was needed and had died.
    pub server_died: bool,
    /// How long the machine was suspended during the run.
    pub suspended: Nanos,
    /// How long the supervisor was delayed, beyond what scheduling explains.
    pub stopped: Nanos,
    /// How long a CPU quota stopped the program's control group during the run, summed over the cores.
    pub throttled: Nanos,
    /// The number of cores that this quota allows, if there is one.
    pub quota: Option<f64>,
}

impl Ending {
    /// The deaths that explain something. Deaths of workers that were killed because the run was stopped do not.
    pub fn unprovoked_deaths(&self) -> impl Iterator<Item = &Death> {
        self.deaths.iter().filter(|death| !death.while_stopping)
    }
}

/// Adds the workers that panicked to `deaths`, each once.
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

/// The number of workers that have arrived at the gate.
pub fn arrived(arena: &Arena) -> u32 {
    let lanes = arena.lanes();
    lanes
        .filter(|lane| lane.state() != LaneState::Absent)
        .count() as u32
}

/// Creates and ends the workers of a run.
pub trait Executor {
    /// Starts to create the workers. They arrive at the gate by themselves.
    ///
    /// # Errors
    /// If not all workers could be created; the message is one sentence. The created ones must still be joined.
    fn create(&mut self) -> Result<(), EngineError>;

    /// The zygote, if it is the source of the news about the workers.
    fn zygote(&mut self) -> Option<&mut Zygote> {
        None
    }

    /// Processes the news about the workers. Workers that have died since the last call are added to the deaths, except
    /// for those that [panicked](note_panics).
    ///
    /// # Errors
    /// If no further news can come; the message is one sentence.
    fn news(&mut self, _: &mut Ending) -> Result<(), EngineError> {
        Ok(())
    }

    /// Whether all workers have finished their work or are gone.
    fn is_over(&self) -> bool;

    /// Kills workers that do not exit by themselves, if the model allows it.
    fn kill(&mut self) {}

    /// Waits for workers that outlive their work, and adds the last facts to the ending.
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
            block: Default::default(),
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
