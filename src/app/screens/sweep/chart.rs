//! What the user looks at in a chart: which point, in which unit, with fitted curves or without.

use crate::{
    domain::{history::SweepEntry, plan::Plan},
    present::chart::Measure,
};

/// A chart that is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepChart {
    /// Of which sweep.
    pub number: usize,
    /// What its bars measure.
    pub measure: Measure,
    /// Whether fitted curves are drawn.
    pub has_fits: bool,
    /// Which executor the cursor is on, counted without serial: on serial, the last one that it was on.
    pub executor: usize,
    /// Which number of workers the cursor is on, counted from 1; 0 is serial.
    group: usize,
}

impl SweepChart {
    /// Of this sweep, with the cursor on its best point, or else on its first one besides serial.
    pub fn of(entry: &SweepEntry) -> SweepChart {
        let mut chart = SweepChart {
            number: entry.number,
            measure: Measure::SpeedUp,
            has_fits: false,
            executor: 0,
            group: 0,
        };
        let first = usize::from(entry.sweep.plan.configurations.len() > 1);
        chart.look_at(entry.results.best.unwrap_or(first), entry);
        chart
    }

    /// Which configuration of the plan the cursor is on.
    pub fn configuration(&self, entry: &SweepEntry) -> usize {
        let plan = &entry.sweep.plan;
        let count = self.group.checked_sub(1);
        let workers = count.and_then(|count| plan.workers.get(count));
        let executors = plan.parallel_executors();
        let found = workers.zip(executors.get(self.executor));
        found
            .and_then(|(workers, executor)| plan.configuration(executor, *workers))
            .unwrap_or(0)
    }

    /// The cursor as group and bar: serial is the first group, with one bar.
    pub fn place(&self) -> (usize, usize) {
        let bar = if self.group == 0 { 0 } else { self.executor };
        (self.group, bar)
    }

    /// Puts the cursor on this configuration.
    pub fn look_at(&mut self, configuration: usize, entry: &SweepEntry) {
        let plan = &entry.sweep.plan;
        let place = |found: &Plan| {
            let executors = plan.parallel_executors();
            let executor = executors.iter().position(|one| *one == found.executor)?;
            let count = plan.workers.iter().position(|n| *n == found.workers)?;
            Some((executor, count + 1))
        };
        let found = plan.configurations.get(configuration).and_then(place);
        (self.executor, self.group) = found.unwrap_or((self.executor, 0));
    }

    /// Moves the cursor by so many numbers of workers; before the first of them is serial.
    pub fn step_count(&mut self, by: isize, entry: &SweepEntry) {
        let most = entry.sweep.plan.workers.len();
        self.group = self.group.saturating_add_signed(by).min(most);
    }

    /// Moves the cursor by so many executors.
    pub fn step_executor(&mut self, by: isize, entry: &SweepEntry) {
        let executors = entry.sweep.plan.parallel_executors().len();
        let last = executors.saturating_sub(1);
        self.executor = self.executor.saturating_add_signed(by).min(last);
    }

    /// Bars of speed-ups become bars of times, or the other way round.
    pub fn toggle_measure(&mut self) {
        self.measure = match self.measure {
            Measure::SpeedUp => Measure::Time,
            Measure::Time => Measure::SpeedUp,
        };
    }
}
