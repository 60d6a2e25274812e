//! What the panels are about.

use crate::{
    app::{App, live::Live},
    domain::{history::RunEntry, machine::Machine, plan::Plan, trace::Trace},
    present::sentence,
};

/// The run that the panels are about.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// The one that is on.
    Live(&'a Live),
    /// One of the history.
    Entry(&'a RunEntry),
}

impl<'a> Shown<'a> {
    /// What was asked for.
    pub fn plan(self) -> &'a Plan {
        match self {
            Shown::Live(live) => &live.plan,
            Shown::Entry(entry) => &entry.record.plan,
        }
    }

    /// It as one of the history.
    pub fn entry(self) -> Option<&'a RunEntry> {
        match self {
            Shown::Live(_) => None,
            Shown::Entry(entry) => Some(entry),
        }
    }

    /// Concurrency and parallelism: of a run that is on at this moment, of one that is over on average.
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

    /// Why there is no picture of it now, in a few words; `None` if there is one.
    pub fn missing_trace(self) -> Option<&'a str> {
        self.entry().and_then(RunEntry::missing_trace)
    }

    /// What it looks like; without lanes if its picture is missing.
    pub fn trace(self) -> &'a Trace {
        match self {
            Shown::Live(live) => &live.trace,
            Shown::Entry(entry) => &entry.trace,
        }
    }
}

impl App {
    /// The run that the panels are about; `None` before the first.
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

    /// Where the run that is shown was measured; this machine where none is shown or it is on.
    pub fn machine_shown(&self) -> &Machine {
        let played = || self.history.get(self.playback()?.number);
        let entry = self.shown().and_then(Shown::entry).or_else(played);
        entry.map_or(&self.settings.machine, |entry| &entry.provenance.machine)
    }

    /// Where and when the run that is shown was recorded, from many words to few; `None` unless it is of a shared file.
    pub fn recorded_on(&self) -> Option<[String; 3]> {
        let played = self.playback().map(|playback| playback.number);
        sentence::origin::recorded_on(self.history.get(played.or(self.chosen())?)?)
    }

    /// The run that the panels are about, if there is a picture of it.
    pub fn shown_with_trace(&self) -> Option<Shown<'_>> {
        self.shown().filter(|shown| shown.missing_trace().is_none())
    }
}
