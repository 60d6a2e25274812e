//! The history that stays: every finished run and sweep, kept in a file across sessions.
//!
//! # The file
//!
//! JSON Lines, one fact a line, to which lines are only ever appended ([`line`]): the machine of a session, a run, a
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
//! # The pictures
//!
//! Beside the file, in a directory, is a file per run with what would make its line long: its trace and its tasks, and its
//! workers if they are many (`store/pictures.rs`). Together they are bounded; records are not.

mod change;
mod error;
mod index;
mod known;
mod line;
mod log;
mod own;
mod pending;
mod pictures;
mod place;
pub mod speeds;
mod writer;

use std::collections::HashSet;
use std::fs::File;
use std::time::Duration;

use crate::domain::history::{EarlierRun, EarlierSweep};
use crate::domain::provenance::Provenance;
use crate::domain::record::Record;
use crate::domain::sweep::Sweep;
use change::Lines;
pub use change::{Change, Outcome};
pub use error::StoreError;
use index::{Added, Identified, Index, RecordId};
use known::Known;
use line::{Fact, Parsed};
use log::{Log, Seen};
pub use own::OwnFiles;
pub use pictures::{BYTES_MAX as PICTURES_MAX, Picture, Pictures};
pub use place::{Place, default_place};
use serde::de::DeserializeOwned;
pub use writer::{End, PATIENCE, Reply, Writer, take_in};

/// How long a command waits that does nothing else than to change the history.
const COMMAND_PATIENCE: Duration = Duration::from_secs(10);

/// What was kept when the history was opened, oldest first.
#[derive(Debug, Default)]
pub struct Opened {
    /// The runs. What [`Picture`] holds is missing in their records.
    pub runs: Vec<EarlierRun>,
    /// The sweeps.
    pub sweeps: Vec<EarlierSweep>,
    /// Runs that were removed, and can be restored.
    pub removed: Vec<EarlierRun>,
    /// Sweeps that were removed, and can be restored.
    pub removed_sweeps: Vec<EarlierSweep>,
    /// What was skipped, in one sentence.
    pub notice: Option<String>,
}

/// The kept history: one of possibly several programs that append to it.
#[derive(Debug)]
pub struct Store {
    place: Place,
    log: Log,
    index: Index,
    /// Whether the index has only the highest number, and what was appended since that became known.
    knows_only_numbers: bool,
}

impl Store {
    /// The history at this place, of which nothing has been read yet, and which need not exist.
    pub fn at(place: Place) -> Store {
        Store {
            log: Log::new(place.file.clone()),
            index: Index::default(),
            knows_only_numbers: false,
            place,
        }
    }

    /// The history at this place, with everything that is kept there. It need not exist.
    ///
    /// # Errors
    /// One sentence, if it cannot be read, or is something else than a history.
    pub fn open(place: Place) -> Result<(Store, Opened), StoreError> {
        let mut store = Store::at(place);
        let mut added: Vec<Added<Box<Record>>> = vec![];
        let index = &mut store.index;
        store.log.read(|seen| {
            if matches!(seen, Seen::Restart) {
                added.clear();
            }
            added.extend(see(index, seen));
        })?;
        store.check()?;
        let opened = store.opened(added);
        Ok((store, opened))
    }

    fn opened(&mut self, added: Vec<Added<Box<Record>>>) -> Opened {
        let mut opened = Opened {
            notice: self.notice(),
            ..Opened::default()
        };
        for added in added {
            let (Added::Run(number, _) | Added::Sweep(number, _)) = added;
            let (name, removed) = (self.index.name(number), self.index.is_removed(number));
            let Some(provenance) = self.index.provenance(number) else {
                continue;
            };
            match added {
                Added::Run(_, record) => {
                    let runs = if removed {
                        &mut opened.removed
                    } else {
                        &mut opened.runs
                    };
                    runs.push(EarlierRun {
                        number,
                        name,
                        provenance,
                        record,
                        trace: None,
                    });
                }
                Added::Sweep(_, sweep) => {
                    let sweeps = if removed {
                        &mut opened.removed_sweeps
                    } else {
                        &mut opened.sweeps
                    };
                    sweeps.push(EarlierSweep {
                        number,
                        name,
                        provenance,
                        sweep: *sweep,
                    });
                }
            }
        }
        for runs in [&mut opened.runs, &mut opened.removed] {
            runs.sort_by_key(|run| run.number);
        }
        for sweeps in [&mut opened.sweeps, &mut opened.removed_sweeps] {
            sweeps.sort_by_key(|sweep| sweep.number);
        }
        opened
    }

