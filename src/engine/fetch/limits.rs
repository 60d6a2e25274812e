//! How far a fetch may go. Told once: Python's models get the same numbers with their order.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::addresses::FETCH_TIMEOUT_S;

/// What one whole fetch may take at most, over all its redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Lookup, connecting, TLS, redirects, and the body to its last byte.
    pub timeout: Duration,
    /// How many redirects are followed.
    pub redirects: u32,
    /// The largest head of an answer, in bytes.
    pub head_bytes: usize,
    /// The largest page, in bytes.
    pub body_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs_f64(FETCH_TIMEOUT_S),
            redirects: 5,
            head_bytes: 64 << 10,
            body_bytes: 64 << 20,
        }
    }
}
