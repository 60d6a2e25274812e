//! Keeps what was measured, whatever happens to the history meanwhile.
//!
//! What cannot be appended, as another program keeps the history locked or the disk is full, waits, and is tried again. While
//! it waits it is in a file beside the history ([`super::pending`]), so that it is not lost if the program is killed. Order
//! is kept: nothing overtakes what waits.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::{
    Place, Store,
    change::{Change, Reply},
    pending::{Left, Pending},
};
use crate::domain::{
    provenance::Provenance,
    text::{self, counted},
};

/// How long others are waited for that append: each takes less than a millisecond.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// How long of that something waits nowhere but in memory.
const MOMENT: Duration = Duration::from_millis(20);
/// What waits is tried again no sooner: each time, all of it is written.
const AGAIN: Duration = Duration::from_millis(200);
/// How long the end of the program waits for room for what is neither in the history nor beside it.
const LEAVING: Duration = Duration::from_secs(3);
/// Between two tries then.
const PAUSE: Duration = Duration::from_millis(50);

/// What is not promised where a file system has no locks: in one row of a small screen.
const NO_LOCKS: &str = "runs are kept, but without locks: two programs at once may lose one";

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "what was lost has to be said"]
pub enum End {
    /// Everything is in the history.
    Kept,
    /// Something is beside it, and the next start takes it in; one sentence.
    Beside(String),
    /// Something could not be kept anywhere; one sentence.
    Lost(String),
}

/// Keeps what one session measures.
#[derive(Debug)]
pub struct Writer {
    /// The history.
    pub store: Store,
    here: Arc<Provenance>,
    /// What could not be appended yet, in order.
    waiting: Vec<Change>,
    /// So many of these are in the file beside the history.
    put_beside: usize,
    pending: Option<Pending>,
    /// Why it waits.
    trouble: String,
    /// When that was tried last.
    tried: Instant,
    /// Whether the user was told that nothing can be locked.
    has_warned_of_missing_locks: bool,
}

impl Writer {
    /// Writes to the history that `store` is, what is measured `here`.
    pub fn new(store: Store, here: Arc<Provenance>) -> Writer {
        Writer {
            store,
            here,
            waiting: vec![],
            put_beside: 0,
            pending: None,
            trouble: String::new(),
            tried: Instant::now(),
            has_warned_of_missing_locks: false,
        }
    }

    /// Whether something waits.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Keeps something, or lets it wait. Others that append are waited for as long as `patience` lasts.
    pub fn keep(&mut self, change: Change, patience: Duration) -> Reply {
        let waits_longer = self.is_waiting();
        self.waiting.push(change);
        if waits_longer {
            self.put_beside();
            return if self.tried.elapsed() > AGAIN {
                self.try_again()
            } else {
                Reply::default()
            };
        }
        let mut reply = self.append(patience.min(MOMENT));
        if self.is_waiting() {
            self.put_beside();
            reply = self.append(patience.saturating_sub(MOMENT));
        }
        if self.is_waiting() {
            let trouble = &self.trouble;
            let told = format!("not in the history yet, trying again: {trouble}");
            reply.messages.push(told);
        }
        reply
    }

    /// Tries again to append what waits, without waiting for others.
    pub fn try_again(&mut self) -> Reply {
        if !self.is_waiting() {
            return Reply::default();
        }
        let mut reply = self.append(Duration::ZERO);
        if self.is_waiting() {
            self.put_beside();
        } else {
            let told = "everything that was measured is in the history now";
            reply.messages.push(told.into());
        }
        reply
    }

    /// Tries for the last time, and sees to it that the disk has it. What still cannot be appended stays beside the history;
    /// only for what cannot be put there either, it goes on trying for some seconds.
    pub fn finish(mut self) -> End {
        let begun = Instant::now();
        self.append(PATIENCE);
        self.put_beside();
        while self.put_beside < self.waiting.len() && begun.elapsed() < LEAVING {
            thread::sleep(PAUSE);
            self.append(Duration::ZERO);
            self.put_beside();
        }
        self.store.place.sync();
        self.end()
    }

