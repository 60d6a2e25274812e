//! Taking runs out of the history, and back in.

use super::{Entry, History, Item, Picture, SweepEntry};

/// So many removals can be undone.
const LEVELS: usize = 50;

/// Runs that were removed together.
#[derive(Clone, Debug)]
pub(super) struct Removal {
    pub entries: Vec<Entry>,
    pub sweeps: Vec<SweepEntry>,
}

impl Removal {
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        super::items(&self.entries, &self.sweeps)
    }

    fn numbers(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = self.items().map(|item| item.number).collect();
        numbers.sort_unstable();
        numbers
    }
}

impl History {
    /// Removes these runs, and these sweeps with their runs. Returns the numbers of those that there were, in ascending
    /// order.
    pub fn remove(&mut self, numbers: &[usize]) -> Vec<usize> {
        let meant = self.with_members(numbers);
        let sweeps = self
            .sweeps
            .extract_if(.., |sweep| meant.contains(&sweep.number));
        let entries = self
            .entries
            .extract_if(.., |entry| meant.contains(&entry.number));
        let mut removal = Removal {
            sweeps: sweeps.collect(),
            entries: entries.collect(),
        };
        for entry in &mut removal.entries {
            if entry.picture == Picture::Awaited {
                entry.picture = Picture::Kept;
            }
        }
        let numbers = removal.numbers();
        if numbers.is_empty() {
            return numbers;
        }
        self.removals.push(removal);
        if self.removals.len() > LEVELS {
            self.removals.remove(0);
        }
        self.settle();
        numbers
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
        let numbers = removal.numbers();
        self.sweeps.extend(removal.sweeps);
        for mut entry in removal.entries {
            // What was a baseline is one again, unless the user chose another of its work meanwhile.
            let is_rival =
                |other: &Entry| other.is_chosen && other.record.plan.same_work(&entry.record.plan);
            entry.is_chosen &= !self.entries.iter().any(is_rival);
            self.entries.push(entry);
        }
        self.settle();
        numbers
    }
}
