//! Processes, forked by the zygote.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::{Crew, Death};
use crate::engine::EngineError;
use crate::engine::arena::{LaneHeader, LaneState};
use crate::engine::clock::wait_until;
use crate::engine::os;
use crate::engine::worker::Assignment;
use crate::engine::zygote::{News, Zygote};

/// How long orphaned workers may take to be gone: the kernel kills them at once.
const ORPHANS_MAX: Duration = Duration::from_secs(1);

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
    pub fn new(assignment: Assignment, zygote: &'z mut Zygote) -> ForkCrew<'z> {
        ForkCrew {
            assignment,
            zygote,
            alive: 0,
        }
    }

    /// Takes in one piece of news; a worker's death, unless it told that itself or had done its work.
    fn death(&mut self, news: News) -> Option<Death> {
        let News::WorkerEnded { worker, cause } = news else {
            return None;
        };
        self.alive -= 1;
        let arena = &self.assignment.arena;
        let state = arena.lane(worker).state();
        matches!(state, LaneState::Absent | LaneState::Working)
            .then(|| Death::noticed(arena, worker, cause))
    }
}

impl Crew for ForkCrew<'_> {
    fn create(&mut self) -> Result<(), EngineError> {
        self.zygote.fork_workers(&self.assignment)?;
        self.alive = self.assignment.plan.workers();
        Ok(())
    }

    fn zygote(&mut self) -> Option<&mut Zygote> {
        Some(self.zygote)
    }

    fn news(&mut self, deaths: &mut Vec<Death>) -> Result<(), EngineError> {
        loop {
            match self.zygote.news() {
                Ok(Some(news)) => deaths.extend(self.death(news)),
                Ok(None) => return Ok(()),
                Err(error) => {
                    // Its children are about to be killed by the kernel: nobody may use the arena before.
                    let arena = &self.assignment.arena;
                    let can_run = |lane: &LaneHeader| os::can_run(lane.pid.load(Relaxed));
                    wait_until(ORPHANS_MAX, || !arena.lanes().any(can_run));
                    self.alive = 0;
                    return Err(error);
                }
            }
        }
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
