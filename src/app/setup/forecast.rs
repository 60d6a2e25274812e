//! What `r` will do, told before it is pressed.

use super::super::App;
use super::Setup;
use crate::domain::estimate::{self, Known};
use crate::domain::machine::Limits;
use crate::domain::plan::Invalid;

impl Setup {
    /// How long a run will take that is begun now, in a few words.
    ///
    /// # Errors
    /// Why there can be none.
    pub fn forecast(&self) -> Result<&str, &Invalid> {
        self.forecast.as_deref()
    }

    /// Composes the forecast anew.
    fn foretell(&mut self, limits: &Limits, known: Known<'_>) {
        let draft = self.draft();
        let checked = draft.check(limits);
        self.forecast = checked.map(|()| estimate::words(estimate::of(&draft, known), draft.repeats));
    }
}

impl App {
    /// Says what `r` will do now, from what is known of the machine.
    pub(in crate::app) fn foretell(&mut self) {
        let here = self.history.here();
        let of_machine =
            self.history.entries().iter().rev().filter(|run| run.provenance.is_same_machine(here));
        let records = of_machine.map(|entry| &entry.record);
        let known = Known {
            cores_usable: self.machine.cores_usable,
            speed: self.speed.as_ref(),
            writing: records.filter_map(estimate::writing_cost).next(),
        };
        self.setup.foretell(&self.limits, known);
    }
}
