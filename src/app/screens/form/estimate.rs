//! The estimate for the next run, shown before `r` is pressed.

use crate::{
    app::{App, screens::form::Setup},
    domain::{
        estimate::{self, MachineFacts},
        plan::Invalid,
    },
    present::sentence::estimate::words,
};

impl Setup {
    /// How long a run will take that starts now, in a few words.
    ///
    /// # Errors
    /// If no run can start; the value gives the reason.
    pub fn estimate(&self) -> Result<&str, &Invalid> {
        self.estimate.as_deref()
    }
}

impl App {
    /// Updates the estimate from the known facts about the machine.
    pub(in crate::app) fn update_estimate(&mut self) {
        let draft = self.form.draft();
        let checked = draft
            .check(&self.form.limits)
            .and_then(|()| self.form.check_pickling());
        let checked = checked.map_err(|invalid| self.form.explained(invalid));
        let said = |()| words(estimate::of(&draft, self.known()), draft.repeats);
        self.form.estimate = checked.map(said);
    }

    /// The facts about this machine that determine how long runs take.
    pub(in crate::app) fn known(&self) -> MachineFacts<'_> {
        let here = self.history.here();
        let runs = self.history.entries().iter().rev();
        let mut records = runs
            // The cheap test comes first, because this runs at every key press on a history of any length.
            .filter(|run| run.record.plan.workload.fetches())
            .filter(|run| run.provenance.is_same_machine(here))
            .map(|run| &run.record);
        MachineFacts {
            cores: self.settings.machine.full_use(),
            speed: self.work.speed.as_ref(),
            pythons: self.form.found_pythons(),
            writing: records.find_map(estimate::writing_cost),
        }
    }
}
