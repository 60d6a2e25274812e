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

/// The kernel's account of a thread's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// When it was read.
    pub at: Nanos,
    /// How long the thread has been on a core, up to the kernel's last tick.
    pub on_core: Nanos,
    /// The sum of all waits for a core that had ended by then.
    pub ready: Nanos,
    /// How often it got a core.
    pub turns: u64,
}

/// What is known of the time between two samples of a thread whose switches are not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The moment of the first sample.
    pub from: Nanos,
    /// The moment of the second sample.
    pub to: Nanos,
    /// How long the thread was on a core.
    pub on_core: Nanos,
    /// How long it waited for a core.
    pub ready: Nanos,
    /// What both samples showed.
    pub showed: [Showed; 2],
}

/// What was seen of a thread from outside since the last time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sightings {
    /// Its switches, in order.
    pub switches: Vec<Switch>,
    /// Samples of it, in order.
    pub looks: Vec<Glimpse>,
    /// Accounts of its life, in order.
    pub accounts: Vec<Account>,
    /// The times between samples, in order, if its switches are not recorded.
    pub spans: Vec<Span>,
    /// All switches before this moment are known.
    pub complete_until: Nanos,
    /// The number of records that were lost.
    pub lost: u64,
}
