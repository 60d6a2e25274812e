//! A function of the user's in the explorer: named in the form, looked at, run.

use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{
        function::{Function, FunctionLook, Inputs, SeenFunction},
        plan::{Draft, Field},
        python::{FoundPython, Interpreter, Pythons},
    },
    ui::form::Form,
};

use super::*;

/// What a look at a plain function with 20 inputs shows.
fn seen(look: &FunctionLook) -> SeenFunction {
    let mut function = look.function.clone();
    (function.is_coroutine, function.fingerprint) = (false, "5eed".into());
    SeenFunction {
        function,
        calls: 20,
        import_s: 0.1,
        source: Some("/home/sam/fetch.py".into()),
        line: Some(7),
        module: "fetch".into(),
        unpicklable: None,
        unguarded_line: None,
    }
}

/// Types into the row of this field, and returns what the program is asked to look at.
fn type_into(session: &mut Session, row: Field, text: &str) -> Option<Box<FunctionLook>> {
    let at = session
        .app
        .setup()
        .fields()
        .into_iter()
        .position(|field| field == row);
    session
        .press(&[Char('f'), Char('g')])
        .press(&vec![Down; at.expect("the row is there")]);
    session.press(&[Enter, Ctrl('u')]);
    session.press(&text.chars().map(Char).collect::<Vec<_>>());
    let effects = session.app.update(Msg::Key(Enter));
    effects.into_iter().find_map(|effect| match effect {
        Effect::LookAt { look, .. } => Some(look),
        _ => None,
    })
}

fn answer(session: &mut Session, look: Box<FunctionLook>, answer: Result<SeenFunction, &str>) {
    let _ = session
        .app
        .update(Msg::FunctionSeen(look, answer.map_err(String::from)));
}

/// Chooses the workload, whose rows are empty.
pub fn unnamed(session: &mut Session) {
    python::found(session);
    session.press(&[Char('f'), Char('g')]);
    while session.app.setup().draft().workload != Workload::Function {
        session.press(&[Right]);
    }
}

pub fn named(session: &mut Session) {
    unnamed(session);
    type_into(session, Field::Function, "fetch.py:fetch");
    let look = type_into(session, Field::Inputs, "urls.txt").expect("the function is looked at");
    answer(session, look.clone(), Ok(seen(&look)));
}

pub fn refused(session: &mut Session) {
    named(session);
    let look = type_into(session, Field::Function, "fetch.py:other").expect("it is looked at");
    answer(session, look, Err("fetch.py has no other"));
}

fn target(session: &Session) -> Option<String> {
    Some(session.app.setup().draft().function?.target)
}

#[test]
fn a_function_that_is_typed_is_looked_at_and_called_once_for_each_input() {
    let mut session = Session::new(120, 40);
    named(&mut session);
    let draft = session.app.setup().draft();
    assert_eq!(
        (target(&session).as_deref(), draft.tasks),
        (Some("fetch.py:fetch"), 20)
    );
    let function = draft.function.expect("the form has a function");
    assert_eq!(function.inputs, Inputs::Lines("urls.txt".into()));
    assert!(!function.is_coroutine, "the plan has what was seen");
    let run = session.press_and_wait(Char('r'), 0.5);
    assert_eq!(
        (run.plan.workload, run.plan.tasks),
        (Workload::Function, 20)
    );
    assert!(run.plan.model().is_python());
}

#[test]
fn nothing_is_called_before_the_function_was_looked_at() {
    let mut session = Session::new(120, 40);
    unnamed(&mut session);
    assert_eq!(session.app.update(Msg::Key(Char('r'))), []);
    assert!(session.shows("Function is empty"));
    let look = type_into(&mut session, Field::Function, "fetch.py:fetch").expect("it is looked at");
    assert_eq!(session.app.update(Msg::Key(Char('r'))), []);
    assert!(session.shows("looking at"));
    answer(&mut session, look.clone(), Ok(seen(&look)));
    session.press_and_wait(Char('r'), 0.5);
}

#[test]
fn a_wrong_function_is_said_in_a_sentence_and_the_former_one_stays() {
    let mut session = Session::new(120, 40);
    refused(&mut session);
    assert!(session.shows("fetch.py has no other"));
    assert_eq!(target(&session).as_deref(), Some("fetch.py:fetch"));
    // Typing goes on from what was refused, and Escape leaves all as it was.
    session.press(&[Char('f'), Char('g'), Down, Enter]);
    assert_eq!(session.app.setup().typed(), Some("fetch.py:other"));
    assert_eq!(session.app.update(Msg::Key(Esc)), []);
    assert_eq!(target(&session).as_deref(), Some("fetch.py:fetch"));
}

