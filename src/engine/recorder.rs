//! The recording of a worker's events: one writer and one reader per lane, without locks or system calls.
//!
//! A [`LaneWriter`] belongs to one worker. Each event is a transition of 16 bytes that closes the previous phase, so
//! the last event *is* the open segment. The lane's header has exact totals, so a full ring costs detail of the trace
//! and no numbers.
//!
//! **Waiting for a core.** While a task computes, its worker compares the monotonic clock with its CPU clock at every
//! tick. If the CPU clock fell behind, the worker was off its core for the difference, which is recorded as `ready` at
//! the *end* of the tick. When it happened within the tick cannot be known, which is an error of at most one tick. Less
//! than `GAP_MIN` is carried over to the next tick, because it may be only the cost of reading the clocks.

use std::{
    ptr::NonNull,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use super::{
    arena::{Arena, LaneHeader},
    clock,
    os::{self, Followed},
    ring::{self, EventSlot, RingWriter},
};
use crate::domain::{
    phase::Phase,
    time::{Nanos, TICK},
    trace::Transition,
};

/// The shortest time off its core that a worker records, in nanoseconds.
pub const GAP_MIN: i64 = 50_000;
/// The number that stands for "no task" in an event.
const NO_TASK: u32 = u32::MAX;

/// Writes one lane.
#[derive(Debug)]
pub struct LaneWriter {
    arena: Arc<Arena>,
    /// The worker's number.
    pub worker: u32,
    /// These point into `arena`, which lives as long as the writer. Looking them up again would double the cost of an
    /// event.
    lane: NonNull<LaneHeader>,
    ring: NonNull<[EventSlot]>,
    end: RingWriter,
    dropped: u64,
    after_gap: bool,
    phases: [Nanos; Phase::COUNT],
    phase: Phase,
    task: u32,
    core: u16,
    migrations: u64,
    /// When the open phase began.
    since: Nanos,
    /// When the CPU clock was read last, and its value.
    ticked: Nanos,
    cpu: Nanos,
    /// CPU time on `booking_core` that is not booked yet, and since when. Booking is an instruction that locks the bus,
    /// which is too expensive for every event.
    unbooked: Nanos,
    booking_core: u16,
    booked: Nanos,
    /// How far the CPU clock has fallen behind while computing, without what was already recorded as ready.
    behind: i64,
    /// CPU time of other processes that executed the worker's tasks.
    followed: Nanos,
}

// SAFETY: the pointers point into the arena, which is Sync and which the writer keeps alive.
unsafe impl Send for LaneWriter {}

impl LaneWriter {
    /// Takes up a lane: the worker has been `starting` since `t0`. Call it in the worker's own thread.
    pub fn new(arena: Arc<Arena>, worker: u32) -> LaneWriter {
        let t0 = arena.t0();
        let mut writer = LaneWriter {
            lane: NonNull::from(arena.lane(worker)),
            ring: NonNull::from(arena.ring(worker)),
            arena,
            worker,
            end: RingWriter::default(),
            dropped: 0,
            after_gap: false,
            phases: [0; Phase::COUNT],
            phase: Phase::Starting,
            task: NO_TASK,
            core: os::core(),
            migrations: 0,
            since: t0,
            ticked: t0,
            cpu: 0,
            unbooked: 0,
            booking_core: os::core(),
            booked: t0,
            behind: 0,
            followed: 0,
        };
        writer.read_cpu(clock::now());
        writer
    }

    #[inline]
    fn lane(&self) -> &LaneHeader {
        // SAFETY: made from a reference into the arena, which `self.arena` keeps alive.
        unsafe { self.lane.as_ref() }
    }

    /// The open phase.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Changes to another phase of the same task. Returns the moment.
    pub fn enter(&mut self, phase: Phase) -> Nanos {
        self.enter_with(phase, self.task)
    }

    /// Starts to compute on `task`. Returns the moment.
    ///
    /// From one computing task to the next, the phase stays the same, and usually only the monotonic clock is read,
    /// because reading the CPU clock costs more than handing out a task. The CPU clock is read if a tick is over. It is
    /// also read if the task took so long that its worker may have been off its core, because that time must be
    /// recorded in this task and not in a later one.
    pub fn begin(&mut self, task: u32) -> Nanos {
        if self.phase != Phase::Computing {
            return self.enter_with(Phase::Computing, task);
        }
        let now = clock::now();
        self.look_at_core();
        if now - self.ticked >= TICK || now - self.since >= GAP_MIN as Nanos {
            self.settle(now);
        }
        self.close(now, Phase::Computing, task);
        now
    }

    /// Ends the current task. Returns the moment.
    pub fn rest(&mut self) -> Nanos {
        let now = self.enter_with(Phase::Idle, NO_TASK);
        self.book(now);
        now
    }

    /// Reads the clocks while a task computes, about every [`TICK`]. Returns how much CPU time the tick took.
    pub fn tick(&mut self) -> Nanos {
        let now = clock::now();
        let cpu = self.cpu;
        let moved = self.look_at_core();
        let was_ready = self.settle(now);
        if was_ready || moved {
            self.close(now, Phase::Computing, self.task);
        }
        self.cpu - cpu
    }

    /// Records what another process, which executes the task, did since the last stamp. When it did what is not known, so
    /// what it does now comes last.
    pub fn follow(&mut self, did: &Followed) {
        let from = self.ticked.max(self.since);
        let now = clock::now();
        self.followed += did.computed;
        self.read_cpu(now);
        let own = self.core;
        if let Some(core) = did.core {
            self.arena.core(core).fetch_add(did.computed, Relaxed);
            self.core = core;
        }
        let span = now - from;
        let computed = did.computed.min(span);
        let ready = did.ready.min(span - computed);
        let rest = span - computed - ready;
        let mut parts = [
            (Phase::Computing, computed),
            (Phase::Ready, ready),
            (did.otherwise, rest),
        ];
        if !did.waits {
            parts.reverse();
        }
        let mut at = from;
        for (phase, length) in parts {
            if length >= GAP_MIN as Nanos && phase != self.phase {
                self.close(at, phase, self.task);
            }
            at += length;
        }
        (self.core, self.behind) = (own, 0);
    }

    /// Counts CPU time that another process used for the task, on cores that are not known.
    pub fn add_cpu(&mut self, cpu: Nanos) {
        self.followed += cpu;
    }

    fn enter_with(&mut self, phase: Phase, task: u32) -> Nanos {
        let now = clock::now();
        self.look_at_core();
        self.settle(now);
        self.close(now, phase, task);
        now
    }

    /// Reads the number of the core. Returns whether it is different from that of the previous stamp, which is a
    /// migration if the worker has already begun its work.
    #[inline]
    fn look_at_core(&mut self) -> bool {
        let core = os::core();
        if core == self.core {
            return false;
        }
        self.core = core;
        if self.phase != Phase::Starting {
            self.migrations += 1;
            self.lane().migrations.store(self.migrations, Relaxed);
        }
        true
    }

    /// Reads the CPU clock, and records as ready how long a computing worker was off its core. Returns whether it
    /// recorded any.
    fn settle(&mut self, now: Nanos) -> bool {
        let (ticked, cpu) = (self.ticked, self.cpu);
        self.read_cpu(now);
        if self.phase != Phase::Computing {
            self.behind = 0;
            return false;
        }
        self.behind += (now - ticked) as i64 - (self.cpu - cpu) as i64;
        if self.behind < GAP_MIN {
            return false;
        }
        // The gap starts neither before the tick that revealed it nor before the segment.
        let gap = (self.behind as Nanos).min(now - ticked.max(self.since));
        self.behind -= gap as i64;
        self.close(now - gap, Phase::Ready, self.task);
        true
    }

    /// Updates the CPU time in the lane's header. The time is booked on the current core: at once if the core has
    /// changed, otherwise at each tick and when the worker no longer has a task.
    fn read_cpu(&mut self, now: Nanos) {
        let cpu = clock::thread_cpu();
        if self.core != self.booking_core || now - self.booked >= TICK {
            self.book(now);
        }
        self.unbooked += cpu - self.cpu;
        self.cpu = cpu;
        self.ticked = now;
        let lane = self.lane();
        lane.cpu.store(cpu + self.followed, Relaxed);
        lane.last_stamp.store(now, Relaxed);
    }

    /// Books CPU time on the core on which it was spent.
    fn book(&mut self, now: Nanos) {
        self.arena
            .core(self.booking_core)
            .fetch_add(self.unbooked, Relaxed);
        (self.unbooked, self.booking_core, self.booked) = (0, self.core, now);
    }

    /// Closes the open phase at `at` and opens another.
    fn close(&mut self, at: Nanos, phase: Phase, task: u32) {
        let closed = self.phase as usize;
        self.phases[closed] += at - self.since;
        (self.phase, self.task, self.since) = (phase, task, at);
        let lane = self.lane();
        lane.phases[closed].store(self.phases[closed], Relaxed);
        lane.open_phase.store(phase as u32, Relaxed);
        // A gap ends before the stamp that revealed it.
        lane.last_stamp.store(at.max(self.ticked), Relaxed);
        self.push(at);
    }

    /// Appends the open phase to the ring, or counts it as dropped.
    fn push(&mut self, at: Nanos) {
        let what = pack(self.task, self.phase, self.core, self.after_gap);
        // SAFETY: made from references into the arena, which `self.arena` keeps alive. The references do not outlive this call.
        let (lane, slots) = unsafe { (self.lane.as_ref(), self.ring.as_ref()) };
        let has_room = self
            .end
            .push((at, what), slots, &lane.written, &lane.taken.0);
        if !has_room {
            self.dropped += 1;
            lane.dropped.store(self.dropped, Relaxed);
        }
        self.after_gap = !has_room;
    }
}

/// `task` in bits 0–31, core in bits 32–47, phase in bits 48–55, gap in bit 56.
fn pack(task: u32, phase: Phase, core: u16, after_gap: bool) -> u64 {
    u64::from(task) | u64::from(core) << 32 | (phase as u64) << 48 | u64::from(after_gap) << 56
}

fn unpack(at: Nanos, what: u64) -> Transition {
    let task = what as u32;
    Transition {
        at,
        task: (task != NO_TASK).then_some(task),
        phase: Phase::from_number((what >> 48) as u8).unwrap_or(Phase::Lost),
        core: (what >> 32) as u16,
        after_gap: what >> 56 & 1 == 1,
    }
}

/// Takes all new events of a lane, with times relative to `t0`. Only the supervisor may call it.
pub fn take_events(arena: &Arena, worker: u32, t0: Nanos) -> Vec<Transition> {
    let lane = arena.lane(worker);
    let event = |at: Nanos, what| unpack(at.saturating_sub(t0), what);
    ring::take(arena.ring(worker), &lane.written, &lane.taken.0, event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arena(workers: u32) -> Arc<Arena> {
        let arena = Arc::new(Arena::map().unwrap());
        arena.reset(workers, 10);
        arena.header().t0.store(clock::now(), Relaxed);
        arena
    }

    #[test]
    fn an_event_survives_packing() {
        for (task, phase, core, gap) in [
            (0, Phase::Gil, 0, false),
            (999_999, Phase::Ready, u16::MAX, true),
            (NO_TASK, Phase::Idle, 7, false),
        ] {
            let transition = unpack(5, pack(task, phase, core, gap));
            assert_eq!(transition.task, (task != NO_TASK).then_some(task));
            assert_eq!(
                (transition.phase, transition.core, transition.after_gap),
                (phase, core, gap)
            );
        }
    }

    #[test]
    fn the_totals_cover_the_lane_from_t0_to_the_last_event() {
        let arena = arena(1);
        let mut writer = LaneWriter::new(arena.clone(), 0);
        writer.begin(0);
        writer.begin(1);
        writer.enter(Phase::File);
        writer.enter(Phase::Computing);
        let end = writer.rest();
        let lane = arena.lane(0);
        let total: Nanos = lane.phases.iter().map(|phase| phase.load(Relaxed)).sum();
        assert_eq!(total, end - arena.header().t0.load(Relaxed));
        let events = take_events(&arena, 0, 0);
        assert_eq!(
            events.iter().map(|event| event.task).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(1), Some(1), None]
        );
        assert!(take_events(&arena, 0, 0).is_empty());
    }

    #[test]
    fn a_worker_off_its_core_is_ready_for_as_long_as_its_cpu_clock_stood_still() {
        let arena = arena(1);
        let mut writer = LaneWriter::new(arena.clone(), 0);
        // A sleeping thread is off its core. Only the clocks show for how long exactly.
        let (wall, cpu) = (clock::now(), clock::thread_cpu());
        writer.begin(0);
        std::thread::sleep(std::time::Duration::from_millis(5));
        writer.tick();
        let off = (clock::now() - wall) - (clock::thread_cpu() - cpu);
        writer.rest();
        let ready = arena.lane(0).phases[Phase::Ready as usize].load(Relaxed);
        assert!(
            ready >= 4_000_000 && ready <= off + 1_000_000,
            "ready {ready} ns of {off} ns off the core"
        );
        let phases: Vec<Phase> = take_events(&arena, 0, 0)
            .iter()
            .map(|event| event.phase)
            .collect();
        assert_eq!(
            phases,
            [
                Phase::Computing,
                Phase::Ready,
                Phase::Computing,
                Phase::Idle
            ]
        );
    }

    #[test]
    fn a_full_lane_drops_events_but_keeps_exact_totals_and_marks_the_gap() {
        let arena = arena(1);
        let slots = arena.ring_slots() as u64;
        let mut writer = LaneWriter::new(arena.clone(), 0);
        for task in 0..slots + 5 {
            writer.begin(task as u32);
        }
        // A change of core or a wait for one adds events to these five.
        assert!(arena.lane(0).dropped.load(Relaxed) >= 5);
        assert_eq!(take_events(&arena, 0, 0).len() as u64, slots);
        let end = writer.rest();
        let last = take_events(&arena, 0, 0);
        assert!(last[0].after_gap && !last[1..].iter().any(|event| event.after_gap));
        let total: Nanos = arena
            .lane(0)
            .phases
            .iter()
            .map(|phase| phase.load(Relaxed))
            .sum();
        assert_eq!(total, end - arena.header().t0.load(Relaxed));
    }

    #[test]
    fn a_worker_that_is_sent_to_another_core_has_migrated_once_it_has_begun() {
        use nix::{
            sched::{CpuSet, sched_getaffinity, sched_setaffinity},
            unistd::Pid,
        };
        let myself = Pid::from_raw(0);
        let usable = sched_getaffinity(myself).unwrap();
        let cores: Vec<usize> = (0..CpuSet::count())
            .filter(|core| usable.is_set(*core).unwrap())
            .collect();
        let go_to = |core: usize| {
            let mut only = CpuSet::new();
            only.set(core).unwrap();
            sched_setaffinity(myself, &only).unwrap();
        };
        let (first, last) = (cores[0], cores[cores.len() - 1]);
        let arena = arena(1);
        go_to(first);
        let mut writer = LaneWriter::new(arena.clone(), 0);
        // A change of core before the first task is not a migration of work.
        go_to(last);
        writer.begin(0);
        go_to(first);
        writer.tick();
        writer.tick();
        go_to(last);
        writer.enter(Phase::File);
        writer.rest();
        let moves = if first == last { 0 } else { 2 };
        assert_eq!(arena.lane(0).migrations.load(Relaxed), moves);
        let events = take_events(&arena, 0, 0);
        let seen = events
            .windows(2)
            .filter(|pair| pair[0].core != pair[1].core)
            .count();
        assert_eq!(seen as u64, moves);
    }

    #[test]
    fn cpu_time_is_booked_on_cores_as_much_as_on_the_worker() {
        let arena = arena(1);
        let mut writer = LaneWriter::new(arena.clone(), 0);
        writer.begin(0);
        while clock::thread_cpu() < writer.cpu + 3_000_000 {
            std::hint::spin_loop();
        }
        writer.rest();
        let by_core: Nanos = (0..1024).map(|core| arena.core(core).load(Relaxed)).sum();
        assert_eq!(by_core, arena.lane(0).cpu.load(Relaxed));
    }
}
