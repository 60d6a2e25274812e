//! Processes, forked by the zygote.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use super::{Death, Ending, Executor};
use crate::engine::{
    EngineError,
    arena::{LaneHeader, LaneState},
    clock::wait_until,
    os,
    worker::Assignment,
    zygote::{News, Zygote},
};

/// The time limit for the kernel to kill orphaned workers, which it does at once.
const ORPHANS_MAX: Duration = Duration::from_secs(1);

/// Workers that are separate processes.
#[derive(Debug)]
pub struct ForkExecutor<'z> {
    /// The work of the workers.
    pub assignment: Assignment,
    /// The process that forks them.
    pub zygote: &'z mut Zygote,
    /// Workers that were requested and have neither ended nor failed to start.
    pub alive: u32,
}

/// Kills the group of the user's command that a worker runs, if it runs one.
fn end_command(lane: &LaneHeader) {
    let group = lane.group.load(Relaxed).cast_signed();
    if group > 0 {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
}

impl Executor for ForkExecutor<'_> {
    fn create(&mut self) -> Result<(), EngineError> {
        self.zygote.fork_workers(&self.assignment)?;
        self.alive = self.assignment.plan.workers;
        Ok(())
    }

    fn zygote(&mut self) -> Option<&mut Zygote> {
        Some(self.zygote)
    }

    fn news(&mut self, ending: &mut Ending) -> Result<(), EngineError> {
        let arena = &self.assignment.arena;
        loop {
            match self.zygote.news() {
                Ok(Some(News::WorkerEnded { worker, cause })) => {
                    self.alive -= 1;
                    // Workers in any other state have reported their own death, or had finished their work.
                    let state = arena.lane(worker).state();
                    if matches!(state, LaneState::Absent | LaneState::Working) {
                        ending.deaths.push(Death::noticed(arena, worker, cause));
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(()),
                Err(error) => {
                    // The kernel is about to kill the zygote's children. The arena must not be used before they are
                    // gone.
                    let can_run = |lane: &LaneHeader| os::can_run(lane.pid.load(Relaxed));
                    arena.lanes().for_each(end_command);
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
        self.zygote.kill();
    }
}
