//! Keeps runs and sweeps for the app, and reads them back.
//!
//! None of this happens on the loop's thread, because the history may be locked or large, and disks may be slow. Jobs
//! go to a separate thread, and their results come back as messages.
//!
//! Writing a large trace occupies a core for a while. During a run, the cores belong to its workers, so the work is
//! postponed until nothing is measured, unless that would take too much memory.

use std::{
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    time::Duration,
};

use super::event::Event;
use crate::{
    app::message::Msg,
    domain::{
        history::{History, THINNED_INTERVALS},
        provenance::{Origin, Provenance},
        record::Record,
        text::counted,
        trace::Trace,
    },
    shell::thread,
    store::{
        Change, HistoryPlace, KeepingEnd, PATIENCE, Reply, Store, TRACES_MAX, Writer, take_in,
    },
};

/// How long to wait on exit for changes that are not yet written.
const LEAVING: Duration = Duration::from_secs(20);
/// A trace that takes no more memory than this, in bytes, is written even during a run.
const SMALL: usize = 256 << 10;
/// If the postponed traces take more memory than this, in bytes, they are written at once.
const PUT_OFF_MAX: usize = 64 << 20;
/// The time before the next attempt after changes could not be kept.
const AGAIN: Duration = Duration::from_millis(200);

/// The kept history, as the explorer uses it.
pub struct HistoryKeeper {
    /// The place of the history, if runs are kept.
    pub place: Option<HistoryPlace>,
    /// Sends jobs to the thread; `None` if nothing is kept.
    jobs: Option<Sender<KeeperJob>>,
    /// Receives the end once the thread has done everything.
    end: Receiver<KeepingEnd>,
    /// Postponed jobs, each with the memory that it occupies, in bytes.
    put_off: Vec<(usize, KeeperJob)>,
    /// Whether anything had to be written. If not, there is nothing to wait for on exit.
    writes: bool,
    events: Sender<Event>,
}

/// A job for the thread.
type KeeperJob = Box<dyn FnOnce(&mut KeeperThread) + Send>;

impl HistoryKeeper {
    /// Keeps the runs that are measured `here` at this place, if there is one, and sends what it finds there to
    /// `events`. If the system has no thread to spare, nothing is kept, and [`HistoryKeeper::leave`] says so.
    pub fn new(
        place: Option<HistoryPlace>,
        here: Arc<Provenance>,
        events: Sender<Event>,
    ) -> HistoryKeeper {
        let (ended, end) = mpsc::channel();
        let begin = |place: HistoryPlace| {
            let (jobs, orders) = mpsc::channel();
            let (to_loop, to_app) = (ended.clone(), events.clone());
            let body = move || {
                let worker = KeeperThread {
                    writer: Writer::new(Store::at(place), here),
                    events: to_app,
                    unkept: vec![],
                    is_written: false,
                };
                let _ = to_loop.send(worker.run(&orders));
            };
            if let Err(error) = thread::spawn("history", body) {
                let sentence =
                    format!("runs are not kept, because the system refused a thread ({error})");
                let _ = events.send(Msg::Notice(sentence.clone()).into());
                let _ = ended.send(KeepingEnd::Lost(sentence));
            }
            jobs
        };
        HistoryKeeper {
            jobs: place.clone().map(begin),
            place,
            end,
            put_off: vec![],
            writes: false,
            events,
        }
    }

    /// Reads what was kept. The answer is [`Msg::Earlier`].
    pub fn read_earlier(&self) {
        self.send(Box::new(KeeperThread::read_earlier));
    }

    /// Keeps this run or sweep, if it was measured here. The answer is [`Msg::Kept`].
    pub fn keep(&mut self, history: &History, number: usize) {
        if self.place.is_none() {
            return;
        }
        let is_ours = |provenance: &Provenance| provenance.origin == Origin::Here;
        if let Some(run) = history.get(number).filter(|run| is_ours(&run.provenance)) {
            self.write(Change::run(number, &run.record));
            let (record, trace) = (run.record.clone(), run.trace.clone());
            let bytes = trace.bytes();
            let job: KeeperJob = Box::new(|worker| worker.keep_trace(record, trace));
            if bytes <= SMALL {
                self.send(job);
                return;
            }
            self.put_off.push((bytes, job));
            if self.put_off.iter().map(|(bytes, _)| bytes).sum::<usize>() > PUT_OFF_MAX {
                self.catch_up();
            }
        } else if let Some(sweep) = history
            .sweep(number)
            .filter(|sweep| is_ours(&sweep.provenance))
        {
            self.write(Change::Sweep {
                wanted: number,
                sweep: Box::new(sweep.sweep.clone()),
            });
        }
    }

    /// Reads the trace of this run. The answer is [`Msg::TraceRead`].
    pub fn read_trace(&self, history: &History, number: usize) {
        match kept(history, number).filter(|_| self.jobs.is_some()) {
            Some(id) => self.send(Box::new(move |worker| worker.read_trace(number, &id))),
            None => {
                let trace = Err("its timeline is not kept".into());
                let _ = self.events.send(Msg::TraceRead { number, trace }.into());
            }
        }
    }

