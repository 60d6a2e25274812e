//! The models that CPython executes.

use super::{ExecutorKind, ModelDescription, native::NATIVE};
use crate::{
    catalog::phase::Hue,
    domain::{
        machine::{
            Limit, MAX_PYTHON_INTERPRETERS, MAX_PYTHON_TASKS, MAX_PYTHON_THREADS, WorkerLimits,
        },
        python::GilState,
        text::counted,
    },
};

fn threads(limits: &WorkerLimits, _: bool) -> Limit {
    let Limit { most, because } = Limit::own(MAX_PYTHON_THREADS);
    limits.threads.clone().or_less(most, &because)
}

fn interpreters(limits: &WorkerLimits, _: bool) -> Limit {
    let Limit { most, because } = Limit::own(MAX_PYTHON_INTERPRETERS);
    limits.processes.clone().or_less(most, &because)
}

/// The values that most Python models share.
const PYTHON: ModelDescription = ModelDescription {
    executor: ExecutorKind::Python,
    tasks: MAX_PYTHON_TASKS,
    workers: threads,
    ..NATIVE
};

pub(super) static SERIAL: ModelDescription = ModelDescription {
    name: "python-serial",
    short: "py-serial",
    line: "real CPython: a loop, for your function",
    workers: |_, _| Limit {
        most: 1,
        because: "python-serial has one worker".into(),
    },
    about: |_| "a plain loop of real CPython".into(),
    method: "python-serial is a plain loop in the main thread of an interpreter, without a pool.",
    ink: ("▦", Hue::Nothing),
    ..PYTHON
};

pub(super) static THREADS: ModelDescription = ModelDescription {
    name: "python-threads",
    short: "py-threads",
    line: "real CPython: threads of one interpreter",
    about: |here| {
        let (lock, brings) = match here.gil {
            Some(GilState::Off) => ("GIL off", here.without_lock()),
            _ => ("one GIL", here.under_lock().into()),
        };
        format!("{} of real CPython, {lock}: {brings}", here.threads())
    },
    ink: ("▚", Hue::Ready),
    ..PYTHON
};

pub(super) static PROCESSES: ModelDescription = ModelDescription {
    name: "python-processes",
    short: "py-processes",
    line: "real CPython: one process per worker",
    has_processes: true,
    workers: interpreters,
    about: |here| {
        format!(
            "{} of real CPython, each with its own GIL",
            here.processes("")
        )
    },
    ink: ("▓", Hue::Files),
    ..PYTHON
};

pub(super) static INTERPRETERS: ModelDescription = ModelDescription {
    name: "python-interpreters",
    short: "py-interpreters",
    line: "real CPython 3.14+: one interpreter each",
    workers: interpreters,
    about: |here| {
        format!(
            "{} in one CPython process, one GIL each",
            counted(here.workers, "interpreter")
        )
    },
    ink: ("▤", Hue::Computing),
    ..PYTHON
};

pub(super) static ASYNCIO: ModelDescription = ModelDescription {
    name: "python-asyncio",
    short: "py-asyncio",
    line: "real CPython: one event loop, for waiting",
    about: |here| {
        if !here.waits {
            return "not here: computing never yields to the event loop".into();
        }
        format!(
            "one CPython thread, whose event loop has {} in flight",
            counted(here.workers, "task")
        )
    },
    method: "Under python-asyncio a worker is a task of one event loop. While one worker writes a \
     file or computes, no other worker proceeds. Network and sleep include waiting for the loop.",
    ink: ("▥", Hue::Waiting),
    ..PYTHON
};
