//! The shared memory in which a run happens: mapped once, before the zygote is forked, and seen by every thread and
//! forked process at the same address.
//!
//! ```text
//! Header      gate, counters, stop, t0, facts about Python      one page
//! CoreSlots   CPU time of the workers, by core                 1,024 × 128 B
//! LaneHeader  totals of one worker                              4,000 × 512 B
//! TaskSlot    start, end, worker, outcome of one task       1,000,000 × 32 B
//! Texts       sentences about failed tasks, dead workers               8 MB
//! LaneCores   CPU time of one Python worker, by core                   8 MB
//! Rings       events, split evenly among the run's lanes              64 MB
//! Block       a block that is handed over to the workers               16 MB
//! ```
//!
//! The map is a file without a name (memfd), so that a program that starts later can map it too. CPython's workers
//! write into the same lanes; `python/order.rs` passes them the offsets. Python has no atomic additions, so each of its
//! workers writes only to its own memory: it never touches the header's counters, it has its own share of the texts,
//! and it books its CPU time in its own row. If the system refuses such a file, the map is anonymous, and all native
//! models still work.
//!
//! The map is reserved, not filled. Only touched pages count, and they are released after each run, which also resets
//! everything to zero. Every field is an atomic, so that any process may read it at any time; the documentation of each
//! field names its writer. All orderings are `Relaxed` unless a comment gives a reason for more.

