//! The order for the worker's script: the plan, where the server listens, and where everything is in the arena. The
//! script itself contains no offsets and no numbers of phases and states.

use std::{
    collections::BTreeMap,
    fs, io,
    mem::offset_of,
    os::fd::{AsFd, AsRawFd, RawFd},
    path::Path,
};

use serde_json::{Value, json};

use crate::{
    catalog::workload::{ADDITIONS, CHUNK_SIZE, LOCK, PAYLOAD, SHARE},
    domain::{address::shown, counter::HandOverWay, phase::Phase, plan::Lock, time::TICK},
    engine::{
        EngineError,
        arena::{
            Arena, BLOCK, BYTES, CORES, Header, LANE_CORES, LANES, LaneHeader, LaneState,
            PythonHeader, RINGS, TASK_STRIPES, TASKS, TASKS_PER_STRIPE, TEXTS, TaskSlot, TaskState,
        },
        recorder::GAP_MIN,
        ring::EventSlot,
        scratch::{FACTS, FUNCTION, MODULE, ORDER},
        worker::Assignment,
        zygote::{Environment, Program},
    },
};

/// The script, embedded in this program.
pub const SCRIPT: &str = include_str!("../../../assets/worker.py");
/// Its part for the user's function.
pub const FUNCTION_SCRIPT: &str = include_str!("../../../assets/function.py");
/// The code that the interpreter executes. Python searches the current directory first for modules.
const START: &str = "import pconc_worker; pconc_worker.main()";

/// The same in the user's environment. The current directory is the user's, where a file could have the name of a module
/// that the script needs.
const USERS_START: &str = "\
import sys
if sys.path and not sys.path[0]:
    del sys.path[0]
sys.path.append(sys.argv.pop(1))
import pconc_worker
pconc_worker.main()";

/// Writes the script and its order into the session's directory.
///
/// # Errors
/// If the directory is not writable.
pub fn write(assignment: &Assignment) -> io::Result<()> {
    let directory = &assignment.scratch.directory;
    fs::write(directory.join(format!("{MODULE}.py")), SCRIPT)?;
    if assignment.plan.function().is_some() {
        fs::write(directory.join(format!("{FUNCTION}.py")), FUNCTION_SCRIPT)?;
    }
    let order = serde_json::to_vec(&order(assignment))?;
    fs::write(directory.join(ORDER), order)
}

/// The interpreter of this plan, with the arguments that make it execute the order.
///
/// # Errors
/// If other programs cannot map the arena.
pub fn program(assignment: &Assignment) -> Result<Program, EngineError> {
    let python = assignment
        .plan
        .python()
        .expect("a plan of Python's has an interpreter");
    let descriptors = descriptors(&assignment.arena).ok_or_else(|| {
        EngineError::new(
            "the system allows no memory that Python can share with this program: is there a limit of file sizes?",
        )
    })?;
    let (arguments, environment) = if assignment.plan.function().is_some() {
        users_start(assignment)
    } else {
        (
            ["-c", START, ORDER].map(String::from).to_vec(),
            Environment::Own,
        )
    };
    Ok(Program {
        path: python.interpreter.path.clone(),
        arguments,
        directory: None,
        environment,
        inherited: descriptors.into_values().collect(),
    })
}

/// The arguments and the environment of an interpreter that calls the user's function.
fn users_start(assignment: &Assignment) -> (Vec<String>, Environment) {
    let directory = &assignment.scratch.directory;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let own = text(directory);
    let mut besides = BTreeMap::new();
    if assignment.plan.model().needs_subinterpreters() {
        // They look for modules where the interpreter was told to look, whatever it has learnt since.
        let before = std::env::var("PYTHONPATH").unwrap_or_default();
        let separator = if before.is_empty() { "" } else { ":" };
        besides.insert("PYTHONPATH".into(), format!("{before}{separator}{own}"));
    }
    let arguments = vec![
        "-c".into(),
        USERS_START.into(),
        own,
        text(&directory.join(ORDER)),
    ];
    (arguments, Environment::Users(besides))
}

/// The descriptors that the script needs, by name; `None` if other programs cannot map the arena.
fn descriptors(arena: &Arena) -> Option<BTreeMap<&'static str, RawFd>> {
    Some(BTreeMap::from([
        ("arena", arena.file.as_ref()?.as_raw_fd()),
        ("gate", arena.gate.as_fd().as_raw_fd()),
        ("stop", arena.stop.as_fd().as_raw_fd()),
        ("bell", arena.bell.writer.as_raw_fd()),
    ]))
}

