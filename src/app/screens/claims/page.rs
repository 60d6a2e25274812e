//! One claim: what has to come out and what the class expects; afterwards the verdict, and what it is based on.
//!
//! The page is composed when something changes, for the room of the screen. The view only draws it.

mod told;

pub use told::{ArmBar, BETWEEN, Evidence, Told};

use crate::{
    analysis::verified::Verified,
    app::{
        App,
        keys::Keys,
        screens::{Screen, claims::keys, reading::Topic},
    },
    catalog::claim::Expectation,
    domain::{estimate, rounds::LEAST_PAIRS, text::wrap},
    present::sentence::{self, estimate::will_take},
    ui::{
        scroll::{FRAME_ROWS, Scroll, cells, inside},
        text::{Page, TextLine, TextPart, TextStyle},
    },
};

/// The maximum width of the page inside its frame, in columns.
pub const WIDTH: u16 = 116;
/// The width of the terms before the paragraphs, in columns.
const TERMS: usize = 10;
/// From this number of rows on, empty rows surround the claim.
pub const ROOMY: u16 = 30;

/// A claim, over the panels.
#[derive(Clone, Debug, Default)]
pub struct ClaimPage {
    /// How far the text is scrolled.
    pub scroll: Scroll,
    /// The contents, laid out for the screen.
    pub parts: PageParts,
}

/// The contents of the page.
#[derive(Clone, Debug, Default)]
pub struct PageParts {
    /// What is known about the claim, for the frame.
    pub title: String,
    /// The claim in lines.
    pub claim: Vec<String>,
    /// The number of rows of the claim, with the empty rows above and below it.
    pub claim_rows: u16,
    /// What is to be decided, or what was found out.
    pub stage: ClaimStage,
    /// The number of rows of the stage, with the empty row that separates it from the text.
    pub stage_rows: u16,
    /// Paragraphs, above a question and below a verdict. The last rows may be out of sight.
    pub text: Vec<TextLine>,
    /// The number of rows in which they are drawn.
    pub text_rows: u16,
}

/// What the page is about.
#[derive(Clone, Debug, Default)]
pub enum ClaimStage {
    /// The class is asked what it expects.
    Asked {
        /// The question in lines.
        question: Vec<String>,
        /// What can be chosen.
        choices: &'static [Expectation],
        /// How the choices are laid out.
        layout: ChoiceLayout,
    },
    /// The claim is being measured, and the text says what the rounds say so far.
    #[default]
    Measured,
    /// There is a verdict.
    Told(Told),
}

/// How choices are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceLayout {
    /// With their keys in digits of five rows, in two columns.
    Largest,
    /// With their keys in digits of three rows, in two columns.
    Large,
    /// A row for each.
    Rows,
    /// Three in a row.
    Dense,
}

impl ChoiceLayout {
    /// The number of choices beside each other.
    pub fn columns(self) -> usize {
        match self {
            ChoiceLayout::Largest | ChoiceLayout::Large => 2,
            ChoiceLayout::Rows => 1,
            ChoiceLayout::Dense => 3,
        }
    }

    /// The distance from one row of choices to the next.
    pub fn apart(self) -> u16 {
        match self {
            ChoiceLayout::Largest => 6,
            ChoiceLayout::Large => 4,
            ChoiceLayout::Rows | ChoiceLayout::Dense => 1,
        }
    }

    fn rows(self, choices: usize) -> u16 {
        cells(choices.div_ceil(self.columns())) * self.apart()
    }
}

impl Screen for ClaimPage {
    fn keys(&self, app: &App) -> Vec<&'static Keys> {
        let chosen = app.claims().chosen;
        match app.claims().here() {
            _ if app.is_testing(chosen) => vec![&keys::CLAIM],
            Some(verified) if verified.is_told() => vec![&keys::TOLD, &keys::CLAIM],
            _ => vec![&keys::ASKED, &keys::CLAIM],
        }
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::CLAIMS)
    }

    fn compose(&mut self, app: &App, is_news: bool) {
        if let Some(verified) = app.claims().here().filter(|_| is_news) {
            self.parts = PageParts::of(app, verified);
        }
    }

    fn scroll(&mut self, by: isize, _rows: u16) {
        let rows = cells(self.parts.text.len());
        self.scroll
            .by(by, rows.saturating_sub(self.parts.text_rows));
    }
}

