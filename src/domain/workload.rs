//! What one task does: the two experiments of the article "Python multithreading vs multiprocessing".

use serde::{Deserialize, Serialize};

/// The most iterations of a task: hours on any machine.
pub const MAX_ITERATIONS: u64 = 1_000_000_000_000;

/// How long a fetch may take, in seconds: the article's `timeout=20`.
pub const FETCH_TIMEOUT_S: f64 = 20.0;

/// Which workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkloadKind {
    /// The article's `compute_intensive`.
    Cpu,
    /// The article's `io_intensive`.
    Io,
}

impl WorkloadKind {
    /// All workloads, in the order in which they are offered.
    pub const ALL: [WorkloadKind; 2] = [WorkloadKind::Cpu, WorkloadKind::Io];

    /// The word for it, in JSON, on the command line and on screen.
    pub fn name(self) -> &'static str {
        match self {
            WorkloadKind::Cpu => "cpu",
            WorkloadKind::Io => "io",
        }
    }

    /// One line that says what a task does.
    pub fn description(self) -> &'static str {
        match self {
            WorkloadKind::Cpu => "foo += foo*cos(i*pi), over and over",
            WorkloadKind::Io => "fetch a page, write it many times",
        }
    }

    /// How many tasks a run has unless the user says otherwise.
    pub fn default_tasks(self) -> u64 {
        match self {
            WorkloadKind::Cpu => 8,
            WorkloadKind::Io => 16,
        }
    }

    /// The workload of that name.
    pub fn from_name(name: &str) -> Option<WorkloadKind> {
        WorkloadKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// A workload with all its parameters resolved: two equal values are the same work.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Workload {
    /// `foo = 0; for i in range(iterations): foo += foo * cos(i * pi)` in f64.
    Cpu {
        /// Steps of the loop in one task.
        iterations: u64,
    },
    /// GET a page, then `writes` times: render it as `str(bytes)` does, open a file, write, close.
    Io {
        /// How often a task writes its page.
        writes: u32,
        /// Where the pages come from.
        addresses: Addresses,
        /// Where they are written to.
        files: Files,
    },
}

/// Where the tasks of the `io` workload write their pages to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Files {
    /// Each task has a file of its own, which is removed when the task ends.
    #[default]
    OneEach,
    /// All tasks write the same file, as the article's code does; it is removed after the run.
    OneShared,
}

impl Workload {
    /// Its name, and that its tasks share a file where they do.
    pub fn label(&self) -> &'static str {
        match self {
            Workload::Io {
                files: Files::OneShared,
                ..
            } => "io, one file",
            other => other.kind().name(),
        }
    }

    /// Which workload it is.
    pub fn kind(&self) -> WorkloadKind {
        match self {
            Workload::Cpu { .. } => WorkloadKind::Cpu,
            Workload::Io { .. } => WorkloadKind::Io,
        }
    }
}

/// Where the pages of the `io` workload come from. Task `t` fetches address `t mod count`.
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
    /// machine and in every version, and the first addresses do not change when more are asked for.
    pub fn draw(self, addresses: u32, seed: u64) -> Vec<u32> {
        let span = u64::from(self.max_ms - self.min_ms) + 1;
        let mut state = seed;
        (0..addresses)
            .map(|_| {
                let offset = split_mix_64(&mut state) % span;
                self.min_ms
                    + u32::try_from(offset).expect("an offset below a 32-bit span fits 32 bits")
            })
            .collect()
    }
}

/// SplitMix64 (Steele, Lea, Flood: *Fast splittable pseudorandom number generators*, OOPSLA 2014). Our own, because a
/// seed in a shared record must mean the same in every version, which no generator library promises by default.
pub(super) fn split_mix_64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_mix_64_gives_the_published_sequence() {
        let mut state = 1_234_567;
        assert_eq!(split_mix_64(&mut state), 6_457_827_717_110_365_317);
        assert_eq!(split_mix_64(&mut state), 3_203_168_211_198_807_973);
    }

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