use std::{
    ffi::c_void,
    io,
    num::NonZeroUsize,
    os::fd::OwnedFd,
    ptr::NonNull,
    sync::{
        Arc, Mutex,
        atomic::{
            AtomicU32, AtomicU64, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
};

use nix::sys::mman::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};
use serde::Serialize;

use super::{counter::Counter, latch::Latch, os, ring::EventSlot, sync::lock};
use crate::domain::{
    counter::{BLOCK_MAX, HandOverWay},
    login::Secrets,
    machine::{MAX_PYTHON_THREADS, MAX_TASKS, MAX_THREADS},
    phase::Phase,
    time::Nanos,
};

/// The number of cores with their own slot. On a machine with more, the last slot sums up the rest.
pub const CORES: usize = 1024;
/// The size of the text area, in bytes. When it is full, later sentences are dropped and only the outcome is kept.
const TEXT_BYTES: usize = 8 << 20;
/// The size of the area for the events of all lanes of a run, in bytes.
const RING_BYTES: usize = 64 << 20;
/// The number of stripes of the task table. Tasks with neighbouring numbers are executed by different workers at the
/// same time, so they are placed in different stripes: otherwise the workers would compete for cache lines.
pub const TASK_STRIPES: usize = 16;
/// The number of tasks in one stripe.
pub const TASKS_PER_STRIPE: usize = (MAX_TASKS as usize).div_ceil(TASK_STRIPES);
/// The maximum number of events that one lane holds before the supervisor takes them.
const RING_SLOTS_MAX: usize = 1 << 20;

/// The state that all workers of a run share.
#[repr(C, align(4096))]
pub struct Header {
    /// The next task that no worker has taken. Every worker adds one.
    pub next_task: CacheLine<AtomicU32>,
    /// The number of workers that have arrived at the gate. Each worker adds one.
    pub arrived: CacheLine<AtomicU32>,
    /// The number of workers that have finished their work or panicked. Each worker adds one.
    pub finished: CacheLine<AtomicU32>,
    /// If not 0, workers take no further task and abandon the current one. The supervisor sets it.
    pub stop: CacheLine<AtomicU32>,
    /// The moment just before the first worker was created. The supervisor sets it before it creates any.
    pub t0: AtomicU64,
    /// The number of workers of this run.
    workers: AtomicU32,
    /// The number of tasks of this run.
    tasks: AtomicU32,
    /// The number of bytes of the text area in use. Any worker adds to it.
    text_used: AtomicUsize,
    /// Facts that CPython reports about itself.
    pub python: PythonHeader,
    /// The number to which the workers of a `counter` run add, if it is in shared memory.
    pub counter: Counter,
}

/// Facts that an interpreter reports about itself. Only its first process writes. A moment is 0 until it has been
/// reached. Other numbers of 8 bytes are stored plus one, so that 0 can mean unknown.
#[repr(C)]
pub struct PythonHeader {
    /// When the first line of Python ran.
    pub begun_at: AtomicU64,
    /// When everything was imported.
    pub imported_at: AtomicU64,
    /// When all workers of the pool had arrived.
    pub pool_at: AtomicU64,
    /// When the last task had ended.
    pub done_at: AtomicU64,
    /// CPU time of the interpreter's processes without that of the workers, in nanoseconds.
    pub manager_cpu: AtomicU64,
    /// The proportional set size of the first process, in bytes.
    pub memory: AtomicU64,
    /// Why the interpreter failed, as a reference into the texts.
    pub failure: AtomicU32,
    /// If not 0, all workers have written their totals and may exit.
    pub may_go: AtomicU32,
    /// The number of a `counter` run as the first process finds it at the end.
    pub counter: AtomicU64,
}

/// Places a value that many threads write in a separate cache line.
#[repr(C, align(128))]
pub struct CacheLine<T>(pub T);

/// Totals of one worker. They are exact even if events are dropped. Only that worker writes, unless a field says
/// otherwise. Numbers that may be unknown are written by [`store_known`], so that 0 can mean unknown.
#[repr(C, align(256))]
pub struct LaneHeader {
    /// The number of events written to the ring so far. `Release`: a reader that sees the count sees the events.
    pub written: AtomicU64,
    /// The number of events dropped because the ring was full.
    pub dropped: AtomicU64,
    /// Nanoseconds in each phase, without the open one. A lane has no holes, so their sum is the start of the open
    /// phase.
    pub phases: [AtomicU64; Phase::COUNT],
    /// The phase that has been open since then.
    pub open_phase: AtomicU32,
    /// One of [`LaneState`].
    pub state: AtomicU32,
    /// The time of the last stamp of any kind.
    pub last_stamp: AtomicU64,
    /// CPU time so far.
    pub cpu: AtomicU64,
    /// The number of tasks begun.
    pub begun: AtomicU32,
    /// The number of tasks ended, including failed ones.
    pub ended: AtomicU32,
    /// The number of tasks failed.
    pub failed: AtomicU32,
    /// The number of pages that were written completely.
    pub writes: AtomicU32,
    /// The number of these pages whose file had a different length before it was closed. Counted only if all tasks
    /// share one file.
    pub spoilt: AtomicU32,
    /// The process id.
    pub pid: AtomicU32,
    /// The thread id.
    pub tid: AtomicU32,
    /// Why the worker died, as a reference into the texts.
    pub cause: AtomicU32,
    /// Whether the worker's interpreter has its lock: 1 is on, 2 is off, 0 means unknown.
    pub gil: AtomicU32,
    /// The process group of the user's command that the worker runs; 0 if there is none.
    pub group: AtomicU32,
    /// The number of a `counter` run as the worker saw it after its last addition.
    pub seen: AtomicU64,
    /// How long it took to hand over a block to the worker, in nanoseconds, by way; may be unknown.
    pub handovers: [AtomicU64; HandOverWay::ALL.len()],
    /// What the worker occupied when its last task had ended, in bytes: a process its proportional set size, a thread
    /// of this program its touched stack. May be unknown.
    pub memory: AtomicU64,
    /// The time spent waiting for a core, in nanoseconds; may be unknown.
    pub run_queue_wait: AtomicU64,
    /// Voluntary context switches; may be unknown.
    pub voluntary: AtomicU64,
    /// Involuntary context switches; may be unknown.
    pub involuntary: AtomicU64,
    /// How often a stamp found the worker on a different core from the previous stamp, starting with its first event.
    pub migrations: AtomicU64,
    /// The number of events that the supervisor has taken from the ring. Only the supervisor writes. `Release`: a
    /// worker that sees the count may reuse the slots.
    pub taken: CacheLine<AtomicU64>,
}

/// The state of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum LaneState {
    /// It has not run yet.
    Absent = 0,
    /// It waits at the gate or works.
    Working = 1,
    /// It has finished its work and written all totals.
    Finished = 2,
    /// It panicked; `cause` has the reason.
    Died = 3,
}

