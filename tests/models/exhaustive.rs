//! The ring and the gate under every interleaving and every order of memory.

#[path = "../../src/engine/gate.rs"]
mod gate;
#[path = "../../src/engine/ring.rs"]
mod ring;

/// What `engine::sync` has, from loom.
mod sync {
    pub use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering};
}

use loom::{
    sync::{
        Arc, Mutex,
        atomic::{
            AtomicU32, AtomicU64,
            Ordering::{Acquire, Relaxed},
        },
    },
    thread,
};

/// A lane: a ring of two slots with its counts.
struct Lane {
    slots: [ring::EventSlot; 2],
    written: AtomicU64,
    taken: AtomicU64,
    dropped: AtomicU64,
}

impl Lane {
    fn new() -> Lane {
        let slot = || ring::EventSlot {
            at: AtomicU64::new(0),
            what: AtomicU64::new(0),
        };
        Lane {
            slots: [slot(), slot()],
            written: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// Writes events 1 to `last`, and counts those for which there is no room.
    fn write(&self, last: u64) {
        let mut end = ring::RingWriter::default();
        for event in 1..=last {
            let event = (event, 10 * event);
            if !end.push(event, &self.slots, &self.written, &self.taken) {
                let dropped = self.dropped.load(Relaxed);
                self.dropped.store(dropped + 1, Relaxed);
            }
        }
    }

    fn take(&self) -> Vec<(u64, u64)> {
        ring::take(&self.slots, &self.written, &self.taken, |at, what| {
            (at, what)
        })
    }
}

#[test]
fn a_reader_sees_every_event_once_whole_and_in_order_or_the_writer_counts_it_as_dropped() {
    const EVENTS: u64 = 4;
    loom::model(|| {
        let lane = Arc::new(Lane::new());
        let writer = {
            let lane = lane.clone();
            thread::spawn(move || lane.write(EVENTS))
        };
        let mut seen = lane.take();
        seen.extend(lane.take());
        writer.join().expect("the writer does not panic");
        seen.extend(lane.take());
        assert!(seen.iter().all(|(at, what)| *what == 10 * at), "{seen:?}");
        assert!(seen.is_sorted_by(|one, next| one.0 < next.0), "{seen:?}");
        let dropped = lane.dropped.load(Relaxed);
        assert_eq!(seen.len() as u64 + dropped, EVENTS, "{seen:?}");
    });
}

#[test]
fn the_last_worker_to_arrive_rings_once_and_the_supervisor_then_sees_all_of_them() {
    const WORKERS: u32 = 2;
    const WORKING: u32 = 1;
    loom::model(|| {
        let states: Arc<[AtomicU32; WORKERS as usize]> =
            Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let arrived = Arc::new(AtomicU32::new(0));
        // The bell is a pipe in the engine, whose reader sees what the writer has seen.
        let rung = Arc::new(Mutex::new(0));
        let workers: Vec<_> = (0..WORKERS as usize)
            .map(|worker| {
                let (states, arrived, rung) = (states.clone(), arrived.clone(), rung.clone());
                thread::spawn(move || {
                    if gate::arrive(&states[worker], WORKING, &arrived, WORKERS) {
                        *rung.lock().expect("nobody panics") += 1;
                    }
                })
            })
            .collect();
        let has_rung = *rung.lock().expect("nobody panics");
        if has_rung > 0 {
            let is_here = |state: &AtomicU32| state.load(Acquire) == WORKING;
            assert!(states.iter().all(is_here), "it rang before all were there");
        }
        for worker in workers {
            worker.join().expect("a worker does not panic");
        }
        assert_eq!(*rung.lock().expect("nobody panics"), 1);
    });
}
