//! The shared memory in which a run happens: mapped once, before the zygote is forked, and seen by every thread and
//! forked process at the same address.
//!
//! ```text
//! Header      gate, counters, stop, t0, what Python says        one page
//! CoreSlots   CPU time of our workers, by core                 1,024 × 128 B
//! LaneHeader  totals of one worker                              4,000 × 256 B
//! TaskSlot    start, end, worker, outcome of one task       1,000,000 × 32 B
//! Texts       sentences about failed tasks, dead workers               8 MB
//! LaneCores   CPU time of one of Python's workers, by core             8 MB
//! Rings       events, split evenly among the run's lanes              64 MB
//! ```
//!
//! It is a file without a name, so that a program that is started later can map it too: CPython's workers write into the
//! same lanes (`python/order.rs` tells them where everything is). They have no atomic additions, so each of them writes
//! only to what is its own: it never touches the counters of the header, has a share of the texts for itself, and books its
//! CPU time in a row of its own. Where the system refuses such a file, an anonymous map does for all other models.
//!
//! The map is reserved, not filled: only touched pages count, and they are given back after each run, which also sets
//! everything to zero. Every field is an atomic, so that any process may read at any time; who writes is said at each
//! field. All orderings are `Relaxed` except where a comment argues for more.

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

use super::{latch::Latch, lock::lock, os};
use crate::domain::{
    login::Secrets,
    machine::{MAX_PYTHON_THREADS, MAX_TASKS, MAX_THREADS},
    phase::Phase,
    time::Nanos,
};

/// Cores whose use is accounted for; on a machine with more, the rest is summed up in the last one.
pub const CORES: usize = 1024;
/// Bytes for sentences. When they are used up, later ones are left out and only the outcome is kept.
const TEXT_BYTES: usize = 8 << 20;
/// Bytes for events, over all lanes of a run.
const RING_BYTES: usize = 64 << 20;
/// Tasks with neighbouring numbers are executed by different workers at the same time: they are kept far apart, or the
/// workers would fight over cache lines.
pub const TASK_STRIPES: usize = 16;
/// Tasks from one stripe to the next.
pub const TASKS_PER_STRIPE: usize = (MAX_TASKS as usize).div_ceil(TASK_STRIPES);
/// The most events that one lane holds until the supervisor takes them.
const RING_SLOTS_MAX: usize = 1 << 20;

/// What all of a run share.
#[repr(C, align(4096))]
pub struct Header {
    /// The next task that nobody has taken. Any worker adds one.
    pub next_task: CacheLine<AtomicU32>,
    /// Workers that have arrived at the gate. Each worker adds one.
    pub arrived: CacheLine<AtomicU32>,
    /// Workers that have ended their work or died of a panic. Each worker adds one.
    pub finished: CacheLine<AtomicU32>,
    /// Not 0: take no further task, and leave the one in hand. The supervisor sets it.
    pub stop: CacheLine<AtomicU32>,
    /// The moment just before the first worker was created. The supervisor sets it before it creates any.
    pub t0: AtomicU64,
    /// Workers of this run.
    workers: AtomicU32,
    /// Tasks of this run.
    tasks: AtomicU32,
    /// Bytes of the text area in use. Any worker adds to it.
    text_used: AtomicUsize,
    /// What CPython says of itself.
    pub python: PythonHeader,
}

/// What an interpreter says of itself. Only its first process writes; moments are 0 until they have come.
#[repr(C)]
pub struct PythonHeader {
    /// When its first line of Python was executed.
    pub begun_at: AtomicU64,
    /// When everything was imported.
    pub imported_at: AtomicU64,
    /// When all workers of its pool had arrived.
    pub pool_at: AtomicU64,
    /// When the last task had ended.
    pub done_at: AtomicU64,
    /// CPU time of its processes but for the workers' own, in nanoseconds, plus one; 0 is unknown.
    pub manager_cpu: AtomicU64,
    /// Proportional set size of its first process, plus one; 0 is unknown.
    pub memory: AtomicU64,
    /// Why it failed, as a reference into the texts.
    pub failure: AtomicU32,
    /// Not 0: all workers have written their totals, and may go.
    pub may_go: AtomicU32,
}

/// Keeps what is written by many apart from its neighbours.
#[repr(C, align(128))]
pub struct CacheLine<T>(pub T);

