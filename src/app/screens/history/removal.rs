//! Removing runs from the history, and restoring them.

use crate::{
    app::{App, message::Effect},
    domain::{provenance::Origin, text::counted},
};

/// The maximum number of runs that are listed by number.
const LISTED: usize = 6;

impl App {
    /// The runs and sweeps that would be removed: those that are marked and shown, or else the chosen one. A sweep in
    /// progress is not among them.
    pub(crate) fn removable(&self) -> Vec<usize> {
        let marked = self.runs.browse.marked_in_view();
        let live = self.live_sweep().map(|sweep| sweep.number);
        let meant = if marked.is_empty() {
            self.chosen().into_iter().collect()
        } else {
            marked
        };
        meant
            .into_iter()
            .filter(|number| Some(*number) != live)
            .collect()
    }

    /// Removes runs at once. A removal by mistake can be undone.
    pub(crate) fn remove_runs(&mut self) {
        let neighbour = self.neighbour();
        let marked = self.runs.browse.marked().to_vec();
        let meant = self.removable();
        let numbers = self.history.with_members(&meant);
        let said = self.listed(&meant);
        let kept = self.kept_among(&numbers);
        let removed = self.history.remove(&numbers);
        if removed.is_empty() {
            return;
        }
        let mut stay = marked.clone();
        stay.retain(|number| !removed.contains(number));
        self.runs.browse.mark_only(stay);
        self.runs.marks_before.push(marked);
        let chosen = self.chosen();
        if chosen.is_some_and(|number| removed.contains(&number)) {
            self.choose(neighbour);
        }
        self.rearrange();
        let them = if meant.len() == 1 { "it" } else { "them" };
        self.show_notice(format!("removed {said}. u brings {them} back"));
        if !kept.is_empty() {
            self.out.effects.push(Effect::Remove(kept));
        }
    }

    /// Undoes the last removal.
    pub(crate) fn restore_runs(&mut self) {
        let restored = self.history.restore();
        let Some(first) = restored.first() else {
            return;
        };
        if let Some(mut marks) = self.runs.marks_before.pop() {
            marks.retain(|number| self.history.get(*number).is_some());
            self.runs.browse.mark_only(marks);
        }
        let mut rows = restored.clone();
        rows.retain(|number| {
            let run = self.history.get(*number);
            run.is_none_or(|run| self.history.sweep_of(&run.record).is_none())
                && !self.history.is_represented(*number)
        });
        let first = *rows.first().unwrap_or(first);
        let said = self.listed(&rows);
        self.rearrange();
        let is_shown = |number: &usize| self.runs.browse.order().contains(number);
        let unseen = if rows.iter().all(is_shown) {
            ""
        } else {
            ", though not shown now"
        };
        if is_shown(&first) {
            self.choose(Some(first));
        }
        let verb = if rows.len() == 1 { "is" } else { "are" };
        self.show_notice(format!("{said} {verb} back{unseen}"));
        let kept = self.kept_among(&restored);
        if !kept.is_empty() {
            self.out.effects.push(Effect::Restore(kept));
        }
    }

    /// These runs and sweeps in words, as in "#3, #5" or "12 runs". A sweep is listed with its number of runs.
    fn listed(&self, numbers: &[usize]) -> String {
        let sweep = match numbers {
            [only] => self.history.sweep(*only),
            _ => None,
        };
        let runs = |runs: usize| counted(runs as u64, "run");
        match sweep {
            Some(sweep) if !sweep.members.is_empty() => {
                format!(
                    "sweep #{} with its {}",
                    sweep.number,
                    runs(sweep.members.len())
                )
            }
            _ if numbers.len() > LISTED => runs(numbers.len()),
            _ => {
                let numbers = numbers.iter().map(|number| format!("#{number}"));
                numbers.collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// Whether a run or a sweep is in the user's history. Those of a shared file are not.
    pub(crate) fn is_kept(&self, number: usize) -> bool {
        let item = self.history.item(number);
        item.is_some_and(|item| item.provenance.origin != Origin::Recorded)
    }

    fn kept_among(&self, numbers: &[usize]) -> Vec<usize> {
        let mut kept = numbers.to_vec();
        kept.retain(|number| self.is_kept(*number));
        kept
    }

    /// The nearest row below the chosen one that stays, or else the nearest above it.
    fn neighbour(&self) -> Option<usize> {
        let gone = self.removable();
        let (order, place) = (self.runs.browse.order(), self.runs.browse.place()?);
        let (above, below) = order.split_at(place);
        let mut nearest = below.iter().chain(above.iter().rev());
        nearest.find(|number| !gone.contains(number)).copied()
    }
}

impl App {
    pub(crate) fn why_not_removed(&self) -> Option<&'static str> {
        self.why_none_chosen().or(Some(
            "this run is not finished. x stops it, or choose a finished one in the history",
        ))
    }
}
