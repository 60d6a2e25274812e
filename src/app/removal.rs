//! Taking runs out of the history, and back in.

use super::message::Effect;
use super::{App, Notice};

use crate::domain::provenance::Origin;
use crate::domain::text::counted;

/// More numbers than this are not listed.
const LISTED: usize = 6;

impl App {
    /// The runs that would be removed: those that are marked and shown, else the chosen one.
    pub(super) fn removable(&self) -> Vec<usize> {
        let marked = self.browse.marked_in_view();
        if marked.is_empty() { self.browse.selected().into_iter().collect() } else { marked }
    }

    /// Removes them at once: who did not mean it takes it back.
    pub(super) fn remove_runs(&mut self) -> Vec<Effect> {
        let neighbour = self.neighbour();
        let marked = self.browse.marked().to_vec();
        let numbers = self.removable();
        let kept = self.kept_among(&numbers);
        let removed = self.history.remove(&numbers);
        if removed.is_empty() {
            return vec![];
        }
        self.browse.mark_only(marked.iter().copied().filter(|number| !removed.contains(number)).collect());
        self.marks_before.push(marked);
        if self.browse.selected().is_some_and(|number| removed.contains(&number)) {
            self.choose(neighbour);
        }
        self.rearrange();
        let brings_back = if removed.len() == 1 { "u brings it back" } else { "u brings them back" };
        self.say(format!("removed {}: {brings_back}", listed(&removed)));
        (!kept.is_empty()).then_some(Effect::Remove(kept)).into_iter().collect()
    }

    /// Takes back the last removal.
    pub(super) fn restore_runs(&mut self) -> Vec<Effect> {
        let restored = self.history.restore();
        let Some(first) = restored.first() else { return vec![] };
        if let Some(marks) = self.marks_before.pop() {
            let there = marks.into_iter().filter(|number| self.history.get(*number).is_some());
            self.browse.mark_only(there.collect());
        }
        let first = *first;
        self.rearrange();
        if self.browse.order().contains(&first) {
            self.choose(Some(first));
        }
        let (verb, hidden) = (
            if restored.len() == 1 { "is" } else { "are" },
            restored.iter().filter(|number| !self.browse.order().contains(number)).count(),
        );
        let unseen = if hidden > 0 { ", though not shown now" } else { "" };
        self.say(format!("{} {verb} back{unseen}", listed(&restored)));
        let kept = self.kept_among(&restored);
        (!kept.is_empty()).then_some(Effect::Restore(kept)).into_iter().collect()
    }

    /// The runs of a shared file are in no history.
    fn kept_among(&self, numbers: &[usize]) -> Vec<usize> {
        let is_kept = |number: &&usize| {
            self.history.get(**number).is_some_and(|entry| entry.provenance.origin != Origin::Recorded)
        };
        numbers.iter().filter(is_kept).copied().collect()
    }

    /// The first row below the chosen one that stays, else the last above it.
    fn neighbour(&self) -> Option<usize> {
        let gone = self.removable();
        let (order, place) = (self.browse.order(), self.browse.place()?);
        let stays = |number: &&usize| !gone.contains(number);
        order[place..].iter().find(stays).or_else(|| order[..place].iter().rev().find(stays)).copied()
    }

    fn say(&mut self, sentence: String) {
        self.notice = Some(Notice { sentence, is_error: false });
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
