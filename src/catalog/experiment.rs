//! The quick experiments: the article's questions, each answered by two runs.

use super::{
    model::Model,
    workload::{LATENCY_MAX, LATENCY_MIN, TASK_TIME, WRITES, Workload},
};
use crate::domain::plan::{Draft, Plan};

/// A question that a pair of runs answers. The first run is serial in the same language; the second one is a model on
/// the same work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// The digit key that starts it.
    pub key: char,
    /// The question, as a title and as an item of the list.
    pub question: &'static str,
    /// The question in a few words, which is offered after another one was answered.
    pub lead: &'static str,
    /// What to look at while it runs.
    pub watch: &'static str,
    /// What a task does.
    pub workload: Workload,
    /// The model that is compared with serial.
    pub model: Model,
    /// The number of workers; `None` is one per core. Experiments on the same workload have the same, so that they can
    /// be compared.
    workers: Option<u64>,
}

/// How long a `cpu` task takes on an idle core. A serial run takes eight times as long, and several pairs of runs fit
/// into the time that a class waits.
const TASK_MS: u64 = 90;

/// The shortest and the longest latency of a page, so that a serial run of `io` takes about two seconds.
const LATENCY_MS: [u64; 2] = [50, 200];

/// How often a page is written. The article writes 50 times. Writing computes, so on a busy machine it would take the time
/// for a third pair of runs.
const PAGE_WRITES: u64 = 10;

/// All experiments in the order of their keys. The last one uses a real Python.
pub static EXPERIMENTS: [Experiment; 5] = [
    Experiment {
        key: '1',
        question: "Do threads speed up I/O?",
        lead: "next: I/O with threads",
        watch: "thin lines in all rows at once, as all wait for the network",
        workload: Workload::Io,
        model: Model::Threads,
        workers: Some(16),
    },
    Experiment {
        key: '2',
        question: "Do threads speed up computing under the GIL?",
        lead: "next: computing under the GIL",
        watch: "all rows together hold one full bar",
        workload: Workload::Cpu,
        model: Model::GilThreads,
        workers: None,
    },
    Experiment {
        key: '3',
        question: "Do processes speed up computing?",
        lead: "next: computing with processes",
        watch: "one full bar per core in use, and a shorter run",
        workload: Workload::Cpu,
        model: Model::Processes,
        workers: None,
    },
    Experiment {
        key: '4',
        question: "Do processes speed up I/O?",
        lead: "next: I/O with processes",
        watch: "thin lines again, high concurrency, hardly any parallelism",
        workload: Workload::Io,
        model: Model::Processes,
        workers: Some(16),
    },
    Experiment {
        key: '5',
        question: "Does real Python behave as in question 2?",
        lead: "next: real Python",
        watch: "the same picture as in question 2, made by CPython itself",
        workload: Workload::Cpu,
        model: Model::PythonThreads,
        workers: None,
    },
];

/// The experiments that can be offered, in the order of their keys.
pub fn offered(has_python: bool) -> Vec<&'static Experiment> {
    let can_be = |experiment: &&Experiment| has_python || !experiment.model.is_python();
    EXPERIMENTS.iter().filter(can_be).collect()
}

impl Experiment {
    /// The experiment that this key starts.
    pub fn by_key(key: char) -> Option<&'static Experiment> {
        EXPERIMENTS.iter().find(|experiment| experiment.key == key)
    }

    /// Whether a run of this plan answers the question.
    pub fn is_of(&self, plan: &Plan) -> bool {
        (self.workload, self.model) == (plan.workload, plan.model())
    }

    /// The draft of the second run on a machine with this many usable cores. Everything but the model and its workers
    /// is the same for all experiments on a workload, so that they share their baseline.
    pub fn draft(&self, cores_usable: u32) -> Draft {
        // Even on a single core the question is asked with two workers.
        let per_core = u64::from(cores_usable).clamp(2, 8);
        let workers = self.workers.unwrap_or(per_core);
        Draft::new(self.workload, self.model, workers)
            .with(&TASK_TIME, TASK_MS)
            .with(&LATENCY_MIN, LATENCY_MS[0])
            .with(&LATENCY_MAX, LATENCY_MS[1])
            .with(&WRITES, PAGE_WRITES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{machine::WorkerLimits, speed::Speed};

    #[test]
    fn every_experiment_is_a_valid_plan_on_any_machine() {
        for experiment in offered(false) {
            for cores in [1, 2, 256] {
                experiment
                    .draft(cores)
                    .calibrated(&Speed::uniform(1e8))
                    .validate(&WorkerLimits::default())
                    .unwrap();
            }
            assert_eq!(Experiment::by_key(experiment.key), Some(experiment));
        }
    }

    #[test]
    fn experiments_on_the_same_workload_share_their_baseline() {
        let plan = |i: usize| {
            EXPERIMENTS[i]
                .draft(2)
                .calibrated(&Speed::uniform(1e8))
                .validate(&WorkerLimits::default())
                .unwrap()
        };
        assert!(plan(0).same_work(&plan(3)));
        assert!(plan(1).same_work(&plan(2)));
    }
}
