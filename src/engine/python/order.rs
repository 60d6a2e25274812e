//! The order for the worker's script: the plan, where the server listens, and where everything is in the arena. The
//! script itself contains no offsets and no numbers of phases and states.

use std::{
    collections::BTreeMap,
    fs, io,
    mem::offset_of,
    os::fd::{AsFd, AsRawFd, RawFd},
};

use serde_json::{Value, json};

use crate::{
    catalog::workload::{ADDITIONS, LOCK, PAYLOAD, SHARE},
    domain::{counter::HandOverWay, phase::Phase, plan::Lock, time::TICK},
    engine::{
        EngineError,
        arena::{
            Arena, BLOCK, BYTES, CORES, EventSlot, Header, LANE_CORES, LANES, LaneHeader,
            LaneState, PythonHeader, RINGS, TASK_STRIPES, TASKS, TASKS_PER_STRIPE, TEXTS, TaskSlot,
            TaskState,
        },
        recorder::GAP_MIN,
        scratch::{MODULE, ORDER},
        worker::Assignment,
        zygote::Program,
    },
};

/// The script, embedded in this program.
pub const SCRIPT: &str = include_str!("../../../assets/worker.py");
/// The code that the interpreter executes. Python searches the current directory first for modules.
const START: &str = "import pconc_worker; pconc_worker.main()";

/// Writes the script and its order into the session's directory.
///
/// # Errors
/// If the directory is not writable.
pub fn write(assignment: &Assignment) -> io::Result<()> {
    let directory = &assignment.scratch.directory;
    fs::write(directory.join(format!("{MODULE}.py")), SCRIPT)?;
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
    Ok(Program {
        path: python.interpreter.path.clone(),
        arguments: ["-c", START, ORDER].map(String::from).to_vec(),
        directory: None,
        inherited: descriptors.into_values().collect(),
    })
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
    let is_adding = plan.given(&ADDITIONS).is_some();
    let counter =
        || json!({ "is_shared": plan.size.is_on(&SHARE), "is_locked": plan.size.is_on(&LOCK) });
    let shared = plan.has_shared_file().then(|| scratch.shared_file());
    json!({
        "steps": plan.steps(),
        "urls": urls,
        "shared_file": shared.map(|file| file.to_string_lossy().into_owned()),
        "limits": limits,
        "counter": is_adding.then(counter),
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
