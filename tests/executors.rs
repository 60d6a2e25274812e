//! One contract for every model on every workload, on the real engine.
//!
//! The session is made before the harness starts its threads, because the zygote has to be forked by a process with one
//! thread. Runs happen one at a time, so the tests do, too.

#[path = "support/behaviours.rs"]
mod behaviours;
#[path = "executors/counter.rs"]
mod counter;
#[path = "support/damage.rs"]
#[expect(dead_code, reason = "others need all of it")]
mod damage;
#[path = "executors/fetching.rs"]
mod fetching;
#[path = "executors/interpreters.rs"]
mod interpreters;
#[path = "executors/python.rs"]
mod python;
#[path = "executors/servers.rs"]
mod servers;
#[path = "executors/watched.rs"]
mod watched;

use std::{
    env, fs,
    sync::{OnceLock, mpsc},
    time::Duration,
};

use libtest_mimic::{Arguments, Failed, Trial};
use pconc_tui::{
    analysis::shared::Shared,
    app::{App, frame, message::Msg},
    catalog::{
        model::{Model, SWITCH_INTERVAL},
        workload::{
            ADDITIONS, ADDRESSES, ITERATIONS, LATENCY_MAX, LATENCY_MIN, PAGE_BYTES, SHARED_FILE,
            WAIT, WRITES, Workload,
        },
    },
    domain::{
        history::{Lot, RunEntry},
        machine::{Machine, WorkerLimits},
        phase::Phase,
        plan::{Draft, Lock, Plan},
        provenance::{Origin, Provenance},
        python::Interpreter,
        record::{FAILURES_KEPT, Outcome, Record, TASKS_LISTED, TaskOutcome, TaskRecord},
        shared_file::{FileContent, SharedFile, Source},
        time::{Nanos, nanos},
        trace::Trace,
    },
    engine::{
        kernel::render::python_str_of_bytes,
        loopback,
        run::{Report, Run},
        session::Session,
    },
    export::json::{self, Traces},
    ui::{Theme, key::Key},
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use servers::Authority;

/// The time limit of any run here. A run that has not ended by then hangs.
const HANG: Duration = Duration::from_secs(60);

type Outcomes = Result<(), Failed>;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let authorities = tempfile::tempdir().expect("there is room for one");
    let file = authorities.path().join("authorities.pem");
    fs::write(&file, trusted().pem()).expect("there is room for it");
    // SAFETY: no other thread exists yet.
    unsafe { env::set_var("SSL_CERT_FILE", &file) };
    // The zygote is forked here, by the only thread.
    let session: &'static Session = Box::leak(Box::new(
        Session::prepare().expect("the machine lets us measure"),
    ));
    let conclusion = libtest_mimic::run(&arguments, trials(session));
    assert!(
        !session.context.scratch.directory.exists(),
        "a temporary directory stays behind"
    );
    drop(authorities);
    conclusion.exit();
}

/// The authority that every program of these tests trusts.
fn trusted() -> &'static Authority {
    static TRUSTED: OnceLock<Authority> = OnceLock::new();
    TRUSTED.get_or_init(|| servers::authority("An Authority of These Tests"))
}

