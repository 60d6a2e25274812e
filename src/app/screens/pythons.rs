//! The interpreters of this machine, over the panels: which there are, and why others are of no use.

pub mod view;

use crate::app::App;
use crate::app::overlay::Overlay;
use crate::app::screen::Screen;
use crate::app::screens::form::Search;

use crate::domain::python::Pythons;

impl App {
    /// The interpreters that can be chosen are known now.
    pub(crate) fn on_pythons_found(&mut self, pythons: Pythons) {
        self.setup.take_pythons(pythons);
        let rows = self.setup.found_pythons().len();
        if let Some(Overlay::Pythons { row }) = &mut self.overlay {
            *row = (*row).min(rows.saturating_sub(1));
        }
    }

    /// Whether Python's models can be executed here.
    pub fn has_python(&self) -> bool {
        !self.setup.found_pythons().is_empty()
    }

    /// Shows the interpreters, with the cursor on the chosen one.
    pub(crate) fn open_pythons(&mut self) {
        let chosen = self.setup.python();
        let is_chosen = |row: &usize| Some(&self.setup.found_pythons()[*row].interpreter) == chosen;
        let row = (0..self.setup.found_pythons().len())
            .find(is_chosen)
            .unwrap_or(0);
        self.overlay = Some(Overlay::Pythons { row });
    }

    /// Chooses the interpreter under the cursor, and shows the form again.
    pub(crate) fn take_python(&mut self) {
        let Some(Overlay::Pythons { row }) = self.overlay else {
            return;
        };
        if let Some(found) = self.setup.found_pythons().get(row) {
            let interpreter = found.interpreter.clone();
            self.setup.choose_python(Some(interpreter));
            self.setup.dismiss();
        }
        self.close_pythons();
    }

    /// Shows the form again.
    pub(crate) fn close_pythons(&mut self) {
        self.overlay = (self.screen() != Screen::Wide).then_some(Overlay::Form);
    }

    /// Moves the cursor by so many interpreters.
    pub(crate) fn step_pythons(&mut self, by: isize) {
        let last = self.setup.found_pythons().len().saturating_sub(1);
        if let Some(Overlay::Pythons { row }) = &mut self.overlay {
            *row = row.saturating_add_signed(by).min(last);
        }
    }

    /// A click on an interpreter goes to it; on the one under the cursor it does what Enter does.
    pub(crate) fn click_python(&mut self, clicked: usize) {
        match &mut self.overlay {
            Some(Overlay::Pythons { row }) if *row == clicked => self.take_python(),
            Some(Overlay::Pythons { row }) => *row = clicked,
            _ => {}
        }
    }

    /// What is known of this machine's interpreters.
    pub fn pythons(&self) -> &Search {
        self.setup.pythons()
    }
}
