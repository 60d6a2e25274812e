//! The protocols between workers, under schedulers that try out interleavings. The files of the engine are compiled here a
//! second time, with other types for atomics and locks: `ring` and `gate` with those of loom, which tries out all
//! interleavings and all values that a weak memory allows, and `gil` with those of shuttle, which tries out many and knows
//! when all threads wait for each other.
//!
//! Loom finds the ring's Release of `written` missing, and shuttle a notification of the lock. Loom does not let a load
//! see a store that comes after it, so it cannot tell whether the Release of `taken` is needed.

#[path = "models/exhaustive.rs"]
mod exhaustive;
#[path = "models/random.rs"]
mod random;
