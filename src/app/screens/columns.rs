//! The columns of the history, to choose from and to sort by.

pub mod keys;
pub mod view;

use crate::app::{
    App,
    keys::Keys,
    screens::{Overlay, Screen},
};

/// The list of the history's columns, over the panels. It uses the cursor of
/// [`Columns`](super::history::columns::Columns).
#[derive(Clone, Debug)]
pub struct ColumnList;

impl Screen for ColumnList {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&keys::COLUMNS]
    }

    fn cursor(&self, app: &App) -> Option<usize> {
        Some(app.runs.columns.cursor)
    }
}

impl App {
    pub(crate) fn choose_columns(&mut self) {
        self.show(Overlay::Columns(ColumnList));
    }

    pub(crate) fn toggle_column(&mut self) {
        self.runs.columns.toggle();
        self.rearrange();
    }

    pub(crate) fn sort_here(&mut self) {
        self.runs.columns.sort_here();
        self.arrange_rows();
    }
}
