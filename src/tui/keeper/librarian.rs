//! Who does what may take long, on a thread of its own and one thing after the other, so that a picture is read after it
//! was written.
//!
//! Writing a large picture takes a core for a while. If a run goes on, that core is its workers': such work is put off
//! until nothing is measured, unless it would take too much memory until then.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use crate::domain::history::Entry;
use crate::domain::record::Record;
use crate::domain::trace::Trace;
use crate::store::{Pictures, Place};
use crate::tui::event::Event;

/// How long leaving waits for what is still to be written.
const LEAVING: Duration = Duration::from_secs(10);
/// A picture that takes no more memory than this, in bytes, is written while a run goes on.
const SMALL: usize = 256 << 10;
/// When pictures that were put off take more memory than this, in bytes, they are written in any case.
const PUT_OFF_MAX: usize = 64 << 20;

/// Something to do.
#[derive(Debug)]
pub enum Job {
    /// Keep what is beside the line of a run.
    Keep {
        /// The run.
        record: Box<Record>,
        /// What it looked like.
        trace: Box<Trace>,
    },
    /// Bring the picture of this run.
    Read {
        /// Its number.
        number: usize,
        /// Its id.
        id: String,
    },
    /// See to it that the history is on the disk.
    Sync,
}

impl Job {
    /// Keep what is beside the line of this run.
    pub fn keep(entry: &Entry) -> Job {
        Job::Keep { record: Box::new(entry.record.clone()), trace: Box::new(entry.trace.clone()) }
    }

    fn bytes(&self) -> usize {
        match self {
            Job::Keep { trace, .. } => trace.bytes(),
            Job::Read { .. } | Job::Sync => 0,
        }
    }
}

/// The thread, and what it will be given later.
#[derive(Debug)]
pub struct Librarian {
    jobs: Sender<Job>,
    /// Closed when the thread has done everything.
    end: Receiver<()>,
    put_off: Vec<Job>,
}

impl Librarian {
    /// Starts the thread, if the system has one to spare.
    pub fn hire(place: Place, events: Sender<Event>) -> Option<Librarian> {
        let (jobs, work) = mpsc::channel();
        let (finished, end) = mpsc::channel();
        let body = move || {
            let _finished: Sender<()> = finished;
            let mut desk = Desk { pictures: Pictures::beside(&place), place, events, is_told: false };
            work.into_iter().for_each(|job| desk.perform(job));
        };
        thread::Builder::new().name("librarian".into()).spawn(body).ok()?;
        Some(Librarian { jobs, end, put_off: vec![] })
    }

    /// Takes a job: large ones are put off.
    pub fn take(&mut self, job: Job) {
        if job.bytes() <= SMALL {
            self.hand_over(job);
            return;
        }
        self.put_off.push(job);
        if self.put_off.iter().map(Job::bytes).sum::<usize>() > PUT_OFF_MAX {
            self.catch_up();
        }
    }

    /// Does what was put off.
    pub fn catch_up(&mut self) {
        for job in std::mem::take(&mut self.put_off) {
            self.hand_over(job);
        }
    }

    fn hand_over(&self, job: Job) {
        // If the thread has panicked, pictures are lost, and nothing else.
        let _ = self.jobs.send(job);
    }

    /// Waits until all is done, but not for ever.
    pub fn leave(mut self) {
        self.catch_up();
        drop(self.jobs);
        let _ = self.end.recv_timeout(LEAVING);
    }
}

/// What the thread works with.
struct Desk {
    place: Place,
    pictures: Pictures,
    events: Sender<Event>,
    is_told: bool,
}

impl Desk {
    fn perform(&mut self, job: Job) {
        match job {
            Job::Keep { record, trace } => {
                self.place.sync();
                let kept = self.pictures.keep(&record, &trace);
                self.pictures.bound(crate::store::PICTURES_MAX);
                if let Err(sentence) = kept
                    && !std::mem::replace(&mut self.is_told, true)
                {
                    self.tell(Event::Told(sentence));
                }
            }
            Job::Read { number, id } => {
                let picture = self.pictures.read(&id).map(|picture| Box::new(picture.trace));
                self.tell(Event::PictureRead { number, picture });
            }
            Job::Sync => self.place.sync(),
        }
    }

    fn tell(&self, event: Event) {
        // Nobody listens any more if the user has left meanwhile.
        let _ = self.events.send(event);
    }
}
