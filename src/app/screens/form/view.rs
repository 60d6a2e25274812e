//! The form of the plan, in its own panel or over the others.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, message::ClickTarget, screens::form::FormScreen, view::FormOver},
    ui::{panel::draw_frame, theme::Theme, widget::form::FormView},
};

/// The maximum number of rows of the form.
const MOST_ROWS: usize = 13;

impl FormOver for FormScreen {
    fn form<'a>(&'a self, app: &'a App) -> FormView<'a> {
        form(app, true)
    }
}

/// The form in its panel.
pub fn panel(app: &App, focused: bool, theme: Theme, area: Rect, buf: &mut Buffer) {
    let form = form(app, focused);
    let inner = draw_frame(form.title, focused, theme, area, buf);
    form.draw(theme, inner, buf);
}

/// The row of the form at this height of the room inside its border.
pub fn row_at(app: &App, focused: bool, inner: Rect, y: u16) -> Option<ClickTarget> {
    form(app, focused)
        .row_at(inner, y)
        .map(ClickTarget::FormRow)
}

fn form(app: &App, focused: bool) -> FormView<'_> {
    let setup = app.setup();
    FormView {
        title: "Plan · next run",
        width: 54,
        form: setup,
        kept: MOST_ROWS,
        focused,
        // While the form is not focused, the model matters most.
        about: (!focused).then(|| setup.about_model()),
        outcome: setup.estimate().map_err(|invalid| &*invalid.sentence),
        // The key is shown only if it does something, as in the footer. Without it, the time could be mistaken for that of
        // the run in progress.
        lead: if app.is_busy() { "next run: " } else { "run: " },
        key: (!app.is_busy()).then_some("r"),
    }
}
