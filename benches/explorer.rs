//! Measures the explorer and prints each result next to its target. Reports only: a missed target is not a failure.

#[path = "../tests/support/fixtures.rs"]
mod fixtures;

#[path = "support/median.rs"]
mod median;
#[path = "support/table.rs"]
mod table;

use std::{
    hint::black_box,
    io::{self, Sink},
    sync::mpsc,
};

use fixtures::explorer::{self, Scenario};
use median::median;
use pconc_tui::{
    app::{
        App, frame,
        message::{Effect, Msg},
    },
    catalog::{
        model::Model,
        workload::{TASK_TIME, Workload},
    },
    domain::{
        machine::WorkerLimits,
        phase::Phase,
        plan::{Draft, Plan},
        provenance::Origin,
        record::{Record, RunOrder},
        time::{Nanos, seconds},
        trace::{Batch, LaneUpdate, Transition},
    },
    engine::{
        clock, os,
        session::{Report, Session},
    },
    ui::{
        Theme,
        key::Key::{Char, Down, Enter, Right},
    },
};
use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, layout::Rect};
use table::row;

/// The columns and rows of the drawn screens.
const SCREEN: (u16, u16) = (120, 40);
/// The time between two frames during a run, as in the program.
const GAP: Nanos = 1_000_000_000 / 15;

fn main() {
    // Forked before anything else, as in the program.
    let start = clock::now();
    let session = Session::prepare().expect("the machine lets us measure");
    let prepared = clock::now() - start;
    table::begin();
    frames();
    first_frame(&session, prepared);
    long_history();
    chart();
    folding();
    watching(&session);
    table::publish("explorer");
}

fn least(values: Vec<f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}

fn millis(nanos: f64) -> String {
    format!("{:.3} ms", nanos / 1e6)
}

/// A terminal that generates all the bytes of a frame and discards them.
fn terminal() -> Terminal<CrosstermBackend<Sink>> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, SCREEN.0, SCREEN.1));
    Terminal::with_options(
        CrosstermBackend::new(io::sink()),
        TerminalOptions { viewport },
    )
    .expect("a terminal of a given size asks for nothing")
}

fn draw(app: &App, terminal: &mut Terminal<CrosstermBackend<Sink>>) {
    terminal
        .draw(|frame| frame::draw(app, &Theme::default(), frame))
        .expect("a sink takes everything");
}

/// The explorer with a run of this many workers that has just begun.
fn begun(workers: u32) -> (App, Plan) {
    let mut app = App::new(explorer::machine(2), WorkerLimits::default());
    let mut keys = vec![Char('f'), Down, Down, Enter];
    keys.extend(workers.to_string().chars().map(Char));
    keys.push(Enter);
    let (columns, rows) = SCREEN;
    drop(app.update(Msg::Resized { columns, rows }));
    for key in keys {
        drop(app.update(Msg::Key(key)));
    }
    let effects = app.update(Msg::Key(Char('r')));
    let [Effect::Start(RunOrder { plan, .. })] = &effects[..] else {
        panic!("r starts a run: {effects:?}")
    };
    assert_eq!(plan.workers, workers);
    (app, plan.clone())
}

/// Frames of a run in progress: between two of them, a fifteenth of a second passes.
fn frames() {
    for (lanes, aim) in [(4, "under 1 ms"), (16, "under 1 ms"), (1_000, "")] {
        let (mut app, plan) = begun(lanes);
        let cost = median(costs_of_frames(&mut app, &Scenario::new(plan, 2)));
        row(
            &format!("CPU of a frame at 120×40 while it runs, {lanes} lanes"),
            &millis(cost),
            aim,
        );
    }
    for (key, what) in [('?', "the help"), ('i', "an explanation")] {
        let (mut app, plan) = begun(16);
        drop(app.update(Msg::Key(Char(key))));
        let cost = median(costs_of_frames(&mut app, &Scenario::new(plan, 2)));
        row(
            &format!("the same, 16 lanes, with {what} open"),
            &millis(cost),
            "under 0.5 ms",
        );
        let cost = median(
            (0..41)
                .map(|_| cpu_of(|| drop(app.update(Msg::Key(Down)))))
                .collect(),
        );
        row(&format!("CPU of a key in {what}"), &millis(cost), "");
    }
    let (mut app, plan) = begun(16);
    let batch = many_transitions(plan.workers, 1_000_000);
    drop(app.update(Msg::Batch(batch)));
    let mut terminal = terminal();
    let cost = median(
        (0..41)
            .map(|_| cpu_of(|| draw(&app, &mut terminal)))
            .collect(),
    );
    row(
        "CPU of a frame of 1 000 000 events, 16 lanes",
        &millis(cost),
        "under 1 ms",
    );
    crowds();
}

