//! Real Python in the explorer: the interpreters of the machine, the chosen one, and how a run looks.

use pconc_tui::{
    app::screens::Overlay,
    catalog::{model::Model, workload::Workload},
    domain::{
        plan::Field,
        python::Pythons,
        trace::{Batch, LaneUpdate, Trace},
    },
};

use super::{fixtures::sample, *};

/// Reports that the interpreters of the samples were found.
pub fn found(session: &mut Session) {
    let _ = session.app.update(Msg::PythonsFound(explorer::pythons()));
}

/// Selects this model in the form.
fn with_model(session: &mut Session, model: Model) {
    session.press(&[Char('f'), Char('g'), Down]);
    while session.app.setup().model() != model {
        session.press(&[Right]);
    }
}

pub fn form(session: &mut Session) {
    found(session);
    with_model(session, Model::PythonProcesses);
    session.press(&[Down, Down, Down]);
}

pub fn searching(session: &mut Session) {
    with_model(session, Model::PythonThreads);
}

pub fn none(session: &mut Session) {
    let _ = session.app.update(Msg::PythonsFound(Pythons::default()));
    with_model(session, Model::PythonThreads);
    session.press(&[Down, Down, Down]);
}

pub fn too_old(session: &mut Session) {
    found(session);
    with_model(session, Model::PythonInterpreters);
    session.press(&[Down, Down, Down]);
}

pub fn list(session: &mut Session) {
    form(session);
    session.press(&[Enter]);
}

/// The fifth experiment: one Python thread was measured, four are running.
pub fn running(session: &mut Session) {
    found(session);
    let one = session.press_and_wait(Char('5'), 1.0);
    let effects = session
        .app
        .update(Msg::Concluded(Box::new(Scenario::new(one, 2).record())));
    let [.., Effect::Start(four)] = &effects[..] else {
        panic!("{effects:?}")
    };
    let scenario = Scenario::new(four.clone(), 2);
    let _ = session
        .app
        .update(Msg::Batch(scenario.batch(0, scenario.wall() / 2)));
}

pub fn starting(session: &mut Session) {
    found(session);
    let effects = session.app.update(Msg::Key(Char('5')));
    assert!(matches!(effects[..], [.., Effect::Start(_)]), "{effects:?}");
    let lanes = vec![LaneUpdate::default()];
    let _ = session.app.update(Msg::Batch(Batch {
        now: 30_000_000,
        lanes,
        ..Batch::default()
    }));
}

pub fn finished(session: &mut Session) {
    found(session);
    session.press(&[Char('5')]);
}

pub fn details(session: &mut Session) {
    finished(session);
    while format!("{:?}", session.app.focus().panel) != "History" {
        session.press(&[Tab]);
    }
    session.press(&[Enter]);
}

pub fn sweep_form(session: &mut Session) {
    found(session);
    session.press(&[Char('s'), Down, Down, Down, Down, Right]);
}

/// A sweep of computing under the emulated lock and with Python threads and processes.
pub fn sweep(session: &mut Session) {
    found(session);
    session.open_sweep_form("cpu");
    session.press(&[Down, Down, Right, Down, Down, Right, Down, Right]);
    session.start_sweep(super::sweep::ALL, |_, _| {});
}

#[test]
fn the_list_chooses_an_interpreter_and_gives_the_form_back() {
    for size in SIZES {
        let mut session = Session::new(size.0, size.1);
        list(&mut session);
        session.press(&[Down, Enter]);
        assert_eq!(session.app.setup().value(Field::Python), "3.14.2t, GIL off");
        assert!(session.shows("Start with"), "the form is back at {size:?}");
        session.press(&[Enter, Esc]);
        assert!(session.shows("Start with"), "the form is back at {size:?}");
        assert!(!matches!(session.app.overlay(), Some(Overlay::Pythons(_))));
    }
}

#[test]
fn a_click_in_the_list_goes_to_an_interpreter_and_a_second_one_takes_it() {
    let mut session = Session::new(120, 40);
    list(&mut session);
    let row = session
        .rows()
        .iter()
        .position(|row| row.contains("python3.14t"))
        .unwrap();
    let column = session.rows()[row].chars().position(|c| c == '3').unwrap();
    let target = frame::hit(&session.app, column as u16, row as u16).unwrap();
    let _ = session.app.update(Msg::Clicked(target));
    assert!(session.shows("Python interpreters"));
    let _ = session.app.update(Msg::Clicked(target));
    assert_eq!(session.app.setup().value(Field::Python), "3.14.2t, GIL off");
}