impl LaneHeader {
    /// The state of the worker.
    pub fn state(&self) -> LaneState {
        // Acquire: pairs with `set_state`, so that a thread that sees Finished sees the totals.
        use LaneState::{Absent, Died, Finished, Working};
        [Absent, Working, Finished, Died][self.state.load(Acquire).min(3) as usize]
    }

    /// Publishes the state of the worker.
    pub fn set_state(&self, state: LaneState) {
        self.state.store(state as u32, Release);
    }
}

/// Stores a number that may be unknown: plus one, because 0 means unknown.
pub fn store_known(to: &AtomicU64, value: Option<u64>) {
    to.store(value.map_or(0, |value| value + 1), Relaxed);
}

/// Loads a number that may be unknown.
pub fn load_known(from: &AtomicU64) -> Option<u64> {
    from.load(Relaxed).checked_sub(1)
}

/// One task. Only the worker that executes it writes.
#[repr(C)]
pub struct TaskSlot {
    /// When the task began.
    pub start: AtomicU64,
    /// When the task ended; 0 until then.
    pub end: AtomicU64,
    /// The worker that executes the task.
    pub worker: AtomicU32,
    /// One of [`TaskState`]. `Release` when the task ends: a thread that sees the state sees the other fields.
    pub state: AtomicU32,
    /// Why the task failed, as a reference into the texts. If it succeeded, a digest of what the user's command printed.
    pub error: AtomicU32,
    /// The number of workers that began the task. With more than one, the run fails.
    pub executions: AtomicU32,
}

/// The state of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum TaskState {
    /// No worker has begun it.
    NotBegun = 0,
    /// A worker executes it, or died while it did.
    Begun = 1,
    /// It succeeded.
    Ok = 2,
    /// It failed.
    Failed = 3,
}

impl TaskSlot {
    /// The state of the task.
    pub fn state(&self) -> TaskState {
        use TaskState::{Begun, Failed, NotBegun, Ok};
        [NotBegun, Begun, Ok, Failed][self.state.load(Acquire).min(3) as usize]
    }
}

/// A part of the map: an array of equal elements.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ArenaPart {
    /// Offset of the first element, in bytes.
    pub at: usize,
    /// Distance from the start of one element to the start of the next, in bytes.
    pub size: usize,
    #[serde(skip)]
    count: usize,
}

impl ArenaPart {
    const fn after(before: ArenaPart, size: usize, count: usize) -> ArenaPart {
        ArenaPart {
            at: before.end(),
            size,
            count,
        }
    }

    const fn end(self) -> usize {
        self.at + self.size * self.count
    }
}

const HEADER: ArenaPart = ArenaPart {
    at: 0,
    size: size_of::<Header>(),
    count: 1,
};
const CORE_SLOTS: ArenaPart = ArenaPart::after(HEADER, size_of::<CacheLine<AtomicU64>>(), CORES);
/// Totals, one element per worker.
pub const LANES: ArenaPart =
    ArenaPart::after(CORE_SLOTS, size_of::<LaneHeader>(), MAX_THREADS as usize);
/// Tasks, by stripe.
pub const TASKS: ArenaPart = ArenaPart::after(
    LANES,
    size_of::<TaskSlot>(),
    TASK_STRIPES * TASKS_PER_STRIPE,
);
/// The text area: all sentences.
pub const TEXTS: ArenaPart = ArenaPart::after(TASKS, TEXT_BYTES, 1);
/// CPU time by core, one element per Python worker.
pub const LANE_CORES: ArenaPart =
    ArenaPart::after(TEXTS, size_of::<LaneCores>(), MAX_PYTHON_THREADS as usize);
/// Events of all lanes.
pub const RINGS: ArenaPart = ArenaPart::after(LANE_CORES, RING_BYTES, 1);
/// A block that is handed over to the workers.
pub const BLOCK: ArenaPart = ArenaPart::after(RINGS, BLOCK_MAX as usize, 1);
/// The size of the whole map.
pub const BYTES: usize = BLOCK.end();

