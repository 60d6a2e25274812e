//! The claim about what workers cost.

use super::{Claim, Design, Prediction, Setting, ratio};
use crate::{
    catalog::{
        model::Model,
        workload::{WAIT, Workload},
    },
    domain::{
        claim::{Answer, Bound, Quantity},
        plan::Draft,
    },
};

/// How many of each are started.
const STARTED: u64 = 100;
/// How long each worker waits in its only task, in milliseconds.
const WAIT_MS: u64 = 10;
/// How many times as much as a thread a process has to take at least.
const HEAVIER: f64 = 2.0;

pub(super) static LIGHTER: Claim = Claim {
    number: 5,
    title: "Threads are lighter than processes",
    claim: "Threads are lighter than processes: they start faster and take less memory.",
    article: "The article says so, and measures neither.",
    why: "A thread needs little more than a stack, in the memory of its process. A process needs its \
     own page tables, and a copy of each page that it writes.",
    watch: "how long the workers take to start",
    expected: Answer::Supported,
    prediction: Prediction::Truth,
    controls: &[],
    needs_cores: false,
    closer: false,
    design,
};

fn design(setting: &Setting) -> Design {
    let wait = |model| Draft {
        tasks: STARTED,
        ..setting
            .draft(Workload::Sleep, model, STARTED)
            .with(&WAIT, WAIT_MS)
    };
    let heavier = Bound::AtLeast(HEAVIER);
    let mut arms = vec![wait(Model::Threads), wait(Model::Processes)];
    let mut conditions = vec![
        ratio(Quantity::Start, 1, 0, heavier),
        ratio(Quantity::Memory, 1, 0, heavier),
    ];
    if setting.python.is_some() {
        arms.extend([wait(Model::PythonThreads), wait(Model::PythonProcesses)]);
        conditions.push(ratio(Quantity::Start, 3, 2, heavier));
    }
    Design { arms, conditions }
}
