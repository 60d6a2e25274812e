//! Reads and writes the history on a thread of its own, one thing after the other, so that a picture is read after it was
//! written.
//!
//! Writing a large picture takes a core for a while. If a run goes on, that core is its workers': such work is put off
//! until nothing is measured, unless it would take too much memory until then.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::domain::history::{Entry, THINNED_SLICES};
use crate::domain::provenance::Provenance;
use crate::domain::record::Record;
use crate::domain::text::counted;
use crate::domain::trace::Trace;
use crate::store::{
    Change, End, PATIENCE, PICTURES_MAX, Place, Reply, Store, StoreError, Writer, take_in,
};
use crate::tui::event::Event;

/// How long leaving waits for what is still to be written.
const LEAVING: Duration = Duration::from_secs(20);
/// How long until what could not be kept is tried again: longer each time, within these limits.
const AGAIN: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];
/// A picture that takes no more memory than this, in bytes, is written while a run goes on.
const SMALL: usize = 256 << 10;
/// When pictures that were put off take more memory than this, in bytes, they are written in any case.
const PUT_OFF_MAX: usize = 64 << 20;

/// Something to do.
#[derive(Debug)]
pub enum Job {
    /// Read what was kept.
    ReadEarlier,
    /// Keep something.
    Change(Change),
    /// Keep what is beside the line of a run.
    KeepPicture {
        /// The run.
        record: Box<Record>,
        /// What it looked like.
        trace: Box<Trace>,
    },
    /// Bring the picture of this run.
    ReadPicture {
        /// Its number.
        number: usize,
        /// Its id.
        id: String,
    },
}

impl Job {
    /// Keep what is beside the line of this run.
    pub fn keep_picture(entry: &Entry) -> Job {
        Job::KeepPicture {
            record: Box::new(entry.record.clone()),
            trace: Box::new(entry.trace.clone()),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Job::KeepPicture { trace, .. } => trace.bytes(),
            Job::ReadEarlier | Job::Change(_) | Job::ReadPicture { .. } => 0,
        }
    }
}

/// The thread, and what it will be given later.
#[derive(Debug)]
pub struct Background {
    jobs: Sender<Job>,
    /// How it ended, once the thread has done everything.
    end: Receiver<End>,
    put_off: Vec<Job>,
    /// Whether there was anything to write: who only reads is not waited for.
    writes: bool,
}

impl Background {
    /// Starts the thread. Where the system has none to spare, nothing is kept, and [`Background::leave`] says so.
    pub fn begin(place: Place, here: Arc<Provenance>, events: Sender<Event>) -> Background {
        let (jobs, orders) = mpsc::channel();
        let (ended, end) = mpsc::channel();
        let refused = (ended.clone(), events.clone());
        let body = move || {
            let writer = Writer::new(Store::at(place), here);
            let end = Worker {
                writer,
                events,
                unkept: vec![],
            }
            .live(&orders);
            let _ = ended.send(end);
        };
        if let Err(error) = thread::Builder::new().name("history".into()).spawn(body) {
            let sentence =
                format!("runs are not kept: the system has no thread to spare ({error})");
            let _ = refused.1.send(Event::Told(sentence.clone()));
            let _ = refused.0.send(End::Lost(sentence));
        }
        Background {
            jobs,
            end,
            put_off: vec![],
            writes: false,
        }
    }

    /// Takes a job: large ones are put off.
    pub fn take(&mut self, job: Job) {
        self.writes |= matches!(job, Job::Change(_) | Job::KeepPicture { .. });
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
        // If the thread is gone, leaving tells.
        let _ = self.jobs.send(job);
    }

    /// Waits until all is done, but not for ever.
    pub fn leave(mut self) -> End {
        self.catch_up();
        drop(self.jobs);
        if !self.writes {
            return End::Kept;
        }
        let lost = |why: &str| End::Lost(format!("what was measured last may not be kept: {why}"));
        match self.end.recv_timeout(LEAVING) {
            Ok(end) => end,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                lost("the history takes too long to be written to")
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                lost("the thread that writes the history broke")
            }
        }
    }
}

/// What the thread works with.
struct Worker {
    writer: Writer,
    events: Sender<Event>,
    /// Pictures that could not be kept: that is tried once more at the end.
    unkept: Vec<(Box<Record>, Box<Trace>)>,
}