type LaneCores = [AtomicU64; CORES];
type Rings = [EventSlot; RING_BYTES / size_of::<EventSlot>()];

/// The shared memory of the runs, with three latches: gate, stop and bell.
#[derive(Debug)]
pub struct Arena {
    base: NonNull<c_void>,
    /// The mapped file. `None` if the system refused one, for example under a limit of file sizes.
    pub file: Option<OwnedFd>,
    /// Opens when all workers have arrived.
    pub gate: Latch,
    /// Opens when the run is cancelled. A thread that waits for a socket waits for this latch as well.
    pub stop: Arc<Latch>,
    /// Wakes the supervisor when all workers have arrived or all have finished.
    pub bell: Latch,
    /// The number of a `counter` run in ordinary memory, which forked processes do not share.
    own_counter: Counter,
    /// Secrets that sentences of the run must not contain. They are not shared, because only the process that reads the
    /// sentences needs them.
    secrets: Mutex<Secrets>,
}

// SAFETY: the map is shared by design, and all access to it is atomic, except for the lock of the counter, which is
// pthread's, and the texts. The bytes of a text are written once, by the caller that reserved them, and read only by a
// caller that got their reference with Acquire.
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

impl Arena {
    /// Maps the memory and makes the latches.
    ///
    /// # Errors
    /// If the system refuses the map or the pipes.
    pub fn map() -> io::Result<Arena> {
        let length = NonZeroUsize::new(BYTES).expect("the map has parts");
        let (read_write, shared) = (
            ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
            MapFlags::MAP_SHARED | MapFlags::MAP_NORESERVE,
        );
        let file = os::nameless_file("pconc-tui arena", BYTES).ok();
        let base = match &file {
            // SAFETY: a new map of a file that is not known to any other code cannot affect any.
            Some(file) => unsafe { mmap(None, length, read_write, shared, file, 0) }?,
            // SAFETY: a new anonymous map cannot affect other code.
            None => unsafe { mmap_anonymous(None, length, read_write, shared) }?,
        };
        Ok(Arena {
            base,
            file,
            gate: Latch::new()?,
            stop: Arc::new(Latch::new()?),
            bell: Latch::new()?,
            own_counter: Counter::default(),
            secrets: Mutex::default(),
        })
    }

    /// The element of a part with this index.
    fn at<T>(&self, part: ArenaPart, index: usize) -> &T {
        assert_eq!(part.size, size_of::<T>(), "another part of the arena");
        assert!(index < part.count, "outside the arena");
        // SAFETY: the element is inside the map, which lives as long as self. Every T here consists of atomics, for
        // which all bytes are valid, or allows shared access itself, and all parts start at multiples of their alignments (a test checks it).
        unsafe {
            let first = self.base.cast::<u8>().add(part.at).cast::<T>();
            first.add(index).as_ref()
        }
    }

    /// The state that all workers of this run share.
    pub fn header(&self) -> &Header {
        self.at(HEADER, 0)
    }

    /// The number to which the workers add: in the map, or in the ordinary memory of this process.
    pub fn counter(&self, is_shared: bool) -> &Counter {
        if is_shared {
            &self.header().counter
        } else {
            &self.own_counter
        }
    }

    /// CPU time of the run's workers on a core, in nanoseconds. Cores beyond [`CORES`] share the last slot. Only
    /// workers on that core add to it, so it is hardly ever contended.
    pub fn core(&self, core: u16) -> &AtomicU64 {
        let slot: &CacheLine<_> = self.at(CORE_SLOTS, usize::from(core).min(CORES - 1));
        &slot.0
    }

    /// CPU time of one Python worker on a core, in nanoseconds. Only that worker writes.
    pub fn lane_core(&self, worker: u32, core: u16) -> &AtomicU64 {
        let cores: &LaneCores = self.at(LANE_CORES, worker as usize);
        &cores[usize::from(core).min(CORES - 1)]
    }

    /// Totals of a worker.
    pub fn lane(&self, worker: u32) -> &LaneHeader {
        self.at(LANES, worker as usize)
    }

