//! What is seen of a thread from outside.

use crate::domain::{phase::Phase, time::Nanos};

/// Where a thread is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// On a core.
    OnCore,
    /// Off its core, although it could run.
    Preempted,
    /// Off its core, because it waits for something.
    Blocked,
    /// Not known, because records were lost.
    Unknown,
}

/// From `at` on, a thread is in this place. Moments are those of the worker's transitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The moment.
    pub at: Nanos,
    /// The place from then on.
    pub place: Whereabouts,
    /// The core that the thread got or lost.
    pub core: u16,
}

/// A sample of a thread off its core, which was taken between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// Just before the sample.
    pub since: Nanos,
    /// Just after the sample.
    pub at: Nanos,
    /// What it showed.
    pub seen: Showed,
}

/// What a sample of a thread shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showed {
    /// The thread could run.
    CanRun,
    /// The thread waits; `None` if it cannot be told what for.
    Waits(Option<Phase>),
}

/// The kernel's account of how long a thread has waited for a core in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoreWait {
    /// When it was read.
    pub at: Nanos,
    /// The sum of all waits that had ended by then.
    pub total: Nanos,
}

/// What was seen of a thread from outside since the last time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sightings {
    /// Its switches, in order.
    pub switches: Vec<Switch>,
    /// Samples of it, in order.
    pub looks: Vec<Glimpse>,
    /// Accounts of its waits for a core, in order.
    pub core_waits: Vec<CoreWait>,
    /// All switches before this moment are known.
    pub complete_until: Nanos,
    /// The number of records that were lost.
    pub lost: u64,
}