fn trials(session: &'static Session) -> Vec<Trial> {
    let mut trials = vec![];
    for kind in Workload::BUILT_IN {
        for model in Model::ALL {
            if !can_execute(kind, model) {
                continue;
            }
            let trial = |promise: &str, test: fn(&Session, Workload, Model) -> Outcomes| {
                let name = format!("{}::{}::{promise}", kind.name(), model.name());
                Trial::test(name, move || test(session, kind, model))
            };
            trials.push(trial("each_task_is_executed_exactly_once", each_task_once));
            trials.push(trial(
                "lanes_cover_the_run_and_phases_sum_to_wall_times_workers",
                lanes_cover,
            ));
            trials.push(trial(
                "through_a_file_and_back_it_is_drawn_with_the_same_cells",
                drawn_from_a_file,
            ));
            trials.push(trial(
                "stop_ends_the_run_as_cancelled_and_the_next_run_works",
                stop_ends_the_run,
            ));
        }
    }
    trials.extend(counter::trials(session));
    trials.extend(fetching::trials(session));
    trials.extend(python::trials(session));
    trials.extend(watched::trials(session));
    type World = fn(&Session) -> Outcomes;
    let worlds: [(&str, World); 14] = [
        (
            "under_the_lock_no_two_workers_compute_at_once",
            one_computes_under_the_lock,
        ),
        (
            "a_longer_switch_interval_makes_fewer_switches",
            fewer_switches,
        ),
        (
            "a_slower_address_lengthens_only_its_own_tasks_network",
            slower_address,
        ),
        ("on_one_core_parallelism_is_at_most_one", one_core),
        (
            "a_killed_worker_is_named_with_its_task_and_the_rest_is_reported",
            killed_worker,
        ),
        (
            "a_task_that_cannot_fetch_fails_with_one_sentence_and_the_others_go_on",
            failing_task,
        ),
        (
            "a_shared_file_of_one_worker_holds_the_last_tasks_page_alone",
            shared_by_one,
        ),
        (
            "what_is_said_about_a_shared_file_holds_under_every_model",
            shared_by_many,
        ),
        (
            "of_many_failed_tasks_the_first_say_why_although_no_task_is_listed",
            many_failures,
        ),
        (
            "many_small_tasks_keep_totals_exact_and_no_task_is_lost",
            many_tasks,
        ),
        (
            "a_hundred_workers_of_each_model_all_arrive_and_end",
            hundred_workers,
        ),
        (
            "with_more_workers_than_cores_computing_is_what_the_cpu_clocks_say",
            oversubscribed,
        ),
        ("only_one_run_happens_at_a_time", one_run_at_a_time),
        (
            "a_supervisor_that_panics_is_reported_and_the_next_run_goes_on",
            broken_supervisor,
        ),
    ];
    for (name, test) in worlds {
        trials.push(Trial::test(name, move || test(session)));
    }
    trials
}

/// Whether this machine has what a model needs. The output names skipped models.
fn can_execute(kind: Workload, model: Model) -> bool {
    let has_python = !model.is_python() || interpreter_for(model).is_some();
    if !has_python {
        println!(
            "skipped: {} under {}, as no interpreter here can",
            kind.name(),
            model.name()
        );
    }
    has_python && kind.suits(model)
}

/// `python3`, or the first interpreter that can execute the model if `python3` cannot.
fn interpreter_for(model: Model) -> Option<Interpreter> {
    let needs_interpreters = model == Model::PythonInterpreters;
    let candidates = interpreters::default()
        .into_iter()
        .chain(interpreters::all().iter().cloned());
    candidates
        .into_iter()
        .find(|python| !needs_interpreters || python.subinterpreters)
}

/// A run of small tasks, with as many workers as the contract needs.
fn small(kind: Workload, model: Model) -> Draft {
    let mut draft = Draft::new(kind, model, if model.is_serial() { 1 } else { 4 });
    draft.tasks = 13;
    draft.set(&ITERATIONS, 300_000);
    draft.set(&ADDITIONS, 20_000);
    draft.set(&LATENCY_MIN, 1);
    draft.set(&LATENCY_MAX, 20);
    draft.set(&WRITES, 5);
    draft.set(&WAIT, 5);
    draft.python = if model.is_python() {
        interpreter_for(model)
    } else {
        None
    };
    draft
}

fn plan(draft: &Draft) -> Plan {
    draft
        .validate(&WorkerLimits::default())
        .expect("a test's draft is valid")
}

struct Observed {
    record: Record,
    trace: Trace,
}

struct Going {
    run: Run,
    reports: mpsc::Receiver<Report>,
    trace: Trace,
}

impl Going {
    fn start(session: &Session, plan: &Plan) -> Going {
        let (sender, reports) = mpsc::channel();
        let report = move |report| {
            let _ = sender.send(report);
        };
        let run = session
            .context
            .start(plan.clone(), report)
            .expect("no other run goes on");
        Going {
            run,
            reports,
            trace: Trace::new(plan.workers),
        }
    }

    /// Watches until `seen` is true (`None`) or the run is over.
    fn until(&mut self, seen: impl Fn(&Trace) -> bool) -> Option<Record> {
        loop {
            match self.reports.recv_timeout(HANG).expect("the run hangs") {
                Report::Batch(batch) => self.trace.apply(batch),
                Report::Concluded(record) => return Some(*record),
                Report::Broken(why) => panic!("{why}"),
            }
            if seen(&self.trace) {
                return None;
            }
        }
    }

    fn finish(mut self) -> Observed {
        let record = self.until(|_| false).expect("it ends by being concluded");
        drop(self.run);
        self.trace.conclude(nanos(record.times.wall_s));
        Observed {
            record,
            trace: self.trace,
        }
    }
}

fn run(session: &Session, draft: &Draft) -> Observed {
    Going::start(session, &plan(draft)).finish()
}

