//! The article's claims: the list of them, what a class expects of each, and what was found out.
//!
//! ```text
//!  Claims      the verdicts and expectations of this session
//!   ├─ ClaimList   all claims, one below the other
//!   ├─ page        one claim: what is expected, then its verdict
//!   └─ measuring   its runs: controls first, then the claim
//! ```

pub mod keys;
mod measuring;
pub mod page;
pub mod view;

use std::collections::BTreeMap;

use crate::{
    analysis::verified::{Obstacle, Verification, Verified},
    app::{
        App,
        keys::Keys,
        live::Question,
        screens::{Overlay, Screen, claims::page::ClaimPage, reading::Topic},
    },
    catalog::claim::{CLAIMS, Claim, Expectation},
    domain::{
        claim::{Judgement, Trial},
        history::RunEntry,
        text::counted,
    },
    present::sentence::claim as sentence,
};

/// The claims in this session. A claim is named by its index in [`CLAIMS`].
#[derive(Debug, Default)]
pub struct Claims {
    /// The claim under the cursor of the list, or on the page.
    pub chosen: usize,
    /// What was measured; `None` until the claims are looked at for the first time.
    verification: Option<Verification>,
    /// What was expected of claims before they were measured.
    expected: BTreeMap<usize, &'static Expectation>,
}

impl Claims {
    /// All claims with what was found out.
    pub fn all(&self) -> &[Verified] {
        let prepared = self.verification.as_ref();
        prepared.map_or(&[], |verification| &verification.claims)
    }

    /// The claim under the cursor or on the page.
    pub fn here(&self) -> Option<&Verified> {
        self.all().get(self.chosen)
    }

    /// What was expected of a claim.
    pub fn expected(&self, at: usize) -> Option<&'static Expectation> {
        self.expected.get(&at).copied()
    }

    /// Whether that was right; `None` if nothing was expected or no verdict was reached.
    pub fn was_right(&self, at: usize) -> Option<bool> {
        let verified = self.all().get(at)?;
        let effect = verified.judgement.as_ref()?.effect();
        let effect = effect.map(|effect| effect.value);
        self.expected(at)?.was_right(verified.answer(), effect)
    }

    /// The controls that keep this claim from being told, with what they have measured.
    fn failed_controls(&self, verified: &Verified) -> Vec<(&Trial, Judgement)> {
        let judged = self.verification.iter();
        let judged = judged.flat_map(Verification::control_judgements);
        let has_failed = |(trial, _): &(&Trial, Judgement)| {
            let blocking = [Obstacle::FailedControl, Obstacle::OpenControl];
            let mut blocking = blocking
                .map(|obstacle| Some(obstacle(trial.topic)))
                .into_iter();
            blocking.any(|obstacle| verified.obstacle == obstacle)
        };
        judged.filter(has_failed).collect()
    }

    /// "3 of 8 claims tested · 2 of 3 predictions right".
    pub fn progress(&self) -> String {
        let all = self.all();
        let told = all.iter().filter(|verified| verified.is_told()).count();
        let tested = format!("{told} of {} tested", counted(all.len() as u64, "claim"));
        let scored: Vec<bool> = (0..all.len()).filter_map(|at| self.was_right(at)).collect();
        let right = scored.iter().filter(|right| **right).count();
        match scored.len() as u64 {
            0 => tested,
            of => format!("{tested} · {right} of {} right", counted(of, "prediction")),
        }
    }
}

/// The list of the claims, over the panels.
#[derive(Clone, Debug, Default)]
pub struct ClaimList {
    /// A claim's title, and what is known about it.
    pub rows: Vec<(String, String)>,
    /// How many were tested, and how many predictions were right.
    pub progress: String,
}

impl Screen for ClaimList {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&keys::CLAIMS]
    }

    fn cursor(&self, app: &App) -> Option<usize> {
        Some(app.claims().chosen)
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::CLAIMS)
    }

    fn compose(&mut self, app: &App, is_news: bool) {
        if is_news {
            let rows = app.claims().all().iter().enumerate();
            let row = |(at, verified): (usize, &Verified)| {
                let title = format!("{:>2}  {}", verified.claim.number, verified.claim.title);
                (title, app.state_of(at))
            };
            self.rows = rows.map(row).collect();
            self.progress = app.claims().progress();
        }
    }
}

impl App {
    /// The claims in this session.
    pub fn claims(&self) -> &Claims {
        &self.work.claims
    }

    /// The claim whose verdict this run is behind.
    pub fn claim_of(&self, run: &RunEntry) -> Option<&'static Claim> {
        let campaign = run.record.campaign_id();
        let mut all = self.claims().all().iter();
        let is_of_it =
            |verified: &&Verified| campaign.is_some() && verified.campaign.as_deref() == campaign;
        Some(all.find(is_of_it)?.claim)
    }

    /// Whether this claim or one of its controls is being measured.
    pub fn is_testing(&self, at: usize) -> bool {
        let question = self.live().and_then(|live| live.asked.question);
        matches!(question, Some(Question::Claim(now) | Question::Controls(now)) if now == at)
    }

    /// What is known about a claim, in a line.
    fn state_of(&self, at: usize) -> String {
        let claims = self.claims();
        let state = match claims.all().get(at) {
            _ if self.is_testing(at) => "… measuring".into(),
            Some(verified) => sentence::state(verified),
            None => String::new(),
        };
        let expected = claims.expected(at).map(|expected| {
            let mark = match claims.was_right(at) {
                Some(true) => " ✓",
                Some(false) => " ✗",
                None => "",
            };
            format!(" · predicted: {}{mark}", expected.words)
        });
        state + &expected.unwrap_or_default()
    }

    /// Shows the list of the claims.
    pub(crate) fn open_claims(&mut self) {
        self.leave_lesson();
        self.out.notice = None;
        self.prepare_claims();
        self.show(Overlay::Claims(ClaimList::default()));
    }

    /// Shows the claim under the cursor. Closing it leads to the list.
    pub(crate) fn open_claim(&mut self) {
        self.open.overlays = vec![
            Overlay::Claims(ClaimList::default()),
            Overlay::Claim(ClaimPage::default()),
        ];
    }

    /// Moves the cursor by `by` claims.
    pub(crate) fn step_claims(&mut self, by: isize) {
        let chosen = &mut self.work.claims.chosen;
        *chosen = chosen.saturating_add_signed(by).min(CLAIMS.len() - 1);
    }

    /// Shows the next claim or the one before. Beyond the ends is the list.
    pub(crate) fn turn_claim(&mut self, next: bool) {
        let before = self.claims().chosen;
        self.step_claims(if next { 1 } else { -1 });
        if self.claims().chosen == before {
            self.close_overlay();
        } else {
            self.open_claim();
        }
    }
}
