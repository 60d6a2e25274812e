//! Sweeps in the history. They share the numbers of the runs and know which runs belong to them.

use std::{collections::HashMap, sync::Arc};

use super::{
    super::{
        provenance::{Origin, Provenance},
        record::Record,
        sweep::{ConfigurationSummary, Results, Sweep, SweepPlan},
    },
    History, RunEntry,
};

/// A sweep with its number on the screen.
#[derive(Clone, Debug)]
pub struct SweepEntry {
    /// Runs and sweeps share one sequence of numbers.
    pub number: usize,
    /// What the user calls it; `None` without a name.
    pub name: Option<String>,
    /// Where and when it was measured.
    pub provenance: Arc<Provenance>,
    /// The plan of the sweep, and its id.
    pub sweep: Sweep,
    /// The results of all runs so far.
    pub results: Results,
    /// The numbers of the sweep's runs in ascending order, including warm-up runs.
    pub members: Vec<usize>,
    /// The numbers of the sweep's runs by configuration of the plan.
    pub runs: Vec<Vec<usize>>,
    /// The largest values seen so far. They never decrease, so that the axes of the charts do not shrink.
    pub peak: Peak,
}

/// The largest values of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Peak {
    /// The longest time of a run, in seconds.
    pub time_s: f64,
    /// The highest speed-up of a single run, or the highest end of an interval.
    pub speedup: f64,
}

impl SweepEntry {
    /// A sweep without any known runs.
    pub fn new(
        number: usize,
        name: Option<String>,
        provenance: Arc<Provenance>,
        sweep: Sweep,
    ) -> SweepEntry {
        SweepEntry {
            number,
            name,
            provenance,
            results: sweep.results([]),
            members: vec![],
            runs: vec![vec![]; sweep.plan.configurations.len()],
            peak: Peak::default(),
            sweep,
        }
    }

    /// The summary of the best configuration; `None` if no run counts yet.
    pub fn best(&self) -> Option<&ConfigurationSummary> {
        self.results.summaries.get(self.results.best?)?.as_ref()
    }

    /// Whether another session measured it, an earlier one or one that still runs.
    pub fn is_earlier(&self) -> bool {
        self.provenance.origin == Origin::Earlier
    }

    /// Replaces the sweep's runs by these.
    fn take(&mut self, members: &[&RunEntry]) {
        self.members = members.iter().map(|entry| entry.number).collect();
        self.runs.iter_mut().for_each(Vec::clear);
        for entry in members {
            if let Some(configuration) = self.sweep.plan.index_of(&entry.record.plan) {
                self.runs[configuration].push(entry.number);
            }
        }
        let records = members.iter().map(|entry| &entry.record);
        self.results = self.sweep.results(records);
        self.look_for_peaks(members);
    }

