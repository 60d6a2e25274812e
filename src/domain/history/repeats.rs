//! Runs that repeat each other.

use std::collections::{HashMap, HashSet};

use super::{History, RunEntry};
use crate::{
    catalog::caveat::Caveat,
    domain::{record::Record, repeats::outliers_among},
};

impl History {
    /// The sound records that repeat the run with this number, including its own, oldest first. Empty if the run is not
    /// sound or is a warm-up run.
    pub fn records_of(&self, number: usize) -> Vec<&Record> {
        let repeats = self.get(number).map(|entry| &*entry.assessment.repeats);
        let numbers = repeats.into_iter().flatten();
        let entries = numbers.filter_map(|number| self.get(*number));
        entries.map(|entry| &entry.record).collect()
    }
}

/// Judges the runs of these campaigns again. A run whose time is far from that of its repeats gets a caveat.
pub fn mark_outliers(entries: &mut [RunEntry], selects: impl Fn(&str) -> bool) {
    let is_selected = |entry: &&RunEntry| entry.record.campaign_id().is_some_and(&selects);
    let parts: Vec<&RunEntry> = entries.iter().filter(is_selected).collect();
    let warm_ups = parts.iter().filter(|entry| entry.record.is_warm_up());
    let warmed_up: HashSet<Option<&str>> =
        warm_ups.map(|entry| entry.record.campaign_id()).collect();
    let outliers = groups(&parts).into_iter().flat_map(|group| {
        let records: Vec<&Record> = group.iter().map(|entry| &entry.record).collect();
        let has_warmed_up = warmed_up.contains(&records[0].campaign_id());
        let outliers = outliers_among(&records, has_warmed_up).into_iter();
        outliers.map(move |(at, caveat)| (group[at].number, caveat))
    });
    let mut outliers: HashMap<usize, Caveat> = outliers.collect();
    for entry in entries.iter_mut().filter(|entry| is_selected(&&**entry)) {
        entry.assessment.outlier = outliers.remove(&entry.number);
    }
}

/// Groups runs that repeat each other: sound runs of the same plan in the same campaign, without warm-up runs. Runs
/// that were measured alone repeat each other within a session. Runs outside these groups do not count.
pub(super) fn groups<'a>(entries: &[&'a RunEntry]) -> Vec<Vec<&'a RunEntry>> {
    let key = |entry: &'a RunEntry| {
        let plan = &entry.record.plan;
        let measured_by = entry.record.campaign_id().ok_or(&entry.provenance.session);
        (plan.model(), plan.workers, measured_by)
    };
    let mut groups: Vec<Vec<&'a RunEntry>> = vec![];
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
