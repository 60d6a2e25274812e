//! Sweeps in the history: they share the numbers of the runs, and know which runs are theirs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::provenance::{Origin, Provenance};
use super::super::record::Record;
use super::super::sweep::{Results, Summary, Sweep, SweepPlan};
use super::earlier::Moves;
use super::{Entry, History};

/// A sweep with its number on the screen.
#[derive(Clone, Debug)]
pub struct SweepEntry {
    /// Runs and sweeps share one sequence of numbers.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<String>,
    /// Where and when it was measured.
    pub provenance: Arc<Provenance>,
    /// What was asked for.
    pub sweep: Sweep,
    /// What its runs say together, as far as they were measured.
    pub results: Results,
    /// The numbers of its runs in ascending order, those that warmed up among them.
    pub members: Vec<usize>,
    /// The same by configuration of the plan.
    pub runs: Vec<Vec<usize>>,
    /// The largest that was seen of it: it never shrinks, so that an axis does not either.
    pub peak: Peak,
}

/// The largest numbers of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Peak {
    /// The longest time of a run, in seconds.
    pub time_s: f64,
    /// The highest speed-up of a single run, or end of an interval.
    pub speedup: f64,
}

/// A sweep that this session did not begin; its runs come as [`EarlierRun`](super::EarlierRun)s, before it or after it.
#[derive(Clone, Debug)]
pub struct EarlierSweep {
    /// Under which it was kept.
    pub number: usize,
    /// What the user calls it.
    pub name: Option<String>,
    /// Where and when it was measured.
    pub provenance: Arc<Provenance>,
    /// What was asked for.
    pub sweep: Sweep,
}

impl SweepEntry {
    fn new(
        number: usize,
        name: Option<String>,
        provenance: Arc<Provenance>,
        sweep: Sweep,
    ) -> SweepEntry {
        let results = sweep.results([]);
        let runs = vec![vec![]; sweep.plan.configurations().len()];
        SweepEntry {
            number,
            name,
            provenance,
            sweep,
            results,
            members: vec![],
            runs,
            peak: Peak::default(),
        }
    }

    /// What its best configuration came to; `None` while nothing was counted.
    pub fn best(&self) -> Option<&Summary> {
        self.results.summaries.get(self.results.best?)?.as_ref()
    }

    /// Whether an earlier session measured it, or another one that goes on.
    pub fn is_earlier(&self) -> bool {
        self.provenance.origin == Origin::Earlier
    }

    /// Takes these runs for its own.
    fn take(&mut self, members: &[&Entry]) {
        self.members = members.iter().map(|entry| entry.number).collect();
        self.runs.iter_mut().for_each(Vec::clear);
        for entry in members {
            if let Some(configuration) = self.sweep.plan.index_of(&entry.record.plan) {
                self.runs[configuration].push(entry.number);
            }
        }
        self.results = self
            .sweep
            .results(members.iter().map(|entry| &entry.record));
        self.look_for_peaks(members);
    }

    /// The largest numbers of these members, each over the serial runs of its kin.
    fn look_for_peaks(&mut self, members: &[&Entry]) {
        let summaries = &self.results.summaries;
        let ratios = summaries
            .iter()
            .flatten()
            .filter_map(|summary| summary.speedup?.interval);
        let highest = ratios.map(|interval| interval.high).fold(0.0, f64::max);
        self.peak.speedup = self.peak.speedup.max(highest);
        // Runs that warmed up are seen until others count.
        let warm_up = |base: usize| {
            let plan = &self.sweep.plan.configurations()[base];
            members
                .iter()
                .find(|entry| entry.record.plan == *plan)
                .map(|entry| entry.record.times.wall_s)
        };
        let base_time = |base: usize, is_counted: bool| {
            let serial = summaries[base].as_ref().map(|serial| serial.time.median);
            if is_counted { serial } else { warm_up(base) }
        };
        for entry in members
            .iter()
            .filter(|entry| entry.record.is_sound() && entry.record.times.wall_s > 0.0)
        {
            let base = self
                .sweep
                .plan
                .index_of(&entry.record.plan)
                .map(|index| self.sweep.plan.base_of(index));
            let over = base.and_then(|base| base_time(base, entry.record.is_counted()));
            self.peak.time_s = self.peak.time_s.max(entry.record.times.wall_s);
            self.peak.speedup = self
                .peak
                .speedup
                .max(over.map_or(0.0, |over| over / entry.record.times.wall_s));
        }
    }
}

impl History {
    /// All sweeps, in ascending order of their numbers.
    pub fn sweeps(&self) -> &[SweepEntry] {
        &self.sweeps
    }

    /// The sweep with this number.
    pub fn sweep(&self, number: usize) -> Option<&SweepEntry> {
        self.sweeps.iter().find(|sweep| sweep.number == number)
    }

    /// The sweep that has this run.
    pub fn sweep_of(&self, record: &Record) -> Option<&SweepEntry> {
        let id = &record.campaign.as_ref()?.id;
        self.sweeps.iter().find(|sweep| sweep.sweep.id == *id)
    }

