//! Claims about what workers share.

use super::{Claim, Design, Prediction, Setting, ratio, value};
use crate::{
    catalog::{
        model::Model,
        workload::{LOCK, PAYLOAD, SHARE, Workload},
    },
    domain::{
        claim::{Answer, Bound, Quantity},
        plan::Draft,
    },
};

/// The size of the block that is handed over, in bytes.
const BLOCK_BYTES: u64 = 5_000_000;
/// How many times as long as for threads the hand-over has to take for processes at least.
const SLOWER: f64 = 2.0;

pub(super) static MEMORY: Claim = Claim {
    number: 6,
    title: "Threads share memory, processes do not",
    claim: "Threads share memory, processes do not.",
    article: "The article says so, and shows it by a diagram.",
    why: "All threads of a process have the same memory, so all add to one number. A process \
     starts with a copy, and what it writes is its own, unless the memory was made to be shared.",
    watch: "what the number is at the end",
    expected: Answer::Supported,
    prediction: Prediction::Truth,
    controls: &[],
    needs_cores: false,
    closer: false,
    design: |setting| {
        let [_, threads, processes] = setting.models();
        let arms = vec![
            count(setting, threads).with(&LOCK, 1),
            count(setting, processes).with(&LOCK, 1),
            count(setting, processes).with(&LOCK, 1).with(&SHARE, 1),
        ];
        let conditions = vec![
            value(Quantity::Found, 0, Bound::AtLeast(1.0)),
            value(Quantity::Found, 1, Bound::AtMost(0.0)),
            value(Quantity::Found, 2, Bound::AtLeast(1.0)),
        ];
        Design { arms, conditions }
    },
};

pub(super) static EASE: Claim = Claim {
    number: 10,
    title: "Threads share data faster and more safely",
    claim: "It is faster and safer to share data between threads than between processes.",
    article: "The article says so: easier, faster and safer.",
    why: "It is faster, because nothing is copied. It is not safer: two threads that read the same \
     number, add one and write it back lose an addition, and no error says so.",
    watch: "how many additions are missing at the end",
    expected: Answer::Contradicted,
    prediction: Prediction::Truth,
    controls: &[],
    needs_cores: true,
    closer: false,
    design: |setting| {
        let [_, threads, processes] = setting.models();
        let block = |model| count(setting, model).with(&PAYLOAD, BLOCK_BYTES);
        let mut arms = vec![
            block(threads),
            block(processes),
            count(setting, Model::Threads),
        ];
        let mut conditions = vec![
            ratio(Quantity::HandOver, 1, 0, Bound::AtLeast(SLOWER)),
            value(Quantity::Lost, 0, Bound::AtMost(0.0)),
            value(Quantity::Lost, 2, Bound::AtMost(0.0)),
        ];
        if let Some(free) = &setting.free {
            arms.push(Draft {
                python: Some(free.clone()),
                ..count(setting, Model::PythonThreads)
            });
            conditions.push(value(Quantity::Lost, 3, Bound::AtMost(0.0)));
        }
        Design { arms, conditions }
    },
};

/// Workers that all add to a number.
fn count(setting: &Setting, model: Model) -> Draft {
    setting.draft(Workload::Counter, model, setting.per_core())
}