/// Folding and drawing a run of a thousand workers and a million tasks, during the run and afterwards.
fn crowds() {
    let (mut app, plan) = begun(1_000);
    let batches = crowd(plan.workers);
    let (count, end) = (batches.len(), batches.last().map_or(0, |batch| batch.now));
    let cost: f64 = batches
        .into_iter()
        .map(|batch| cpu_of_update(&mut app, batch))
        .sum();
    let what = format!("CPU of folding 1 000 000 tasks, 1 000 lanes, in {count} batches");
    row(&what, &millis(cost), "");
    let share = cost * 100.0 / end as f64;
    row(
        "the same as a share of one core while it runs",
        &format!("{share:.2} %"),
        "under 1 %",
    );
    let bytes = app.shown().map_or(0, |shown| shown.trace().bytes());
    row(
        "memory of its picture",
        &format!("{:.1} MB", bytes as f64 / 1e6),
        "under 64 MB",
    );
    let mut terminal = terminal();
    let mut cost = |app: &App| {
        median(
            (0..41)
                .map(|_| cpu_of(|| draw(app, &mut terminal)))
                .collect(),
        )
    };
    row(
        "CPU of a frame of 1 000 000 tasks, 1 000 lanes, live",
        &millis(cost(&app)),
        "under 2 ms",
    );
    let record = fixtures::sample::record(plan, seconds(end), seconds(end));
    drop(app.update(Msg::Concluded(Box::new(record))));
    row(
        "CPU of a frame of 1 000 000 tasks, 1 000 lanes, concluded",
        &millis(cost(&app)),
        "under 2 ms",
    );
}

/// The chart of a finished sweep of 5 models with 16 worker counts, 10 rounds.
fn chart() {
    let mut app = App::new(explorer::machine(2), WorkerLimits::default());
    let (columns, rows) = SCREEN;
    drop(app.update(Msg::Resized { columns, rows }));
    // The work is io; gil-threads and rayon are not measured unless asked for.
    let mut keys = vec![
        Char('f'),
        Right,
        Char('s'),
        Down,
        Right,
        Down,
        Down,
        Right,
        Down,
    ];
    keys.extend("1..16".chars().map(Char));
    keys.extend([Enter, Down, Char('1'), Char('0'), Enter]);
    for key in keys {
        drop(app.update(Msg::Key(key)));
    }
    let mut effects = app.update(Msg::Key(Enter));
    let mut runs = 0;
    while let [.., Effect::Start(RunOrder { plan, part })] = &effects[..] {
        let mut record = fixtures::sample::record(plan.clone(), 1.0 / f64::from(plan.workers), 0.1);
        record.campaign.clone_from(part);
        (record.id, record.times.wall_s) = (
            format!("{runs}"),
            record.times.wall_s * (1.0 + f64::from(runs % 7) / 100.0),
        );
        effects = app.update(Msg::Concluded(Box::new(record)));
        runs += 1;
    }
    assert_eq!(runs, 65 * 11);
    let mut terminal = terminal();
    let cost = median(
        (0..41)
            .map(|_| cpu_of(|| draw(&app, &mut terminal)))
            .collect(),
    );
    row(
        "CPU of a frame with a chart of 5 models × 16 counts × 10 rounds",
        &millis(cost),
        "under 1 ms",
    );
    let cost = median(
        (0..41)
            .map(|_| cpu_of(|| drop(app.update(Msg::Key(Down)))))
            .collect(),
    );
    row("CPU of a key in that chart", &millis(cost), "");
}

fn cpu_of_update(app: &mut App, batch: Batch) -> f64 {
    let mut message = Some(Msg::Batch(batch));
    cpu_of(|| drop(message.take().map(|message| app.update(message))))
}