fn check(condition: bool, otherwise: impl Into<String>) -> Outcomes {
    if condition {
        Ok(())
    } else {
        Err(otherwise.into().into())
    }
}

fn each_task_once(session: &Session, kind: Workload, model: Model) -> Outcomes {
    let Observed { record, trace } = run(session, &small(kind, model));
    check(
        record.ending.outcome == Outcome::Completed,
        format!("{:?} {:?}", record.ending.outcome, record.ending.error),
    )?;
    let tasks = record.tasks.as_ref().expect("a small run lists its tasks");
    let numbers: Vec<u32> = tasks.iter().map(|task| task.task).collect();
    check(
        numbers == (0..13).collect::<Vec<_>>(),
        format!("tasks {numbers:?}"),
    )?;
    for task in tasks {
        check(
            task.outcome == TaskOutcome::Ok,
            format!("task {}: {:?}", task.task, task.error),
        )?;
        let end = task.end_s.ok_or("a task that is done has an end")?;
        check(
            0.0 < task.start_s && task.start_s <= end && end <= record.times.wall_s,
            format!("{task:?}"),
        )?;
    }
    let by_worker: u32 = record.workers.iter().map(|worker| worker.tasks).sum();
    check(
        by_worker == 13,
        format!("the workers ended {by_worker} tasks"),
    )?;
    check(
        trace.tasks == (13, 13, 0),
        format!("the picture ended {:?}", trace.tasks),
    )?;
    check(
        record
            .times
            .startup_s
            .is_some_and(|startup| startup <= record.times.wall_s),
        "start-up is part of the run",
    )
}

fn lanes_cover(session: &Session, kind: Workload, model: Model) -> Outcomes {
    let Observed { record, trace } = run(session, &small(kind, model));
    let workers = f64::from(record.plan.workers);
    let sum: f64 = Phase::MEASURED
        .iter()
        .map(|phase| record.times.phases_s[*phase] as f64 / 1e9)
        .sum();
    check(
        (sum / (record.times.wall_s * workers) - 1.0).abs() < 0.01,
        format!("{sum} s in phases"),
    )?;
    let wall = nanos(record.times.wall_s);
    for (number, lane) in trace.lanes.iter().enumerate() {
        let times = trace.times_between(number, 0, wall);
        check(
            times.total().abs_diff(wall) < 10,
            format!("lane {number} covers {} of {wall} ns", times.total()),
        )?;
        let ordered = lane
            .transitions
            .windows(2)
            .all(|pair| pair[0].at <= pair[1].at);
        check(ordered, format!("lane {number} goes back in time"))?;
        check(lane.dropped == 0, "a small run drops nothing")?;
        // The trace and the totals are two independent accounts of the same events.
        for phase in Phase::MEASURED {
            let (drawn, total) = (times[phase], record.workers[number].phases_s[phase]);
            let same = drawn.abs_diff(total) < 10;
            check(
                same,
                format!(
                    "lane {number} shows {drawn} ns {}, but it was {total} ns",
                    phase.name()
                ),
            )?;
        }
    }
    computed_at_once(&record, &trace)?;
    let drawn: Vec<u64> = trace.lanes.iter().map(|lane| lane.migrations).collect();
    let counted: Vec<u64> = record
        .workers
        .iter()
        .map(|worker| worker.migrations)
        .collect();
    check(
        drawn == counted,
        format!("the picture shows migrations {drawn:?}, counted were {counted:?}"),
    )?;
    check(
        record.system.migrations == counted.iter().sum::<u64>(),
        "the run's migrations are those of its workers",
    )?;
    let computing = record.times.phases_s[Phase::Computing];
    let on_cores: Vec<Nanos> = trace
        .cores
        .lanes
        .iter()
        .map(|core| core.between(0, wall).time)
        .collect();
    let possible =
        on_cores.iter().all(|time| *time <= wall) && on_cores.iter().sum::<Nanos>() <= computing;
    check(
        possible,
        format!("cores computed {on_cores:?} of {wall} ns, the workers {computing} ns"),
    )?;
    check(on_cores.iter().sum::<Nanos>() > 0, "no core computed")?;
    let cpu: f64 = record.workers.iter().map(|worker| worker.cpu_s).sum();
    check(
        (cpu - record.times.cpu_s).abs() < 1e-6,
        "the workers' CPU times are the run's",
    )?;
    let by_core: f64 = record.cores.iter().map(|core| core.workers_s).sum();
    check(
        (by_core - record.times.cpu_s).abs() < 1e-6,
        format!("{by_core} s on cores, {} s used", record.times.cpu_s),
    )
}

