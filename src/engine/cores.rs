//! What others do with the cores meanwhile, from the kernel's coarse accounting.

use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;

use super::arena::Arena;
use super::os::{self, CoreUse};
use crate::domain::record::CoreRecord;
use crate::domain::time::{Nanos, seconds};

/// The kernel counts in ticks of 10 ms: a shorter window would show chance.
const WINDOW: Nanos = 250_000_000;

/// Watches the cores over one run.
#[derive(Debug)]
pub struct CoreWatch {
    /// The cores that we may use.
    usable: Vec<u16>,
    first: HashMap<u16, CoreUse>,
    last: HashMap<u16, CoreUse>,
    /// When the current window began, and what our workers had taken of each core by then.
    begun: Nanos,
    ours: HashMap<u16, Nanos>,
}

impl CoreWatch {
    /// Begins to watch, at `now`.
    pub fn begin(now: Nanos) -> CoreWatch {
        let first = os::core_use().unwrap_or_default();
        CoreWatch {
            usable: os::affinity(),
            last: first.clone(),
            first,
            begun: now,
            ours: HashMap::new(),
        }
    }

    /// CPU time of our workers, for each usable core and each that they ran on.
    pub fn ours(&self, arena: &Arena) -> Vec<(u16, Nanos)> {
        let highest = self.usable.iter().copied().max().unwrap_or(0);
        (0..=highest)
            .map(|core| (core, arena.core(core).load(Relaxed)))
            .filter(|(core, time)| *time > 0 || self.usable.contains(core))
            .collect()
    }

    /// If a window is over at `now`: the share of others on each core of [`CoreWatch::ours`], in 0..=1.
    pub fn others(&mut self, arena: &Arena, now: Nanos) -> Option<Vec<(u16, f64)>> {
        let elapsed = now.saturating_sub(self.begun);
        if elapsed < WINDOW {
            return None;
        }
        let cores = os::core_use()?;
        let ours = self.ours(arena);
        let has_begun = !self.last.is_empty();
        // Stolen or used by others here: the workers do not have it.
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
        self.begun = now;
        self.ours = ours.into_iter().collect();
        // Without a first look, everything since the machine was started would count.
        has_begun.then_some(shares)
    }

    /// The cores over the whole run of length `wall`.
    pub fn conclude(mut self, arena: &Arena, wall: Nanos) -> Vec<CoreRecord> {
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
