//! The lesson: its pages, the way from step to step, and recorded runs.

use std::sync::Arc;

use pconc_tui::{
    catalog::lesson::{LESSON, StepRuns},
    domain::{
        history::RunEntry,
        machine::Machine,
        provenance::{Origin, Provenance},
        record::Record,
    },
};

use super::{
    claims::{disturb, test, without_python},
    *,
};

/// The place of the first step that tests this claim.
fn step_of(number: u8) -> usize {
    let tests = |runs: StepRuns| matches!(runs, StepRuns::Claim(claim) if claim.number == number);
    let at = LESSON.iter().position(|step| tests(step.experiment));
    at.expect("a step tests it")
}

/// Opens the lesson at the step that tests this claim.
fn open(session: &mut Session, number: u8) {
    without_python(session);
    session.press(&[Char('L')]);
    session.press(&vec![Right; step_of(number)]);
}

/// The runs of a step, measured on another machine.
fn recording(claims: &[u8]) -> Vec<RunEntry> {
    let mut session = Session::new(80, 24);
    open(&mut session, claims[0]);
    session.press(&[Backspace; 20]);
    test(&mut session, Char(' '), |_| {});
    for number in claims {
        session.press(&[Backspace; 40]);
        session.press(&vec![Right; step_of(*number)]);
        test(&mut session, Char(' '), |_| {});
    }
    let provenance = Arc::new(Provenance {
        origin: Origin::Recorded,
        session: "recorded".into(),
        machine: Machine {
            cpu_model: Some("Other CPU".into()),
            ..explorer::machine(2)
        },
    });
    let entries = session.app.history().entries().iter();
    let recorded = entries.map(|run| {
        let (from, trace) = (Arc::clone(&provenance), Some(run.trace.clone()));
        let record = Record {
            id: format!("recorded {}", run.number),
            ..run.record.clone()
        };
        RunEntry::new(run.number, None, from, record, trace)
    });
    recorded.collect()
}

pub fn first(session: &mut Session) {
    without_python(session);
    session.press(&[Char('L')]);
}

pub fn supported(session: &mut Session) {
    open(session, 2);
    test(session, Char(' '), |_| {});
}

pub fn disturbed(session: &mut Session) {
    open(session, 2);
    test(session, Char(' '), disturb);
}

/// A run of the step is played as it was recorded.
pub fn playing(session: &mut Session) {
    open(session, 3);
    session.press(&[Char('p')]);
    let _ = session.app.update(Msg::Recording(recording(&[3])));
    let _ = session.app.update(Msg::Tick(200_000_000));
}

/// What came out where it was recorded.
pub fn recorded(session: &mut Session) {
    playing(session);
    session.press(&[Char(' '); 3]);
}

#[test]
fn space_leads_through_all_steps_and_what_came_out_stands_on_each_page() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        first(&mut session);
        for (at, step) in LESSON.iter().enumerate() {
            let place = format!("step {} of {}", at + 1, LESSON.len());
            assert!(
                session.shows(&place) && session.shows(step.title),
                "{place}"
            );
            test(&mut session, Char(' '), |_| {});
            if matches!(step.experiment, StepRuns::Nothing) {
                continue;
            }
            if !session.shows("Lesson: ") {
                // Single turns of the lock are looked at first.
                session.press(&[Char(' ')]);
            }
            let heading = "What you saw";
            assert!(session.shows(heading), "{}", session.rows().join("\n"));
            session.press(&[Char(' ')]);
        }
        assert!(!session.shows("Lesson: "), "the lesson is over");
        session.press(&[Char('L')]);
        assert!(session.shows("step 1 of"), "it begins again");
    }
}

#[test]
fn the_way_back_leads_over_the_same_pages_and_measures_nothing() {
    let mut session = Session::new(80, 24);
    first(&mut session);
    for _ in 0..2 {
        test(&mut session, Char(' '), |_| {});
        session.press(&[Char(' ')]);
    }
    let runs = session.app.history().entries().len();
    let titles = || LESSON.iter().map(|step| step.title);
    for (title, is_told) in [(2, false), (1, true), (1, false), (0, true), (0, false)] {
        let title = titles().nth(title).expect("there are three");
        assert!(session.shows(title), "{title}");
        assert_eq!(session.shows("What you saw"), is_told, "{title}");
        session.press(&[Backspace]);
    }
    session.press(&[Char(' '), Char(' ')]);
    assert!(session.shows(LESSON[1].title), "it was measured before");
    assert_eq!(session.app.history().entries().len(), runs);
}

