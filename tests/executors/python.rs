//! The contract of the Python models beyond the contract of all models.

use pconc_tui::domain::python::{GilState, StartMethod};

use super::*;

pub fn trials(session: &'static Session) -> Vec<Trial> {
    type World = fn(&Session) -> Outcomes;
    let worlds: [(&str, World); 11] = [
        (
            "every_interpreter_here_executes_every_model_that_it_has",
            every_interpreter,
        ),
        (
            "every_start_method_makes_processes_that_do_the_work",
            start_methods,
        ),
        (
            "a_killed_worker_breaks_the_pool_and_is_named_with_pythons_message",
            killed,
        ),
        (
            "a_killed_interpreter_is_named_and_the_next_run_works",
            killed_interpreter,
        ),
        (
            "a_page_that_is_not_there_fails_its_task_with_the_words_of_all_models",
            not_there,
        ),
        (
            "what_an_interpreter_prints_is_kept_and_shown_nowhere_else",
            prints,
        ),
        (
            "no_password_is_in_what_an_interpreter_prints",
            prints_the_order,
        ),
        (
            "an_interpreter_that_never_answers_is_stopped_like_any_other",
            never_answers,
        ),
        (
            "the_emulated_and_the_real_lock_give_the_same_order_of_results",
            same_order,
        ),
        (
            "a_file_that_all_write_is_looked_at_as_under_native_models",
            shared_file,
        ),
        ("no_semaphore_stays_in_shared_memory", no_semaphores),
    ];
    if interpreters::default().is_none() {
        println!("skipped: all tests of Python's models, as there is no python3");
        return vec![];
    }
    worlds
        .into_iter()
        .map(|(name, test)| Trial::test(format!("python::{name}"), move || test(session)))
        .collect()
}

fn completed(record: &Record, of: &str) -> Outcomes {
    check(
        record.ending.outcome == Outcome::Completed,
        format!(
            "{of}: {:?} {:?}",
            record.ending.error, record.interpreter.python
        ),
    )?;
    check(
        record.ending.tasks_failed + record.ending.tasks_not_begun == 0,
        format!("{of}: {:?}", record.ending.failures),
    )
}

fn every_interpreter(session: &Session) -> Outcomes {
    for interpreter in interpreters::all() {
        let calls_functions = |model: &Model| model.is_serial();
        for model in Model::of(true).filter(|model| !calls_functions(model)) {
            let kind = if model == Model::PythonAsyncio {
                Workload::Io
            } else {
                Workload::Cpu
            };
            let has_it = model != Model::PythonInterpreters || interpreter.subinterpreters;
            if !has_it || !kind.suits(model) {
                continue;
            }
            let mut draft = small(kind, model);
            draft.python = Some(interpreter.clone());
            let of = plan(&draft).executor.label();
            let record = run(session, &draft).record;
            completed(&record, &of)?;
            let python = record
                .interpreter
                .python
                .ok_or("CPython says what it was")?;
            check(
                python.gil == Some(interpreter.gil),
                format!("{of}: {:?}", python.gil),
            )?;
            let parts = [python.interpreter_s, python.imports_s, python.pool_s];
            let known = parts.iter().all(|part| part.is_some_and(|part| part > 0.0));
            check(known, format!("{of}: start-up is {parts:?}"))?;
            let shares = model == Model::PythonThreads && interpreter.gil == GilState::On;
            let is_estimate = shares && record.measurement.blocked.is_none();
            check(
                record.interpreter.gil.is_some_and(|gil| gil.is_estimate) == is_estimate,
                format!("{of}: {:?}", record.interpreter.gil),
            )?;
            check(
                python.output.is_none(),
                format!("{of} printed {:?}", python.output),
            )?;
        }
    }
    Ok(())
}

fn start_methods(session: &Session) -> Outcomes {
    for method in StartMethod::ALL {
        for kind in Workload::BUILT_IN {
            let mut draft = small(kind, Model::PythonProcesses);
            draft.start_method = Some(method);
            let record = run(session, &draft).record;
            completed(&record, method.name())?;
            let mut pids: Vec<_> = record
                .workers
                .iter()
                .filter_map(|worker| worker.pid)
                .collect();
            pids.sort_unstable();
            pids.dedup();
            check(pids.len() == 4, format!("{}: {pids:?}", method.name()))?;
            check(
                record.system.memory_bytes.is_some(),
                "the memory of processes is known",
            )?;
        }
    }
    Ok(())
}