    fn notice(&self) -> Option<String> {
        self.index.notice(&self.place.file.to_string_lossy())
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The pictures beside the file.
    pub fn pictures(&self) -> Pictures {
        Pictures::beside(&self.place)
    }

    /// Keeps a finished run. Returns its number: `wanted`, or if that is taken, one above the highest ever given.
    ///
    /// # Errors
    /// One sentence; the file is then as it was.
    pub fn keep_run(
        &mut self,
        wanted: usize,
        provenance: &Provenance,
        record: &Record,
    ) -> Result<usize, StoreError> {
        self.keep_one(Change::run(wanted, record), provenance)
    }

    /// Keeps a sweep that begins; its runs are kept when they end. Returns its number, as of a run.
    ///
    /// # Errors
    /// One sentence; the file is then as it was.
    pub fn keep_sweep(
        &mut self,
        wanted: usize,
        provenance: &Provenance,
        sweep: &Sweep,
    ) -> Result<usize, StoreError> {
        self.keep_one(
            Change::Sweep {
                wanted,
                sweep: Box::new(sweep.clone()),
            },
            provenance,
        )
    }

    fn keep_one(&mut self, change: Change, provenance: &Provenance) -> Result<usize, StoreError> {
        match self.keep(&[change], provenance, COMMAND_PATIENCE)?[..] {
            [Outcome::Kept(number)] => Ok(number),
            _ => unreachable!("a run or sweep is kept, or there is an error"),
        }
    }

    /// Keeps all these changes, or none. `patience` says how long others are waited for that append. Returns what became
    /// of each.
    ///
    /// # Errors
    /// One sentence; the file is then as it was.
    pub fn keep(
        &mut self,
        changes: &[Change],
        provenance: &Provenance,
        patience: Duration,
    ) -> Result<Vec<Outcome>, StoreError> {
        let added: HashSet<&str> = changes.iter().filter_map(Change::added).collect();
        let is_there = |id: &String| added.contains(&id[..]) || self.index.knows_id(id);
        if !changes.iter().flat_map(Change::about).all(is_there) {
            self.read_all()?;
        }
        let session = &provenance.session;
        self.append(patience, |index| {
            let mut lines = Lines::after(index, session);
            changes.iter().for_each(|change| lines.add(change));
            let Lines {
                bytes, outcomes, ..
            } = lines;
            if index.knows_session(session) || bytes.is_empty() {
                return Ok((outcomes, bytes));
            }
            let here = line::written(Fact::Session {
                session: session.clone(),
                machine: provenance.machine.clone(),
            });
            Ok((outcomes, [here, bytes].concat()))
        })
    }

    /// The same for changes that may be there already: those are left out.
    fn keep_new(
        &mut self,
        changes: &[Change],
        provenance: &Provenance,
        patience: Duration,
    ) -> Result<(), StoreError> {
        self.read_all()?;
        self.keep(changes, provenance, patience).map(drop)
    }

    /// The number that the next run or sweep gets, unless somebody else is faster.
    ///
    /// # Errors
    /// One sentence, if the history cannot be read.
    pub fn next_number(&mut self) -> Result<usize, StoreError> {
        self.know_numbers()?;
        Ok(self.index.next_number())
    }

    /// Keeps what the user calls a run; `None` takes its name away.
    ///
    /// # Errors
    /// One sentence; the file is then as it was.
    pub fn rename(&mut self, number: usize, name: Option<&str>) -> Result<(), StoreError> {
        self.read_all()?;
        self.append(COMMAND_PATIENCE, |index| {
            index.check(&[number])?;
            let name = name.map(String::from);
            Ok(((), line::written(Fact::Name { number, name })))
        })
    }

    /// Removes runs: they do not count any more, but can be restored.
    ///
    /// # Errors
    /// One sentence; the file is then as it was.
    pub fn remove(&mut self, numbers: &[usize]) -> Result<(), StoreError> {
        self.read_all()?;
        self.append(COMMAND_PATIENCE, |index| {
            index.check(numbers)?;
            let numbers = numbers.to_vec();
            Ok(((), line::written(Fact::Remove { numbers })))
        })
    }

    /// Brings removed runs back, with their numbers and names.
    ///
    /// # Errors
    /// One sentence; the file is then as it was.
    pub fn restore(&mut self, numbers: &[usize]) -> Result<(), StoreError> {
        self.read_all()?;
        self.append(COMMAND_PATIENCE, |index| {
            index.check(numbers)?;
            let numbers = numbers.to_vec();
            Ok(((), line::written(Fact::Restore { numbers })))
        })
    }

    /// The id of the run with this number: what its picture is kept by.
    ///
    /// # Errors
    /// One sentence, if there is no such run.
    pub fn id(&self, number: usize) -> Result<String, StoreError> {
        self.index.check(&[number])?;
        Ok(self.index.id(number).unwrap_or_default().into())
    }

    /// Removes pictures that belong to no run, as of a history that somebody has deleted. Nothing is removed while runs
    /// wait to be added to the history, or where it has lines that this program does not understand.
    pub fn sweep(&self) {
        if !self.knows_only_numbers
            && self.index.is_understood()
            && !pending::are_beside(&self.place)
        {
            self.pictures().sweep(|id| self.index.knows_id(id));
        }
    }

    /// Reads what was not read yet: all of it, also where until now only the numbers were known.
    fn read_all(&mut self) -> Result<(), StoreError> {
        if std::mem::take(&mut self.knows_only_numbers) {
            self.index = Index::default();
            self.log = Log::new(self.place.file.clone());
        }
        let Store { log, index, .. } = self;
        log.read(|seen| {
            see::<RecordId>(index, seen);
        })
    }

    /// Finds out which number is next. Where that is known beside the history, nothing else is read.
    fn know_numbers(&mut self) -> Result<(), StoreError> {
        if self.log.position().is_some() {
            return Ok(());
        }
        let known = Known::read(&self.place.index());
        let known = known.filter(|known| {
            self.log
                .go_on_from(known.position, |file| known.is_about(file))
        });
        match known {
            Some(known) => {
                self.index = Index::from_highest(known.highest);
                self.knows_only_numbers = true;
                Ok(())
            }
            None => self.read_all(),
        }
    }

    /// Under the lock: takes in what others have appended, and appends what `lines` makes of it all.
    fn append<T>(
        &mut self,
        patience: Duration,
        lines: impl FnOnce(&Index) -> Result<(T, Vec<u8>), StoreError>,
    ) -> Result<T, StoreError> {
        // Before the lock is taken: others wait for it.
        self.know_numbers()?;
        let Store {
            log,
            index,
            knows_only_numbers,
            place,
        } = self;
        let mut appending = log.appending(patience)?;
        let see_also_another = |seen: Seen<'_>| {
            *knows_only_numbers &= !matches!(seen, Seen::Restart);
            see::<RecordId>(index, seen);
        };
        appending.catch_up(see_also_another)?;
        if index.is_foreign() {
            return Err(StoreError::NoHistory(place.file.clone()));
        }
        appending.end_torn_line()?;
        appending.catch_up(|seen| {
            see::<RecordId>(index, seen);
        })?;
        let (result, lines) = lines(index)?;
        appending.write(&lines)?;
        // Whoever asks for the run that was just kept finds it, and nothing can have come between.
        appending.catch_up(|seen| {
            see::<RecordId>(index, seen);
        })?;
        if let Some((position, file)) = appending.read_so_far() {
            // Without it, the next one reads more.
            let known = Known::of(file, position, index.next_number() - 1);
            let _ = known.and_then(|known| known.write(&place.index()));
        }
        Ok(result)
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.index.is_foreign() {
            Err(StoreError::NoHistory(self.place.file.clone()))
        } else {
            Ok(())
        }
    }
}

