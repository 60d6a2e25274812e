//! What a worker's code is doing.

use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

use super::time::Nanos;

/// What a worker's code is doing at a moment; a lane is in exactly one phase at any time of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Phase {
    /// From `t0` until its first task: being created, waiting at the gate.
    Starting = 0,
    /// The task's own code, on a core.
    Computing = 1,
    /// The task's own code, but the thread's CPU clock stood still: no core was free for it.
    Ready = 2,
    /// Waits for the interpreter lock.
    Gil = 3,
    /// Connects, sends, waits for the server, receives.
    Network = 4,
    /// Opens, writes, closes a file.
    File = 5,
    /// No task for it any more (or, under rayon, not now).
    Idle = 6,
    /// Not a phase of a worker: events were dropped here, so the picture cannot say. Totals are not affected.
    Lost = 7,
}

/// How the time within a call of the operating system is measured.
const CALL: &str = "from the call to its return; waiting for a core meanwhile is in it, too";

impl Phase {
    /// How many there are, with [`Phase::Lost`].
    pub const COUNT: usize = 8;

    /// Everything a worker can be doing, in the order in which legends and tables show it.
    pub const MEASURED: [Phase; 7] = [
        Phase::Starting,
        Phase::Computing,
        Phase::Ready,
        Phase::Gil,
        Phase::Network,
        Phase::File,
        Phase::Idle,
    ];

    /// The word for it, in JSON and on screen.
    pub fn name(self) -> &'static str {
        self.described().0
    }

    /// The column with its seconds where a run is a row of data.
    pub fn column(self) -> &'static str {
        self.described().1
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        self.described().2
    }

    /// How its time is measured; empty where the meaning says it.
    pub fn how(self) -> &'static str {
        self.described().3
    }

    fn described(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Phase::Starting => (
                "starting",
                "starting_s",
                "is being created, waits for the others",
                "from just before the first worker was created to the worker's first task",
            ),
            Phase::Computing => (
                "computing",
                "computing_s",
                "a core works on the task",
                "measured by the CPU clock of the thread, read at each change and about every millisecond",
            ),
            Phase::Ready => (
                "ready",
                "ready_s",
                "could compute, but no core is free",
                "by how much the CPU clock fell behind the monotonic one. Where within that millisecond is not known: it is \
                 drawn at the end. Under 0.05 ms is kept for the next look",
            ),
            Phase::Gil => (
                "gil",
                "gil_s",
                "waits for the interpreter lock",
                "the emulated lock: from asking for it until it was got. CPython's own lock does not tell: there it is an \
                 estimate, what is left of a computing task's time after its CPU time and the kernel's account of waiting \
                 for a core. Whatever else kept the thread is in it, too",
            ),
            Phase::Network => ("network", "network_s", "waits for the server", CALL),
            Phase::File => ("file", "file_s", "opens, writes or closes a file", CALL),
            Phase::Idle => (
                "idle",
                "idle_s",
                "has no task any more (under rayon: not now)",
                "",
            ),
            Phase::Lost => (
                "not recorded",
                "",
                "too many events to keep them all; totals are exact",
                "",
            ),
        }
    }

    /// The phase with this number, as it stands in an event.
    pub fn from_number(number: u8) -> Option<Phase> {
        Phase::MEASURED
            .into_iter()
            .chain([Phase::Lost])
            .find(|phase| *phase as u8 == number)
    }
}

/// Nanoseconds spent in each phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseTimes([Nanos; Phase::COUNT]);

impl PhaseTimes {
    /// Nanoseconds over all phases.
    pub fn total(&self) -> Nanos {
        self.0.iter().sum()
    }

    /// Adds another's times to these.
    pub fn add(&mut self, other: &PhaseTimes) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// A share of these times, in 0..=1, rounded down.
    pub fn scaled(&self, share: f64) -> PhaseTimes {
        PhaseTimes(self.0.map(|time| {
            if share < 1.0 {
                (time as f64 * share) as Nanos
            } else {
                time
            }
        }))
    }

    /// What was added since `earlier`, a former state of the same sums.
    pub fn since(&self, earlier: &PhaseTimes) -> PhaseTimes {
        let mut times = *self;
        for (now, before) in times.0.iter_mut().zip(earlier.0) {
            *now = now.saturating_sub(before);
        }
        times
    }

    /// The phase other than `except` that took longest, unless nothing else took any time.
    pub fn dominant_except(&self, except: Phase) -> Option<Phase> {
        Phase::MEASURED
            .into_iter()
            .chain([Phase::Lost])
            .filter(|phase| *phase != except && self[*phase] > 0)
            .max_by_key(|phase| self[*phase])
    }
}

impl Index<Phase> for PhaseTimes {
    type Output = Nanos;
    fn index(&self, phase: Phase) -> &Nanos {
        &self.0[phase as usize]
    }
}

impl IndexMut<Phase> for PhaseTimes {
    fn index_mut(&mut self, phase: Phase) -> &mut Nanos {
        &mut self.0[phase as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_a_phase_finds_the_phase_again() {
        for phase in Phase::MEASURED {
            assert_eq!(Phase::from_number(phase as u8), Some(phase));
        }
        assert_eq!(Phase::from_number(200), None);
    }

    #[test]
    fn the_dominant_other_phase_ignores_the_one_left_out_and_empty_ones() {
        let mut times = PhaseTimes::default();
        times[Phase::Computing] = 90;
        assert_eq!(times.dominant_except(Phase::Computing), None);
        times[Phase::Gil] = 7;
        times[Phase::File] = 3;
        assert_eq!(times.dominant_except(Phase::Computing), Some(Phase::Gil));
    }
}
