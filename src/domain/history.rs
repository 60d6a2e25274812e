//! The runs that the user can look at, their pictures, and how much memory those may take.

mod compare;
mod earlier;
mod pictures;
mod removal;
mod repeats;
mod sweeps;

use std::sync::Arc;

pub use earlier::Lot;
pub use pictures::{THINNED_SLICES, TRACE_BYTES};
use removal::Removal;
pub use repeats::doubt_outliers;
pub use sweeps::{Peak, SweepEntry};

use super::{
    assessment::Assessment,
    provenance::{Origin, Provenance},
    record::Record,
    speedup::Gain,
    trace::Trace,
};
use crate::catalog::caveat::Caveat;

/// Whether there is a picture of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Its trace is here.
    Here,
    /// Its trace can be read from the kept history.
    Kept,
    /// Its trace is being read.
    Awaited,
    /// There is none: one sentence says why.
    Gone(String),
}

/// A record with its picture and its number on the screen.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Counts from 1 in the order of measuring; numbers of runs that were removed stay unused.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<String>,
    /// Where and when it was measured.
    pub provenance: Arc<Provenance>,
    /// What was measured.
    pub record: Record,
    /// What it looked like; without lanes unless `picture` is [`Picture::Here`].
    pub trace: Trace,
    /// Whether there is a picture.
    pub picture: Picture,
    /// What the other runs say about it.
    pub assessment: Assessment,
    /// Whether the user made it the baseline of its work: at most one is that of each work.
    is_chosen: bool,
}

impl Entry {
    /// A run of which the others say nothing yet. Where its trace is not at hand, that of a kept run can be read.
    pub fn new(
        number: usize,
        name: Option<String>,
        provenance: Arc<Provenance>,
        record: Record,
        trace: Option<Trace>,
    ) -> Entry {
        let picture = match (&trace, provenance.origin) {
            (Some(_), _) => Picture::Here,
            (None, Origin::Recorded) => {
                Picture::Gone("the shared file has no timeline of this run".into())
            }
            (None, _) => Picture::Kept,
        };
        Entry {
            number,
            name,
            provenance,
            record,
            trace: trace.unwrap_or_default(),
            picture,
            assessment: Assessment::default(),
            is_chosen: false,
        }
    }

    /// Whether an earlier session measured it, or another one that goes on.
    pub fn is_earlier(&self) -> bool {
        self.provenance.origin == Origin::Earlier
    }

    /// Whether this session did not measure it.
    pub fn is_foreign(&self) -> bool {
        self.provenance.origin != Origin::Here
    }

    /// Its number, with its name if it has one: `#12 demo`.
    pub fn called(&self) -> String {
        match &self.name {
            Some(name) => format!("#{} {name}", self.number),
            None => format!("#{}", self.number),
        }
    }

    /// What it looked like, if that is at hand.
    pub fn picture(&self) -> Option<&Trace> {
        (self.picture == Picture::Here).then_some(&self.trace)
    }

    /// Its speed-up with what it was measured against: against itself there is none to tell.
    pub fn gain(&self) -> Option<Gain> {
        self.assessment.gain()
    }

    /// Every reason to trust it less.
    pub fn caveats(&self) -> impl Iterator<Item = &Caveat> + Clone {
        self.assessment.caveats(&self.record)
    }

    /// Whether there is any.
    pub fn is_doubted(&self) -> bool {
        self.caveats().next().is_some()
    }
}

/// A yes-or-no question about a run, as a table of marks asks it.
pub type EntryTest = fn(&Entry) -> bool;

/// What runs and sweeps have in common: they share their numbers.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Its number.
    pub number: usize,
    /// Unique across sessions.
    pub id: &'a str,
    /// What the user calls it.
    pub name: Option<&'a str>,
    /// Where and when it was measured.
    pub provenance: &'a Provenance,
}

impl<'a> From<&'a Entry> for Item<'a> {
    fn from(entry: &'a Entry) -> Item<'a> {
        Item {
            number: entry.number,
            id: &entry.record.id,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
        }
    }
}

impl<'a> From<&'a SweepEntry> for Item<'a> {
    fn from(entry: &'a SweepEntry) -> Item<'a> {
        Item {
            number: entry.number,
            id: &entry.sweep.id,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
        }
    }
}

fn items<'a>(entries: &'a [Entry], sweeps: &'a [SweepEntry]) -> impl Iterator<Item = Item<'a>> {
    let sweeps = sweeps.iter().map(Item::from);
    entries.iter().map(Item::from).chain(sweeps)
}