impl Place {
    /// Whether it could be a history: a file that is one, or none yet.
    ///
    /// # Errors
    /// One sentence, if it cannot be read, or is something else.
    pub fn check(&self) -> Result<(), StoreError> {
        let mut store = Store::at(self.clone());
        let index = &mut store.index;
        // A beginning that is ours tells enough: only where it is not, the rest is looked at.
        let begins_like_ours = store.log.begins_with(line::BEGINNING)?;
        if !begins_like_ours {
            store.log.read(|seen| {
                see::<RecordId>(index, seen);
            })?;
        }
        store.check()
    }

    /// Waits until what was appended is on the disk: the system may otherwise take half a minute, and a power cut that
    /// long.
    pub fn sync(&self) {
        // Whoever cannot be asked to do so does it in time.
        let _ = File::open(&self.file).and_then(|file| file.sync_data());
    }
}

/// Takes in what was found while reading. Returns what it adds.
fn see<R: Identified + DeserializeOwned>(index: &mut Index, seen: Seen<'_>) -> Option<Added<R>> {
    match seen {
        Seen::Restart => *index = Index::default(),
        Seen::Line(at, line) => {
            if at == 1 {
                index.begins_with(line);
            }
            let parsed = if line.is_empty() {
                return None;
            } else {
                line::parse::<R>(line)
            };
            return index.fold(at, parsed);
        }
        Seen::TooLong(at, line) | Seen::Torn(at, line) => {
            if at == 1 {
                index.begins_with(line);
            }
            index.fold(at, Parsed::<R>::Damaged);
        }
    }
    None
}