impl Worker {
    /// Does what it is told to, until there is nobody any more to tell it.
    fn live(mut self, orders: &Receiver<Job>) -> End {
        let [mut pause, longest] = AGAIN;
        let mut is_written = false;
        loop {
            let order = match (self.writer.is_waiting(), is_written) {
                (true, _) => orders.recv_timeout(pause),
                // The disk is waited for when there is nothing else to do.
                (false, true) => orders.recv_timeout(Duration::ZERO),
                (false, false) => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match order {
                Ok(job) => is_written |= self.perform(job),
                Err(RecvTimeoutError::Timeout) if self.writer.is_waiting() => {
                    let replies = self.writer.try_again();
                    self.tell_all(replies);
                    pause = if self.writer.is_waiting() {
                        longest.min(2 * pause)
                    } else {
                        AGAIN[0]
                    };
                    is_written = true;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.writer.store().place().sync();
                    is_written = false;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let place = self.writer.store().place().clone();
        let unkept = self.keep_pictures_at_last();
        let (_, end) = self.writer.finish();
        place.sync();
        match (end, unkept) {
            (End::Kept, Some(sentence)) => End::Lost(sentence),
            (End::Beside(beside) | End::Lost(beside), Some(sentence)) => {
                End::Lost(format!("{beside} Also, {sentence}"))
            }
            (end, _) => end,
        }
    }

    /// Does one thing. Returns whether something was written to the history.
    fn perform(&mut self, job: Job) -> bool {
        let pictures = self.writer.store().pictures();
        match job {
            Job::ReadEarlier => self.read_earlier(),
            Job::Change(change) => {
                let replies = self.writer.keep(change, PATIENCE);
                self.tell_all(replies);
                return true;
            }
            Job::KeepPicture { record, trace } => {
                let kept = pictures.keep(&record, &trace);
                pictures.bound(PICTURES_MAX);
                if let Err(error) = kept {
                    self.put_aside(record, trace, &error);
                }
            }
            Job::ReadPicture { number, id } => {
                let picture = pictures.read(&id);
                let picture = picture
                    .map(|read| Box::new(read.trace))
                    .map_err(String::from);
                self.tell(Event::PictureRead { number, picture });
            }
        }
        false
    }

    /// Keeps a picture in memory that could not be kept, with a poorer timeline if the whole one would take too much. The user hears of
    /// it once.
    fn put_aside(&mut self, record: Box<Record>, mut trace: Box<Trace>, why: &StoreError) {
        if self.unkept.is_empty() {
            self.tell(Event::Told(why.to_string()));
        }
        let bytes: usize = self.unkept.iter().map(|(_, trace)| trace.bytes()).sum();
        if bytes + trace.bytes() > PUT_OFF_MAX {
            trace.thin(THINNED_SLICES);
        }
        self.unkept.push((record, trace));
    }

    /// Tries once more to keep what was put aside. Returns what is lost, in one sentence.
    fn keep_pictures_at_last(&mut self) -> Option<String> {
        let pictures = self.writer.store().pictures();
        let keep =
            |(record, trace): (Box<Record>, Box<Trace>)| pictures.keep(&record, &trace).err();
        let lost: Vec<StoreError> = std::mem::take(&mut self.unkept)
            .into_iter()
            .filter_map(keep)
            .collect();
        let why = lost.last()?;
        let runs = counted(lost.len() as u64, "run");
        Some(format!(
            "the timelines and lists of {runs} could not be kept: {why}"
        ))
    }

    /// Reads everything that was kept, with what earlier sessions could not keep.
    fn read_earlier(&mut self) {
        if let Some(told) = take_in(self.writer.store().place()) {
            self.tell(Event::Told(told));
        }
        match self.writer.read() {
            Ok(opened) => {
                self.writer.store().sweep();
                self.tell(Event::Earlier(Box::new(opened)));
            }
            Err(sentence) => self.tell(Event::Told(format!("runs are not kept: {sentence}"))),
        }
    }

    fn tell_all(&self, replies: Vec<Reply>) {
        let mut kept = vec![];
        for reply in replies {
            match reply {
                Reply::Kept { id, number } => kept.push((id, number)),
                Reply::Told(sentence) => self.tell(Event::Told(sentence)),
            }
        }
        if !kept.is_empty() {
            self.tell(Event::Kept(kept));
        }
    }

    fn tell(&self, event: Event) {
        // Nobody listens any more if the user has left meanwhile.
        let _ = self.events.send(event);
    }
}
