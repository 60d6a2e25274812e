//! Taking runs out of the history, and back in.

use super::App;
use super::message::Effect;

use crate::domain::provenance::Origin;
use crate::domain::text::counted;

/// More numbers than this are not listed.
const LISTED: usize = 6;

impl App {
    /// The runs and sweeps that would be removed: those that are marked and shown, else the chosen one. A sweep that goes on
    /// is not among them.
    pub(super) fn removable(&self) -> Vec<usize> {
        let marked = self.browse.marked_in_view();
        let live = self.live_sweep().map(|sweep| sweep.number);
        let meant = if marked.is_empty() {
            self.browse.selected().into_iter().collect()
        } else {
            marked
        };
        meant
            .into_iter()
            .filter(|number| Some(*number) != live)
            .collect()
    }

    /// Removes them at once: who did not mean it takes it back.
    pub(super) fn remove_runs(&mut self) {
        let neighbour = self.neighbour();
        let marked = self.browse.marked().to_vec();
        let meant = self.removable();
        let numbers = self.history.with_members(&meant);
        let said = self.listed(&meant);
        let kept = self.kept_among(&numbers);
        let removed = self.history.remove(&numbers);
        if removed.is_empty() {
            return;
        }
        self.browse.mark_only(
            marked
                .iter()
                .copied()
                .filter(|number| !removed.contains(number))
                .collect(),
        );
        self.marks_before.push(marked);
        if self
            .browse
            .selected()
            .is_some_and(|number| removed.contains(&number))
        {
            self.choose(neighbour);
        }
        self.rearrange();
        let brings_back = if meant.len() == 1 {
            "u brings it back"
        } else {
            "u brings them back"
        };
        self.tell(format!("removed {said}: {brings_back}"));
        if !kept.is_empty() {
            self.effects.push(Effect::Remove(kept));
        }
    }

    /// Takes back the last removal.
    pub(super) fn restore_runs(&mut self) {
        let restored = self.history.restore();
        let Some(first) = restored.first() else {
            return;
        };
        if let Some(marks) = self.marks_before.pop() {
            let there = marks
                .into_iter()
                .filter(|number| self.history.get(*number).is_some());
            self.browse.mark_only(there.collect());
        }
        let is_member = |number: &&usize| {
            self.history
                .get(**number)
                .is_some_and(|entry| self.history.sweep_of(&entry.record).is_some())
        };
        let rows: Vec<usize> = restored
            .iter()
            .filter(|number| !is_member(number))
            .copied()
            .collect();
        let first = *rows.first().unwrap_or(first);
        let said = self.listed(&rows);
        self.rearrange();
        if self.browse.order().contains(&first) {
            self.choose(Some(first));
        }
        let (verb, hidden) = (
            if rows.len() == 1 { "is" } else { "are" },
            rows.iter()
                .filter(|number| !self.browse.order().contains(number))
                .count(),
        );
        let unseen = if hidden > 0 {
            ", though not shown now"
        } else {
            ""
        };
        self.tell(format!("{said} {verb} back{unseen}"));
        let kept = self.kept_among(&restored);
        if !kept.is_empty() {
            self.effects.push(Effect::Restore(kept));
        }
    }

    /// These runs and sweeps in words; of a sweep with how many runs.
    fn listed(&self, numbers: &[usize]) -> String {
        match numbers {
            [only]
                if self
                    .history
                    .sweep(*only)
                    .is_some_and(|sweep| !sweep.members.is_empty()) =>
            {
                let runs = self
                    .history
                    .sweep(*only)
                    .map_or(0, |sweep| sweep.members.len());
                format!("sweep #{only} with its {}", counted(runs as u64, "run"))
            }
            _ => listed(numbers),
        }
    }

    /// The runs of a shared file are in no history.
    fn kept_among(&self, numbers: &[usize]) -> Vec<usize> {
        let is_kept = |number: &&usize| {
            let item = self.history.item(**number);
            item.is_some_and(|item| item.provenance.origin != Origin::Recorded)
        };
        numbers.iter().filter(is_kept).copied().collect()
    }

    /// The first row below the chosen one that stays, else the last above it.
    fn neighbour(&self) -> Option<usize> {
        let gone = self.removable();
        let (order, place) = (self.browse.order(), self.browse.place()?);
        let stays = |number: &&usize| !gone.contains(number);
        order[place..]
            .iter()
            .find(stays)
            .or_else(|| order[..place].iter().rev().find(stays))
            .copied()
    }
}

/// As "#3, #5" or "12 runs".
fn listed(numbers: &[usize]) -> String {
    if numbers.len() > LISTED {
        return counted(numbers.len() as u64, "run");
    }
    let numbers: Vec<String> = numbers.iter().map(|number| format!("#{number}")).collect();
    numbers.join(", ")
}