#[test]
fn what_is_no_function_is_refused_while_it_is_typed() {
    let mut session = Session::new(120, 40);
    unnamed(&mut session);
    assert_eq!(type_into(&mut session, Field::Function, "fetch.py"), None);
    assert!(
        session.app.setup().typed().is_some(),
        "it stays until it is mended"
    );
    let wrong = session.app.setup().entry().wrong().expect("it is refused");
    assert!(wrong.starts_with("fetch.py is no function"));
}

#[test]
fn an_answer_about_a_function_that_is_not_wanted_any_more_changes_nothing() {
    let mut session = Session::new(120, 40);
    unnamed(&mut session);
    let late = type_into(&mut session, Field::Function, "a.py:a").expect("it is looked at");
    let look = type_into(&mut session, Field::Function, "b.py:b").expect("it is looked at");
    answer(&mut session, late.clone(), Ok(seen(&late)));
    assert_eq!(target(&session), None);
    answer(&mut session, look.clone(), Ok(seen(&look)));
    answer(&mut session, late, Err("a.py is not there"));
    assert_eq!(target(&session).as_deref(), Some("b.py:b"));
}

#[test]
fn another_interpreter_looks_at_the_function_too() {
    let mut session = Session::new(120, 40);
    named(&mut session);
    let at = session
        .app
        .setup()
        .fields()
        .into_iter()
        .position(|field| field == Field::Python);
    session
        .press(&[Char('g')])
        .press(&vec![Down; at.expect("there is a row for Python")]);
    let effects = session.app.update(Msg::Key(Right));
    let [Effect::LookAt { look, .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(target(&session), None);
    answer(
        &mut session,
        look.clone(),
        Err("fetch.py cannot be imported, because of ImportError"),
    );
    assert!(session.app.setup().estimate().is_err());
    session.press(&[Left]);
    assert_eq!(
        target(&session).as_deref(),
        Some("fetch.py:fetch"),
        "it is known already"
    );
}

#[test]
fn only_models_that_can_call_the_function_are_offered() {
    let mut session = Session::new(120, 40);
    named(&mut session);
    session.press(&[Char('g'), Down, Down, Down]);
    let mut offered = vec![];
    for _ in Model::ALL {
        session.press(&[Right]);
        offered.push(session.app.setup().model());
    }
    assert!(offered.contains(&Model::PythonSerial) && offered.contains(&Model::PythonProcesses));
    assert!(offered.iter().all(|model| model.is_python()));
    assert!(
        !offered.contains(&Model::PythonAsyncio),
        "it is a plain function"
    );
    session.press(&[Char('s')]);
    assert!(session.shows("python-serial: always"));
    assert!(session.shows("] python-threads"));
    assert!(!session.shows("] python-asyncio") && !session.shows("] gil-threads"));
}

#[test]
fn processes_are_refused_if_something_cannot_be_pickled() {
    let mut session = Session::new(120, 40);
    unnamed(&mut session);
    let look = type_into(&mut session, Field::Function, "fetch.py:fetch").expect("it is looked at");
    let unpicklable = Some(("function".into(), "it is a closure".into()));
    let closure = SeenFunction {
        unpicklable,
        ..seen(&look)
    };
    answer(&mut session, look, Ok(closure));
    session.press(&[Char('g'), Down, Down, Down]);
    while session.app.setup().model() != Model::PythonProcesses {
        session.press(&[Right]);
    }
    assert_eq!(session.app.update(Msg::Key(Char('r'))), []);
    let refused = session
        .app
        .setup()
        .estimate()
        .expect_err("it cannot be pickled");
    assert!(
        refused
            .sentence
            .starts_with("python-processes has to pickle the function")
    );
}

#[test]
fn the_explorer_opens_with_the_function_of_the_command_line_and_the_interpreter_of_its_environment()
{
    let users = FoundPython {
        interpreter: Interpreter {
            path: "/home/sam/venv/bin/python".into(),
            ..fixtures::python::interpreter()
        },
        ..fixtures::python::found()
    };
    let inputs = Inputs::Range { from: 0, to: 20 };
    let function = Function::unseen("fetch.py:fetch".into(), inputs);
    let calls = Draft {
        function: Some(Box::new(function.clone())),
        ..Draft::new(Workload::Function, Model::PythonThreads, 1)
    };
    let look = FunctionLook {
        function,
        interpreter: users.interpreter.clone(),
    };
    let app = App::new(explorer::machine(2), WorkerLimits::default());
    let mut session = Session {
        app: app.calling(users.clone(), seen(&look), calls),
        size: (120, 40),
    };
    assert_eq!(
        session.app.update(Msg::Resized {
            columns: 120,
            rows: 40
        }),
        []
    );
    for pythons in [explorer::pythons(), Pythons::default()] {
        assert_eq!(session.app.update(Msg::PythonsFound(pythons)), []);
        assert_eq!(session.app.setup().python(), Some(&users.interpreter));
        assert_eq!(session.app.setup().found_pythons()[0], users);
        assert_eq!(target(&session).as_deref(), Some("fetch.py:fetch"));
    }
    assert!(session.shows("py-threads"));
}
