//! Keeps what was measured, run by run, so that whatever happens to the program, what was measured before is not lost.

use std::collections::HashMap;
use std::sync::Arc;

use super::say;
use crate::domain::keeping::Keeping;
use crate::domain::provenance::Provenance;
use crate::domain::record::Record;
use crate::domain::sweep::Sweep;
use crate::domain::trace::Trace;
use crate::shell::exit::Failure;
use crate::store::{
    Change, End, PATIENCE, PICTURES_MAX, Place, Reply, Store, StoreError, Writer, take_in,
};

/// Gives runs their numbers, and keeps them if they are to be kept.
#[derive(Debug)]
pub struct Keeper {
    writer: Option<Writer>,
    here: Arc<Provenance>,
    /// The numbers that were given, by the ids of runs and sweeps.
    numbers: HashMap<String, usize>,
    /// The highest of them, and of those in the history.
    highest: usize,
    /// Whether runs were to be kept where that is not possible.
    is_refused: bool,
}

/// Where runs are kept, if they are.
#[derive(Debug)]
pub enum Keeps {
    /// Here.
    At(Place),
    /// Nowhere, as the user wants it, or as nothing says where.
    Nowhere,
    /// They should be, but what is there is no history.
    Refused,
}

impl Keeps {
    /// Where, if anywhere.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Keeps::At(place) => Some(place),
            Keeps::Nowhere | Keeps::Refused => None,
        }
    }
}

impl Keeper {
    /// The place to keep runs at, if they are to be kept. Call it before anything is measured: what is no history is
    /// refused if the user has named it, and only told otherwise.
    ///
    /// # Errors
    /// One sentence: the file is something else.
    pub fn place(keeping: &Keeping) -> Result<Keeps, Failure> {
        let told = |error: &StoreError| say(&format!("runs are not kept: {error}"));
        let place = match Place::wanted(keeping) {
            Ok(Some(place)) => place,
            Ok(None) => return Ok(Keeps::Nowhere),
            Err(error) => {
                told(&error);
                return Ok(Keeps::Nowhere);
            }
        };
        match place.check() {
            Ok(()) => Ok(Keeps::At(place)),
            Err(error) if *keeping == Keeping::AsUsual => {
                told(&error);
                Ok(Keeps::Refused)
            }
            Err(error) => Err(Failure::usage(error)),
        }
    }

    /// Keeps the runs of this session at this place, if there is one, and takes in what earlier sessions could not keep
    /// there.
    pub fn new(keeps: Keeps, here: Arc<Provenance>) -> Keeper {
        let is_refused = matches!(keeps, Keeps::Refused);
        let Keeps::At(place) = keeps else {
            return Keeper {
                writer: None,
                here,
                numbers: HashMap::new(),
                highest: 0,
                is_refused,
            };
        };
        if let Some(told) = take_in(&place) {
            say(&told);
        }
        let mut store = Store::at(place);
        // What keeps it from being read keeps it from being written to, and is told then.
        let highest = store.next_number().map_or(0, |next| next - 1);
        let writer = Some(Writer::new(store, Arc::clone(&here)));
        Keeper {
            writer,
            here,
            numbers: HashMap::new(),
            highest,
            is_refused,
        }
    }

    /// Where and when runs are measured.
    pub fn here(&self) -> &Provenance {
        &self.here
    }

    /// Keeps a finished run. What cannot be kept beside the history makes its line longer.
    pub fn keep(&mut self, record: &Record, trace: &Trace) {
        let beside = self
            .writer
            .as_ref()
            .map(|writer| writer.store().pictures().keep(record, trace));
        match beside {
            Some(Err(error)) => {
                say(&error.to_string());
                let whole = Box::new(record.clone());
                self.change(&record.id, |wanted| Change::Run {
                    wanted,
                    record: whole,
                });
            }
            _ => self.change(&record.id, |wanted| Change::run(wanted, record)),
        }
    }

    /// Keeps a sweep that begins.
    pub fn keep_sweep(&mut self, sweep: &Sweep) {
        self.change(&sweep.id, |wanted| Change::Sweep {
            wanted,
            sweep: Box::new(sweep.clone()),
        });
    }

    fn change(&mut self, id: &str, change: impl FnOnce(usize) -> Change) {
        let wanted = self.highest + 1;
        self.number(id.to_string(), wanted);
        let replies = self
            .writer
            .as_mut()
            .map(|writer| writer.keep(change(wanted), PATIENCE));
        self.hear(replies.unwrap_or_default());
    }

    fn number(&mut self, id: String, number: usize) {
        self.highest = self.highest.max(number);
        self.numbers.insert(id, number);
    }

    fn hear(&mut self, replies: Vec<Reply>) {
        for reply in replies {
            match reply {
                Reply::Kept { id, number } => self.number(id, number),
                Reply::Told(sentence) => say(&sentence),
            }
        }
    }

    /// Tries again to keep what could not be kept yet, and says if that still is not possible: the numbers that are about
    /// to be printed may then become those of other runs.
    pub fn settle(&mut self) {
        let replies = self.writer.as_mut().map(Writer::try_again);
        self.hear(replies.unwrap_or_default());
        if self.writer.as_ref().is_some_and(Writer::is_waiting) {
            say(
                "the numbers of runs that are not in the history yet are provisional: they may change",
            );
        }
    }

    /// The number of the run or sweep with this id: that of the history, or the next one where it is not there yet.
    ///
    /// # Panics
    /// If it was not given to this keeper.
    pub fn number_of(&self, id: &str) -> usize {
        self.numbers[id]
    }

    /// Everything was measured: now there is time to see to it that it is on the disk and does not take too much room.
    /// Returns whether everything that was measured is kept, in the history or beside it; what is not, is said.
    pub fn finish(self) -> bool {
        let Some(writer) = self.writer else {
            return !self.is_refused;
        };
        let pictures = writer.store().pictures();
        let end = writer.finish();
        pictures.bound(PICTURES_MAX);
        if let End::Beside(sentence) | End::Lost(sentence) = &end {
            say(sentence);
        }
        !matches!(end, End::Lost(_))
    }
}