/// A long run of two workers at a time when both are working, with their process ids.
fn at_work(session: &Session, model: Model) -> Result<(Going, Vec<u32>), Failed> {
    let mut draft = small(Workload::Cpu, model);
    (draft.workers, draft.tasks) = (2, 4);
    draft.set(&ITERATIONS, 100_000_000);
    let mut going = Going::start(session, &plan(&draft));
    check(
        going.until(|trace| trace.tasks.0 >= 2).is_none(),
        "it takes longer than that",
    )?;
    let zygote = children_of(std::process::id());
    let first: Vec<u32> = zygote.into_iter().flat_map(children_of).collect();
    Ok((going, first))
}

fn kill(pid: u32) -> Outcomes {
    let pid = nix::unistd::Pid::from_raw(pid.cast_signed());
    Ok(nix::sys::signal::kill(
        pid,
        nix::sys::signal::Signal::SIGKILL,
    )?)
}

fn killed(session: &Session) -> Outcomes {
    let (going, first) = at_work(session, Model::PythonProcesses)?;
    let workers: Vec<u32> = first.iter().copied().flat_map(children_of).collect();
    let victim = *workers.last().ok_or("there are workers")?;
    kill(victim)?;
    let record = going.finish().record;
    check(
        record.ending.outcome == Outcome::Failed,
        format!("{:?}", record.ending.outcome),
    )?;
    let number = record
        .workers
        .iter()
        .find(|worker| worker.pid == Some(victim))
        .map(|worker| worker.worker);
    let number = number.ok_or(format!("{victim} is none of {:?}", record.workers))?;
    let error = record.ending.error.clone().unwrap_or_default();
    let named = error.starts_with(&format!("worker {number} was killed by SIGKILL"));
    check(
        named && error.contains("BrokenProcessPool"),
        format!("the error is {error:?}"),
    )?;
    let next = run(session, &small(Workload::Cpu, Model::PythonProcesses)).record;
    completed(&next, "the next run")
}

fn killed_interpreter(session: &Session) -> Outcomes {
    for model in [Model::PythonThreads, Model::PythonProcesses] {
        let (going, first) = at_work(session, model)?;
        kill(*first.first().ok_or("there is an interpreter")?)?;
        let record = going.finish().record;
        let error = record.ending.error.clone().unwrap_or_default();
        check(
            error.contains("SIGKILL"),
            format!("{}: the error is {error:?}", model.name()),
        )?;
        check(
            workers_alive().is_empty(),
            format!("{} left {:?}", model.name(), workers_alive()),
        )?;
        completed(
            &run(session, &small(Workload::Cpu, model)).record,
            "the next run",
        )?;
    }
    Ok(())
}

fn not_there(session: &Session) -> Outcomes {
    let refused = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    for model in [
        Model::PythonThreads,
        Model::PythonProcesses,
        Model::PythonAsyncio,
    ] {
        let mut draft = small(Workload::Io, model);
        draft.tasks = 4;
        draft.urls = Some(vec![
            format!("http://127.0.0.1:{}/", one_page_server()),
            format!("http://127.0.0.1:{refused}/nobody"),
        ]);
        let record = run(session, &draft).record;
        check(
            record.ending.outcome == Outcome::Completed,
            format!("{:?}", record.ending.error),
        )?;
        check(
            record.ending.tasks_failed == 2,
            format!(
                "{} failed under {}",
                record.ending.tasks_failed,
                model.name()
            ),
        )?;
        for task in &record.ending.failures {
            let told = task.error.as_deref().unwrap_or_default();
            let words = format!("http://127.0.0.1:{refused}/nobody: connection refused");
            check(told == words, format!("{}: {told}", model.name()))?;
        }
    }
    Ok(())
}

/// A script that executes an interpreter as its last command.
fn wrapped(script: &str) -> Result<(tempfile::TempDir, Interpreter), Failed> {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir()?;
    let mut interpreter = interpreters::default().ok_or("there is one")?;
    let path = directory.path().join("python3");
    std::fs::write(
        &path,
        format!("#!/bin/sh\n{script}\nexec '{}' \"$@\"\n", interpreter.path),
    )?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    interpreter.path = path.to_string_lossy().into_owned();
    Ok((directory, interpreter))
}