/// A run that does not end unless it is stopped: it computes for minutes, or waits for a server that does not answer.
fn endless(kind: Workload, model: Model) -> Draft {
    let mut draft = small(kind, model);
    draft.set(&ITERATIONS, 100_000_000_000);
    draft.set(&ADDITIONS, 100_000_000_000);
    draft.set(&LATENCY_MIN, 60_000);
    draft.set(&LATENCY_MAX, 60_000);
    draft.set(&WAIT, 60_000);
    draft
}

fn drawn_from_a_file(session: &Session, kind: Workload, model: Model) -> Outcomes {
    let Observed { record, trace } = run(session, &small(kind, model));
    let from = Provenance {
        origin: Origin::Recorded,
        session: session.id.clone(),
        machine: Machine {
            cores: vec![],
            ..session.machine.clone()
        },
    };
    let whole = (record.clone(), Some(trace.clone()));
    let entry = RunEntry::new(1, None, from.clone().into(), whole.0, whole.1);
    let shared = Shared {
        runs: vec![&entry],
        ..Shared::default()
    };
    let mut text = vec![];
    json::write(&mut text, &session.machine, &shared, Traces::Included)
        .map_err(|error| error.to_string())?;
    let restored = json::read(&text)?.runs.pop().ok_or("no run came back")?;
    check(
        restored.record == record,
        format!("{record:?} came back as {:?}", restored.record),
    )?;
    let before = screens(session, record.clone(), trace, from);
    let after = screens(
        session,
        restored.record,
        restored.trace,
        (*restored.provenance).clone(),
    );
    for (before, after) in before.iter().zip(&after) {
        check(
            before == after,
            format!("not the same cells:\n{before:#?}\n{after:#?}"),
        )?;
    }
    Ok(())
}

/// The screens of a run: by worker, by core, and half-way through a replay.
fn screens(session: &Session, record: Record, trace: Trace, from: Provenance) -> Vec<Buffer> {
    let lot = Lot {
        runs: vec![RunEntry::new(1, None, from.into(), record, Some(trace))],
        sweeps: vec![],
    };
    let mut app = App::new(session.machine.clone(), WorkerLimits::default()).replaying(lot);
    let _ = app.update(Msg::Resized {
        columns: 120,
        rows: 40,
    });
    let mut screens = vec![];
    for keys in [
        vec![],
        vec![Key::Char('v')],
        [vec![Key::Char('p')], vec![Key::Right; 25]].concat(),
    ] {
        for key in keys {
            let _ = app.update(Msg::Key(key));
        }
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("memory is a terminal");
        terminal
            .draw(|frame| frame::draw(&app, &Theme::plain(), frame))
            .expect("it takes everything");
        screens.push(terminal.backend().buffer().clone());
    }
    screens
}

/// How long two workers computed at once is what the whole picture shows, and unknown where the picture is an estimate.
fn computed_at_once(record: &Record, trace: &Trace) -> Outcomes {
    let transitions = trace.lanes.iter().flat_map(|lane| &lane.transitions);
    let mut moments: Vec<Nanos> = transitions.map(|transition| transition.at).collect();
    moments.push(nanos(record.times.wall_s));
    moments.sort_unstable();
    let at_once = |pair: &&[Nanos]| {
        let computing = |lane: &usize| {
            trace.times_between(*lane, pair[0], pair[1])[Phase::Computing] == pair[1] - pair[0]
        };
        (0..trace.lanes.len()).filter(computing).count() >= 2
    };
    let shown: Nanos = moments
        .windows(2)
        .filter(at_once)
        .map(|pair| pair[1] - pair[0])
        .sum();
    let said = record.times.computing_overlap_s.map(nanos);
    let is_right = match record.plan.lock() {
        Lock::Real => said.is_none(),
        _ => said.is_some_and(|said| said.abs_diff(shown) < 10),
    };
    check(
        is_right,
        format!("the picture shows {shown} ns of two at once, the record says {said:?}"),
    )
}

