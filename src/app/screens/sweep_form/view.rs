//! The form for a sweep, over the panels.

use crate::{
    app::{App, screens::sweep_form::SweepFormScreen, view::FormOver},
    ui::widget::form::FormView,
};

impl FormOver for SweepFormScreen {
    fn form<'a>(&'a self, app: &'a App) -> FormView<'a> {
        let form = &app.sweeps.form;
        let estimate = form.estimate.as_deref();
        FormView {
            title: "Sweep",
            width: 60,
            form,
            kept: 0,
            focused: true,
            about: None,
            outcome: estimate.map_err(|invalid| &*invalid.sentence),
            lead: "",
            key: None,
        }
    }
}
