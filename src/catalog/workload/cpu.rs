//! The article's `compute_intensive`: `foo = 0; for i in range(n): foo += foo * cos(i * pi)`.

use super::{Sizing, SweepSuggestion, TaskStep, WorkloadDescription};
use crate::{
    catalog::parameter::{Help, Parameter, ParameterKind},
    domain::{
        speed::{self, MAX_ITERATIONS},
        text::grouped,
    },
};

pub(super) static CPU: WorkloadDescription = WorkloadDescription {
    name: "cpu",
    line: "foo += foo*cos(i*pi), over and over",
    label: |_| "cpu",
    about: "a task computes: foo += foo*cos(i*pi), over and over",
    method: "The work of cpu is the loop foo += foo*cos(i*pi), with the same number of steps under \
     every model. It is compiled, except under the models of Python, which interpret it.",
    tasks: 8,
    parameters: &[&ITERATIONS, &TASK_TIME],
    sizing: Some(Sizing {
        label: "Sized by",
        about: "how large a task is: steps of its loop, or a time",
        meaning: "whether a cpu task's size is given as steps of its loop, or as a time",
        steps: &ITERATIONS,
        time: &TASK_TIME,
        loops: None,
    }),
    steps: |values| vec![TaskStep::Compute(values.get(&ITERATIONS))],
    contradiction: |_| None,
    size: |values, _| format!("{} steps per task", grouped(values.get(&ITERATIONS))),
    sweep: SweepSuggestion::OF_COMPUTING,
};

/// Steps of the loop in one task.
pub static ITERATIONS: Parameter = Parameter {
    id: "iterations",
    flag: "iterations",
    label: "Iterations",
    what: "iterations",
    kind: ParameterKind::Count,
    default: speed::ITERATIONS,
    range: 1..=MAX_ITERATIONS,
    about: "steps of a task's loop, 10 000 000 in the article",
    meaning: "steps of a task's loop, 10 000 000 in the article",
    note: "in each task",
    help: Help {
        short: "How many steps a task's loop has",
        long: "From 1 to 1e12 [default: 10000000, the article's]",
        is_rare: false,
    },
    is_of_server: false,
};

/// Replaces [`ITERATIONS`] by the number of steps that an idle core of this machine does in this time.
pub static TASK_TIME: Parameter = Parameter {
    id: "task_time_s",
    flag: "task-time",
    label: "Task time",
    what: "the task time in ms",
    kind: ParameterKind::Milliseconds,
    default: 250,
    range: 1..=600_000,
    about: "on an idle core of this machine, which is measured",
    meaning: "as many steps as an idle core of this machine does in that time, or, under Python's \
     models, as the chosen interpreter does. All configurations of a sweep have the same number of steps: \
     Python's only if all models but serial are Python's",
    note: "",
    help: Help {
        short: "How long a task computes, instead of a number of steps",
        long: "On an idle core of this machine, from 1ms to 600s; under Python's models, as the interpreter does. \
         A sweep has one number of steps: that of the first --python only if all models but serial \
         are Python's. The number of steps is printed; --iterations repeats it.",
        is_rare: false,
    },
    is_of_server: false,
};