    /// The run that stands for a sweep where one is shown: the median run of its best configuration, else its latest run.
    pub fn standing_for(&self, sweep: usize) -> Option<&Entry> {
        let sweep = self.sweep(sweep)?;
        let median = sweep
            .results
            .best
            .and_then(|best| self.median_run(sweep, best));
        self.get(median.or_else(|| sweep.members.last().copied())?)
    }

    /// The runs that are no part of a sweep, oldest first.
    pub fn lone_entries(&self) -> impl Iterator<Item = &Entry> + Clone {
        let mut members: Vec<usize> = self
            .sweeps
            .iter()
            .flat_map(|sweep| &sweep.members)
            .copied()
            .collect();
        members.sort_unstable();
        self.entries
            .iter()
            .filter(move |entry| members.binary_search(&entry.number).is_err())
    }

    /// Begins a sweep, which has this id, and returns its number.
    pub fn begin_sweep(&mut self, id: String, plan: SweepPlan) -> usize {
        self.highest += 1;
        let sweep = Sweep { id, plan };
        self.sweeps.push(SweepEntry::new(
            self.highest,
            None,
            Arc::clone(&self.here),
            sweep,
        ));
        self.highest
    }

    /// Adds sweeps of earlier sessions, or of a shared file: one that is here already is left out. Numbers are given as by
    /// [`History::add_earlier`]. Returns whose numbers changed.
    pub fn add_earlier_sweeps(&mut self, sweeps: Vec<EarlierSweep>) -> Moves {
        let mut moves = vec![];
        for EarlierSweep {
            number,
            name,
            provenance,
            sweep,
        } in sweeps
        {
            let taken = self.identity(number).map(|(_, origin)| origin);
            let is_kept = provenance.origin == Origin::Earlier;
            if self.number_of(&sweep.id).is_some() || (is_kept && taken == Some(Origin::Earlier)) {
                continue;
            }
            if is_kept && taken.is_some() {
                moves.extend(self.make_way(&HashSet::from([number])));
            }
            let number = if taken.is_none() || is_kept {
                number
            } else {
                self.highest + 1
            };
            self.highest = self.highest.max(number);
            self.sweeps
                .push(SweepEntry::new(number, name, provenance, sweep));
        }
        self.settle();
        moves
    }

    /// The runs of one configuration of a sweep, oldest first.
    pub fn runs_of<'a>(
        &'a self,
        sweep: &'a SweepEntry,
        configuration: usize,
    ) -> impl Iterator<Item = &'a Entry> {
        sweep
            .runs
            .get(configuration)
            .into_iter()
            .flatten()
            .filter_map(|number| self.get(*number))
    }

    /// The median run of a configuration of a sweep; `None` while nothing of it was counted.
    pub fn median_run(&self, sweep: &SweepEntry, configuration: usize) -> Option<usize> {
        let summary = sweep.results.summaries.get(configuration)?.as_ref()?;
        let mut runs = self.runs_of(sweep, configuration);
        runs.find(|run| run.record.id == summary.median_run)
            .map(|run| run.number)
    }

    /// These numbers, and for each sweep among them those of its runs.
    pub fn with_members(&self, numbers: &[usize]) -> Vec<usize> {
        let sweeps = numbers.iter().filter_map(|number| self.sweep(*number));
        numbers
            .iter()
            .copied()
            .chain(sweeps.flat_map(|sweep| sweep.members.iter().copied()))
            .collect()
    }

    /// The sweeps among these numbers, and the runs, those of these sweeps included; both in ascending order.
    pub fn runs_and_sweeps(&self, numbers: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let mut all = self.with_members(numbers);
        all.sort_unstable();
        all.dedup();
        all.into_iter()
            .partition(|number| self.sweep(*number).is_none())
    }

    /// Gives a run that has just been added to its sweep.
    pub(super) fn gather_of(&mut self, number: usize) {
        let Some(entry) = self.get(number) else {
            return;
        };
        let Some(id) = self
            .sweep_of(&entry.record)
            .map(|sweep| sweep.sweep.id.clone())
        else {
            return;
        };
        let is_member = |entry: &&Entry| {
            entry
                .record
                .campaign
                .as_ref()
                .is_some_and(|part| part.id == id)
        };
        let members: Vec<&Entry> = self.entries.iter().filter(is_member).collect();
        if let Some(sweep) = self.sweeps.iter_mut().find(|sweep| sweep.sweep.id == id) {
            sweep.take(&members);
        }
    }

    /// Gives all runs to their sweeps: O(n).
    pub(super) fn gather(&mut self) {
        if self.sweeps.is_empty() {
            return;
        }
        let mut members: HashMap<&str, Vec<&Entry>> = HashMap::new();
        for entry in &self.entries {
            if let Some(part) = &entry.record.campaign {
                members.entry(&part.id).or_default().push(entry);
            }
        }
        for sweep in &mut self.sweeps {
            sweep.take(
                members
                    .get(sweep.sweep.id.as_str())
                    .map_or(&[], Vec::as_slice),
            );
        }
    }
}
