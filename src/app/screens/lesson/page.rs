//! A page of the lesson: what there is to say before the runs of a step, or what came out of them.

use unicode_width::UnicodeWidthStr;

use crate::{
    app::{
        App,
        keys::Keys,
        screens::{
            Screen,
            claims::page::{ClaimPage, PageParts},
            lesson::{StepResult, keys},
            reading::Topic,
        },
    },
    catalog::lesson::LESSON,
    domain::text::capitalized,
    present::{sentence, table::fitting},
    ui::text::{Page, TextLine, TextStyle},
};

/// The maximum width of the text, in columns. Longer lines are hard to read.
const WIDTH: u16 = 80;

/// A page of the lesson, over the panels. It has the parts of the page of a claim.
#[derive(Clone, Debug, Default)]
pub struct LessonPage(pub ClaimPage);

impl Screen for LessonPage {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&keys::LESSON]
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::CLAIMS)
    }

    fn compose(&mut self, app: &App, is_news: bool) {
        if is_news {
            self.0.parts = page(app);
        }
    }

    fn scroll(&mut self, by: isize, rows: u16) {
        self.0.scroll(by, rows);
    }
}

/// The current page.
fn page(app: &App) -> PageParts {
    let told = app.came_out().filter(|_| app.lesson().is_told);
    let title = app.step().title;
    // A verdict stands below the claim that it is about.
    let (about, title) = match told {
        Some(StepResult::Claim(verified)) => (verified.claim.claim, format!(" · {title}")),
        _ => (title, String::new()),
    };
    let (mut parts, room) = PageParts::about(about, app);
    let width = room.0.min(WIDTH).saturating_sub(1);
    parts.text = match told {
        Some(result) => seen(app, result, width),
        None => before(app, width),
    };
    if let Some(StepResult::Claim(verified)) = told {
        parts.tell(app, verified, room);
    }
    let recorded = app.recording_here().filter(|_| told.is_some());
    let recorded = recorded.map_or("", |_| ", recorded");
    let (at, of) = (app.lesson().at + 1, LESSON.len());
    let place = format!("Lesson: step {at} of {of}{recorded}");
    let titles = [format!("{place}{title}"), place];
    parts.title = fitting(titles, |text| text.width() + 4 <= app.room().0.into());
    parts.settle(room.1);
    parts
}

/// What there is to say before, and below it what Space does.
fn before(app: &App, width: u16) -> Vec<TextLine> {
    let mut page = Page::of(width);
    page.lines = paragraphs(&app.step().before, width);
    if app.is_running() {
        page.heading("It is being measured.");
    } else if app.will_measure() {
        page.heading("Space measures it, p plays recorded runs.");
    } else if app.step_runs() {
        page.heading("Space shows what came out.");
    }
    page.lines
}

/// What there was to see, and what was measured. If that is not what a quiet machine shows, it stands first.
fn seen(app: &App, result: StepResult<'_>, width: u16) -> Vec<TextLine> {
    let mut page = Page::of(width);
    if let Some(recorded) = recorded_on(app) {
        page.say(&capitalized(&recorded), TextStyle::Plain);
    }
    let found = match result {
        StepResult::Claim(verified) => sentence::claim::reason(verified),
        StepResult::Run(run) => sentence::verdict::of(app.history(), run.number),
    };
    let found = found + ".";
    let seen = paragraphs(&app.step().seen, width);
    if result.is_as_expected() {
        page.say("What you saw", TextStyle::Strong);
        page.lines.extend(seen);
        page.lines.push(vec![]);
        page.say(&found, TextStyle::Plain);
    } else {
        page.say(&found, TextStyle::Plain);
        page.heading("What a quiet machine shows");
        page.lines.extend(seen);
    }
    page.lines
}

/// Paragraphs with an empty row between two.
fn paragraphs(texts: &[String], width: u16) -> Vec<TextLine> {
    let mut page = Page::of(width);
    for (i, text) in texts.iter().enumerate() {
        if i > 0 {
            page.lines.push(vec![]);
        }
        page.say_marked(text);
    }
    page.lines
}

/// Where and when the runs of the step were recorded; `None` if they were measured.
fn recorded_on(app: &App) -> Option<String> {
    let run = app.recording_here()?.runs.first()?;
    let [words, ..] = sentence::origin::recorded_on(run)?;
    Some(words)
}
