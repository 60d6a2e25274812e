//! What this machine offers to the program, measured now.

use std::hint::black_box;
use std::path::Path;

use super::session::Session;
use super::{clock, os, scratch};
use crate::catalog::workload::ITERATIONS;
use crate::domain::machine::{Diagnosis, Limit};
use crate::domain::python::Pythons;
use crate::domain::text;
use crate::domain::time::{Nanos, seconds};

/// How much of a path is told, in characters.
const PATH_TOLD: usize = 200;

/// Looks at everything that decides what can be measured here and how well.
pub fn examine(session: &Session) -> Vec<Diagnosis> {
    let mut diagnoses = vec![];
    diagnoses.extend(machine(session));
    diagnoses.extend(clocks());
    diagnoses.extend(limits(session));
    diagnoses.extend(surroundings());
    diagnoses.extend(pythons(session));
    diagnoses
}

fn diagnosis(topic: &str, value: String, note: Option<String>) -> Diagnosis {
    Diagnosis {
        topic: topic.into(),
        value,
        note,
    }
}

fn machine(session: &Session) -> Vec<Diagnosis> {
    let machine = session.machine();
    let cores = format!("{} of {}", machine.cores_usable, machine.cores_online);
    let memory = machine
        .memory_bytes
        .map_or_else(|| "unknown".into(), text::bytes);
    let task = session.calibrate().seconds_of(ITERATIONS.default);
    vec![
        diagnosis(
            "processor",
            machine
                .cpu_model
                .clone()
                .unwrap_or_else(|| "unknown".into()),
            None,
        ),
        diagnosis(
            "usable cores",
            cores,
            machine
                .cores_limited_by
                .as_ref()
                .map(|why| format!("limited by {why}")),
        ),
        diagnosis("memory", memory, None),
        diagnosis("kernel", machine.kernel.clone(), None),
        diagnosis(
            "cpu task",
            text::duration(task),
            Some("one task of the article's 10^7 iterations, on an idle core".into()),
        ),
    ]
}

fn clocks() -> Vec<Diagnosis> {
    let schedstat = match os::run_queue_wait() {
        Some(_) => diagnosis(
            "schedstat",
            "readable".into(),
            Some("the kernel's own figure of waiting for a core".into()),
        ),
        None => diagnosis(
            "schedstat",
            "not available".into(),
            Some("waiting for a core comes from CPU clocks alone".into()),
        ),
    };
    vec![
        diagnosis(
            "monotonic clock",
            text::duration(seconds(cost(clock::now))),
            Some("cost of one reading; every event takes one".into()),
        ),
        diagnosis(
            "CPU clock",
            text::duration(seconds(cost(clock::thread_cpu))),
            Some("cost of one reading; one per change of phase and per ms of computing".into()),
        ),
        schedstat,
    ]
}

/// What one call of `clock` costs: the least of some averages, as disturbances only add.
fn cost(clock: fn() -> Nanos) -> Nanos {
    const CALLS: u64 = 2_000;
    let average = || {
        let start = clock::now();
        for _ in 0..CALLS {
            black_box(clock());
        }
        (clock::now() - start) / CALLS
    };
    (0..20).map(|_| average()).min().unwrap_or(0)
}

fn limits(session: &Session) -> Vec<Diagnosis> {
    let limits = session.limits();
    let workers = |topic: &str, limit: &Limit| {
        diagnosis(
            topic,
            format!("up to {}", limit.most),
            Some(format!("limited by {}", limit.because)),
        )
    };
    let files = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE);
    vec![
        workers("threads", &limits.threads),
        workers("rayon threads", &limits.pool),
        workers("processes", &limits.processes),
        workers("threads for io", &limits.io_threads),
        workers("processes for io", &limits.io_processes),
        diagnosis(
            "open files",
            files.map_or_else(|_| "unknown".into(), |(soft, _)| soft.to_string()),
            Some("the soft limit, raised to the hard one".into()),
        ),
    ]
}

/// The interpreters that Python's models can be executed by, and what looks like one and is none.
fn pythons(session: &Session) -> Vec<Diagnosis> {
    let Pythons { found, useless } = session.find_pythons(&[]);
    if found.is_empty() && useless.is_empty() {
        let note = Some("the python models need CPython 3.8 or newer, on PATH or in pyenv".into());
        return vec![diagnosis("Python", "none found".into(), note)];
    }
    let found = found.iter().map(|python| {
        let interpreter = &python.interpreter;
        let task = text::duration(python.speed().seconds_of(ITERATIONS.default));
        let pool = if interpreter.subinterpreters {
            ", subinterpreters"
        } else {
            ""
        };
        let value = format!("{}{pool}; cpu task {task}", interpreter.label());
        diagnosis(
            "Python",
            value,
            Some(text::clean(&interpreter.path, PATH_TOLD)),
        )
    });
    let useless = useless
        .iter()
        .map(|useless| diagnosis("Python", "of no use".into(), Some(useless.sentence.clone())));
    found.chain(useless).collect()
}

fn surroundings() -> Vec<Diagnosis> {
    let directory = scratch::temporary();
    vec![diagnosis(
        "temporary files",
        directory.display().to_string(),
        Some(file_system_note(&directory)),
    )]
}

fn file_system_note(directory: &Path) -> String {
    let kind = os::file_system(directory).unwrap_or_else(|| "unknown".into());
    let writable = tempfile::tempfile_in(directory).is_ok();
    format!(
        "{kind}, {}",
        if writable {
            "writable"
        } else {
            "not writable: the io workload cannot run"
        }
    )
}
