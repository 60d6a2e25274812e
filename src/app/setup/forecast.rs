//! What `r` will do, told before it is pressed.

use super::super::App;
use super::Setup;
use crate::domain::estimate::{self, Known};
use crate::domain::machine::Limits;

impl Setup {
    /// How long a run will take that is begun now, or why there can be none: a few words.
    #[must_use]
    pub fn forecast(&self) -> &str {
        &self.forecast
    }

    /// Composes the forecast anew.
    fn foretell(&mut self, limits: &Limits, known: Known<'_>) {
        let draft = self.draft();
        self.forecast = match draft.check(limits) {
            Ok(()) => estimate::words(estimate::of(&draft, known), draft.repeats),
            Err(_) => "not possible like this".into(),
        };
    }
}

impl App {
    /// Says what `r` will do now, from what is known of the machine.
    pub(in crate::app) fn foretell(&mut self) {
        let records = self.history.entries().iter().rev().map(|entry| &entry.record);
        let known = Known {
            cores_usable: self.machine.cores_usable,
            speed: self.speed.as_ref(),
            writing: records.filter_map(estimate::writing_cost).next(),
        };
        self.setup.foretell(&self.limits, known);
    }
}
