//! Which runs of a history say something together.

use std::collections::HashMap;

use super::{Entry, History};
use crate::catalog::caveat::Caveat;
use crate::domain::record::{Part, Record};
use crate::domain::repeats::{self, is_repeat};

impl History {
    /// The sound runs that repeat the one with this number, itself among them, oldest first: see [`is_repeat`]. None if
    /// it is not sound itself, or warmed up.
    pub fn repeats_of(&self, number: usize) -> Vec<&Entry> {
        let Some(this) = self.get(number) else {
            return vec![];
        };
        let this = (&this.record, &*this.provenance);
        self.entries
            .iter()
            .filter(|other| is_repeat(this, (&other.record, &other.provenance)))
            .collect()
    }

    /// All runs whose time counts, by what they repeat: O(n).
    pub fn repeats(&self) -> Vec<Vec<&Entry>> {
        groups(&self.entries.iter().collect::<Vec<_>>())
    }

    /// The records that repeat the run with this number, itself among them.
    pub fn records_of(&self, number: usize) -> Vec<&Record> {
        self.repeats_of(number)
            .into_iter()
            .map(|repeat| &repeat.record)
            .collect()
    }

    /// Makes this run the baseline of all runs of the same work, whatever was chosen before. What is the baseline anyway
    /// need not be chosen.
    ///
    /// # Errors
    /// Why it cannot be one, in one sentence.
    pub fn measure_against(&mut self, number: usize) -> Result<(), String> {
        let Some(entry) = self.get(number) else {
            return Ok(());
        };
        let (work, is_sound) = (entry.record.plan.clone(), entry.record.is_sound());
        if is_sound {
            self.forget_baseline(&work);
        }
        if self
            .get(number)
            .is_some_and(|entry| entry.assessment.is_baseline)
        {
            Ok(())
        } else {
            self.choose_baseline(number)
        }
    }

    /// The repeats of the run with this number are judged anew, as it is one more of them.
    pub(super) fn doubt_outliers(&mut self, number: usize) {
        let Some(part) = self
            .get(number)
            .and_then(|entry| entry.record.campaign.clone())
        else {
            return;
        };
        self.doubt_campaigns(|other| other.id == part.id);
    }

    /// All campaigns are judged anew.
    pub(super) fn doubt_all_outliers(&mut self) {
        self.doubt_campaigns(|_| true);
    }

    fn doubt_campaigns(&mut self, concerns: impl Fn(&Part) -> bool) {
        let is_concerned =
            |entry: &&mut Entry| entry.record.campaign.as_ref().is_some_and(&concerns);
        let mut parts: Vec<&mut Entry> = self.entries.iter_mut().filter(is_concerned).collect();
        let outliers = repeats::outliers_of_campaigns(parts.iter().map(|entry| &entry.record));
        for (entry, outlier) in parts.iter_mut().zip(outliers) {
            entry.assessment.outlier = outlier.map(Caveat::from);
        }
    }
}

/// Those of these runs that repeat each other, see [`is_repeat`]; the time of runs that are in no group does not count.
pub(super) fn groups<'a>(entries: &[&'a Entry]) -> Vec<Vec<&'a Entry>> {
    let key = |entry: &'a Entry| {
        let (plan, campaign) = (&entry.record.plan, entry.record.campaign.as_ref());
        let measured_by = campaign.map_or(&entry.provenance.session, |part| &part.id);
        (
            plan.model(),
            plan.workers(),
            measured_by,
            campaign.is_some(),
        )
    };
    let mut groups: Vec<Vec<&'a Entry>> = vec![];
    let mut candidates: HashMap<_, Vec<usize>> = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.record.is_counted()) {
        let known = candidates.entry(key(entry)).or_default();
        let is_its = |at: &&usize| groups[**at][0].record.plan == entry.record.plan;
        match known.iter().find(is_its) {
            Some(at) => groups[*at].push(entry),
            None => {
                known.push(groups.len());
                groups.push(vec![entry]);
            }
        }
    }
    groups
}