/// Ten seconds in which this many workers take turns of 4 ms on two cores, with 200 tasks in each turn.
fn crowd(workers: u32) -> Vec<Batch> {
    const TURN: Nanos = 4_000_000;
    const TASKS: u64 = 200;
    const BATCH: Nanos = 32_000_000;
    let end = 10_000_000_000;
    let event = |at, task, phase, core| Transition {
        at,
        task,
        phase,
        core,
        after_gap: false,
    };
    let batch = |from: Nanos| {
        let mut lanes = vec![LaneUpdate::default(); workers as usize];
        for turn in from / TURN..(from + BATCH).min(end) / TURN {
            for core in 0..2u16 {
                let number = turn * 2 + u64::from(core);
                let lane = &mut lanes[(number % u64::from(workers)) as usize];
                let task = |i: u64| (number * TASKS + i) as u32;
                let tasks = (0..TASKS).map(|i| (turn * TURN + i * TURN / TASKS, task(i)));
                let events = tasks.map(|(at, task)| event(at, Some(task), Phase::Computing, core));
                lane.transitions.extend(events);
                let off = (turn + 1) * TURN;
                lane.transitions
                    .push(event(off, Some(task(TASKS - 1)), Phase::Ready, core));
                lane.last_stamp = off;
            }
        }
        Batch {
            now: (from + BATCH).min(end),
            lanes,
            ..Batch::default()
        }
    };
    (0..end).step_by(BATCH as usize).map(batch).collect()
}

fn cpu_of(mut work: impl FnMut()) -> f64 {
    let before = clock::thread_cpu();
    work();
    (clock::thread_cpu() - before) as f64
}

fn costs_of_frames(app: &mut App, run: &Scenario) -> Vec<f64> {
    let mut terminal = terminal();
    draw(app, &mut terminal);
    let mut costs = vec![];
    let step = GAP.min(run.wall() / 40);
    for end in (1..40).map(|i| i * step) {
        drop(app.update(Msg::Batch(run.batch(end - step, end))));
        costs.push(cpu_of(|| draw(app, &mut terminal)));
    }
    costs
}

/// This many events, spread evenly over the lanes of a second under the lock.
fn many_transitions(lanes: u32, events: u64) -> Batch {
    let each = events / u64::from(lanes);
    let now = 1_000_000_000;
    let phase = |i: u64| {
        if i.is_multiple_of(2) {
            Phase::Computing
        } else {
            Phase::Gil
        }
    };
    let event = |i: u64| Transition {
        at: i * now / each,
        task: Some(0),
        phase: phase(i),
        core: 0,
        after_gap: false,
    };
    let lane = || LaneUpdate {
        transitions: (0..each).map(event).collect(),
        last_stamp: now,
        ..LaneUpdate::default()
    };
    Batch {
        now,
        lanes: (0..lanes).map(|_| lane()).collect(),
        ..Batch::default()
    }
}

/// The time from the start of the app to its first screen.
fn first_frame(session: &Session, prepared: Nanos) {
    let measure = || {
        let start = clock::now();
        let mut app = App::new(session.machine.clone(), session.limits.clone());
        let (columns, rows) = SCREEN;
        drop(app.update(Msg::Resized { columns, rows }));
        let mut terminal = terminal();
        draw(&app, &mut terminal);
        black_box(&app);
        (clock::now() - start) as f64
    };
    let first = median(std::iter::repeat_with(measure).take(21).collect());
    row(
        "preparing the session: arena, zygote, machine",
        &millis(prepared as f64),
        "",
    );
    row(
        "from there to the end of the first frame",
        &millis(first),
        "",
    );
    row(
        "both: the first frame",
        &millis(prepared as f64 + first),
        "within 50 ms",
    );
}

/// Ten thousand earlier runs: the CPU time to add them, to filter them, to draw a frame, and to handle a key.
fn long_history() {
    const RUNS: usize = 10_000;
    let mut app = App::new(explorer::machine(2), WorkerLimits::default());
    let (columns, rows) = SCREEN;
    drop(app.update(Msg::Resized { columns, rows }));
    let numbers: Vec<usize> = (1..=RUNS).collect();
    let mut runs = Some(Msg::Earlier(explorer::earlier(
        Origin::Earlier,
        &numbers,
        None,
    )));
    let cost = cpu_of(|| drop(runs.take().map(|runs| app.update(runs))));
    row(
        "CPU of taking 10 000 earlier runs in",
        &millis(cost),
        "under 200 ms",
    );
    let key = |app: &mut App, key| cpu_of(|| drop(app.update(Msg::Key(key))));
    row(
        "CPU of H, which shows them",
        &millis(key(&mut app, Char('H'))),
        "under 100 ms",
    );
    let begin = key(&mut app, Char('/'));
    let costs = "gil-thr".chars().map(|c| key(&mut app, Char(c))).collect();
    row(
        "CPU of beginning a filter over them",
        &millis(begin),
        "under 100 ms",
    );
    row("CPU of a key in it", &millis(median(costs)), "under 16 ms");
    key(&mut app, Enter);
    let mut terminal = terminal();
    let cost = median(
        (0..41)
            .map(|_| cpu_of(|| draw(&app, &mut terminal)))
            .collect(),
    );
    row("CPU of a frame of 10 000 runs", &millis(cost), "under 1 ms");
    let costs = (0..41).map(|_| key(&mut app, Down)).collect();
    row(
        "CPU of choosing another of them",
        &millis(median(costs)),
        "under 1 ms",
    );
}

