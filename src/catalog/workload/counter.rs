//! What the workers share: each task adds one to a number, many times. It shows lost updates, and memory that processes
//! do not share.

use super::{SweepSuggestion, TaskStep, WorkloadDescription};
use crate::{
    catalog::{
        model::Model,
        parameter::{Help, Parameter, ParameterKind, SwitchChoice, Values},
    },
    domain::{
        counter::BLOCK_MAX,
        speed::MAX_ITERATIONS,
        text::{bytes, counted},
    },
};

pub(super) static COUNTER: WorkloadDescription = WorkloadDescription {
    name: "counter",
    line: "add one to a number, over and over",
    label,
    about: "a task adds one to a number, over and over",
    method: "The work of counter is to add one to a number, which threads share and processes do not. \
     To add one, a worker reads the number, adds, and writes it back. Python's loop is \
     counter.value += 1. Compiled workers compute a step of the loop of cpu between reading and \
     writing, so that an addition takes about as long as in an interpreter. With a payload, workers \
     get a block before they start, in each way that is possible, processes one after the other.",
    tasks: 4,
    parameters: &[&ADDITIONS, &LOCK, &SHARE, &PAYLOAD],
    sizing: None,
    steps: |values| vec![TaskStep::Add(values.get(&ADDITIONS))],
    contradiction: |_| None,
    size: |values, _| {
        let additions = counted(values.get(&ADDITIONS), "addition");
        let lock = if values.is_on(&LOCK) {
            "under"
        } else {
            "without"
        };
        let memory = if values.is_on(&SHARE) {
            "shared"
        } else {
            "ordinary"
        };
        let block = match values.get(&PAYLOAD) {
            0 => String::new(),
            size => format!(", and a block of {} per worker", bytes(size)),
        };
        format!("{additions} per task {lock} a lock, in {memory} memory{block}")
    },
    sweep: SweepSuggestion {
        models: &[Model::Threads, Model::Processes],
        ..SweepSuggestion::OF_COMPUTING
    },
};

fn label(values: &Values) -> &'static str {
    match (values.is_on(&LOCK), values.is_on(&SHARE)) {
        (false, false) => "counter",
        (true, false) => "counter, lock",
        (false, true) => "counter, shared",
        (true, true) => "counter, shared, lock",
    }
}

/// Additions of one task.
pub static ADDITIONS: Parameter = Parameter {
    id: "additions",
    flag: "additions",
    label: "Additions",
    what: "additions",
    kind: ParameterKind::Count,
    default: 200_000,
    range: 1..=MAX_ITERATIONS,
    about: "{range}: how often each task adds one",
    meaning: "how often a counter task adds one to the number",
    note: "in each task",
    help: Help {
        short: "How often a task adds one to the number",
        long: "From 1 to 1e12 [default: 200000]",
        is_rare: true,
    },
    is_of_server: false,
};

/// Whether each addition happens under a lock.
pub static LOCK: Parameter = Parameter {
    id: "lock",
    flag: "lock",
    label: "Lock",
    what: "the lock",
    kind: ParameterKind::Switch([
        SwitchChoice {
            word: "none",
            about: "who adds at the same time as another can lose an addition",
            note: "nothing protects the number",
        },
        SwitchChoice {
            word: "each addition",
            about: "one worker adds at a time: no addition is lost",
            note: "is made under the number's lock",
        },
    ]),
    default: 0,
    range: 0..=1,
    about: "",
    meaning: "whether each addition is made under a lock: a mutex, in Python a Lock of threading or \
     multiprocessing",
    note: "",
    help: Help {
        short: "Make each addition under a lock",
        long: "A mutex; in Python a Lock of threading or multiprocessing. Without this, workers that \
         share the number can lose additions.",
        is_rare: true,
    },
    is_of_server: false,
};

/// Whether the number is in memory that processes share too.
pub static SHARE: Parameter = Parameter {
    id: "share",
    flag: "share",
    label: "Memory",
    what: "the memory",
    kind: ParameterKind::Switch([
        SwitchChoice {
            word: "ordinary",
            about: "threads share the number, each process has its own",
            note: "threads share it, processes do not",
        },
        SwitchChoice {
            word: "shared",
            about: "processes share the number as well as threads do",
            note: "also by processes",
        },
    ]),
    default: 0,
    range: 0..=1,
    about: "",
    meaning: "whether the number is in ordinary memory, which threads share and processes do not, or \
     in memory that processes share too",
    note: "",
    help: Help {
        short: "Put the number into memory that processes share",
        long: "Without this, threads share the number, and each process has its own.",
        is_rare: true,
    },
    is_of_server: false,
};

/// The size of a block that each worker gets before it starts.
pub static PAYLOAD: Parameter = Parameter {
    id: "payload_bytes",
    flag: "payload",
    label: "Payload",
    what: "the payload in bytes",
    kind: ParameterKind::Bytes,
    default: 0,
    range: 0..=BLOCK_MAX,
    about: "{range}: a block that each worker gets before it starts",
    meaning: "how large a block is that each worker gets before it starts; the program says how long \
     that takes in each way that is possible: in shared memory, copied on write, through a socket, \
     pickled by Python",
    note: "for each worker",
    help: Help {
        short: "Size of a block that each worker gets before it starts",
        long: "From 0 to 16777216, as in 60000, 60k or 5MB [default: 0]. The program says how long that \
         takes in shared memory, copied on write, through a socket, or pickled by Python.",
        is_rare: true,
    },
    is_of_server: false,
};
