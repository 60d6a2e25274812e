//! The rows of the history: which rows exist, and which one is chosen.

use std::collections::HashMap;

use crate::{
    app::{
        App,
        screen::Panel,
        screens::{
            Overlay,
            history::{
                browse::{self, Browse, Heading},
                columns::{Columns, NUMBER, RowSource},
            },
            reading::{Subject, TextScreen},
        },
    },
    domain::history::{History, RunEntry},
};

/// The runs of the history outside sweeps, and the sweeps.
fn rows(history: &History, with_earlier: bool, frozen: Option<usize>) -> Vec<RowSource<'_>> {
    // A frozen run keeps its row, also if another one stands for it.
    let frozen = frozen.filter(|number| history.is_represented(*number));
    let frozen = frozen.and_then(|number| history.get(number));
    let runs = history
        .single_entries()
        .chain(frozen)
        .filter(|run| with_earlier || !run.is_earlier());
    let sweeps = history
        .sweeps()
        .iter()
        .filter(|sweep| with_earlier || !sweep.is_earlier());
    runs.map(RowSource::Entry)
        .chain(sweeps.map(RowSource::Sweep))
        .collect()
}

/// The largest speed-up for the work of each row, at least 1, by the numbers of the rows in ascending order.
fn most_of_each_work(rows: &[RowSource<'_>]) -> Vec<(usize, f64)> {
    // Neighbours usually do the same work, which is looked up only once then.
    let same_work = || rows.chunk_by(|a, b| a.plan().same_work(b.plan()));
    let mut most = HashMap::new();
    for rows in same_work() {
        let most: &mut f64 = most.entry(rows[0].plan().work()).or_insert(1.0);
        *most = rows
            .iter()
            .filter_map(|row| row.speedup())
            .fold(*most, f64::max);
    }
    let of_each = same_work().flat_map(|rows| {
        let most = most[&rows[0].plan().work()];
        rows.iter().map(move |row| (row.number(), most))
    });
    let mut of_each: Vec<(usize, f64)> = of_each.collect();
    of_each.sort_by_key(|(number, _)| *number);
    of_each
}

impl App {
    /// All runs and sweeps that the user can look at, including those of earlier sessions and shared files.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The chosen and marked rows of the history.
    pub fn browse(&self) -> &Browse {
        &self.runs.browse
    }

    /// The columns of the history.
    pub fn columns(&self) -> &Columns {
        &self.runs.columns
    }

    /// The run in this row of the history; for a sweep, the run that represents it.
    pub(crate) fn run_at(&self, number: usize) -> Option<&RunEntry> {
        let run = self.history.get(number);
        run.or_else(|| self.history.standing_for(number))
    }

    pub(crate) fn has_measured(&self) -> bool {
        !self.history.entries().is_empty()
    }

    /// The number of the chosen row; `None` is the run in progress, or no run.
    pub(crate) fn chosen(&self) -> Option<usize> {
        self.runs.browse.selected()
    }

    pub(crate) fn has_chosen(&self) -> bool {
        self.chosen().is_some()
    }

    /// The run in the chosen row of the history, if the row is a run.
    pub(crate) fn chosen_run(&self) -> Option<&RunEntry> {
        self.history.get(self.chosen()?)
    }

    /// Updates the rows after the history or the choice of sessions has changed.
    pub(crate) fn rearrange(&mut self) {
        let runs = self.history.single_entries();
        let sweeps = self.history.sweeps().iter();
        self.runs.browse.earlier = runs.filter(|run| run.is_earlier()).count()
            + sweeps.filter(|sweep| sweep.is_earlier()).count();
        let rows = rows(
            &self.history,
            self.runs.browse.shows_earlier,
            self.frozen_number(),
        );
        self.runs.columns.measure(&rows);
        self.index_filter();
        self.arrange_rows();
    }

    /// Updates what the filter searches after the rows have changed, or for a new filter.
    pub(crate) fn index_filter(&mut self) {
        let rows = rows(
            &self.history,
            self.runs.browse.shows_earlier,
            self.frozen_number(),
        );
        if let Some(filter) = &mut self.runs.filter {
            filter.index(&rows);
        }
    }

    /// Updates the rows after the filter or their order has changed.
    pub(crate) fn arrange_rows(&mut self) {
        let mut rows = rows(
            &self.history,
            self.runs.browse.shows_earlier,
            self.frozen_number(),
        );
        if let Some(filter) = &mut self.runs.filter {
            let matching = filter.matching();
            rows.retain(|row| matching.binary_search(&row.number()).is_ok());
        }
        let most = most_of_each_work(&rows);
        let order = self.runs.columns.arrange(&rows);
        let by_number = self.runs.columns.sort.by == NUMBER;
        let in_order = order.iter().filter(|_| by_number);
        let in_order = in_order.map(|number| self.run_at(*number));
        let mut sessions = browse::sessions(in_order);
        if self.is_of_one_file(&sessions) {
            sessions.clear();
        }
        self.runs.browse.arrange(order, sessions, most);
        self.choose_shown_row();
    }

    /// Whether all runs come from one shared file. Then every panel says so, and no heading is necessary.
    fn is_of_one_file(&self, sessions: &[Heading]) -> bool {
        matches!(sessions, [first] if !self.is_kept(first.number))
    }

    /// Chooses a different run if the chosen one is no longer shown. If no run is shown, it stays chosen, so that the
    /// panels are not empty.
    pub(crate) fn choose_shown_row(&mut self) {
        if let (Some(hidden), None) = (self.chosen(), self.runs.browse.place()) {
            let order = self.runs.browse.order();
            let stands_for_it = self.history.representative(hidden);
            let stands_for_it = stands_for_it.filter(|number| order.contains(number));
            if let Some(row) = stands_for_it.or_else(|| self.runs.browse.nearest(hidden)) {
                self.choose(Some(row));
            }
        }
    }

    /// Shows or hides the runs of earlier sessions. When they are shown, the history gets the focus, because the user
    /// wants to go through them.
    pub(crate) fn toggle_earlier(&mut self) {
        self.runs.browse.shows_earlier ^= true;
        self.out.notice.take_if(|notice| !notice.is_error);
        self.rearrange();
        if self.runs.browse.shows_earlier {
            self.open.focus.panel = Panel::History;
            if self.chosen().is_none() && !self.is_running() {
                self.choose(self.runs.browse.order().last().copied());
            }
        }
    }

    /// Chooses the run `by` rows below.
    pub(crate) fn step_history(&mut self, by: isize) {
        self.choose(self.runs.browse.stepped(by, self.is_running()));
    }

    /// Shows the run in this row, whole and from its first worker; `None` is the run in progress.
    pub(crate) fn show_row(&mut self, row: Option<usize>) {
        self.runs.browse.select(row);
        self.timeline.view.start_over();
    }

    /// Chooses a run on the user's request.
    pub(crate) fn choose(&mut self, row: Option<usize>) {
        if self.chosen() != row {
            self.show_row(row);
            // The notice was about the previous row.
            self.out.notice.take_if(|notice| !notice.is_error);
        }
    }

    /// Makes the chosen run the baseline of its work. If it is the baseline already, the default applies again.
    pub(crate) fn make_baseline(&mut self) {
        let Some(number) = self.chosen() else {
            return;
        };
        self.out.notice = None;
        if let Err(sentence) = self.history.choose_baseline(number) {
            self.show_error(sentence);
        }
        self.rearrange();
    }

    pub(crate) fn open_details(&mut self) {
        let Some(number) = self.chosen() else {
            return;
        };
        if self.history.sweep(number).is_some() {
            self.open_chart(number);
        } else {
            self.show(Overlay::Reading(TextScreen::about(Subject::Run(number))));
        }
    }

    pub(crate) fn why_no_run(&self) -> Option<&'static str> {
        (!self.has_measured())
            .then_some("no run has finished yet. r runs the plan, 1 asks the first question")
    }

    pub(crate) fn why_none_chosen(&self) -> Option<&'static str> {
        self.why_no_run().or_else(|| {
            (!self.is_running())
                .then_some("no run is chosen. Tab goes to the history, ↑↓ choose one")
        })
    }

    pub(crate) fn why_not_chosen(&self) -> Option<&'static str> {
        self.why_none_chosen().or(Some(
            "this run is not finished. Choose a finished one in the history",
        ))
    }
}
