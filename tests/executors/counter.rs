//! What workers share, as the number of `counter` shows it.

use pconc_tui::{
    catalog::workload::{LOCK, PAYLOAD, SHARE},
    domain::{
        counter::{CounterTotals, HandOverWay},
        python::StartMethod,
    },
};

use super::*;

pub fn trials(session: &'static Session) -> Vec<Trial> {
    type World = fn(&Session) -> Outcomes;
    let worlds: [(&str, World); 8] = [
        (
            "under_its_lock_no_addition_is_lost_under_any_model",
            under_the_lock,
        ),
        (
            "without_a_lock_additions_are_lost_and_none_is_made_up",
            without_a_lock,
        ),
        (
            "one_worker_loses_no_addition_under_any_model",
            one_worker_alone,
        ),
        (
            "the_emulated_lock_changes_hands_between_additions_only",
            under_the_emulated_lock,
        ),
        (
            "each_process_has_a_number_of_its_own_and_the_programs_stays_0",
            numbers_of_processes,
        ),
        ("a_run_that_was_stopped_has_no_number", stopped),
        (
            "each_worker_gets_its_block_intact_in_each_way_that_its_model_has",
            handed_over,
        ),
        (
            "a_run_that_is_stopped_while_blocks_are_handed_over_leaves_nothing_behind",
            stopped_before_the_start,
        ),
    ];
    let trial = |(name, test): (&str, World)| {
        Trial::test(format!("counter::{name}"), move || test(session))
    };
    worlds.into_iter().map(trial).collect()
}

/// The models that can execute the workload here.
fn models() -> impl Iterator<Item = Model> {
    let all = Model::ALL.into_iter();
    all.filter(|model| can_execute(Workload::Counter, *model))
}

fn counting(model: Model, share: bool, lock: bool) -> Draft {
    small(Workload::Counter, model)
        .with(&SHARE, share.into())
        .with(&LOCK, lock.into())
}

/// The number of a run that did all its work, however many additions it lost.
fn counted(session: &Session, draft: &Draft) -> Result<CounterTotals, Failed> {
    let record = run(session, draft).record;
    let error = &record.ending.error;
    check(
        record.is_sound(),
        format!("{}: {error:?}", draft.model.name()),
    )?;
    let counter = record.system.counter.ok_or("the workers counted")?;
    check(
        counter.expected == draft.tasks * draft.get(&ADDITIONS),
        format!("{counter:?}"),
    )?;
    let workers = counter.seen.len() as u64;
    check(workers == draft.workers, format!("{counter:?}"))?;
    Ok(counter)
}

fn under_the_lock(session: &Session) -> Outcomes {
    for model in models() {
        let counter = counted(session, &counting(model, true, true))?;
        check(
            counter.found == counter.expected && counter.is_shared && counter.is_locked,
            format!("{}: {counter:?}", model.name()),
        )?;
    }
    Ok(())
}

fn without_a_lock(session: &Session) -> Outcomes {
    for model in [Model::Threads, Model::Rayon, Model::Processes] {
        let draft = counting(model, true, false).with(&ADDITIONS, 2_000_000);
        let mut lost = 0;
        // Whether two workers add at the same moment depends on what else uses the cores.
        for _ in 0..50 {
            let counter = counted(session, &draft)?;
            check(
                (1..=counter.expected).contains(&counter.found),
                format!("{}: {counter:?}", model.name()),
            )?;
            lost += counter.lost();
            if lost > 0 {
                break;
            }
        }
        check(lost > 0, format!("{} lost nothing", model.name()))?;
    }
    Ok(())
}

fn one_worker_alone(session: &Session) -> Outcomes {
    for model in models().filter(|model| model.shares_variables()) {
        let mut draft = counting(model, false, false);
        draft.workers = 1;
        let counter = counted(session, &draft)?;
        check(
            counter.lost() == 0 && counter.seen == [counter.expected],
            format!("{}: {counter:?}", model.name()),
        )?;
    }
    Ok(())
}

