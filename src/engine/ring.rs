//! A ring of events with one writer and one reader, without locks. If the reader is late, the writer drops events
//! instead of waiting.

use super::sync::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

/// One event in a ring.
#[repr(C)]
pub struct EventSlot {
    /// The time of the event, in nanoseconds of the monotonic clock.
    pub at: AtomicU64,
    /// Task, core, phase and flags, in the layout that [`recorder`](super::recorder) describes.
    pub what: AtomicU64,
}

/// How far the writer of a ring is.
#[derive(Debug, Default)]
pub struct RingWriter {
    written: u64,
    /// The reader's count when it was last read. It is read again only if the ring seems full, because frequent reads
    /// would move its cache line between cores.
    taken: u64,
}

impl RingWriter {
    /// Appends an event, and publishes it in `written`. Returns whether there was room. The number of slots is a power
    /// of two.
    #[inline]
    pub fn push(
        &mut self,
        (at, what): (u64, u64),
        slots: &[EventSlot],
        written: &AtomicU64,
        taken: &AtomicU64,
    ) -> bool {
        let room = slots.len() as u64;
        if self.written - self.taken >= room {
            // Acquire: the reader has read the slots that are reused.
            self.taken = taken.load(Acquire);
            if self.written - self.taken >= room {
                return false;
            }
        }
        let slot = &slots[self.written as usize & (slots.len() - 1)];
        slot.at.store(at, Relaxed);
        slot.what.store(what, Relaxed);
        self.written += 1;
        // Release: a reader that sees the count sees the slot.
        written.store(self.written, Release);
        true
    }
}

/// Takes all events that were not taken before, as time and contents. Only one thread at a time may call it.
pub fn take<T>(
    slots: &[EventSlot],
    written: &AtomicU64,
    taken: &AtomicU64,
    event: impl Fn(u64, u64) -> T,
) -> Vec<T> {
    let from = taken.load(Relaxed);
    // Acquire: pairs with the writer's Release, so that the slots below are complete.
    let to = written.load(Acquire);
    let event = |i: u64| {
        let slot = &slots[i as usize & (slots.len() - 1)];
        event(slot.at.load(Relaxed), slot.what.load(Relaxed))
    };
    let events = (from..to).map(event).collect();
    // Release: the slots have been read before the writer may reuse them.
    taken.store(to, Release);
    events
}