fn prints(session: &Session) -> Outcomes {
    let (_directory, interpreter) = wrapped("echo a word from the site; echo another >&2")?;
    let mut draft = small(Workload::Cpu, Model::PythonThreads);
    draft.python = Some(interpreter);
    let record = run(session, &draft).record;
    completed(&record, "an interpreter that prints")?;
    let output = record
        .interpreter
        .python
        .and_then(|python| python.output)
        .ok_or("what was printed is kept")?;
    check(
        output.text == "a word from the site\nanother",
        format!("{output:?}"),
    )?;
    let (_directory, interpreter) = wrapped("echo rubbish; exit 3")?;
    draft.python = Some(interpreter);
    let record = run(session, &draft).record;
    let error = record.ending.error.unwrap_or_default();
    check(
        error.contains("status 3") && error.contains("rubbish"),
        format!("the error is {error:?}"),
    )
}

fn prints_the_order(session: &Session) -> Outcomes {
    // The interpreter reads all its instructions from files in its directory.
    for words in ["cat order.json", "cat order.json; exit 3"] {
        let (_directory, interpreter) = wrapped(words)?;
        let mut draft = small(Workload::Io, Model::PythonThreads);
        draft.python = Some(interpreter);
        draft.urls = Some(vec![format!(
            "http://anna:SE%40CRET@127.0.0.1:{}/",
            one_page_server()
        )]);
        let record = run(session, &draft).record;
        let told = format!("{:?} {:?}", record.ending.error, record.interpreter.python);
        check(
            told.contains("***@127.0.0.1"),
            format!("the order was not printed: {told}"),
        )?;
        check(!told.contains("CRET"), told)?;
    }
    Ok(())
}

fn never_answers(session: &Session) -> Outcomes {
    let (directory, interpreter) = wrapped("touch \"$0.begun\"; sleep 1000 & sleep 1000")?;
    let begun = directory.path().join("python3.begun");
    let mut draft = small(Workload::Cpu, Model::PythonProcesses);
    draft.python = Some(interpreter);
    let mut going = Going::start(session, &plan(&draft));
    check(
        going.until(|_| begun.exists()).is_none(),
        "it does not end by itself",
    )?;
    going.run.stop();
    let record = going.finish().record;
    check(
        record.ending.outcome == Outcome::Cancelled,
        format!("{:?} {:?}", record.ending.outcome, record.ending.error),
    )?;
    check(
        workers_alive().is_empty(),
        format!("{:?} stay behind", workers_alive()),
    )?;
    completed(
        &run(session, &small(Workload::Cpu, Model::PythonProcesses)).record,
        "the next run",
    )
}

fn same_order(session: &Session) -> Outcomes {
    let order = |model| {
        let mut draft = small(Workload::Cpu, model);
        draft.workers = 1;
        let tasks = run(session, &draft).record.tasks.unwrap_or_default();
        let mut ends: Vec<(f64, u32)> = tasks
            .iter()
            .filter_map(|task| Some((task.end_s?, task.task)))
            .collect();
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        ends.into_iter().map(|(_, task)| task).collect::<Vec<_>>()
    };
    let (emulated, real) = (order(Model::GilThreads), order(Model::PythonThreads));
    check(
        emulated == real && real.len() == 13,
        format!("{emulated:?} {real:?}"),
    )
}

fn shared_file(session: &Session) -> Outcomes {
    for model in [
        Model::PythonThreads,
        Model::PythonProcesses,
        Model::PythonAsyncio,
    ] {
        let file = shared(session, &sharing(model))?;
        check(
            (file.writes, file.pages_written) == (24 * 40, 12),
            format!("{}: {file:?}", model.name()),
        )?;
    }
    Ok(())
}

fn no_semaphores(session: &Session) -> Outcomes {
    let listed = || {
        let entries = std::fs::read_dir("/dev/shm")
            .into_iter()
            .flatten()
            .flatten();
        entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("sem.mp-"))
            .count()
    };
    let before = listed();
    for method in StartMethod::ALL {
        let mut draft = endless(Workload::Cpu, Model::PythonProcesses);
        draft.start_method = Some(method);
        let mut going = Going::start(session, &plan(&draft));
        check(
            going.until(|trace| trace.tasks.0 > 0).is_none(),
            "an endless run does not end",
        )?;
        going.run.stop();
        let record = going.finish().record;
        check(
            record.ending.outcome == Outcome::Cancelled,
            format!("{:?} {:?}", record.ending.outcome, record.ending.error),
        )?;
    }
    check(listed() <= before, "a stopped pool leaves its semaphores")
}
