//! The kept history: every finished run and sweep, in a file that outlives the session.
//!
//! # The file
//!
//! The file consists of JSON Lines, one fact per line (`line.rs`): the machine of a session, a run, a name, a removal.
//! Lines are only ever appended. Several programs may append at the same time. Each takes the file's lock, reads what
//! others have appended since, gives its run the next number, and writes the whole line by one call (`store/log.rs`).
//! So a number is assigned once and means the same run for ever; numbers of removed runs are not reused. A small file
//! beside the history holds the highest number and how far the history was read (`store/known.rs`), so that the next
//! number is known without reading the whole history.
//!
//! A line that cannot be understood costs only itself: it is skipped, reported, and never overwritten. A line that
//! could not be written completely is truncated. A torn line, for example after a power cut, gets a line end before the
//! next one is appended.
//!
//! A change that cannot be appended is tried again until the program ends (`store/writer.rs`). Meanwhile it is in a
//! file beside the history (`store/pending.rs`), which the next start adds to the history if necessary.
//!
//! Nothing else may be written over any of these files (`store/own.rs`).
//!
//! # The traces
//!
//! Beside the file is a directory with one file per run. It contains what would make the run's line long: its trace,
//! its tasks, and its workers if they are many (`store/traces.rs`). The total size of these files is limited; that of
//! the records is not.

mod change;
mod error;
mod index;
mod known;
mod line;
mod log;
mod own;
mod pending;
mod place;
pub mod speeds;
mod traces;
mod writer;

use std::{fs::File, time::Duration};

pub use change::{Change, Reply};
pub use error::StoreError;
pub use index::Opened;
use index::{Index, RecordId};
use known::KnownHistory;
use line::BEGINNING;
use log::{Log, LogEvent};
pub use own::is_own;
pub use place::{HistoryPlace, default_place};
pub use traces::{BYTES_MAX as TRACES_MAX, RunDetails, TraceFolder};
pub use writer::{KeepingEnd, PATIENCE, Writer, take_in};

use crate::domain::{keeping::Keeping, provenance::Provenance};

/// The kept history. Several programs may append to it at the same time.
#[derive(Debug)]
pub struct Store {
    /// The place of the history.
    pub place: HistoryPlace,
    log: Log,
    index: Index,
}

impl Store {
    /// The history at this place. Nothing of it has been read yet, and it need not exist.
    pub fn at(place: HistoryPlace) -> Store {
        Store {
            log: Log::new(place.file.clone()),
            index: Index::default(),
            place,
        }
    }

    /// Reads the whole history, even if it was read before. It need not exist.
    ///
    /// # Errors
    /// If it cannot be read or is not a history; the message is one sentence.
    pub fn open(&mut self) -> Result<Opened, StoreError> {
        *self = Store::at(self.place.clone());
        let mut added = vec![];
        let Store { log, index, place } = self;
        log.read(|seen| {
            if matches!(seen, LogEvent::Restart) {
                added.clear();
            }
            added.extend(index.see(seen));
        })?;
        index.check_is_of_history(&place.file)?;
        Ok(index.opened(added, &place.file))
    }

    /// The directory of the traces beside the file.
    pub fn traces(&self) -> TraceFolder {
        TraceFolder::beside(&self.place)
    }

    /// Keeps all these changes, or none. Runs and sweeps that are already kept are left out. A run or sweep gets the
    /// wanted number; if that is taken, it gets the next number after the highest ever assigned. `patience` limits the
    /// wait for other programs that append. Returns the result for each added run and sweep.
    ///
    /// # Errors
    /// If the changes cannot be kept; the message is one sentence, and the file is unchanged.
    pub fn keep(
        &mut self,
        changes: &[Change],
        provenance: &Provenance,
        patience: Duration,
    ) -> Result<Reply, StoreError> {
        // The changes are read before the lock is taken, so that others wait for less time.
        let adds = |change| matches!(change, &Change::Run { .. } | &Change::Sweep { .. });
        if changes.iter().all(adds) {
            self.know_numbers()?;
        } else {
            self.read_all()?;
        }
        let Store { log, index, place } = self;
        let file = log.locked(patience)?;
        log.catch_up(&file, indexing(index))?;
        index.check_is_of_history(&place.file)?;
        log.end_torn_line(&file)?;
        log.catch_up(&file, indexing(index))?;
        let (lines, reply) = change::lines(changes, provenance, index);
        log.append(&file, &lines)?;
        // After this, the new run can be found. No other program can have appended in between.
        log.catch_up(&file, indexing(index))?;
        if let Some(position) = log.position {
            // If this fails, the next program has to read more.
            let known = KnownHistory::of(&file, position, index.next_number() - 1);
            let _ = known.and_then(|known| known.write(&place.index()));
        }
        Ok(reply)
    }

