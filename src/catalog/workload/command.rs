//! The user's own command: each task starts it once, with an input of its own, and waits for it.

use super::{SweepSuggestion, TaskStep, WorkloadDescription, function::CALL_TIMEOUT};
use crate::catalog::model::Model;

pub(super) static COMMAND: WorkloadDescription = WorkloadDescription {
    name: "command",
    line: "run a command of your own",
    label: |_| "command",
    about: "a task runs a command of your own, once, with its input",
    method: "The work of command is one execution of the user's command per task, each with an input of its own, in the \
     user's environment. A worker starts the command and waits for it, as xargs does. What the first thread of a \
     command does is told by the kernel's account of its CPU time and of its waiting for a core; in between, samples of its \
     system call say what it waits for. CPU time and memory are those that the kernel reports at the command's end, \
     with the processes that it waited for.",
    tasks: 16,
    parameters: &[&CALL_TIMEOUT],
    sizing: None,
    steps: |_| vec![TaskStep::Call],
    contradiction: |_| None,
    size: |_, _| "the same command with the same inputs".into(),
    sweep: SweepSuggestion {
        models: &[Model::Processes],
        ..SweepSuggestion::OF_COMPUTING
    },
};
