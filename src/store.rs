//! The history that stays: every finished run and sweep, kept in a file across sessions.
//!
//! # The file
//!
//! JSON Lines, one fact a line, to which lines are only ever appended (`line.rs`): the machine of a session, a run, a
//! name, a removal. Several programs may append at once: each takes the file's lock, reads what others have appended
//! since, gives its run the next number, and writes the whole line by one call (`store/log.rs`). So a number is given once, and
//! means the same run for ever; numbers of removed runs stay unused. Up to where a file was read, and the highest number
//! there, is known beside it (`store/known.rs`): the next number needs no reading of the rest.
//!
//! A line that is not understood costs only itself: it is skipped, told, and never written over. A line that could not be
//! written whole is taken back; one that was torn, as by a power cut, gets an end before the next one is appended.
//!
//! What cannot be appended is tried again until the program ends (`store/writer.rs`). Meanwhile it is in a file beside the
//! history (`store/pending.rs`), which the next start takes in if need be.
//!
//! Nothing else is written over any of these files (`store/own.rs`).
//!
//! # The traces
//!
//! Beside the file, in a directory, is a file per run with what would make its line long: its trace and its tasks, and its
//! workers if they are many (`store/traces.rs`). Together they are bounded; records are not.

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
use known::Known;
use line::BEGINNING;
use log::{Log, Seen};
pub use own::is_own;
pub use place::{Place, default_place};
pub use traces::{BYTES_MAX as TRACES_MAX, RunDetails, TraceFolder};
pub use writer::{End, PATIENCE, Writer, take_in};

use crate::domain::{keeping::Keeping, provenance::Provenance};

/// The kept history: one of possibly several programs that append to it.
#[derive(Debug)]
pub struct Store {
    /// Where it is.
    pub place: Place,
    log: Log,
    index: Index,
}

impl Store {
    /// The history at this place, of which nothing has been read yet, and which need not exist.
    pub fn at(place: Place) -> Store {
        Store {
            log: Log::new(place.file.clone()),
            index: Index::default(),
            place,
        }
    }

    /// Reads everything that is kept there; again, if that was done before. It need not exist.
    ///
    /// # Errors
    /// One sentence, if it cannot be read, or is something else than a history.
    pub fn open(&mut self) -> Result<Opened, StoreError> {
        *self = Store::at(self.place.clone());
        let mut added = vec![];
        let Store { log, index, place } = self;
        log.read(|seen| {
            if matches!(seen, Seen::Restart) {
                added.clear();
            }
            added.extend(index.see(seen));
        })?;
        index.check_is_of_history(&place.file)?;
        Ok(index.opened(added, &place.file))
    }

    /// The traces beside the file.
    pub fn traces(&self) -> TraceFolder {
        TraceFolder::beside(&self.place)
    }

    /// Keeps all these changes, or none; runs and sweeps that are there already are left out. A run or sweep gets the number
    /// that is wanted, or if that is taken, one above the highest ever given. `patience` says how long others are waited for
    /// that append. Returns what became of each, except of what is only changed.
    ///
    /// # Errors
    /// One sentence; the file is then as it was.
    pub fn keep(
        &mut self,
        changes: &[Change],
        provenance: &Provenance,
        patience: Duration,
    ) -> Result<Reply, StoreError> {
        // Before the lock is taken: others wait for it.
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
        // Whoever asks for the run that was just kept finds it, and nothing can have come between.
        log.catch_up(&file, indexing(index))?;
        if let Some(position) = log.position {
            // Without it, the next one reads more.
            let known = Known::of(&file, position, index.next_number() - 1);
            let _ = known.and_then(|known| known.write(&place.index()));
        }
        Ok(reply)
    }

    /// The number that the next run or sweep gets, unless somebody else is faster.
    ///
    /// # Errors
    /// One sentence, if the history cannot be read.
    pub fn next_number(&mut self) -> Result<usize, StoreError> {
        self.know_numbers()?;
        Ok(self.index.next_number())
    }

    /// Removes traces that belong to no run, as of a history that somebody has deleted. Nothing is removed while runs
    /// wait to be added to the history, or where it has lines that this program does not understand.
    pub fn sweep(&self) {
        if self.index.is_understood() && !pending::are_beside(&self.place) {
            self.traces().sweep(|id| self.index.number(id).is_some());
        }
    }

    /// Reads what was not read yet: all of it, also where until now only the numbers were known.
    fn read_all(&mut self) -> Result<(), StoreError> {
        if self.index.knows_only_numbers {
            *self = Store::at(self.place.clone());
        }
        self.log.read(indexing(&mut self.index))
    }

    /// Finds out which number is next. Where that is known beside the history, nothing else is read.
    fn know_numbers(&mut self) -> Result<(), StoreError> {
        if self.log.position.is_some() {
            return Ok(());
        }
        let go_on = |known: &Known| {
            self.log
                .go_on_from(known.position, |file| known.is_about(file))
        };
        match Known::read(&self.place.index()).filter(go_on) {
            Some(known) => {
                self.index = Index::from_highest(known.highest);
                Ok(())
            }
            None => self.read_all(),
        }
    }
}

impl Place {
    /// Where the user wants runs to be kept, if that is possible, and else why not. Only what the user has named has to be
    /// a history: that the usual one is none is no reason to refuse everything.
    ///
    /// # Errors
    /// One sentence, if that is something else.
    pub fn usable(keeping: &Keeping) -> Result<(Option<Place>, Option<StoreError>), StoreError> {
        let wanted = Place::wanted(keeping)
            .and_then(|place| place.iter().try_for_each(Place::check).map(|()| place));
        match wanted {
            Ok(place) => Ok((place, None)),
            Err(error) if matches!(keeping, Keeping::In(_)) => Err(error),
            Err(error) => Ok((None, Some(error))),
        }
    }

    /// Whether it could be a history: a file that is one, or none yet.
    ///
    /// # Errors
    /// One sentence, if it cannot be read, or is something else.
    pub fn check(&self) -> Result<(), StoreError> {
        let mut store = Store::at(self.clone());
        // A beginning that is ours tells enough: only where it is not, the rest is looked at.
        let beginning = own::beginning(&self.file, BEGINNING.len());
        if !beginning.is_ok_and(|beginning| BEGINNING.starts_with(&beginning)) {
            store.read_all()?;
        }
        store.index.check_is_of_history(&self.file)
    }

    /// Waits until what was appended is on the disk: the system may otherwise take half a minute, and a power cut that
    /// long.
    pub fn sync(&self) {
        // Whoever cannot be asked to do so does it in time.
        let _ = File::open(&self.file).and_then(|file| file.sync_data());
    }
}

/// Takes in what was found while reading.
fn indexing(index: &mut Index) -> impl FnMut(Seen<'_>) {
    |seen| drop(index.see::<RecordId>(seen))
}
