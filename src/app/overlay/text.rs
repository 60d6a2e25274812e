//! What an overlay says. It is composed when the user, the screen or a finished run has changed it, and never while
//! drawing: whoever reads during a run shall not disturb what is measured.

use super::super::App;
use super::super::comparison::Composition;
use super::super::details::{self, Row};
use super::super::reading::{self, Line, Section};
use super::super::sweep::point;
use super::{FRAME_COLUMNS, FRAME_ROWS, Overlay, TEXT_COLUMNS};

/// The widest that two columns get, with their frame.
const TWO_COLUMNS: u16 = 164;
/// From so many columns on, a screen has room for two columns of text.
const ROOM_FOR_TWO: u16 = 112;

/// What an overlay says, broken for the screen that there is.
#[derive(Clone, Debug)]
pub enum Text {
    /// The help or an explanation.
    Reading(Reading),
    /// All numbers of one record.
    Details(Vec<Row>),
    /// Runs on one time axis.
    Comparison(Composition),
}

/// A text about the program.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What it is.
    pub title: String,
    /// How wide it is with its frame, in columns.
    pub width: u16,
    /// Its rows, broken for that width.
    pub lines: Vec<Line>,
    /// What the rows were made from: breaking them costs far more than finding out that they are still the same.
    sections: Vec<Section>,
}

impl Reading {
    /// These sections in so many columns, the frame included; the rows of `former` if they say the same.
    fn of(
        former: Option<Text>,
        title: String,
        width: u16,
        sections: Vec<Section>,
        lay_out: fn(&[Section], u16) -> Vec<Line>,
    ) -> Text {
        match former {
            Some(Text::Reading(same)) if same.width == width && same.sections == sections => {
                Text::Reading(Reading { title, ..same })
            }
            _ => {
                // The last column says whether there is more above or below.
                let lines = lay_out(&sections, width.saturating_sub(FRAME_COLUMNS + 1));
                Text::Reading(Reading {
                    title,
                    width,
                    lines,
                    sections,
                })
            }
        }
    }
}

impl App {
    /// What the overlay says, if it is one to be read.
    pub fn text(&self) -> Option<&Text> {
        self.text.as_ref()
    }

    /// Brings the overlay's text up to date. Without news, only a run has gone on: that changes nothing of finished runs.
    pub(in crate::app) fn compose_text(&mut self, is_news: bool) {
        let former = self.text.take();
        self.text = self.composed(former, is_news);
    }

    fn composed(&self, former: Option<Text>, is_news: bool) -> Option<Text> {
        let columns = self.size.0;
        match self.overlay.as_ref()? {
            Overlay::Form
            | Overlay::Columns
            | Overlay::Pythons { .. }
            | Overlay::SweepForm
            | Overlay::Export(_) => None,
            Overlay::Help { here, .. } => {
                let width = if columns < ROOM_FOR_TWO {
                    TEXT_COLUMNS
                } else {
                    TWO_COLUMNS
                };
                let sections = reading::help(here);
                Some(Reading::of(
                    former,
                    "Help".into(),
                    width.min(columns),
                    sections,
                    reading::two_columns,
                ))
            }
            Overlay::Explanation { topic, .. } => {
                let title = format!("{} · what it says and how it was measured", topic.name());
                let sections = reading::explanation(self, *topic);
                let width = TEXT_COLUMNS.min(columns);
                Some(Reading::of(
                    former,
                    title,
                    width,
                    sections,
                    reading::one_column,
                ))
            }
            Overlay::Details { .. } | Overlay::Point { .. } | Overlay::Comparison { .. }
                if !is_news =>
            {
                former
            }
            Overlay::Point {
                number,
                configuration,
                ..
            } => {
                let width = TEXT_COLUMNS.min(columns).saturating_sub(FRAME_COLUMNS + 1);
                let sweep = self.history.sweep(*number)?;
                Some(Text::Details(point::rows(
                    &self.history,
                    sweep,
                    *configuration,
                    width,
                )))
            }
            Overlay::Details { number, .. } => {
                // The last column says whether there is more above or below.
                let width = TEXT_COLUMNS.min(columns).saturating_sub(FRAME_COLUMNS + 1);
                self.history.get(*number).map(|entry| {
                    Text::Details(details::rows(
                        &self.history,
                        entry,
                        self.history.here(),
                        width,
                    ))
                })
            }
            Overlay::Comparison { numbers, .. } => {
                let room = (
                    columns.saturating_sub(FRAME_COLUMNS),
                    self.size.1.saturating_sub(FRAME_ROWS),
                );
                Some(Text::Comparison(Composition::of(
                    &self.history,
                    numbers,
                    room,
                )))
            }
        }
    }

