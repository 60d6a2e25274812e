//! The rows of the history that are shown, chosen and marked.

use crate::domain::history::RunEntry;

/// A row of the history, from the first one down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowseRow {
    /// The run with this number.
    Run(usize),
    /// The heading of a session. The number is that of its first shown run.
    Session(usize),
}

/// The user's view of the history.
#[derive(Clone, Debug, Default)]
pub struct Browse {
    selected: Option<usize>,
    /// The index of the chosen row among all shown runs.
    place: Option<usize>,
    marked: Vec<usize>,
    /// The numbers of all shown runs, from the first row down.
    order: Vec<usize>,
    /// The headings of sessions, from the first row down.
    sessions: Vec<Heading>,
    /// The largest shown speed-up for the work of each row, by the numbers of the rows in ascending order.
    most: Vec<(usize, f64)>,
    /// Whether runs of earlier sessions are shown.
    pub shows_earlier: bool,
    /// The number of runs of earlier sessions, shown or not.
    pub earlier: usize,
}

/// The heading of a session.
#[derive(Clone, Copy, Debug)]
pub struct Heading {
    /// The index of the session's first run in the order of the runs.
    place: usize,
    /// The index of the heading among runs and headings.
    row: usize,
    /// The number of the session's first run.
    pub number: usize,
}

impl Browse {
    /// The number of the chosen row. `None` is the row of the live run, below all others.
    pub fn selected(&self) -> Option<usize> {
        self.selected
    }

    /// The numbers of the marked rows, in ascending order.
    pub fn marked(&self) -> &[usize] {
        &self.marked
    }

    /// The numbers of all shown runs, in their order. The live run comes after them.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The place of the chosen row in [`Browse::order`].
    pub fn place(&self) -> Option<usize> {
        self.place
    }

    /// The largest shown speed-up of the same work; at least 1.
    pub fn most(&self, number: usize) -> f64 {
        let at = self.most.binary_search_by_key(&number, |most| most.0);
        at.map_or(1.0, |at| self.most[at].1)
    }

    fn headings(&self, with_sessions: bool) -> &[Heading] {
        if with_sessions { &self.sessions } else { &[] }
    }

    /// The number of rows without the live run, with or without the headings of sessions.
    pub fn rows(&self, with_sessions: bool) -> usize {
        self.order.len() + self.headings(with_sessions).len()
    }

    /// The row at this place, counted from 0. O(log sessions).
    pub fn row(&self, at: usize, with_sessions: bool) -> Option<BrowseRow> {
        let headings = self.headings(with_sessions);
        let until = headings.partition_point(|heading| heading.row <= at);
        match headings[..until].last() {
            Some(heading) if heading.row == at => Some(BrowseRow::Session(heading.number)),
            _ => self.order.get(at - until).copied().map(BrowseRow::Run),
        }
    }

    /// The row of the run at this index of [`Browse::order`]. For the index after the last run, it is the row after the
    /// last one.
    pub fn row_of(&self, place: usize, with_sessions: bool) -> usize {
        let headings = self.headings(with_sessions);
        place + headings.partition_point(|heading| heading.place <= place)
    }

    /// How many runs are above this row.
    pub fn runs_above(&self, row: usize, with_sessions: bool) -> usize {
        let headings = self.headings(with_sessions);
        row - headings.partition_point(|heading| heading.row < row)
    }

    /// Shows these runs in this order, with headings of sessions before some of them.
    pub fn arrange(&mut self, order: Vec<usize>, sessions: Vec<Heading>, most: Vec<(usize, f64)>) {
        (self.order, self.sessions, self.most) = (order, sessions, most);
        self.find();
    }

    fn find(&mut self) {
        let chosen = |number: &usize| Some(*number) == self.selected;
        self.place = self.order.iter().position(chosen);
    }

    /// The run to choose instead of one that is no longer shown: the one before it, or else the one after it.
    pub(crate) fn nearest(&self, number: usize) -> Option<usize> {
        let before = self.order.iter().filter(|other| **other <= number).max();
        before.or_else(|| self.order.iter().min()).copied()
    }

    /// Chooses a row, or the live run.
    pub fn select(&mut self, row: Option<usize>) {
        self.selected = row;
        self.find();
    }

    /// The row that is `by` shown rows below the selected one. With `live`, there is one more row below them.
    pub fn stepped(&self, by: isize, live: bool) -> Option<usize> {
        let rows = self.order.len() + usize::from(live);
        let Some(last) = rows.checked_sub(1) else {
            return self.selected;
        };
        let from = self.place.unwrap_or(last);
        let next = from.saturating_add_signed(by).min(last);
        self.order.get(next).copied()
    }

    /// Replaces the numbers of renumbered runs. `follow` maps an old number to the new one.
    pub(crate) fn renumber(&mut self, follow: impl Fn(&mut usize)) {
        self.selected
            .iter_mut()
            .chain(&mut self.marked)
            .for_each(follow);
        self.marked.sort_unstable();
    }

