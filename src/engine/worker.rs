//! The common code of all workers, threads and processes: a worker arrives at the gate, takes tasks until there are
//! none, and writes its totals.

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
    fetch::{self, FetchLimits},
    gate,
    gil::Gil,
    handover,
    latch::wait_readable,
    os::{self, CommandUsage},
    recorder::LaneWriter,
    scratch::Scratch,
    stride::Stride,
};
use crate::domain::{addresses::Addresses, phase::Phase, plan::Plan};

/// The number of iterations between two checks for cancellation: about 10 µs. Each of 4,000 threads on two cores needs
/// one more time slice before all have stopped, so each has to stop soon.
const LOOK: u64 = 1024;

/// Everything that a worker needs to know about its run.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The memory in which the run happens.
    pub arena: Arc<Arena>,
    /// The plan of the run.
    pub plan: Arc<Plan>,
    /// The port of the embedded server, if it serves this run.
    pub port: u16,
    /// The limits of its fetches.
    pub limits: FetchLimits,
    /// The directory for files.
    pub scratch: Scratch,
    /// The interpreter lock, if the model has one.
    pub gil: Option<Arc<Gil>>,
    /// The block that each worker gets before it starts; empty if there is none.
    pub block: Arc<[u8]>,
}

impl Assignment {
    /// The address with this number, as the tasks fetch it.
    pub fn url(&self, addresses: &Addresses, number: usize) -> String {
        match addresses {
            Addresses::Loopback(_) => format!("http://127.0.0.1:{}/page/{number}", self.port),
            Addresses::Urls(urls) => urls[number].clone(),
        }
    }
}

