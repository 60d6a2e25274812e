//! The runs that the user can look at, their traces, and how much memory the traces may take.

mod compare;
mod earlier;
mod removal;
mod repeats;
mod sweeps;
mod traces;
mod turns;

use std::sync::Arc;

pub use earlier::Lot;
use removal::Removal;
pub use repeats::mark_outliers;
pub use sweeps::{Peak, SweepEntry};
pub use traces::{THINNED_INTERVALS, TRACE_BYTES};

use super::{
    assessment::Assessment,
    provenance::{Origin, Provenance},
    record::Record,
    speedup::Gain,
    trace::Trace,
};
use crate::catalog::caveat::Caveat;

/// Whether the trace of a run is available.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceState {
    /// The trace is in memory.
    Here,
    /// The trace can be read from the kept history.
    Kept,
    /// The trace is being read.
    Awaited,
    /// There is no trace; one sentence says why.
    Gone(String),
}

/// A record with its trace and its number on the screen.
#[derive(Clone, Debug)]
pub struct RunEntry {
    /// Counts from 1 in the order of measuring. Numbers of removed runs stay unused.
    pub number: usize,
    /// What the user calls it; `None` without a name.
    pub name: Option<String>,
    /// Where and when it was measured.
    pub provenance: Arc<Provenance>,
    /// What was measured.
    pub record: Record,
    /// The trace. It has lanes only if `trace_state` is [`TraceState::Here`].
    pub trace: Trace,
    /// Whether the trace is available.
    pub trace_state: TraceState,
    /// How the run compares with the other runs.
    pub assessment: Assessment,
    /// Whether the user made it the baseline of its work. Each work has at most one such run.
    is_chosen: bool,
}

impl RunEntry {
    /// A run that is not compared with others yet. If a kept run has no trace here, the trace can be read later.
    pub fn new(
        number: usize,
        name: Option<String>,
        provenance: Arc<Provenance>,
        record: Record,
        trace: Option<Trace>,
    ) -> RunEntry {
        let trace_state = match (&trace, provenance.origin) {
            (Some(_), _) => TraceState::Here,
            (None, Origin::Recorded) => {
                TraceState::Gone("the shared file has no timeline of this run".into())
            }
            (None, _) => TraceState::Kept,
        };
        RunEntry {
            number,
            name,
            provenance,
            record,
            trace: trace.unwrap_or_default(),
            trace_state,
            assessment: Assessment::default(),
            is_chosen: false,
        }
    }

    /// Whether another session measured it, an earlier one or one that still runs.
    pub fn is_earlier(&self) -> bool {
        self.provenance.origin == Origin::Earlier
    }

    /// Whether this session did not measure it.
    pub fn is_foreign(&self) -> bool {
        self.provenance.origin != Origin::Here
    }

    /// The number, followed by the name if there is one: `#12 demo`.
    pub fn called(&self) -> String {
        match &self.name {
            Some(name) => format!("#{} {name}", self.number),
            None => format!("#{}", self.number),
        }
    }

    /// The trace, if it is in memory.
    pub fn loaded_trace(&self) -> Option<&Trace> {
        (self.trace_state == TraceState::Here).then_some(&self.trace)
    }

    /// The speed-up and the baseline. `None` for the baseline itself, because a speed-up over itself is always 1.
    pub fn gain(&self) -> Option<Gain> {
        self.assessment.gain()
    }

    /// Every reason to trust this run less.
    pub fn caveats(&self) -> impl Iterator<Item = &Caveat> + Clone {
        self.assessment.caveats(&self.record)
    }

    /// Whether there is a reason to trust this run less.
    pub fn has_caveats(&self) -> bool {
        self.caveats().next().is_some()
    }
}

/// A yes-or-no question about a run, for a table with marks.
pub type EntryTest = fn(&RunEntry) -> bool;

/// What runs and sweeps have in common. They share one sequence of numbers.
#[derive(Clone, Copy, Debug)]
pub struct HistoryItem<'a> {
    /// The number on the screen.
    pub number: usize,
    /// The id, which is unique across sessions.
    pub id: &'a str,
    /// What the user calls it.
    pub name: Option<&'a str>,
    /// Where and when it was measured.
    pub provenance: &'a Provenance,
}

impl<'a> From<&'a RunEntry> for HistoryItem<'a> {
    fn from(entry: &'a RunEntry) -> HistoryItem<'a> {
        HistoryItem {
            number: entry.number,
            id: &entry.record.id,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
        }
    }
}

impl<'a> From<&'a SweepEntry> for HistoryItem<'a> {
    fn from(entry: &'a SweepEntry) -> HistoryItem<'a> {
        HistoryItem {
            number: entry.number,
            id: &entry.sweep.id,
            name: entry.name.as_deref(),
            provenance: &entry.provenance,
        }
    }
}

fn items<'a>(
    entries: &'a [RunEntry],
    sweeps: &'a [SweepEntry],
) -> impl Iterator<Item = HistoryItem<'a>> {
    let sweeps = sweeps.iter().map(HistoryItem::from);
    entries.iter().map(HistoryItem::from).chain(sweeps)
}

