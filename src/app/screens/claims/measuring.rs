//! Claims are measured: their controls first, once in a session, then the runs of the claim.

use crate::{
    analysis::verified::{Obstacle, Verification, Verified},
    app::{
        App,
        live::{Asked, Goal, Question},
        screen::Focus,
        screens::{Overlay, claims::Claims, comparison::Comparing, form::Search},
    },
    catalog::claim::{CLAIMS, Expectation, Setting},
    domain::{
        campaign::Campaign,
        claim::Trial,
        history::RunEntry,
        plan::Plan,
        python::Pythons,
        rounds::{Effort, Rounds},
        speed::Speed,
        text::capitalized,
    },
    present::sentence,
    ui::key::Key,
};

/// Stands for a speed that is not known yet. What is said about claims does not depend on it.
const ANY_SPEED: f64 = 1e8;

impl App {
    /// What can be expected of the claim on the page.
    pub(crate) fn expectations(&self) -> &'static [Expectation] {
        CLAIMS[self.claims().chosen].prediction.expectations()
    }

    /// Keeps what the class expects of the claim on the page, and tests it.
    pub(crate) fn predict(&mut self, key: Key) {
        let mut all = self.expectations().iter();
        if let Some(expected) = all.find(|one| Key::Char(one.key) == key) {
            let claims = &mut self.work.claims;
            claims.expected.insert(claims.chosen, expected);
            self.test_claim();
        }
    }

    /// Tests the claim on the page.
    pub(crate) fn test_claim(&mut self) {
        self.ask(Goal::Claim(self.claims().chosen));
    }

    /// Whether a claim can be tested now.
    pub(crate) fn can_test(&self) -> bool {
        self.why_not_tested().is_none()
    }

    /// Why no claim can be tested now.
    pub(crate) fn why_not_tested(&self) -> Option<&'static str> {
        let searching = "still looking for Python, with which claims are tested. One moment";
        self.why_busy()
            .or(self.looks_for_python().then_some(searching))
    }

    /// Whether it is not known yet if there is a Python.
    pub(super) fn looks_for_python(&self) -> bool {
        *self.form.pythons() == Search::GoesOn
    }

    /// Prepares the claims that have no verdict for what is known about this machine now.
    pub(crate) fn prepare_claims(&mut self) {
        let pythons = Pythons {
            found: self.form.found_pythons().to_vec(),
            ..Pythons::default()
        };
        let setting = Setting::new(&self.settings.machine, &pythons);
        let effort = Effort::of_question(self.settings.budget_s);
        let known = self.known();
        let speed = |draft: &_| {
            let any = || Speed::uniform(ANY_SPEED);
            Some(known.speed_of(draft).unwrap_or_else(any))
        };
        let newer = Verification::new(&CLAIMS, &setting, effort, &self.form.limits, &speed);
        match &mut self.work.claims.verification {
            Some(verification) => verification.renew(newer),
            unprepared => *unprepared = Some(newer),
        }
    }

    /// The controls that will be measured before the claim under the cursor.
    pub(crate) fn controls_to_measure(&self) -> Vec<Trial> {
        let Claims {
            chosen,
            verification,
            ..
        } = &self.work.claims;
        let known = verification.as_ref();
        known.map_or(vec![], |known| known.missing_controls(*chosen))
    }

    /// Starts the runs that test a claim, or those of its controls. The machine's speed is known.
    pub(crate) fn begin_claim(&mut self, at: usize) {
        self.work.claims.chosen = at;
        self.prepare_claims();
        let controls = self.controls_to_measure();
        let asked = if controls.is_empty() {
            self.runs_of_claim(at)
        } else {
            Some(self.asked(Question::Controls(at), controls))
        };
        if let Some(asked) = asked {
            self.open.overlays.clear();
            self.open.focus = Focus::QUESTIONS;
            self.begin(asked);
        }
    }

    /// The runs that test a claim; `None` if that is not possible here.
    fn runs_of_claim(&mut self, at: usize) -> Option<Asked> {
        let trial = self.claims().all().get(at)?.trial.clone()?;
        Some(self.asked(Question::Claim(at), vec![trial]))
    }

    fn asked(&mut self, question: Question, trials: Vec<Trial>) -> Asked {
        let effort = Effort::of_question(self.settings.budget_s * trials.len() as f64);
        Asked {
            id: Some(self.next_campaign_id()),
            question: Some(question),
            ..Asked::of(Campaign::claims(trials, effort))
        }
    }

    /// The controls of a claim were measured in this campaign, whose last run has this number. Goes on with the claim,
    /// unless that run did not do its work.
    pub(crate) fn on_controls_measured(&mut self, at: usize, id: &str, last: usize, is_seen: bool) {
        let rounds = Rounds::of(id, self.records_here());
        if let Some(verification) = &mut self.work.claims.verification {
            verification.control_measured(rounds);
        }
        let is_whole = self
            .history
            .get(last)
            .is_some_and(|run| run.record.is_counted());
        match self.runs_of_claim(at).filter(|_| is_whole) {
            Some(asked) => {
                self.advance(asked, is_seen);
            }
            None => self.on_claim_measured(at, id, last, is_seen),
        }
    }

    /// A claim was measured in this campaign, whose last run has this number.
    pub(crate) fn on_claim_measured(&mut self, at: usize, id: &str, last: usize, is_seen: bool) {
        let run = self.history.get(last);
        let broke = run.is_some_and(|run| run.record.has_broken());
        let why = broke.then(|| sentence::verdict::of(&self.history, last));
        self.conclude_claim(at, id, why);
        self.tell(at, is_seen);
    }

    /// A run of a claim could not be started, or its end was never reported.
    pub(crate) fn on_claim_refused(&mut self, at: usize, why: &str) {
        self.conclude_claim(at, "", Some(why.into()));
        self.tell(at, true);
    }

    /// Judges a claim by the runs of this campaign. `why` says how the last one broke, if it did.
    fn conclude_claim(&mut self, at: usize, id: &str, why: Option<String>) {
        let rounds = Rounds::of(id, self.records_here());
        if let Some(verification) = &mut self.work.claims.verification {
            verification.measured(&[at], id, &rounds);
            if let Some(why) = why {
                verification.claims[at].obstacle = Some(Obstacle::Broken(why));
            }
        }
    }

    /// Shows the verdict of a claim. If the user looks at something else, a notice says what came out.
    fn tell(&mut self, at: usize, is_seen: bool) {
        if is_seen {
            self.show_runs_of(at);
        }
        if self.is_step(at) {
            return self.tell_step(is_seen);
        }
        match self.overlay() {
            Some(Overlay::Claims(_) | Overlay::Claim(_)) => {}
            None if is_seen => {
                self.work.claims.chosen = at;
                self.open_claim();
            }
            _ => {
                let title = capitalized(&sentence::claim::title(CLAIMS[at]));
                let answer = self.claims().all()[at].answer();
                let answer = sentence::claim::answer(answer);
                self.show_notice(format!("{title}: {answer}. V shows it"));
            }
        }
    }

    /// The run of the history that shows the effect of a claim.
    pub(crate) fn run_behind(&self, verified: &Verified) -> Option<&RunEntry> {
        self.run_of_arm(verified, verified.trial.as_ref()?.shown()?)
    }

    /// The run of the history that stands for an arm of a claim.
    fn run_of_arm(&self, verified: &Verified, arm: &Plan) -> Option<&RunEntry> {
        let campaign = verified.campaign.as_deref()?;
        let mut runs = self.history.entries().iter().rev();
        let run = runs.find(|run| {
            let record = &run.record;
            record.campaign_id() == Some(campaign) && record.plan == *arm && record.is_counted()
        });
        self.history.get(self.history.representative(run?.number)?)
    }

    pub(crate) fn has_runs_of_claim(&self) -> bool {
        let verified = self.claims().here();
        verified.is_some_and(|verified| self.run_behind(verified).is_some())
    }

    /// The runs of the history that stand for the arms of the claim on the page.
    fn runs_of_arms(&self) -> Vec<usize> {
        let here = self.claims().here();
        let arms = |here: &'_ Verified| {
            let arms = here.trial.iter().flat_map(|trial| &trial.arms);
            let runs = arms.filter_map(|arm| self.run_of_arm(here, arm));
            runs.map(|run| run.number).collect()
        };
        let mut runs: Vec<usize> = here.map_or(vec![], arms);
        runs.sort_unstable();
        runs
    }

    pub(crate) fn has_several_arms(&self) -> bool {
        self.runs_of_arms().len() > 1
    }

    /// Compares the arms of the claim on the page, over the page.
    pub(crate) fn compare_arms(&mut self) {
        let comparing = Comparing::of(self.runs_of_arms());
        self.open.overlays.push(Overlay::Comparison(comparing));
    }

    /// Shows the run behind a verdict, from near if that is where its effect is seen.
    fn show_runs_of(&mut self, at: usize) {
        let verified = self.claims().all().get(at);
        let run = verified.and_then(|verified| self.run_behind(verified));
        if let Some(number) = run.map(|run| run.number) {
            self.show_row(Some(number));
            if CLAIMS[at].closer {
                self.look(|view, trace| view.zoom_to_turns(trace));
            }
        }
    }

    /// Leaves the page for the run behind its verdict.
    pub(crate) fn go_to_runs(&mut self) {
        self.open.overlays.clear();
        self.open.focus = Focus::QUESTIONS;
        self.show_runs_of(self.claims().chosen);
    }
}
