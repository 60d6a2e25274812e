//! The addresses that tasks fetch.

use std::ops::RangeInclusive;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

/// The timeout of a fetch, in seconds: the article's `timeout=20`.
pub const FETCH_TIMEOUT_S: f64 = 20.0;

/// The addresses of a plan. Task `t` fetches address `t mod count`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Addresses {
    /// Pages `/page/0` … of the embedded server on the loopback interface, by the latency of each in milliseconds.
    Loopback(Vec<u32>),
    /// Real addresses, `http` or `https`.
    Urls(Vec<String>),
}

impl Addresses {
    /// The number of addresses, at least one.
    pub fn count(&self) -> usize {
        match self {
            Addresses::Loopback(latencies_ms) => latencies_ms.len(),
            Addresses::Urls(urls) => urls.len(),
        }
    }
}

/// Draws one latency per address, evenly distributed over the range. The same seed gives the same latencies on every
/// machine. With more addresses, the first latencies stay the same.
pub fn draw(range: RangeInclusive<u32>, addresses: u32, seed: u64) -> Vec<u32> {
    let mut random = Pcg64::seed_from_u64(seed);
    let latency = |_| random.random_range(range.clone());
    (0..addresses).map(latency).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_follow_the_seed_stay_in_range_and_extend_without_change() {
        let sixteen = draw(100..=400, 16, 7);
        assert_eq!(sixteen, draw(100..=400, 16, 7));
        assert_ne!(sixteen, draw(100..=400, 16, 8));
        assert_eq!(sixteen[..], draw(100..=400, 40, 7)[..16]);
        let many = draw(100..=400, 1000, 1);
        assert!(many.iter().all(|ms| (100..=400).contains(ms)));
    }

    #[test]
    fn a_range_of_one_value_always_gives_it() {
        assert_eq!(draw(5..=5, 3, 99), vec![5, 5, 5]);
    }
}
