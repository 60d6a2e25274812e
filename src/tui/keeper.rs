//! Keeps what the app wants to be kept, and brings back what was.
//!
//! A line of the history is written at once, as it decides the run's number; that takes less than a millisecond. All
//! that may take longer happens on a thread of its own: reading the history, waiting for the disk, and what is kept beside
//! the history ([`librarian`]).

mod librarian;

use std::collections::BTreeSet;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use super::event::Event;
use crate::app::message::Msg;
use crate::domain::history::History;
use crate::domain::provenance::{Origin, Provenance};
use crate::store::{Opened, OwnFiles, Place, Store};
use librarian::{Job, Librarian};

/// How long a run that ends waits for a history that is still being read.
const PATIENCE: Duration = Duration::from_secs(5);

/// The kept history, as far as the explorer knows it.
#[derive(Debug)]
pub struct Keeper {
    shelf: Shelf,
    /// The numbers that mean the same here and in the file: what was read from there or written to it.
    known: BTreeSet<usize>,
    /// Whether somebody was told that runs cannot be kept: once is enough.
    is_told: bool,
    librarian: Option<Librarian>,
    events: Sender<Event>,
}

/// Whether there is a history to write to.
#[derive(Debug)]
enum Shelf {
    Nowhere,
    NotReadYet(Place),
    BeingRead(Place, Receiver<Option<Store>>),
    Here(Box<Store>),
}

impl Keeper {
    /// Keeps runs at this place, if there is one, and tells `events` what it finds there.
    pub fn new(place: Option<Place>, events: Sender<Event>) -> Keeper {
        Keeper {
            shelf: place.map_or(Shelf::Nowhere, Shelf::NotReadYet),
            known: BTreeSet::new(),
            is_told: false,
            librarian: None,
            events,
        }
    }

    /// The files that nothing else is written over.
    pub fn own_files(&self) -> OwnFiles {
        OwnFiles::at(match &self.shelf {
            Shelf::Nowhere => None,
            Shelf::NotReadYet(place) | Shelf::BeingRead(place, _) => Some(place.clone()),
            Shelf::Here(store) => Some(store.place().clone()),
        })
    }

    /// Reads what was kept, on a thread of its own; answered by [`Event::Earlier`].
    pub fn read_earlier(&mut self) {
        let Shelf::NotReadYet(place) = &self.shelf else { return };
        let (place, events) = (place.clone(), self.events.clone());
        let (sender, receiver) = mpsc::channel();
        self.shelf = Shelf::BeingRead(place.clone(), receiver);
        let read = move || {
            // Nobody listens any more if the user has left meanwhile.
            match Store::open(place) {
                Ok((store, opened)) => {
                    store.sweep();
                    let _ = sender.send(Some(store));
                    let _ = events.send(Event::Earlier(Box::new(opened)));
                }
                Err(sentence) => {
                    let _ = sender.send(None);
                    let _ = events.send(Event::Told(format!("runs are not kept: {sentence}")));
                }
            }
        };
        if thread::Builder::new().name("history".into()).spawn(read).is_err() {
            self.shelf = Shelf::Nowhere;
        }
    }

    /// What was read: from now on its numbers are known. Returns what the app has to hear of it.
    pub fn opened(&mut self, opened: Opened) -> Vec<Msg> {
        self.known.extend(opened.runs.iter().map(|run| run.number));
        self.known.extend(opened.sweeps.iter().map(|sweep| sweep.number));
        let notice = opened.notice.map(Msg::Told);
        [Msg::EarlierSweeps(opened.sweeps), Msg::Earlier(opened.runs)].into_iter().chain(notice).collect()
    }

    /// The history, if it can be written to.
    fn store(&mut self) -> Option<&mut Store> {
        if let Shelf::BeingRead(place, reading) = &self.shelf {
            self.shelf = match reading.recv_timeout(PATIENCE) {
                Ok(Some(store)) => Shelf::Here(Box::new(store)),
                Ok(None) => Shelf::Nowhere,
                // Whatever takes so long: what is needed to append is read again, when that is done.
                Err(_) => Shelf::Here(Box::new(Store::at(place.clone()))),
            };
        }
        if let Shelf::NotReadYet(place) = &self.shelf {
            self.shelf = Shelf::Here(Box::new(Store::at(place.clone())));
        }
        match &mut self.shelf {
            Shelf::Here(store) => Some(store),
            Shelf::NotReadYet(_) | Shelf::BeingRead(..) | Shelf::Nowhere => None,
        }
    }

