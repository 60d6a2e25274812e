//! Where the pages come from that tasks fetch.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

/// How long a fetch may take, in seconds: the article's `timeout=20`.
pub const FETCH_TIMEOUT_S: f64 = 20.0;

/// Where pages come from. Task `t` fetches address `t mod count`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Addresses {
    /// Pages `/page/0` … of the embedded server on the loopback interface.
    Loopback {
        /// How long each address takes to answer, in milliseconds, by address.
        latencies_ms: Vec<u32>,
        /// The range they were drawn from.
        latency: LatencyRange,
        /// Bytes in a page's body.
        page_bytes: u32,
    },
    /// Real addresses, `http` or `https`.
    Urls(Vec<String>),
}

impl Addresses {
    /// How many there are; at least one.
    pub fn count(&self) -> usize {
        match self {
            Addresses::Loopback { latencies_ms, .. } => latencies_ms.len(),
            Addresses::Urls(urls) => urls.len(),
        }
    }
}

/// The bounds of a server's latency, in milliseconds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LatencyRange {
    /// The shortest.
    pub min_ms: u32,
    /// The longest.
    pub max_ms: u32,
}

impl LatencyRange {
    /// One latency per address, evenly distributed over the range. The same seed gives the same latencies on every
    /// machine, and the first addresses do not change when more are asked for.
    pub fn draw(self, addresses: u32, seed: u64) -> Vec<u32> {
        let mut random = Pcg64::seed_from_u64(seed);
        let latency = |_| random.random_range(self.min_ms..=self.max_ms);
        (0..addresses).map(latency).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_follow_the_seed_stay_in_range_and_extend_without_change() {
        let range = LatencyRange {
            min_ms: 100,
            max_ms: 400,
        };
        let sixteen = range.draw(16, 7);
        assert_eq!(sixteen, range.draw(16, 7));
        assert_ne!(sixteen, range.draw(16, 8));
        assert_eq!(sixteen[..], range.draw(40, 7)[..16]);
        assert!(
            range
                .draw(1000, 1)
                .iter()
                .all(|ms| (100..=400).contains(ms))
        );
    }

    #[test]
    fn a_range_of_one_value_always_gives_it() {
        let range = LatencyRange {
            min_ms: 5,
            max_ms: 5,
        };
        assert_eq!(range.draw(3, 99), vec![5, 5, 5]);
    }
}