/// Totals of one worker, exact also when events are dropped. Only that worker writes, except where said.
#[repr(C, align(256))]
pub struct LaneHeader {
    /// Events written to the ring so far. `Release`: the reader that sees it sees the events.
    pub written: AtomicU64,
    /// Events dropped because the ring was full.
    pub dropped: AtomicU64,
    /// Nanoseconds in each phase that has been closed. As a lane has no holes, they sum to when the open one began.
    pub phases: [AtomicU64; Phase::COUNT],
    /// The phase since then.
    pub open_phase: AtomicU32,
    /// One of [`LaneState`].
    pub state: AtomicU32,
    /// When anything was stamped last.
    pub last_stamp: AtomicU64,
    /// CPU time so far.
    pub cpu: AtomicU64,
    /// Tasks begun.
    pub begun: AtomicU32,
    /// Tasks ended, failed ones included.
    pub ended: AtomicU32,
    /// Tasks failed.
    pub failed: AtomicU32,
    /// Pages written to their end.
    pub writes: AtomicU32,
    /// Of these, how many were found to have another length before they were closed; only where a file is shared.
    pub spoilt: AtomicU32,
    /// Process number.
    pub pid: AtomicU32,
    /// Thread number.
    pub tid: AtomicU32,
    /// Why it died, as a reference into the texts.
    pub cause: AtomicU32,
    /// Whether the worker's interpreter has its lock: 1 on, 2 off; 0 is unknown.
    pub gil: AtomicU32,
    /// Proportional set size when the last task ended, plus one; 0 is unknown.
    pub memory: AtomicU64,
    /// Nanoseconds spent waiting for a core, plus one; 0 is unknown.
    pub run_queue_wait: AtomicU64,
    /// Voluntary context switches, plus one; 0 is unknown.
    pub voluntary: AtomicU64,
    /// Involuntary context switches, plus one; 0 is unknown.
    pub involuntary: AtomicU64,
    /// How often a stamp found the worker on another core than its stamp before, from its first event on.
    pub migrations: AtomicU64,
    /// Events that the supervisor has taken from the ring. Only the supervisor writes. `Release`: the worker that sees
    /// it may reuse the slots.
    pub taken: CacheLine<AtomicU64>,
}

/// How far a worker has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum LaneState {
    /// It has not run yet.
    Absent = 0,
    /// It is at the gate or working.
    Working = 1,
    /// It has ended its work and written all totals.
    Finished = 2,
    /// It panicked; `cause` says how.
    Died = 3,
}

impl LaneHeader {
    /// How far the worker has come.
    pub fn state(&self) -> LaneState {
        // Acquire: pairs with `set_state`, so that who sees Finished sees the totals.
        use LaneState::{Absent, Died, Finished, Working};
        [Absent, Working, Finished, Died][self.state.load(Acquire).min(3) as usize]
    }

    /// Says how far the worker has come.
    pub fn set_state(&self, state: LaneState) {
        self.state.store(state as u32, Release);
    }
}

/// Writes a figure that may be unknown.
pub fn store_known(to: &AtomicU64, value: Option<u64>) {
    to.store(value.map_or(0, |value| value + 1), Relaxed);
}

/// Reads a figure that may be unknown.
pub fn load_known(from: &AtomicU64) -> Option<u64> {
    from.load(Relaxed).checked_sub(1)
}

/// One task. Only the worker that executes it writes.
#[repr(C)]
pub struct TaskSlot {
    /// When it began.
    pub start: AtomicU64,
    /// When it ended; 0 while it has not.
    pub end: AtomicU64,
    /// Who executes it.
    pub worker: AtomicU32,
    /// One of [`TaskState`]. `Release` where it ends: who sees it sees the other fields.
    pub state: AtomicU32,
    /// Why it failed, as a reference into the texts.
    pub error: AtomicU32,
    /// How many workers began it: more than one breaks the run.
    pub executions: AtomicU32,
}

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum TaskState {
    /// Nobody has begun it.
    NotBegun = 0,
    /// Somebody executes it, or died over it.
    Begun = 1,
    /// It did what it should.
    Ok = 2,
    /// It did not.
    Failed = 3,
}

impl TaskSlot {
    /// How far it has come.
    pub fn state(&self) -> TaskState {
        use TaskState::{Begun, Failed, NotBegun, Ok};
        [NotBegun, Begun, Ok, Failed][self.state.load(Acquire).min(3) as usize]
    }
}

/// One event as it stands in a ring: when, and what.
#[repr(C)]
pub struct EventSlot {
    /// Nanoseconds of the monotonic clock.
    pub at: AtomicU64,
    /// Task, core, phase and flags; see the recorder.
    pub what: AtomicU64,
}

/// A part of the map: equal things, one behind the other.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Part {
    /// Where the first begins, in bytes.
    pub at: usize,
    /// From the begin of one to that of the next, in bytes.
    pub size: usize,
    #[serde(skip)]
    count: usize,
}

