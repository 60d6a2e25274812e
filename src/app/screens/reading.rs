//! Texts to read that lie over the panels. They are composed here, so that their length is known; the ui determines how
//! they look.
//!
//! A text consists of sections. A section is a heading and entries. An entry explains something, usually a term: a key,
//! a mark, the name of a number.

pub mod view;

mod article;
pub(crate) mod details;
mod explain;
mod help;
mod point;

use std::borrow::Cow;

pub use explain::Topic;

use crate::{
    app::{
        App,
        keys::{Keys, texts},
        screens::{Overlay, Screen},
    },
    catalog::metric::Metric,
    domain::phase::Phase,
    present::sentence::{conclusion::place, work},
    ui::{
        scroll::{Scroll, TEXT_COLUMNS, inside},
        text::{Page, TextLine, TextPart, TextStyle, fill_up, marked, width_of},
    },
};

/// The maximum width of two columns, with their frame.
const TWO_COLUMNS_MOST: u16 = 164;
/// The minimum width of a screen for two columns of text.
const ROOM_FOR_TWO: u16 = 112;

/// The subject of a text.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Keys, phases, words and signs. The keys that worked where the user was come first, innermost first.
    Help(Vec<&'static Keys>),
    /// What the numbers and marks of a screen mean.
    Explanation(Topic),
    /// All numbers of the run with this number.
    Run(usize),
    /// All runs and numbers of one point of a sweep.
    Point {
        /// The number of the sweep.
        sweep: usize,
        /// The configuration of its plan.
        configuration: usize,
    },
}

/// A text that lies over the panels, wrapped for the current screen.
#[derive(Clone, Debug)]
pub struct TextScreen {
    /// The subject of the text.
    pub subject: Subject,
    scroll: Scroll,
    title: String,
    /// The width with the frame, in columns.
    width: u16,
    /// The rows, wrapped for that width.
    lines: Vec<TextLine>,
    /// The sections of an explanation, from which the rows were made.
    sections: Vec<Section>,
}

impl TextScreen {
    pub(crate) fn about(subject: Subject) -> TextScreen {
        TextScreen {
            subject,
            scroll: Scroll::default(),
            title: String::new(),
            width: 0,
            lines: vec![],
            sections: vec![],
        }
    }

    /// Wraps the sections for this width. That costs far more than a check whether they are still the same.
    fn explain(&mut self, title: String, width: u16, sections: Vec<Section>) {
        if self.width != width || self.sections != sections {
            self.lines = laid_out(&sections, room(width));
            (self.width, self.sections) = (width, sections);
        }
        self.title = title;
    }

    fn say(&mut self, title: String, width: u16, lines: Vec<TextLine>) {
        (self.title, self.width, self.lines) = (title, width, lines);
    }
}

/// The columns of a text in a frame of this width. The last column inside shows whether there is more above or below.
fn room(width: u16) -> u16 {
    inside(width).saturating_sub(1)
}

impl Screen for TextScreen {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&texts::READING]
    }

    fn topic(&self) -> Option<Topic> {
        match self.subject {
            Subject::Help(_) | Subject::Explanation(_) => None,
            Subject::Run(_) => Some(Topic::DETAILS),
            Subject::Point { .. } => Some(Topic::SWEEP),
        }
    }

    fn compose(&mut self, app: &App, is_news: bool) {
        let (columns, _) = app.size();
        let width = TEXT_COLUMNS.min(columns);
        let history = &app.history;
        match self.subject {
            Subject::Help(ref here) => {
                let wide = TWO_COLUMNS_MOST.min(columns);
                let width = if columns < ROOM_FOR_TWO { width } else { wide };
                let sections = help::help(here);
                self.explain("Help".into(), width, sections);
            }
            // The explanation may depend on the run in progress.
            Subject::Explanation(topic) => {
                let title = format!("{} · what it shows and how it was measured", topic.name());
                self.explain(title, width, explain::explanation(app, topic));
            }
            _ if !is_news => {}
            Subject::Run(number) => {
                if let Some(run) = history.get(number) {
                    let lines = details::lines(history, run, room(width));
                    self.say(work::named(run), width, lines);
                }
            }
            Subject::Point {
                sweep,
                configuration,
            } => {
                if let Some(entry) = history.sweep(sweep)
                    && let Some(plan) = entry.sweep.plan.configurations.get(configuration)
                {
                    let title = format!("{} · sweep #{sweep}", place(plan));
                    let lines = point::lines(history, entry, configuration, room(width));
                    self.say(title, width, lines);
                }
            }
        }
    }

    fn scroll(&mut self, by: isize, rows: u16) {
        self.scroll.in_text(by, self.lines.len(), rows);
    }

    fn renumber(&mut self, follow: &dyn Fn(&mut usize)) {
        if let Subject::Run(number) | Subject::Point { sweep: number, .. } = &mut self.subject {
            follow(number);
        }
    }
}

/// The minimum width at which a text that asks for it has two columns.
const TWO_COLUMNS: u16 = 100;
/// The distance between the two columns.
const BETWEEN: u16 = 3;
/// The indent before a term, in columns.
const INDENT: usize = 2;
/// The maximum width of a term, after the indent, with its explanation beside it.
const LONGEST_TERM: usize = 16;

/// An explanation, usually of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEntry {
    term: TextLine,
    explanation: Cow<'static, str>,
}

impl TextEntry {
    fn plain(said: impl Into<Cow<'static, str>>) -> TextEntry {
        TextEntry {
            term: vec![],
            explanation: said.into(),
        }
    }

