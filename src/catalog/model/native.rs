//! The models that this program executes itself.

use super::{ExecutorKind, ModelDescription};
use crate::{
    catalog::{
        parameter::{Help, Parameter, ParameterKind},
        phase::Hue,
    },
    domain::machine::{Limit, MAX_TASKS, WorkerLimits},
};

fn threads(limits: &WorkerLimits, fetches: bool) -> Limit {
    if fetches {
        &limits.io_threads
    } else {
        &limits.threads
    }
    .clone()
}

/// The values that most native models share.
pub(super) const NATIVE: ModelDescription = ModelDescription {
    name: "",
    short: "",
    line: "",
    label: "",
    executor: ExecutorKind::Threads,
    has_processes: false,
    parameters: &[],
    tasks: MAX_TASKS,
    workers: threads,
    about: |_| String::new(),
    method: "",
    ink: ("", Hue::Nothing),
};

pub(super) static SERIAL: ModelDescription = ModelDescription {
    name: "serial",
    line: "one thread, one task after the other",
    workers: |_, _| Limit {
        most: 1,
        because: "serial has one worker".into(),
    },
    about: |_| "one thread, one task after the other".into(),
    ink: ("≡", Hue::Nothing),
    ..NATIVE
};

pub(super) static THREADS: ModelDescription = ModelDescription {
    name: "threads",
    line: "OS threads, no GIL",
    about: |here| {
        let without = if here.computes { " without GIL" } else { "" };
        format!("{}{without}: {}", here.threads(), here.without_lock())
    },
    ink: ("█", Hue::Computing),
    ..NATIVE
};

pub(super) static GIL_THREADS: ModelDescription = ModelDescription {
    name: "gil-threads",
    line: "Python threading: the GIL is emulated",
    label: "gil-threads (emulated)",
    parameters: &[&SWITCH_INTERVAL],
    about: |here| {
        let brings = here.under_lock();
        format!("{}, one emulated GIL: {brings}", here.threads())
    },
    method: "gil-threads emulates the interpreter lock of CPython (GIL): threads that hand one lock around by its protocol. No \
        Python is involved.",
    ink: ("╬", Hue::Lock),
    ..NATIVE
};

pub(super) static PROCESSES: ModelDescription = ModelDescription {
    name: "processes",
    line: "like multiprocessing, forked by Rust",
    executor: ExecutorKind::Forks,
    has_processes: true,
    workers: |limits, fetches| {
        if fetches {
            &limits.io_processes
        } else {
            &limits.processes
        }
        .clone()
    },
    about: |here| format!("{}, each with its own memory", here.processes("forked ")),
    ink: ("▒", Hue::Files),
    ..NATIVE
};

pub(super) static RAYON: ModelDescription = ModelDescription {
    name: "rayon",
    line: "a rayon pool, which steals work",
    executor: ExecutorKind::Pool,
    workers: |limits, fetches| {
        let Limit { most, because } = threads(limits, fetches);
        limits.pool.clone().or_less(most, &because)
    },
    about: |here| {
        format!(
            "a pool of {} that take tasks from each other",
            here.threads()
        )
    },
    ink: ("║", Hue::Waiting),
    ..NATIVE
};

/// How long a worker waits for the emulated lock before it asks for it.
pub static SWITCH_INTERVAL: Parameter = Parameter {
    id: "switch_interval_s",
    flag: "switch-interval",
    label: "Interval",
    what: "the switch interval in µs",
    kind: ParameterKind::Microseconds,
    default: 5_000,
    range: 10..=10_000_000,
    about: "switch interval: how long a thread waits before it asks for the GIL",
    meaning: "how long a thread waits for the emulated GIL before it asks for it (CPython: 5 ms)",
    note: "until a waiting thread asks for the GIL",
    help: Help {
        short: "How long a thread waits for the GIL before it asks for it, from 10us to 10s [default: 5ms, as CPython]",
        long: "",
        is_rare: true,
    },
    is_of_server: false,
};
