//! Runs that are compared with each other.

use crate::domain::{
    history::{History, RunEntry},
    record::Record,
};

/// A run of a history that is compared with others.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// The run in the history.
    pub entry: &'a RunEntry,
    /// All sound runs of the configuration, including this one; the time is their median. Only the run itself if it was
    /// measured once.
    pub measured: Vec<&'a Record>,
}

impl<'a> Compared<'a> {
    /// A run with its repeats in the history.
    pub fn in_history(history: &'a History, entry: &'a RunEntry) -> Compared<'a> {
        let mut measured = history.records_of(entry.number);
        // A run that does not count, for example a warm-up run, has no repeats.
        if measured.is_empty() {
            measured.push(&entry.record);
        }
        Compared { entry, measured }
    }

    /// Whether the configuration was measured more than once.
    pub fn is_repeated(&self) -> bool {
        self.measured.len() > 1
    }

    /// The number and the model of the run.
    pub fn label(&self) -> String {
        let executor = &self.entry.record.plan.executor;
        format!("#{} {}", self.entry.number, executor.name())
    }

    /// Whether both runs are repeats of one configuration.
    pub fn repeats_this(&self, other: &Compared<'_>) -> bool {
        self.entry.assessment.repeats.contains(&other.entry.number)
    }
}

/// The run that the others are measured against unless the user chooses one: the baseline of the history, else a serial
/// run, else a run with one Python thread, else the first run.
pub fn default_reference(runs: &[Compared<'_>]) -> usize {
    let first = |is: fn(&RunEntry) -> bool| runs.iter().position(|run| is(run.entry));
    first(|run| run.assessment.is_baseline)
        .or_else(|| first(|run| run.record.plan.model().is_serial()))
        .or_else(|| first(|run| run.record.plan.is_serial()))
        .unwrap_or(0)
}

/// Separates runs that repeat each other into single runs, because as a group they would be compared with themselves.
pub fn once_each<'a>(runs: &[Compared<'a>]) -> Vec<Compared<'a>> {
    let alone = |run: &Compared<'a>| {
        let entry = run.entry;
        let times = runs.iter().filter(|other| run.repeats_this(other)).count();
        let measured = if times > 1 {
            vec![&entry.record]
        } else {
            run.measured.clone()
        };
        Compared { entry, measured }
    };
    runs.iter().map(alone).collect()
}

/// Why times cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incomparable {
    /// One of the runs did not do all its work.
    Unsound,
    /// They did different work.
    OtherWork,
    /// They were measured on different machines.
    OtherMachine,
}

/// What prevents a comparison of the times of these runs, if anything does.
pub fn incomparable(runs: &[Compared<'_>]) -> Option<Incomparable> {
    let first = runs.first()?.entry;
    let any = |is: &dyn Fn(&RunEntry) -> bool| runs.iter().any(|run| is(run.entry));
    if any(&|run| !run.record.is_sound()) {
        Some(Incomparable::Unsound)
    } else if any(&|run| !run.record.plan.same_work(&first.record.plan)) {
        Some(Incomparable::OtherWork)
    } else {
        let is_other = |run: &RunEntry| !run.provenance.is_same_machine(&first.provenance);
        any(&is_other).then_some(Incomparable::OtherMachine)
    }
}