    /// Appends everything that waits, at once.
    fn append(&mut self, patience: Duration) -> Reply {
        if !self.is_waiting() {
            return Reply::default();
        }
        let kept = self.store.keep(&self.waiting, &self.here, patience);
        self.tried = Instant::now();
        match kept {
            Ok(mut reply) => {
                if !self.store.log.has_locks && !self.has_warned_of_missing_locks {
                    reply.messages.push(NO_LOCKS.into());
                    self.has_warned_of_missing_locks = true;
                }
                self.waiting.clear();
                self.put_beside = 0;
                if let Some(pending) = self.pending.take() {
                    // Until the disk has one of them, it may lose the other.
                    self.store.place.sync();
                    pending.remove();
                }
                reply
            }
            Err(error) => {
                self.trouble = error.to_string();
                Reply::default()
            }
        }
    }

    /// Puts beside the history what waits and is not there yet, as far as there is room.
    fn put_beside(&mut self) {
        if self.put_beside == self.waiting.len() {
            return;
        }
        if self.pending.is_none() {
            self.pending = Pending::begin(&self.store.place, &self.here).ok();
        }
        let Some(pending) = &mut self.pending else {
            return;
        };
        let new = &self.waiting[self.put_beside..];
        self.put_beside += new
            .iter()
            .take_while(|change| pending.add(change).is_ok())
            .count();
        pending.sync();
    }

    fn end(&self) -> End {
        let runs = |changes: &[Change]| match count_runs(changes) {
            0 => "a change".into(),
            runs => counted(runs, "run"),
        };
        let (beside, lost) = self.waiting.split_at(self.put_beside);
        if !lost.is_empty() {
            return End::Lost(format!(
                "{} could not be kept anywhere: {}. --history FILE keeps runs elsewhere, --no-history nowhere.",
                runs(lost),
                self.trouble
            ));
        }
        match &self.pending {
            Some(pending) if !beside.is_empty() => End::Beside(format!(
                "{} could not be added to the history: {}. The next start of pconc-tui adds what is in {}.",
                runs(beside),
                self.trouble,
                text::clean(&pending.path.to_string_lossy(), usize::MAX)
            )),
            _ => End::Kept,
        }
    }
}

fn count_runs(changes: &[Change]) -> u64 {
    let is_run = |change: &&Change| matches!(change, Change::Run { .. });
    changes.iter().filter(is_run).count() as u64
}

/// Takes in what sessions that are over could not append. Returns what the user should know about it.
pub fn take_in(place: &Place) -> Option<String> {
    let mut store = Store::at(place.clone());
    let mut runs = 0;
    for left in Left::beside(place) {
        // All that is there has to be known, so that nothing is added twice. Others are not waited for long: whoever starts
        // the program is waiting, and the next start is early enough.
        let kept = store
            .read_all()
            .and_then(|()| store.keep(&left.changes, &left.provenance, MOMENT));
        if let Err(error) = kept {
            return Some(format!(
                "runs of earlier sessions could not be added to the history yet: {error}"
            ));
        }
        runs += count_runs(&left.changes);
        place.sync();
        left.remove();
    }
    let verb = if runs == 1 { "is" } else { "are" };
    (runs > 0).then(|| {
        format!(
            "{} that earlier sessions could not add to the history {verb} in it now",
            counted(runs, "run")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload::Cpu},
        domain::record::Record,
        fixtures::{explorer, sample},
    };

    #[test]
    fn where_there_are_no_locks_runs_are_kept_and_what_is_not_promised_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history");
        let mut store = Store::at(Place { file });
        store.log.has_locks = false;
        let here = Provenance::here("s", explorer::machine(2));
        let mut writer = Writer::new(store, here);
        let mut keep = |number: usize| {
            let record = Record {
                id: format!("run-{number}"),
                ..sample::record(sample::plan(Cpu, Model::Serial, 1), 1.0, 1.0)
            };
            let change = Change::run(number, &record);
            writer.keep(change, PATIENCE).messages.len()
        };
        assert_eq!([keep(1), keep(2)], [1, 0]);
        assert_eq!(writer.store.open().unwrap().kept.runs.len(), 2);
    }
}
