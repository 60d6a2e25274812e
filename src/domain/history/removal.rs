//! Taking runs out of the history, and back in.

use super::{Entry, History, Picture, SweepEntry};

/// So many removals can be undone.
const LEVELS: usize = 50;

/// Runs that were removed together.
#[derive(Clone, Debug)]
pub(super) struct Removal {
    pub entries: Vec<Entry>,
    pub sweeps: Vec<SweepEntry>,
    /// Those of them that the user had made baselines.
    pub chosen: Vec<usize>,
}

impl Removal {
    fn numbers(&self) -> impl Iterator<Item = usize> {
        let sweeps = self.sweeps.iter().map(|sweep| sweep.number);
        self.entries.iter().map(|entry| entry.number).chain(sweeps)
    }
}

impl History {
    /// Removes these runs, and these sweeps with their runs. Returns the numbers of those that there were, in ascending
    /// order.
    pub fn remove(&mut self, numbers: &[usize]) -> Vec<usize> {
        let numbers = self.with_members(numbers);
        let is_meant_sweep = |sweep: &mut SweepEntry| numbers.contains(&sweep.number);
        let sweeps: Vec<SweepEntry> = self.sweeps.extract_if(.., is_meant_sweep).collect();
        let is_meant = |entry: &mut Entry| numbers.contains(&entry.number);
        let mut entries: Vec<Entry> = self.entries.extract_if(.., is_meant).collect();
        if entries.is_empty() && sweeps.is_empty() {
            return vec![];
        }
        for entry in entries
            .iter_mut()
            .filter(|entry| entry.picture == Picture::Awaited)
        {
            entry.picture = Picture::Kept;
        }
        let numbers_of_sweeps = sweeps.iter().map(|sweep| sweep.number);
        let mut removed: Vec<usize> = entries
            .iter()
            .map(|entry| entry.number)
            .chain(numbers_of_sweeps)
            .collect();
        removed.sort_unstable();
        let chosen = self
            .chosen_baselines
            .extract_if(.., |number| removed.contains(number))
            .collect();
        self.removals.push(Removal {
            entries,
            sweeps,
            chosen,
        });
        if self.removals.len() > LEVELS {
            self.removals.remove(0);
        }
        self.compare();
        self.gather();
        removed
    }

    /// Whether something was removed that can come back.
    pub fn can_restore(&self) -> bool {
        !self.removals.is_empty()
    }

    /// Takes back the last removal. Returns the numbers of the runs that are back, in ascending order.
    pub fn restore(&mut self) -> Vec<usize> {
        let Some(removal) = self.removals.pop() else {
            return vec![];
        };
        let mut numbers: Vec<usize> = removal.numbers().collect();
        numbers.sort_unstable();
        let Removal {
            entries,
            sweeps,
            chosen,
        } = removal;
        self.sweeps.extend(sweeps);
        self.sweeps.sort_by_key(|sweep| sweep.number);
        self.entries.extend(entries);
        self.entries.sort_by_key(|entry| entry.number);
        self.choose_again(&chosen);
        self.compare();
        self.gather();
        numbers
    }

    /// What was a baseline is one again, unless the user chose another of its work meanwhile.
    fn choose_again(&mut self, chosen: &[usize]) {
        for number in chosen {
            let is_taken = |entry: &Entry| {
                self.chosen_baselines
                    .iter()
                    .filter_map(|other| self.get(*other))
                    .any(|other| other.record.plan.same_work(&entry.record.plan))
            };
            if self.get(*number).is_some_and(|entry| !is_taken(entry)) {
                self.chosen_baselines.push(*number);
            }
        }
    }
}
