//! The advice about the user's function: asked for, measured in front of the user, and told.
//!
//! ```text
//!  Advising      what is known about the advice of this session
//!   ├─ AdvicePage   the screen: what will be called, the candidates while they are measured, what came out
//!   └─ measuring    the race, and the run of the code to paste
//! ```

pub mod keys;
mod measuring;
pub mod view;

use crate::{
    analysis::advised::{Advised, Fate, Tried},
    app::{
        App,
        keys::Keys,
        live::Question,
        screens::{Overlay, Screen, reading::Topic},
    },
    domain::{
        function::SeenFunction,
        plan::Plan,
        race::{RaceCourse, RaceStage},
        text::{capitalized, counted, duration, wrap},
    },
    present::{
        advice_table, code,
        sentence::{advised as sentence, pitfall},
    },
    ui::{
        scroll::{FRAME_ROWS, Scroll, inside},
        text::{Page, TextLine, TextPart, TextStyle},
    },
};

/// The advice takes this many times as long as a question of the explorer.
const TIMES_A_QUESTION: f64 = 5.0;

/// The advice about a function.
#[derive(Debug)]
pub(crate) struct Advising {
    /// What was seen of the function before it was called.
    pub(crate) seen: SeenFunction,
    /// The campaign that measures it; `None` before.
    pub(crate) campaign: Option<String>,
    /// What came out, once it is known.
    pub(crate) advised: Option<Box<Advised>>,
    /// Whether the code to paste is being run.
    pub(crate) is_tried: bool,
}

/// The advice, over the panels.
#[derive(Clone, Debug, Default)]
pub struct AdvicePage {
    /// How far the text is scrolled.
    pub scroll: Scroll,
    /// What the page is about, for the frame.
    pub title: String,
    /// The sentence in the band, in lines.
    pub band: Vec<String>,
    /// The text below, and whether each row is about something that dropped out.
    pub lines: Vec<(TextLine, bool)>,
    /// Whether the timeline of the run in progress stands below.
    pub is_live: bool,
}

impl Screen for AdvicePage {
    fn keys(&self, app: &App) -> Vec<&'static Keys> {
        match &app.work.advice {
            Some(Advising {
                advised: Some(_), ..
            }) => vec![&keys::TOLD, &keys::ADVICE],
            Some(Advising { campaign: None, .. }) => vec![&keys::ASKED, &keys::ADVICE],
            _ => vec![&keys::ADVICE],
        }
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::ADVICE)
    }

    fn compose(&mut self, app: &App, is_news: bool) {
        let Some(advice) = app.work.advice.as_ref().filter(|_| is_news) else {
            return;
        };
        let width = inside(app.room().0);
        let mut page = Page::of(width.saturating_sub(1));
        let name = advice.seen.function.name();
        self.is_live = false;
        let (state, band) = match (&advice.advised, app.race()) {
            (Some(advised), _) => {
                self.lines = told(advised, advice.is_tried, width);
                ("what came out", capitalized(&sentence::sentence(advised)))
            }
            (None, Some(course)) => {
                self.is_live = true;
                let now = app.live().map(|live| executed(&live.plan));
                self.lines = tried(&app.advised_so_far(course), width);
                ("being measured", so_far(course, &now.unwrap_or_default()))
            }
            (None, None) => {
                let (calls, budget_s) = (advice.seen.calls, app.advice_budget_s());
                page.lines.push(vec![]);
                page.say(ASKED, TextStyle::Plain);
                page.lines.push(vec![]);
                page.say_marked("**Enter** starts, and **Esc** leaves without a call.");
                self.lines = page.lines.into_iter().map(|line| (line, false)).collect();
                (
                    "not measured yet",
                    sentence::will_call(&(&advice.seen).into(), calls, budget_s),
                )
            }
        };
        self.title = format!("Advice about {name}: {state}");
        self.band = wrap(&band, width.saturating_sub(2));
    }

    fn scroll(&mut self, by: isize, rows: u16) {
        let above = self.band.len() as u16 + 1;
        self.scroll.in_text(
            by,
            self.lines.len(),
            rows.saturating_sub(above).max(FRAME_ROWS),
        );
    }
}

/// What is said before the function is called.
const ASKED: &str = "A loop, threads, processes and whatever else this Python has execute the calls in turn. What is clearly \
     slower drops out, and what is left is repeated, until it is decided or the time is over. At the end it says which to use, how \
     many, and why, with the code to paste. The function is called for real, so whatever it changes is changed each time.";

/// How a run executes the calls: "python-threads with 4 workers".
fn executed(plan: &Plan) -> String {
    let name = plan.model().name();
    match plan.model().is_serial() {
        true => name.into(),
        false => format!("{name} with {}", counted(plan.workers.into(), "worker")),
    }
}

/// What is being measured, and the time that is left.
fn so_far(course: &RaceCourse, now: &str) -> String {
    let race = &course.race;
    let doing = match race.stage {
        RaceStage::Sizing => "How long does a call take",
        RaceStage::Loop => "How long does the loop take",
        RaceStage::Heats => "How fast is each way",
        RaceStage::Families => "Which way is the fastest",
        RaceStage::Workers => "How many workers are enough",
        RaceStage::Over => "Done",
    };
    let left = duration(race.left_s());
    format!("{doing}? Now {now}; {left} left at most. x takes what there is")
}