impl Part {
    const fn after(before: Part, size: usize, count: usize) -> Part {
        Part {
            at: before.end(),
            size,
            count,
        }
    }

    const fn end(self) -> usize {
        self.at + self.size * self.count
    }
}

const HEADER: Part = Part {
    at: 0,
    size: size_of::<Header>(),
    count: 1,
};
const CORE_SLOTS: Part = Part::after(HEADER, size_of::<CacheLine<AtomicU64>>(), CORES);
/// Totals, by worker.
pub const LANES: Part = Part::after(CORE_SLOTS, size_of::<LaneHeader>(), MAX_THREADS as usize);
/// Tasks, by stripe.
pub const TASKS: Part = Part::after(
    LANES,
    size_of::<TaskSlot>(),
    TASK_STRIPES * TASKS_PER_STRIPE,
);
/// Sentences, all in one.
pub const TEXTS: Part = Part::after(TASKS, TEXT_BYTES, 1);
/// CPU time by core, for each of Python's workers.
pub const LANE_CORES: Part =
    Part::after(TEXTS, size_of::<LaneCores>(), MAX_PYTHON_THREADS as usize);
/// Events, of all lanes.
pub const RINGS: Part = Part::after(LANE_CORES, RING_BYTES, 1);
/// The whole map.
pub const BYTES: usize = RINGS.end();

type LaneCores = [AtomicU64; CORES];
type Rings = [EventSlot; RING_BYTES / size_of::<EventSlot>()];

/// The shared memory of the runs, with the latches of the gate, the stop and the bell.
#[derive(Debug)]
pub struct Arena {
    base: NonNull<c_void>,
    /// What is mapped; `None` where the system refused a file for it, as under a limit of file sizes.
    pub file: Option<OwnedFd>,
    /// Opens when all workers are there.
    pub gate: Latch,
    /// Opens when the run is cancelled: whoever waits for a socket waits for this besides.
    pub stop: Arc<Latch>,
    /// Wakes the supervisor: all have arrived, or all have finished.
    pub bell: Latch,
    /// What no sentence of the run may tell. Not shared: only who reads the sentences needs it.
    secrets: Mutex<Secrets>,
}

// SAFETY: the map is shared by design; all access to it is through atomics, except for the texts, whose bytes are
// written once by the one who reserved them and read only by whoever was handed their reference with Acquire.
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

impl Arena {
    /// Maps the memory and makes the latches.
    ///
    /// # Errors
    /// When the system refuses the map or the pipes.
    pub fn map() -> io::Result<Arena> {
        let length = NonZeroUsize::new(BYTES).expect("the map has parts");
        let (read_write, shared) = (
            ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
            MapFlags::MAP_SHARED | MapFlags::MAP_NORESERVE,
        );
        let file = os::nameless_file("pconc-tui arena", BYTES).ok();
        let base = match &file {
            // SAFETY: a new map, of a file that nobody else knows, disturbs nobody.
            Some(file) => unsafe { mmap(None, length, read_write, shared, file, 0) }?,
            // SAFETY: a new anonymous map disturbs nobody.
            None => unsafe { mmap_anonymous(None, length, read_write, shared) }?,
        };
        Ok(Arena {
            base,
            file,
            gate: Latch::new()?,
            stop: Arc::new(Latch::new()?),
            bell: Latch::new()?,
            secrets: Mutex::default(),
        })
    }

    /// The `index`th thing of a part.
    fn at<T>(&self, part: Part, index: usize) -> &T {
        assert_eq!(part.size, size_of::<T>(), "another part of the arena");
        assert!(index < part.count, "outside the arena");
        // SAFETY: inside the map, which lives as long as self; every T here is made of atomics, for which all bytes are
        // valid, and all parts begin at multiples of their alignments (a test checks it).
        unsafe {
            let first = self.base.cast::<u8>().add(part.at).cast::<T>();
            first.add(index).as_ref()
        }
    }

    /// What all of the run share.
    pub fn header(&self) -> &Header {
        self.at(HEADER, 0)
    }

    /// CPU time in nanoseconds of our workers on a core; cores beyond [`CORES`] share the last one. Whoever runs there adds
    /// to it, so it is hardly ever contended.
    pub fn core(&self, core: u16) -> &AtomicU64 {
        let slot: &CacheLine<_> = self.at(CORE_SLOTS, usize::from(core).min(CORES - 1));
        &slot.0
    }

    /// CPU time in nanoseconds of one of Python's workers on a core. Only that worker writes.
    pub fn lane_core(&self, worker: u32, core: u16) -> &AtomicU64 {
        let cores: &LaneCores = self.at(LANE_CORES, worker as usize);
        &cores[usize::from(core).min(CORES - 1)]
    }

