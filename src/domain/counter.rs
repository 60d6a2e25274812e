//! What a `counter` run leaves: the number to which its workers added, and how long it took to hand over a block.
//!
//! To add one, a worker reads the number, adds, and writes the result back. If two workers do so at the same time
//! without a lock, both write the same result, and one addition is lost. Workers that do not share their memory never
//! disturb each other, but each adds to a number of its own.

use serde::{Deserialize, Serialize};

use super::foreign;

/// The size of the largest block that is handed over, in bytes.
pub const BLOCK_MAX: u64 = 16 << 20;
/// The maximum number of workers of which a record keeps the number that they saw.
pub const SEEN_LISTED: usize = 100;

/// The number to which the workers of a run added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CounterTotals {
    /// The sum of all additions, which the number is if none was lost.
    pub expected: u64,
    /// The number after the last addition, as it is found where the workers were created.
    pub found: u64,
    /// The number as each of the first [`SEEN_LISTED`] workers saw it after its last addition; 0 if it made none.
    pub seen: Vec<u64>,
    /// Whether all workers added to the same number, and not each to its own.
    pub is_shared: bool,
    /// Whether each addition was made under a lock.
    pub is_locked: bool,
    /// How long it took to hand over a block, for each way that was possible; empty if none was asked for.
    #[serde(default)]
    pub handovers: Vec<HandOver>,
}

impl CounterTotals {
    /// How long this way of handing over a block took, in seconds.
    pub fn handed_over(&self, way: HandOverWay) -> Option<f64> {
        let mut ways = self.handovers.iter();
        ways.find(|over| over.way == way).map(|over| over.median_s)
    }

    /// The additions that are missing in the number.
    pub fn lost(&self) -> u64 {
        self.expected.saturating_sub(self.found)
    }
}

/// How long it took until a worker had a block that the starting side made.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandOver {
    /// How the block was handed over.
    pub way: HandOverWay,
    /// The median time over the workers, from asking for the block until the worker had read from each of its pages.
    #[serde(deserialize_with = "foreign::measured")]
    pub median_s: f64,
}

/// How a block reaches a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandOverWay {
    /// The worker reads the same memory.
    Shared,
    /// The worker was forked after the block was made, and reads pages that no side has changed.
    CopyOnWrite,
    /// The bytes are copied through a socket.
    Socket,
    /// Python pickles the block, sends it through a socket, and unpickles it.
    Pickled,
}

impl HandOverWay {
    /// All ways, in the order of their numbers, which is also that of sentences.
    pub const ALL: [HandOverWay; 4] = [
        HandOverWay::Shared,
        HandOverWay::CopyOnWrite,
        HandOverWay::Socket,
        HandOverWay::Pickled,
    ];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            HandOverWay::Shared => "shared",
            HandOverWay::CopyOnWrite => "copy-on-write",
            HandOverWay::Socket => "socket",
            HandOverWay::Pickled => "pickled",
        }
    }
}
