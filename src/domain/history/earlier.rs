//! Runs that this session did not measure: they come in with the numbers that they have, as far as these are free.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::super::provenance::{Origin, Provenance};
use super::super::record::Record;
use super::super::trace::Trace;
use super::{Entry, History, Picture, SweepEntry, TRACE_BYTES};

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
        Entry::new(
            number,
            self.name,
            self.provenance,
            *self.record,
            trace,
            picture,
        )
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
        let known: HashSet<String> = self
            .all_entries()
            .map(|entry| entry.record.id.clone())
            .collect();
        let mut taken: HashMap<usize, Origin> = self.numbers().collect();
        let mut moving = HashSet::new();
        let mut late = vec![];
        for run in runs
            .into_iter()
            .filter(|run| !known.contains(&run.record.id))
        {
            let number = run.number;
            match (run.provenance.origin, taken.get(&number)) {
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
            taken.insert(number, run.provenance.origin);
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
        let moves: Moves = kept
            .iter()
            .flat_map(|(id, to)| self.renumber(id, *to))
            .collect();
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
            .identity(to)
            .is_some_and(|(_, origin)| origin == Origin::Earlier)
        {
            return vec![];
        }
        let mut moves = self.make_way(&HashSet::from([to]));
        self.highest = self.highest.max(to);
        self.change_numbers(&|number, _| if number == from { to } else { number });
        moves.push((from, to));
        moves
    }

    /// All numbers that mean something, with where that comes from; also those of what was removed and can come back.
    fn numbers(&self) -> impl Iterator<Item = (usize, Origin)> {
        let runs = self
            .all_entries()
            .map(|entry| (entry.number, entry.provenance.origin));
        runs.chain(
            self.all_sweeps()
                .map(|sweep| (sweep.number, sweep.provenance.origin)),
        )
    }

    /// Gives what has these numbers without having been kept under them new ones, behind all others.
    pub(super) fn make_way(&mut self, numbers: &HashSet<usize>) -> Moves {
        let is_moving = |(number, origin): &(usize, Origin)| {
            numbers.contains(number) && *origin != Origin::Earlier
        };
        let moving: BTreeSet<usize> = self
            .numbers()
            .filter(is_moving)
            .map(|(number, _)| number)
            .collect();
        let moves: Moves = moving.into_iter().zip(self.highest + 1..).collect();
        self.highest += moves.len();
        let new: HashMap<usize, usize> = moves.iter().copied().collect();
        self.change_numbers(&|number, origin| match origin {
            Origin::Earlier => number,
            Origin::Here | Origin::Recorded => new.get(&number).copied().unwrap_or(number),
        });
        self.entries.sort_by_key(|entry| entry.number);
        moves
    }

    /// Gives everything another number that is to have one.
    fn change_numbers(&mut self, new: &dyn Fn(usize, Origin) -> usize) {
        let History {
            entries,
            sweeps,
            chosen_baselines,
            removals,
            ..
        } = self;
        let shown = (&mut entries[..], &mut sweeps[..], &mut chosen_baselines[..]);
        let removed = removals.iter_mut().map(|removal| {
            (
                &mut removal.entries[..],
                &mut removal.sweeps[..],
                &mut removal.chosen[..],
            )
        });
        for (entries, sweeps, chosen) in std::iter::once(shown).chain(removed) {
            for number in chosen {
                // The first is the one that was there before another came with the same number.
                let meant = entries.iter().find(|entry| entry.number == *number);
                *number = meant.map_or(*number, |entry| new(*number, entry.provenance.origin));
            }
            for entry in entries {
                entry.number = new(entry.number, entry.provenance.origin);
            }
            for sweep in sweeps {
                sweep.number = new(sweep.number, sweep.provenance.origin);
            }
        }
    }

    /// The id of the run or sweep with this number, which may have been removed, and whether it is this program's own.
    pub fn identity(&self, number: usize) -> Option<(&str, Origin)> {
        if let Some(entry) = self.all_entries().find(|entry| entry.number == number) {
            return Some((&entry.record.id, entry.provenance.origin));
        }
        let sweep = self.all_sweeps().find(|sweep| sweep.number == number)?;
        Some((&sweep.sweep.id, sweep.provenance.origin))
    }

    /// The number of the run or sweep with this id, which may have been removed.
    pub fn number_of(&self, id: &str) -> Option<usize> {
        let run = self
            .all_entries()
            .find(|entry| entry.record.id == id)
            .map(|entry| entry.number);
        run.or_else(|| {
            self.all_sweeps()
                .find(|sweep| sweep.sweep.id == id)
                .map(|sweep| sweep.number)
        })
    }

    /// The entries, the latest first, and those that were removed and can come back.
    fn all_entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .rev()
            .chain(self.removals.iter().flat_map(|removal| &removal.entries))
    }

    fn all_sweeps(&self) -> impl Iterator<Item = &SweepEntry> {
        self.sweeps
            .iter()
            .rev()
            .chain(self.removals.iter().flat_map(|removal| &removal.sweeps))
    }

    /// Numbers ascend, and everything that depends on them follows.
    pub(super) fn settle(&mut self) {
        self.entries.sort_by_key(|entry| entry.number);
        self.sweeps.sort_by_key(|sweep| sweep.number);
        self.compare();
        self.gather();
        self.doubt_all_outliers();
        self.make_room(TRACE_BYTES);
    }
}
