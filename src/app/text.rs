//! What an overlay says. It is composed when the user, the screen or a finished run has changed it, and never while
//! drawing: whoever reads during a run shall not disturb what is measured.

use crate::app::App;
use crate::app::overlay::Overlay;
use crate::app::screens::comparison::Composition;
use crate::app::screens::details::Row;
use crate::app::screens::reading::{Line, Section};
use crate::app::screens::{details, point, reading};
use crate::ui::scroll::TEXT_COLUMNS;

/// Rows that are not the text's: borders and footer.
const FRAME_ROWS: u16 = 3;
/// Columns that are not the text's: borders and the blanks beside them.
const FRAME_COLUMNS: u16 = 4;
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
    fn of(former: Option<Text>, title: String, width: u16, sections: Vec<Section>) -> Text {
        match former {
            Some(Text::Reading(same)) if same.width == width && same.sections == sections => {
                Text::Reading(Reading { title, ..same })
            }
            _ => Text::Reading(Reading {
                title,
                width,
                lines: reading::laid_out(&sections, within(width)),
                sections,
            }),
        }
    }
}

/// So many columns a text has in a frame; the last one says whether there is more above or below.
fn within(width: u16) -> u16 {
    width.saturating_sub(FRAME_COLUMNS + 1)
}

impl App {
    /// What the overlay says, if it is one to be read.
    pub fn text(&self) -> Option<&Text> {
        self.text.as_ref()
    }

    /// Brings the overlay's text up to date. Without news, only a run has gone on: that changes nothing of finished runs.
    pub(crate) fn compose_text(&mut self, is_news: bool) {
        let former = self.text.take();
        self.text = self.composed(former, is_news);
    }

    fn composed(&self, former: Option<Text>, is_news: bool) -> Option<Text> {
        let (columns, rows) = self.size;
        let width = TEXT_COLUMNS.min(columns);
        match self.overlay.as_ref()? {
            Overlay::Help { here, .. } => {
                let wide = if columns < ROOM_FOR_TWO {
                    width
                } else {
                    TWO_COLUMNS.min(columns)
                };
                Some(Reading::of(
                    former,
                    "Help".into(),
                    wide,
                    reading::help(here),
                ))
            }
            Overlay::Explanation { topic, .. } => {
                let title = format!("{} · what it says and how it was measured", topic.name());
                let sections = reading::explanation(self, *topic);
                Some(Reading::of(former, title, width, sections))
            }
            _ if !is_news => former,
            Overlay::Point {
                number,
                configuration,
                ..
            } => {
                let sweep = self.history.sweep(*number)?;
                let rows = point::rows(&self.history, sweep, *configuration, within(width));
                Some(Text::Details(rows))
            }
            Overlay::Details { number, .. } => {
                let entry = self.history.get(*number)?;
                let rows = details::rows(&self.history, entry, within(width));
                Some(Text::Details(rows))
            }
            Overlay::Comparison { numbers, .. } => {
                let room = (
                    columns.saturating_sub(FRAME_COLUMNS),
                    rows.saturating_sub(FRAME_ROWS),
                );
                let composition = Composition::of(&self.history, numbers, room);
                Some(Text::Comparison(composition))
            }
            _ => None,
        }
    }

    /// So many rows of the text that lies over the panels are outside of the view.
    pub(crate) fn hidden_rows(&self) -> u16 {
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
    use crate::app::message::{Effect, Msg};
    use crate::domain::machine::Limits;
    use crate::domain::speed::Speed;
    use crate::fixtures::explorer::{self, Scenario};
    use crate::ui::key::Key;

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
