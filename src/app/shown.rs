//! The subject of the panels: the run that they show.

use crate::{
    app::{App, live::Live},
    domain::{
        history::{RunEntry, SweepEntry},
        machine::Machine,
        plan::{Lock, Plan},
        trace::Trace,
    },
    present::sentence,
};

/// The run that the panels are about.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// The run in progress.
    Live(&'a Live),
    /// A run of the history.
    Entry(&'a RunEntry),
}

impl<'a> Shown<'a> {
    /// The plan of the run.
    pub fn plan(self) -> &'a Plan {
        match self {
            Shown::Live(live) => &live.plan,
            Shown::Entry(entry) => &entry.record.plan,
        }
    }

    /// The entry, if it is a run of the history.
    pub fn entry(self) -> Option<&'a RunEntry> {
        match self {
            Shown::Live(_) => None,
            Shown::Entry(entry) => Some(entry),
        }
    }

    /// Concurrency and parallelism: at this moment for a run in progress, on average for a finished run.
    pub fn two_numbers(self) -> (f64, f64) {
        match self {
            Shown::Live(Live { trace, .. }) => {
                (trace.in_flight_now().into(), trace.on_core_lately())
            }
            Shown::Entry(entry) => (
                entry.record.times.concurrency,
                entry.record.times.parallelism,
            ),
        }
    }

    /// Whether the time of the phase gil is an estimate.
    pub fn estimates_gil(self) -> bool {
        match self {
            Shown::Live(live) => live.plan.lock() == Lock::Real && !live.trace.is_watched,
            Shown::Entry(entry) => entry.record.measurement.phase_source.estimates_gil(),
        }
    }

    /// Why there is no trace now, in a few words; `None` if there is one.
    pub fn missing_trace(self) -> Option<&'a str> {
        self.entry().and_then(RunEntry::missing_trace)
    }

    /// The trace; without lanes if it is missing.
    pub fn trace(self) -> &'a Trace {
        match self {
            Shown::Live(live) => &live.trace,
            Shown::Entry(entry) => &entry.trace,
        }
    }
}

impl App {
    /// The run that the panels are about; `None` before the first run.
    pub fn shown(&self) -> Option<Shown<'_>> {
        if let Some(frozen) = self.frozen() {
            return Some(Shown::Live(frozen));
        }
        if let Some(played) = self.played() {
            return Some(Shown::Live(played));
        }
        let chosen = self.chosen();
        let entry = chosen.and_then(|number| self.run_at(number));
        entry
            .map(Shown::Entry)
            .or_else(|| self.live().map(Shown::Live))
    }

    /// Where the shown run or sweep was measured; this machine if it is in progress or nothing is shown.
    pub fn machine_shown(&self) -> &Machine {
        let entry = self.entry_shown();
        entry.map_or(&self.settings.machine, |entry| &entry.provenance.machine)
    }

    /// Where and when the shown run or sweep was recorded, in three lengths, the longest first; `None` unless it is
    /// from a shared file.
    pub fn recorded_on(&self) -> Option<[String; 3]> {
        sentence::origin::recorded_on(self.entry_shown()?)
    }

    /// The sweep in the chosen row, if the panels are on the screen. They are about one of its runs.
    pub(crate) fn sweep_of_panels(&self) -> Option<&SweepEntry> {
        let chosen = self.chosen().filter(|_| self.chart().is_none());
        self.history.sweep(chosen?)
    }

    /// The label of the key that opens the chosen row, if the row is a sweep.
    pub(crate) fn chart_label(&self) -> Option<&'static str> {
        self.sweep_of_panels().map(|_| "Enter its chart")
    }

    /// The run of the history that is shown or played, or the one that represents the shown sweep.
    fn entry_shown(&self) -> Option<&RunEntry> {
        if self.frozen().is_some() {
            return None;
        }
        let charted = self.chart().map(|chart| chart.number);
        let played = self.playback().map(|playback| playback.number);
        self.run_at(charted.or(played).or(self.chosen())?)
    }

    /// The run that the panels are about, if it has a trace.
    pub fn shown_with_trace(&self) -> Option<Shown<'_>> {
        self.shown().filter(|shown| shown.missing_trace().is_none())
    }
}