/// A worker that executes tasks.
#[derive(Debug)]
pub struct Worker {
    /// The writer of the worker's lane.
    pub writer: LaneWriter,
    /// The iterations until the worker reads the clocks again.
    stride: Stride,
    /// What the user's commands used, if it ran any.
    used: Option<CommandUsage>,
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
        let Assignment {
            plan,
            scratch,
            block,
            ..
        } = assignment;
        handover::receive(plan, scratch, &arena, block, number);
        fetch::prepare(plan.urls());
        let working = LaneState::Working as u32;
        let arrived = &arena.header().arrived.0;
        if gate::arrive(&lane.state, working, arrived, arena.workers()) {
            arena.bell.open();
        }
        while wait_readable([arena.gate.as_fd()], None) == [false] {}
        Worker {
            writer,
            stride: Stride::default(),
            used: None,
            arena,
            gil: assignment.gil.clone(),
        }
    }

    /// Whether the run has been cancelled.
    pub fn is_stopping(&self) -> bool {
        self.arena.is_stopping()
    }

    /// Executes steps of computing, from 0 on. Between a few of them and the next, it reads the clocks, checks for
    /// cancellation, and passes the lock on if another worker wants it.
    ///
    /// `compute` executes the steps from its first argument to before its second, and returns the next step. It may
    /// return early: under the lock, it has to check the given drop request in every step.
    ///
    /// # Errors
    /// If the run is cancelled.
    pub fn in_strides(
        &mut self,
        steps: u64,
        mut compute: impl FnMut(u64, u64, Option<&AtomicBool>) -> u64,
    ) -> Result<(), Unfinished> {
        let mut at = 0;
        while at < steps {
            let until = steps.min(at + self.stride.left.min(LOOK));
            let next = compute(at, until, self.drop_request());
            if self.is_stopping() {
                return Err(Unfinished::Cancelled);
            }
            if self.stride.spend(next - at) {
                let cpu = self.writer.tick();
                self.stride.renew(cpu);
            }
            self.yield_if_asked();
            at = next;
        }
        Ok(())
    }

    /// The flag that a computing worker under the lock has to check in every iteration.
    fn drop_request(&self) -> Option<&AtomicBool> {
        self.gil.as_deref().map(|gil| &gil.drop_request)
    }

    /// Passes the lock on if another worker has requested it.
    pub fn yield_if_asked(&mut self) {
        if self
            .drop_request()
            .is_some_and(|request| request.load(Relaxed))
        {
            self.release_lock(Phase::Gil);
            self.take_lock();
        }
    }

    /// Does something that may block, without holding the lock.
    pub fn blocking<T>(&mut self, phase: Phase, block: impl FnOnce() -> T) -> T {
        self.release_lock(phase);
        let result = block();
        self.take_lock();
        result
    }

    /// Enters `phase`, which needs no lock. The stamp comes first: otherwise another worker could be seen computing
    /// before it.
    fn release_lock(&mut self, phase: Phase) {
        self.writer.enter(phase);
        if let Some(gil) = &self.gil {
            gil.release(self.writer.worker);
        }
    }

    /// Takes the lock, if there is one, and continues computing. The stamp comes last, for the same reason.
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
        // The last stamp comes before the release of the lock.
        self.writer.rest();
        if let Some(gil) = &self.gil {
            gil.release(self.writer.worker);
        }
    }

    /// Executes one task and records how it ended.
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
            // The task keeps the state `Begun` and has no end, so the record reports it as stopped.
            Err(Unfinished::Cancelled) => {}
        }
    }

    fn begin(&mut self, task: u32) {
        // Counted before the clocks are read: a worker that loses its core there has already begun the task.
        add_one(&self.lane().begun);
        let start = self.writer.begin(task);
        let slot = self.arena.task(task);
        slot.start.store(start, Relaxed);
        slot.worker.store(self.writer.worker, Relaxed);
        slot.executions.fetch_add(1, Relaxed);
        // Release: a thread that sees the state sees the rest of the slot.
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

    /// Keeps a note about a task that will succeed.
    pub fn note(&self, task: u32, text: &str) {
        let kept = self.arena.keep_text(text);
        self.arena.task(task).error.store(kept, Relaxed);
    }

    /// Adds up what a command used that executed a task.
    pub fn add_usage(&mut self, usage: &CommandUsage) {
        let used = self.used.get_or_insert_default();
        used.peak_bytes = used.peak_bytes.max(usage.peak_bytes);
        used.voluntary += usage.voluntary;
        used.involuntary += usage.involuntary;
        used.waited += usage.waited;
    }

    /// Counts a page that was written completely, and whether another worker has changed its length since.
    pub fn count_write(&self, is_spoilt: bool) {
        add_one(&self.lane().writes);
        if is_spoilt {
            add_one(&self.lane().spoilt);
        }
    }

    /// Records the number of a `counter` run after the worker's last addition.
    pub fn saw(&self, number: u64) {
        self.lane().seen.store(number, Relaxed);
    }

    /// Records what is known only at the end.
    pub fn conclude(&self, own_process: bool) {
        let lane = self.lane();
        let used = self.used.unwrap_or_default();
        let waited = os::run_queue_wait().map(|own| own + used.waited);
        store_known(&lane.run_queue_wait, waited);
        let switches = os::context_switches();
        let voluntary = switches.map(|each| each.voluntary + used.voluntary);
        let involuntary = switches.map(|each| each.involuntary + used.involuntary);
        store_known(&lane.voluntary, voluntary);
        store_known(&lane.involuntary, involuntary);
        let memory = if self.used.is_some() {
            Some(used.peak_bytes)
        } else if own_process {
            os::proportional_set_size()
        } else {
            os::touched_stack()
        };
        store_known(&lane.memory, memory);
        finish(&self.arena, self.writer.worker, LaneState::Finished);
    }
}

/// Each counter has one writer, so no read-modify-write instruction is needed. Release: a thread that reads `ended`
/// with Acquire and then `begun` never sees more ended than begun tasks.
fn add_one(counter: &AtomicU32) {
    counter.store(counter.load(Relaxed) + 1, Release);
}

/// Publishes that a worker has finished or died. Wakes the supervisor if it was the last one or died.
fn finish(arena: &Arena, worker: u32, state: LaneState) {
    arena.lane(worker).set_state(state);
    let last = arena.header().finished.0.fetch_add(1, AcqRel) + 1 == arena.workers();
    if last || state == LaneState::Died {
        arena.bell.open();
    }
}

/// Runs part of a worker's life. A panic is recorded as the cause of its death and does not delay other workers.
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
    /// The worker of this thread while it fetches. The HTTP library calls back from deep inside, and accepts only plain
    /// functions.
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

/// Waits for the network without holding the lock of the lent worker.
pub fn unlocked(wait: &mut dyn FnMut()) {
    let mut worker = LENT.get().expect("nobody fetches without a worker");
    // SAFETY: `lend` made the pointer from an exclusive reference and does not use that reference before it has reset
    // the pointer, on this thread only. Calls of this function do not nest.
    unsafe { worker.as_mut() }.blocking(Phase::Network, wait);
}
