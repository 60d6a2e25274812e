//! Reads what the workers have written since the last sample, and what other programs did with the cores meanwhile
//! according to the kernel's coarse accounting.

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::Ordering::{Acquire, Relaxed},
};

use super::{
    arena::{Arena, LaneHeader, LaneState},
    clock,
    executor::Death,
    os::{self, CoreUse},
    outside::Outside,
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
    /// Watches the workers' threads from outside, if they are Python's and the system allows it.
    pub outside: Option<Outside>,
    /// The number of deaths that have been reported.
    reported_deaths: usize,
    /// The cores that this process may use.
    usable: Vec<u16>,
    /// What was read before the run started.
    first: CoresReading,
    /// What was read when the current window started.
    window: CoresReading,
    /// What was read last while a worker was at work. Creating processes and taking them down uses the cores too.
    at_work: CoresReading,
}

/// The use of the cores at a moment.
#[derive(Clone, Debug, Default)]
struct CoresReading {
    at: Nanos,
    /// The use by all programs since the machine started, if the kernel tells it.
    all: Option<HashMap<u16, CoreUse>>,
    /// The use by the workers of the run.
    ours: BTreeMap<u16, Nanos>,
}

impl CoresReading {
    fn now(ours: &[(u16, Nanos)]) -> CoresReading {
        CoresReading {
            at: clock::now(),
            all: os::core_use(),
            ours: ours.iter().copied().collect(),
        }
    }

    /// How much this number of a core grew after an earlier reading; `None` if one of both is missing.
    fn gained(
        &self,
        earlier: &CoresReading,
        core: u16,
        number: fn(&CoreUse) -> Nanos,
    ) -> Option<Nanos> {
        let of = |reading: &CoresReading| reading.all.as_ref()?.get(&core).map(number);
        Some(of(self)?.saturating_sub(of(earlier)?))
    }

    /// How much the workers used of a core after an earlier reading.
    fn gained_by_workers(&self, earlier: &CoresReading, core: u16) -> Nanos {
        let of = |reading: &CoresReading| reading.ours.get(&core).copied().unwrap_or(0);
        of(self).saturating_sub(of(earlier))
    }
}

impl Sampler {
    /// Starts the first window. Call it when the run of this many workers is about to start.
    pub fn start(workers: u32) -> Sampler {
        let first = CoresReading::now(&[]);
        Sampler {
            recorded: 0,
            overlap: ComputingOverlap::new(workers),
            outside: None,
            reported_deaths: 0,
            usable: os::affinity(),
            window: first.clone(),
            at_work: first.clone(),
            first,
        }
    }

    /// Everything since the last sample. `deaths` lists all workers that have died so far; a worker that died at work
    /// is idle from then on.
    pub fn sample(&mut self, arena: &Arena, deaths: &[Death]) -> Batch {
        self.read(arena, deaths, false)
    }

    fn read(&mut self, arena: &Arena, deaths: &[Death], is_over: bool) -> Batch {
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
            batch.lanes.push(LaneUpdate {
                transitions: recorder::take_events(arena, worker, t0),
                last_stamp,
                cpu: lane.cpu.load(Relaxed),
                dropped: lane.dropped.load(Relaxed),
                ..LaneUpdate::default()
            });
        }
        for death in &deaths[self.reported_deaths..] {
            if began(arena, death.worker) {
                let idle = idle(death.at.saturating_sub(t0), false);
                batch.lanes[death.worker as usize].transitions.push(idle);
            }
            if !death.while_stopping {
                batch.deaths.push(death.to_string());
            }
        }
        self.reported_deaths = deaths.len();
        if let Some(outside) = &mut self.outside {
            complete_until = complete_until.min(outside.merge(&mut batch.lanes, is_over));
        }
        for (worker, update) in batch.lanes.iter().enumerate() {
            self.recorded += update.transitions.len() as u64;
            self.overlap.add(worker, &update.transitions);
        }
        self.overlap.save_memory(complete_until);
        batch.cores = self.ours(arena);
        let reading = CoresReading::now(&batch.cores);
        batch.now = reading.at - t0;
        let is_at_work = |lane: &LaneHeader| lane.state() != LaneState::Finished;
        if arena.lanes().any(is_at_work) {
            self.at_work = reading.clone();
        }
        batch.others = self.others(reading).unwrap_or_default();
        batch
    }

    /// The last batch, up to `wall`. If the last events of a lane were dropped, their time is marked as not recorded.
    pub fn conclude(&mut self, arena: &Arena, deaths: &[Death], wall: Nanos) -> Batch {
        let mut batch = self.read(arena, deaths, true);
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

    /// The share of other programs on each core, from 0 to 1, if a window has ended with this reading.
    fn others(&mut self, reading: CoresReading) -> Option<Vec<(u16, f64)>> {
        let elapsed = reading.at.saturating_sub(self.window.at);
        if elapsed < WINDOW {
            return None;
        }
        let share = |core: u16| {
            // Workers cannot use time that the hypervisor stole or that others on this machine used.
            let gone = reading.gained(&self.window, core, |used| used.busy + used.stolen)?;
            let others = gone.saturating_sub(reading.gained_by_workers(&self.window, core));
            Some((core, (others as f64 / elapsed as f64).min(1.0)))
        };
        let shares = reading
            .ours
            .keys()
            .filter_map(|core| share(*core))
            .collect();
        self.window = reading;
        Some(shares)
    }

    /// The use of the cores during the whole run of length `wall`. The interpreter that manages the workers used `managed`,
    /// which belongs to the run; the kernel does not say on which core.
    pub fn cores(self, arena: &Arena, wall: Nanos, managed: Nanos) -> Vec<CoreRecord> {
        let Sampler { first, at_work, .. } = &self;
        let ours = self.ours(arena);
        let looked = at_work.at.saturating_sub(first.at);
        let is_long = looked >= 2 * WINDOW;
        let others = |core| {
            let busy = at_work.gained(first, core, |used| used.busy)?;
            Some(busy.saturating_sub(at_work.gained_by_workers(first, core)))
        };
        let all: Option<Nanos> = ours.iter().map(|(core, _)| others(*core)).sum();
        let foreign = all.map_or(1.0, |all| {
            all.saturating_sub(managed) as f64 / all.max(1) as f64
        });
        let over_the_run = |looked_at: Nanos, share: f64| {
            let per_run = wall as f64 / looked as f64;
            seconds(looked_at) * share * per_run
        };
        let record = |(core, workers)| CoreRecord {
            core,
            workers_s: seconds(workers),
            others_s: others(core)
                .filter(|_| is_long)
                .map(|others| over_the_run(others, foreign)),
            stolen_s: at_work
                .gained(first, core, |used| used.stolen)
                .filter(|_| is_long)
                .map(|stolen| over_the_run(stolen, 1.0)),
        };
        ours.iter().copied().map(record).collect()
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
