//! The user's view of a chart: the point, the unit, and whether fitted curves are shown.

use crate::{
    domain::{history::SweepEntry, plan::Plan},
    present::chart::Plotted,
};

/// The chart on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepChart {
    /// The number of the sweep.
    pub number: usize,
    /// The quantity that the bars show.
    pub plotted: Plotted,
    /// Whether fitted curves are drawn.
    pub has_fits: bool,
    /// The executor under the cursor, counted without serial. On serial, it is the previous one.
    pub executor: usize,
    /// The worker count under the cursor, counted from 1; 0 is serial.
    group: usize,
}

impl SweepChart {
    /// A chart of this sweep, with the cursor on the best configuration, or on the first one after the serial one if
    /// none is best.
    pub fn of(entry: &SweepEntry) -> SweepChart {
        let mut chart = SweepChart {
            number: entry.number,
            plotted: Plotted::SpeedUp,
            has_fits: false,
            executor: 0,
            group: 0,
        };
        let first = usize::from(entry.sweep.plan.configurations.len() > 1);
        chart.look_at(entry.results.best.unwrap_or(first), entry);
        chart
    }

    /// The configuration of the plan under the cursor.
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

    /// The group and the bar under the cursor. Serial is the first group and has one bar.
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

    /// Moves the cursor by `by` worker counts. Serial comes before the first of them.
    pub fn step_count(&mut self, by: isize, entry: &SweepEntry) {
        let most = entry.sweep.plan.workers.len();
        self.group = self.group.saturating_add_signed(by).min(most);
    }

    /// Moves the cursor by `by` executors.
    pub fn step_executor(&mut self, by: isize, entry: &SweepEntry) {
        let executors = entry.sweep.plan.parallel_executors().len();
        let last = executors.saturating_sub(1);
        self.executor = self.executor.saturating_add_signed(by).min(last);
    }

    /// Switches the bars from speed-ups to times, or back.
    pub fn toggle_measure(&mut self) {
        self.plotted = match self.plotted {
            Plotted::SpeedUp => Plotted::Time,
            Plotted::Time => Plotted::SpeedUp,
        };
    }
}
