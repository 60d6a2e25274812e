//! Processes, forked by the zygote.

use std::os::fd::{AsFd, BorrowedFd};

use std::sync::atomic::Ordering::Relaxed;

use super::{Crew, Death, panic_of};
use crate::domain::time::Nanos;
use crate::engine::EngineError;
use crate::engine::arena::LaneState;
use crate::engine::worker::Assignment;
use crate::engine::zygote::{News, Zygote};
use crate::engine::{clock, os};

/// How long orphaned workers may take to be gone: the kernel kills them at once.
const ORPHANS_MAX: Nanos = 1_000_000_000;

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

    fn death(&mut self, news: News) -> Option<Death> {
        let arena = &self.assignment.arena;
        let (worker, cause) = match news {
            News::WorkerEnded { worker, end } => match arena.lane(worker).state() {
                LaneState::Finished => return self.one_less(),
                LaneState::Died => (worker, panic_of(arena, worker)),
                LaneState::Absent | LaneState::Working => (worker, end.to_string()),
            },
            News::WorkerNotForked { worker, why } => (
                worker,
                format!("could not be created: {}", why.to_lowercase()),
            ),
            News::ServerEnded
            | News::ProgramStarted { .. }
            | News::ProgramNotStarted { .. }
            | News::ProgramEnded { .. } => return None,
        };
        let death = Death::noticed(arena, worker, cause);
        self.one_less();
        Some(death)
    }

    fn one_less(&mut self) -> Option<Death> {
        self.alive -= 1;
        None
    }

    /// The zygote is gone, and its children are about to be killed by the kernel: nobody may use the arena before.
    fn outlive_orphans(&mut self) {
        let arena = &self.assignment.arena;
        let lanes = (0..arena.workers()).map(|worker| arena.lane(worker));
        let pids = lanes
            .map(|lane| lane.pid.load(Relaxed))
            .filter(|pid| *pid > 0);
        let deadline = clock::now() + ORPHANS_MAX;
        for pid in pids {
            while os::can_run(pid) && clock::now() < deadline {
                std::thread::yield_now();
            }
        }
        self.alive = 0;
    }
}

impl Crew for ForkCrew<'_> {
    fn create(&mut self) -> Result<(), EngineError> {
        self.zygote.fork_workers(&self.assignment)?;
        self.alive = self.assignment.plan.workers();
        Ok(())
    }

    fn news_descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.zygote.as_fd())
    }

    fn news(&mut self) -> Result<Vec<Death>, EngineError> {
        let mut deaths = vec![];
        loop {
            match self.zygote.news() {
                Ok(Some(news)) => deaths.extend(self.death(news)),
                Ok(None) => return Ok(deaths),
                Err(error) => {
                    self.outlive_orphans();
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

    fn abandon(&mut self) {
        self.zygote.abandon();
    }

    /// Workers are reaped as their ends are reported: when it is over, nobody is left.
    fn join(&mut self) {}
}