fn stop_ends_the_run(session: &Session, kind: Workload, model: Model) -> Outcomes {
    let mut going = Going::start(session, &plan(&endless(kind, model)));
    check(
        going.until(|trace| trace.tasks.0 > 0).is_none(),
        "an endless run does not end",
    )?;
    going.run.stop();
    let Observed { record, .. } = going.finish();
    check(
        record.ending.outcome == Outcome::Cancelled,
        format!("{:?} {:?}", record.ending.outcome, record.ending.error),
    )?;
    check(
        record.ending.tasks_failed >= 1,
        "what was begun is reported",
    )?;
    let told = record
        .ending
        .failures
        .iter()
        .filter(|task| task.error.is_some() && task.end_s.is_none())
        .count();
    check(
        told as u32 == record.ending.tasks_failed,
        "each of them says why it did not succeed",
    )?;
    check(
        record.ending.tasks_failed + record.ending.tasks_not_begun == 13,
        "nothing was done",
    )?;
    check(
        !session.context.scratch.directory.exists(),
        "the temporary directory is gone",
    )?;
    // A joined thread may still be listed for a moment.
    let begun = std::time::Instant::now();
    while !workers_alive().is_empty() && begun.elapsed() < HANG {
        std::thread::yield_now();
    }
    let left = workers_alive();
    check(left.is_empty(), format!("workers stay behind: {left:?}"))?;
    let next = run(session, &small(kind, model)).record;
    check(
        next.ending.outcome == Outcome::Completed,
        format!("the next run: {:?}", next.ending.error),
    )
}

/// The zygote's children, and threads of this process that execute tasks.
fn workers_alive() -> Vec<String> {
    let zygote = children_of(std::process::id());
    let mut names: Vec<String> = zygote
        .into_iter()
        .flat_map(children_of)
        .map(|pid| format!("process {pid}"))
        .collect();
    for thread in std::fs::read_dir("/proc/self/task")
        .expect("Linux has it")
        .flatten()
    {
        let name = std::fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
        if name.starts_with("worker") || name.starts_with("rayon") {
            names.push(name.trim().to_string());
        }
    }
    names
}

fn children_of(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("Linux has it").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter(|pid| parent_of(*pid) == Some(parent))
        .collect()
}

/// The fourth field of `stat`. The second one, the name, may contain any characters, but ends with the last
/// parenthesis.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

fn one_computes_under_the_lock(session: &Session) -> Outcomes {
    for kind in Workload::BUILT_IN {
        let Observed { record, trace } = run(session, &small(kind, Model::GilThreads));
        let mut held: Vec<(Nanos, Nanos)> = vec![];
        for lane in &trace.lanes {
            let computing = |phase| matches!(phase, Phase::Computing | Phase::Ready);
            let pairs = lane
                .transitions
                .windows(2)
                .filter(|pair| computing(pair[0].phase));
            held.extend(pairs.map(|pair| (pair[0].at, pair[1].at)));
        }
        held.sort_unstable();
        let overlap = held.windows(2).find(|pair| pair[1].0 < pair[0].1);
        check(
            overlap.is_none(),
            format!("{}: two held the lock at once: {overlap:?}", kind.name()),
        )?;
        check(
            record.times.computing_overlap_s == Some(0.0),
            format!("{}: {:?} s", kind.name(), record.times.computing_overlap_s),
        )?;
        let gil = record
            .interpreter
            .gil
            .ok_or("a run under the lock counts its switches")?;
        check(
            gil.switches >= Some(4),
            format!("{:?} switches", gil.switches),
        )?;
    }
    Ok(())
}

fn fewer_switches(session: &Session) -> Outcomes {
    let switches = |interval_us| {
        let mut draft = small(Workload::Cpu, Model::GilThreads);
        (draft.workers, draft.tasks) = (2, 8);
        draft.set(&ITERATIONS, 2_000_000);
        draft.set(&SWITCH_INTERVAL, interval_us);
        run(session, &draft)
            .record
            .interpreter
            .gil
            .and_then(|gil| gil.switches)
            .unwrap_or(0)
    };
    let (short, long) = (switches(1_000), switches(20_000));
    check(
        short > long && long > 0,
        format!("{short} switches at 1 ms, {long} at 20 ms"),
    )
}

fn slower_address(session: &Session) -> Outcomes {
    let mut draft = small(Workload::Io, Model::Threads);
    (draft.tasks, draft.workers) = (4, 4);
    draft.set(&ADDRESSES, 4);
    draft.set(&LATENCY_MIN, 5);
    draft.set(&LATENCY_MAX, 5);
    let mut json = serde_json::to_value(plan(&draft)).expect("a plan is data");
    json["addresses"]["loopback"][2] = 700.into();
    let slow: Plan = serde_json::from_value(json).expect("still a plan");
    let Observed { trace, .. } = Going::start(session, &slow).finish();
    let network: Vec<Nanos> = (0..4).map(|task| network_of(&trace, task)).collect();
    check(network[2] >= 690_000_000, format!("{network:?}"))?;
    let others = [network[0], network[1], network[3]];
    check(
        others
            .iter()
            .all(|time| *time >= 4_000_000 && *time < network[2]),
        format!("{network:?}"),
    )
}

