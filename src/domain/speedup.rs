//! Comparing runs of the same work.

use super::plan::Plan;
use super::record::Record;

/// The latest sound serial record of the same work among `records`, oldest first.
#[must_use]
pub fn baseline_of<'a>(
    work: &Plan,
    records: impl DoubleEndedIterator<Item = &'a Record>,
) -> Option<&'a Record> {
    records.rev().find(|record| record.is_baseline_of(work))
}

/// How many times faster `record` was than `baseline`: the ratio of their wall times.
///
/// `None` unless both did the same work to its end.
#[must_use]
pub fn speedup(record: &Record, baseline: &Record) -> Option<f64> {
    let comparable = record.is_sound()
        && baseline.is_sound()
        && record.plan.same_work(&baseline.plan)
        && record.wall_s > 0.0;
    comparable.then(|| baseline.wall_s / record.wall_s)
}

/// Speed-up per worker: 1 means that no worker was wasted.
#[must_use]
pub fn efficiency(speedup: f64, workers: u32) -> f64 {
    speedup / f64::from(workers)
}

/// Whether the cores cannot explain the speed-up of a `cpu` run. A tenth is left to clock frequency and chance.
#[must_use]
pub fn is_implausible(speedup: f64, cores_usable: u32) -> bool {
    speedup > f64::from(cores_usable) * 1.1
}

#[cfg(test)]
mod tests {
    use super::super::model::Model;
    use super::super::record::{Outcome, sample};
    use super::super::workload::WorkloadKind::{Cpu, Io};
    use super::*;

    fn record(model: Model, workers: u64, wall_s: f64) -> Record {
        sample::record(sample::plan(Cpu, model, workers), wall_s, 1.0)
    }

    #[test]
    fn the_baseline_is_the_latest_sound_serial_record_of_the_same_work() {
        let mut cancelled = record(Model::Serial, 1, 1.0);
        cancelled.outcome = Outcome::Cancelled;
        let mut with_failure = record(Model::Serial, 1, 1.5);
        with_failure.tasks_failed = 1;
        let records = [
            record(Model::Serial, 1, 4.0),
            record(Model::Serial, 1, 3.0),
            record(Model::Threads, 1, 2.0),
            sample::record(sample::plan(Io, Model::Serial, 1), 2.5, 1.0),
            cancelled,
            with_failure,
        ];
        let work = sample::plan(Cpu, Model::Processes, 2);
        assert_eq!(baseline_of(&work, records.iter()).map(|found| found.wall_s), Some(3.0));
        assert!(baseline_of(&work, records[2..].iter()).is_none());
    }

    #[test]
    fn speedup_is_only_between_runs_of_the_same_work() {
        let serial = record(Model::Serial, 1, 3.0);
        assert_eq!(speedup(&record(Model::Processes, 2, 1.5), &serial), Some(2.0));
        let other = sample::record(sample::plan(Io, Model::Threads, 2), 1.0, 1.0);
        assert_eq!(speedup(&other, &serial), None);
        let mut stopped = record(Model::Threads, 2, 0.1);
        stopped.outcome = Outcome::Cancelled;
        assert_eq!(speedup(&stopped, &serial), None);
    }

    #[test]
    fn two_cores_do_not_explain_a_speedup_of_three() {
        assert!(is_implausible(3.0, 2));
        assert!(!is_implausible(2.05, 2));
    }
}