    /// So many rows of the text that lies over the panels are outside of the view.
    pub(in crate::app) fn hidden_rows(&self) -> u16 {
        let rows = match &self.text {
            None => 0,
            Some(Text::Reading(reading)) => reading.lines.len(),
            Some(Text::Details(rows)) => rows.len(),
            Some(Text::Comparison(composition)) => return composition.hidden_rows(),
        };
        u16::try_from(rows)
            .unwrap_or(u16::MAX)
            .saturating_sub(self.size.1.saturating_sub(FRAME_ROWS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::key::Key;
    use crate::app::message::{Effect, Msg};
    use crate::domain::machine::Limits;
    use crate::domain::speed::Speed;
    use crate::fixtures::explorer::{self, Scenario};

    /// Where the rows of the help or the explanation are in memory: rows that are composed anew are elsewhere, as the old
    /// ones are still there when they are made.
    fn rows_at(app: &App) -> *const Line {
        let Some(Text::Reading(reading)) = app.text() else {
            panic!("{:?}", app.text())
        };
        reading.lines.as_ptr()
    }

    #[test]
    fn a_run_that_goes_on_and_a_key_that_scrolls_leave_the_text_as_it_was_composed() {
        for key in ['?', 'i'] {
            let mut app = App::new(explorer::machine(2), Limits::default());
            let _ = app.update(Msg::Calibrated(Speed::uniform(40e6)));
            let effects = app.update(Msg::Key(Key::Char('2')));
            let [.., Effect::Start(plan)] = &effects[..] else {
                panic!("{effects:?}")
            };
            let run = Scenario::new(plan.clone(), 2);
            let _ = app.update(Msg::Key(Key::Char(key)));
            let composed = rows_at(&app);
            for ms in (0..600).step_by(20) {
                let _ = app.update(Msg::Batch(run.batch(ms * 1_000_000, (ms + 20) * 1_000_000)));
                assert_eq!(rows_at(&app), composed, "{key} at {ms} ms");
            }
            let _ = app.update(Msg::Key(Key::Down));
            assert_eq!(rows_at(&app), composed, "{key}");
            let _ = app.update(Msg::Resized {
                columns: 70,
                rows: 20,
            });
            assert_ne!(
                rows_at(&app),
                composed,
                "{key}: the screen has other columns"
            );
        }
    }

    #[test]
    fn a_text_that_is_closed_is_gone_and_what_lay_below_is_back() {
        let mut app = App::new(explorer::machine(2), Limits::default());
        let _ = app.update(Msg::Key(Key::Char('i')));
        let rows = |app: &App| match app.text() {
            Some(Text::Reading(reading)) => Some((reading.title.clone(), reading.lines.clone())),
            _ => None,
        };
        let explained = rows(&app);
        let _ = app.update(Msg::Key(Key::Char('?')));
        assert_ne!(rows(&app), explained);
        let _ = app.update(Msg::Key(Key::Esc));
        assert_eq!(rows(&app), explained);
        let _ = app.update(Msg::Key(Key::Esc));
        assert!(app.text().is_none());
    }
}