fn network_of(trace: &Trace, task: u32) -> Nanos {
    let pairs = trace
        .lanes
        .iter()
        .flat_map(|lane| lane.transitions.windows(2));
    let network =
        pairs.filter(|pair| pair[0].task == Some(task) && pair[0].phase == Phase::Network);
    network.map(|pair| pair[1].at - pair[0].at).sum()
}

fn one_core(session: &Session) -> Outcomes {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    let this_thread = nix::unistd::Pid::from_raw(0);
    let all = sched_getaffinity(this_thread)?;
    let core = (0..CpuSet::count())
        .find(|core| all.is_set(*core).unwrap_or(false))
        .ok_or("there is a core")?;
    let mut one = CpuSet::new();
    one.set(core)?;
    // The supervisor and its workers inherit it from this thread.
    sched_setaffinity(this_thread, &one)?;
    let record = run(session, &small(Workload::Cpu, Model::Threads)).record;
    sched_setaffinity(this_thread, &all)?;
    check(
        record.times.parallelism <= 1.05,
        format!("parallelism {} on one core", record.times.parallelism),
    )?;
    let used: Vec<u16> = record
        .cores
        .iter()
        .filter(|core| core.workers_s > 0.0)
        .map(|core| core.core)
        .collect();
    check(used == [core as u16], format!("cores {used:?} were used"))
}

fn killed_worker(session: &Session) -> Outcomes {
    let mut draft = small(Workload::Cpu, Model::Processes);
    (draft.workers, draft.tasks) = (2, 6);
    draft.set(&ITERATIONS, 20_000_000);
    let mut going = Going::start(session, &plan(&draft));
    check(
        going.until(|trace| trace.tasks.0 >= 2).is_none(),
        "it takes longer than that",
    )?;
    let workers: Vec<u32> = children_of(std::process::id())
        .into_iter()
        .flat_map(children_of)
        .collect();
    check(workers.len() == 2, format!("workers {workers:?}"))?;
    let victim = nix::unistd::Pid::from_raw(workers[0] as i32);
    nix::sys::signal::kill(victim, nix::sys::signal::Signal::SIGKILL)?;
    let idle = |trace: &Trace| trace.workers_by_phase()[Phase::Idle as usize] > 0;
    check(
        going.until(idle).is_none(),
        "while the other works on, the picture shows that the dead one does not",
    )?;
    let record = going.finish().record;
    check(
        record.ending.outcome == Outcome::Failed,
        format!("{:?}", record.ending.outcome),
    )?;
    let dead = record
        .workers
        .iter()
        .find(|worker| worker.pid == Some(workers[0]))
        .ok_or("the victim is recorded")?;
    let error = record.ending.error.clone().unwrap_or_default();
    let named = error.contains(&format!("worker {}", dead.worker)) && error.contains("SIGKILL");
    check(named, format!("the error is {error:?}"))?;
    let tasks = record.tasks.ok_or("a small run lists its tasks")?;
    let failed: Vec<_> = tasks
        .iter()
        .filter(|task| task.outcome == TaskOutcome::Failed)
        .collect();
    check(
        failed.len() == 1 && failed[0].worker == dead.worker,
        format!("{failed:?}"),
    )?;
    check(
        failed[0]
            .error
            .as_ref()
            .is_some_and(|error| error.contains("SIGKILL")),
        "the task says why",
    )?;
    check(tasks.len() == 6, "the other worker did the rest")?;
    let next = run(session, &draft).record;
    check(
        next.ending.outcome == Outcome::Completed,
        format!("the next run: {:?}", next.ending.error),
    )
}

fn failing_task(session: &Session) -> Outcomes {
    let good = one_page_server();
    // A port that was free a moment ago and has no listener now.
    let refused = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    for model in [
        Model::Threads,
        Model::Processes,
        Model::GilThreads,
        Model::Rayon,
    ] {
        let mut draft = small(Workload::Io, model);
        draft.tasks = 4;
        let urls = vec![
            format!("http://127.0.0.1:{good}/"),
            format!("http://127.0.0.1:{refused}/nobody"),
        ];
        draft.urls = Some(urls);
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
        for task in record.tasks.ok_or("a small run lists its tasks")? {
            let refused = task
                .error
                .as_deref()
                .is_some_and(|error| error.contains("refused"));
            check(refused == (task.task % 2 == 1), format!("{task:?}"))?;
        }
    }
    Ok(())
}