/// The runs that the user can look at, oldest first.
///
/// ```text
///  history            the entries, in ascending order of their numbers
///   ├─ compare        baselines, speed-ups and the fastest: only of the work that changed, in O(n)
///   ├─ earlier        runs that this session did not measure come in; numbers change hands
///   ├─ pictures       which pictures are here, and how much memory they may take
///   ├─ removal        what was taken out, and back in
///   └─ sweeps         sweeps, which share the numbers of the runs, and which runs are theirs
///   └─ repeats        what runs of one configuration say together
/// ```
#[derive(Clone, Debug)]
pub struct History {
    /// Their numbers ascend.
    entries: Vec<Entry>,
    /// Their numbers ascend; none of them is a run's.
    sweeps: Vec<SweepEntry>,
    /// What was removed and can come back, the latest last.
    removals: Vec<Removal>,
    /// The highest number that was ever given: none is given twice.
    highest: usize,
    /// Whose pictures are looked at now.
    in_sight: Vec<usize>,
    here: Arc<Provenance>,
}

impl History {
    /// An empty history, in which new runs come from `here`.
    pub fn new(here: Arc<Provenance>) -> History {
        History {
            entries: vec![],
            sweeps: vec![],
            removals: vec![],
            highest: 0,
            in_sight: vec![],
            here,
        }
    }

    /// Where new runs come from.
    pub fn here(&self) -> &Arc<Provenance> {
        &self.here
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with this number.
    pub fn get(&self, number: usize) -> Option<&Entry> {
        self.entries.get(self.index_of(number)?)
    }

    fn get_mut(&mut self, number: usize) -> Option<&mut Entry> {
        let at = self.index_of(number)?;
        self.entries.get_mut(at)
    }

    fn index_of(&self, number: usize) -> Option<usize> {
        self.entries
            .binary_search_by_key(&number, |entry| entry.number)
            .ok()
    }

    /// The number that the next run or sweep gets.
    pub fn next_number(&self) -> usize {
        self.highest + 1
    }

    /// Adds a run and recomputes the speed-ups of the same work, as it may be their new baseline. Returns its number,
    /// and whether a picture had to be thinned: this one while it grew, or older ones now.
    pub fn add(&mut self, record: Record, trace: Trace) -> (usize, bool) {
        let poorer = trace.is_thinned;
        let (work, part) = (record.plan.clone(), record.campaign.clone());
        self.highest += 1;
        let here = Arc::clone(&self.here);
        let entry = Entry::new(self.highest, None, here, record, Some(trace));
        self.entries.push(entry);
        self.compare(|entry| entry.record.plan.same_work(&work));
        if let Some(part) = part {
            self.gather(|id| part.id == id);
            doubt_outliers(&mut self.entries, |id| part.id == id);
        }
        (self.highest, self.make_room(TRACE_BYTES) || poorer)
    }

    /// Those that are here, and those that were removed and can come back.
    fn all_items(&self) -> impl Iterator<Item = Item<'_>> {
        let removed = self.removals.iter().flat_map(Removal::items);
        items(&self.entries, &self.sweeps).chain(removed)
    }

    /// The runs that were removed and can come back, and then those that are here, oldest first.
    fn all_entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        let removed = self.removals.iter_mut();
        let removed = removed.flat_map(|removal| &mut removal.entries);
        removed.chain(&mut self.entries)
    }

    /// The run or sweep with this number, which may have been removed.
    pub fn item(&self, number: usize) -> Option<Item<'_>> {
        let run = self.get(number).map(Item::from);
        run.or_else(|| self.all_items().find(|item| item.number == number))
    }

    /// The number of the run or sweep with this id, which may have been removed.
    pub fn number_of(&self, id: &str) -> Option<usize> {
        // Usually the run was measured just now, so the search starts at the end.
        let run = self.entries.iter().rfind(|entry| entry.record.id == id);
        let other = || Some(self.all_items().find(|item| item.id == id)?.number);
        run.map(|entry| entry.number).or_else(other)
    }

    /// The number of the first run or sweep that is called so.
    pub fn named(&self, name: &str) -> Option<usize> {
        let mut items = items(&self.entries, &self.sweeps);
        Some(items.find(|item| item.name == Some(name))?.number)
    }

    /// Calls a run or a sweep something else, or nothing.
    pub fn rename(&mut self, number: usize, name: Option<String>) {
        if let Some(entry) = self.get_mut(number) {
            entry.name = name;
        } else if let Some(sweep) = self.sweep_mut(number) {
            sweep.name = name;
        }
    }
}

#[cfg(test)]
mod tests;
