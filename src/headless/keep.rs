//! Keeps what was measured, run by run, so that whatever happens to the program, what was measured before is not lost.

use std::sync::Arc;

use super::say;
use crate::domain::keeping::Keeping;
use crate::domain::provenance::Provenance;
use crate::domain::record::Record;
use crate::domain::sweep::Sweep;
use crate::domain::trace::Trace;
use crate::shell::exit::Failure;
use crate::store::{PICTURES_MAX, Place, Store};

/// Gives runs their numbers, and keeps them if they are to be kept.
#[derive(Debug)]
pub struct Keeper {
    store: Option<Store>,
    here: Arc<Provenance>,
    /// The latest number that was given.
    latest: usize,
}

impl Keeper {
    /// The place to keep runs at, if they are to be kept. Call it before anything is measured: what is no history is
    /// refused if the user has named it, and only told otherwise.
    ///
    /// # Errors
    /// One sentence: the file is something else.
    pub fn place(keeping: &Keeping) -> Result<Option<Place>, Failure> {
        let checked = Place::wanted(keeping).and_then(|place| match place {
            Some(place) => place.check().map(|()| Some(place)),
            None => Ok(None),
        });
        match checked {
            Err(sentence) if *keeping == Keeping::AsUsual => {
                say(&format!("runs are not kept: {sentence}"));
                Ok(None)
            }
            checked => checked.map_err(Failure::usage),
        }
    }

    /// Keeps the runs of this session at this place, if there is one.
    pub fn new(place: Option<Place>, here: Arc<Provenance>) -> Keeper {
        Keeper { store: place.map(Store::at), here, latest: 0 }
    }

    /// Where and when runs are measured.
    pub fn here(&self) -> &Provenance {
        &self.here
    }

    /// Keeps a finished run. Returns its number.
    pub fn keep(&mut self, record: &Record, trace: &Trace) -> usize {
        let here = Arc::clone(&self.here);
        let number = self.number(|store, wanted| store.keep_run(wanted, &here, record));
        if let Some(store) = &self.store
            && let Err(sentence) = store.pictures().keep(record, trace)
        {
            say(&sentence);
        }
        number
    }

    /// Keeps a sweep that begins. Returns its number.
    pub fn keep_sweep(&mut self, sweep: &Sweep) -> usize {
        let here = Arc::clone(&self.here);
        self.number(|store, wanted| store.keep_sweep(wanted, &here, sweep))
    }

    /// The number that the store gives, or the next one where there is no store. If something cannot be kept, that is
    /// told once, and nothing more is tried.
    fn number(&mut self, keep: impl FnOnce(&mut Store, usize) -> Result<usize, String>) -> usize {
        let wanted = self.latest + 1;
        self.latest = match self.store.as_mut().map(|store| keep(store, wanted)) {
            Some(Ok(number)) => number,
            Some(Err(sentence)) => {
                say(&format!("runs are not kept: {sentence}"));
                self.store = None;
                wanted
            }
            None => wanted,
        };
        self.latest
    }

    /// Everything was measured: now there is time to see to it that it is on the disk and does not take too much room.
    pub fn finish(self) {
        if let Some(store) = self.store {
            store.place().sync();
            store.pictures().bound(PICTURES_MAX);
        }
    }
}
