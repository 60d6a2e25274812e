//! Which runs of a history say something together.

use super::{Entry, History};
use crate::catalog::caveat::Caveat;
use crate::domain::record::{Part, Record};
use crate::domain::repeats::{self, is_repeat};
use crate::domain::speedup::Baseline;
use crate::domain::stats::Ratio;
use crate::domain::verdict;

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

    /// What came out of the run with this number, in one sentence: if a campaign repeated it, what its repeats say together.
    pub fn verdict_of(&self, number: usize) -> String {
        let Some(entry) = self.get(number) else {
            return String::new();
        };
        let repeats = self.records_of(number);
        match repeats::time(&repeats).filter(|time| time.n > 1 && entry.record.campaign.is_some()) {
            None => entry.verdict(),
            Some(time) => verdict::repeated(&entry.record, &time, self.gain_of(entry, &repeats)),
        }
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

    /// How many times faster these repeats of a run are than its baseline, with that one's repeats.
    fn gain_of(&self, entry: &Entry, repeats: &[&Record]) -> Option<(Ratio, Baseline)> {
        let over = entry.gain()?.over;
        Some((repeats::gain(&self.records_of(over.number), repeats)?, over))
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
