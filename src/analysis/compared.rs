//! Runs that are to be compared.

use crate::domain::{
    history::{Entry, History},
    record::Record,
};

/// A run of a history that is to be compared.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// The run.
    pub entry: &'a Entry,
    /// All sound runs of its configuration, itself among them: its time is their median. It alone if it was measured once.
    pub measured: Vec<&'a Record>,
}

impl<'a> Compared<'a> {
    /// A run with its repeats in the history.
    pub fn in_history(history: &'a History, entry: &'a Entry) -> Compared<'a> {
        let mut measured = history.records_of(entry.number);
        // What does not count, as a run that warmed up, repeats nothing.
        if measured.is_empty() {
            measured.push(&entry.record);
        }
        Compared { entry, measured }
    }

    /// Whether it was measured more than once.
    pub fn is_repeated(&self) -> bool {
        self.measured.len() > 1
    }

    /// Its number and model.
    pub fn label(&self) -> String {
        let executor = &self.entry.record.plan.executor;
        format!("#{} {}", self.entry.number, executor.name())
    }

    /// Whether this run and the other one are repeats of one configuration.
    pub fn repeats_this(&self, other: &Compared<'_>) -> bool {
        self.entry.assessment.repeats.contains(&other.entry.number)
    }
}

/// The column that the others are measured against unless somebody says otherwise: the baseline of the history, a serial
/// run, one Python thread, the first.
pub fn default_reference(runs: &[Compared<'_>]) -> usize {
    let first = |is: fn(&Entry) -> bool| runs.iter().position(|run| is(run.entry));
    first(|run| run.assessment.is_baseline)
        .or_else(|| first(|run| run.record.plan.model().is_serial()))
        .or_else(|| first(|run| run.record.plan.is_serial()))
        .unwrap_or(0)
}

/// Runs that repeat each other are compared as single runs: together they would be compared with themselves.
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
pub enum Obstacle {
    /// One of the runs did not do all its work.
    Unsound,
    /// They did different work.
    OtherWork,
    /// They were measured on different machines.
    OtherMachine,
}

/// What keeps the times of these runs from being compared.
pub fn obstacle(runs: &[Compared<'_>]) -> Option<Obstacle> {
    let first = runs.first()?.entry;
    let any = |is: &dyn Fn(&Entry) -> bool| runs.iter().any(|run| is(run.entry));
    if any(&|run| !run.record.is_sound()) {
        Some(Obstacle::Unsound)
    } else if any(&|run| !run.record.plan.same_work(&first.record.plan)) {
        Some(Obstacle::OtherWork)
    } else {
        let is_other = |run: &Entry| !run.provenance.is_same_machine(&first.provenance);
        any(&is_other).then_some(Obstacle::OtherMachine)
    }
}