/// Writes many pages many times into one file.
fn sharing(model: Model) -> Draft {
    let mut draft = small(Workload::Io, model);
    draft.tasks = 24;
    draft.set(&ADDRESSES, 12);
    draft.set(&WRITES, 40);
    draft.set(&LATENCY_MAX, 1);
    draft.set(&SHARED_FILE, 1);
    draft
}

fn shared(session: &Session, draft: &Draft) -> Result<SharedFile, Failed> {
    let record = run(session, draft).record;
    check(record.is_sound(), format!("{:?}", record.ending.error))?;
    Ok(record.system.shared_file.ok_or("the run shared a file")?)
}

fn shared_by_one(session: &Session) -> Outcomes {
    let mut draft = sharing(Model::Serial);
    draft.tasks = 17;
    let file = shared(session, &draft)?;
    let sources: Vec<Source> = file.pieces.iter().map(|piece| piece.source).collect();
    check(
        file.content == FileContent::Whole && sources == [Source::Page(4)],
        format!("{file:?}"),
    )?;
    check(
        (file.writes, file.spoilt, file.pages_written) == (17 * 40, 0, 12),
        format!("{file:?}"),
    )?;
    draft.urls = Some(vec![format!("http://127.0.0.1:{}/", one_page_server())]);
    let file = shared(session, &draft)?;
    check(
        file.content == FileContent::Whole && file.bytes == "b'hello'".len() as u64,
        format!("{file:?}"),
    )?;
    // A port that was free a moment ago and has no listener now.
    let refused = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    draft.urls = Some(vec![format!("http://127.0.0.1:{refused}/nobody")]);
    let file = run(session, &draft)
        .record
        .system
        .shared_file
        .ok_or("the run shared a file")?;
    check(
        (file.content, file.writes) == (FileContent::Missing, 0),
        format!("{file:?}"),
    )?;
    let each = sharing(Model::Threads).with(&SHARED_FILE, 0);
    check(
        run(session, &each).record.system.shared_file.is_none(),
        "nothing is shared",
    )
}

fn shared_by_many(session: &Session) -> Outcomes {
    for model in [
        Model::Threads,
        Model::Processes,
        Model::GilThreads,
        Model::Rayon,
    ] {
        let draft = sharing(model);
        let file = shared(session, &draft)?;
        let told = || format!("{}: {file:?}", model.name());
        check(
            (file.writes, file.pages_written) == (24 * 40, 12) && file.spoilt <= file.writes,
            told(),
        )?;
        let end = file
            .pieces
            .iter()
            .try_fold(0, |at, piece| (piece.at == at).then_some(at + piece.bytes));
        check(end == Some(file.bytes), told())?;
        let mut pages = 0;
        for piece in &file.pieces {
            let Source::Page(number) = piece.source else {
                continue;
            };
            let mut page = String::new();
            let bytes = loopback::page(number as usize, draft.get(&PAGE_BYTES) as u32);
            python_str_of_bytes(&bytes, &mut page);
            check(piece.at + piece.bytes <= page.len() as u64, told())?;
            let whole = file.pieces.len() == 1 && file.bytes == page.len() as u64;
            check(whole == (file.content == FileContent::Whole), told())?;
            pages += 1;
        }
        check(pages > 0 || file.content != FileContent::Whole, told())?;
    }
    Ok(())
}

fn many_failures(session: &Session) -> Outcomes {
    let refused = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let mut draft = small(Workload::Io, Model::Threads);
    draft.tasks = TASKS_LISTED as u64 + 1;
    draft.urls = Some(vec![format!("http://127.0.0.1:{refused}/nobody")]);
    let record = run(session, &draft).record;
    check(
        record.tasks.is_none(),
        "so many tasks are not listed unasked",
    )?;
    check(
        record.ending.tasks_failed as usize == TASKS_LISTED + 1,
        format!("{} failed", record.ending.tasks_failed),
    )?;
    let first = record
        .ending
        .failures
        .iter()
        .map(|task| task.task)
        .eq(0..FAILURES_KEPT as u32);
    check(
        first,
        format!("{} failures are told", record.ending.failures.len()),
    )?;
    let why = |task: &TaskRecord| {
        task.error
            .as_deref()
            .is_some_and(|error| error.contains("refused"))
    };
    check(record.ending.failures.iter().all(why), "each says why")
}

