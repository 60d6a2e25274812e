//! Keeps what the app wants to be kept, and brings back what was.
//!
//! Nothing of that happens on this thread: the history may be locked or large, and disks may be slow. Orders go to
//! [`background`], and what comes of them comes back as events.

mod background;

use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::event::Event;
use crate::app::message::Msg;
use crate::domain::history::History;
use crate::domain::provenance::{Origin, Provenance};
use crate::store::{Change, End, Opened, OwnFiles, Place};
use background::{Background, Job};

/// The kept history, as far as the explorer knows it.
#[derive(Debug)]
pub struct Keeper {
    /// Where runs are kept, if they are.
    place: Option<Place>,
    here: Arc<Provenance>,
    /// Who does it, from the first order on.
    background: Option<Background>,
    events: Sender<Event>,
}

impl Keeper {
    /// Where it keeps, if anywhere.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Keeps at this place, if there is one, the runs that are measured `here`, and tells `events` what it finds there.
    pub fn new(place: Option<Place>, here: Arc<Provenance>, events: Sender<Event>) -> Keeper {
        Keeper {
            place,
            here,
            background: None,
            events,
        }
    }

    /// The files that nothing else is written over.
    pub fn own_files(&self) -> OwnFiles {
        OwnFiles::at(self.place.clone())
    }

    /// Reads what was kept; answered by [`Event::Earlier`].
    pub fn read_earlier(&mut self) {
        self.order(Job::ReadEarlier);
    }

    /// What was read. Returns what the app has to hear of it.
    pub fn opened(opened: Opened) -> Vec<Msg> {
        let notice = opened.notice.map(Msg::Told);
        [Msg::EarlierSweeps(opened.sweeps), Msg::Earlier(opened.runs)]
            .into_iter()
            .chain(notice)
            .collect()
    }

    /// Keeps this run or sweep, if it was measured here; answered by [`Event::Kept`].
    pub fn keep(&mut self, history: &History, number: usize) {
        let is_ours = |provenance: &Provenance| provenance.origin == Origin::Here;
        if let Some(run) = history.get(number).filter(|run| is_ours(&run.provenance)) {
            self.order(Job::Change(Change::run(number, &run.record)));
            self.order(Job::keep_picture(run));
        } else if let Some(sweep) = history
            .sweep(number)
            .filter(|sweep| is_ours(&sweep.provenance))
        {
            self.order(Job::Change(Change::Sweep {
                wanted: number,
                sweep: Box::new(sweep.sweep.clone()),
            }));
        }
    }

    /// Brings the picture of this run; answered by [`Event::PictureRead`].
    pub fn read_picture(&mut self, history: &History, number: usize) {
        match kept(history, number).filter(|_| self.place.is_some()) {
            Some(id) => self.order(Job::ReadPicture { number, id }),
            None => {
                let picture = Err("its timeline is not kept".into());
                let _ = self.events.send(Event::PictureRead { number, picture });
            }
        }
    }

    /// Keeps what the user calls a run.
    pub fn rename(&mut self, history: &History, number: usize, name: Option<String>) {
        if let Some(id) = kept(history, number) {
            self.order(Job::Change(Change::Name { id, name }));
        }
    }

    /// Removes runs from what is kept.
    pub fn remove(&mut self, history: &History, numbers: &[usize]) {
        self.order_of_kept(history, numbers, |ids| Change::Remove { ids });
    }

    /// Keeps removed runs after all.
    pub fn restore(&mut self, history: &History, numbers: &[usize]) {
        self.order_of_kept(history, numbers, |ids| Change::Restore { ids });
    }

    /// Changes what is kept of those runs that are kept at all.
    fn order_of_kept(
        &mut self,
        history: &History,
        numbers: &[usize],
        change: impl FnOnce(Vec<String>) -> Change,
    ) {
        let ids: Vec<String> = numbers
            .iter()
            .filter_map(|number| kept(history, *number))
            .collect();
        if !ids.is_empty() {
            self.order(Job::Change(change(ids)));
        }
    }

    /// Gives an order, if anything is kept anywhere.
    fn order(&mut self, job: Job) {
        let Some(place) = &self.place else { return };
        let (here, events) = (&self.here, &self.events);
        let begin = || Background::begin(place.clone(), Arc::clone(here), events.clone());
        self.background.get_or_insert_with(begin).take(job);
    }

    /// No run goes on: what was put off can be done.
    pub fn rest(&mut self) {
        if let Some(background) = &mut self.background {
            background.catch_up();
        }
    }

    /// Waits, but not for ever, until all is written.
    pub fn leave(self) -> End {
        self.background.map_or(End::Kept, Background::leave)
    }
}

/// The id of a run or sweep that is kept: of another one's file it is not.
fn kept(history: &History, number: usize) -> Option<String> {
    let item = history.item(number)?;
    (item.provenance.origin != Origin::Recorded).then(|| item.id.to_string())
}