#[test]
fn without_an_interpreter_the_model_says_what_it_needs_and_all_others_run() {
    let mut session = Session::new(80, 24);
    none(&mut session);
    assert!(
        session.app.update(Msg::Key(Char('r'))).is_empty(),
        "nothing starts"
    );
    assert!(session.app.setup().estimate().is_err());
    session.press(&[Esc, Char('5')]);
    assert!(
        session
            .app
            .notice()
            .unwrap()
            .sentence
            .starts_with("no Python was found")
    );
    session.press(&[Char('3')]);
    assert!(session.shows("2.00× (2.00–2.00, 3 pairs) faster"));
}

#[test]
fn a_question_to_python_waits_until_python_is_found_unless_another_key_is_pressed() {
    for (and_then, starts) in [(None, true), (Some(Esc), false), (Some(Down), false)] {
        let mut session = Session::new(80, 24);
        session.press(&[Char('5')]);
        assert!(session.shows("This starts as soon as it is found"));
        session.press(and_then.as_slice());
        let effects = session.app.update(Msg::PythonsFound(explorer::pythons()));
        let is_started = matches!(&effects[..], [.., Effect::Start(_)]);
        assert_eq!(is_started, starts, "{and_then:?}");
        assert!(!session.shows("still looking for Python"));
    }
}

#[test]
fn a_question_to_python_says_so_if_none_is_found() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('5')]);
    let effects = session.app.update(Msg::PythonsFound(Pythons::default()));
    assert_eq!(effects, []);
    assert!(session.shows("no Python was found"));
}

#[test]
fn asyncio_is_offered_for_what_waits_and_not_for_computing() {
    let mut session = Session::new(80, 24);
    found(&mut session);
    session.press(&[Char('f'), Char('g'), Down]);
    let mut models = vec![];
    for _ in Model::ALL {
        models.push(session.app.setup().model());
        session.press(&[Right]);
    }
    assert!(!models.contains(&Model::PythonAsyncio));
    session.press(&[Char('g'), Right]);
    with_model(&mut session, Model::PythonAsyncio);
    session.press(&[Char('g'), Right]);
    assert_eq!(session.app.setup().model(), Model::PythonAsyncio);
    session.press(&[Right]);
    assert_eq!(
        session.app.setup().model(),
        Model::PythonThreads,
        "an event loop cannot compute"
    );
}

#[test]
fn a_start_method_that_another_interpreter_lacks_is_forgotten() {
    let mut pythons = explorer::pythons();
    pythons.found[1].interpreter.start_methods.truncate(1);
    let mut session = Session::new(80, 24);
    let _ = session.app.update(Msg::PythonsFound(pythons));
    with_model(&mut session, Model::PythonProcesses);
    session.press(&[Down, Down, Down, Down, Right]);
    assert_eq!(session.app.setup().value(Field::StartMethod), "forkserver");
    session.press(&[Up, Right]);
    assert_eq!(
        session.app.setup().value(Field::StartMethod),
        "fork (default)"
    );
}

#[test]
fn the_fifth_experiment_measures_one_python_thread_first_and_sizes_tasks_by_pythons_speed() {
    let mut session = Session::new(80, 24);
    found(&mut session);
    let plan = session.press_and_wait(Char('5'), 1.0).plan;
    assert!(plan.is_serial() && plan.model() == Model::PythonThreads);
    // 90 ms at the 17 million steps per second of the sample interpreter, and not at the machine's 40 million.
    let iterations = &pconc_tui::catalog::workload::ITERATIONS;
    assert_eq!(plan.given(iterations), Some(1_530_000));
}

#[test]
fn a_sweep_of_pythons_models_has_tasks_of_pythons_speed_and_one_with_native_models_of_the_machines()
{
    for (native, expected) in [(false, 4_250_000), (true, 10_000_000)] {
        let mut session = Session::new(120, 40);
        found(&mut session);
        // Tasks of 250 ms.
        session.press(&[Char('f'), Home, Down, Down, Down, Down, Right, Esc]);
        session.open_sweep_form("cpu");
        for model in ["gil-threads", "processes", "python-threads"] {
            let is_chosen = session.shows(&format!("[x] {model}"));
            let is_wanted = model == "python-threads" || (native && model == "gil-threads");
            if is_chosen != is_wanted {
                session.press(&[Home]);
                let is_changed = (0..Model::ALL.len()).any(|_| {
                    session.press(&[Right]);
                    let sign = if is_wanted { "[x]" } else { "[ ]" };
                    let is_changed = session.shows(&format!("{sign} {model}"));
                    if !is_changed {
                        session.press(&[Left, Down]);
                    }
                    is_changed
                });
                assert!(is_changed, "{model}\n{}", session.rows().join("\n"));
            }
        }
        let effects = session.app.update(Msg::Key(Enter));
        let Some(Effect::Start(order)) = effects.last() else {
            panic!("{effects:?}")
        };
        // 0.25 s at 17 or 40 million steps per second.
        let iterations = &pconc_tui::catalog::workload::ITERATIONS;
        assert_eq!(order.plan.given(iterations), Some(expected));
    }
}