/// Answers every connection with one small page, for as long as the test program lives.
fn one_page_server() -> u16 {
    use std::io::{Read, Write};
    let listener =
        std::net::TcpListener::bind("127.0.0.1:0").expect("the loopback interface is there");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut request = [0; 2048];
            let _ = connection.read(&mut request);
            let _ = connection.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
            );
        }
    });
    port
}

fn many_tasks(session: &Session) -> Outcomes {
    for model in Model::of(false) {
        let mut draft = small(Workload::Cpu, model);
        draft.tasks = 200_000;
        draft.set(&ITERATIONS, 1);
        let Observed { record, trace } = run(session, &draft);
        check(
            record.ending.outcome == Outcome::Completed,
            format!("{}: {:?}", model.name(), record.ending.error),
        )?;
        check(
            record.ending.tasks_not_begun == 0 && record.ending.tasks_failed == 0,
            "all were done",
        )?;
        let ended: u32 = record.workers.iter().map(|worker| worker.tasks).sum();
        check(
            ended == 200_000,
            format!("{}: {ended} tasks ended", model.name()),
        )?;
        check(
            record.tasks.is_none(),
            "so many tasks are not listed unasked",
        )?;
        let drawn: u64 = trace
            .lanes
            .iter()
            .map(|lane| lane.transitions.len() as u64 - 1)
            .sum();
        check(
            drawn == record.measurement.events.recorded,
            format!("{drawn} of {:?}", record.measurement.events),
        )?;
    }
    Ok(())
}

fn hundred_workers(session: &Session) -> Outcomes {
    for kind in Workload::BUILT_IN {
        for model in [
            Model::Threads,
            Model::GilThreads,
            Model::Processes,
            Model::Rayon,
        ] {
            let mut draft = small(kind, model);
            (draft.workers, draft.tasks) = (100, 300);
            draft.set(&ITERATIONS, 1_000);
            let record = run(session, &draft).record;
            let sound =
                record.ending.outcome == Outcome::Completed && record.ending.tasks_failed == 0;
            check(
                sound,
                format!("{}: {:?}", model.name(), record.ending.error),
            )?;
            check(record.workers.len() == 100, "a row per worker")?;
            let mut each = record.workers.iter().map(|worker| worker.memory_bytes);
            check(
                each.all(|bytes| bytes > Some(0)),
                "every worker says what it occupies",
            )?;
            let all: Option<u64> = record.workers.iter().map(|it| it.memory_bytes).sum();
            check(
                record.system.memory_bytes == all,
                "together they occupy the sum",
            )?;
        }
    }
    Ok(())
}

/// Short tasks that may lie on both sides of a wait for a core.
fn oversubscribed(session: &Session) -> Outcomes {
    for model in [Model::Threads, Model::Processes] {
        let mut draft = small(Workload::Cpu, model);
        (draft.workers, draft.tasks) = (16, 100_000);
        draft.set(&ITERATIONS, 300);
        let record = run(session, &draft).record;
        let computing = record.times.phases_s[Phase::Computing] as f64 / 1e9;
        let ratio = computing / record.times.cpu_s;
        // Starting and finishing use a little CPU time, too, and waits of less than 0.05 ms are not recognised.
        check(
            (0.5..1.3).contains(&ratio),
            format!(
                "{}: {computing} s computing, {ratio} of the CPU time",
                model.name()
            ),
        )?;
    }
    Ok(())
}

fn one_run_at_a_time(session: &Session) -> Outcomes {
    let going = Going::start(session, &plan(&endless(Workload::Cpu, Model::Threads)));
    let second = session
        .context
        .start(plan(&small(Workload::Cpu, Model::Serial)), |_| {});
    check(second.is_err(), "a second run is refused")?;
    going.run.stop();
    check(
        going.finish().record.ending.outcome == Outcome::Cancelled,
        "the first one was not disturbed",
    )
}

fn broken_supervisor(session: &Session) -> Outcomes {
    let (sender, reports) = mpsc::channel();
    let report = move |report| match report {
        Report::Batch(_) => panic!("as a mistake in the engine would"),
        last => drop(sender.send(last)),
    };
    let order = plan(&small(Workload::Cpu, Model::Serial));
    let going = session.context.start(order, report);
    let told = reports.recv_timeout(HANG);
    check(
        matches!(told, Ok(Report::Broken(_))),
        format!("{told:?} is told"),
    )?;
    drop(going);
    let next = run(session, &small(Workload::Cpu, Model::Serial)).record;
    check(
        next.ending.outcome == Outcome::Completed,
        format!("the next run: {:?}", next.ending.error),
    )
}