    /// Totals of all workers of this run, ordered by number.
    pub fn lanes(&self) -> impl Iterator<Item = &LaneHeader> {
        (0..self.workers()).map(|worker| self.lane(worker))
    }

    /// The slot of a task.
    pub fn task(&self, task: u32) -> &TaskSlot {
        let (stripe, row) = (task as usize % TASK_STRIPES, task as usize / TASK_STRIPES);
        assert!(row < TASKS_PER_STRIPE, "no such task");
        self.at(TASKS, stripe * TASKS_PER_STRIPE + row)
    }

    /// The moment just before the first worker of this run was created.
    pub fn t0(&self) -> Nanos {
        self.header().t0.load(Relaxed)
    }

    /// The number of workers of this run.
    pub fn workers(&self) -> u32 {
        self.header().workers.load(Relaxed)
    }

    /// The number of tasks of this run.
    pub fn tasks(&self) -> u32 {
        self.header().tasks.load(Relaxed)
    }

    /// The number of events that a lane of this run can hold: a power of two.
    pub fn ring_slots(&self) -> usize {
        let share = RING_BYTES / size_of::<EventSlot>() / self.workers().max(1) as usize;
        let power = 1usize << share.ilog2();
        power.min(RING_SLOTS_MAX)
    }

    /// The ring of a worker, with [`Arena::ring_slots`] slots.
    pub fn ring(&self, worker: u32) -> &[EventSlot] {
        assert!(worker < self.workers(), "worker {worker} has no lane");
        let slots = self.ring_slots();
        let rings: &Rings = self.at(RINGS, 0);
        &rings[worker as usize * slots..][..slots]
    }

    /// Whether the run has been cancelled.
    pub fn is_stopping(&self) -> bool {
        self.header().stop.0.load(Relaxed) != 0
    }

    /// Cancels the run. The flag stops workers that compute; the latch stops workers that wait.
    pub fn cancel(&self) {
        self.header().stop.0.store(1, Relaxed);
        self.stop.open();
        // A worker that still waits at the gate must see the flag.
        self.gate.open();
        self.bell.open();
    }

