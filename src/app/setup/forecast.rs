//! What `r` will do, told before it is pressed.

use super::super::App;
use super::Setup;
use crate::domain::estimate::{self, Known};
use crate::domain::history::History;
use crate::domain::machine::Limits;
use crate::domain::plan::Invalid;
use crate::domain::speed::Speed;
use crate::present::sentence::estimate::words;

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
        let checked = draft
            .check(limits)
            .map_err(|invalid| self.explained(invalid));
        let known = Known {
            pythons: self.found_pythons(),
            ..known
        };
        let said = |()| words(estimate::of(&draft, known), draft.repeats);
        self.forecast = checked.map(said);
    }
}

impl App {
    /// Says what `r` will do now, from what is known of the machine.
    pub(in crate::app) fn foretell(&mut self) {
        let known = known(
            self.machine.cores_usable,
            self.speed.as_ref(),
            &self.history,
        );
        self.setup.foretell(&self.limits, known);
    }

    /// What is known of this machine that decides how long runs take.
    pub(in crate::app) fn known(&self) -> Known<'_> {
        let pythons = self.setup.found_pythons();
        Known {
            pythons,
            ..known(
                self.machine.cores_usable,
                self.speed.as_ref(),
                &self.history,
            )
        }
    }
}

fn known<'a>(cores_usable: u32, speed: Option<&'a Speed>, history: &History) -> Known<'a> {
    let here = history.here();
    let of_machine = history
        .entries()
        .iter()
        .rev()
        .filter(|run| run.provenance.is_same_machine(here));
    let records = of_machine.map(|entry| &entry.record);
    Known {
        cores_usable,
        speed,
        pythons: &[],
        writing: records.filter_map(estimate::writing_cost).next(),
    }
}
