//! The models that CPython executes.

use super::{Crew, ModelDescription, Situation};
use crate::catalog::phase::Hue;
use crate::domain::machine::{
    Limit, Limits, MAX_PYTHON_INTERPRETERS, MAX_PYTHON_TASKS, MAX_PYTHON_THREADS,
};
use crate::domain::python::GilState;

fn threads(limits: &Limits, _: bool) -> Limit {
    let Limit { most, because } = Limit::own(MAX_PYTHON_THREADS);
    limits.threads.clone().or_less(most, &because)
}

fn interpreters(limits: &Limits, _: bool) -> Limit {
    let Limit { most, because } = Limit::own(MAX_PYTHON_INTERPRETERS);
    limits.processes.clone().or_less(most, &because)
}

pub(super) static THREADS: ModelDescription = ModelDescription {
    name: "python-threads",
    line: "real CPython: threads of one interpreter",
    label: "python-threads",
    crew: Crew::Python,
    has_processes: false,
    parameters: &[],
    tasks: MAX_PYTHON_TASKS,
    workers: threads,
    about: about_threads,
    method: "",
    ink: ("▚", Hue::Ready),
};

fn about_threads(here: &Situation) -> String {
    let (lock, brings) = match (here.gil, here.computes) {
        (Some(GilState::Off), true) => ("GIL off", format!("{} at once", here.many_compute())),
        (Some(GilState::Off), false) => ("GIL off", "all can wait at once".into()),
        (_, true) => ("one lock", "no gain for computing".into()),
        (_, false) => ("one lock", "free while one waits".into()),
    };
    format!("{} of real CPython, {lock}: {brings}", here.threads())
}

pub(super) static PROCESSES: ModelDescription = ModelDescription {
    name: "python-processes",
    line: "real CPython: a process for each worker",
    label: "python-processes",
    crew: Crew::Python,
    has_processes: true,
    parameters: &[],
    tasks: MAX_PYTHON_TASKS,
    workers: interpreters,
    about: |here| {
        format!(
            "{} of real CPython, each with a lock of its own",
            here.processes("")
        )
    },
    method: "",
    ink: ("▓", Hue::Files),
};

pub(super) static INTERPRETERS: ModelDescription = ModelDescription {
    name: "python-interpreters",
    line: "real CPython 3.14+: an interpreter each",
    label: "python-interpreters",
    crew: Crew::Python,
    has_processes: false,
    parameters: &[],
    tasks: MAX_PYTHON_TASKS,
    workers: interpreters,
    about: |here| {
        format!(
            "{} in one CPython process, a lock each",
            crate::domain::text::counted(here.workers, "interpreter")
        )
    },
    method: "",
    ink: ("▤", Hue::Computing),
};

pub(super) static ASYNCIO: ModelDescription = ModelDescription {
    name: "python-asyncio",
    line: "real CPython: one event loop, not cpu",
    label: "python-asyncio",
    crew: Crew::Python,
    has_processes: false,
    parameters: &[],
    tasks: MAX_PYTHON_TASKS,
    workers: threads,
    about: |here| {
        if here.computes {
            return "not cpu: computing would never give the event loop back".into();
        }
        format!(
            "one CPython thread: its event loop has {} in flight",
            crate::domain::text::counted(here.workers, "task")
        )
    },
    method: "Under python-asyncio a worker is a task of one event loop. While one worker writes a \
        file or computes, no other one goes on. Network and sleep contain waiting for the loop.",
    ink: ("▥", Hue::Waiting),
};
