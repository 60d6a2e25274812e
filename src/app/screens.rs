//! All screens, each in its own folder with its state, its `keys`, and its `view`.
//!
//! A new screen is a new folder and a line in `overlays!`. The compiler lists everything else that it needs.

pub mod advice;
pub mod claims;
pub mod columns;
pub mod comparison;
pub mod cores;
pub mod curves;
pub mod export;
pub mod form;
pub mod history;
pub mod lesson;
pub mod pythons;
pub mod questions;
pub mod reading;
pub mod sweep;
pub mod sweep_form;
pub mod teaching;
pub mod timeline;

use reading::Topic;

use crate::app::{
    App,
    keys::{Keys, everywhere, forms, texts},
    view::View,
};

/// A screen that lies over the panels.
pub trait Screen: View {
    /// The keys of the screen, innermost first, besides those that work everywhere.
    fn keys(&self, app: &App) -> Vec<&'static Keys>;

    /// The selected row, if the screen is a list to choose from.
    fn cursor(&self, _app: &App) -> Option<usize> {
        None
    }

    /// The topic that `i` explains there.
    fn topic(&self) -> Option<Topic> {
        None
    }

    /// Updates the texts of the screen. `is_news` is false if only a run has continued.
    fn compose(&mut self, _app: &App, _is_news: bool) {}

    /// Scrolls the text by `by` rows, on a screen of `rows` rows.
    fn scroll(&mut self, _by: isize, _rows: u16) {}

    /// Replaces the numbers of renumbered runs. `_follow` maps an old number to the new one.
    fn renumber(&mut self, _follow: &dyn Fn(&mut usize)) {}
}

/// One variant for each screen that can lie over the panels, with its state.
macro_rules! overlays {
    ($($(#[$about:meta])* $name:ident($state:ty),)*) => {
        /// A screen over the panels.
        #[derive(Clone, Debug)]
        pub enum Overlay {
            $($(#[$about])* $name($state),)*
        }

        impl Overlay {
            /// The screen itself.
            pub fn screen(&self) -> &dyn Screen {
                match self {
                    $(Overlay::$name(state) => state,)*
                }
            }

            /// The same, mutable.
            pub(crate) fn screen_mut(&mut self) -> &mut dyn Screen {
                match self {
                    $(Overlay::$name(state) => state,)*
                }
            }
        }
    };
}

overlays! {
    /// The form of the plan, if no panel has room for it.
    Form(form::FormScreen),
    /// The help, the meaning of the numbers and marks of a screen, or all numbers of a run or of a point of a sweep.
    Reading(reading::TextScreen),
    /// Runs on one time axis.
    Comparison(comparison::Comparing),
    /// The columns of the history, to choose from and to sort by.
    Columns(columns::ColumnList),
    /// The article's claims, one below the other.
    Claims(claims::ClaimList),
    /// One of the claims.
    Claim(claims::page::ClaimPage),
    /// The advice about the user's function.
    Advice(advice::AdvicePage),
    /// A page of the lesson.
    Lesson(lesson::page::LessonPage),
    /// The interpreters of this machine, to choose from.
    Pythons(pythons::PythonList),
    /// The form for a sweep.
    SweepForm(sweep_form::SweepFormScreen),
    /// The form for exporting runs to a file.
    Export(export::form::Exporting),
}

/// The keys of all screens, in the order of the help.
pub fn all_keys() -> [&'static Keys; 31] {
    [
        &everywhere::PANELS,
        &questions::keys::QUESTIONS,
        &claims::keys::CLAIMS,
        &claims::keys::ASKED,
        &claims::keys::TOLD,
        &claims::keys::CLAIM,
        &advice::keys::ASKED,
        &advice::keys::TOLD,
        &advice::keys::ADVICE,
        &lesson::keys::LESSON,
        &lesson::keys::STEP,
        &forms::ROWS,
        &form::keys::PLAN,
        &forms::OVER,
        &forms::FIELD,
        &timeline::keys::TIMELINE,
        &timeline::keys::PLAYBACK,
        &history::keys::HISTORY,
        &history::keys::FILTER,
        &history::keys::NAME,
        &export::keys::EXPORT,
        &export::keys::WRITING,
        &texts::TYPING,
        &sweep_form::keys::SWEEP_FORM,
        &sweep::keys::SWEEP,
        &pythons::keys::PYTHONS,
        &columns::keys::COLUMNS,
        &comparison::keys::COMPARISON,
        &texts::READING,
        &everywhere::COMMON,
        &everywhere::ALWAYS,
    ]
}
