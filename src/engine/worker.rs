//! What every worker does, thread or process: arrive at the gate, take tasks until there are none, write the totals.

use std::{
    cell::Cell,
    os::fd::AsFd,
    ptr::NonNull,
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicU32,
            Ordering::{AcqRel, Relaxed, Release},
        },
    },
};

use super::{
    arena::{Arena, LaneHeader, LaneState, TaskState, store_known},
    clock,
    error::Unfinished,
    fetch::Limits,
    gil::Gil,
    latch::wait_readable,
    os,
    recorder::LaneWriter,
    scratch::Scratch,
    stride::Stride,
};
use crate::domain::{addresses::Addresses, phase::Phase, plan::Plan};

/// All that a worker needs to know about its run.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// Where the run happens.
    pub arena: Arc<Arena>,
    /// What is to be done.
    pub plan: Arc<Plan>,
    /// Where the embedded server listens, if it serves this run.
    pub port: u16,
    /// How far its fetches may go.
    pub limits: Limits,
    /// Where files go.
    pub scratch: Scratch,
    /// The interpreter lock, if the model has one.
    pub gil: Option<Arc<Gil>>,
}

impl Assignment {
    /// The address of this number, as the tasks fetch it.
    pub fn url(&self, addresses: &Addresses, number: usize) -> String {
        match addresses {
            Addresses::Loopback(_) => format!("http://127.0.0.1:{}/page/{number}", self.port),
            Addresses::Urls(urls) => urls[number].clone(),
        }
    }
}

/// One worker at work.
#[derive(Debug)]
pub struct Worker {
    /// Its lane.
    pub writer: LaneWriter,
    /// When it looks at the clocks next.
    pub stride: Stride,
    arena: Arc<Arena>,
    gil: Option<Arc<Gil>>,
}

impl Worker {
    /// Arrives at the gate and waits until it opens.
    pub fn arrive(assignment: &Assignment, number: u32) -> Worker {
        let arena = assignment.arena.clone();
        let lane = arena.lane(number);
        lane.pid.store(std::process::id(), Relaxed);
        lane.tid.store(os::thread_id(), Relaxed);
        let writer = LaneWriter::new(arena.clone(), number);
        lane.set_state(LaneState::Working);
        // AcqRel: who counts the last one sees what all have written before.
        if arena.header().arrived.0.fetch_add(1, AcqRel) + 1 == arena.workers() {
            arena.bell.open();
        }
        while wait_readable([arena.gate.as_fd()], None) == [false] {}
        Worker {
            writer,
            stride: Stride::default(),
            arena,
            gil: assignment.gil.clone(),
        }
    }

    /// Whether the run has been cancelled.
    pub fn is_stopping(&self) -> bool {
        self.arena.is_stopping()
    }

    /// What a computing worker under the lock has to look at in every iteration.
    pub fn drop_request(&self) -> Option<&AtomicBool> {
        self.gil.as_deref().map(|gil| &gil.drop_request)
    }

    /// Hands the lock to another worker if one has asked for it.
    pub fn yield_if_asked(&mut self) {
        if self
            .drop_request()
            .is_some_and(|request| request.load(Relaxed))
        {
            self.release_lock(Phase::Gil);
            self.take_lock();
        }
    }

    /// Does something that may block, without the lock.
    pub fn blocking<T>(&mut self, phase: Phase, block: impl FnOnce() -> T) -> T {
        self.release_lock(phase);
        let result = block();
        self.take_lock();
        result
    }

    /// Enters `phase`, which needs no lock. The stamp comes first: nobody else may be seen computing before it.
    fn release_lock(&mut self, phase: Phase) {
        self.writer.enter(phase);
        if let Some(gil) = &self.gil {
            gil.release(self.writer.worker);
        }
    }

    /// Takes the lock, if there is one, and goes on computing. The stamp comes last, for the same reason.
    fn take_lock(&mut self) {
        self.wait_for_lock();
        self.writer.enter(Phase::Computing);
    }

    fn wait_for_lock(&mut self) {
        if let Some(gil) = &self.gil {
            let writer = &mut self.writer;
            gil.take(writer.worker, || {
                if writer.phase() != Phase::Gil {
                    writer.enter(Phase::Gil);
                }
            });
        }
    }

    /// Takes tasks from the shared counter until there are none or the run is cancelled.
    pub fn work(&mut self, job: impl Fn(&mut Worker, u32) -> Result<(), Unfinished>) {
        self.wait_for_lock();
        let tasks = self.arena.tasks();
        while !self.is_stopping() {
            let task = self.arena.header().next_task.0.fetch_add(1, Relaxed);
            if task >= tasks {
                break;
            }
            self.execute(&job, task);
        }
        // Its last stamp, then the lock goes.
        self.writer.rest();
        if let Some(gil) = &self.gil {
            gil.release(self.writer.worker);
        }
    }