impl PageParts {
    /// A page that begins with this sentence, and the columns and rows that are left.
    pub(crate) fn about(sentence: &str, app: &App) -> (PageParts, (u16, u16)) {
        let (columns, rows) = app.room();
        let rows = rows.saturating_sub(FRAME_ROWS);
        let width = inside(columns).min(WIDTH);
        let claim = wrap(sentence, width.saturating_sub(2));
        let claim_rows = cells(claim.len()) + if rows < ROOMY { 1 } else { 3 };
        let parts = PageParts {
            claim,
            claim_rows,
            ..PageParts::default()
        };
        (parts, (width, rows.saturating_sub(claim_rows)))
    }

    fn of(app: &App, verified: &Verified) -> PageParts {
        let (mut parts, (width, left)) = PageParts::about(verified.claim.claim, app);
        let state = if app.is_testing(app.claims().chosen) {
            parts.text = before(app, verified, width);
            "being measured"
        } else if verified.is_told() {
            parts.text = told::paragraphs(app, verified, width);
            parts.tell(app, verified, (width, left));
            sentence::claim::answer(verified.answer())
        } else {
            parts.ask(app, verified, (width, left));
            "not tested yet"
        };
        parts.title = format!("Claim {}: {state}", verified.claim.number);
        parts.settle(left);
        parts
    }

    /// Gives the text the rows that the stage leaves.
    pub(crate) fn settle(&mut self, left: u16) {
        self.text_rows = left.saturating_sub(self.stage_rows);
        if !matches!(self.stage, ClaimStage::Told(_)) {
            // The stage stands below the text.
            self.text_rows = self.text_rows.min(cells(self.text.len()));
        }
    }

    /// Asks what the class expects.
    fn ask(&mut self, app: &App, verified: &Verified, (width, rows): (u16, u16)) {
        let Some(trial) = &verified.trial else {
            return;
        };
        let prediction = verified.claim.prediction;
        let mut question = vec!["What do you expect?".to_string()];
        question.extend(wrap(&sentence::claim::question(trial, prediction), width));
        let expectations = prediction.expectations();
        self.text = before(app, verified, width);
        let above = cells(self.text.len() + question.len() + 2);
        let layouts = [
            ChoiceLayout::Largest,
            ChoiceLayout::Large,
            ChoiceLayout::Rows,
        ];
        let fits = |layout: &ChoiceLayout| above + layout.rows(expectations.len()) <= rows + 1;
        let layout = layouts.into_iter().find(fits);
        let layout = layout.unwrap_or(ChoiceLayout::Dense);
        self.stage_rows = cells(question.len() + 2) + layout.rows(expectations.len());
        self.stage = ClaimStage::Asked {
            question,
            choices: expectations,
            layout,
        };
    }
}

/// What has to come out, how it is measured, and what the rounds say so far.
fn before(app: &App, verified: &Verified, width: u16) -> Vec<TextLine> {
    let mut text = Paragraphs(Page::of(width.saturating_sub(1)));
    let Some(trial) = &verified.trial else {
        return vec![];
    };
    for (i, condition) in sentence::claim::conditions(trial).iter().enumerate() {
        text.say(if i == 0 { "true if" } else { "and" }, condition);
    }
    let controls = app.controls_to_measure();
    let mut plans = trial.arms.clone();
    for (i, control) in controls.iter().enumerate() {
        plans.extend(control.arms.iter().cloned());
        let term = if i == 0 { "control" } else { "and" };
        text.say(term, sentence::claim::topic(control.topic));
    }
    let takes = estimate::of_rounds(&plans, LEAST_PAIRS, app.known());
    let takes = will_take(takes, 1);
    let takes = takes.map(|takes| format!(". The first {LEAST_PAIRS} rounds {takes}"));
    let runs_in = match app.looks_for_python() {
        true => "looking for Python…".into(),
        false => sentence::claim::executed_by(trial) + &takes.unwrap_or_default(),
    };
    text.say("runs in", &runs_in);
    if let Some(live) = app.live().filter(|_| app.is_testing(app.claims().chosen)) {
        let so_far = live.so_far.iter().map(|said| format!(": {said}"));
        text.say("now", &(live.which() + &so_far.collect::<String>()));
    }
    text.0.lines
}

/// Paragraphs after a term each.
struct Paragraphs(Page);

impl Paragraphs {
    fn say(&mut self, term: &'static str, text: &str) {
        let term = vec![TextPart::new(term, TextStyle::Strong)];
        self.0.say_of(term, TERMS + 1, text);
    }
}