    /// Marks these runs and no others.
    pub(crate) fn mark_only(&mut self, mut numbers: Vec<usize>) {
        numbers.sort_unstable();
        numbers.dedup();
        self.marked = numbers;
    }

    /// The marked runs that are shown.
    pub fn marked_in_view(&self) -> Vec<usize> {
        self.marked
            .iter()
            .copied()
            .filter(|number| self.order.contains(number))
            .collect()
    }

    /// Marks the chosen row, or removes its mark.
    pub fn toggle_mark(&mut self) {
        self.toggle_mark_of(self.selected);
    }

    /// Marks this run, or removes its mark.
    pub(crate) fn toggle_mark_of(&mut self, number: Option<usize>) {
        let Some(number) = number else { return };
        match self.marked.binary_search(&number) {
            Ok(at) => {
                self.marked.remove(at);
            }
            Err(at) => self.marked.insert(at, number),
        }
    }
}

/// The headings of sessions among runs that are shown in the order of their numbers. Empty if all runs are from one
/// session of this program.
pub(crate) fn sessions<'a>(entries: impl Iterator<Item = Option<&'a RunEntry>>) -> Vec<Heading> {
    let mut headings: Vec<Heading> = vec![];
    let mut previous: Option<&RunEntry> = None;
    for (place, entry) in entries.enumerate() {
        // A row without a session belongs to the session above it.
        let Some(entry) = entry else { continue };
        if previous.is_none_or(|previous| !previous.provenance.is_same_session(&entry.provenance)) {
            headings.push(Heading {
                place,
                row: place + headings.len(),
                number: entry.number,
            });
        }
        previous = Some(entry);
    }
    if headings.len() > 1 || previous.is_some_and(|entry| entry.is_foreign()) {
        headings
    } else {
        vec![]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arranged(order: Vec<usize>) -> Browse {
        let mut browse = Browse::default();
        browse.arrange(order, vec![], vec![]);
        browse
    }

    #[test]
    fn stepping_below_the_last_row_reaches_the_live_run_only_if_there_is_one() {
        let mut browse = Browse::default();
        browse.select(browse.stepped(1, false));
        assert_eq!(browse.selected(), None);
        let mut browse = arranged(vec![1, 2]);
        browse.select(Some(2));
        browse.select(browse.stepped(1, false));
        assert_eq!(browse.selected(), Some(2));
        browse.select(browse.stepped(1, true));
        assert_eq!(browse.selected(), None);
        browse.select(browse.stepped(-1, true));
        assert_eq!(browse.selected(), Some(2));
        browse.select(browse.stepped(isize::MIN, true));
        assert_eq!(browse.selected(), Some(1));
    }

    #[test]
    fn stepping_follows_the_order_that_is_shown() {
        let mut browse = arranged(vec![3, 1, 2]);
        browse.select(Some(3));
        browse.select(browse.stepped(1, false));
        assert_eq!(browse.selected(), Some(1));
        browse.select(browse.stepped(isize::MAX, false));
        assert_eq!(browse.selected(), Some(2));
        browse.select(browse.stepped(1, true));
        browse.select(browse.stepped(-2, true));
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

    #[test]
    fn a_run_that_is_hidden_gives_the_choice_to_its_neighbour() {
        let browse = arranged(vec![9, 4, 2]);
        assert_eq!(
            [5, 1, 9].map(|number| browse.nearest(number)),
            [Some(4), Some(2), Some(9)]
        );
        assert_eq!(Browse::default().nearest(3), None);
    }

    proptest! {
        #[test]
        fn rows_and_places_agree_for_any_sessions(
            runs in 1usize..40, mut begins in proptest::collection::btree_set(0usize..40, 0..8),
        ) {
            begins.retain(|begin| *begin < runs);
            let order: Vec<usize> = (101..=100 + runs).collect();
            let mut browse = Browse::default();
            let headings = begins.iter().enumerate();
            let sessions = headings.map(|(above, &place)| Heading { place, row: place + above, number: order[place] });
            let sessions = sessions.collect();
            browse.arrange(order.clone(), sessions, vec![]);
            let mut expected = vec![];
            for (place, number) in order.iter().enumerate() {
                if begins.contains(&place) {
                    expected.push(BrowseRow::Session(*number));
                }
                prop_assert_eq!(browse.row_of(place, true), expected.len());
                prop_assert_eq!(browse.runs_above(expected.len(), true), place);
                expected.push(BrowseRow::Run(*number));
            }
            let rows: Vec<BrowseRow> = (0..browse.rows(true)).filter_map(|at| browse.row(at, true)).collect();
            prop_assert_eq!(rows, expected);
            prop_assert_eq!(browse.row(browse.rows(true), true), None);
        }
    }
}
