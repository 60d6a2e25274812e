//! The advice about a function of the user's: asked for, measured, told.

use pconc_tui::{
    analysis::advised::{AdvisedChoice, Checked},
    app::screens::Overlay,
    catalog::model::Model,
};

use super::*;

/// Asks before anything is called.
pub fn asked(session: &mut Session) {
    function::named(session);
    session.press(&[Esc, Char('a')]);
}

/// Plays runs until this many have ended, and half of the next.
fn play_some(session: &mut Session, runs: usize) {
    let mut effects = session.app.update(Msg::Key(Enter));
    for _ in 0..runs {
        let [.., Effect::Start(order)] = &effects[..] else {
            panic!("{effects:?}")
        };
        let record = Scenario::new(order.clone(), 2).record();
        effects = session.app.update(Msg::Concluded(Box::new(record)));
    }
    let [.., Effect::Start(order)] = &effects[..] else {
        panic!("{effects:?}")
    };
    let scenario = Scenario::new(order.clone(), 2);
    let half = scenario.batch(0, scenario.wall() / 2);
    let _ = session.app.update(Msg::Batch(half));
}

pub fn measured(session: &mut Session) {
    asked(session);
    play_some(session, 7);
}

pub fn told(session: &mut Session) {
    asked(session);
    session.press(&[Enter]);
    let _ = session.app.update(Msg::CodeTried(Some(Checked::Ran(1.4))));
}

#[test]
fn it_says_how_often_the_function_is_called_at_most_before_it_is() {
    let mut session = Session::new(80, 24);
    asked(&mut session);
    assert!(session.shows("fetch will be called at most 1 620 times"));
    assert!(!session.app.is_running());
    session.press(&[Esc]);
    assert!(session.app.overlay().is_none() && !session.app.is_running());
}

#[test]
fn without_a_function_it_says_what_is_missing() {
    let mut session = Session::new(80, 24);
    assert_eq!(session.app.update(Msg::Key(Char('a'))), []);
    assert!(session.app.overlay().is_none());
    assert!(session.shows("a function of yours"));
}

#[test]
fn what_drops_out_stays_in_the_list_and_the_run_in_progress_stands_below() {
    let mut session = Session::new(120, 40);
    measured(&mut session);
    for said in ["a loop", "python-", "left at most", "Timeline"] {
        assert!(
            session.shows(said),
            "{said} in\n{}",
            session.rows().join("\n")
        );
    }
}

#[test]
fn at_the_end_it_advises_and_the_code_is_run_once() {
    let mut session = Session::new(120, 40);
    asked(&mut session);
    let mut effects = session.app.update(Msg::Key(Enter));
    while let [.., Effect::Start(order)] = &effects[..] {
        let record = Scenario::new(order.clone(), 2).record();
        effects = session.app.update(Msg::Concluded(Box::new(record)));
    }
    let tried = effects.iter().any(|effect| {
        matches!(effect, Effect::TryCode { code, .. } if code.contains("ProcessPoolExecutor"))
    });
    assert!(tried, "{effects:?}");
    let advised = session.app.advised().expect("there is advice");
    let AdvisedChoice::Use(way) = &advised.choice else {
        panic!("{:?}", advised.choice)
    };
    assert_eq!(
        way.executor.model,
        Model::PythonProcesses,
        "two cores compute in processes"
    );
    let _ = session.app.update(Msg::CodeTried(Some(Checked::Ran(1.4))));
    session.press(&[End]);
    assert!(session.shows("was run once as printed"));
}

#[test]
fn only_what_dropped_out_is_pale() {
    for size in [(80, 24), (120, 40)] {
        let mut session = Session::new(size.0, size.1);
        told(&mut session);
        let Some(Overlay::Advice(page)) = session.app.overlay() else {
            panic!("the advice is shown")
        };
        let pale = page.lines.iter().filter(|(_, is_pale)| *is_pale);
        let pale: String = pale
            .flat_map(|(line, _)| line.iter().map(|part| &*part.text))
            .collect();
        assert!(pale.contains("threads") && !pale.contains("loop"), "{pale}");
        assert!(!pale.contains("processes"), "{pale}");
    }
}

#[test]
fn a_race_that_is_stopped_tells_what_there_is_and_calls_nothing_more() {
    let mut session = Session::new(120, 40);
    measured(&mut session);
    assert_eq!(session.app.update(Msg::Key(Char('x'))), [Effect::Stop]);
    let plan = session.app.live().expect("it runs").plan.clone();
    let mut record = Scenario::new(plan, 2).record();
    record.ending.outcome = pconc_tui::domain::record::Outcome::Cancelled;
    let effects = session.app.update(Msg::Concluded(Box::new(record)));
    assert!(matches!(effects[..], [Effect::Keep(_)]), "{effects:?}");
    assert!(session.app.advised().is_some());
}

#[test]
fn a_report_of_its_runs_has_the_advice() {
    let mut session = Session::new(120, 40);
    told(&mut session);
    session.press(&[Char('o')]);
    assert!(matches!(session.app.overlay(), Some(Overlay::Export(_))));
    let effects = session.app.update(Msg::Key(Enter));
    let [Effect::Export(order)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(session.app.advice_behind(&order.numbers).is_some());
    assert!(session.app.advice_behind(&order.numbers[1..]).is_none());
}
