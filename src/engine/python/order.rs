//! What the worker's script is told: the plan, where the server listens, and where everything is in the arena. It knows no
//! offset and no number of its own.

use std::fs;
use std::io;
use std::mem::offset_of;
use std::os::fd::AsRawFd;

use serde_json::{Value, json};

use super::program::Program;
use crate::domain::addresses::Addresses;
use crate::domain::phase::Phase;
use crate::domain::plan::{Lock, Plan};
use crate::domain::time::TICK;
use crate::engine::arena::{
    Arena, Header, LaneHeader, LaneState, Part, PythonHeader, TaskSlot, TaskState,
};
use crate::engine::recorder::GAP_MIN;
use crate::engine::scratch::{ORDER, Scratch};
use crate::engine::worker::Assignment;

/// The script, as it is embedded in this program.
pub(super) const SCRIPT: &str = include_str!("../../../assets/worker.py");
/// What the interpreter is told to execute: the current directory is the first where it looks for modules.
const START: &str = "import pconc_worker; pconc_worker.main()";

/// Writes the script and its order into the session's directory.
///
/// # Errors
/// When the directory cannot be written to.
pub fn write(assignment: &Assignment) -> io::Result<()> {
    fs::write(assignment.scratch.script(), SCRIPT)?;
    fs::write(
        assignment.scratch.order(),
        serde_json::to_vec(&order(assignment))?,
    )
}

/// The interpreter of this plan, told to carry the order out. `None` if the plan has none, or no other program can map the
/// arena.
pub fn program(arena: &Arena, plan: &Plan, scratch: &Scratch) -> Option<Program> {
    let python = plan.python()?;
    let mut program = Program::python(
        &python.interpreter.path,
        &["-c", START, ORDER],
        scratch.path(),
        &scratch.output(),
    );
    program.inherited = vec![
        arena.file()?.as_raw_fd(),
        arena.gate.descriptor(),
        arena.stop.descriptor(),
        arena.bell.writing_descriptor(),
    ];
    Some(program)
}

fn order(assignment: &Assignment) -> Value {
    let Assignment { arena, plan, .. } = assignment;
    let start_method = plan.python().and_then(|python| python.start_method);
    json!({
        "model": plan.model().name(),
        "workers": plan.workers(),
        "tasks": plan.tasks(),
        "start_method": start_method.map(|method| method.name()),
        "has_own_process": plan.model().has_processes(),
        "shares_lock": plan.lock() == Lock::Real,
        "workload": workload(assignment),
        "descriptors": {
            "arena": arena.file().map(|file| file.as_raw_fd()),
            "gate": arena.gate.descriptor(),
            "stop": arena.stop.descriptor(),
            "bell": arena.bell.writing_descriptor(),
        },
        "layout": layout(arena),
        "phases": phases(),
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
        "tick_ns": TICK,
        "gap_min_ns": GAP_MIN,
    })
}

fn workload(assignment: &Assignment) -> Value {
    let Assignment {
        plan,
        port,
        scratch,
        limits,
        ..
    } = assignment;
    let urls: Option<Vec<String>> = plan.addresses().map(|addresses| match addresses {
        Addresses::Urls(urls) => urls.clone(),
        Addresses::Loopback { latencies_ms, .. } => (0..latencies_ms.len())
            .map(|page| format!("http://127.0.0.1:{port}/page/{page}"))
            .collect(),
    });
    let shared = plan.has_shared_file().then(|| scratch.shared_file());
    json!({
        "steps": plan.steps(),
        "urls": urls,
        "shared_file": shared.map(|file| file.to_string_lossy().into_owned()),
        "limits": {
            "timeout_s": limits.timeout.as_secs_f64(),
            "redirects": limits.redirects,
            "head_bytes": limits.head_bytes,
            "body_bytes": limits.body_bytes,
        },
    })
}

fn phases() -> Value {
    let all = Phase::MEASURED
        .into_iter()
        .map(|phase| (phase.name().to_string(), json!(phase as u8)));
    Value::Object(all.collect())
}

fn layout(arena: &Arena) -> Value {
    let layout = arena.layout();
    let part = |part: Part| json!({ "at": part.at, "size": part.size });
    json!({
        "bytes": layout.bytes,
        "cores": layout.cores,
        "lanes": part(layout.lanes),
        "tasks": part(layout.tasks),
        "task_stripes": layout.task_stripes,
        "tasks_per_stripe": layout.tasks_per_stripe,
        "texts": part(layout.texts),
        "lane_cores": part(layout.lane_cores),
        "rings": part(layout.rings),
        "header": { "t0": offset_of!(Header, t0), "stop": offset_of!(Header, stop) },
        "python": python_fields(),
        "lane": lane_fields(),
        "task": {
            "begin": offset_of!(TaskSlot, begin),
            "end": offset_of!(TaskSlot, end),
            "worker": offset_of!(TaskSlot, worker),
            "state": offset_of!(TaskSlot, state),
            "error": offset_of!(TaskSlot, error),
            "executions": offset_of!(TaskSlot, executions),
        },
    })
}

fn python_fields() -> Value {
    let at = |field: usize| offset_of!(Header, python) + field;
    json!({
        "begun_at": at(offset_of!(PythonHeader, begun_at)),
        "imported_at": at(offset_of!(PythonHeader, imported_at)),
        "pool_at": at(offset_of!(PythonHeader, pool_at)),
        "done_at": at(offset_of!(PythonHeader, done_at)),
        "manager_cpu": at(offset_of!(PythonHeader, manager_cpu)),
        "memory": at(offset_of!(PythonHeader, memory)),
        "failure": at(offset_of!(PythonHeader, failure)),
        "may_go": at(offset_of!(PythonHeader, may_go)),
    })
}

fn lane_fields() -> Value {
    json!({
        "written": offset_of!(LaneHeader, written),
        "dropped": offset_of!(LaneHeader, dropped),
        "phases": offset_of!(LaneHeader, phases),
        "open_phase": offset_of!(LaneHeader, open_phase),
        "state": offset_of!(LaneHeader, state),
        "last_stamp": offset_of!(LaneHeader, last_stamp),
        "cpu": offset_of!(LaneHeader, cpu),
        "begun": offset_of!(LaneHeader, begun),
        "ended": offset_of!(LaneHeader, ended),
        "failed": offset_of!(LaneHeader, failed),
        "writes": offset_of!(LaneHeader, writes),
        "spoilt": offset_of!(LaneHeader, spoilt),
        "pid": offset_of!(LaneHeader, pid),
        "tid": offset_of!(LaneHeader, tid),
        "cause": offset_of!(LaneHeader, cause),
        "gil": offset_of!(LaneHeader, gil),
        "memory": offset_of!(LaneHeader, memory),
        "run_queue_wait": offset_of!(LaneHeader, run_queue_wait),
        "voluntary": offset_of!(LaneHeader, voluntary),
        "involuntary": offset_of!(LaneHeader, involuntary),
        "migrations": offset_of!(LaneHeader, migrations),
        "taken": offset_of!(LaneHeader, taken),
    })
}
