//! The verdict of a claim: what was measured in each arm, whether the class was right, and why it is so.

use unicode_width::UnicodeWidthStr;

use super::{ClaimStage, PageParts, Paragraphs};
use crate::{
    analysis::verified::Verified,
    app::{App, screens::timeline::TimelineView},
    domain::{
        claim::{Answer, Quantity, Test},
        history::RunEntry,
        stats::Ratio,
    },
    present::{sentence, table::fitting},
    ui::{scroll::cells, text::Page, window::Window},
};

/// The width of the longest verdict in letters of three rows, and in letters of five.
const WIDTHS: [u16; 2] = [48, 96];
/// The minimum number of rows for the higher letters.
const ROOM_FOR_HIGH: u16 = 28;
/// The minimum width of what stands beside a verdict, in columns.
const BESIDE: u16 = 26;
/// The height of a run that is shown from near: its title, a row for each of two workers, and the axis.
const TURNS_LEAST: u16 = 6;
/// The maximum height of a worker of such a run, in rows.
const TURN_ROWS: usize = 4;

/// The maximum number of words of a large effect: a number, its unit, and a range with its unit.
const LARGE_WORDS: usize = 4;
/// What separates sayings in a row.
pub const BETWEEN: &str = "  ·  ";
/// The minimum number of rows for the text, which says the same in words.
const TEXT_LEAST: u16 = 4;

/// A verdict.
#[derive(Clone, Debug)]
pub struct Told {
    /// The verdict in capital letters.
    pub verdict: String,
    /// Whether the letters have five rows. All verdicts are equally high on the same screen.
    pub is_high: bool,
    /// The effect with its range, as far as it was measured.
    pub effect: Option<String>,
    /// What was expected, and whether that was right.
    pub expected: Vec<String>,
    /// The column of the effect, if it stands beside the verdict and not below it.
    pub beside_at: Option<u16>,
    /// What a range in parentheses is; empty if there is none.
    pub range: &'static str,
    /// The measurements behind it.
    pub evidence: Evidence,
    /// The number of rows of the measurements, with an empty row below them.
    pub evidence_rows: u16,
}

/// The measurements behind a verdict, as they are drawn.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Nothing was measured that counts.
    Nothing,
    /// A bar for each arm.
    Bars {
        /// What the bars show.
        quantity: &'static str,
        /// The bars.
        bars: Vec<ArmBar>,
        /// The distance from one bar to the next, in rows.
        apart: u16,
    },
    /// The run with this number from near.
    Turns(usize, Window),
}

/// A bar for what was measured in an arm.
#[derive(Clone, Debug)]
pub struct ArmBar {
    /// The workers.
    pub name: String,
    /// Its length as a share of the longest bar.
    pub share: f64,
    /// The value with its interval.
    pub value: String,
}

impl Told {
    /// The number of rows of the verdict and what stands beside or below it.
    pub fn verdict_rows(&self) -> u16 {
        let letters = if self.is_high { 5 } else { 3 };
        let below = match &self.effect {
            _ if self.beside_at.is_some() => 0,
            Some(_) if self.is_high => 1 + 3,
            None if self.expected.is_empty() => 0,
            _ => 1 + 1,
        };
        letters + below
    }
}

impl PageParts {
    /// Says what came out, beside what was expected and above the text.
    pub(crate) fn tell(&mut self, app: &App, verified: &Verified, (width, rows): (u16, u16)) {
        let is_high = rows >= ROOM_FOR_HIGH && width >= WIDTHS[1];
        let letters = WIDTHS[usize::from(is_high)];
        let beside_at = (width >= letters + BESIDE).then_some(letters + 2);
        let expected = expected(app);
        let left = width - beside_at.unwrap_or_default().min(width);
        let room = match beside_at {
            None if !is_high => left.saturating_sub(after_effect(&expected)),
            _ => left,
        };
        let mut told = Told {
            verdict: sentence::claim::answer(verified.answer()).to_uppercase(),
            is_high,
            effect: effect(verified, is_high, room),
            expected,
            beside_at,
            range: range(verified),
            evidence: Evidence::Nothing,
            evidence_rows: 0,
        };
        let verdict_rows = told.verdict_rows() + 1;
        let left = rows.saturating_sub(verdict_rows);
        let beside_text = left.saturating_sub(cells(self.text.len()));
        let evidence =
            turns(app, verified, beside_text).unwrap_or_else(|| bars(app, verified, beside_text));
        if evidence.1 + TEXT_LEAST <= left {
            (told.evidence, told.evidence_rows) = evidence;
        }
        self.stage_rows = verdict_rows + told.evidence_rows;
        self.stage = ClaimStage::Told(told);
    }
}

/// The width of what was expected, in a row after the effect.
fn after_effect(expected: &[String]) -> u16 {
    let widths = expected.iter().map(|said| BETWEEN.width() + said.width());
    cells(widths.sum())
}