/// The runs that the user can look at, oldest first.
///
/// ```text
/// history            the entries, in ascending order of their numbers
///  ├─ compare        baselines, speed-ups and the fastest run: only of the work that changed, in O(n)
///  ├─ earlier        adds runs that this session did not measure, and renumbers runs
///  ├─ traces         which traces are in memory, and how much memory they may take
///  ├─ removal        removes runs and takes removals back
///  ├─ sweeps         the sweeps, and which runs belong to them
///  ├─ turns          which run stands for others that were measured in turn with it
///  └─ repeats        what runs of one configuration say together
/// ```
#[derive(Clone, Debug)]
pub struct History {
    /// In ascending order of their numbers.
    entries: Vec<RunEntry>,
    /// In ascending order of their numbers. Runs and sweeps never share a number.
    sweeps: Vec<SweepEntry>,
    /// What was removed and can come back, the latest last.
    removals: Vec<Removal>,
    /// The highest number that was ever assigned. No number is assigned twice.
    highest: usize,
    /// The runs whose traces the user looks at now.
    in_sight: Vec<usize>,
    here: Arc<Provenance>,
}

impl History {
    /// An empty history in which new runs come from `here`.
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
    pub fn entries(&self) -> &[RunEntry] {
        &self.entries
    }

    /// The entry with this number.
    pub fn get(&self, number: usize) -> Option<&RunEntry> {
        self.entries.get(self.index_of(number)?)
    }

    fn get_mut(&mut self, number: usize) -> Option<&mut RunEntry> {
        let at = self.index_of(number)?;
        self.entries.get_mut(at)
    }

    /// Numbers count from 1, so an entry is at its number, less at most as many places as there are unused numbers.
    fn index_of(&self, number: usize) -> Option<usize> {
        let unused = self
            .entries
            .last()?
            .number
            .saturating_sub(self.entries.len());
        let end = number.min(self.entries.len());
        let start = number.saturating_sub(unused + 1).min(end);
        let near = &self.entries[start..end];
        let at = near.binary_search_by_key(&number, |entry| entry.number);
        at.ok().map(|at| start + at)
    }

    /// The numbers of the runs and sweeps that this session measured, even if they were removed.
    pub fn numbers_here(&self) -> Vec<usize> {
        let items = self.all_items();
        let here = items.filter(|item| item.provenance.origin == Origin::Here);
        here.map(|item| item.number).collect()
    }

    /// The number that the next run or sweep gets.
    pub fn next_number(&self) -> usize {
        self.highest + 1
    }

    /// Adds a run and compares all runs of the same work again, because the run may become their baseline. Returns its
    /// number, and whether a trace is thinned: that of the run itself, or older ones to make room.
    pub fn add(&mut self, record: Record, trace: Trace) -> (usize, bool) {
        let poorer = trace.is_thinned;
        let (work, part) = (record.plan.clone(), record.campaign.clone());
        self.highest += 1;
        let here = Arc::clone(&self.here);
        let entry = RunEntry::new(self.highest, None, here, record, Some(trace));
        self.entries.push(entry);
        self.compare(|entry| entry.record.plan.same_work(&work));
        if let Some(part) = part {
            self.gather(|id| part.id == id);
            mark_outliers(&mut self.entries, |id| part.id == id);
        }
        (self.highest, self.make_room(TRACE_BYTES) || poorer)
    }

    /// The runs and sweeps of the history, and those that were removed and can come back.
    fn all_items(&self) -> impl Iterator<Item = HistoryItem<'_>> {
        let removed = self.removals.iter().flat_map(Removal::items);
        items(&self.entries, &self.sweeps).chain(removed)
    }

    /// The runs that were removed and can come back, then those of the history, oldest first.
    fn all_entries_mut(&mut self) -> impl Iterator<Item = &mut RunEntry> {
        let removed = self.removals.iter_mut();
        let removed = removed.flat_map(|removal| &mut removal.entries);
        removed.chain(&mut self.entries)
    }

    /// The run or sweep with this number, even if it was removed.
    pub fn item(&self, number: usize) -> Option<HistoryItem<'_>> {
        let run = self.get(number).map(HistoryItem::from);
        run.or_else(|| self.all_items().find(|item| item.number == number))
    }

    /// The number of the run or sweep with this id, even if it was removed.
    pub fn number_of(&self, id: &str) -> Option<usize> {
        // The search starts at the end, because the run was usually measured just now.
        let run = self.entries.iter().rfind(|entry| entry.record.id == id);
        let other = || Some(self.all_items().find(|item| item.id == id)?.number);
        run.map(|entry| entry.number).or_else(other)
    }

    /// The number of the first run or sweep with this name.
    pub fn named(&self, name: &str) -> Option<usize> {
        let mut items = items(&self.entries, &self.sweeps);
        Some(items.find(|item| item.name == Some(name))?.number)
    }

    /// Sets or removes the name of a run or sweep.
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
