//! Processes, forked by the zygote.

use std::os::fd::{AsFd, BorrowedFd};

use super::{Crew, Death};
use crate::engine::arena::LaneState;
use crate::engine::worker::Assignment;
use crate::engine::zygote::{News, Zygote};

/// Workers that are processes of their own.
#[derive(Debug)]
pub struct ForkCrew<'z> {
    assignment: Assignment,
    zygote: &'z mut Zygote,
    /// Workers that were asked for and have neither ended nor failed to begin.
    alive: u32,
}

impl<'z> ForkCrew<'z> {
    /// A crew for this assignment, still without workers.
    #[must_use]
    pub fn new(assignment: Assignment, zygote: &'z mut Zygote) -> ForkCrew<'z> {
        ForkCrew { assignment, zygote, alive: 0 }
    }

    fn death(&mut self, news: News) -> Option<Death> {
        match news {
            News::WorkerEnded { worker, cause } => {
                self.alive -= 1;
                let lane = self.assignment.arena.lane(worker);
                let panicked =
                    self.assignment.arena.text(lane.cause.load(std::sync::atomic::Ordering::Acquire));
                (lane.state() != LaneState::Finished)
                    .then(|| Death { worker, cause: panicked.unwrap_or(cause) })
            }
            News::WorkerNotForked { worker, why } => {
                self.alive -= 1;
                Some(Death { worker, cause: format!("it could not be forked: {why}") })
            }
            News::ServerEnded => None,
        }
    }
}

impl Crew for ForkCrew<'_> {
    fn create(&mut self) -> Result<(), String> {
        self.zygote.fork_workers(&self.assignment)?;
        self.alive = self.assignment.plan.workers();
        Ok(())
    }

    fn news_descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.zygote.as_fd())
    }

    fn news(&mut self) -> Result<Vec<Death>, String> {
        let mut deaths = vec![];
        while let Some(news) = self.zygote.news().inspect_err(|_| self.alive = 0)? {
            deaths.extend(self.death(news));
        }
        Ok(deaths)
    }

    fn is_over(&self) -> bool {
        self.alive == 0
    }

    fn kill(&mut self) {
        self.zygote.kill_workers();
    }

    /// Workers are reaped as their ends are reported: when it is over, nobody is left.
    fn join(&mut self) {}
}
