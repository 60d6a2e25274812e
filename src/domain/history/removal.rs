//! Removes runs from the history, and restores them.

use super::{History, HistoryItem, RunEntry, SweepEntry, TraceState};

/// The maximum number of removals that can be undone.
const LEVELS: usize = 50;

/// Runs that were removed together.
#[derive(Clone, Debug)]
pub(super) struct Removal {
    pub entries: Vec<RunEntry>,
    pub sweeps: Vec<SweepEntry>,
}

impl Removal {
    pub fn items(&self) -> impl Iterator<Item = HistoryItem<'_>> {
        super::items(&self.entries, &self.sweeps)
    }

    fn numbers(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = self.items().map(|item| item.number).collect();
        numbers.sort_unstable();
        numbers
    }
}

impl History {
    /// Removes these runs, and these sweeps with their runs. Returns the numbers of those that existed, in ascending
    /// order.
    pub fn remove(&mut self, numbers: &[usize]) -> Vec<usize> {
        let selected = self.with_members(numbers);
        let sweeps = self
            .sweeps
            .extract_if(.., |sweep| selected.contains(&sweep.number));
        let entries = self
            .entries
            .extract_if(.., |entry| selected.contains(&entry.number));
        let mut removal = Removal {
            sweeps: sweeps.collect(),
            entries: entries.collect(),
        };
        for entry in &mut removal.entries {
            if entry.trace_state == TraceState::Awaited {
                entry.trace_state = TraceState::Kept;
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

    /// Whether there is a removal to undo.
    pub fn can_restore(&self) -> bool {
        !self.removals.is_empty()
    }

    /// Undoes the last removal. Returns the numbers of the restored runs in ascending order.
    pub fn restore(&mut self) -> Vec<usize> {
        let Some(removal) = self.removals.pop() else {
            return vec![];
        };
        let numbers = removal.numbers();
        self.sweeps.extend(removal.sweeps);
        for mut entry in removal.entries {
            // The user's choice of a baseline is restored, too, unless another run of the same work was chosen
            // meanwhile.
            let is_rival = |other: &RunEntry| {
                other.is_chosen && other.record.plan.same_work(&entry.record.plan)
            };
            entry.is_chosen &= !self.entries.iter().any(is_rival);
            self.entries.push(entry);
        }
        self.settle();
        numbers
    }
}
