//! Takes what the workers have written since the last time.

use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::arena::{Arena, LaneState};
use super::cores::CoreWatch;
use super::executor::Death;
use super::{clock, recorder};
use crate::domain::phase::Phase;
use crate::domain::time::Nanos;
use crate::domain::trace::{Batch, LaneUpdate, Transition};

/// Reads the lanes of one run, and what the kernel says of the cores.
#[derive(Debug)]
pub struct Sampler {
    /// The cores.
    pub cores: CoreWatch,
    /// Events taken so far.
    pub recorded: u64,
    /// So many deaths are in the picture.
    buried: usize,
}

impl Sampler {
    /// Of the run that is about to begin.
    pub fn begin() -> Sampler {
        Sampler {
            cores: CoreWatch::begin(clock::now()),
            recorded: 0,
            buried: 0,
        }
    }

    /// Everything since the last time, of a run in which these workers have died so far. A worker that died at work is
    /// idle from then on.
    pub fn sample(&mut self, arena: &Arena, deaths: &[Death]) -> Batch {
        let t0 = arena.t0();
        let mut batch = Batch::default();
        batch.lanes.reserve(arena.workers() as usize);
        for (worker, lane) in (0..).zip(arena.lanes()) {
            // The ended first: a task that begins and ends between the two loads shall not end before it began.
            batch.ended += lane.ended.load(Acquire);
            batch.begun += lane.begun.load(Relaxed);
            batch.failed += lane.failed.load(Relaxed);
            // Before the events: all until then are taken, so that the open one lasted at least until then.
            let last_stamp = lane.last_stamp.load(Acquire).saturating_sub(t0);
            let transitions = recorder::take_events(arena, worker, t0);
            self.recorded += transitions.len() as u64;
            batch.lanes.push(LaneUpdate {
                transitions,
                last_stamp,
                cpu: lane.cpu.load(Relaxed),
                dropped: lane.dropped.load(Relaxed),
            });
        }
        for death in &deaths[self.buried..] {
            if began(arena, death.worker) {
                let idle = idle(death.at.saturating_sub(t0), false);
                batch.lanes[death.worker as usize].transitions.push(idle);
            }
            if !death.while_stopping {
                batch.deaths.push(death.to_string());
            }
        }
        self.buried = deaths.len();
        let now = clock::now();
        batch.now = now - t0;
        batch.cores = self.cores.ours(arena);
        batch.others = self.cores.others(arena, now).unwrap_or_default();
        batch
    }

    /// The last batch, up to `wall`. Where a lane's last events were dropped, what they would have told is shown as not
    /// recorded.
    pub fn conclude(&mut self, arena: &Arena, deaths: &[Death], wall: Nanos) -> Batch {
        let mut batch = self.sample(arena, deaths);
        for (worker, update) in (0..).zip(&mut batch.lanes) {
            let cut = arena.lane(worker).state() == LaneState::Finished && update.dropped > 0;
            if cut && began(arena, worker) {
                update.transitions.push(idle(update.last_stamp, true));
            }
        }
        batch.now = wall;
        batch
    }
}

/// Whether a worker ever did anything but start.
fn began(arena: &Arena, worker: u32) -> bool {
    arena.lane(worker).open_phase.load(Relaxed) != Phase::Starting as u32
}

fn idle(at: Nanos, after_gap: bool) -> Transition {
    Transition {
        at,
        task: None,
        phase: Phase::Idle,
        core: 0,
        after_gap,
    }
}