/// The candidates, those that dropped out pale.
fn tried(advised: &Advised, width: u16) -> Vec<(TextLine, bool)> {
    let table = advice_table::tried(advised).lines(width.saturating_sub(1).into());
    let has_lost =
        |tried: &&Tried| matches!(tried.fate, Fate::Lost | Fate::Broke(_) | Fate::Differs);
    let lost = advised.tried.iter().filter(has_lost);
    let lost: Vec<String> = lost.map(|tried| sentence::workers(&tried.way)).collect();
    let mut is_pale = false;
    let row = |text: &str| {
        // A row that begins with a space goes on with the one above.
        if !text.starts_with(' ') {
            is_pale = lost.iter().any(|name| text.starts_with(name));
        }
        let plain = TextPart::new(text.to_string(), TextStyle::Plain);
        (vec![plain], is_pale)
    };
    table.lines().map(row).collect()
}

/// What came out, below the sentence.
fn told(advised: &Advised, is_tried: bool, width: u16) -> Vec<(TextLine, bool)> {
    let mut page = Page::of(width.saturating_sub(1));
    let mut lines = tried(advised, width);
    page.heading("Why");
    for reason in sentence::reasons(advised) {
        page.say(&format!("- {reason}"), TextStyle::Plain);
    }
    if !advised.pitfalls.is_empty() {
        page.heading("Beware");
        for pitfall in &advised.pitfalls {
            page.say(
                &format!("- {}", pitfall::sentences(pitfall)),
                TextStyle::Plain,
            );
        }
    }
    if let Some(code) = code::of(advised) {
        page.heading("The code to paste");
        let rows = code
            .lines()
            .map(|row| vec![TextPart::new(row.to_string(), TextStyle::Plain)]);
        page.lines.extend(rows);
        page.lines.push(vec![]);
        match &advised.checked {
            Some(checked) => page.say(&sentence::checked(checked), TextStyle::Strong),
            None if is_tried => page.say("It is being run once as printed…", TextStyle::Strong),
            None => page.say("It has not been run.", TextStyle::Strong),
        }
    }
    lines.extend(page.lines.into_iter().map(|line| (line, false)));
    lines
}

impl App {
    /// How long the advice may take, in seconds.
    pub(crate) fn advice_budget_s(&self) -> f64 {
        self.settings.budget_s * TIMES_A_QUESTION
    }

    /// The race that is being measured.
    pub(crate) fn race(&self) -> Option<&RaceCourse> {
        let asked = &self.live()?.asked;
        asked
            .campaign
            .race()
            .filter(|_| matches!(asked.question, Some(Question::Advice)))
    }

    /// The advice that was given last.
    pub fn advised(&self) -> Option<&Advised> {
        self.work.advice.as_ref()?.advised.as_deref()
    }

    /// The numbers of the runs behind the advice.
    pub(crate) fn runs_of_advice(&self) -> Vec<usize> {
        let campaign = self
            .work
            .advice
            .as_ref()
            .and_then(|advice| advice.campaign.as_deref());
        let entries = self.history.entries().iter();
        let is_of_it = |id: Option<&str>| campaign.is_some() && id == campaign;
        let runs = entries.filter(|run| is_of_it(run.record.campaign_id()));
        runs.map(|run| run.number).collect()
    }

    /// The advice, if all runs behind it have these numbers.
    pub fn advice_behind(&self, numbers: &[usize]) -> Option<&Advised> {
        let runs = self.runs_of_advice();
        let are_there = !runs.is_empty() && runs.iter().all(|run| numbers.contains(run));
        self.advised().filter(|_| are_there)
    }

    /// Why there is no advice now.
    pub(crate) fn why_no_advice(&self) -> Option<&'static str> {
        const NO_FUNCTION: &str = "advice is about a function of yours: choose the workload function in the plan (f), and name one";
        const OF_COMMAND: &str =
            "how many commands at once: pconc-tui advise --command says it, without the explorer";
        match self.form.seen_function() {
            _ if self.race().is_some() => None,
            Some(_) => self.why_busy(),
            None if self.advised().is_some() => None,
            None if self.form.chosen_command().is_some() => Some(OF_COMMAND),
            None => Some(NO_FUNCTION),
        }
    }

    /// Shows the advice about the function of the form, or asks whether it may be called.
    pub(crate) fn open_advice(&mut self) {
        let known = self.work.advice.as_ref().map(|advice| &advice.seen);
        let wanted = self.form.seen_function().filter(|_| self.race().is_none());
        if let Some(seen) = wanted.filter(|seen| known != Some(seen)).cloned() {
            self.work.advice = Some(Advising {
                seen,
                campaign: None,
                advised: None,
                is_tried: false,
            });
        }
        self.out.notice = None;
        self.show(Overlay::Advice(AdvicePage::default()));
    }
}
