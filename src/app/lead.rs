//! The keys in the footer. Those that lead on from the last measurement come first.

use std::borrow::Cow;

use crate::{
    app::{
        App, Shown,
        keys::{Binding, lookup},
        screen::Panel,
        screens::all_keys,
    },
    catalog::{
        experiment::{Experiment, offered},
        workload::Workload,
    },
    domain::{
        plan::{Lock, Plan},
        provenance::Origin,
    },
    ui::key::Key,
};

/// A key in the footer.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The binding of the key.
    pub binding: &'static Binding,
    /// The key, a space, and a few words.
    pub label: Cow<'static, str>,
    /// The key itself, if its binding has several.
    pub key: Option<Key>,
}

impl App {
    /// The keys that do something at the moment: first those that lead on, then the most useful.
    pub fn keys_here(&self) -> Vec<Offer> {
        let keys = self.keys();
        let is_first = |binding: &Binding| {
            let found = lookup(binding.keys[0], &keys);
            found.is_some_and(|(_, first)| std::ptr::eq(first, binding))
        };
        // Keys of equal priority keep the order of the help.
        let known = all_keys().into_iter();
        let known = known.filter(|known| keys.iter().any(|here| std::ptr::eq(*here, *known)));
        let mut here: Vec<&Binding> = known
            .flat_map(|keys| &keys.bindings)
            .filter(|binding| binding.priority > 0 && (binding.when)(self) && is_first(binding))
            .collect();
        here.sort_by_key(|binding| binding.priority);
        let leads = self.leads().into_iter().filter_map(|(key, words)| {
            let key = Key::Char(key);
            let (_, binding) = lookup(key, &keys)?;
            let label = words.map_or_else(
                || self.label(binding),
                |words| format!("{key} {words}").into(),
            );
            (binding.when)(self).then_some(Offer {
                binding,
                label,
                key: Some(key),
            })
        });
        let mut offers: Vec<Offer> = leads.collect();
        here.retain(|here| {
            let is_it = |offer: &Offer| std::ptr::eq(offer.binding, *here);
            here.is_range() || !offers.iter().any(is_it)
        });
        offers.extend(here.into_iter().map(|binding| Offer {
            binding,
            label: self.label(binding),
            key: None,
        }));
        offers
    }

    fn label(&self, binding: &Binding) -> Cow<'static, str> {
        (binding.label_now)(self).unwrap_or(binding.label).into()
    }

    /// The two or three keys that lead on from the shown run, with a label if their own does not say where they lead.
    fn leads(&self) -> Vec<(char, Option<&'static str>)> {
        let Some(Shown::Entry(entry)) = self.shown() else {
            return vec![];
        };
        let is_typed = self.keys().iter().any(|keys| keys.takes_text);
        let is_read = self.overlay().is_none() && self.sweeps.chart.is_none() && !is_typed;
        if !is_read
            || self.timeline.playback.is_some()
            || self.is_busy()
            || self.is_at_step()
            || self.focus().panel == Panel::Setup
            || self.sweep_of_panels().is_some()
        {
            return vec![];
        }
        let plan = &entry.record.plan;
        let is_of_claim = self.claim_of(entry).is_some();
        let mut leads = vec![];
        if is_of_claim {
            leads.push(('V', Some("back to the claims")));
        }
        if self.compared().len() > 1 {
            leads.push(('c', None));
        } else if !plan.is_serial()
            && entry.assessment.baseline.is_none()
            && entry.provenance.origin == Origin::Here
        {
            leads.push(('R', None));
        }
        if self.timeline.view.zoom.is_none() && repays_a_closer_look(plan) {
            leads.push(('+', None));
        }
        let sweep = match self.sweep_here() {
            Some(_) => "its chart",
            None => "next: a sweep",
        };
        let (key, words) = self.next_question(plan).unwrap_or(('s', sweep));
        if !is_of_claim {
            leads.push((key, Some(words)));
        }
        leads
    }

    /// The next question after the one that this plan answers, without those that a run of this session has answered.
    fn next_question(&self, plan: &Plan) -> Option<(char, &'static str)> {
        let questions = offered(self.has_python());
        let here = questions.iter().position(|question| question.is_of(plan));
        let (before, behind) = questions.split_at(here.map_or(0, |here| here + 1));
        let is_answered = |question: &Experiment| {
            let entries = self.history.entries().iter();
            let mut here = entries.filter(|entry| entry.provenance.origin == Origin::Here);
            here.any(|entry| question.is_of(&entry.record.plan))
        };
        let mut next = behind.iter().chain(before);
        let next = next.find(|question| !is_answered(question))?;
        Some((next.key, next.lead))
    }
}

/// Whether the timeline of such a run has details that only a closer look shows: turns at the lock, or single fetches.
fn repays_a_closer_look(plan: &Plan) -> bool {
    let has_details = plan.lock() != Lock::None || plan.workload == Workload::Io;
    has_details && !plan.is_serial()
}
