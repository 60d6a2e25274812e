//! Runs that this session did not measure: they come in with the numbers that they have, as far as these are free.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::super::assessment::Assessment;
use super::super::provenance::{Origin, Provenance};
use super::super::record::Record;
use super::super::trace::Trace;
use super::{Entry, History, Item, Picture, TRACE_BYTES};

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
            (None, Origin::Recorded) => {
                Picture::Gone("the shared file has no timeline of this run".into())
            }
            (None, _) => Picture::Kept,
        };
        let trace = self.trace.map_or_else(|| Trace::new(0), |trace| *trace);
        Entry {
            number,
            name: self.name,
            provenance: self.provenance,
            record: *self.record,
            trace,
            picture,
            assessment: Assessment::default(),
            is_chosen: false,
        }
    }
}

/// Numbers that changed: from, to.
pub type Moves = Vec<(usize, usize)>;

impl History {
    /// Adds runs of earlier sessions, or of a shared file. A kept run that is here already is left out. A kept run has
    /// the number under which it was kept: whatever has that number and was not kept under it makes way. A run of a shared
    /// file whose number is taken gets one behind all others. Returns whose numbers changed.
    pub fn add_earlier(&mut self, runs: Vec<EarlierRun>) -> Moves {
        // Whoever replays a file where it was measured has its runs in both: they count once.
        let known: HashSet<String> = self.all_items().map(|item| item.id.to_string()).collect();
        let taken = self
            .all_items()
            .map(|item| (item.number, item.provenance.origin));
        let mut taken: HashMap<usize, Origin> = taken.collect();
        let mut moving = HashSet::new();
        let mut late = vec![];
        for run in runs {
            if known.contains(&run.record.id) {
                continue;
            }
            let (number, origin) = (run.number, run.provenance.origin);
            match (origin, taken.get(&number)) {
                (_, None) => {}
                (Origin::Recorded, Some(_)) => {
                    late.push(run);
                    continue;
                }
                (_, Some(Origin::Earlier)) => continue,
                (_, Some(Origin::Here | Origin::Recorded)) => {
                    moving.insert(number);
                }
            }
            taken.insert(number, origin);
            self.highest = self.highest.max(number);
            self.entries.push(run.into_entry(number));
        }
        let moves = self.make_way(&moving);
        for run in late {
            self.highest += 1;
            self.entries.push(run.into_entry(self.highest));
        }
        self.settle();
        moves
    }

    /// Gives runs and sweeps, named by their ids, the numbers under which they were kept. Whatever has such a number and was
    /// not kept under it makes way. Returns whose numbers changed, in the order in which to follow them.
    pub fn number_as_kept(&mut self, kept: &[(String, usize)]) -> Moves {
        let renumbered = kept.iter().flat_map(|(id, to)| self.renumber(id, *to));
        let moves: Moves = renumbered.collect();
        if !moves.is_empty() {
            self.settle();
        }
        moves
    }

    fn renumber(&mut self, id: &str, to: usize) -> Moves {
        let Some(from) = self.number_of(id).filter(|from| *from != to) else {
            return vec![];
        };
        if self
            .item(to)
            .is_some_and(|item| item.provenance.origin == Origin::Earlier)
        {
            return vec![];
        }
        let mut moves = self.make_way(&HashSet::from([to]));
        self.highest = self.highest.max(to);
        self.change_numbers(|number, _| if number == from { to } else { number });
        moves.push((from, to));
        moves
    }

    /// Gives what has these numbers without having been kept under them new ones, behind all others.
    pub(super) fn make_way(&mut self, numbers: &HashSet<usize>) -> Moves {
        let is_moving = |item: &Item<'_>| {
            numbers.contains(&item.number) && item.provenance.origin != Origin::Earlier
        };
        let moving = self.all_items().filter(is_moving).map(|item| item.number);
        let moving: BTreeSet<usize> = moving.collect();
        let moves: Moves = moving.into_iter().zip(self.highest + 1..).collect();
        self.highest += moves.len();
        let new: HashMap<usize, usize> = moves.iter().copied().collect();
        self.change_numbers(|number, origin| match origin {
            Origin::Earlier => number,
            Origin::Here | Origin::Recorded => new.get(&number).copied().unwrap_or(number),
        });
        moves
    }

    /// Gives everything another number that is to have one.
    fn change_numbers(&mut self, new: impl Fn(usize, Origin) -> usize) {
        for entry in self.all_entries_mut() {
            entry.number = new(entry.number, entry.provenance.origin);
        }
        let removed = self.removals.iter_mut();
        let removed = removed.flat_map(|removal| &mut removal.sweeps);
        for sweep in removed.chain(&mut self.sweeps) {
            sweep.number = new(sweep.number, sweep.provenance.origin);
        }
        self.entries.sort_by_key(|entry| entry.number);
    }

    /// Numbers ascend, and everything that depends on them follows.
    pub(super) fn settle(&mut self) {
        self.entries.sort_by_key(|entry| entry.number);
        self.sweeps.sort_by_key(|sweep| sweep.number);
        self.compare(|_| true);
        self.gather(|_| true);
        self.doubt_outliers(|_| true);
        self.make_room(TRACE_BYTES);
    }
}
