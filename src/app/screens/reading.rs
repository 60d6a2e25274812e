//! Texts that lie over the panels and are read: composed here, so that their length is known; how they look is the
//! ui's business.
//!
//! A text is made of sections. A section is a heading and entries; an entry says something, usually of a term: a key, a
//! mark, the name of a number.

pub mod view;

mod article;
mod explain;
mod help;

pub use explain::Topic;

use std::borrow::Cow;

use crate::app::App;
use crate::app::keys::{Keys, texts};
use crate::app::screens::Screen;
use crate::ui::scroll::{Scroll, TEXT_COLUMNS, inside};

use crate::catalog::metric::Metric;
use crate::domain::phase::Phase;
use crate::domain::text::wrap;

/// The widest that two columns get, with their frame.
const TWO_COLUMNS_MOST: u16 = 164;
/// From so many columns on, a screen has room for two columns of text.
const ROOM_FOR_TWO: u16 = 112;

/// What a text is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Keys, phases, words and signs: first the keys that worked where the user was, innermost first.
    Help(Vec<&'static Keys>),
    /// What the numbers and marks of a screen mean.
    Explanation(Topic),
}

/// A text that lies over the panels.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What it is about.
    pub subject: Subject,
    scroll: Scroll,
    text: Option<Text>,
}

impl Reading {
    pub(crate) fn about(subject: Subject) -> Reading {
        Reading {
            subject,
            scroll: Scroll::default(),
            text: None,
        }
    }
}

impl Screen for Reading {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&texts::READING]
    }

    /// An explanation may depend on the run that goes on.
    fn compose(&mut self, app: &App, _is_news: bool) {
        let (columns, _) = app.size();
        let width = TEXT_COLUMNS.min(columns);
        let former = self.text.take();
        self.text = Some(match &self.subject {
            Subject::Help(here) => {
                let wide = TWO_COLUMNS_MOST.min(columns);
                let width = if columns < ROOM_FOR_TWO { width } else { wide };
                Text::of(former, "Help".into(), width, help::help(here))
            }
            Subject::Explanation(topic) => {
                let title = format!("{} · what it says and how it was measured", topic.name());
                Text::of(former, title, width, explain::explanation(app, *topic))
            }
        });
    }

    fn scroll(&mut self, by: isize, rows: u16) {
        let lines = self.text.as_ref().map_or(0, |text| text.lines.len());
        self.scroll.in_text(by, lines, rows);
    }
}

/// A text about the program, broken for the screen that there is.
#[derive(Clone, Debug)]
struct Text {
    title: String,
    /// How wide it is with its frame, in columns.
    width: u16,
    /// Its rows, broken for that width.
    lines: Vec<Line>,
    /// What the rows were made from: breaking them costs far more than finding out that they are still the same.
    sections: Vec<Section>,
}

impl Text {
    /// These sections in so many columns, the frame included; the rows of `former` if they say the same.
    fn of(former: Option<Text>, title: String, width: u16, sections: Vec<Section>) -> Text {
        match former {
            Some(same) if same.width == width && same.sections == sections => {
                Text { title, ..same }
            }
            _ => Text {
                title,
                width,
                lines: laid_out(&sections, inside(width).saturating_sub(1)),
                sections,
            },
        }
    }
}

/// From so many columns on, a text that asks for it has two columns.
const TWO_COLUMNS: u16 = 100;
/// Columns between the two.
const BETWEEN: usize = 3;
/// Columns before a term.
const INDENT: usize = 2;
/// What is said begins no further right than this, behind the indent.
const LONGEST_TERM: usize = 16;

/// How a piece of a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As any text.
    Plain,
    /// Like a heading, a key or a sign.
    Strong,
    /// In the style of this phase; without a text of its own it is the phase's mark.
    Phase(Phase),
    /// Like the curve of concurrency.
    Concurrency,
    /// Like the curve of parallelism, and our share of a core.
    Parallelism,
    /// Like the share of a core that others use.
    Others,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What is written; empty for a phase's mark, which is one column wide.
    pub text: Cow<'static, str>,
    /// How.
    pub look: Look,
}

impl Piece {
    fn new(text: impl Into<Cow<'static, str>>, look: Look) -> Piece {
        Piece {
            text: text.into(),
            look,
        }
    }

    fn width(&self) -> usize {
        // A phase without a text is its mark.
        self.text
            .chars()
            .count()
            .max(usize::from(matches!(self.look, Look::Phase(_))))
    }
}

/// A row of a text.
pub type Line = Vec<Piece>;

fn width_of(line: &[Piece]) -> usize {
    line.iter().map(Piece::width).sum()
}

/// Something that is said, usually of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    term: Line,
    said: Cow<'static, str>,
}

impl Entry {
    fn plain(said: impl Into<Cow<'static, str>>) -> Entry {
        Entry {
            term: vec![],
            said: said.into(),
        }
    }

    fn named(name: impl Into<Cow<'static, str>>, said: impl Into<Cow<'static, str>>) -> Entry {
        Entry {
            term: vec![Piece::new(name, Look::Strong)],
            said: said.into(),
        }
    }

    /// A number of a run; phases say only what they mean, as the timeline tells how they are measured.
    fn metric(metric: &Metric) -> Entry {
        match metric.phase() {
            Some(phase) => Entry::phase(phase),
            None => Entry::named(metric.name, metric.said()),
        }
    }

    fn phase(phase: Phase) -> Entry {
        let term = vec![
            Piece::new("", Look::Phase(phase)),
            Piece::new(" ", Look::Plain),
            Piece::new(phase.name(), Look::Strong),
        ];
        Entry {
            term,
            said: phase.meaning().into(),
        }
    }
}

/// A heading with what is said below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    heading: Cow<'static, str>,
    entries: Vec<Entry>,
}