    /// The number that the next run or sweep gets, unless another program is faster.
    ///
    /// # Errors
    /// If the history cannot be read; the message is one sentence.
    pub fn next_number(&mut self) -> Result<usize, StoreError> {
        self.know_numbers()?;
        Ok(self.index.next_number())
    }

    /// Removes traces that belong to no run, for example because the history was deleted. Removes nothing while runs
    /// wait to be added to the history, or if the history has lines that this program does not understand.
    pub fn sweep(&self) {
        if self.index.is_understood() && !pending::are_beside(&self.place) {
            self.traces().sweep(|id| self.index.number(id).is_some());
        }
    }

    /// Reads what has not been read yet, which is everything if only the numbers are known so far.
    fn read_all(&mut self) -> Result<(), StoreError> {
        if self.index.knows_only_numbers {
            *self = Store::at(self.place.clone());
        }
        self.log.read(indexing(&mut self.index))
    }

    /// Determines the next number. If it is known from the file beside the history, nothing else is read.
    fn know_numbers(&mut self) -> Result<(), StoreError> {
        if self.log.position.is_some() {
            return Ok(());
        }
        let go_on = |known: &KnownHistory| {
            self.log
                .go_on_from(known.position, |file| known.is_about(file))
        };
        match KnownHistory::read(&self.place.index()).filter(go_on) {
            Some(known) => {
                self.index = Index::from_highest(known.highest);
                Ok(())
            }
            None => self.read_all(),
        }
    }
}

impl HistoryPlace {
    /// The place where the user wants runs to be kept, or why it cannot be used. Only a file that the user
    /// has named has to be a history: an unusable default place is no reason to refuse the whole command.
    ///
    /// # Errors
    /// If the named file is not a history; the message is one sentence.
    pub fn usable(
        keeping: &Keeping,
    ) -> Result<(Option<HistoryPlace>, Option<StoreError>), StoreError> {
        let wanted = HistoryPlace::wanted(keeping).and_then(|place| {
            place
                .iter()
                .try_for_each(HistoryPlace::check)
                .map(|()| place)
        });
        match wanted {
            Ok(place) => Ok((place, None)),
            Err(error) if matches!(keeping, Keeping::In(_)) => Err(error),
            Err(error) => Ok((None, Some(error))),
        }
    }

    /// Checks that the file could be a history: it is one, or it does not exist yet.
    ///
    /// # Errors
    /// If it cannot be read or is something else; the message is one sentence.
    pub fn check(&self) -> Result<(), StoreError> {
        let mut store = Store::at(self.clone());
        // The start of a history is sufficient. The rest is read only if the start is different.
        let beginning = own::beginning(&self.file, BEGINNING.len());
        if !beginning.is_ok_and(|beginning| BEGINNING.starts_with(&beginning)) {
            store.read_all()?;
        }
        store.index.check_is_of_history(&self.file)
    }

    /// Waits until the appended lines are on disk. Otherwise the system may take half a minute, and a power cut in that
    /// time would lose them.
    pub fn sync(&self) {
        // A file system that does not support syncing writes them at some later time.
        let _ = File::open(&self.file).and_then(|file| file.sync_data());
    }
}

/// Adds what is read to the index.
fn indexing(index: &mut Index) -> impl FnMut(LogEvent<'_>) {
    |seen| drop(index.see::<RecordId>(seen))
}