    /// Executes one task and keeps how it ended.
    pub fn execute(&mut self, job: impl Fn(&mut Worker, u32) -> Result<(), Unfinished>, task: u32) {
        self.begin(task);
        match job(self, task) {
            Ok(()) => self.end(task, TaskState::Ok),
            Err(Unfinished::Failed(sentence)) => {
                let kept = self.arena.keep_text(&sentence);
                self.arena.task(task).error.store(kept, Relaxed);
                add_one(&self.lane().failed);
                self.end(task, TaskState::Failed);
            }
            // It stays begun and without an end: the record says that it was stopped.
            Err(Unfinished::Cancelled) => {}
        }
    }

    fn begin(&mut self, task: u32) {
        // Before the clocks are read: a worker that loses its core there has begun all the same.
        add_one(&self.lane().begun);
        let start = self.writer.begin(task);
        let slot = self.arena.task(task);
        slot.start.store(start, Relaxed);
        slot.worker.store(self.writer.worker, Relaxed);
        slot.executions.fetch_add(1, Relaxed);
        // Release: who sees the state sees the rest of the slot.
        slot.state.store(TaskState::Begun as u32, Release);
    }

    fn end(&self, task: u32, state: TaskState) {
        let slot = self.arena.task(task);
        slot.end.store(clock::now(), Relaxed);
        slot.state.store(state as u32, Release);
        add_one(&self.lane().ended);
    }

    fn lane(&self) -> &LaneHeader {
        self.arena.lane(self.writer.worker)
    }

    /// Counts a page that was written to its end, and whether another worker has spoilt it since.
    pub fn count_write(&self, is_spoilt: bool) {
        add_one(&self.lane().writes);
        if is_spoilt {
            add_one(&self.lane().spoilt);
        }
    }

    /// Writes down what is only known at the end.
    pub fn conclude(&self, own_process: bool) {
        let lane = self.lane();
        store_known(&lane.run_queue_wait, os::run_queue_wait());
        let switches = os::context_switches();
        store_known(&lane.voluntary, switches.map(|each| each.voluntary));
        store_known(&lane.involuntary, switches.map(|each| each.involuntary));
        let memory = own_process.then(os::proportional_set_size).flatten();
        store_known(&lane.memory, memory);
        finish(&self.arena, self.writer.worker, LaneState::Finished);
    }
}

/// Each counter has one writer: no read-modify-write instruction is needed. Release: who reads `ended` with Acquire and
/// then `begun` never sees more ended than begun.
fn add_one(counter: &AtomicU32) {
    counter.store(counter.load(Relaxed) + 1, Release);
}

/// Says that a worker has ended, and wakes the supervisor if it was the last or has died.
fn finish(arena: &Arena, worker: u32, state: LaneState) {
    arena.lane(worker).set_state(state);
    let last = arena.header().finished.0.fetch_add(1, AcqRel) + 1 == arena.workers();
    if last || state == LaneState::Died {
        arena.bell.open();
    }
}

/// Runs part of a worker's life; a panic is kept as the cause of its death and does not hold the others up.
pub fn guard(assignment: &Assignment, number: u32, life: impl FnOnce()) {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(life));
    if let Err(panic) = result {
        let literal = panic.downcast_ref::<&str>().copied();
        let message = literal
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        let arena = &assignment.arena;
        let cause = arena.keep_text(&format!("panicked: {message}"));
        arena.lane(number).cause.store(cause, Relaxed);
        if let Some(gil) = &assignment.gil {
            gil.abandon(number);
        }
        finish(arena, number, LaneState::Died);
    }
}

thread_local! {
    /// The worker of this thread while it fetches: the HTTP library calls back from deep inside, and only plain functions.
    static LENT: Cell<Option<NonNull<Worker>>> = const { Cell::new(None) };
}

/// Lends the worker to [`unlocked`] while `fetch` runs on its thread.
pub fn lend<T>(worker: &mut Worker, fetch: impl FnOnce() -> T) -> T {
    struct TakeBack;
    impl Drop for TakeBack {
        fn drop(&mut self) {
            LENT.set(None);
        }
    }
    LENT.set(Some(NonNull::from(worker)));
    let _take_back = TakeBack;
    fetch()
}

/// Waits for the network without the lock of the worker that is lent.
pub fn unlocked(wait: &mut dyn FnMut()) {
    let mut worker = LENT.get().expect("nobody fetches without a worker");
    // SAFETY: set by `lend` from an exclusive reference which it does not touch until it has taken this one back, on this
    // thread only; calls of this function do not nest.
    unsafe { worker.as_mut() }.blocking(Phase::Network, wait);
}