impl Section {
    fn new(heading: impl Into<Cow<'static, str>>, entries: Vec<Entry>) -> Section {
        Section {
            heading: heading.into(),
            entries,
        }
    }

    /// Its rows where there are so many columns: what is said is broken, and goes on below where it began.
    fn lines(&self, width: u16) -> Vec<Line> {
        let terms = self.entries.iter().map(|entry| width_of(&entry.term)).max();
        let longest = terms.unwrap_or(0).min(LONGEST_TERM);
        let heading = wrap(&self.heading, width).into_iter();
        let mut lines: Vec<Line> = heading
            .map(|text| vec![Piece::new(text, Look::Strong)])
            .collect();
        for entry in &self.entries {
            // A paragraph among terms is as wide as the section.
            let is_named = !entry.term.is_empty();
            let begin = if is_named { INDENT + longest + 2 } else { 0 };
            let mut term = entry.term.clone();
            if is_named {
                term.insert(0, Piece::new(" ".repeat(INDENT), Look::Plain));
            }
            for text in wrap(&entry.said, width.saturating_sub(columns(begin))) {
                let mut line = std::mem::take(&mut term);
                fill_up(&mut line, begin);
                line.push(Piece::new(text, Look::Plain));
                lines.push(line);
            }
        }
        lines
    }
}

fn columns(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// Spaces up to this column.
fn fill_up(line: &mut Line, column: usize) {
    let missing = column.saturating_sub(width_of(line));
    if missing > 0 {
        line.push(Piece::new(" ".repeat(missing), Look::Plain));
    }
}

/// The sections below each other, with an empty row between two; in two columns where there is room for both. The left one
/// is read first, and no section is torn apart.
fn laid_out(sections: &[Section], width: u16) -> Vec<Line> {
    let has_two = width >= TWO_COLUMNS;
    let column = if has_two {
        (width - columns(BETWEEN)) / 2
    } else {
        width
    };
    let blocks: Vec<Vec<Line>> = sections
        .iter()
        .map(|section| section.lines(column))
        .collect();
    let rows = |blocks: &[Vec<Line>]| blocks.iter().map(|block| block.len() + 1).sum::<usize>();
    let higher = |at: &usize| rows(&blocks[..*at]).max(rows(&blocks[*at..]));
    let balanced = (1..=blocks.len()).min_by_key(higher).filter(|_| has_two);
    let (left, right) = blocks.split_at(balanced.unwrap_or(blocks.len()));
    let (mut lines, right) = (left.join(&vec![]), right.join(&vec![]));
    lines.resize(lines.len().max(right.len()), vec![]);
    for (line, right) in lines.iter_mut().zip(right) {
        if !right.is_empty() {
            fill_up(line, usize::from(column) + BETWEEN);
            line.extend(right);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::message::{Effect, Msg};
    use crate::app::screens::Overlay;
    use crate::domain::machine::Limits;
    use crate::domain::speed::Speed;
    use crate::fixtures::explorer::{self, Scenario};
    use crate::ui::key::Key;

    fn reading(app: &App) -> Option<&Text> {
        match app.overlay()? {
            Overlay::Reading(reading) => reading.text.as_ref(),
            _ => None,
        }
    }

    /// Where the rows of the help or the explanation are in memory: rows that are composed anew are elsewhere, as the old
    /// ones are still there when they are made.
    fn rows_at(app: &App) -> *const Line {
        reading(app).expect("a text is there").lines.as_ptr()
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
        let rows =
            |app: &App| reading(app).map(|reading| (reading.title.clone(), reading.lines.clone()));
        let explained = rows(&app);
        let _ = app.update(Msg::Key(Key::Char('?')));
        assert_ne!(rows(&app), explained);
        let _ = app.update(Msg::Key(Key::Esc));
        assert_eq!(rows(&app), explained);
        let _ = app.update(Msg::Key(Key::Esc));
        assert!(app.overlay().is_none());
    }

    fn text(line: &[Piece]) -> String {
        line.iter()
            .map(|piece| {
                if piece.width() > piece.text.chars().count() {
                    "*"
                } else {
                    &*piece.text
                }
            })
            .collect()
    }

    fn sections() -> Vec<Section> {
        let entries = vec![
            Entry::named("one", "said of the first"),
            Entry::named("three", "of the other"),
        ];
        vec![
            Section::new("Numbers", entries),
            Section::new("More", vec![Entry::phase(Phase::Gil)]),
        ]
    }

    #[test]
    fn what_is_said_of_a_term_goes_on_below_where_it_began() {
        let lines: Vec<String> = sections()[0]
            .lines(20)
            .iter()
            .map(|line| text(line))
            .collect();
        assert_eq!(
            lines,
            [
                "Numbers",
                "  one    said of the",
                "         first",
                "  three  of the",
                "         other"
            ]
        );
    }

    #[test]
    fn two_columns_hold_every_section_whole_and_only_where_there_is_room() {
        let wide = laid_out(&sections(), 103);
        assert_eq!(wide.len(), 3, "the longer of two");
        assert!(text(&wide[0]).starts_with("Numbers   ") && text(&wide[0]).ends_with("More"));
        assert_eq!(
            text(&wide[1]).find('*'),
            text(&wide[0]).find("More").map(|at| at + INDENT)
        );
        assert_eq!(
            laid_out(&sections(), 60).len(),
            3 + 1 + 2,
            "below each other, one row apart"
        );
    }

    #[test]
    fn no_line_is_wider_than_its_room() {
        for width in [20, 40, 55, 79, 100, 115, 160] {
            for line in laid_out(&sections(), width) {
                assert!(width_of(&line) <= usize::from(width), "{}", text(&line));
            }
        }
    }
}
