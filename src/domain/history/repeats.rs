//! Which runs of a history say something together.

use std::collections::HashMap;

use super::{Entry, History};
use crate::catalog::caveat::Caveat;
use crate::domain::record::Record;
use crate::domain::repeats::{self, is_repeat};

impl History {
    /// The sound records that repeat the run with this number, itself among them, oldest first: see [`is_repeat`]. None
    /// if it is not sound itself, or warmed up.
    pub fn records_of(&self, number: usize) -> Vec<&Record> {
        let Some(this) = self.get(number) else {
            return vec![];
        };
        let this = (&this.record, &*this.provenance);
        self.entries
            .iter()
            .filter(|other| is_repeat(this, (&other.record, &other.provenance)))
            .map(|other| &other.record)
            .collect()
    }

    /// All runs whose time counts, by what they repeat: O(n).
    pub fn repeats(&self) -> Vec<Vec<&Entry>> {
        groups(&self.entries.iter().collect::<Vec<_>>())
    }

    /// The runs of these campaigns, named by their ids, are judged anew.
    pub(super) fn doubt_outliers(&mut self, concerns: impl Fn(&str) -> bool) {
        let is_concerned = |entry: &&mut Entry| entry.record.campaign_id().is_some_and(&concerns);
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
        let plan = &entry.record.plan;
        let measured_by = entry.record.campaign_id().ok_or(&entry.provenance.session);
        (plan.model(), plan.workers(), measured_by)
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