/// Folding batches as the supervisor sends them, with about thirty events per lane, or one.
fn folding() {
    for (lanes, events) in [(16, 480), (1_000, 1_000)] {
        let (mut app, plan) = begun(lanes);
        let costs = (1..42).map(|i| {
            let mut batch = many_transitions(plan.workers, events);
            batch.now = i * 20_000_000;
            for event in batch
                .lanes
                .iter_mut()
                .flat_map(|lane| &mut lane.transitions)
            {
                event.at = batch.now - 20_000_000 + event.at / 50;
            }
            let mut batch = Some(Msg::Batch(batch));
            cpu_of(|| drop(batch.take().map(|batch| app.update(batch))))
        });
        let cost = median(costs.collect());
        row(
            &format!("CPU of folding a batch, {lanes} lanes, {events} events"),
            &millis(cost),
            "",
        );
    }
}

/// How long two workers on two cores wait for one, with and without the explorer.
fn watching(session: &Session) {
    os::request_short_time_slices();
    let mut draft = Draft::new(Workload::Cpu, Model::Processes, 2);
    draft.set(&TASK_TIME, 500);
    let plan = draft
        .calibrated(&session.calibrate())
        .validate(&session.limits)
        .expect("this draft is valid");
    let (mut alone, mut watched, mut cpu) = (vec![], vec![], vec![]);
    // Alternately, because a machine gets faster and slower by itself.
    for _ in 0..5 {
        alone.push(ready(&run(session, &plan, |_| {})));
        let before = clock::thread_cpu();
        let record = run_watched(session, &plan);
        cpu.push((clock::thread_cpu() - before) as f64 / 1e7 / record.times.wall_s);
        watched.push(ready(&record));
    }
    // Disturbances only add to the time, so the minimum is the best estimate.
    let (alone, watched) = (least(alone), least(watched));
    let percent = |share: f64| format!("{share:.2} %");
    row(
        "two busy cores, nobody watches: waiting for a core, least of 5",
        &percent(alone),
        "",
    );
    row("the same at 15 frames a second", &percent(watched), "");
    row(
        "what watching costs them",
        &format!("{:+.2} %", watched - alone),
        "under 1 %",
    );
    row(
        "CPU of folding and drawing, of one core",
        &percent(median(cpu)),
        "under 2 %",
    );
}

/// The share of the workers' time in the phase `ready`, in percent.
fn ready(record: &Record) -> f64 {
    seconds(record.times.phases_s[Phase::Ready]) * 100.0
        / (record.times.wall_s * f64::from(record.plan.workers))
}

/// Runs a plan to its end. Its batches go to `seen`.
fn run(session: &Session, plan: &Plan, mut seen: impl FnMut(Batch)) -> Record {
    let (sender, reports) = mpsc::channel();
    // There is no receiver any more once the run is concluded.
    let report = move |report| drop(sender.send(report));
    let run = session
        .context
        .start(plan.clone(), report)
        .expect("one run at a time");
    let record = loop {
        match reports.recv().expect("every run concludes") {
            Report::Batch(batch) => seen(batch),
            Report::Concluded(record) => break *record,
            Report::Broken(why) => panic!("{why}"),
        }
    };
    drop(run);
    record
}

/// Runs a plan like the explorer does: each batch is folded, and a frame is drawn if the last one is old enough.
fn run_watched(session: &Session, plan: &Plan) -> Record {
    let (mut app, _) = begun(plan.workers);
    let mut terminal = terminal();
    let mut drawn = 0;
    run(session, plan, |batch| {
        drop(app.update(Msg::Batch(batch)));
        if clock::now() >= drawn + GAP {
            draw(&app, &mut terminal);
            drawn = clock::now();
        }
    })
}
