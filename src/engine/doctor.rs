//! Examines what this machine offers to the program.

use std::{hint::black_box, sync::mpsc, time::Duration};

use super::{clock, os, run::Report, scratch, session::Session};
use crate::{
    catalog::{
        model::Model,
        workload::{ITERATIONS, Workload},
    },
    domain::{
        machine::{Diagnosis, Limit},
        plan::Draft,
        python::{FoundPython, Interpreter, Pythons},
        text,
        time::{Nanos, seconds},
    },
};

/// The maximum length of a path in a diagnosis, in characters.
const PATH_SHOWN: usize = 200;

/// The time limit for an interpreter to execute a task.
const TRY_MAX: Nanos = 20_000_000_000;

/// Examines everything that determines what can be measured here and how well.
pub fn examine(session: &Session) -> Vec<Diagnosis> {
    let parts = [
        machine(session),
        clocks(),
        limits(session),
        surroundings(),
        pythons(session),
    ];
    parts.into_iter().flatten().collect()
}

fn noted(topic: &str, value: impl Into<String>, note: impl Into<String>) -> Diagnosis {
    Diagnosis {
        topic: topic.into(),
        value: value.into(),
        note: Some(note.into()).filter(|note| !note.is_empty()),
    }
}

fn machine(session: &Session) -> Vec<Diagnosis> {
    let machine = &session.machine;
    let unknown = || "unknown".to_string();
    let limited = machine.cores_limited_by.as_ref();
    let limited = limited.map(|why| format!("limited by {why}"));
    let cores = format!(
        "{} of {}",
        text::short(machine.full_use()),
        machine.cores_online
    );
    let processor = machine.cpu_model.clone().unwrap_or_else(unknown);
    let memory = machine.memory_bytes.map_or_else(unknown, text::bytes);
    let task = session.calibrate().seconds_of(ITERATIONS.default);
    vec![
        noted("processor", processor, ""),
        noted("usable cores", cores, limited.unwrap_or_default()),
        noted("memory", memory, ""),
        noted("kernel", &machine.kernel, ""),
        noted(
            "cpu task",
            text::duration(task),
            "one task of the article's 10^7 iterations, on an idle core",
        ),
    ]
}

fn clocks() -> Vec<Diagnosis> {
    let (schedstat, note) = match os::run_queue_wait() {
        Some(_) => ("readable", "the kernel's own figure of waiting for a core"),
        None => (
            "not available",
            "waiting for a core comes from CPU clocks alone",
        ),
    };
    vec![
        noted(
            "monotonic clock",
            text::duration(seconds(cost(clock::now))),
            "cost of one reading; every event takes one",
        ),
        noted(
            "CPU clock",
            text::duration(seconds(cost(clock::thread_cpu))),
            "cost of one reading; one per change of phase and per ms of computing",
        ),
        noted("schedstat", schedstat, note),
    ]
}

/// The cost of one call of `clock`: the minimum of several averages, because disturbances only add.
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
    let limits = &session.limits;
    let workers = |topic, limit: &Limit| {
        let note = format!("limited by {}", limit.because);
        noted(topic, format!("up to {}", limit.most), note)
    };
    let files = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE);
    vec![
        workers("threads", &limits.threads),
        workers("rayon threads", &limits.pool),
        workers("processes", &limits.processes),
        workers("threads for io", &limits.io_threads),
        workers("processes for io", &limits.io_processes),
        noted(
            "open files",
            files.map_or_else(|_| "unknown".into(), |(soft, _)| soft.to_string()),
            "the soft limit, raised to the hard one",
        ),
    ]
}

/// The interpreters that can execute the Python models, and files that look like interpreters but are not usable.
fn pythons(session: &Session) -> Vec<Diagnosis> {
    let Pythons { found, useless } = session.find_pythons(&[]);
    if found.is_empty() && useless.is_empty() {
        let note = "the python models need CPython 3.8 or newer, on PATH or in pyenv";
        return vec![noted("Python", "none found", note)];
    }
    let not_usable = |sentence: String| noted("Python", "not usable", sentence);
    let found = found.iter().map(|python| {
        let path = text::clean(&python.interpreter.path, PATH_SHOWN);
        match try_task(session, &python.interpreter) {
            Ok(()) => noted("Python", offered_by(python), path),
            Err(why) => not_usable(format!("{path} cannot execute a task: {why}")),
        }
    });
    let useless = useless.iter().map(|useless| useless.sentence.clone());
    found.chain(useless.map(not_usable)).collect()
}

fn offered_by(python: &FoundPython) -> String {
    let task = text::duration(python.speed().seconds_of(ITERATIONS.default));
    let pool = if python.interpreter.subinterpreters {
        ", subinterpreters"
    } else {
        ""
    };
    format!("{}{pool}; cpu task {task}", python.interpreter.label())
}

/// Executes one short task under this interpreter. An interpreter may describe itself and yet be unable to do that.
fn try_task(session: &Session, interpreter: &Interpreter) -> Result<(), String> {
    let mut draft = Draft::new(Workload::Cpu, Model::PythonThreads, 1).with(&ITERATIONS, 1_000);
    draft.tasks = 1;
    draft.python = Some(interpreter.clone());
    let plan = draft.validate(&session.limits);
    let plan = plan.map_err(|invalid| invalid.sentence)?;
    let (sender, reports) = mpsc::channel();
    let report = move |report| drop(sender.send(report));
    let _run = session.context.start(plan, report)?;
    let until = clock::now() + TRY_MAX;
    loop {
        let left = until.saturating_sub(clock::now());
        match reports.recv_timeout(Duration::from_nanos(left)) {
            Ok(Report::Batch(_)) if left > 0 => {}
            Ok(Report::Concluded(record)) => return record.ending.error.map_or(Ok(()), Err),
            Ok(Report::Broken(sentence)) => return Err(sentence),
            Ok(Report::Batch(_)) | Err(_) => {
                return Err(format!(
                    "no task was executed within {:.0} s",
                    seconds(TRY_MAX)
                ));
            }
        }
    }
}

fn surroundings() -> Vec<Diagnosis> {
    let directory = scratch::temporary();
    let kind = os::file_system(&directory).unwrap_or_else(|| "unknown".into());
    let note = match tempfile::tempfile_in(&directory) {
        Ok(_) => format!("{kind}, writable"),
        Err(error) => {
            let why = scratch::cannot_use(&directory, &error);
            format!("neither io nor Python's models can run: {why}")
        }
    };
    let value = directory.display().to_string();
    vec![noted("temporary files", value, note)]
}
