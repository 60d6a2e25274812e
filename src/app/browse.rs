//! Which rows of the history are chosen and marked.

use crate::domain::history::History;

/// What the user did to the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Browse {
    selected: Option<usize>,
    marked: Vec<usize>,
    /// The numbers of all runs, from the first row down.
    order: Vec<usize>,
}

impl Browse {
    /// The number of the chosen row. `None` is the row of the live run, below all others.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        self.selected
    }

    /// The numbers of the marked rows, in ascending order.
    #[must_use]
    pub fn marked(&self) -> &[usize] {
        &self.marked
    }

    /// The numbers of all runs in the order in which they are shown; the live run comes below them.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Shows the runs in another order.
    pub fn arrange(&mut self, order: Vec<usize>) {
        self.order = order;
    }

    /// Chooses a row, or the live run.
    pub fn select(&mut self, row: Option<usize>) {
        self.selected = row;
    }

    /// Moves the choice by so many rows as they are shown; with `live` there is one more below them.
    pub fn step(&mut self, by: isize, live: bool) {
        let rows = self.order.len() + usize::from(live);
        let Some(last) = rows.checked_sub(1) else { return };
        let row_of = |number| self.order.iter().position(|other| *other == number);
        let now = self.selected.and_then(row_of).unwrap_or(last);
        self.selected = self.order.get(now.saturating_add_signed(by).min(last)).copied();
    }

    /// Follows a run that has another number now.
    pub(super) fn renumber(&mut self, from: usize, to: usize) {
        let now = |number: usize| if number == from { to } else { number };
        self.selected = self.selected.map(now);
        self.marked = self.marked.iter().copied().map(now).collect();
        self.marked.sort_unstable();
    }

    /// Marks the chosen row, or takes its mark away.
    pub fn toggle_mark(&mut self) {
        let Some(number) = self.selected else { return };
        match self.marked.binary_search(&number) {
            Ok(at) => {
                self.marked.remove(at);
            }
            Err(at) => self.marked.insert(at, number),
        }
    }

    /// What a comparison would show: the marked runs; with fewer than two the chosen one besides; and if that is still
    /// alone, the baseline that its speed-up is measured against.
    #[must_use]
    pub fn compared(&self, history: &History) -> Vec<usize> {
        let mut numbers = self.marked.clone();
        if numbers.len() < 2 {
            numbers.extend(self.selected.filter(|selected| !numbers.contains(selected)));
        }
        if let [only] = numbers[..]
            && let Some(entry) = history.get(only)
        {
            let baseline = entry.baseline.map(|baseline| baseline.number);
            numbers.extend(baseline.filter(|baseline| *baseline != only));
        }
        numbers.sort_unstable();
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stepping_below_the_last_row_reaches_the_live_run_only_if_there_is_one() {
        let mut browse = Browse::default();
        browse.step(1, false);
        assert_eq!(browse.selected(), None);
        browse.arrange(vec![1, 2]);
        browse.select(Some(2));
        browse.step(1, false);
        assert_eq!(browse.selected(), Some(2));
        browse.step(1, true);
        assert_eq!(browse.selected(), None);
        browse.step(-1, true);
        assert_eq!(browse.selected(), Some(2));
        browse.step(isize::MIN, true);
        assert_eq!(browse.selected(), Some(1));
    }

    #[test]
    fn stepping_follows_the_order_that_is_shown() {
        let mut browse = Browse::default();
        browse.arrange(vec![3, 1, 2]);
        browse.select(Some(3));
        browse.step(1, false);
        assert_eq!(browse.selected(), Some(1));
        browse.step(isize::MAX, false);
        assert_eq!(browse.selected(), Some(2));
        browse.step(1, true);
        browse.step(-2, true);
        assert_eq!(browse.selected(), Some(1));
    }

    #[test]
    fn marking_twice_takes_the_mark_away() {
        let mut browse = Browse::default();
        for number in [3, 1, 3] {
            browse.select(Some(number));
            browse.toggle_mark();
        }
        assert_eq!(browse.marked(), [1]);
    }
}
