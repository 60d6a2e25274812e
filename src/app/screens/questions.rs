//! The quick experiments to choose from, in place of the timeline before the first run.

pub mod keys;

use crate::{
    app::{App, live::Goal, screens::form::Search},
    catalog::experiment::{Experiment, offered},
};

impl App {
    /// The selected question, while there is nothing else to show.
    pub fn question(&self) -> Option<&'static Experiment> {
        if self.shown().is_some() {
            return None;
        }
        let offered = offered(self.has_python());
        offered.get(self.timeline.view.row).copied()
    }

    /// Moves the selection by `by` questions.
    pub(crate) fn step_question(&mut self, by: isize) {
        let questions = offered(self.has_python()).len();
        self.timeline.view.move_row(by, questions);
    }

    /// Starts the selected experiment.
    pub(crate) fn ask_question(&mut self) {
        if let Some(experiment) = self.question() {
            self.experiment(experiment);
        }
    }

    /// Starts the runs that answer a question. Says why not if they need a Python and there is none.
    pub(crate) fn experiment(&mut self, experiment: &'static Experiment) {
        if let (true, Some(sentence)) = (experiment.model.is_python(), self.why_no_python()) {
            self.show_notice(sentence);
            let goes_on = *self.form.pythons() == Search::GoesOn;
            self.work.awaits_python = goes_on.then_some(experiment);
            return;
        }
        let cores = self.settings.machine.cores_usable;
        self.form.set_draft(experiment.draft(cores));
        self.ask(Goal::Answer(experiment));
    }
}

impl App {
    pub(crate) fn why_no_python(&self) -> Option<&'static str> {
        let why = match self.form.pythons() {
            Search::GoesOn => "still looking for Python. This starts as soon as it is found",
            Search::Ended(_) => {
                "no Python was found. f, then Model, then Python shows what was tried"
            }
        };
        (!self.has_python()).then_some(why)
    }
}
