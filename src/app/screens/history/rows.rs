//! The rows of the history: which there are, and which one is chosen.

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

/// The runs of the history that are no part of a sweep, and the sweeps.
fn rows(history: &History, with_earlier: bool) -> Vec<RowSource<'_>> {
    let runs = history
        .single_entries()
        .filter(|run| with_earlier || !run.is_earlier());
    let sweeps = history
        .sweeps()
        .iter()
        .filter(|sweep| with_earlier || !sweep.is_earlier());
    runs.map(RowSource::Entry)
        .chain(sweeps.map(RowSource::Sweep))
        .collect()
}

/// The largest speed-up of each row's work, at least 1, by the rows' numbers.
fn most_of_each_work(rows: &[RowSource<'_>]) -> HashMap<usize, f64> {
    let mut most = HashMap::new();
    for row in rows {
        let most: &mut f64 = most.entry(row.plan().work()).or_insert(1.0);
        *most = most.max(row.speedup().unwrap_or(1.0));
    }
    rows.iter()
        .map(|row| (row.number(), most[&row.plan().work()]))
        .collect()
}

impl App {
    /// The runs of this session.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Chosen and marked rows of the history.
    pub fn browse(&self) -> &Browse {
        &self.runs.browse
    }

    /// The columns of the history.
    pub fn columns(&self) -> &Columns {
        &self.runs.columns
    }

    /// The run in this row of the history; for a sweep the one that stands for it.
    pub(crate) fn run_at(&self, number: usize) -> Option<&RunEntry> {
        let run = self.history.get(number);
        run.or_else(|| self.history.standing_for(number))
    }

    pub(crate) fn has_measured(&self) -> bool {
        !self.history.entries().is_empty()
    }

    /// The number of the chosen row; `None` is the run that is on, or none.
    pub(crate) fn chosen(&self) -> Option<usize> {
        self.runs.browse.selected()
    }

    pub(crate) fn has_chosen(&self) -> bool {
        self.chosen().is_some()
    }

    /// The chosen row of the history, if it is a run's.
    pub(crate) fn chosen_run(&self) -> Option<&RunEntry> {
        self.history.get(self.chosen()?)
    }

    /// The history changed, or which sessions of it are shown.
    pub(crate) fn rearrange(&mut self) {
        let runs = self.history.single_entries();
        let sweeps = self.history.sweeps().iter();
        self.runs.browse.earlier = runs.filter(|run| run.is_earlier()).count()
            + sweeps.filter(|sweep| sweep.is_earlier()).count();
        let rows = rows(&self.history, self.runs.browse.shows_earlier);
        self.runs.columns.measure(&rows);
        if let Some(filter) = &mut self.runs.filter {
            filter.index(&rows);
        }
        self.arrange_rows();
    }

    /// The filter changed, or the order of the rows.
    pub(crate) fn arrange_rows(&mut self) {
        let mut rows = rows(&self.history, self.runs.browse.shows_earlier);
        if let Some(filter) = &mut self.runs.filter {
            let matching = filter.matching();
            rows.retain(|row| matching.contains(&row.number()));
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
        self.choose_what_is_shown();
    }

    /// Whether all runs come from one shared file: every panel says so then, and no heading has to.
    fn is_of_one_file(&self, sessions: &[Heading]) -> bool {
        matches!(sessions, [first] if !self.is_kept(first.number))
    }

    /// A run that is no longer shown cannot be the chosen one; if none is shown, it stays, so that panels stay filled.
    pub(crate) fn choose_what_is_shown(&mut self) {
        if let (Some(hidden), None) = (self.chosen(), self.runs.browse.place())
            && let Some(nearest) = self.runs.browse.nearest(hidden)
        {
            self.choose(Some(nearest));
        }
    }

    /// Whoever asks for runs of earlier sessions wants to go through them.
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

    /// Chooses the run so many rows below.
    pub(crate) fn step_history(&mut self, by: isize) {
        let mut browse = self.runs.browse.clone();
        browse.step(by, self.is_running());
        self.choose(browse.selected());
    }

    /// Shows the run in this row, from its first worker and whole; `None` is the one that is on.
    pub(crate) fn show_row(&mut self, row: Option<usize>) {
        self.runs.browse.select(row);
        self.timeline.view.start_over();
    }

    /// Shows another run, as the user wishes.
    pub(crate) fn choose(&mut self, row: Option<usize>) {
        if self.chosen() != row {
            self.show_row(row);
            // What it said was about the row before.
            self.out.notice.take_if(|notice| !notice.is_error);
        }
    }

    /// Measures all runs of the chosen one's work against it, or against the default again.
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
            .then_some("no run has ended yet: r runs what the form says, 1-5 are questions")
    }

    pub(crate) fn why_none_chosen(&self) -> Option<&'static str> {
        self.why_no_run().or_else(|| {
            (!self.is_running())
                .then_some("no run is chosen: Tab goes to the history, ↑↓ choose one there")
        })
    }

    pub(crate) fn why_not_chosen(&self) -> Option<&'static str> {
        self.why_none_chosen().or(Some(
            "this run goes on: choose one that has ended in the history",
        ))
    }
}
