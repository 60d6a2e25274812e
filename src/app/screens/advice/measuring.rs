//! The advice is measured: a race of all ways to execute the calls, and then the code to paste.

use crate::{
    analysis::advised::{Advised, Checked, Surroundings},
    app::{
        App,
        live::{Asked, Question},
        message::Effect,
        screens::Overlay,
    },
    catalog::{model::Model, workload::Workload},
    domain::{
        campaign::Campaign,
        plan::Draft,
        race::{FOR_CODE, RaceCourse},
        record::Record,
    },
    present::{code, sentence::advised as sentence},
};

/// The code to paste may run for at least this many seconds.
const LEAST_FOR_CODE_S: f64 = 2.0;

impl App {
    /// Starts the race of all ways to execute the calls.
    pub(crate) fn begin_advice(&mut self) {
        let Some(advice) = &self.work.advice else {
            return;
        };
        let Some(interpreter) = self.form.python() else {
            return;
        };
        let of = |model: Model| Draft {
            values: self.form.draft().values,
            ..Draft::new(Workload::Function, model, 1)
        };
        let limits = &self.form.limits;
        let drafts = RaceCourse::families(&advice.seen, &[interpreter], of, limits);
        if drafts.is_empty() {
            return self.show_error("no model can call this function here");
        }
        let cores = self.settings.machine.cores_usable;
        let budget_s = self.advice_budget_s() * (1.0 - FOR_CODE);
        let course = RaceCourse::new(drafts, limits, cores, budget_s);
        let id = self.next_campaign_id();
        if let Some(advice) = &mut self.work.advice {
            (advice.campaign, advice.advised) = (Some(id.clone()), None);
        }
        self.begin(Asked {
            id: Some(id),
            question: Some(Question::Advice),
            ..Asked::of(Campaign::from(course))
        });
    }

    fn records_of_advice(&self) -> impl Iterator<Item = &Record> {
        let campaign = self
            .work
            .advice
            .as_ref()
            .and_then(|advice| advice.campaign.as_deref());
        self.records_here()
            .filter(move |record| campaign.is_some() && record.campaign_id() == campaign)
    }

    /// What the runs so far say.
    pub(super) fn advised_so_far(&self, course: &RaceCourse) -> Advised {
        let seen = &self
            .work
            .advice
            .as_ref()
            .expect("an advice is measured")
            .seen;
        let machine = &self.settings.machine;
        let around = Surroundings::on(machine, machine.memory_bytes).and_of(seen);
        Advised::of(course, self.records_of_advice(), seen.into(), &around)
    }

    /// Keeps what came out of the race, if these runs were one, and has its code run once.
    pub(crate) fn conclude_advice(&mut self, asked: &Asked, was_stopped: bool) {
        let (Some(Question::Advice), Some(course)) = (asked.question, asked.campaign.race()) else {
            return;
        };
        let mut advised = self.advised_so_far(course);
        advised.budget_s = self.advice_budget_s();
        let trying = code::of(&advised).filter(|_| !was_stopped);
        let limit_s = (advised.budget_s - advised.spent_s).max(LEAST_FOR_CODE_S);
        let told = sentence::sentence(&advised);
        if let Some(advice) = &mut self.work.advice {
            advice.is_tried = trying.is_some();
            advice.advised = Some(Box::new(advised));
        }
        if let (Some(code), Some(python)) = (trying, self.form.python()) {
            self.out.effects.push(Effect::TryCode {
                interpreter: Box::new(python.clone()),
                code,
                limit_s,
            });
        }
        if !self
            .open
            .overlays
            .iter()
            .any(|overlay| matches!(overlay, Overlay::Advice(_)))
        {
            self.show_notice(format!("{told}. a shows it"));
        }
    }

    /// Takes how the code to paste ran; `None` if it could not be run.
    pub(crate) fn on_code_tried(&mut self, checked: Option<Checked>) {
        if let Some(advice) = &mut self.work.advice {
            advice.is_tried = false;
            if let Some(advised) = &mut advice.advised {
                advised.checked = checked;
            }
        }
    }
}