fn under_the_emulated_lock(session: &Session) -> Outcomes {
    let draft = counting(Model::GilThreads, false, false)
        .with(&ADDITIONS, 500_000)
        .with(&SWITCH_INTERVAL, 50);
    let counter = counted(session, &draft)?;
    check(
        counter.lost() == 0 && counter.is_shared && !counter.is_locked,
        format!("{counter:?}"),
    )
}

fn numbers_of_processes(session: &Session) -> Outcomes {
    let processes = models().filter(|model| !model.shares_variables());
    for model in processes {
        for (method, lock) in [
            (StartMethod::Fork, false),
            (StartMethod::Spawn, true),
            (StartMethod::Forkserver, false),
        ] {
            let mut draft = counting(model, false, lock);
            draft.start_method = Some(method);
            let counter = counted(session, &draft)?;
            let told = || format!("{} {}: {counter:?}", model.name(), method.name());
            check(counter.found == 0 && !counter.is_shared, told())?;
            // Each made its own additions and saw no others.
            check(counter.seen.iter().sum::<u64>() == counter.expected, told())?;
        }
    }
    Ok(())
}

/// The workers compare their blocks with what was sent, and do not start if there is a difference.
fn handed_over(session: &Session) -> Outcomes {
    use HandOverWay::{CopyOnWrite, Pickled, Shared, Socket};
    for model in models() {
        let methods = match model.has_start_method() {
            true => &StartMethod::ALL[..],
            false => &StartMethod::ALL[..1],
        };
        for method in methods {
            let mut draft = counting(model, false, false).with(&PAYLOAD, 1_000_001);
            draft.start_method = Some(*method);
            let expected: &[HandOverWay] = match (model, method) {
                (Model::Processes, _) => &[Shared, CopyOnWrite, Socket],
                (Model::PythonProcesses, StartMethod::Fork) => &[Shared, CopyOnWrite, Pickled],
                (Model::PythonProcesses, _) => &[Shared, Pickled],
                _ => &[Shared],
            };
            let handovers = counted(session, &draft)?.handovers;
            let told = || format!("{} {}: {handovers:?}", model.name(), method.name());
            check(
                handovers
                    .iter()
                    .map(|over| over.way)
                    .eq(expected.iter().copied()),
                told(),
            )?;
            check(handovers.iter().all(|over| over.median_s > 0.0), told())?;
        }
    }
    let none = counted(session, &counting(Model::Processes, false, false))?;
    check(none.handovers.is_empty(), format!("{none:?}"))
}

fn stopped_before_the_start(session: &Session) -> Outcomes {
    let has_python = can_execute(Workload::Counter, Model::PythonProcesses);
    let python = has_python.then_some(Model::PythonProcesses);
    for model in [Model::Processes].into_iter().chain(python) {
        let draft = counting(model, false, false).with(&PAYLOAD, *PAYLOAD.range.end());
        let draft = Draft {
            workers: 60,
            tasks: 60,
            ..draft
        };
        // The first report comes while the workers wait for their turns.
        let mut going = Going::start(session, &plan(&draft));
        check(going.until(|_| true).is_none(), "it takes longer than that")?;
        going.run.stop();
        let record = going.finish().record;
        let error = &record.ending.error;
        let is_cancelled = record.ending.outcome == Outcome::Cancelled;
        check(is_cancelled, format!("{}: {error:?}", model.name()))?;
        let left = session.context.scratch.directory.exists();
        check(!left, "the temporary directory is gone")?;
        counted(session, &counting(model, false, false))?;
    }
    Ok(())
}

fn stopped(session: &Session) -> Outcomes {
    let mut going = Going::start(session, &plan(&endless(Workload::Counter, Model::Threads)));
    check(
        going.until(|trace| trace.tasks.0 > 0).is_none(),
        "an endless run does not end",
    )?;
    going.run.stop();
    let record = going.finish().record;
    check(
        record.system.counter.is_none(),
        format!("{:?}", record.system.counter),
    )
}