    fn named(name: &'static str, said: impl Into<Cow<'static, str>>) -> TextEntry {
        TextEntry {
            term: vec![TextPart::new(name, TextStyle::Strong)],
            explanation: said.into(),
        }
    }

    /// The entry of a metric. The entry of a phase has only its meaning here, because the text about the timeline says
    /// how it is measured.
    fn metric(metric: &Metric) -> TextEntry {
        match metric.phase() {
            Some(phase) => TextEntry::phase(phase),
            None => TextEntry::named(metric.name, metric.explanation()),
        }
    }

    fn phase(phase: Phase) -> TextEntry {
        TextEntry {
            term: marked(phase, TextPart::new(phase.name(), TextStyle::Strong)),
            explanation: phase.meaning().into(),
        }
    }
}

/// A heading with the entries below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    heading: Cow<'static, str>,
    entries: Vec<TextEntry>,
}

impl Section {
    fn new(heading: impl Into<Cow<'static, str>>, entries: Vec<TextEntry>) -> Section {
        Section {
            heading: heading.into(),
            entries,
        }
    }

    /// The rows for this width. An explanation is wrapped, and further rows start at the column of the first.
    fn lines(&self, width: u16) -> Vec<TextLine> {
        let terms = self.entries.iter().map(|entry| width_of(&entry.term)).max();
        let longest = terms.unwrap_or(0).min(LONGEST_TERM);
        let mut page = Page::of(width);
        page.say(&self.heading, TextStyle::Strong);
        for entry in &self.entries {
            // A paragraph among terms is as wide as the section.
            if entry.term.is_empty() {
                page.say(&entry.explanation, TextStyle::Plain);
                continue;
            }
            let indent = TextPart::new(" ".repeat(INDENT), TextStyle::Plain);
            let term = [vec![indent], entry.term.clone()].concat();
            page.say_of(term, INDENT + longest + 2, &entry.explanation);
        }
        page.lines
    }
}

/// The sections below each other, with an empty row between two. They are in two columns if there is room for both. The
/// left column is read first, and no section is divided.
fn laid_out(sections: &[Section], width: u16) -> Vec<TextLine> {
    let has_two = width >= TWO_COLUMNS;
    let column = if has_two {
        (width - BETWEEN) / 2
    } else {
        width
    };
    let blocks: Vec<Vec<TextLine>> = sections
        .iter()
        .map(|section| section.lines(column))
        .collect();
    let rows = |blocks: &[Vec<TextLine>]| blocks.iter().map(|block| block.len() + 1).sum::<usize>();
    let higher = |at: &usize| rows(&blocks[..*at]).max(rows(&blocks[*at..]));
    let balanced = (1..=blocks.len()).min_by_key(higher).filter(|_| has_two);
    let (left, right) = blocks.split_at(balanced.unwrap_or(blocks.len()));
    let (mut lines, right) = (left.join(&vec![]), right.join(&vec![]));
    lines.resize(lines.len().max(right.len()), vec![]);
    for (line, right) in lines.iter_mut().zip(right) {
        if !right.is_empty() {
            fill_up(line, usize::from(column + BETWEEN));
            line.extend(right);
        }
    }
    lines
}

impl App {
    pub(crate) fn can_explain(&self) -> bool {
        self.topic().is_some() || self.is_explaining()
    }

    fn is_explaining(&self) -> bool {
        matches!(
            self.overlay(),
            Some(Overlay::Reading(reading)) if matches!(reading.subject, Subject::Explanation(_))
        )
    }

    pub(crate) fn toggle_help(&mut self) {
        let subject = Subject::Help(self.keys());
        match self.overlay() {
            Some(Overlay::Reading(reading)) if matches!(reading.subject, Subject::Help(_)) => {
                self.close();
            }
            _ => self.lay_over(subject),
        }
    }

    pub(crate) fn toggle_explanation(&mut self) {
        if let Some(topic) = self.topic() {
            self.lay_over(Subject::Explanation(topic));
        } else {
            self.close();
        }
    }

    /// Shows a text over the current one, which returns when the text is closed.
    fn lay_over(&mut self, subject: Subject) {
        let text = Overlay::Reading(TextScreen::about(subject));
        self.open.overlays.push(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{
            message::{Effect, Msg},
            screens::Overlay,
        },
        domain::{machine::WorkerLimits, speed::Speed},
        fixtures::explorer::{self, Scenario},
        ui::key::Key,
    };

    fn reading(app: &App) -> Option<&TextScreen> {
        match app.overlay()? {
            Overlay::Reading(reading) => Some(reading),
            _ => None,
        }
    }

    /// The address of the rows of the help or the explanation. Rows that are composed again have another address,
    /// because the old rows still exist while the new ones are made.
    fn rows_at(app: &App) -> *const TextLine {
        reading(app).expect("a text is there").lines.as_ptr()
    }

    #[test]
    fn a_run_that_goes_on_and_a_key_that_scrolls_leave_the_text_as_it_was_composed() {
        for key in ['?', 'i'] {
            let mut app = App::new(explorer::machine(2), WorkerLimits::default());
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
        let mut app = App::new(explorer::machine(2), WorkerLimits::default());
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

    fn text(line: &[TextPart]) -> String {
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
            TextEntry::named("one", "said of the first"),
            TextEntry::named("three", "of the other"),
        ];
        vec![
            Section::new("Numbers", entries),
            Section::new("More", vec![TextEntry::phase(Phase::Gil)]),
        ]
    }

    #[test]
    fn further_rows_of_an_explanation_start_at_the_column_of_the_first() {
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
    fn two_columns_keep_every_section_whole_and_are_used_only_if_there_is_room() {
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
