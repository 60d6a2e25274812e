//! Keeps every change, whatever happens to the history meanwhile.
//!
//! A change that cannot be appended waits and is tried again, for example when another program holds the lock or the
//! disk is full. While it waits, it is in a file beside the history ([`super::pending`]), so that it is not lost if the
//! program is killed. The order is kept: no change overtakes a waiting one.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::{
    HistoryPlace, Store,
    change::{Change, Reply},
    pending::{Leftover, Pending},
};
use crate::domain::{
    provenance::Provenance,
    text::{self, counted},
};

/// The time limit for waiting until other programs have appended. Each takes less than a millisecond.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// The part of that time in which a change waits only in memory.
const MOMENT: Duration = Duration::from_millis(20);
/// The minimum time between two attempts, because each attempt writes everything that waits.
const AGAIN: Duration = Duration::from_millis(200);
/// The maximum delay of the program's exit by changes that are neither in the history nor beside it.
const LEAVING: Duration = Duration::from_secs(3);
/// The pause between two attempts at the end.
const PAUSE: Duration = Duration::from_millis(50);

/// The warning about file systems without locks. It fits into one row of a small screen.
const NO_LOCKS: &str = "runs are kept without locks, so two programs at the same time may lose one";

/// How the session's changes ended up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "what was lost has to be said"]
pub enum KeepingEnd {
    /// Everything is in the history.
    Kept,
    /// Some changes are beside the history, and the next start adds them; the sentence says so.
    Beside(String),
    /// Some changes could not be kept anywhere; the sentence says so.
    Lost(String),
}

/// Keeps the changes of one session.
#[derive(Debug)]
pub struct Writer {
    /// The history to which changes are written.
    pub store: Store,
    here: Arc<Provenance>,
    /// Changes that could not be appended yet, in order.
    waiting: Vec<Change>,
    /// The number of waiting changes that are in the file beside the history.
    put_beside: usize,
    pending: Option<Pending>,
    /// Why the waiting changes could not be appended.
    trouble: String,
    /// When the waiting changes were last tried.
    tried: Instant,
    /// Whether the user has been warned that nothing can be locked.
    has_warned_of_missing_locks: bool,
}

impl Writer {
    /// A writer for changes that are made `here` to the history in `store`.
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

    /// Whether any change waits.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Keeps a change, or lets it wait. `patience` limits the wait for other programs that append.
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
            let message = format!("not in the history yet; trying again: {trouble}");
            reply.messages.push(message);
        }
        reply
    }

    /// Tries again to append the waiting changes, without waiting for other programs.
    pub fn try_again(&mut self) -> Reply {
        if !self.is_waiting() {
            return Reply::default();
        }
        let mut reply = self.append(Duration::ZERO);
        if self.is_waiting() {
            self.put_beside();
        } else {
            let message = "everything measured is in the history now";
            reply.messages.push(message.into());
        }
        reply
    }

    /// Tries for the last time, and waits until the changes are on disk. Changes that still cannot be appended stay
    /// beside the history. If they cannot be put there either, it keeps trying for some seconds.
    pub fn finish(mut self) -> KeepingEnd {
        let started = Instant::now();
        self.append(PATIENCE);
        self.put_beside();
        while self.put_beside < self.waiting.len() && started.elapsed() < LEAVING {
            thread::sleep(PAUSE);
            self.append(Duration::ZERO);
            self.put_beside();
        }
        self.store.place.sync();
        self.end()
    }

    /// Appends all waiting changes at once.
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
                    // Until one of the two is on disk, a crash may lose the other.
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

    /// Puts the waiting changes beside the history, as far as there is room.
    fn put_beside(&mut self) {
        if self.pending.as_ref().is_some_and(|file| !file.is_there()) {
            // All waiting changes are put into a new file.
            (self.pending, self.put_beside) = (None, 0);
        }
        if self.put_beside == self.waiting.len() {
            return;
        }
        if self.pending.is_none() {
            self.pending = Pending::create(&self.store.place, &self.here).ok();
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

    fn end(&self) -> KeepingEnd {
        let runs = |changes: &[Change]| match count_runs(changes) {
            0 => "a change".into(),
            runs => counted(runs, "run"),
        };
        let (beside, lost) = self.waiting.split_at(self.put_beside);
        if !lost.is_empty() {
            return KeepingEnd::Lost(format!(
                "{} could not be kept anywhere: {}. --history FILE keeps runs elsewhere, --no-history nowhere.",
                runs(lost),
                self.trouble
            ));
        }
        match &self.pending {
            Some(pending) if !beside.is_empty() => KeepingEnd::Beside(format!(
                "{} could not be added to the history: {}. The next start of pconc-tui adds what is in {}.",
                runs(beside),
                self.trouble,
                text::clean(&pending.path.to_string_lossy(), usize::MAX)
            )),
            _ => KeepingEnd::Kept,
        }
    }
}

fn count_runs(changes: &[Change]) -> u64 {
    let is_run = |change: &&Change| matches!(change, Change::Run { .. });
    changes.iter().filter(is_run).count() as u64
}

/// Adds the changes that ended sessions could not append to the history. Returns a message for the user, if there is
/// one.
pub fn take_in(place: &HistoryPlace) -> Option<String> {
    let mut store = Store::at(place.clone());
    let mut runs = 0;
    for leftover in Leftover::beside(place) {
        // The whole history must be known, so that nothing is added twice. The wait for other programs is short: the
        // user waits for the program to start, and the next start is early enough.
        let kept = store
            .read_all()
            .and_then(|()| store.keep(&leftover.changes, &leftover.provenance, MOMENT));
        if let Err(error) = kept {
            return Some(format!(
                "runs of earlier sessions could not be added to the history yet: {error}"
            ));
        }
        runs += count_runs(&leftover.changes);
        place.sync();
        leftover.remove();
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
    fn what_waits_is_put_beside_the_history_again_where_its_file_was_removed() {
        let folder = tempfile::tempdir().unwrap();
        let place = HistoryPlace {
            file: folder.path().join("history"),
        };
        let lock = std::fs::File::create(&place.file).unwrap();
        lock.lock().unwrap();
        let here = Provenance::here("s", explorer::machine(2));
        let mut writer = Writer::new(Store::at(place.clone()), here);
        let mut keep = |number: usize| {
            let record = Record {
                id: format!("run-{number}"),
                ..sample::record(sample::plan(Cpu, Model::Serial, 1), 1.0, 1.0)
            };
            let _ = writer.keep(Change::run(number, &record), Duration::ZERO);
        };
        keep(1);
        std::fs::remove_file(place.pending("s")).unwrap();
        keep(2);
        let file = std::fs::read_to_string(place.pending("s")).unwrap();
        assert!(file.contains("run-1") && file.contains("run-2"), "{file}");
        std::fs::remove_file(place.pending("s")).unwrap();
        let told = match writer.finish() {
            KeepingEnd::Beside(told) => told,
            other => panic!("{other:?}"),
        };
        assert!(told.contains("2 runs"), "{told}");
        drop(lock);
        assert!(take_in(&place).unwrap().contains("2 runs"));
    }

    #[test]
    fn without_locks_runs_are_kept_and_the_user_is_warned_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history");
        let mut store = Store::at(HistoryPlace { file });
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
