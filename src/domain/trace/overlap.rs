//! How long at least two workers computed at the same time.

use super::{Phase, Transition};
use crate::domain::time::Nanos;

/// With more ends of computing than this, those that no later event can precede are summed up, to save memory.
const ENDS_MAX: usize = 1 << 19;

/// Sums up the time in which at least two workers computed, from the transitions of all lanes. It is exact if no event
/// was dropped. O(events · log events) for the whole run, because the lanes are only ordered each for itself.
#[derive(Debug)]
pub struct ComputingOverlap {
    /// Whether each worker computes since its last transition.
    is_computing: Vec<bool>,
    /// When a worker started to compute (1) or stopped (-1), as far as it is not summed up yet.
    ends: Vec<(Nanos, i32)>,
    ends_max: usize,
    /// Everything before this moment is summed up. At this moment, so many workers computed.
    summed_until: Nanos,
    computing: i32,
    overlap: Nanos,
}

impl ComputingOverlap {
    /// No worker of this many computes.
    pub fn new(workers: u32) -> ComputingOverlap {
        ComputingOverlap {
            is_computing: vec![false; workers as usize],
            ends: vec![],
            ends_max: ENDS_MAX,
            summed_until: 0,
            computing: 0,
            overlap: 0,
        }
    }

    /// Adds the next transitions of this worker.
    pub fn add(&mut self, worker: usize, transitions: &[Transition]) {
        for transition in transitions {
            let starts = transition.phase == Phase::Computing;
            if std::mem::replace(&mut self.is_computing[worker], starts) != starts {
                let at = transition.at.max(self.summed_until);
                self.ends.push((at, if starts { 1 } else { -1 }));
            }
        }
    }

    /// Saves memory if it takes much. `complete_until` is a moment that no transition precedes that is added later.
    pub fn save_memory(&mut self, complete_until: Nanos) {
        if self.ends.len() > self.ends_max {
            self.sum_until(complete_until.max(self.summed_until));
            // Ordering the rest again and again would take longer than O(events · log events).
            self.ends_max = ENDS_MAX.max(2 * self.ends.len());
        }
    }

    /// The sum until `wall`, the end of the run.
    pub fn conclude(&mut self, wall: Nanos) -> Nanos {
        self.sum_until(wall.max(self.summed_until));
        self.overlap
    }

    fn sum_until(&mut self, moment: Nanos) {
        // The ends of each lane are in order, which a stable sort makes use of.
        self.ends.sort_by_key(|(at, _)| *at);
        let known = self.ends.partition_point(|(at, _)| *at <= moment);
        for (at, change) in self.ends.drain(..known).chain([(moment, 0)]) {
            if self.computing >= 2 {
                self.overlap += at - self.summed_until;
            }
            self.summed_until = at;
            self.computing += change;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn transition(at: Nanos, phase: Phase) -> Transition {
        Transition {
            at,
            task: None,
            phase,
            core: 0,
            after_gap: false,
        }
    }

    #[test]
    fn a_lock_that_is_passed_on_makes_no_overlap() {
        let mut overlap = ComputingOverlap::new(2);
        let turn = |from, to| {
            [
                transition(from, Phase::Computing),
                transition(to, Phase::Gil),
            ]
        };
        overlap.add(1, &turn(10, 20));
        overlap.add(0, &[turn(0, 10), turn(20, 30)].concat());
        assert_eq!(overlap.conclude(40), 0);
    }

    #[test]
    fn a_worker_that_still_computes_at_the_end_did_so_until_then() {
        let mut overlap = ComputingOverlap::new(3);
        for (worker, from) in [(0, 5), (1, 10), (2, 25)] {
            overlap.add(worker, &[transition(from, Phase::Computing)]);
        }
        assert_eq!(overlap.conclude(30), 20);
    }

    proptest! {
        /// However the events arrive in batches, and wherever memory is saved, each nanosecond counts once.
        #[test]
        fn the_sum_is_that_of_a_walk_over_every_nanosecond(
            lanes in prop::collection::vec(prop::collection::vec((0_u64..9, any::<bool>()), 0..20), 1..5),
            batches in prop::collection::vec(0_u64..200, 0..4),
        ) {
            let wall = 200;
            let lanes: Vec<Vec<Transition>> = lanes.iter().map(|steps| {
                let mut at = 0;
                steps.iter().map(|(step, computes)| {
                    at += step;
                    transition(at, if *computes { Phase::Computing } else { Phase::Ready })
                }).collect()
            }).collect();
            let computes = |lane: &Vec<Transition>, at: Nanos| {
                let last = lane.iter().take_while(|transition| transition.at <= at).last();
                last.is_some_and(|last| last.phase == Phase::Computing)
            };
            let expected = (0..wall).filter(|at| lanes.iter().filter(|lane| computes(lane, *at)).count() >= 2).count();
            let mut overlap = ComputingOverlap::new(lanes.len() as u32);
            let mut moments = batches;
            moments.extend([0, wall]);
            moments.sort_unstable();
            for window in moments.windows(2) {
                for (worker, lane) in lanes.iter().enumerate() {
                    let is_new = |transition: &&Transition| (window[0]..window[1]).contains(&transition.at);
                    let new: Vec<Transition> = lane.iter().filter(is_new).copied().collect();
                    overlap.add(worker, &new);
                }
                overlap.ends_max = 0;
                overlap.save_memory(window[1]);
            }
            prop_assert_eq!(overlap.conclude(wall), expected as Nanos);
        }
    }
}
