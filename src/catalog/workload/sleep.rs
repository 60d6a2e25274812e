//! The control for every question about waiting: a task waits, and does nothing else.

use super::{Description, Nature, Step, Sweep};
use crate::catalog::model::Model;
use crate::catalog::parameter::{Help, Kind, Parameter};

pub(super) static SLEEP: Description = Description {
    name: "sleep",
    line: "wait, and do nothing else",
    about: "a task waits, and does nothing else",
    method: "The work of sleep is to wait, which needs neither a core nor a server: it shows what waiting alone costs under \
        each model. A task waits in the kernel until its time is over.",
    tasks: 16,
    parameters: &[&WAIT],
    sizing: None,
    nature: Nature::Waits,
    steps: |values| vec![Step::Sleep(values.get(&WAIT))],
    size: |values, _| format!("{} of waiting a task", WAIT.text(values.get(&WAIT))),
    sweep: Sweep {
        models: &[Model::Threads, Model::Processes],
        workers: |_| {
            ["1,2,4,8,16", "1..16", "2^0..2^6", "1,4,16"]
                .map(String::from)
                .to_vec()
        },
    },
};

/// How long a task waits.
pub static WAIT: Parameter = Parameter {
    id: "wait_s",
    flag: "wait",
    label: "Wait",
    what: "the wait in ms",
    kind: Kind::Milliseconds,
    default: 100,
    range: 1..=60_000,
    about: "how long each task waits; it does nothing else",
    meaning: "how long a sleep task waits",
    note: "in each task",
    help: Help {
        short: "How long a task waits",
        long: "From 1ms to 60s [default: 100ms]",
        is_rare: false,
    },
    is_of_server: false,
};