    /// Totals of a worker.
    pub fn lane(&self, worker: u32) -> &LaneHeader {
        self.at(LANES, worker as usize)
    }

    /// Totals of all workers of this run, by number.
    pub fn lanes(&self) -> impl Iterator<Item = &LaneHeader> {
        (0..self.workers()).map(|worker| self.lane(worker))
    }

    /// A task.
    pub fn task(&self, task: u32) -> &TaskSlot {
        let (stripe, row) = (task as usize % TASK_STRIPES, task as usize / TASK_STRIPES);
        assert!(row < TASKS_PER_STRIPE, "no such task");
        self.at(TASKS, stripe * TASKS_PER_STRIPE + row)
    }

    /// The moment just before the first worker of this run was created.
    pub fn t0(&self) -> Nanos {
        self.header().t0.load(Relaxed)
    }

    /// Workers of this run.
    pub fn workers(&self) -> u32 {
        self.header().workers.load(Relaxed)
    }

    /// Tasks of this run.
    pub fn tasks(&self) -> u32 {
        self.header().tasks.load(Relaxed)
    }

    /// How many events a lane of this run holds; a power of two.
    pub fn ring_slots(&self) -> usize {
        let share = RING_BYTES / size_of::<EventSlot>() / self.workers().max(1) as usize;
        let power = 1usize << share.ilog2();
        power.min(RING_SLOTS_MAX)
    }

    /// The events of a worker, [`Arena::ring_slots`] of them.
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

    /// Cancels the run: flag for those who compute, latch for those who wait.
    pub fn cancel(&self) {
        self.header().stop.0.store(1, Relaxed);
        self.stop.open();
        // Whoever still waits at the gate shall see the flag.
        self.gate.open();
        self.bell.open();
    }

    /// Keeps a sentence; the reference is 0 where there is no room for it.
    pub fn keep_text(&self, text: &str) -> u32 {
        let bytes = &text.as_bytes()[..text.len().min(1 << 12)];
        let needed = bytes.len() + 2;
        let start = self.header().text_used.fetch_add(needed, Relaxed);
        if start + needed > TEXT_BYTES {
            return 0;
        }
        // SAFETY: these bytes lie inside the text area and were reserved for this call alone.
        unsafe {
            let to = self.base.cast::<u8>().add(TEXTS.at + start);
            to.cast::<[u8; 2]>()
                .write((bytes.len() as u16).to_ne_bytes());
            to.add(2)
                .copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len());
        }
        u32::try_from(start + 1).expect("the text area is smaller than 4 GB")
    }

    /// Keeps these out of every sentence of the run that begins.
    pub fn conceal(&self, secrets: Secrets) {
        *lock(&self.secrets) = secrets;
    }

    /// The text without what it must not tell.
    pub fn concealed(&self, text: &str) -> String {
        lock(&self.secrets).concealed_in(text)
    }

    /// The sentence of a reference that was read with Acquire, without passwords; `None` for 0.
    pub fn text(&self, reference: u32) -> Option<String> {
        let start = TEXTS.at + (reference as usize).checked_sub(1)?;
        assert!(start + 2 <= TEXTS.end(), "outside the texts");
        // SAFETY: the reference comes from `keep_text`, which wrote a length and so many bytes there.
        let bytes = unsafe {
            let from = self.base.cast::<u8>().add(start);
            let length = usize::from(u16::from_ne_bytes(from.cast::<[u8; 2]>().read()));
            assert!(start + 2 + length <= TEXTS.end(), "outside the texts");
            std::slice::from_raw_parts(from.add(2).as_ptr(), length)
        };
        Some(self.concealed(&String::from_utf8_lossy(bytes)))
    }

    /// Gives all memory back and starts a run of so many workers and tasks from zero.
    ///
    /// Only while no worker exists: the supervisor calls it before the first and after the last.
    pub fn reset(&self, workers: u32, tasks: u32) {
        // SAFETY: the whole map, and by the rule above nobody uses it.
        if unsafe { os::release_pages(self.base, BYTES) }.is_err() {
            // A sandbox that does not know how to give pages back: slower, and it keeps them, but zero they must be.
            // SAFETY: as above.
            unsafe { self.base.cast::<u8>().write_bytes(0, BYTES) };
        }
        for latch in [&self.gate, &*self.stop, &self.bell] {
            latch.close();
        }
        self.header().workers.store(workers, Relaxed);
        self.header().tasks.store(tasks, Relaxed);
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: mapped by `map` with this length, and nobody holds a reference beyond self's life.
        let _ = unsafe { munmap(self.base, BYTES) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_begins_where_its_type_may_stand() {
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