#[test]
fn waiting_for_the_real_lock_is_called_an_estimate_wherever_it_is_shown() {
    let mut session = Session::new(120, 40);
    finished(&mut session);
    assert!(session.shows("gil (estimated)"), "the legend");
    assert!(
        session.shows("waited for the lock (estimated)"),
        "the verdict"
    );
    let mut session = Session::new(120, 60);
    details(&mut session);
    assert!(session.row("gil ").contains('~') && session.row("gil ").contains("estimated"));
    assert!(session.shows("a line that the workers' code printed"));
    assert!(session.shows("reported by the interpreter"));
}

#[test]
fn a_run_of_python_is_found_by_python_by_its_version_and_by_its_lock() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('2')]);
    found(&mut session);
    session.press(&[Char('5')]);
    for (typed, found) in [
        ("python", "2 of 4"),
        ("3.13", "2 of 4"),
        ("gil on", "2 of 4"),
        ("gil off", "0 of 4"),
    ] {
        session.press(&[Char('/')]);
        session.press(&typed.chars().map(Char).collect::<Vec<_>>());
        assert!(
            session.shows(found),
            "{typed}: {found}\n{}",
            session.rows().join("\n")
        );
        session.press(&[Esc]);
    }
}

#[test]
fn the_header_of_a_python_run_says_whether_there_is_a_lock() {
    for size in [(80, 24), (120, 40)] {
        let mut session = Session::new(size.0, size.1);
        running(&mut session);
        assert!(
            session.rows()[0].contains("GIL on"),
            "{size:?}: {}",
            session.rows()[0]
        );
    }
}

#[test]
fn the_number_of_the_run_in_progress_is_never_dropped_for_a_long_name() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        running(&mut session);
        let header = session.rows().remove(0);
        assert!(
            header.contains("pair 1") && header.contains("running"),
            "{header}"
        );
        assert!(
            header.contains("python-threads") || header.contains("py-threads"),
            "{header}"
        );
    }
}

#[test]
fn models_of_python_look_different_in_every_list_of_runs() {
    for (columns, rows) in SIZES {
        for is_teaching in [false, true] {
            let mut session = Session::new(columns, rows);
            finished(&mut session);
            with_model(&mut session, Model::PythonProcesses);
            session.press(&[Esc, Char('r')]);
            if is_teaching {
                session.press(&[Char('P')]);
            }
            let drawn = session.rows();
            let row_of = |number: &str, model: &str| {
                let has = |row: &String| row.contains(number) && row.contains(model);
                drawn[1..].iter().any(has)
            };
            assert!(
                row_of("7 ", "py-processes") || row_of("7 ", "python-processes"),
                "{}",
                drawn.join("\n")
            );
            assert!(
                row_of("2 ", "py-threads") || row_of("2 ", "python-threads"),
                "{}",
                drawn.join("\n")
            );
        }
    }
}

/// The explorer with a loop and threads that called a function of the user's, from a file.
fn with_calls(columns: u16, rows: u16) -> Session {
    let mut history = sample::history(2);
    for (model, workers) in [(Model::PythonSerial, 1), (Model::PythonThreads, 4)] {
        let plan = sample::plan(Workload::Function, model, workers);
        let scenario = Scenario::new(plan, 2);
        let mut trace = Trace::new(workers as u32);
        trace.apply(scenario.batch(0, scenario.wall()));
        trace.conclude(scenario.wall());
        history.add(scenario.record(), trace);
    }
    let app = App::new(explorer::machine(2), WorkerLimits::default()).in_session("elsewhere");
    let mut session = Session {
        app: app.replaying(replay::through_a_file(&history)),
        size: (columns, rows),
    };
    let _ = session.app.update(Msg::Resized { columns, rows });
    session
}

#[test]
fn runs_of_a_users_function_can_be_looked_at_compared_and_replayed() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut session = with_calls(columns, rows);
        session.press(&[Char('H')]);
        assert!(session.shows("python-serial"), "{columns}");
        session.press(&[Enter]);
        (0..40).for_each(|_| {
            if !session.shows("urls.txt") {
                session.press(&[Down]);
            }
        });
        assert!(session.shows("urls.txt"), "{columns}");
        session.press(&[Esc, Char('c')]);
        assert!(session.shows("Comparison"), "{columns}");
        session.press(&[Esc, Char('p')]);
        assert!(session.shows("playing"), "{columns}");
    }
}
