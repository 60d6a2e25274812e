//! Measures of parallel speed: speed-up over a baseline, efficiency, and Karp and Flatt's serial fraction.

use super::{plan::Plan, record::Record};
use crate::catalog::{caveat::Caveat, model::Model, workload::Workload};

/// The run that others of the same work are measured against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// The run's number on the screen.
    pub number: usize,
    /// The model that executed the tasks.
    pub model: Model,
    /// The number of workers.
    pub workers: u32,
    /// The mean number of cores that it used.
    pub parallelism: f64,
    /// Whether both runs are native, or both used the same Python interpreter. If not, the cost of the tasks themselves
    /// differs, and a speed-up says little about workers.
    pub same_interpreter: bool,
    /// Whether the user chose it. Otherwise it is the latest sound serial run with the same interpreter.
    pub is_chosen: bool,
    /// Whether something else changed the run's time, see [`Record::is_disturbed`].
    pub is_disturbed: bool,
}

impl Baseline {
    /// The end of "1.9× faster than". The default baseline needs no number.
    pub fn name(&self) -> String {
        if self.is_chosen {
            format!("#{} {}", self.number, self.model.name())
        } else if self.model.is_python() {
            "one Python thread".into()
        } else {
            self.model.name().into()
        }
    }
}

/// A speed-up and what it was measured against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// How many times as fast as the baseline; below 1 the run is slower.
    pub factor: f64,
    /// The baseline of the factor.
    pub over: Baseline,
}

impl Gain {
    /// Speed-up per worker; 1 means that each worker did as much as the baseline's only worker. `None` unless the
    /// baseline had one worker and the same interpreter, because only then does the factor say how many workers' worth
    /// of work was done at once.
    pub fn efficiency(&self, workers: u32) -> Option<f64> {
        efficiency(self.factor, workers)
            .filter(|_| self.over.workers == 1 && self.over.same_interpreter)
    }

    /// Whether this number of cores cannot explain the speed-up of a `cpu` run, given that the baseline kept some cores
    /// busy. A tolerance of a tenth allows for clock frequency and chance. Over another language or interpreter any
    /// speed-up is possible.
    pub fn is_implausible(&self, cores: f64) -> bool {
        // A baseline that others kept from its only core does not make a speed-up plausible; this check has to find
        // such baselines.
        self.over.same_interpreter
            && self.factor * self.over.parallelism.max(cores.min(1.0)) > cores * 1.1
    }

    /// The caveat about this speed-up of a plan, if the plan is a `cpu` plan and the usable cores cannot explain the
    /// speed-up.
    pub fn caveat(&self, plan: &Plan, cores: f64) -> Option<Caveat> {
        let is_cpu = plan.workload == Workload::Cpu;
        let over = || (self.over.name(), self.over.parallelism);
        (is_cpu && self.is_implausible(cores)).then(|| {
            let over = self.over.is_chosen.then(over);
            Caveat::noisy_machine(self.factor, over, cores)
        })
    }
}

/// How many times as fast as `baseline` the record was: the ratio of their wall times.
///
/// `None` unless both did the same work completely.
pub fn speedup(record: &Record, baseline: &Record) -> Option<f64> {
    let comparable = record.is_sound()
        && baseline.is_sound()
        && record.plan.same_work(&baseline.plan)
        && record.times.wall_s > 0.0;
    comparable.then(|| baseline.times.wall_s / record.times.wall_s)
}

/// Speed-up per worker. It is 1 if each worker did as much as the baseline's only worker. `None` without workers.
pub fn efficiency(speedup: f64, workers: u32) -> Option<f64> {
    (workers > 0).then(|| speedup / f64::from(workers))
}

