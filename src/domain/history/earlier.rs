//! Adds runs that this session did not measure. They keep their numbers if those are free.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    super::provenance::Origin, History, HistoryItem, RunEntry, SweepEntry, TRACE_BYTES,
    mark_outliers,
};

/// Runs and sweeps from the kept history or from a shared file.
#[derive(Debug, Default)]
pub struct Lot {
    /// The runs.
    pub runs: Vec<RunEntry>,
    /// The sweeps. Their results follow from their runs.
    pub sweeps: Vec<SweepEntry>,
}

/// Changed numbers, each as (from, to).
pub type Moves = Vec<(usize, usize)>;

impl History {
    /// Adds runs and sweeps of earlier sessions or of a shared file, and leaves out those that are already here. A run
    /// from the kept history has the number that it has there; a run that is not kept there moves to a new number. A
    /// run of a shared file whose number is taken gets a new number, too. New numbers come after all others. Returns
    /// the changed numbers.
    pub fn add_earlier(&mut self, lot: Lot) -> Moves {
        // A shared file may contain runs that are also in the kept history, if it was written on this machine. They
        // count once.
        let known: HashSet<String> = self.all_items().map(|item| item.id.to_string()).collect();
        let taken = self
            .all_items()
            .map(|item| (item.number, item.provenance.origin));
        let mut taken: HashMap<usize, Origin> = taken.collect();
        let (mut moving, mut highest) = (HashSet::new(), self.highest);
        // No run has the number 0. Here it stands for a number after all others.
        let mut number_of = |item: HistoryItem<'_>| {
            let (number, origin) = (item.number, item.provenance.origin);
            match (origin, taken.get(&number)) {
                _ if known.contains(item.id) => return None,
                (_, None) => {}
                (Origin::Recorded, Some(_)) => return Some(0),
                (_, Some(Origin::Earlier)) => return None,
                (_, Some(Origin::Here | Origin::Recorded)) => {
                    moving.insert(number);
                }
            }
            taken.insert(number, origin);
            highest = highest.max(number);
            Some(number)
        };
        for mut run in lot.runs {
            if let Some(number) = number_of(HistoryItem::from(&run)) {
                run.number = number;
                self.entries.push(run);
            }
        }
        for mut sweep in lot.sweeps {
            if let Some(number) = number_of(HistoryItem::from(&sweep)) {
                sweep.number = number;
                self.sweeps.push(sweep);
            }
        }
        self.highest = highest;
        let moves = self.make_way(&moving);
        let of_runs = self.entries.iter_mut().map(|entry| &mut entry.number);
        let of_sweeps = self.sweeps.iter_mut().map(|sweep| &mut sweep.number);
        for late in of_runs.chain(of_sweeps).filter(|number| **number == 0) {
            self.highest += 1;
            *late = self.highest;
        }
        self.settle();
        // A sweep that was stopped before its first run ended has nothing to show.
        let is_here = |sweep: &SweepEntry| sweep.provenance.origin == Origin::Here;
        self.sweeps
            .retain(|sweep| is_here(sweep) || !sweep.members.is_empty());
        moves
    }

    /// Assigns each run or sweep in `kept` (id, number) the number that it has in the kept history. An item that has
    /// this number without being kept under it moves to a new number after all others. If a kept item has the number,
    /// nothing changes. Returns the changed numbers in the order in which to apply them.
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

    /// Moves runs and sweeps with these numbers to new numbers after all others, unless they are kept under them.
    fn make_way(&mut self, numbers: &HashSet<usize>) -> Moves {
        let is_moving = |item: &HistoryItem<'_>| {
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

    /// Restores the order by number and updates everything that depends on the numbers.
    pub(super) fn settle(&mut self) {
        self.entries.sort_by_key(|entry| entry.number);
        self.sweeps.sort_by_key(|sweep| sweep.number);
        self.compare(|_| true);
        self.gather(|_| true);
        mark_outliers(&mut self.entries, |_| true);
        self.make_room(TRACE_BYTES);
    }
}
