//! The user's own Python function: each task calls it once, with an input of its own.

use super::{SweepSuggestion, TaskStep, WorkloadDescription};
use crate::catalog::{
    model::Model,
    parameter::{Help, Parameter, ParameterKind},
};

pub(super) static FUNCTION: WorkloadDescription = WorkloadDescription {
    name: "function",
    line: "call a Python function of your own",
    label: |_| "function",
    about: "a task calls a function of your own, once, with its input",
    method: "The work of function is one call of the user's function per task, each with an input of its \
     own, in the user's environment. The pools are made and used as the documentation of Python makes and \
     uses them. What happens within a call is seen from outside, as far as the system allows.",
    tasks: 16,
    parameters: &[&CHUNK_SIZE, &CALL_TIMEOUT],
    sizing: None,
    steps: |_| vec![TaskStep::Call],
    contradiction: |_| None,
    size: |_, _| "the same function with the same inputs".into(),
    sweep: SweepSuggestion {
        models: &[Model::PythonThreads, Model::PythonProcesses],
        ..SweepSuggestion::OF_COMPUTING
    },
};

/// How many inputs a process gets at a time.
pub static CHUNK_SIZE: Parameter = Parameter {
    id: "chunk_size",
    flag: "chunksize",
    label: "Chunk size",
    what: "the chunk size",
    kind: ParameterKind::Count,
    default: 1,
    range: 1..=1_000_000,
    about: "{range}: how many inputs a process gets at a time",
    meaning: "how many inputs of function a process gets at a time, as with the chunksize of map",
    note: "inputs at a time",
    help: Help {
        short: "How many inputs a process gets at a time",
        long: "From 1 to 1000000 [default: 1]. As with the chunksize of map; only python-processes has it.",
        is_rare: true,
    },
    is_of_server: false,
};

/// After how long a call is given up, and the run with it.
pub static CALL_TIMEOUT: Parameter = Parameter {
    id: "call_timeout_s",
    flag: "timeout",
    label: "Timeout",
    what: "the time limit of a call in ms",
    kind: ParameterKind::Milliseconds,
    default: 20_000,
    range: 1..=3_600_000,
    about: "{range}: a longer call ends the run, a longer command fails",
    meaning: "how long a call of function may take, or a command; a longer call ends the run, a longer command fails",
    note: "for each call",
    help: Help {
        short: "How long a call or a command may take",
        long: "A longer call ends the run, a longer command fails. From 1ms to 3600s [default: 20s]",
        is_rare: true,
    },
    is_of_server: false,
};
