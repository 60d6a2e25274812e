//! Runs that this session did not measure: they come in with the numbers that they have, as far as these are free.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::provenance::{Origin, Provenance};
use super::super::record::Record;
use super::super::trace::Trace;
use super::{Entry, History, Picture, TRACE_BYTES};

/// A run that this session did not measure.
#[derive(Clone, Debug)]
pub struct EarlierRun {
    /// Under which it was kept.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<String>,
    /// Where and when it was measured.
    pub provenance: Arc<Provenance>,
    /// What was measured.
    pub record: Box<Record>,
    /// Its trace, where that is at hand, as in a shared file; else it is read when somebody looks at the run.
    pub trace: Option<Box<Trace>>,
}

impl EarlierRun {
    fn into_entry(self, number: usize) -> Entry {
        let picture = match (&self.trace, self.provenance.origin) {
            (Some(_), _) => Picture::Here,
            (None, Origin::Recorded) => Picture::Gone("the shared file has no timeline of this run".into()),
            (None, _) => Picture::Kept,
        };
        let trace = self.trace.map_or_else(|| Trace::new(0), |trace| *trace);
        Entry::new(number, self.name, self.provenance, *self.record, trace, picture)
    }
}

/// Numbers that changed: from, to.
pub type Moves = Vec<(usize, usize)>;

impl History {
    /// Adds runs of earlier sessions, or of a shared file. Where a number is taken already, a kept run is here already
    /// and left out; one of a shared file gets a number behind all others, also if a kept run comes later that has its
    /// number. Returns whose numbers changed.
    pub fn add_earlier(&mut self, runs: Vec<EarlierRun>) -> Moves {
        let gone = self.removals.iter().flat_map(|removal| removal.numbers());
        let mut taken: HashMap<usize, Origin> = gone.map(|number| (number, Origin::Earlier)).collect();
        taken.extend(self.entries.iter().map(|entry| (entry.number, entry.provenance.origin)));
        // Only runs make way.
        taken.extend(self.sweeps.iter().map(|sweep| (sweep.number, Origin::Earlier)));
        // Whoever replays a file where it was measured has its runs in both: they count once.
        let known: HashSet<String> = self.entries.iter().map(|entry| entry.record.id.clone()).collect();
        let mut moving = HashSet::new();
        let mut late = vec![];
        for run in runs.into_iter().filter(|run| !known.contains(&run.record.id)) {
            let is_recorded = run.provenance.origin == Origin::Recorded;
            match taken.insert(run.number, run.provenance.origin) {
                None => {}
                Some(origin) if is_recorded => {
                    taken.insert(run.number, origin);
                    late.push(run);
                    continue;
                }
                Some(Origin::Recorded) => {
                    moving.insert(run.number);
                }
                Some(origin) => {
                    taken.insert(run.number, origin);
                    continue;
                }
            }
            self.highest = self.highest.max(run.number);
            let number = run.number;
            self.entries.push(run.into_entry(number));
        }
        let moves = self.move_behind(&moving);
        for run in late {
            self.highest += 1;
            self.entries.push(run.into_entry(self.highest));
        }
        self.settle();
        moves
    }

    /// Gives a run or a sweep the number under which it was kept. A run of a shared file that has that number gets one behind all
    /// others. Returns whose numbers changed, in the order in which to follow them.
    pub fn renumber(&mut self, from: usize, to: usize) -> Moves {
        let is_sweep = self.sweep(from).is_some();
        if from == to
            || (self.get(from).is_none() && !is_sweep)
            || self.sweep(to).is_some()
            || self.removals.iter().any(|it| it.numbers().any(|n| n == to))
        {
            return vec![];
        }
        let mut moves = vec![];
        if let Some(other) = self.get(to) {
            if other.provenance.origin != Origin::Recorded {
                return vec![];
            }
            moves = self.move_behind(&HashSet::from([to]));
        }
        if let Some(sweep) = self.sweeps.iter_mut().find(|sweep| sweep.number == from) {
            sweep.number = to;
        } else if let Some(entry) = self.get_mut(from) {
            entry.number = to;
        }
        self.highest = self.highest.max(to);
        moves.push((from, to));
        for number in &mut self.chosen_baselines {
            *number = if *number == from { to } else { *number };
        }
        self.settle();
        moves
    }

    /// Gives runs of a shared file that have these numbers new ones, behind all others.
    fn move_behind(&mut self, numbers: &HashSet<usize>) -> Moves {
        let mut moves = vec![];
        for entry in &mut self.entries {
            if numbers.contains(&entry.number) && entry.provenance.origin == Origin::Recorded {
                self.highest += 1;
                moves.push((entry.number, self.highest));
                entry.number = self.highest;
            }
        }
        for number in &mut self.chosen_baselines {
            *number = moves.iter().find(|(from, _)| from == number).map_or(*number, |(_, to)| *to);
        }
        self.entries.sort_by_key(|entry| entry.number);
        moves
    }

    /// Numbers ascend, and everything that depends on them follows.
    fn settle(&mut self) {
        self.entries.sort_by_key(|entry| entry.number);
        self.sweeps.sort_by_key(|sweep| sweep.number);
        self.compare();
        self.gather();
        self.doubt_all_outliers();
        self.make_room(TRACE_BYTES);
    }
}
