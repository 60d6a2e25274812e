//! Plans, records and histories for the layers above the domain.

use std::sync::{Arc, LazyLock};

use pconc_tui::{
    analysis::shared::Shared,
    catalog::{model::Model, workload::Workload},
    domain::{
        command::UserCommand,
        function::{Function, Inputs},
        history::{History, RunEntry},
        machine::{Machine, WorkerLimits},
        phase::{Phase, PhaseTimes},
        plan::{Draft, Lock, Plan},
        provenance::Provenance,
        python::Interpreter,
        record::{
            ContextSwitches, EventTotals, InterpreterFacts, Measurement, Observer, Outcome,
            PhaseSource, Record, RunEnding, RunTimes, SystemFacts, WorkerRecord,
        },
        time::nanos,
    },
};

/// An empty history on a machine with this many usable cores.
pub fn history(cores_usable: u32) -> History {
    let machine = Machine {
        cpu_model: None,
        cores_online: cores_usable,
        cores_usable,
        cores: vec![],
        cores_quota: None,
        cores_whole: None,
        cores_limited_by: None,
        kernel: "sample".into(),
        memory_bytes: None,
    };
    History::new(Provenance::here("sample", machine))
}

/// A valid plan with the workload's defaults.
pub fn plan(kind: Workload, model: Model, workers: u64) -> Plan {
    draft(kind, model, workers)
        .validate(&WorkerLimits::default())
        .expect("the sample draft is valid")
}

/// A coroutine function that somebody has looked at.
pub fn function() -> Box<Function> {
    let inputs = Inputs::Lines("urls.txt".into());
    Box::new(Function {
        fingerprint: "5eed".into(),
        ..Function::unseen("fetch.py:fetch".into(), inputs)
    })
}

/// A command that somebody has looked at.
pub fn command() -> Box<UserCommand> {
    Box::new(UserCommand {
        line: "gzip -k {}".into(),
        shell: false,
        inputs: Inputs::Lines("files.txt".into()),
        fingerprint: "5eed".into(),
    })
}

/// A valid draft with the workload's defaults, or that calls a coroutine function. For a Python model it has an interpreter that can do everything.
pub fn draft(kind: Workload, model: Model, workers: u64) -> Draft {
    let interpreter = Interpreter {
        subinterpreters: true,
        ..super::python::interpreter()
    };
    Draft {
        function: kind.is_function().then(function),
        command: kind.is_command().then(command),
        python: model.is_python().then_some(interpreter),
        ..Draft::new(kind, model, workers)
    }
}

/// This record in a history, measured on two cores and compared with nothing.
pub fn run(number: usize, record: &Record) -> RunEntry {
    static HERE: LazyLock<Arc<Provenance>> = LazyLock::new(|| Arc::clone(history(2).here()));
    RunEntry::new(number, None, Arc::clone(&HERE), record.clone(), None)
}

/// This history for export.
pub fn shared(history: &History) -> Shared<'_> {
    Shared {
        runs: history.entries().iter().collect(),
        sweeps: history.sweeps().iter().collect(),
        ..Shared::default()
    }
}

/// The record of a completed run of `plan` with these wall-clock and CPU times, in seconds.
pub fn record(plan: Plan, wall_s: f64, cpu_s: f64) -> Record {
    let workers = plan.workers;
    let share = |seconds: f64| nanos(seconds / f64::from(workers));
    let mut each = PhaseTimes::default();
    each[Phase::Computing] = share(cpu_s.min(wall_s * f64::from(workers)));
    let waiting = match plan.lock() {
        Lock::None => Phase::Ready,
        Lock::Emulated | Lock::Real => Phase::Gil,
    };
    each[waiting] = nanos(wall_s) - each[Phase::Computing];
    let mut all = PhaseTimes::default();
    (0..workers).for_each(|_| all.add(&each));
    let worker = |worker| WorkerRecord {
        worker,
        pid: Some(100 + worker),
        tid: Some(100 + worker),
        tasks: plan.tasks / workers,
        cpu_s: cpu_s / f64::from(workers),
        memory_bytes: None,
        phases_s: each,
        run_queue_wait_s: None,
        gil_wait_s: None,
        migrations: 0,
    };
    Record {
        id: format!("sample-{wall_s}"),
        campaign: None,
        started_at: "2026-06-01T00:00:00Z".into(),
        ending: RunEnding {
            outcome: Outcome::Completed,
            error: None,
            tasks_failed: 0,
            tasks_not_begun: 0,
            failures: vec![],
        },
        times: RunTimes {
            wall_s,
            startup_s: Some(0.001),
            teardown_s: 0.001,
            cpu_s,
            concurrency: f64::from(workers.min(plan.tasks)),
            parallelism: cpu_s / wall_s,
            computing_overlap_s: None,
            phases_s: all,
        },
        interpreter: InterpreterFacts::default(),
        system: SystemFacts {
            context_switches: Some(ContextSwitches::default()),
            ..SystemFacts::default()
        },
        workers: (0..workers).map(worker).collect(),
        tasks: None,
        cores: vec![],
        measurement: Measurement {
            events: EventTotals::default(),
            observer: Observer::default(),
            phase_source: PhaseSource::Clock,
            blocked: None,
            caveats: vec![],
        },
        plan,
    }
}