fn order(assignment: &Assignment) -> Value {
    let Assignment { arena, plan, .. } = assignment;
    let start_method = plan.python().and_then(|python| python.start_method);
    let phases = Phase::MEASURED.map(|phase| (phase.name(), phase as u8));
    json!({
        "model": plan.model().name(),
        "workers": plan.workers,
        "tasks": plan.tasks,
        "start_method": start_method.map(|method| method.name()),
        "sockets": assignment.scratch.short_path().to_string_lossy(),
        "semaphores": format!("/{}", assignment.scratch.semaphores()),
        "has_own_process": plan.model().has_processes(),
        "shares_lock": plan.lock() == Lock::Real,
        "workload": workload(assignment),
        "descriptors": descriptors(arena),
        "layout": layout(arena),
        "phases": BTreeMap::from(phases),
        "lane_states": {
            "working": LaneState::Working as u32,
            "finished": LaneState::Finished as u32,
            "died": LaneState::Died as u32,
        },
        "task_states": {
            "begun": TaskState::Begun as u32,
            "ok": TaskState::Ok as u32,
            "failed": TaskState::Failed as u32,
        },
        "ways": BTreeMap::from(HandOverWay::ALL.map(|way| (way.name(), way as u8))),
        "tick_ns": TICK,
        "gap_min_ns": GAP_MIN,
    })
}

fn workload(assignment: &Assignment) -> Value {
    let Assignment {
        plan,
        scratch,
        limits,
        ..
    } = assignment;
    let urls = plan.addresses().map(|addresses| {
        let numbers = 0..addresses.count();
        numbers
            .map(|number| assignment.url(addresses, number))
            .collect::<Vec<_>>()
    });
    let shown = urls.iter().flatten().map(|url| shown(url));
    let is_adding = plan.given(&ADDITIONS).is_some();
    let counter =
        || json!({ "is_shared": plan.size.is_on(&SHARE), "is_locked": plan.size.is_on(&LOCK) });
    let shared = plan.has_shared_file().then(|| scratch.shared_file());
    json!({
        "steps": plan.steps(),
        "shown": shown.collect::<Vec<_>>(),
        "urls": urls,
        "shared_file": shared.map(|file| file.to_string_lossy().into_owned()),
        "limits": limits,
        "counter": is_adding.then(counter),
        "function": plan.function().map(|function| json!({
            "target": function.target,
            "paths": function.paths,
            "inputs": function.inputs,
            "star": function.star,
            "calls": plan.tasks,
            "chunk_size": plan.given(&CHUNK_SIZE).unwrap_or(1),
            "facts": scratch.directory.join(FACTS).to_string_lossy(),
        })),
        "payload": plan.size.get(&PAYLOAD),
    })
}

/// The offsets of a struct's fields, by name.
macro_rules! offsets {
    ($base:expr, $of:ty: $($field:ident),* $(,)?) => {
        BTreeMap::from([$((stringify!($field), $base + offset_of!($of, $field))),*])
    };
}

fn layout(arena: &Arena) -> Value {
    json!({
        "bytes": BYTES,
        "cores": CORES,
        "lanes": LANES,
        "tasks": TASKS,
        "task_stripes": TASK_STRIPES,
        "tasks_per_stripe": TASKS_PER_STRIPE,
        "texts": TEXTS,
        "lane_cores": LANE_CORES,
        "block": BLOCK,
        "rings": { "at": RINGS.at, "size": arena.ring_slots() * size_of::<EventSlot>() },
        "header": offsets!(0, Header: t0, stop, counter),
        "python": offsets!(
            offset_of!(Header, python), PythonHeader:
            begun_at, imported_at, pool_at, done_at, manager_cpu, memory, failure, may_go, counter,
        ),
        "lane": offsets!(
            0, LaneHeader:
            written, dropped, phases, open_phase, state, last_stamp, cpu, begun, ended, failed, writes, spoilt, pid, tid,
            cause, gil, seen, handovers, memory, run_queue_wait, voluntary, involuntary, migrations, taken,
        ),
        "task": offsets!(0, TaskSlot: start, end, worker, state, error, executions),
    })
}
