//! How long workers were in each phase.

use std::{
    fmt,
    ops::{Index, IndexMut},
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};

use super::{
    foreign::{BorrowedKey, MeasuredNumber},
    time::{Nanos, nanos, seconds},
};
pub use crate::catalog::phase::Phase;

/// Nanoseconds spent in each phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseTimes([Nanos; Phase::COUNT]);

impl PhaseTimes {
    /// The sum over all phases, in nanoseconds.
    pub fn total(&self) -> Nanos {
        self.0.iter().sum()
    }

    /// Adds the times of `other`.
    pub fn add(&mut self, other: &PhaseTimes) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// A share of these times, from 0 to 1, rounded down.
    pub fn scaled(&self, share: f64) -> PhaseTimes {
        PhaseTimes(self.0.map(|time| {
            if share < 1.0 {
                (time as f64 * share) as Nanos
            } else {
                time
            }
        }))
    }

    /// What was added since `earlier`, an earlier state of the same sums.
    pub fn since(&self, earlier: &PhaseTimes) -> PhaseTimes {
        let mut times = *self;
        for (now, before) in times.0.iter_mut().zip(earlier.0) {
            *now = now.saturating_sub(before);
        }
        times
    }

    /// The longest phase other than `except`, if any other phase took time.
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

/// Serialized as an object of seconds by phase name, with one key for each phase that can be measured.
impl Serialize for PhaseTimes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Phase::MEASURED.map(|phase| (phase.name(), seconds(self[phase]))))
    }
}

/// A missing phase took no time. An unknown phase is ignored.
impl<'de> Deserialize<'de> for PhaseTimes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PhaseTimes, D::Error> {
        deserializer.deserialize_map(TimesVisitor)
    }
}

struct TimesVisitor;

impl<'de> Visitor<'de> for TimesVisitor {
    type Value = PhaseTimes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds by phase")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PhaseTimes, A::Error> {
        let mut times = PhaseTimes::default();
        while let Some((BorrowedKey(name), MeasuredNumber(time))) = map.next_entry()? {
            let mut phases = Phase::MEASURED.into_iter();
            if let Some(phase) = phases.find(|phase| phase.name() == name) {
                times[phase] = nanos(time);
            }
        }
        Ok(times)
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
