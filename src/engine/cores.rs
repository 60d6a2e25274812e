//! What others do with the cores meanwhile, from the kernel's coarse accounting.

use std::collections::HashMap;

use super::arena::Arena;
use super::os::{self, CoreStat, CoreUse};
use crate::domain::record::CoreRecord;
use crate::domain::time::{Nanos, seconds};
use std::sync::atomic::Ordering::Relaxed;

/// The kernel counts in ticks of 10 ms: a shorter window would show chance.
const WINDOW: Nanos = 250_000_000;

/// Watches the cores over one run.
#[derive(Debug)]
pub struct CoreWatch {
    /// The cores that we may use.
    usable: Vec<u16>,
    stat: Option<CoreStat>,
    first: HashMap<u16, CoreUse>,
    last: HashMap<u16, CoreUse>,
    window: Option<Window>,
}

/// Where the current window began.
#[derive(Debug)]
struct Window {
    at: Nanos,
    cores: HashMap<u16, CoreUse>,
    ours: HashMap<u16, Nanos>,
}

impl CoreWatch {
    /// Begins to watch, at `now`.
    pub fn begin(arena: &Arena, now: Nanos) -> CoreWatch {
        let mut watch = CoreWatch {
            usable: os::affinity(),
            stat: CoreStat::open().ok(),
            first: HashMap::new(),
            last: HashMap::new(),
            window: None,
        };
        if let Some(cores) = watch.read() {
            watch.first = cores.clone();
            watch.last = cores.clone();
            watch.window = Some(Window {
                at: now,
                cores,
                ours: watch.ours(arena).into_iter().collect(),
            });
        }
        watch
    }

    fn read(&mut self) -> Option<HashMap<u16, CoreUse>> {
        Some(
            self.stat
                .as_mut()?
                .read()
                .ok()?
                .into_iter()
                .map(|used| (used.core, used))
                .collect(),
        )
    }

    /// CPU time of our workers, for each usable core and each that they ran on.
    pub fn ours(&self, arena: &Arena) -> Vec<(u16, Nanos)> {
        let highest = self.usable.iter().copied().max().unwrap_or(0);
        (0..=highest)
            .map(|core| (core, arena.core(core).workers.load(Relaxed)))
            .filter(|(core, time)| *time > 0 || self.usable.contains(core))
            .collect()
    }

    /// If a window is over at `now`: the share of others on each core of [`CoreWatch::ours`], in 0..=1.
    pub fn others(&mut self, arena: &Arena, now: Nanos) -> Option<Vec<(u16, f64)>> {
        let elapsed = now.saturating_sub(self.window.as_ref()?.at);
        if elapsed < WINDOW {
            return None;
        }
        let cores = self.read()?;
        let ours: HashMap<_, _> = self.ours(arena).into_iter().collect();
        let window = self.window.replace(Window {
            at: now,
            cores: cores.clone(),
            ours: ours.clone(),
        })?;
        // Stolen or used by others here: the workers do not have it.
        let gone = |cores: &HashMap<u16, CoreUse>, core| {
            cores.get(&core).map_or(0, |used| used.busy + used.stolen)
        };
        let by_us = |ours: &HashMap<u16, Nanos>, core| ours.get(&core).copied().unwrap_or(0);
        let share = |(core, _): (u16, Nanos)| {
            let gained = gone(&cores, core).saturating_sub(gone(&window.cores, core));
            let others =
                gained.saturating_sub(by_us(&ours, core).saturating_sub(by_us(&window.ours, core)));
            (core, (others as f64 / elapsed as f64).min(1.0))
        };
        let shares = self.ours(arena).into_iter().map(share).collect();
        self.last = cores;
        Some(shares)
    }

    /// The cores over the whole run of length `wall`.
    pub fn conclude(mut self, arena: &Arena, wall: Nanos) -> Vec<CoreRecord> {
        if let Some(cores) = self.read() {
            self.last = cores;
        }
        let long_enough = wall >= 2 * WINDOW && self.stat.is_some();
        let over_the_run = |core: u16, of: fn(&CoreUse) -> Nanos| {
            let used = of(self.last.get(&core)?).saturating_sub(of(self.first.get(&core)?));
            long_enough.then_some(used)
        };
        let record = |(core, workers): (u16, Nanos)| CoreRecord {
            core,
            workers_s: seconds(workers),
            others_s: over_the_run(core, |used| used.busy)
                .map(|busy| seconds(busy.saturating_sub(workers))),
            stolen_s: over_the_run(core, |used| used.stolen).map(seconds),
        };
        self.ours(arena).into_iter().map(record).collect()
    }
}
