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
/// The share of the ideal speed-up that counts as one. Many cores at once run slower than one alone.
const OF_IDEAL: f64 = 0.5;
/// The smallest speed-up of two cores that counts as one.
const GAIN: f64 = 1.3;
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
    controls: &[TrialTopic::Lock, TrialTopic::Cores],
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
    claim: "Processes speed up computing, up to the usable cores and below the ideal.",
    article: "The article's processes were faster up to the number of cores, and not beyond.",
    why: "Each process has its own interpreter and its own lock, so that each core can work for one \
     of them. Starting and managing them takes time, so that they gain less than the ideal.",
    watch: "one full bar per core in use, and a shorter run",
    expected: Answer::Supported,
    prediction: Prediction::Factor,
    controls: &[TrialTopic::Lock, TrialTopic::Cores],
    needs_cores: true,
    closer: false,
    design: |setting| {
        let [one, _, processes] = setting.models();
        let (some, all) = (setting.per_core(), setting.all_cores());
        let mut arms = vec![compute(setting, one, 1), compute(setting, processes, some)];
        // One worker would take too long for the work of many cores.
        if all > some {
            arms.push(compute_on(setting, processes, all, all));
        }
        arms.push(compute_on(setting, processes, 2 * all, all));
        let beyond = arms.len() - 1;
        let conditions = vec![
            is_faster(1, 0, gain(setting)),
            is_not_faster(1, 0, BEYOND_IDEAL * some as f64),
            is_not_faster(beyond, beyond - 1, MORE),
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
    controls: &[TrialTopic::Lock, TrialTopic::Cores],
    needs_cores: true,
    closer: false,
    design: |setting| {
        let cores = setting.per_core();
        let least = gain(setting);
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

/// What a worker on each core has to be faster than one by. The threads of a core count as one core, because they share
/// what computes. Of the cores, a quota may allow a fraction.
fn gain(setting: &Setting) -> f64 {
    let workers = setting.per_core() as f64;
    let whole = setting.cores_whole.map_or(workers, f64::from);
    match whole.min(setting.quota.unwrap_or(whole)) {
        whole if whole < 2.0 => NO_GAIN,
        whole => (OF_IDEAL * whole.min(workers)).max(GAIN),
    }
}

/// Pure computing under one lock, which must not scale.
pub(super) fn under_a_lock(setting: &Setting) -> Design {
    Design {
        arms: vec![
            compute(setting, Model::Serial, 1),
            compute(setting, Model::GilThreads, setting.per_core()),
        ],
        conditions: vec![is_not_faster(1, 0, NO_GAIN)],
    }
}

/// Pure computing without a lock, which has to scale with the cores.
pub(super) fn on_all_cores(setting: &Setting) -> Design {
    Design {
        arms: vec![
            compute(setting, Model::Serial, 1),
            compute(setting, Model::Threads, setting.per_core()),
        ],
        conditions: vec![is_faster(1, 0, gain(setting))],
    }
}

/// Tasks that only compute, the same number for each worker.
pub(super) fn compute(setting: &Setting, model: Model, workers: u64) -> Draft {
    compute_on(setting, model, workers, setting.per_core())
}

/// The same for so many cores or twice as many workers.
fn compute_on(setting: &Setting, model: Model, workers: u64, cores: u64) -> Draft {
    let draft = setting.draft(Workload::Cpu, model, workers);
    Draft {
        tasks: draft.tasks.next_multiple_of(2 * cores),
        ..draft.with(&TASK_TIME, TASK_MS)
    }
}
