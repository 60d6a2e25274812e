//! Reads what the workers have written since the last sample, and what other programs did with the cores meanwhile
//! according to the kernel's coarse accounting.

use std::{
    collections::HashMap,
    sync::atomic::Ordering::{Acquire, Relaxed},
};

use super::{
    arena::{Arena, LaneState},
    clock,
    executor::Death,
    os::{self, CoreUse},
    recorder,
};
use crate::domain::{
    phase::Phase,
    record::CoreRecord,
    time::{Nanos, seconds},
    trace::{Batch, ComputingOverlap, LaneUpdate, Transition},
};

/// The kernel counts in ticks of 10 ms, so a shorter window would mostly show chance.
const WINDOW: Nanos = 250_000_000;

/// Samples the lanes of one run and the cores during it.
#[derive(Debug)]
pub struct Sampler {
    /// The number of events taken so far.
    pub recorded: u64,
    /// How long at least two workers computed at the same time.
    pub overlap: ComputingOverlap,
    /// The number of deaths that have been reported.
    reported_deaths: usize,
    /// The cores that this process may use.
    usable: Vec<u16>,
    first: HashMap<u16, CoreUse>,
    last: HashMap<u16, CoreUse>,
    /// When the current window started, and how much of each core the run's workers had used by then.
    window_start: Nanos,
    ours: HashMap<u16, Nanos>,
}

impl Sampler {
    /// Starts the first window. Call it when the run of this many workers is about to start.
    pub fn start(workers: u32) -> Sampler {
        let first = os::core_use().unwrap_or_default();
        Sampler {
            recorded: 0,
            overlap: ComputingOverlap::new(workers),
            reported_deaths: 0,
            usable: os::affinity(),
            last: first.clone(),
            first,
            window_start: clock::now(),
            ours: HashMap::new(),
        }
    }

    /// Everything since the last sample. `deaths` lists all workers that have died so far; a worker that died at work
    /// is idle from then on.
    pub fn sample(&mut self, arena: &Arena, deaths: &[Death]) -> Batch {
        let t0 = arena.t0();
        let mut batch = Batch::default();
        batch.lanes.reserve(arena.workers() as usize);
        let mut complete_until = clock::now() - t0;
        for (worker, lane) in (0..).zip(arena.lanes()) {
            // `ended` is read first: a task that begins and ends between the two reads must not end before it began.
            batch.ended += lane.ended.load(Acquire);
            batch.begun += lane.begun.load(Relaxed);
            batch.failed += lane.failed.load(Relaxed);
            // Read before the events: all events up to this stamp are taken below, so the open phase lasted at least
            // until it.
            let last_stamp = lane.last_stamp.load(Acquire).saturating_sub(t0);
            // A worker that has not finished may still make an event, not before its last stamp.
            if lane.state() != LaneState::Finished {
                complete_until = complete_until.min(last_stamp);
            }
            let transitions = recorder::take_events(arena, worker, t0);
            self.recorded += transitions.len() as u64;
            self.overlap.add(worker as usize, &transitions);
            batch.lanes.push(LaneUpdate {
                transitions,
                last_stamp,
                cpu: lane.cpu.load(Relaxed),
                dropped: lane.dropped.load(Relaxed),
            });
        }
        for death in &deaths[self.reported_deaths..] {
            if began(arena, death.worker) {
                let idle = idle(death.at.saturating_sub(t0), false);
                self.overlap.add(death.worker as usize, &[idle]);
                batch.lanes[death.worker as usize].transitions.push(idle);
            }
            if !death.while_stopping {
                batch.deaths.push(death.to_string());
            }
        }
        self.reported_deaths = deaths.len();
        self.overlap.save_memory(complete_until);
        let now = clock::now();
        batch.now = now - t0;
        batch.cores = self.ours(arena);
        batch.others = self.others(&batch.cores, now).unwrap_or_default();
        batch
    }

    /// The last batch, up to `wall`. If the last events of a lane were dropped, their time is marked as not recorded.
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

    /// CPU time of the run's workers on each usable core and on each other core that they ran on.
    fn ours(&self, arena: &Arena) -> Vec<(u16, Nanos)> {
        let highest = self.usable.iter().copied().max().unwrap_or(0);
        (0..=highest)
            .map(|core| (core, arena.core(core).load(Relaxed)))
            .filter(|(core, time)| *time > 0 || self.usable.contains(core))
            .collect()
    }

    /// The share of other programs on each of these cores, from 0 to 1, if a window has ended at `now`.
    fn others(&mut self, ours: &[(u16, Nanos)], now: Nanos) -> Option<Vec<(u16, f64)>> {
        let elapsed = now.saturating_sub(self.window_start);
        if elapsed < WINDOW {
            return None;
        }
        let cores = os::core_use()?;
        let has_begun = !self.last.is_empty();
        // Workers cannot use time that the hypervisor stole or that others on this machine used.
        let gone = |cores: &HashMap<u16, CoreUse>, core: &u16| {
            cores.get(core).map_or(0, |used| used.busy + used.stolen)
        };
        let share = |(core, workers): &(u16, Nanos)| {
            let gained = gone(&cores, core).saturating_sub(gone(&self.last, core));
            let before = self.ours.get(core).copied().unwrap_or(0);
            let others = gained.saturating_sub(workers.saturating_sub(before));
            (*core, (others as f64 / elapsed as f64).min(1.0))
        };
        let shares = ours.iter().map(share).collect();
        self.last = cores;
        self.window_start = now;
        self.ours = ours.iter().copied().collect();
        // Without a first reading, everything since the machine started would count.
        has_begun.then_some(shares)
    }

    /// The use of the cores during the whole run of length `wall`.
    pub fn cores(mut self, arena: &Arena, wall: Nanos) -> Vec<CoreRecord> {
        if let Some(cores) = os::core_use() {
            self.last = cores;
        }
        let over_the_run = |core, of: fn(&CoreUse) -> Nanos| {
            let used = of(self.last.get(&core)?).saturating_sub(of(self.first.get(&core)?));
            (wall >= 2 * WINDOW).then_some(used)
        };
        let record = |(core, workers)| CoreRecord {
            core,
            workers_s: seconds(workers),
            others_s: over_the_run(core, |used| used.busy)
                .map(|busy| seconds(busy.saturating_sub(workers))),
            stolen_s: over_the_run(core, |used| used.stolen).map(seconds),
        };
        self.ours(arena).into_iter().map(record).collect()
    }
}

/// Whether a worker ever left the starting phase.
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
