//! Keeps each run when it ends, so that earlier runs are not lost whatever happens to the program.

use std::{collections::HashMap, sync::Arc};

use super::say;
use crate::{
    domain::{
        keeping::Keeping, provenance::Provenance, record::Record, sweep::Sweep, trace::Trace,
    },
    shell::exit::Failure,
    store::{
        Change, HistoryPlace, KeepingEnd, PATIENCE, Reply, Store, StoreError, TRACES_MAX, Writer,
        take_in,
    },
};

/// Assigns numbers to runs, and keeps the runs if the user wants that.
#[derive(Debug)]
pub struct RunKeeper {
    writer: Option<Writer>,
    /// Where and when runs are measured.
    pub here: Arc<Provenance>,
    /// The numbers that were assigned, by the ids of runs and sweeps.
    numbers: HashMap<String, usize>,
    /// The next number: higher than all of them and than those in the history.
    next: usize,
    /// Whether runs should be kept in a place that turned out to be unusable.
    is_refused: bool,
}

impl RunKeeper {
    /// Keeps the runs of this session where `keeping` says, and adds what earlier sessions could not append there. A
    /// file that is not a history is refused if the user has named it; otherwise the user gets a message.
    ///
    /// # Errors
    /// If the named file is not a history; the message is one sentence.
    pub fn open(keeping: &Keeping, here: Arc<Provenance>) -> Result<RunKeeper, Failure> {
        let (place, trouble) = HistoryPlace::usable(keeping).map_err(Failure::usage)?;
        if let Some(trouble) = &trouble {
            say(&format!("runs are not kept: {trouble}"));
        }
        if let Some(message) = place.as_ref().and_then(take_in) {
            say(&message);
        }
        let mut store = place.map(Store::at);
        // If it cannot be read, it cannot be written to either, which is reported then.
        let next = store.as_mut().and_then(|store| store.next_number().ok());
        Ok(RunKeeper {
            writer: store.map(|store| Writer::new(store, Arc::clone(&here))),
            here,
            numbers: HashMap::new(),
            next: next.unwrap_or(1),
            is_refused: trouble.is_some_and(|it| !matches!(it, StoreError::Nowhere)),
        })
    }

    /// The place where runs are kept, if they are.
    pub fn place(&self) -> Option<&HistoryPlace> {
        self.writer.as_ref().map(|writer| &writer.store.place)
    }

    /// Keeps a finished run. Details that cannot be kept beside the history make the run's line longer.
    pub fn keep(&mut self, record: &Record, trace: &Trace) {
        let wanted = self.next;
        let mut change = Change::run(wanted, record);
        if let Some(writer) = &self.writer
            && let Err(error) = writer.store.traces().keep(record, trace)
        {
            say(&error.to_string());
            let record = Box::new(record.clone());
            change = Change::Run { wanted, record };
        }
        self.change(&record.id, change);
    }

    /// Keeps a sweep that is about to start.
    pub fn keep_sweep(&mut self, sweep: &Sweep) {
        let change = Change::Sweep {
            wanted: self.next,
            sweep: Box::new(sweep.clone()),
        };
        self.change(&sweep.id, change);
    }

    fn change(&mut self, id: &str, change: Change) {
        self.number(id.to_string(), self.next);
        if let Some(writer) = &mut self.writer {
            let reply = writer.keep(change, PATIENCE);
            self.report(reply);
        }
    }

    fn number(&mut self, id: String, number: usize) {
        self.next = self.next.max(number + 1);
        self.numbers.insert(id, number);
    }

    fn report(&mut self, reply: Reply) {
        for (id, number) in reply.kept {
            self.number(id, number);
        }
        reply.messages.iter().for_each(|sentence| say(sentence));
    }

    /// Tries again to keep what could not be kept yet. If that still fails, it warns that the numbers that are about to
    /// be printed may later belong to other runs.
    pub fn settle(&mut self) {
        let Some(writer) = &mut self.writer else {
            return;
        };
        let reply = writer.try_again();
        let is_waiting = writer.is_waiting();
        self.report(reply);
        if is_waiting {
            say("runs that are not in the history yet have provisional numbers, which may change");
        }
    }

    /// The number of the run or sweep with this id. If it has none, the next number: for example, a sweep that was
    /// interrupted before its first run.
    pub fn number_of(&self, id: &str) -> usize {
        self.numbers.get(id).copied().unwrap_or(self.next)
    }

    /// Waits until everything is on disk, and limits the size of the traces; there is time for that after the last run.
    /// Returns whether everything that was measured is kept, in the history or beside it. If not, it says what is lost.
    pub fn finish(self) -> bool {
        let Some(writer) = self.writer else {
            return !self.is_refused;
        };
        let traces = writer.store.traces();
        let end = writer.finish();
        traces.bound(TRACES_MAX);
        if let KeepingEnd::Beside(sentence) | KeepingEnd::Lost(sentence) = &end {
            say(sentence);
        }
        !matches!(end, KeepingEnd::Lost(_))
    }
}