    /// Applies a change to those of these runs that are kept.
    pub fn change(
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
            self.write(change(ids));
        }
    }

    fn write(&mut self, change: Change) {
        self.writes = true;
        self.send(Box::new(|worker| worker.change(change)));
    }

    /// Sends a job, if anything is kept.
    fn send(&self, job: KeeperJob) {
        // If the thread is gone, `leave` reports it.
        let _ = self.jobs.as_ref().map(|jobs| jobs.send(job));
    }

    /// Does the postponed jobs, because no run is in progress.
    pub fn catch_up(&mut self) {
        for (_, job) in std::mem::take(&mut self.put_off) {
            self.send(job);
        }
    }

    /// Waits until everything is written, up to a time limit.
    pub fn leave(mut self) -> KeepingEnd {
        self.catch_up();
        // The thread exits when all senders of jobs are gone.
        if self.jobs.take().is_none() || !self.writes {
            return KeepingEnd::Kept;
        }
        let why = match self.end.recv_timeout(LEAVING) {
            Ok(end) => return end,
            Err(RecvTimeoutError::Timeout) => "writing to the history takes too long",
            Err(RecvTimeoutError::Disconnected) => "the thread that writes the history failed",
        };
        KeepingEnd::Lost(format!("what was measured last may not be kept: {why}"))
    }
}

/// The id of a run or sweep that is kept. Runs from a shared file are not kept.
fn kept(history: &History, number: usize) -> Option<String> {
    let item = history.item(number)?;
    (item.provenance.origin != Origin::Recorded).then(|| item.id.to_string())
}

/// The state of the thread.
struct KeeperThread {
    writer: Writer,
    events: Sender<Event>,
    /// Traces that could not be kept. They are tried once more at the end.
    unkept: Vec<(Record, Trace)>,
    /// Whether something was written that may not be on disk yet.
    is_written: bool,
}

impl KeeperThread {
    /// Does the jobs one after the other until no more can come, so that a trace is read only after it was written.
    fn run(mut self, orders: &Receiver<KeeperJob>) -> KeepingEnd {
        loop {
            let wait = match (self.writer.is_waiting(), self.is_written) {
                (true, _) => AGAIN,
                // Syncing waits for the disk, so it happens only when there is nothing else to do.
                (false, true) => Duration::ZERO,
                (false, false) => Duration::MAX,
            };
            match orders.recv_timeout(wait) {
                Ok(job) => job(&mut self),
                Err(RecvTimeoutError::Timeout) if self.writer.is_waiting() => {
                    let reply = self.writer.try_again();
                    self.report(reply);
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.writer.store.place.sync();
                    self.is_written = false;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let unkept = self.keep_traces_at_last();
        match (self.writer.finish(), unkept) {
            (KeepingEnd::Kept, Some(sentence)) => KeepingEnd::Lost(sentence),
            (KeepingEnd::Beside(beside) | KeepingEnd::Lost(beside), Some(sentence)) => {
                KeepingEnd::Lost(format!("{beside} Also, {sentence}"))
            }
            (end, _) => end,
        }
    }

    fn change(&mut self, change: Change) {
        let reply = self.writer.keep(change, PATIENCE);
        self.report(reply);
    }

    /// Keeps a trace. One that cannot be kept stays in memory, thinned if the whole one would take too much. The user
    /// is told once.
    fn keep_trace(&mut self, record: Record, mut trace: Trace) {
        let traces = self.writer.store.traces();
        let kept = traces.keep(&record, &trace);
        traces.bound(TRACES_MAX);
        let Err(why) = kept else { return };
        if self.unkept.is_empty() {
            self.send(vec![Msg::Notice(why.to_string())]);
        }
        let bytes: usize = self.unkept.iter().map(|(_, trace)| trace.bytes()).sum();
        if bytes + trace.bytes() > PUT_OFF_MAX {
            trace.thin(THINNED_INTERVALS);
        }
        self.unkept.push((record, trace));
    }

    fn read_trace(&self, number: usize, id: &str) {
        let trace = self.writer.store.traces().read(id);
        let trace = trace.map(|read| Box::new(read.trace.into_owned()));
        self.send(vec![Msg::TraceRead { number, trace }]);
    }

    /// Tries once more to keep the traces that could not be kept. Returns what is lost, in one sentence.
    fn keep_traces_at_last(&self) -> Option<String> {
        let traces = self.writer.store.traces();
        let keep = |(record, trace): &(Record, Trace)| traces.keep(record, trace).err();
        let lost: Vec<_> = self.unkept.iter().filter_map(keep).collect();
        let why = lost.last()?;
        let runs = counted(lost.len() as u64, "run");
        Some(format!(
            "the timelines and lists of {runs} could not be kept: {why}"
        ))
    }

    /// Reads everything that was kept, including what earlier sessions could not append.
    fn read_earlier(&mut self) {
        let mut messages = Vec::from_iter(take_in(&self.writer.store.place).map(Msg::Notice));
        match self.writer.store.open() {
            Ok(opened) => {
                self.writer.store.sweep();
                messages.push(Msg::Earlier(opened.kept));
                messages.extend(opened.notice.map(Msg::Notice));
            }
            Err(error) => messages.push(Msg::Notice(format!("runs are not kept: {error}"))),
        }
        if !messages.is_empty() {
            self.send(messages);
        }
    }

    fn report(&mut self, reply: Reply) {
        self.is_written = true;
        let mut messages: Vec<Msg> = reply.messages.into_iter().map(Msg::Notice).collect();
        if !reply.kept.is_empty() {
            messages.push(Msg::Kept(reply.kept));
        }
        if !messages.is_empty() {
            self.send(messages);
        }
    }

    fn send(&self, messages: Vec<Msg>) {
        // If the user has left meanwhile, nothing receives the messages.
        let _ = self.events.send(Event::Messages(messages));
    }
}