/// What the range after a value is; empty if no value has one.
fn range(verified: &Verified) -> &'static str {
    let tests = verified.judgement.iter().flat_map(|judged| &judged.tests);
    let has_range = |test: &&Test| {
        let interval = test.value.and_then(|value| value.interval);
        interval.is_some_and(|range| range.low < range.high)
    };
    let are_counted: Vec<bool> = tests
        .filter(has_range)
        .map(|test| test.condition.measure.quantity().is_counted())
        .collect();
    match (are_counted.contains(&true), are_counted.contains(&false)) {
        (false, false) => "",
        (true, false) => "(a–b): least and most",
        (false, true) => sentence::INTERVAL,
        (true, true) => "(a–b): 95 % interval; least and most of what is counted",
    }
}

/// Why the verdict is what it is, what the article says, and the caveats.
pub(super) fn paragraphs(app: &App, verified: &Verified, width: u16) -> Vec<super::TextLine> {
    let mut text = Paragraphs(Page::of(width.saturating_sub(1)));
    let is_known = verified.answer() != Answer::CannotTell;
    let term = if is_known { "measured" } else { "because" };
    for (i, reason) in sentence::claim::reasons(verified).iter().enumerate() {
        text.say(if i == 0 { term } else { "" }, reason);
    }
    for (trial, judgement) in app.claims().failed_controls(verified) {
        text.say("control", &sentence::claim::control(trial, &judgement));
    }
    if let Some(surprise) = sentence::claim::surprise(verified) {
        text.say("", surprise);
    }
    if let Some(spent) = sentence::claim::spent(verified).filter(|_| is_known) {
        text.say("", &spent);
    }
    if verified.is_as_expected() {
        text.say("why", verified.claim.why);
    }
    text.say("article", verified.claim.article);
    let history = app.history();
    let numbers = verified.runs(history.entries().iter()).into_iter();
    let runs: Vec<&RunEntry> = numbers.filter_map(|number| history.get(number)).collect();
    for caveat in sentence::caveats::of_runs(&runs) {
        text.say("caveat", &caveat);
    }
    text.0.lines
}

/// The effect in a text that fits into `room` columns. Beside a large number there is room for one word.
fn effect(verified: &Verified, is_large: bool, room: u16) -> Option<String> {
    let test = verified.judgement.as_ref()?.tests.first()?;
    let quantity = test.condition.measure.quantity();
    let texts = [
        sentence::claim::effect(verified)?,
        sentence::claim::bare(quantity, test.value?),
    ];
    Some(fitting(texts, |text| {
        let words = text.split(' ').count();
        text.width() <= room.into() && (!is_large || words <= LARGE_WORDS)
    }))
}

/// What the class expected, and whether that was right.
fn expected(app: &App) -> Vec<String> {
    let claims = app.claims();
    let Some(expected) = claims.expected(claims.chosen) else {
        return vec![];
    };
    let was_right = match claims.was_right(claims.chosen) {
        Some(true) => "✓ right",
        Some(false) => "✗ wrong",
        None => "– not scored",
    };
    vec![format!("predicted: {}", expected.words), was_right.into()]
}

/// The run behind the verdict from near, with its rows, if the claim is seen there and they fit.
fn turns(app: &App, verified: &Verified, rows: u16) -> Option<(Evidence, u16)> {
    let run = app.run_behind(verified)?;
    let trace = run.loaded_trace().filter(|_| verified.claim.closer)?;
    let mut view = TimelineView::default();
    view.zoom_to_turns(trace);
    let wanted = cells(trace.lanes.len() * TURN_ROWS) + 3;
    let turns = Evidence::Turns(run.number, view.window(trace));
    (rows > TURNS_LEAST).then(|| (turns, wanted.min(rows)))
}

/// The quantity of the effect in each arm, as bars with their rows. A bar of cores or of a share would
/// be full if it were all of them.
fn bars(app: &App, verified: &Verified, rows: u16) -> (Evidence, u16) {
    let tests = verified.judgement.iter().flat_map(|judged| &judged.tests);
    let is_measured = verified.arms.iter().any(Option::is_some);
    let effect = tests.take(1).find(|_| is_measured);
    let (Some(trial), Some(effect)) = (&verified.trial, effect) else {
        return (Evidence::Nothing, 0);
    };
    let quantity = effect.condition.measure.quantity();
    let least = match quantity {
        Quantity::CoresInUse => {
            let run = app.run_behind(verified);
            run.map_or(0.0, |run| run.provenance.machine.full_use())
        }
        Quantity::Overlap | Quantity::Found | Quantity::Lost => 1.0,
        _ => 0.0,
    };
    let values = verified.arms.iter().flatten().map(|value| value.value);
    let most = values.fold(least, f64::max);
    let bar = |(arm, value): (_, &Option<Ratio>)| {
        let value = (*value)?;
        Some(ArmBar {
            name: sentence::claim::workers(arm),
            share: value.value / most,
            value: sentence::claim::bare(quantity, value),
        })
    };
    let bars = trial.arms.iter().zip(&verified.arms);
    let bars: Vec<ArmBar> = bars.filter_map(bar).collect();
    let needed = |apart: u16| cells(bars.len()).saturating_sub(1) * apart + 3;
    let apart = if needed(2) <= rows { 2 } else { 1 };
    let needed = needed(apart);
    let quantity = sentence::claim::quantity(quantity);
    let drawn = Evidence::Bars {
        quantity,
        bars,
        apart,
    };
    (drawn, needed)
}
