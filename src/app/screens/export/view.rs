//! The form that writes a file to share, over the panels.
//!
//! ```text
//! ╭ Export ───────────────────────────────────────────────────────╮
//! │ What       run #3                                             │
//! │ Format    ‹html› a report for the browser                     │
//! │ File       pconc-tui-run-3.html                               │
//! │                                                               │
//! │ ←→ choose: html, json, csv. The file will be in /home/ada     │
//! ╰───────────────────────────────────────────────────────────────╯
//! ```

use crate::{
    app::{App, screens::export::form::Exporting, view::FormOver},
    ui::widget::form::FormView,
};

impl FormOver for Exporting {
    fn form<'a>(&'a self, _app: &'a App) -> FormView<'a> {
        FormView {
            title: "Export",
            width: 78,
            form: self,
            kept: 0,
            focused: true,
            about: Some(self.about()),
            outcome: self.stage.sentence(),
            lead: "",
            key: None,
        }
    }
}