    /// Stores a sentence and returns its reference, which is 0 if there is no room left.
    pub fn keep_text(&self, text: &str) -> u32 {
        let bytes = &text.as_bytes()[..text.len().min(1 << 12)];
        let needed = bytes.len() + 2;
        let start = self.header().text_used.fetch_add(needed, Relaxed);
        if start + needed > TEXT_BYTES {
            return 0;
        }
        // SAFETY: these bytes are inside the text area and are reserved for this call alone.
        unsafe {
            let to = self.base.cast::<u8>().add(TEXTS.at + start);
            to.cast::<[u8; 2]>()
                .write((bytes.len() as u16).to_ne_bytes());
            to.add(2)
                .copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len());
        }
        u32::try_from(start + 1).expect("the text area is smaller than 4 GB")
    }

    /// Sets the secrets that sentences of the next run must not contain.
    pub fn conceal(&self, secrets: Secrets) {
        *lock(&self.secrets) = secrets;
    }

    /// The text without secrets.
    pub fn concealed(&self, text: &str) -> String {
        lock(&self.secrets).concealed_in(text)
    }

    /// The sentence with this reference, without passwords; `None` for 0. The caller must have read the reference with
    /// Acquire.
    pub fn text(&self, reference: u32) -> Option<String> {
        let start = TEXTS.at + (reference as usize).checked_sub(1)?;
        assert!(start + 2 <= TEXTS.end(), "outside the texts");
        // SAFETY: the reference comes from `keep_text`, which wrote a length and that many bytes there.
        let bytes = unsafe {
            let from = self.base.cast::<u8>().add(start);
            let length = usize::from(u16::from_ne_bytes(from.cast::<[u8; 2]>().read()));
            assert!(start + 2 + length <= TEXTS.end(), "outside the texts");
            std::slice::from_raw_parts(from.add(2).as_ptr(), length)
        };
        Some(self.concealed(&String::from_utf8_lossy(bytes)))
    }

    /// Puts a block into the map. No worker may exist.
    pub fn share_block(&self, block: &[u8]) {
        assert!(block.len() <= BLOCK.size, "larger than any block");
        // SAFETY: these bytes are inside the map, and by the rule above nobody else uses them.
        unsafe {
            let to = self.base.cast::<u8>().add(BLOCK.at);
            to.copy_from_nonoverlapping(NonNull::from(block).cast(), block.len());
        }
    }

    /// The block of this size in the map, for workers.
    pub fn shared_block(&self, bytes: usize) -> &[u8] {
        assert!(bytes <= BLOCK.size, "larger than any block");
        // SAFETY: these bytes are inside the map, and nobody changes them as long as workers exist.
        unsafe { std::slice::from_raw_parts(self.base.cast::<u8>().add(BLOCK.at).as_ptr(), bytes) }
    }

    /// Releases all memory and sets up a run with this many workers and tasks.
    ///
    /// No worker may exist: the supervisor calls it before it creates the first and after it has joined the last.
    pub fn reset(&self, workers: u32, tasks: u32) {
        // SAFETY: this is the whole map, and by the rule above it is not in use.
        if unsafe { os::release_pages(self.base, BYTES) }.is_err() {
            // Some sandboxes cannot release pages. Zeroing is slower and keeps the pages, but the next run must start
            // from zero. SAFETY: as above.
            unsafe { self.base.cast::<u8>().write_bytes(0, BYTES) };
        }
        for latch in [&self.gate, &*self.stop, &self.bell] {
            latch.close();
        }
        for counter in [&self.own_counter, self.counter(true)] {
            counter.reset();
        }
        self.header().workers.store(workers, Relaxed);
        self.header().tasks.store(tasks, Relaxed);
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: mapped by `map` with this length, and no reference outlives self.
        let _ = unsafe { munmap(self.base, BYTES) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_aligned_for_its_type() {
        assert_eq!(CORE_SLOTS.at % align_of::<CacheLine<AtomicU64>>(), 0);
        assert_eq!(LANES.at % align_of::<LaneHeader>(), 0);
        assert_eq!(TASKS.at % align_of::<TaskSlot>(), 0);
        assert_eq!(LANE_CORES.at % align_of::<AtomicU64>(), 0);
        assert_eq!(RINGS.at % align_of::<EventSlot>(), 0);
        const { assert!(BYTES < 256 << 20, "the arena stays under 256 MB") };
    }

    #[test]
    fn the_rings_of_any_number_of_workers_fit() {
        let arena = Arena::map().unwrap();
        for workers in [1, 2, 3, 16, 1000, 4000] {
            arena.reset(workers, 1);
            let end = arena.ring(workers - 1).as_ptr_range().end as usize;
            assert!(end <= arena.base.as_ptr() as usize + BYTES);
        }
    }

    #[test]
    fn a_reset_forgets_everything_and_closes_the_latches() {
        let arena = Arena::map().unwrap();
        arena.reset(2, 10);
        arena.task(9).start.store(5, Relaxed);
        arena.lane(1).cpu.store(5, Relaxed);
        arena.cancel();
        assert!(arena.is_stopping());
        arena.reset(3, 10);
        assert!(!arena.is_stopping());
        assert_eq!(arena.task(9).start.load(Relaxed), 0);
        assert_eq!(arena.lane(1).cpu.load(Relaxed), 0);
        assert_eq!(arena.workers(), 3);
        assert_eq!(
            super::super::latch::wait_readable([std::os::fd::AsFd::as_fd(&arena.gate)], Some(0)),
            [false]
        );
    }

    #[test]
    fn texts_come_back_until_there_is_no_room_left() {
        let arena = Arena::map().unwrap();
        arena.reset(1, 1);
        let kept = arena.keep_text("connection refused");
        assert_eq!(arena.text(kept).as_deref(), Some("connection refused"));
        assert_eq!(arena.text(0), None);
        let long = "x".repeat(4096);
        let mut full = false;
        for _ in 0..3000 {
            full |= arena.keep_text(&long) == 0;
        }
        assert!(full);
        assert_eq!(arena.text(kept).as_deref(), Some("connection refused"));
    }
}