#[test]
fn a_step_that_was_measured_is_measured_again_only_if_that_is_asked_for() {
    let mut session = Session::new(80, 24);
    supported(&mut session);
    let runs = |session: &Session| session.app.history().entries().len();
    let before = runs(&session);
    session.press(&[Backspace, Char(' '), Backspace, Enter]);
    assert_eq!(runs(&session), before);
    assert!(session.shows("What you saw"), "Enter goes on as Space does");
    test(&mut session, Char('r'), |_| {});
    assert!(runs(&session) > before && session.shows("What you saw"));
}

#[test]
fn without_the_expected_verdict_nobody_is_told_what_they_saw() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        disturbed(&mut session);
        assert!(!session.shows("What you saw"));
        assert!(
            session.shows("What a quiet machine shows"),
            "{columns}×{rows}"
        );
        assert!(session.shows("A control"));
        let mut session = Session::new(columns, rows);
        first(&mut session);
        test(&mut session, Char(' '), disturb);
        assert!(session.shows("What a quiet machine shows"));
    }
}

#[test]
fn leaving_the_lesson_leaves_its_runs_and_the_place_where_it_was() {
    let mut session = Session::new(80, 24);
    supported(&mut session);
    let page = session.rows();
    session.press(&[Esc]);
    assert!(!session.shows("Lesson: ") && session.shows("serial"));
    // Outside of the lesson, a claim has its own page.
    session.press(&[Char('V'), Enter]);
    assert!(session.shows("Claim 2: supported"));
    session.press(&[Esc, Esc, Char('L')]);
    assert_eq!(session.rows(), page);
}

#[test]
fn turns_of_the_lock_are_looked_at_from_near_before_the_page_says_what_came_out() {
    let mut session = Session::new(80, 24);
    open(&mut session, 7);
    test(&mut session, Char(' '), |_| {});
    assert!(session.shows("in view") && session.shows("Space go on"));
    session.press(&[Char(' ')]);
    assert!(session.shows("What you saw"));
    session.press(&[Char('g')]);
    assert!(session.shows("in view"));
}

#[test]
fn recorded_runs_are_played_one_after_the_other_and_judged_like_measured_ones() {
    let mut session = Session::new(80, 24);
    open(&mut session, 3);
    let effects = session.app.update(Msg::Key(Char('p')));
    assert_eq!(effects, [Effect::ReadRecording]);
    let runs = recording(&[3]);
    assert_eq!(session.app.update(Msg::Recording(runs)), []);
    for workers in [1, 2, 4] {
        let played = session.app.playback().expect("it is played");
        let run = session.app.history().get(played.number).expect("a run");
        assert_eq!(run.record.plan.workers, workers);
        assert!(session.shows("recorded, playing"));
        session.press(&[Char(' ')]);
    }
    for said in ["recorded", "Recorded on", "What you saw"] {
        assert!(session.shows(said), "{said}: {}", session.rows().join("\n"));
    }
    assert!(session.app.playback().is_none());
}

#[test]
fn recorded_runs_are_never_compared_with_measured_ones_and_are_not_kept() {
    let mut session = Session::new(80, 24);
    open(&mut session, 3);
    test(&mut session, Char(' '), |_| {});
    session.press(&[Backspace, Char('p')]);
    let mut effects = session.app.update(Msg::Recording(recording(&[3])));
    effects.extend(session.app.update(Msg::Key(Char(' '))));
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Keep(_)))
    );
    let history = session.app.history();
    let is_foreign = |number| history.get(number).map(RunEntry::is_foreign);
    for run in history.entries() {
        if let Some(baseline) = run.assessment.baseline {
            assert_eq!(is_foreign(baseline.number), Some(run.is_foreign()));
        }
    }
    // The measured verdict is back as soon as the step is measured again.
    session.press(&[Char(' '), Char(' ')]);
    assert!(session.shows("Recorded on"));
    test(&mut session, Char('r'), |_| {});
    assert!(!session.shows("Recorded on") && session.shows("What you saw"));
}

#[test]
fn a_step_whose_runs_end_while_something_else_is_read_says_so() {
    let mut session = Session::new(80, 24);
    first(&mut session);
    let effects = session.app.update(Msg::Key(Char(' ')));
    session.press(&[Char('?')]);
    session.play(effects);
    assert!(session.shows("L shows what came out"));
    session.press(&[Esc, Char(' ')]);
    assert!(session.shows("What you saw"));
}
