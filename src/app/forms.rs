//! The form on which keys, clicks and the wheel act.

use crate::{
    app::{App, screen::Panel, screens::Overlay},
    domain::plan::Field,
    ui::form::Form,
};

impl App {
    /// The form that lies over the panels; otherwise the form of the plan.
    pub(crate) fn form_here(&self) -> &dyn Form {
        match self.open.overlays.last() {
            Some(Overlay::SweepForm(_)) => &self.sweeps.form,
            Some(Overlay::Export(form)) => form,
            _ => &self.form,
        }
    }

    /// The same, mutable.
    pub(crate) fn form_here_mut(&mut self) -> &mut dyn Form {
        match self.open.overlays.last_mut() {
            Some(Overlay::SweepForm(_)) => &mut self.sweeps.form,
            Some(Overlay::Export(form)) => form,
            _ => &mut self.form,
        }
    }

    /// Moves to a row. If the cursor is on it already, does what Enter does there.
    pub(crate) fn click_row(&mut self, row: usize) {
        let is_in_panel = self.open.overlays.is_empty();
        let was_here = !is_in_panel || self.focus().panel == Panel::Setup;
        if is_in_panel {
            self.go_to(Panel::Setup);
        }
        if self.form_here_mut().go_to(row) && was_here {
            self.edit_row();
        }
    }

    /// Starts typing a number, or selects the next choice. Interpreters are chosen from a list.
    pub(crate) fn edit_row(&mut self) {
        let is_plan = matches!(self.overlay(), None | Some(Overlay::Form(_)));
        if is_plan && self.form.field() == Field::Python {
            self.open_pythons();
        } else {
            self.form_here_mut().edit();
        }
    }
}
