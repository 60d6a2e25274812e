//! What is seen of calls of a function while they go on. The real functions in `watched.py` say their truth.

use std::{cell::Cell, ops::Range, sync::atomic::Ordering::Relaxed};

use pconc_tui::domain::{
    function::{Function, Inputs},
    record::PhaseSource,
};

use super::*;

/// When a call has left what happens at its start, and before it comes to its end, after 0.4 s.
const WITHIN: Range<Nanos> = 50_000_000..300_000_000;

pub fn trials(session: &'static Session) -> Vec<Trial> {
    let mut trials = vec![];
    for model in [
        Model::PythonProcesses,
        Model::PythonThreads,
        Model::PythonInterpreters,
    ] {
        if !can_execute(Workload::Function, model) {
            continue;
        }
        for (function, phase) in [
            ("sleep", Phase::Sleep),
            ("file", Phase::File),
            ("computing", Phase::Computing),
            ("computing", Phase::Gil),
        ] {
            if phase == Phase::Gil && model != Model::PythonThreads {
                continue;
            }
            for (may_record, how) in [(true, "recorded"), (false, "sampled")] {
                let name = format!(
                    "watched::{}::{how}::a_call_of_{function}_is_drawn_as_{}_while_it_goes_on",
                    model.name(),
                    phase.name()
                );
                let test = move || {
                    session.context.may_record.store(may_record, Relaxed);
                    let outcomes = seen_live(session, model, function, phase);
                    session.context.may_record.store(true, Relaxed);
                    outcomes
                };
                trials.push(Trial::test(name, test));
            }
        }
    }
    trials
}

/// Eight calls of a function in `watched.py` by two workers.
fn calls(model: Model, function: &str) -> Draft {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/executors/watched.py");
    let inputs = Inputs::Range { from: 0, to: 8 };
    let mut draft = Draft::new(Workload::Function, model, 2);
    draft.tasks = 8;
    draft.python = interpreter_for(model);
    draft.function = Some(Box::new(Function {
        is_coroutine: false,
        fingerprint: function.into(),
        ..Function::unseen(format!("{file}:{function}"), inputs)
    }));
    draft
}

/// The workers that are within a call.
fn within_calls(trace: &Trace) -> impl Iterator<Item = usize> {
    let now = trace.now;
    let is_within = move |worker: &usize| {
        let call = trace.task_at(*worker, now);
        call.is_some_and(|call| call.is_open && WITHIN.contains(&(now - call.from)))
    };
    (0..trace.lanes.len()).filter(is_within)
}

fn seen_live(session: &Session, model: Model, function: &str, phase: Phase) -> Outcomes {
    let mut going = Going::start(session, &plan(&calls(model, function)));
    let (is_seen, is_pickling) = (Cell::new(false), Cell::new(false));
    let record = going.until(|trace| {
        let now = trace.now;
        for worker in within_calls(trace) {
            let lately = trace.times_between(worker, now - WITHIN.start, now);
            let seen_now = trace.lanes[worker].phase_now(now);
            is_seen.set(is_seen.get() || lately[phase] > 0);
            is_pickling.set(is_pickling.get() || seen_now == Some(Phase::Pickling));
        }
        false
    });
    let record = record.ok_or("it ends by being concluded")?;
    check(
        record.ending.outcome == Outcome::Completed,
        format!("{:?}", record.ending.error),
    )?;
    let may_record = session.context.may_record.load(Relaxed);
    match record.measurement.phase_source {
        PhaseSource::SwitchesAndSyscalls => check(may_record, "nothing may be recorded")?,
        PhaseSource::Samples if !may_record => {}
        other => {
            println!("skipped: this system does not let a program watch threads: {other:?}");
            return Ok(());
        }
    }
    check(
        !is_pickling.get(),
        "a call that goes on is drawn as pickling",
    )?;
    let never = format!("no call was drawn as {}", phase.name());
    check(is_seen.get(), never)
}
