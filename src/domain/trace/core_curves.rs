//! How much of each core the run's workers used over time.

use std::mem::take;

use serde::{Deserialize, Serialize};

use crate::domain::time::Nanos;

/// The maximum number of points. With more, every second one is dropped, which only costs detail, because they are
/// running totals.
const MOST: usize = 512;
/// The minimum distance between two points. CPU time is booked about every millisecond, so closer points would show
/// chance.
const APART: Nanos = 25_000_000;

/// The CPU time of the run's workers by core: at each moment, the core's number and the nanoseconds since `t0`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CoreCurves {
    pub(super) apart_ns: Nanos,
    pub(super) at_ns: Vec<Nanos>,
    pub(super) workers_ns: Vec<Vec<(u16, Nanos)>>,
}

impl Default for CoreCurves {
    fn default() -> CoreCurves {
        CoreCurves {
            apart_ns: APART,
            at_ns: vec![],
            workers_ns: vec![],
        }
    }
}

impl CoreCurves {
    /// Adds a reading at `at`, unless the previous point is too close.
    pub(super) fn push(&mut self, at: Nanos, cores: &[(u16, Nanos)]) {
        if at >= self.last().saturating_add(self.apart_ns) {
            self.conclude(at, cores);
        }
        if self.at_ns.len() > MOST {
            self.apart_ns = self.apart_ns.saturating_mul(2);
            let (at, workers) = (take(&mut self.at_ns), take(&mut self.workers_ns));
            (self.at_ns, self.workers_ns) =
                at.into_iter().zip(workers).skip(1).step_by(2).collect();
        }
    }

    /// Adds the last point, even if the previous point is close.
    pub(super) fn conclude(&mut self, at: Nanos, cores: &[(u16, Nanos)]) {
        if at > self.last() {
            self.at_ns.push(at);
            self.workers_ns.push(cores.to_vec());
        }
    }

    fn last(&self) -> Nanos {
        self.at_ns.last().copied().unwrap_or(0)
    }

    /// The workers' share of `core` between two moments, from 0 to 1; `None` if there was no reading yet.
    pub fn share(&self, core: u16, from: Nanos, to: Nanos) -> Option<f64> {
        let to = to.min(self.last());
        let used = self.used_until(core, to) - self.used_until(core, from);
        (from < to).then(|| (used / (to - from) as f64).clamp(0.0, 1.0))
    }

    /// The time that the workers used of `core` since `t0`, in nanoseconds. Between two points it is interpolated.
    pub(super) fn used_until(&self, core: u16, t: Nanos) -> f64 {
        let used = |point: usize| {
            let mut cores = self.workers_ns[point].iter();
            let found = cores.find(|(number, _)| *number == core);
            (self.at_ns[point], found.map_or(0, |(_, time)| *time) as f64)
        };
        let next = self.at_ns.partition_point(|at| *at < t);
        let (from, before) = next.checked_sub(1).map_or((0, 0.0), used);
        if next == self.at_ns.len() {
            return before;
        }
        let (to, after) = used(next);
        before + (after - before) * (t - from) as f64 / (to - from).max(1) as f64
    }

    /// How much memory the curves take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let cores: usize = self.workers_ns.iter().map(Vec::capacity).sum();
        cores * size_of::<(u16, Nanos)>() + self.at_ns.capacity() * size_of::<(Nanos, Vec<u8>)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Nanos = 1_000_000;

    fn used(core: u16, workers: Nanos) -> Vec<(u16, Nanos)> {
        vec![(core, workers)]
    }

    fn close(a: Option<f64>, b: f64) -> bool {
        a.is_some_and(|a| (a - b).abs() < 1e-6)
    }

    #[test]
    fn a_share_is_what_was_gained_over_the_time_between_and_the_future_is_not_known() {
        let mut curves = CoreCurves::default();
        curves.push(100 * MS, &used(3, 50 * MS));
        curves.push(200 * MS, &used(3, 150 * MS));
        assert!(close(curves.share(3, 0, 100 * MS), 0.5));
        assert!(close(curves.share(3, 100 * MS, 200 * MS), 1.0));
        assert!(
            close(curves.share(3, 50 * MS, 150 * MS), 0.75),
            "as if it had grown evenly"
        );
        assert!(close(curves.share(0, 0, 200 * MS), 0.0), "nobody was there");
        assert!(
            close(curves.share(3, 150 * MS, 900 * MS), 1.0),
            "up to the last point"
        );
        assert_eq!(curves.share(3, 200 * MS, 300 * MS), None);
        assert_eq!(CoreCurves::default().share(0, 0, 100), None);
    }

    #[test]
    fn a_long_run_keeps_its_sums_and_not_more_points_than_allowed() {
        let mut curves = CoreCurves::default();
        for i in 1..100_000 {
            curves.push(i * 33 * MS, &used(0, i * 11 * MS));
            assert!(curves.at_ns.len() <= MOST);
        }
        assert!(close(curves.share(0, 0, 3_000_000 * MS), 1.0 / 3.0));
    }

    #[test]
    fn the_end_of_a_run_is_a_point_even_right_behind_another() {
        let mut curves = CoreCurves::default();
        curves.push(30 * MS, &used(0, 0));
        curves.push(31 * MS, &used(0, MS));
        assert_eq!(curves.share(0, 30 * MS, 31 * MS), None, "too near");
        curves.conclude(31 * MS, &used(0, MS));
        assert!(close(curves.share(0, 30 * MS, 31 * MS), 1.0));
    }
}
