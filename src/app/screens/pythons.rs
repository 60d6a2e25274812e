//! The interpreters of this machine, over the panels: those that can be used, and why others cannot.

pub mod keys;
pub mod view;

use crate::{
    app::{
        App,
        keys::Keys,
        screens::{Overlay, Screen},
    },
    domain::python::Pythons,
};

/// The list of interpreters, over the panels.
#[derive(Clone, Debug)]
pub struct PythonList {
    /// The selected row, counted among the interpreters that can be used.
    pub row: usize,
}

impl Screen for PythonList {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&keys::PYTHONS]
    }

    fn cursor(&self, _app: &App) -> Option<usize> {
        Some(self.row)
    }
}

impl App {
    /// Stores the interpreters that the search has found.
    pub(crate) fn on_pythons_found(&mut self, pythons: Pythons) {
        self.form.take_pythons(pythons);
        // The notice may say that there is no interpreter yet.
        self.out.notice.take_if(|notice| notice.is_answer());
        let rows = self.form.found_pythons().len();
        if let Some(Overlay::Pythons(PythonList { row })) = self.open.overlays.last_mut() {
            *row = (*row).min(rows.saturating_sub(1));
        }
        if !self.claims().all().is_empty() {
            self.prepare_claims();
        }
        if let Some(experiment) = self.work.awaits_python.take()
            && self.is_free()
        {
            self.experiment(experiment);
        }
    }

    /// Whether Python models can be executed here.
    pub fn has_python(&self) -> bool {
        !self.form.found_pythons().is_empty()
    }

    /// Shows the interpreters, with the cursor on the chosen one.
    pub(crate) fn open_pythons(&mut self) {
        let chosen = self.form.python();
        let mut found = self.form.found_pythons().iter();
        let row = found.position(|found| Some(&found.interpreter) == chosen);
        let row = row.unwrap_or(0);
        self.open
            .overlays
            .push(Overlay::Pythons(PythonList { row }));
    }

    /// Chooses the selected interpreter, and shows the form again.
    pub(crate) fn take_python(&mut self) {
        let Some(&Overlay::Pythons(PythonList { row })) = self.overlay() else {
            return;
        };
        if let Some(found) = self.form.found_pythons().get(row) {
            let interpreter = found.interpreter.clone();
            self.form.choose_python(Some(interpreter));
            self.form.dismiss();
        }
        self.close_overlay();
    }

    /// Moves the selection by `by` interpreters.
    pub(crate) fn step_pythons(&mut self, by: isize) {
        let last = self.form.found_pythons().len().saturating_sub(1);
        if let Some(Overlay::Pythons(PythonList { row })) = self.open.overlays.last_mut() {
            *row = row.saturating_add_signed(by).min(last);
        }
    }
}