    /// Keeps this run or sweep, which was measured here. Returns what the app has to hear of it.
    pub fn keep(&mut self, history: &History, number: usize) -> Option<Msg> {
        let is_ours = |provenance: &Provenance| provenance.origin == Origin::Here;
        let run = history.get(number).filter(|run| is_ours(&run.provenance));
        let sweep = history.sweep(number).filter(|sweep| is_ours(&sweep.provenance));
        let store = self.store()?;
        let kept = match (run, sweep) {
            (Some(run), _) => store.keep_run(number, &run.provenance, &run.record),
            (None, Some(sweep)) => store.keep_sweep(number, &sweep.provenance, &sweep.sweep),
            (None, None) => return None,
        };
        match kept {
            Ok(kept) => {
                self.known.insert(kept);
                self.work(run.map_or(Job::Sync, Job::keep));
                (kept != number).then_some(Msg::Renumbered { from: number, to: kept })
            }
            Err(sentence) => {
                let is_told = std::mem::replace(&mut self.is_told, true);
                (!is_told).then(|| Msg::Told(format!("runs are not kept: {sentence}")))
            }
        }
    }

    /// Brings the picture of this run; answered by [`Event::PictureRead`].
    pub fn read_picture(&mut self, number: usize) {
        let is_known = self.known.contains(&number);
        let id = match self.store().filter(|_| is_known) {
            Some(store) => store.id(number),
            None => Err("its timeline is not kept".into()),
        };
        match id {
            Ok(id) => self.work(Job::Read { number, id }),
            Err(sentence) => {
                let _ = self.events.send(Event::PictureRead { number, picture: Err(sentence) });
            }
        }
    }

    /// Keeps what the user calls a run. Returns what the app has to hear of it.
    pub fn rename(&mut self, number: usize, name: Option<&str>) -> Option<Msg> {
        self.change(&[number], "the name is not kept", |store, numbers| {
            numbers.iter().try_for_each(|number| store.rename(*number, name))
        })
    }

    /// Removes runs from what is kept. Returns what the app has to hear of it.
    pub fn remove(&mut self, numbers: &[usize]) -> Option<Msg> {
        self.change(numbers, "they are removed only until the program ends", Store::remove)
    }

    /// Keeps removed runs after all. Returns what the app has to hear of it.
    pub fn restore(&mut self, numbers: &[usize]) -> Option<Msg> {
        self.change(numbers, "they are back only until the program ends", Store::restore)
    }

    /// Changes what is kept of those runs that are kept at all.
    fn change(
        &mut self,
        numbers: &[usize],
        otherwise: &str,
        change: impl FnOnce(&mut Store, &[usize]) -> Result<(), String>,
    ) -> Option<Msg> {
        let known: Vec<usize> =
            numbers.iter().copied().filter(|number| self.known.contains(number)).collect();
        if known.is_empty() {
            return None;
        }
        let result = change(self.store()?, &known);
        self.work(Job::Sync);
        result.err().map(|sentence| Msg::Told(format!("{otherwise}: {sentence}")))
    }

    /// Hands something to the librarian, who is hired for the first job.
    fn work(&mut self, job: Job) {
        if self.librarian.is_none()
            && let Some(place) = self.store().map(|store| store.place().clone())
        {
            self.librarian = Librarian::hire(place, self.events.clone());
        }
        if let Some(librarian) = &mut self.librarian {
            librarian.take(job);
        }
    }

    /// No run goes on: what was put off can be done.
    pub fn rest(&mut self) {
        if let Some(librarian) = &mut self.librarian {
            librarian.catch_up();
        }
    }

    /// Waits, but not for ever, until all is written.
    pub fn leave(self) {
        if let Some(librarian) = self.librarian {
            librarian.leave();
        }
    }
}