    /// Updates the peak from these members. Each is compared with the serial runs of the same interpreter.
    fn look_for_peaks(&mut self, members: &[&RunEntry]) {
        let plan = &self.sweep.plan;
        let summaries = &self.results.summaries;
        let Peak {
            mut time_s,
            mut speedup,
        } = self.peak;
        for summary in summaries.iter().flatten() {
            let interval = summary.speedup.and_then(|ratio| ratio.interval);
            speedup = interval.map_or(speedup, |interval| speedup.max(interval.high));
        }
        // Warm-up runs are drawn until other runs count.
        let warm_up = |base: usize| {
            let plan = &plan.configurations[base];
            let found = members.iter().find(|entry| entry.record.plan == *plan);
            found.map(|entry| entry.record.times.wall_s)
        };
        for RunEntry { record, .. } in members {
            let wall_s = record.times.wall_s;
            if !record.is_sound() || wall_s <= 0.0 {
                continue;
            }
            time_s = time_s.max(wall_s);
            let base = plan.index_of(&record.plan).map(|index| plan.base_of(index));
            let over = base.and_then(|base| match &summaries[base] {
                serial if record.is_counted() => Some(serial.as_ref()?.time.median),
                _ => warm_up(base),
            });
            speedup = over.map_or(speedup, |over| speedup.max(over / wall_s));
        }
        self.peak = Peak { time_s, speedup };
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

    pub(super) fn sweep_mut(&mut self, number: usize) -> Option<&mut SweepEntry> {
        self.sweeps.iter_mut().find(|sweep| sweep.number == number)
    }

    /// The sweep that this run belongs to.
    pub fn sweep_of(&self, record: &Record) -> Option<&SweepEntry> {
        let id = record.campaign_id()?;
        self.sweeps.iter().find(|sweep| sweep.sweep.id == id)
    }

    /// The run that represents a sweep: the median run of its best configuration, or else its latest run.
    pub fn standing_for(&self, sweep: usize) -> Option<&RunEntry> {
        let sweep = self.sweep(sweep)?;
        let best = sweep.results.best;
        let median = best.and_then(|best| self.median_run(sweep, best));
        self.get(median.or(sweep.members.last().copied())?)
    }

    /// The runs that belong to no sweep, oldest first. Of runs that were measured in turn, there is one of each
    /// configuration.
    pub fn single_entries(&self) -> impl Iterator<Item = &RunEntry> + Clone {
        let mut others = self.represented();
        others.extend(self.sweeps.iter().flat_map(|sweep| &sweep.members));
        let is_single = move |entry: &&RunEntry| !others.contains(&entry.number);
        self.entries.iter().filter(is_single)
    }

    /// Starts a sweep with this id and returns its number.
    pub fn start_sweep(&mut self, id: String, plan: SweepPlan) -> usize {
        self.highest += 1;
        let (here, sweep) = (Arc::clone(&self.here), Sweep { id, plan });
        let entry = SweepEntry::new(self.highest, None, here, sweep);
        self.sweeps.push(entry);
        self.highest
    }

    /// The runs of one configuration of a sweep, oldest first.
    pub fn runs_of<'a>(
        &'a self,
        sweep: &'a SweepEntry,
        configuration: usize,
    ) -> impl Iterator<Item = &'a RunEntry> {
        let numbers = sweep.runs.get(configuration).into_iter().flatten();
        numbers.filter_map(|number| self.get(*number))
    }

    /// The median run of a configuration of a sweep; `None` if no run of it counts yet.
    pub fn median_run(&self, sweep: &SweepEntry, configuration: usize) -> Option<usize> {
        let summary = sweep.results.summaries.get(configuration)?.as_ref()?;
        let mut runs = self.runs_of(sweep, configuration);
        runs.find(|run| run.record.id == summary.median_run)
            .map(|run| run.number)
    }

    /// These numbers, the numbers of the runs of each sweep among them, and the numbers of the runs for which one among
    /// them stands.
    pub fn with_members(&self, numbers: &[usize]) -> Vec<usize> {
        let sweeps = numbers.iter().filter_map(|number| self.sweep(*number));
        let members = sweeps.flat_map(|sweep| sweep.members.iter().copied());
        let all = numbers.iter().copied().chain(members);
        all.chain(self.represented_by(numbers)).collect()
    }

    /// Assigns the runs of these campaigns to their sweeps, in O(n).
    pub(super) fn gather(&mut self, selects: impl Fn(&str) -> bool) {
        let mut members: HashMap<&str, Vec<&RunEntry>> = HashMap::new();
        for entry in &self.entries {
            if let Some(id) = entry.record.campaign_id().filter(|id| selects(id)) {
                members.entry(id).or_default().push(entry);
            }
        }
        let selected = self
            .sweeps
            .iter_mut()
            .filter(|sweep| selects(&sweep.sweep.id));
        for sweep in selected {
            let members = members.get(&sweep.sweep.id[..]);
            sweep.take(members.map_or(&[], Vec::as_slice));
        }
    }
}
