//! Claims about computing.

use super::{Claim, Design, MORE, Prediction, Setting, is_faster, is_not_faster};
use crate::{
    catalog::{
        model::Model,
        workload::{TASK_TIME, Workload},
    },
    domain::{
        claim::{Answer, TrialTopic},
        plan::Draft,
    },
};

/// How long a task takes on an idle core, in milliseconds. It is long beside the switch interval of 5 ms, and short
/// enough for several rounds while a class waits.
const TASK_MS: u64 = 100;
/// What counts as no gain.
const NO_GAIN: f64 = 1.1;
/// The share of the ideal speed-up that counts as one: each core has to add more than half of itself.
const OF_IDEAL: f64 = 0.65;
/// How far beyond the ideal a speed-up may be by chance.
const BEYOND_IDEAL: f64 = 1.05;

pub(super) static THREADS: Claim = Claim {
    number: 2,
    title: "Under the GIL, threads do not speed up computing",
    claim: "Under the GIL, threads do not speed up computing.",
    article: "The article's threads took as long as its serial loop, or longer.",
    why: "Only the thread that holds the GIL may run Python code. The others wait for it, so that \
     all threads together use one core.",
    watch: "all rows together hold one full bar",
    expected: Answer::Supported,
    prediction: Prediction::Factor,
    controls: &[TrialTopic::Lock],
    needs_cores: true,
    closer: false,
    design: |setting| {
        let [one, threads, _] = setting.models();
        let arms = vec![
            compute(setting, one, 1),
            compute(setting, threads, setting.per_core()),
        ];
        let conditions = vec![is_not_faster(1, 0, NO_GAIN)];
        Design { arms, conditions }
    },
};

pub(super) static PROCESSES: Claim = Claim {
    number: 3,
    title: "Processes speed up computing, up to the cores",
    claim: "Processes speed up computing, up to the usable cores and a bit below the ideal.",
    article: "The article's processes were faster up to the number of cores, and not beyond.",
    why: "Each process has its own interpreter and its own lock, so that each core can work for one \
     of them. Starting and managing them takes time, which is missing from the ideal.",
    watch: "one full bar per core in use, and a shorter run",
    expected: Answer::Supported,
    prediction: Prediction::Factor,
    controls: &[TrialTopic::Lock],
    needs_cores: true,
    closer: false,
    design: |setting| {
        let [one, _, processes] = setting.models();
        let cores = setting.per_core();
        let arms = vec![
            compute(setting, one, 1),
            compute(setting, processes, cores),
            compute(setting, processes, 2 * cores),
        ];
        let conditions = vec![
            is_faster(1, 0, OF_IDEAL * cores as f64),
            is_not_faster(1, 0, BEYOND_IDEAL * cores as f64),
            is_not_faster(2, 1, MORE),
        ];
        Design { arms, conditions }
    },
};

pub(super) static WITHOUT_LOCK: Claim = Claim {
    number: 9,
    title: "Without a GIL, threads speed up computing",
    claim: "Without a GIL, threads do speed up computing.",
    article: "The article could not know: a Python without a GIL came later.",
    why: "Nothing but the lock keeps threads from computing in parallel. Native threads never had \
     one, and a free-threaded Python has given it up.",
    watch: "one full bar per core in use, in one process",
    expected: Answer::Supported,
    prediction: Prediction::Factor,
    controls: &[TrialTopic::Lock],
    needs_cores: true,
    closer: false,
    design: |setting| {
        let cores = setting.per_core();
        let least = OF_IDEAL * cores as f64;
        let mut arms = vec![
            compute(setting, Model::Serial, 1),
            compute(setting, Model::Threads, cores),
        ];
        let mut conditions = vec![is_faster(1, 0, least)];
        if let Some(free) = &setting.free {
            arms.extend([1, cores].map(|workers| Draft {
                python: Some(free.clone()),
                ..compute(setting, Model::PythonThreads, workers)
            }));
            conditions.push(is_faster(3, 2, least));
        }
        Design { arms, conditions }
    },
};

/// Pure computing under one lock, which must not scale.
pub(super) fn control(setting: &Setting) -> Design {
    Design {
        arms: vec![
            compute(setting, Model::Serial, 1),
            compute(setting, Model::GilThreads, setting.per_core()),
        ],
        conditions: vec![is_not_faster(1, 0, NO_GAIN)],
    }
}

/// Tasks that only compute, the same number for each worker.
pub(super) fn compute(setting: &Setting, model: Model, workers: u64) -> Draft {
    let draft = setting.draft(Workload::Cpu, model, workers);
    Draft {
        tasks: draft.tasks.next_multiple_of(2 * setting.per_core()),
        ..draft.with(&TASK_TIME, TASK_MS)
    }
}