/// The serial fraction of the work, derived from a speed-up over one worker: e = (1/S − 1/p) / (1 − 1/p) (Karp and
/// Flatt: *Measuring parallel processor performance*, Communications of the ACM 33, 1990).
///
/// If it stays constant while workers are added, a serial part limits the speed-up. If it grows, the limit is something
/// that grows with the workers: start-up, waiting for each other, too few cores. Above 1 the workers were slower than
/// one worker. Below 0 they were faster than linear, because of noise, or for example because the caches hold a
/// worker's share of the data but not all of it. The screen or file that shows such a value says so. `None` for one
/// worker, and unless the speed-up is above 0 and finite.
pub fn karp_flatt(speedup: f64, workers: u32) -> Option<f64> {
    let share = 1.0 / f64::from(workers);
    let is_meaningful = workers > 1 && speedup > 0.0 && speedup.is_finite();
    is_meaningful.then(|| (1.0 / speedup - share) / (1.0 - share))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{machine::WorkerLimits, record::Outcome},
        *,
    };
    use crate::{
        catalog::{
            model::Model,
            workload::Workload::{Cpu, Io},
        },
        fixtures::sample,
    };

    fn record(model: Model, workers: u64, wall_s: f64) -> Record {
        sample::record(sample::plan(Cpu, model, workers), wall_s, 1.0)
    }

    /// The latest record that can be the baseline of this work.
    fn baseline_of<'a>(work: &Plan, records: &'a [Record]) -> Option<&'a Record> {
        let mut records = records.iter().rev();
        records.find(|record| record.is_baseline_of(work))
    }

    #[test]
    fn the_baseline_is_the_latest_sound_serial_record_of_the_same_work() {
        let mut cancelled = record(Model::Serial, 1, 1.0);
        cancelled.ending.outcome = Outcome::Cancelled;
        let mut with_failure = record(Model::Serial, 1, 1.5);
        with_failure.ending.tasks_failed = 1;
        let records = [
            record(Model::Serial, 1, 4.0),
            record(Model::Serial, 1, 3.0),
            record(Model::Threads, 1, 2.0),
            sample::record(sample::plan(Io, Model::Serial, 1), 2.5, 1.0),
            cancelled,
            with_failure,
        ];
        let work = sample::plan(Cpu, Model::Processes, 2);
        assert_eq!(
            baseline_of(&work, &records).map(|found| found.times.wall_s),
            Some(3.0)
        );
        assert!(baseline_of(&work, &records[2..]).is_none());
    }

    #[test]
    fn speedup_is_only_between_runs_of_the_same_work() {
        let serial = record(Model::Serial, 1, 3.0);
        assert_eq!(
            speedup(&record(Model::Processes, 2, 1.5), &serial),
            Some(2.0)
        );
        let other = sample::record(sample::plan(Io, Model::Threads, 2), 1.0, 1.0);
        assert_eq!(speedup(&other, &serial), None);
        let mut stopped = record(Model::Threads, 2, 0.1);
        stopped.ending.outcome = Outcome::Cancelled;
        assert_eq!(speedup(&stopped, &serial), None);
    }

    fn over(workers: u32, parallelism: f64, factor: f64) -> Gain {
        let model = Model::Threads;
        let over = Baseline {
            number: 3,
            model,
            workers,
            parallelism,
            same_interpreter: true,
            is_chosen: true,
            is_disturbed: false,
        };
        Gain { factor, over }
    }

    #[test]
    fn two_cores_do_not_explain_a_speedup_of_three_nor_one_of_two_over_a_run_that_used_both() {
        assert!(over(1, 1.0, 3.0).is_implausible(2.0));
        assert!(!over(1, 1.0, 2.05).is_implausible(2.0));
        assert!(over(2, 1.9, 2.0).is_implausible(2.0));
        assert!(!over(2, 1.9, 1.1).is_implausible(2.0));
        assert!(
            over(1, 0.5, 3.0).is_implausible(2.0),
            "a disturbed baseline is no explanation"
        );
        assert!(over(1, 1.0, 1.9).is_implausible(1.5) && !over(1, 1.0, 1.5).is_implausible(1.5));
        assert!(
            !over(1, 0.5, 1.0).is_implausible(0.5),
            "both had half a core"
        );
    }

    #[test]
    fn there_is_no_efficiency_over_a_baseline_of_several_workers() {
        assert_eq!(over(1, 1.0, 1.5).efficiency(2), Some(0.75));
        assert_eq!(over(2, 2.0, 1.5).efficiency(2), None);
    }

    #[test]
    fn over_another_language_every_speedup_is_possible_and_none_is_efficiency() {
        let mut gain = over(1, 1.0, 40.0);
        gain.over.same_interpreter = false;
        assert!(!gain.is_implausible(2.0));
        assert_eq!(gain.efficiency(2), None);
    }

    #[test]
    fn the_baseline_of_a_python_run_is_one_thread_of_the_same_interpreter() {
        let one_thread = record(Model::PythonThreads, 1, 4.0);
        let mut other = sample::draft(Cpu, Model::PythonThreads, 1);
        other.python = Some(crate::fixtures::python::free_threaded());
        let other = sample::record(other.validate(&WorkerLimits::default()).unwrap(), 5.0, 1.0);
        let records = [
            one_thread,
            record(Model::Serial, 1, 0.2),
            other,
            record(Model::PythonThreads, 2, 3.0),
        ];
        for model in [
            Model::PythonThreads,
            Model::PythonProcesses,
            Model::PythonInterpreters,
        ] {
            let found = baseline_of(&sample::plan(Cpu, model, 2), &records);
            assert_eq!(
                found.map(|found| found.times.wall_s),
                Some(4.0),
                "{model:?}"
            );
        }
        let native = baseline_of(&sample::plan(Cpu, Model::Processes, 2), &records);
        assert_eq!(native.map(|found| found.times.wall_s), Some(0.2));
        assert!(baseline_of(&sample::plan(Cpu, Model::PythonThreads, 2), &records[1..]).is_none());
    }

    #[test]
    fn a_python_baseline_is_named_as_what_it_is_unless_it_was_chosen() {
        let mut baseline = over(1, 1.0, 2.0).over;
        baseline.model = Model::PythonThreads;
        assert_eq!(baseline.name(), "#3 python-threads");
        baseline.is_chosen = false;
        assert_eq!(baseline.name(), "one Python thread");
    }

    /// The tables of textbooks (Quinn: *Parallel Programming in C with MPI and OpenMP*, 2003, section 7.5). The first
    /// has a serial part of a tenth, the second an overhead that grows with the processors. Their speed-ups have two
    /// decimals.
    #[test]
    fn karp_flatt_distinguishes_a_serial_part_from_a_growing_overhead() {
        for (workers, speedup) in (2..).zip([1.82, 2.50, 3.08, 3.57, 4.00, 4.38, 4.71]) {
            let fraction = karp_flatt(speedup, workers).unwrap();
            assert!((fraction - 0.1).abs() < 0.003, "{workers}: {fraction}");
        }
        let growing = [
            (1.87, 0.070),
            (2.61, 0.075),
            (3.23, 0.080),
            (3.73, 0.085),
            (4.14, 0.090),
            (4.46, 0.095),
        ];
        for (workers, (speedup, expected)) in (2..).zip(growing) {
            let fraction = karp_flatt(speedup, workers).unwrap();
            assert!((fraction - expected).abs() < 0.003, "{workers}: {fraction}");
        }
    }

    #[test]
    fn karp_flatt_is_zero_for_linear_speedup_and_one_for_none() {
        assert_eq!(karp_flatt(4.0, 4), Some(0.0));
        assert_eq!(karp_flatt(1.0, 4), Some(1.0));
        assert!(karp_flatt(5.0, 4).unwrap() < 0.0, "faster than linear");
        assert!(karp_flatt(0.5, 4).unwrap() > 1.0, "slower than one worker");
    }

    #[test]
    fn there_is_no_karp_flatt_of_one_worker_or_of_an_impossible_speedup() {
        for (speedup, workers) in [
            (1.0, 1),
            (1.0, 0),
            (0.0, 4),
            (-1.0, 4),
            (f64::NAN, 4),
            (f64::INFINITY, 4),
        ] {
            assert_eq!(karp_flatt(speedup, workers), None);
        }
    }

    #[test]
    fn efficiency_is_the_speedup_of_a_worker() {
        assert_eq!(efficiency(3.0, 4), Some(0.75));
        assert_eq!(efficiency(3.0, 0), None);
    }
}
